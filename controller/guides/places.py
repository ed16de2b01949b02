"""The 34 provinces and 3,321 communes since 1 July 2025, found as one types. The one owner of vietnam-provinces.

Only its data file is read, not its classes: they take twenty times the memory. What is typed is compared without marks
(`tuyen quang`), so it does not matter where a tone stands (Hoá, Hòa); the marks that were typed decide the order.
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any

from controller.core.errors import StationError

_FILE = "nested-divisions.json"
_KINDS = re.compile(r"^(xa|phuong|dac khu|tinh|thanh pho|tp) ")
_OF_A_KIND = re.compile(", (Tỉnh|Thành phố)")
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below: the five that are written
_LINE, _WORD = "\n ", " "  # before a name, before any word of it
_LENGTH_LIMIT = 80  # characters


@dataclass(frozen=True, slots=True)
class Place:
    """code: of the commune, five digits, "" for a province; names with their kind: "Xã Nà Hang", "Tỉnh Tuyên Quang"."""

    code: str
    commune: str
    province_code: str  # two digits
    province: str

    @property
    def full(self) -> str:
        """As it stands in papers: "Xã Nà Hang, Tỉnh Tuyên Quang"."""
        return f"{self.commune}, {self.province}" if self.commune else self.province


class Gazetteer:
    """All places, in two megabytes. Make one a process, with `gazetteer()`."""

    def __init__(self, provinces: Sequence[Place], communes: Sequence[Place]) -> None:
        self.provinces = tuple(sorted(provinces, key=lambda place: _bare_name(place.province)))
        self.communes = tuple(sorted(communes, key=lambda place: (_bare_name(place.commune), place.province_code)))
        self._by_code = {place.code: place for place in self.communes}
        self._marked = [_with_tones_last(_OF_A_KIND.sub(" ", place.full)) for place in self.communes]
        # One line a commune: its own name, then its province's, without marks.
        lines = [f"{_LINE}{_bare_name(place.commune)} | {_bare_name(place.province)} " for place in self.communes]
        self._lines, self._starts = "".join(lines), [0, *accumulate(len(line) for line in lines)]

    def commune(self, code: str) -> Place | None:
        return self._by_code.get(code)

    def find(self, typed: str, near: str = "", limit: int = 8) -> tuple[Place, ...]:
        """Communes for what was typed so far: a commune's name or its beginning, perhaps with the province after it.

        First those whose name begins like this, then those with a word that does, then those of such a province, then
        those whose words all are there; among equals those with the same marks, those of the province `near` (two
        digits), then by name. Nothing for nothing.
        """
        wanted = _bare(typed)
        ranks: dict[int, int] = {}
        spellings = {wanted, _bare_name(typed)} - {""}  # "xa dung": the commune Xa Dung, or a commune called Dung
        for before in _LINE, _WORD:
            if len(ranks) < limit:  # a single letter finds half the country
                for number, at in (hit for each in spellings for hit in self._hits(before + each)):
                    ranks[number] = min(self._rank(number, at), ranks.get(number, 9))
        if len(ranks) < limit and " " in wanted:
            for number in self._with_all(_bare_name(typed).split()):
                ranks.setdefault(number, 3)
        marks = _with_tones_last(typed).split() if _bare(typed) != unicodedata.normalize("NFC", typed.lower()) else []
        order: list[int] = []
        for rank in sorted(set(ranks.values())):
            if len(order) < limit:  # what nobody will see is not put in order
                alike = [number for number, found in ranks.items() if found == rank]
                alike.sort(key=lambda each: (not self._has_marks(each, marks), not self._is_near(each, near), each))
                order += alike
        return tuple(self.communes[number] for number in order[:limit])

    def _is_near(self, number: int, near: str) -> bool:
        return self.communes[number].province_code == near

    def _has_marks(self, number: int, marks: list[str]) -> bool:
        """Whether each word that was typed stands there with these marks; of the last perhaps only its beginning."""
        return all(f" {word}" in f" {self._marked[number]}" for word in marks)

    def _rank(self, number: int, at: int) -> int:
        line_at = self._starts[number]
        return 0 if at == line_at else 1 if self._lines.find("|", line_at) > at else 2

    def _hits(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Commune and place in the lines of each of these, with what stands before it."""
        at = self._lines.find(wanted)
        while at >= 0:
            yield bisect_right(self._starts, at) - 1, at
            at = self._lines.find(wanted, at + 1)

    def _with_all(self, words: list[str]) -> Iterator[int]:
        return iter(set.intersection(*({number for number, _ in self._hits(_WORD + word)} for word in words)))


def gazetteer() -> Gazetteer:
    """Read from the package's file. StationError if it is not there or is another one."""
    package = find_spec("vietnam_provinces")
    if package is None or package.origin is None:
        raise StationError("vietnam-provinces is not installed")
    try:
        file = Path(package.origin).with_name("data").joinpath(_FILE)
        nested = json.loads(file.read_bytes(), object_hook=_wanted)
        provinces = [Place("", "", f"{code:02}", _province_name(name)) for code, name, _ in nested]
        communes = [
            Place(f"{code:05}", name, place.province_code, place.province)
            for place, (_, _, wards) in zip(provinces, nested, strict=True)
            for code, name, _ in wards
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StationError(f"vietnam-provinces: cannot read its places: {error!r}") from error
    return Gazetteer(provinces, communes)


def _wanted(entry: dict[str, Any]) -> tuple[int, str, Sequence[Any]]:
    """Of an entry of the file, as soon as it is read: the whole file as one tree would leave two megabytes of gaps."""
    return entry["code"], entry["name"], entry.get("wards", ())


def _province_name(name: str) -> str:
    return name if name.startswith("Thành phố") else f"Tỉnh {name}"


def _bare(text: str) -> str:
    """Small letters without any marks, one blank between words."""
    apart = unicodedata.normalize("NFD", text[:_LENGTH_LIMIT].lower().replace("đ", "d"))
    letters = "".join(each if each.isalnum() else " " for each in apart if not unicodedata.combining(each))
    return " ".join(letters.split())


def _bare_name(text: str) -> str:
    """The same, without "xã", "tỉnh" and their like at the beginning."""
    return _KINDS.sub("", _bare(text), count=1)


def _with_tones_last(text: str) -> str:
    """Small letters, each word's tone at its end."""
    words = []
    for word in unicodedata.normalize("NFD", text[:_LENGTH_LIMIT].lower().replace(",", " ")).split():
        tones = "".join(each for each in word if each in _TONES)
        words.append("".join(each for each in word if each not in _TONES) + tones)
    return " ".join(words)
