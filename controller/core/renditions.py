"""A rendition: the prepared sound file of one revision of an announcement, named by its SHA-256.

Only what was approved is broadcast, and approved is that very file. Another voice, another dictionary or
another text makes another rendition, which asks for approval again; until it has it the one before is spoken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RenditionState(StrEnum):
    WANTED = "wanted"  # nobody has tried yet
    READY = "ready"
    FAILED = "failed"  # cannot be spoken; `reason` says why


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing a text gave: one mono 48 kHz 16-bit WAV file, checked and loudness-normalised."""

    sha256: str
    duration_s: float
    lufs: float
    true_peak_dbtp: float
    engine: str
    tried: tuple[str, ...] = ()  # "engine: reason" of each engine that failed before


@dataclass(frozen=True, slots=True)
class Rendition:
    id: str
    announcement_id: str
    revision: int
    state: RenditionState
    prepared: Prepared | None
    reason: str  # for FAILED: a key of the word catalogues (section `unspeakable`)
    tried: tuple[str, ...]
    wanted_at: datetime
    done_at: datetime | None
    number: int = 1  # grows with each rendition of one revision
    recipe: str = ""  # tells what it was made of: another recipe, another rendition
    approved_by: str = ""  # "": nobody yet, or by the station's policy
    approved_at: datetime | None = None

    @property
    def approved(self) -> bool:
        return self.approved_at is not None
