"""What the kiosk asks the station for on a resident's behalf, and what comes back. Values only.

A seat in a session and a call for help are asked for by small files that the controller takes over
(`controller/kiosk_requests.py`); how they stand then is news like any other. A file is looked up at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SEAT, HELP = "seat", "help"


@dataclass(frozen=True, slots=True)
class Ask:
    """Effect: a seat in the session `about`, or help; answered by Asked or NotAsked."""

    kind: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """It lies on the disk under this id, which is nobody's."""

    kind: str
    ident: str


@dataclass(frozen=True, slots=True)
class NotAsked:
    kind: str


@dataclass(frozen=True, slots=True)
class FindFile:
    """Effect: how a filed service stands, by its receipt's token, or by number and birth date."""

    token: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    born: str = field(default="", repr=False)  # "YYYY-MM-DD" or "YYYY"


class Found(StrEnum):
    FOUND = "found"
    UNKNOWN = "unknown"  # no such file, or another birth date
    OFTEN = "often"  # too many wrong ones: not now
    UNREADABLE = "unreadable"  # the station cannot look it up now


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """`state` is the last part of the keys `filing.state.*` and `filing.said.*`; `lines`: what the desk
    wants the resident to know. `portal_code`: the file's in the national portal."""

    found: Found
    state: str = ""
    number: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)
    due: datetime | None = None  # until when the result was promised
    portal_code: str = ""


Answer = Asked | NotAsked | FileAnswer
