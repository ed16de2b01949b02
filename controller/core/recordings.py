"""A recording: a sound file that somebody has brought or spoken into the microphone, named by its SHA-256.

And the names of the three signals that the commune may replace by sounds of its own. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

NAME_LIMIT = 80  # characters


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that was checked and is kept: the whole of it can be played."""

    sha256: str
    format: str  # "mp3", "ogg", "wav", "m4a", "flac", "webm"
    length_s: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Recording:
    brought: Brought
    name: str  # what people call it
    added_by: str
    added_at: datetime


class SignalName(StrEnum):
    OPENING = "opening"
    CLOSING = "closing"
    ALERT = "alert"


# seconds, at least and at most; the alert's are those of EN 54-16
SIGNAL_LENGTHS = {
    SignalName.OPENING: (0.5, 10.0),
    SignalName.CLOSING: (0.5, 10.0),
    SignalName.ALERT: (3.0, 10.0),
}


class TakesSound(Protocol):
    """Checks what was brought. Whatever comes of it, `file` is not there any more afterwards."""

    def take(self, file: Path, name: str) -> Brought:
        """Keep a recording; InputError (field "file") saying what is wrong with it."""

    def take_signal(self, file: Path, name: str, kind: SignalName) -> tuple[str, float]:
        """Make a prepared file of it, and say its SHA-256 and length in seconds; InputError likewise."""
