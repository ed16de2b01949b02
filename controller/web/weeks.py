"""The days past and to come as the pages show them: what each brings, where programmes meet, where it is too much.

One snapshot of the store, without words of its own; the planner's own answer, so that nothing shown here is
another thing than what will sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from controller.core.days import SaidDay
from controller.core.levels import Level
from controller.core.utterances import UtteranceState
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.store import days
from controller.store.connection import Tx
from controller.timing.acceptance import Overfull, minutes_over
from controller.timing.outlook import DRAFT, PLANNED, Drafted, LeftOut, Meeting, Outlook, left_out, meetings, outlook
from controller.web.forms import midnight
from schedules.day_types import Calendar, DayInfo

WEEK = 7  # days
AHEAD = timedelta(hours=24)
TO_COME = frozenset({PLANNED, DRAFT, UtteranceState.QUEUED.value, UtteranceState.PLAYING.value})
SPOKEN = TO_COME | {UtteranceState.PLAYED.value}  # what counts for the minutes of a day
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One occurrence. `meeting`: what keeps it from beginning when it is due; `free_at`: the full minute from
    which nothing would."""

    entry: Outlook
    meeting: Meeting | None
    changeable: bool

    @property
    def length_s(self) -> float:
        return (self.entry.until - self.entry.due).total_seconds()

    @property
    def is_draft(self) -> bool:
        return self.entry.status == DRAFT

    @property
    def free_at(self) -> datetime | None:
        return full_minute(self.meeting.starts_at) if self.meeting else None

    @property
    def could_go_first(self) -> bool:
        """Whether the order among equals is what makes it wait: the other began when this was due already."""
        if self.meeting is None or self.is_draft or self.meeting.first.status == DRAFT:
            return False
        first, second = self.meeting.first, self.meeting.second
        began = self.meeting.starts_at - (first.until - first.due)
        same = first.level is second.level is not Level.EMERGENCY
        return same and began >= second.due and first.announcement_id != second.announcement_id


@dataclass(frozen=True, slots=True)
class Day:
    info: DayInfo
    said: SaidDay | None  # by an official
    lines: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]
    overfull: tuple[Overfull, ...]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_from(
    tx: Tx, config: StationConfig, now: datetime, first: date, words: Words, drafted: Drafted | None = None
) -> tuple[Day, ...]:
    """Seven days from `first` on."""
    tz = config.site.tz
    begin, end = midnight(first, tz), midnight(first + WEEK * _DAY, tz)
    entries = outlook(tx, config, begin, end, words, drafted)
    gone = [one for one in left_out(tx, config, begin, end) if not drafted or one.announcement_id != drafted.ident]
    too_much = overfull(entries, config)
    lines, said = lines_of(entries, config, now), days.said(tx)
    calendar = Calendar({day: one.type for day, one in said.items()})
    found = []
    for number in range(WEEK):
        day = first + number * _DAY
        found.append(
            Day(
                calendar.about(day),
                said.get(day),
                tuple(line for line in lines if line.entry.due.date() == day),
                tuple(one for one in gone if one.due.date() == day),
                tuple(over for over in too_much if over.day == day),
            )
        )
    return tuple(found)


def next_hours(
    tx: Tx, config: StationConfig, now: datetime, words: Words, drafted: Drafted | None = None
) -> tuple[Line, ...]:
    """What the next 24 hours bring."""
    return lines_of(outlook(tx, config, now, now + AHEAD, words, drafted), config, now)


def lines_of(entries: Sequence[Outlook], config: StationConfig, now: datetime) -> tuple[Line, ...]:
    waits = {(m.second.rule_id, m.second.due): m for m in meetings(entries, config)}
    changeable = {PLANNED, UtteranceState.QUEUED.value}
    return tuple(
        Line(entry, waits.get((entry.rule_id, entry.due)), entry.due > now and entry.status in changeable)
        for entry in entries
    )


def overfull(entries: Sequence[Outlook], config: StationConfig) -> list[Overfull]:
    spoken = [(e.due, (e.until - e.due).total_seconds(), e.zones) for e in entries if e.status in SPOKEN]
    return minutes_over(spoken, config)


def full_minute(at: datetime) -> datetime:
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + _MINUTE
