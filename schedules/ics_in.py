"""iCalendar in: the events of a file as rules, and line by line what was not understood.

Pure. What a file says of people, places and bells is left out and listed; an event whose times
cannot be kept exactly is left out as a whole. Follows RFC 5545; where the calendars of phones do
otherwise, it is said beside the line.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import takewhile
from zoneinfo import ZoneInfo

from controller.core.announcements import clean
from controller.core.errors import InputError, Problem
from schedules import recurrence
from schedules.documents import FIRST_YEAR
from schedules.ical import Block, Line, blocks_of
from schedules.ics_times import At, LeftOut, LeftOutError, Times, refusal
from schedules.planner import next_after
from schedules.rules import Change, Once, Recurrence, Rule

NO_TEXT = "no_text"  # notes: the title is all there is to be spoken
ALL_DAY = "all_day"  # it had no clock time and got the one for all of them
_BEGINNING = datetime(1, 1, 3, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_TAG = re.compile(r"</?(?:a|b|br|div|em|i|li|ol|p|span|strong|u|ul|html|body|h[1-6])\b[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_OF_EVENT = frozenset(
    ("UID", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
     "STATUS", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED")
)  # fmt: skip
_OF_CALENDAR = frozenset(("VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME"))


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """`part` tells what stems from one UID apart; `lengths` has the occurrences that do not last `length`, by due."""

    uid: str
    part: str
    title: str
    text: str
    rule: Rule
    length: timedelta
    line: int
    notes: tuple[str, ...] = ()
    lengths: Mapping[datetime, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """`events` and `left_out` stand in the order of the file's lines."""

    events: tuple[ImportedEvent, ...]
    left_out: tuple[LeftOut, ...]


def read(data: bytes | str, tz: tzinfo, all_day_at: time | None = None, most: int | None = None) -> Imported:
    """What a file has to say to the clock of a place.

    Events without a clock time are taken at `all_day_at`, or left out. InputError, field "calendar":
    "ics_broken" with the number of the line at fault; "ics_too_many" for more events than `most`.
    """
    calendars = blocks_of(data)
    count = sum(block.name == "VEVENT" for calendar in calendars for block in calendar.blocks)
    if most is not None and count > most:
        raise InputError(Problem.of("calendar", "ics_too_many", count=count, most=most))
    events: list[ImportedEvent] = []
    left_out: list[LeftOut] = []
    for calendar in calendars:
        reader = _Reader(Times(calendar, tz, all_day_at), tz)
        reader.calendar(calendar)
        events += reader.events
        left_out += reader.left_out
    return Imported(
        tuple(sorted(events, key=lambda event: event.line)), tuple(sorted(left_out, key=lambda entry: entry.line))
    )


def storable(rule: Rule, tz: tzinfo) -> Rule:
    """The same rule from the year 2000 on, for documents take no other: what began long ago begins there.

    An occurrence can stand in for the start: it has the weekday, day and month that an RRULE takes
    from its start, and lies in an interval that is counted. Not where occurrences are counted.
    """
    pattern = rule.pattern
    if not isinstance(pattern, Recurrence) or pattern.start.year >= FIRST_YEAR:
        return rule
    zone = ZoneInfo(pattern.zone) if pattern.zone else tz
    parts = recurrence.checked(pattern, zone)
    near = pattern.start.replace(year=FIRST_YEAR, month=1, day=1, hour=0, minute=0, second=0)
    begin = next(recurrence.walls(replace(pattern, rdates=()), near, zone), None)
    if parts is None or parts.count or begin is None:
        return rule
    rdates = tuple(at for at in pattern.rdates if at >= near)
    exdates = tuple(at for at in pattern.exdates if at >= near)
    changes = tuple(change for change in rule.changes if change.due >= near)
    return replace(rule, pattern=replace(pattern, start=begin, rdates=rdates, exdates=exdates), changes=changes)


@dataclass(frozen=True, slots=True)
class _Event:
    """A VEVENT taken apart. `stands_for`: the occurrence in whose place it stands, with its line."""

    line: int
    uid: str
    title: str
    text: str
    start: At
    length: timedelta
    rrule: Line | None
    rdates: tuple[At, ...]
    exdates: tuple[At, ...]
    stands_for: tuple[At, Line] | None
    cancelled: bool
    sequence: int

    @property
    def notes(self) -> tuple[str, ...]:
        return (*((ALL_DAY,) if self.start.whole_day else ()), *((NO_TEXT,) if self.text == self.title else ()))


class _Reader:
    """One calendar; what it finds gathers in `events` and `left_out`."""

    def __init__(self, times: Times, tz: tzinfo) -> None:
        self._times, self._tz = times, tz
        self.events: list[ImportedEvent] = []
        self.left_out: list[LeftOut] = []

    def calendar(self, block: Block) -> None:
        method = block.first("METHOD")
        called_off = method is not None and method.value.strip().upper() == "CANCEL"
        self._unused(line for line in block.lines if line.name not in _OF_CALENDAR)
        self._unused(each for each in block.blocks if each.name not in {"VEVENT", "VTIMEZONE"})
        found = []
        for each in block.blocks:
            if each.name == "VEVENT":
                try:
                    found.append(self._event(each, called_off))
                except LeftOutError as error:
                    self.left_out.append(error.entry)
        for group in self._newest(found):
            self._group(group)

    def _unused(self, what: Iterable[Line | Block]) -> None:
        for one in what:
            self._leave(one.number, one.name, "ics_unused", name=one.name)

    def _leave(self, number: int, what: str, code: str, refused: bool = False, **facts: object) -> None:
        self.left_out.append(LeftOut(number, what, Problem.of(what, code, **facts), refused))

    def _event(self, block: Block, called_off: bool) -> _Event:
        old = block.first("EXRULE")
        if old:  # of RFC 2445: what it takes out cannot be taken out here, so the event is not taken at all
            raise refusal(old, "ics_exrule")
        self._unused(line for line in block.lines if line.name not in _OF_EVENT)
        self._unused(block.blocks)
        self._unused(block.all("RRULE")[1:])
        begin = block.first("DTSTART")
        if begin is None:
            raise LeftOutError(LeftOut(block.number, "VEVENT", Problem.of("DTSTART", "ics_no_start"), True))
        times, start = self._times, self._times.at(begin)
        title, text = " ".join(_said(block, "SUMMARY").split()), _said(block, "DESCRIPTION")
        title = title or " ".join(text.split())[:80]
        uid, stands = block.first("UID"), block.first("RECURRENCE-ID")
        number = _word(block, "SEQUENCE")
        return _Event(
            line=block.number,
            uid=uid.text.strip() if uid else f"line-{block.number}",
            title=title,
            text=text or title,
            start=start,
            length=times.length(block, start),
            rrule=block.first("RRULE"),
            rdates=tuple(times.several(block.all("RDATE"), start)),
            exdates=tuple(times.several(block.all("EXDATE"), start)),
            stands_for=(times.at(stands), stands) if stands else None,
            cancelled=called_off or _word(block, "STATUS") == "CANCELLED",
            sequence=int(number) if number.isdecimal() else 0,
        )

    def _newest(self, events: list[_Event]) -> list[list[_Event]]:
        """The events by UID; of one that stands there in several versions only the newest (SEQUENCE, 3.8.7.4).

        Those of the same version are kept all: there are programs that give one UID to everything.
        """
        versions: dict[tuple[str, object], int] = defaultdict(int)
        groups: dict[str, list[_Event]] = defaultdict(list)
        for event in events:
            key = (event.uid, event.stands_for and event.stands_for[0])
            versions[key] = max(versions[key], event.sequence)
        for event in events:
            if event.sequence < versions[event.uid, event.stands_for and event.stands_for[0]]:
                self._leave(event.line, "VEVENT", "ics_older")
            else:
                groups[event.uid].append(event)
        return list(groups.values())

    def _group(self, group: list[_Event]) -> None:
        """What belongs to one UID: a series, and the occurrences of it that are otherwise."""
        masters = [event for event in group if event.stands_for is None]
        others = [event for event in group if event.stands_for is not None]
        for number, master in enumerate(masters, 1):
            changed_here, others = others, []  # those of the first one
            if master.cancelled:
                self._leave(master.line, "VEVENT", "ics_cancelled")
                continue
            try:
                rule = self._rule(master)
            except LeftOutError as error:
                self.left_out.append(error.entry)
                continue
            part = str(number) if number > 1 else ""
            made = ImportedEvent(
                master.uid, part, master.title, master.text, rule, master.length, master.line, master.notes
            )
            made = self._changed(made, changed_here)
            if next_after(made.rule, _BEGINNING, self._tz) is None:
                self._leave(master.line, "VEVENT", "ics_nothing_left")
            else:
                self.events.append(made)
        for event in others:  # of a series that is not in the file
            self._own(event)

    def _rule(self, event: _Event) -> Rule:
        times, start = self._times, event.start
        if event.rrule is None and not event.rdates:
            at = times.instant(start).astimezone(self._tz)
            left_out = any(times.on_clock_of(day, start) == start.wall for day in event.exdates)
            return Rule(Once(at), skip=frozenset({at.date()} if left_out else ()))
        text = event.rrule.value.strip().upper() if event.rrule else ""
        rdates = tuple(sorted({times.on_clock_of(at, start) for at in event.rdates}))
        found = Recurrence(start.wall, text, rdates, (), start.zone)
        try:
            recurrence.checked(found, times.tz_of(start))
        except InputError as error:
            number = event.rrule.number if event.rrule else event.line
            raise LeftOutError(LeftOut(number, "RRULE", error.problems[0], True)) from error
        exdates = {wall for at in event.exdates for wall in self._excluded(at, start, found)}
        return Rule(replace(found, exdates=tuple(sorted(exdates))))

    def _excluded(self, at: At, start: At, found: Recurrence) -> Iterable[datetime]:
        """A DATE takes the whole day out, as phones mean it; the standard wants the very type of DTSTART."""
        if not at.whole_day or start.whole_day:
            return (self._times.on_clock_of(at, start),)
        midnight = at.wall.replace(hour=0, minute=0)
        walls = recurrence.walls(found, midnight, self._times.tz_of(start))
        return takewhile(lambda wall: wall < midnight + _DAY, walls)

    def _changed(self, master: ImportedEvent, others: list[_Event]) -> ImportedEvent:
        """With the occurrences that are otherwise (RECURRENCE-ID, 3.8.4.4)."""
        changes: dict[datetime, Change] = {}
        lengths: dict[datetime, timedelta] = {}
        for event in others:
            assert event.stands_for is not None  # noqa: S101 - what makes it one of the others
            stands_for, line = event.stands_for
            if line.params.get("RANGE", ("",))[0].upper() == "THISANDFUTURE":
                self._leave(line.number, line.name, "ics_this_and_future")
                continue
            due, to = self._times.instant(stands_for), self._times.instant(event.start)
            wall = self._here(due)
            if next_after(master.rule, due - _TICK, self._tz) != due:
                self._own(event)  # it stands for none, so it stands for itself
            elif event.cancelled:
                changes[wall] = Change(wall, None)
            elif (event.title, event.text) == (master.title, master.text):
                if to != due:
                    changes[wall] = Change(wall, self._here(to))
                if event.length != master.length:
                    lengths[to] = event.length
            else:
                changes[wall] = Change(wall, None)
                self._own(event)
        ordered = tuple(changes[due] for due in sorted(changes))
        return replace(master, rule=replace(master.rule, changes=ordered), lengths=lengths)

    def _own(self, event: _Event) -> None:
        """An occurrence that becomes an event of its own."""
        if event.cancelled or event.stands_for is None:
            self._leave(event.line, "VEVENT", "ics_cancelled")
            return
        part = f"{self._times.instant(event.stands_for[0]):%Y%m%dT%H%M%SZ}"
        rule = Rule(Once(self._times.instant(event.start).astimezone(self._tz)))
        self.events.append(
            ImportedEvent(event.uid, part, event.title, event.text, rule, event.length, event.line, event.notes)
        )

    def _here(self, at: datetime) -> datetime:
        return at.astimezone(self._tz).replace(tzinfo=None)


def _word(block: Block, name: str) -> str:
    line = block.first(name)
    return line.value.strip().upper() if line else ""


def _said(block: Block, name: str) -> str:
    """A text without what some calendars put into it: marks of HTML, and characters that nobody sees."""
    line = block.first(name)
    text = line.text if line else ""
    if _TAG.search(text):
        text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\t", " ")
    return clean("".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN))
