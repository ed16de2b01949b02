"""The words of pages that nobody writes: boards speak the station's own tongue."""

from __future__ import annotations

from functools import cache

from controller.core.words import LANGUAGES, Words
from controller.runtime.catalogues import load_words


@cache
def words() -> Words:
    return load_words(LANGUAGES[0], ("controller.boards", "schedules"))
