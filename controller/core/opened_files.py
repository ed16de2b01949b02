"""Residents' files as the desk has them before it: the outline that needs no key, and what only a sitting opens. Pure.

What has a resident's data in it has no repr that shows it, and is never logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.core.file_documents import FileDocument
from controller.core.filings import FileState, Timing


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be known of a file without opening it."""

    id: str
    guide: str
    state: FileState
    filed_at: datetime
    changed_at: datetime
    timing: Timing
    is_new: bool  # nobody has opened it
    is_doubtful: bool = False  # nobody vouched for the clock when it was filed


@dataclass(frozen=True, slots=True, repr=False)
class QueueLine:
    """One file in the queue of an open sitting. `broken`: it cannot be opened, somebody has changed it."""

    outline: Outline
    number: str
    name: str
    portal_code: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """`place` is what `FilingDesk.photo` takes."""

    paper: str
    place: int


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """A step (with its state) or a note, as an official wrote it."""

    at: datetime
    by: str
    state: FileState | None
    text: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class OpenedFile:
    """Everything of a file but the photos themselves. Only in memory, never logged."""

    outline: Outline
    number: str
    document: FileDocument
    photos: tuple[Photo, ...]
    steps: tuple[Written, ...]
    notes: tuple[Written, ...]
    portal_code: str
    may_follow: tuple[FileState, ...]
    may_undo: bool  # the last step
    promised: datetime | None  # as it holds if the file goes on now
