"""The normaliser with the officials' own dictionary, which may be changed at any time by another process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audio.normaliser.reading import Normaliser, load_abbreviations
from controller.core.errors import StationError
from controller.core.spoken import Spoken
from controller.store import dictionary
from controller.store.connection import Store
from controller.store.dictionary import Own


class LiveNormaliser:
    """Looks before each text whether the dictionary has changed. Every thread may use it.

    While the store cannot be read it goes on with what it knows.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._built_in = store, load_abbreviations()
        self._known = -1, Normaliser(self._built_in)

    def spoken(self, text: str) -> Spoken:
        return self._current()[1].spoken(text)

    def version(self) -> int:
        """Grows with every change of the dictionary."""
        return self._current()[0]

    def _current(self) -> tuple[int, Normaliser]:
        try:
            with self._store.read() as tx:
                version = dictionary.version(tx)
                if version == self._known[0]:
                    return self._known
                own = dictionary.every(tx)
        except StationError:
            return self._known
        self._known = version, Normaliser(merged(self._built_in, own))
        return self._known


def merged(built_in: Mapping[str, str], own: Iterable[Own]) -> dict[str, str]:
    """An official's entry goes before the built-in one; without words it takes that out."""
    found = {**built_in, **{entry.short: entry.words for entry in own}}
    return {short: words for short, words in found.items() if words}
