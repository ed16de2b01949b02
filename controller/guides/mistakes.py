"""What is wrong in a spreadsheet: where, and what, to be said in the catalogues' words. All at once, in their order;
`told` says them so that ten thousand can still be read.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from controller.core.words import Words

_OF_A_KIND = 5  # mistakes of one kind on one sheet that are said each by itself
_RUNS = 12  # of rows, "14, 18-31", that are said of the others


@dataclass(frozen=True, slots=True)
class Mistake:
    """code: a key below `guides.mistake`, whose braces `facts` fills. sheet "" is the file as a whole; row 0 and column
    "" are not one row or column. column: as the sheet has it, "F"; heading: what stands above it."""

    code: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    heading: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def said(self, words: Words) -> str:
        what = words(f"guides.mistake.{self.code}", **self.facts)
        if not self.sheet:
            return what
        place = [words("guides.place.sheet", sheet=self.sheet)]
        if self.row:
            place.append(words("guides.place.row", row=self.row))
        if self.column or self.heading:
            key = "column" if self.column and self.heading else "column_plain" if self.column else "column_absent"
            place.append(words(f"guides.place.{key}", column=self.column, heading=self.heading))
        return words("guides.place.said", place=", ".join(place), what=what)


class Mistakes:
    """Collects them. Of one cell the first is enough: the others mostly follow from it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str], Mistake] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(
        self, code: str, sheet: str = "", row: int = 0, column: str = "", heading: str = "", /, **facts: object
    ) -> None:
        made = Mistake(code, sheet, row, column, heading, {name: str(value) for name, value in facts.items()})
        key = (sheet, row, column or heading)
        self._found.setdefault(key if row or column else (sheet, -len(self._found) - 1, ""), made)

    def every(self) -> tuple[Mistake, ...]:
        """By sheet in the order in which they were read, then by row and column."""
        sheets = list(dict.fromkeys(mistake.sheet for mistake in self._found.values()))
        return tuple(
            sorted(self._found.values(), key=lambda m: (sheets.index(m.sheet), m.row, len(m.column), m.column))
        )


def told(found: Sequence[Mistake], words: Words) -> tuple[str, ...]:
    """A line each, in their order. Of one kind on one sheet the first five; of the rest how many there are, and in
    which rows."""
    kinds: dict[tuple[str, str], list[Mistake]] = {}
    for mistake in found:
        kinds.setdefault((mistake.code, mistake.sheet), []).append(mistake)
    lines, seen = [], Counter[tuple[str, str]]()
    for mistake in found:
        kind = mistake.code, mistake.sheet
        seen[kind] += 1
        if seen[kind] <= _OF_A_KIND:
            lines.append(mistake.said(words))
        elif seen[kind] == _OF_A_KIND + 1:
            lines.append(_rest(kinds[kind][_OF_A_KIND:], words))
    return tuple(lines)


def _rest(alike: Sequence[Mistake], words: Words) -> str:
    rows = sorted({mistake.row for mistake in alike if mistake.row})
    runs = [f"{first}-{last}" if last > first else str(first) for first, last in _runs(rows)]
    shown = ", ".join(runs[:_RUNS]) + (", …" if len(runs) > _RUNS else "")
    key = "guides.place.more" if rows else "guides.place.more_plain"
    return words(key, sheet=alike[0].sheet, count=len(alike), rows=shown)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of those that follow each other."""
    first = 0
    for at, number in enumerate(numbers):
        if at + 1 == len(numbers) or numbers[at + 1] != number + 1:
            yield numbers[first], number
            first = at + 1


def nearest(name: str, known: Iterable[str]) -> str:
    """Which of the known names somebody may have meant; "" if none is near."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return found[0] if found else ""
