"""All text shown to people comes from catalogues; this looks it up. Loading is runtime's work.

A key is dotted ("audio.state.playing"). A missing key is our fault and raises at once: the tests
walk every catalogue, so it never reaches a villager.
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.core.errors import StationError

LANGUAGES = ("vi", "en")  # the first is the station's own tongue


def upper_first(text: str) -> str:
    """As a sentence begins; the rest stays as it is."""
    return text[:1].upper() + text[1:]


class Words:
    """One language's texts. `words("clock.doubtful", age="3 giờ")` gives the finished text."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **facts: object) -> str:
        try:
            return self._texts[key].format(**facts)
        except KeyError as missing:
            raise StationError(f"words[{self.language}]: {key!r} lacks {missing}") from missing

    def has(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> frozenset[str]:
        return frozenset(self._texts)
