"""From an official's text to the words that the voice says: core.spoken.Spoken.

The alphabet of the words: the Vietnamese letters in lower case with f, j, w and z, the space, and
two pauses (comma, full stop). Rules and tables, in this order: characters, addresses, written
shorthand, capitals, figures, abbreviations, pauses. Never raises; what had to be guessed or left
out is reported in `spelt`. Words that have been through once come out of a second pass unchanged.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise

from audio.normaliser.calls import BEFORE_A_ROMAN, CALLS, NAMES
from audio.normaliser.dates import DATES, DAYS, TIMES
from audio.normaliser.folding import LETTERS, fold
from audio.normaliser.pauses import breathed, paused
from audio.normaliser.quantities import QUANTITIES
from audio.normaliser.rewriting import rewrite
from audio.normaliser.spelling import ALPHABET, has_vowel, is_syllable, spelt
from controller.core.spoken import Spoken

_FIGURES = (*CALLS, *TIMES, *DAYS, *NAMES, *DATES, *QUANTITIES)
_CAPITALS = "".join(sorted(letter.upper() for letter in ALPHABET))
_SHOUTED = re.compile(rf"(?<!\w)[{_CAPITALS}]{{1,40}}(?: [{_CAPITALS}]{{1,40}})+(?!\w)")
_BEFORE_A_ROMAN = frozenset(word.upper() for word in BEFORE_A_ROMAN.split("|"))
_ADDRESS = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?:(?P<user>[a-z0-9_.+-]{1,64})@)?"
    r"(?P<host>(?:[a-z0-9-]{1,63}\.){1,6}(?:vn|com|net|org|info|edu|gov|asia|app))(?![\w-])(?:/[^\s,;)]{0,300})?",
    re.IGNORECASE,
)


def load_abbreviations() -> dict[str, str]:
    """The dictionary that comes with the station; an official's own entries are merged over it."""
    source = resources.files("audio.normaliser") / "abbreviations.toml"
    return dict(tomllib.loads(source.read_text(encoding="utf-8"))["abbreviations"])


@dataclass(frozen=True, slots=True)
class _Dictionary:
    words: Mapping[str, str]  # keys of letters only, as written
    loose: Mapping[str, str]  # those that cannot be words, in lower case: "ubnd" is typed too
    marked: Mapping[str, str]  # keys with dots, strokes or figures
    pattern: re.Pattern[str] | None  # finds the marked ones


class Normaliser:
    """Holds the dictionary and never changes: every thread may use it."""

    def __init__(self, abbreviations: Mapping[str, str]) -> None:
        bare = _Dictionary({}, {}, {}, None)
        said = {key.strip(): _Reading(bare).words(value) for key, value in abbreviations.items() if key.strip()}
        words = {key: value for key, value in said.items() if key.isalpha()}
        marked = {key: value for key, value in said.items() if not key.isalpha()}
        loose = {key.lower(): value for key, value in words.items() if not is_syllable(key)}
        self._dictionary = _Dictionary(words, loose, marked, _finder(marked) if marked else None)

    def spoken(self, text: str) -> Spoken:
        """What will be said. `spelt` has each guessed abbreviation once, in order of appearance."""
        reading = _Reading(self._dictionary)
        return Spoken(reading.words(text), tuple(dict.fromkeys(reading.unsure)))


def _finder(marked: Mapping[str, str]) -> re.Pattern[str]:
    """Whole words only, but a key that ends in a mark may have a word right behind it ("TP.Huế")."""
    longest_first = sorted(marked, key=lambda key: (-len(key), key))
    ends = (re.escape(key) + (r"(?!\w)" if key[-1].isalnum() else "") for key in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(ends)})")


class _Reading:
    """One text on its way through the passes; `unsure` collects what was guessed."""

    def __init__(self, dictionary: _Dictionary) -> None:
        self._dictionary = dictionary
        self.unsure: list[str] = []

    def words(self, text: str) -> str:
        text, lost = fold(text)
        text = _ADDRESS.sub(self._address, text)
        if self._dictionary.pattern is not None:
            text = self._dictionary.pattern.sub(lambda m: f" {self._dictionary.marked[m[0]]} ", text)
        text = _SHOUTED.sub(self._calmed, text)
        text = re.sub(f"(?<={LETTERS})-(?={LETTERS})(?![IVXL]{{1,7}}\\b)", " ", text)
        text = rewrite(re.sub(" +", " ", text), _FIGURES)
        text = re.sub(" -+ ", ", ", text).replace("-", " ")  # a dash with room around it is a pause
        text = re.sub(f"{LETTERS}+", self._word, text)
        self.unsure += lost
        return breathed(paused(text))

    def _address(self, match: re.Match[str]) -> str:
        host = match["host"].lower().removeprefix("www.")
        if host in self._dictionary.marked and not match["user"]:
            return f" {self._dictionary.marked[host]} "
        self.unsure.append(match[0])
        whole = f"{match['user']} a còng {host}" if match["user"] else host
        return f" {whole.replace('.', ' chấm ')} "

    def _calmed(self, match: re.Match[str]) -> str:
        """A line in capitals is no row of abbreviations: "THÔNG BÁO HỌP THỨ TƯ" is said as it stands."""
        words = match[0].split(" ")
        if not any(len(word) > 1 and is_syllable(word) and word not in self._dictionary.words for word in words):
            return match[0]
        return " ".join(
            word if not is_syllable(word) or (before in _BEFORE_A_ROMAN and not word.strip("IVX")) else word.lower()
            for before, word in pairwise(["", *words])
        )

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        known = self._dictionary.words.get(word)
        if known is None and not is_syllable(word):
            known = self._dictionary.loose.get(word.lower())
        if known is not None:
            return f" {known} "
        if len(word) == 1:
            return word if has_vowel(word) else f" {spelt(word)} "
        if is_syllable(word) or (has_vowel(word) and not word.isupper()):
            return word
        self.unsure.append(word)
        return f" {spelt(word)} "
