"""What a kiosk says aloud: texts that are known beforehand, each spoken once and kept as a file under its key. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 1000  # characters; more nobody listens to
RATE = 24_000  # hertz of the files, mono
EACH_S = 1.5  # that a Pi takes to speak one text


@dataclass(frozen=True, slots=True)
class Clip:
    language: str
    text: str

    @property
    def key(self) -> str:
        return key_of(self.text, self.language)


@dataclass(frozen=True, slots=True)
class Named:
    """A recording that a guide names: the words that it says, and what the spreadsheet calls its file."""

    clip: Clip
    file: str


def key_of(text: str, language: str) -> str:
    """32 hexadecimal digits; the same text in the same language has the same key, however it was composed and spaced
    out over lines."""
    lines = (line.strip() for line in unicodedata.normalize("NFC", text).splitlines())
    content = "\n".join([language, *(line for line in lines if line)])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def clips_of(texts: Iterable[str], language: str) -> frozenset[Clip]:
    """Of texts that have words in them; each line is said by itself."""
    return frozenset(clips_in(texts, language))


def clips_in(texts: Iterable[str], language: str) -> tuple[Clip, ...]:
    """The same in the order of the texts, each once."""
    lines = (line.strip() for text in texts for line in text.splitlines())
    said = (line for line in lines if any(c.isalnum() for c in line) and len(line) <= LONGEST)
    return tuple(Clip(language, line) for line in dict.fromkeys(said))
