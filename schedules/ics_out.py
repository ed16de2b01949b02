"""iCalendar out: rules as a calendar that a phone reads, with the very instants of the planner.

Pure. What RFC 5545 can say is said as an RRULE, one event for each clock time of the day; lunar days,
types of days, offsets and lists of dates become dated events for two years, each with a UID of its
own, for the calendars of phones do not all read RDATE or BYHOUR. Times stand on the clock of the place
(TZID, with its VTIMEZONE), not in UTC: 5 in the morning of a Monday in Vietnam is a Sunday in UTC, and a
phone shall say the weekday that the village says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from schedules import patterns, recurrence
from schedules.day_types import Calendar as Days
from schedules.ical import Calendar, Event, Timezone, recur_of
from schedules.planner import due_between, next_after
from schedules.rules import (
    LAST,
    Clocks,
    Daily,
    MonthlyByDate,
    MonthlyByWeekday,
    Recurrence,
    Repeating,
    Rule,
    Weekly,
    Yearly,
)

AHEAD = timedelta(days=731)  # how far dated events reach
_BEHIND = timedelta(days=31)  # and how far back, so that a phone keeps what it has just heard
_ZONES_AHEAD = 8  # years
_REFRESH = timedelta(hours=1)
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of an announcement. `said`: the rule in words; `place`: the names of its zones; `length`: of its
    sound; `since`: when it was made, before which it is not shown; `changed_at`: its last change."""

    ident: str
    rule: Rule
    title: str
    text: str
    said: str
    place: str
    length: timedelta
    since: datetime
    changed_at: datetime


def two_years(now: datetime, tz: tzinfo) -> tuple[datetime, datetime]:
    """What dated events cover; the same all day long, so that a phone is not told anew what has not changed."""
    today = datetime.combine(now.astimezone(tz).date(), time(), tz)
    return today - _BEHIND, today + AHEAD


def calendar(entries: Iterable[Entry], name: str, tz: tzinfo, span: tuple[datetime, datetime], days: Days) -> bytes:
    """A calendar of some rules, in UTF-8, folded at 75 octets. The same entries and span give the same bytes.

    `tz` is the place's, a ZoneInfo; `span` [from, to) is what dated events cover; `days` says what type a day is.
    """
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//Loa Lang//loalang//VI")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", _REFRESH, {"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    events = [found for entry in entries for found in _Entry(entry, tz, span, days).events()]
    earliest = min((start.date() for _, start in events), default=span[0].date())
    for zone in sorted({str(tz), *(str(start.tzinfo) for _, start in events)} - {"UTC"}):
        made.add_component(_zone(zone, earliest, span[1].date()))
    for event, _ in events:
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _zone(name: str, earliest: date, latest: date) -> Timezone:
    """The changes of its clock around what is said; phones know the name and go on by themselves."""
    first, last = date(min(earliest, latest).year - 1, 1, 1), date(latest.year + _ZONES_AHEAD, 1, 1)
    zone = Timezone.from_tzid(name, first_date=first, last_date=last)
    zone.pop("COMMENT", None)
    return zone


@dataclass(frozen=True, slots=True)
class _Series:
    """What one VEVENT with an RRULE says; naive times are on the clock of `zone`."""

    suffix: str
    zone: str
    start: datetime
    rrule: str
    without: tuple[datetime, ...]


class _Entry:
    def __init__(self, entry: Entry, tz: tzinfo, span: tuple[datetime, datetime], days: Days) -> None:
        self._entry, self._tz, self._span, self._days = entry, tz, span, days
        self._rule = entry.rule

    def events(self) -> Iterator[tuple[Event, datetime]]:
        """Its events, each with its start in a ZoneInfo."""
        series = self._series()
        if series is None:
            yield from self._dated(self._between(self._rule))
            return
        left_out, moved = self._changes()
        for one in series:
            zone = ZoneInfo(one.zone)
            start = one.start.replace(tzinfo=zone)
            event = self._event(one.suffix, start)
            event.add("rrule", recur_of(one.rrule))
            instants = {due for due in left_out if self._is_of(due, one)}
            walls = {*one.without, *(due.astimezone(zone).replace(tzinfo=None) for due in instants)}
            for wall in sorted(walls):
                event.add("exdate", wall.replace(tzinfo=zone))
            yield event, start
            for due, to in moved:
                if self._is_of(due, one):
                    instead = self._event(one.suffix, to.astimezone(self._tz))
                    instead.add("recurrence-id", due.astimezone(zone))
                    yield instead, to.astimezone(self._tz)
        pattern = self._rule.pattern
        if isinstance(pattern, Recurrence) and pattern.rdates:
            ruled = replace(self._rule, pattern=replace(pattern, rdates=()))
            yield from self._dated(sorted({*self._between(self._rule)} - {*self._between(ruled)}))

    # --- what an RRULE can say

    def _series(self) -> list[_Series] | None:
        """Its series; None where it has to be given date by date."""
        rule = self._rule
        match rule.pattern:
            case Repeating(days, clocks, 0) if not rule.day_types:
                text = _rrule(days)
                if text is None:
                    return None
                return [found for at in patterns.times_of(clocks) if (found := self._at_clock(rule, text, at))]
            case Recurrence(start, rrule, rdates) if rrule and not rule.day_types and not rule.last:
                if (rule.first and rule.first > start.date()) or (rdates and rule.changes):
                    return None
                return [self._of_recurrence(rule.pattern)]
            case _:
                return None

    def _at_clock(self, rule: Rule, text: str, at: time) -> _Series | None:
        assert isinstance(rule.pattern, Repeating)  # noqa: S101 - its only caller has seen to it
        pattern = replace(rule.pattern, clocks=Clocks((at,)))
        since = self._entry.since.astimezone(self._tz).date()
        begin = max(since, rule.first) if rule.first else since
        start = next(patterns.walls(pattern, rule.first or begin, begin), None)
        if start is None or (rule.last and start.date() > rule.last):
            return None
        if rule.last:
            until = datetime.combine(rule.last + _DAY, time(), self._tz).astimezone(UTC) - timedelta(seconds=1)
            text += f";UNTIL={until:%Y%m%dT%H%M%SZ}"
        without = sorted(datetime.combine(day, at) for day in rule.skip if day >= start.date())
        return _Series(f"-{at:%H%M}", str(self._tz), start, text, tuple(without))

    def _of_recurrence(self, pattern: Recurrence) -> _Series:
        zone = pattern.zone or str(self._tz)
        tz = ZoneInfo(zone)
        parts = recurrence.parts_of(pattern.rrule, pattern.start, tz)
        text = pattern.rrule
        if parts.until:  # 3.3.10: in UTC where the start has a zone
            until = parts.until.replace(tzinfo=tz).astimezone(UTC)
            text = re.sub(r"UNTIL=[0-9TZ]+", f"UNTIL={until:%Y%m%dT%H%M%SZ}", text)
        skipped = [
            due.astimezone(tz).replace(tzinfo=None)
            for day in self._rule.skip
            for due in self._on_day(replace(self._rule, skip=frozenset(), changes=()), day)
        ]
        return _Series("", zone, pattern.start, text, tuple(sorted({*pattern.exdates, *skipped})))

    def _on_day(self, rule: Rule, day: date) -> list[datetime]:
        begin = datetime.combine(day, time(), self._tz)
        return due_between(rule, begin - _TICK, datetime.combine(day + _DAY, time(), self._tz) - _TICK, self._tz)

    def _changes(self) -> tuple[list[datetime], list[tuple[datetime, datetime]]]:
        """The instants that are left out, and those moved with where to; both as the planner understands them."""
        plain = replace(self._rule, changes=())
        left_out, moved = [], []
        for change in self._rule.changes:
            due = change.due.replace(tzinfo=self._tz).astimezone(UTC)
            if next_after(plain, due - _TICK, self._tz, self._days) != due:
                continue
            if change.to is None:
                left_out.append(due)
            else:
                moved.append((due, change.to.replace(tzinfo=self._tz).astimezone(UTC)))
        return left_out, moved

    @staticmethod
    def _is_of(due: datetime, series: _Series) -> bool:
        """Of the series of one rule each has its own clock time; that of a recurrence is alone."""
        zone = ZoneInfo(series.zone)
        wall = datetime.combine(due.astimezone(zone).date(), series.start.time())
        return not series.suffix or wall.replace(tzinfo=zone).astimezone(UTC) == due

    # --- events

    def _between(self, rule: Rule) -> list[datetime]:
        begin, end = self._span
        return due_between(rule, max(self._entry.since, begin) - _TICK, end - _TICK, self._tz, self._days)

    def _dated(self, instants: Sequence[datetime]) -> Iterator[tuple[Event, datetime]]:
        for at in instants:
            start = at.astimezone(self._tz)
            yield self._event(f"-{at:%Y%m%dT%H%M%SZ}", start), start

    def _event(self, suffix: str, start: datetime) -> Event:
        entry = self._entry
        event = Event()
        event.add("uid", f"{entry.ident}{suffix}@loalang")
        event.add("dtstamp", entry.changed_at.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", start)
        event.add("duration", timedelta(seconds=max(1, round(entry.length.total_seconds()))))
        event.add("summary", entry.title)
        event.add("description", f"{entry.text}\n\n{entry.said}")
        event.add("location", entry.place)
        return event


def _rrule(days: object) -> str | None:
    """The RRULE of some days; None for those that it cannot say."""
    match days:
        case Daily(every):
            return f"FREQ=DAILY;INTERVAL={every}"
        case Weekly(weekdays, every):
            names = ",".join(_WEEKDAYS[day - 1] for day in weekdays)
            return f"FREQ=WEEKLY;INTERVAL={every};BYDAY={names};WKST=MO"
        case MonthlyByDate(numbers):
            return f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, numbers))}"  # LAST is -1 here and there
        case MonthlyByWeekday(weekday, which):
            return f"FREQ=MONTHLY;BYDAY={which}{_WEEKDAYS[weekday - 1]}"
        case Yearly(month, day):
            return f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day if day != LAST else -1}"
        case _:
            return None
