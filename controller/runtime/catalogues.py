"""Loads the word catalogues: `<room>/words/<language>.toml` beside the code that shows them.

Every room has its own; their keys start with the room's name, so they can be read into one.
"""

from __future__ import annotations

import tomllib
from importlib import resources

from controller.core.errors import StationError
from controller.core.words import LANGUAGES, Words

ROOMS = (
    "controller",
    "controller.web",
    "controller.boards",
    "controller.guides",
    "audio",
    "kiosk",
    "kiosk.devices",
    "kiosk.filing",
    "schedules",
)
AT_KIOSK = tuple(room for room in ROOMS if room != "controller.web")  # half of all words are the page's alone


def load_words(language: str, rooms: tuple[str, ...] = ROOMS) -> Words:
    if language not in LANGUAGES:
        raise StationError(f"no words in {language!r}; there are {', '.join(LANGUAGES)}")
    texts: dict[str, str] = {}
    for room in rooms:
        source = resources.files(room) / "words" / f"{language}.toml"
        if source.is_file():
            _flatten("", tomllib.loads(source.read_text(encoding="utf-8")), texts)
    return Words(language, texts)


def _flatten(prefix: str, table: dict[str, object], into: dict[str, str]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, dict):
            _flatten(key, value, into)
        elif isinstance(value, str):
            if key in into:
                raise StationError(f"words: {key!r} stands in two catalogues")
            into[key] = value
        else:
            raise StationError(f"words: {key!r} is not a text")
