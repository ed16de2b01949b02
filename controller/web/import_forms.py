"""A calendar file between preview and saving: what was chosen, and the file itself, packed into the form.

Pure. Nothing of the file lies anywhere on the station until it is saved.
"""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from controller.core.announcements import TITLE_LIMIT, Draft
from controller.core.errors import InputError, Problem
from controller.core.levels import Level
from controller.runtime.config import StationConfig
from controller.web.forms import ident_of
from schedules.documents import document_of
from schedules.planner import occurrences

if TYPE_CHECKING:  # what reads calendar files takes 3 MB, and few ever do
    from schedules.ics_in import Imported, ImportedEvent
    from schedules.ics_times import LeftOut

FILE_LIMIT = 1024 * 1024  # bytes
MOST_EVENTS = 300
NEXT_SHOWN = 3
ALL_DAY_AT = "06:30"
LEVELS = (Level.NORMAL, Level.PRIORITY)  # an emergency is never imported


@dataclass(frozen=True, slots=True)
class ImportForm:
    """`take` and `instead` name events by the number of their line: those to be saved, and those of them that
    replace what was made of them before."""

    packed: str
    zones: tuple[str, ...]
    level: str
    all_day: str
    take: frozenset[str]
    instead: frozenset[str]
    batch: str  # the same as long as this preview is open, so that saving twice makes one of each

    @classmethod
    def typed(cls, single: Mapping[str, str], several: Mapping[str, Sequence[str]]) -> ImportForm:
        return cls(
            single.get("packed", ""), tuple(dict.fromkeys(several["zones"])), single.get("level", Level.NORMAL),
            single.get("all_day", ALL_DAY_AT).strip(), frozenset(several["take"]), frozenset(several["instead"]),
            single.get("batch", ""),
        )  # fmt: skip

    @classmethod
    def first(cls, packed: str, config: StationConfig, batch: str) -> ImportForm:
        zones = (config.zones[0].id,) if len(config.zones) == 1 else ()
        return cls(packed, zones, Level.NORMAL, ALL_DAY_AT, frozenset(), frozenset(), batch)

    def new_ident(self, event: ImportedEvent) -> str:
        """The id that the announcement of an event will have; "" where the form brings no good batch."""
        batch = ident_of(self.batch)
        return str(uuid5(UUID(batch), str(event.line))) if batch else ""


def packed(data: bytes) -> str:
    return b64encode(zlib.compress(data, 9)).decode()


def unpacked(text: str) -> bytes:
    """The file of a form; InputError if that is none, or has grown too large."""
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(b64decode(text, validate=True), FILE_LIMIT + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise InputError(Problem.of("calendar", "ics_gone")) from error
    if not data or len(data) > FILE_LIMIT:
        raise InputError(Problem.of("calendar", "ics_gone"))
    return data


def imported_of(form: ImportForm, tz: tzinfo) -> Imported:
    """What the file says, with the clock time that was chosen for whole days ("": they are left out)."""
    try:
        clock = time.fromisoformat(form.all_day) if form.all_day else None
    except ValueError as error:
        raise InputError(Problem.of("all_day", "bad_time", value=form.all_day, example=ALL_DAY_AT)) from error
    from schedules.ics_in import read

    return read(unpacked(form.packed), tz, clock, MOST_EVENTS)


def draft_of(event: ImportedEvent, form: ImportForm, config: StationConfig) -> tuple[Draft, dict[str, object]]:
    """The announcement of an event, and the document of its rule."""
    level = Level(form.level) if form.level in LEVELS else Level.NORMAL
    draft = Draft(
        event.title[:TITLE_LIMIT].strip(), event.text, form.zones, level, late_window_s=config.policy.late_window_s
    )
    from schedules.ics_in import storable

    return draft, document_of(storable(event.rule, config.site.tz))


def coming(event: ImportedEvent, now: datetime, tz: tzinfo) -> list[datetime]:
    """Its next times; none if it is over."""
    return list(islice(occurrences(event.rule, now, tz), NEXT_SHOWN))


@dataclass(frozen=True, slots=True)
class Unused:
    """What was left out for one reason, with the lines where it stands."""

    what: str
    problem: Problem
    refused: bool
    lines: tuple[int, ...]


def together(left_out: Sequence[LeftOut]) -> list[Unused]:
    """The same on many lines said once; what is wrong goes first."""
    groups: dict[tuple[str, Problem, bool], list[int]] = {}
    for entry in left_out:
        groups.setdefault((entry.what, entry.problem, entry.refused), []).append(entry.line)
    found = [Unused(what, problem, refused, tuple(lines)) for (what, problem, refused), lines in groups.items()]
    return sorted(found, key=lambda one: (not one.refused, one.lines))
