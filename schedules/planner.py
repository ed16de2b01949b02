"""What instants a rule means. Pure: the caller gives every "now", the time zone of the place and its calendar.

Daylight saving, as RFC 5545 (3.3.5) has it: a clock time that a change skips is taken with the
offset before the change (02:30 becomes 03:30), one that comes twice is taken the first time. Every
occurrence is thus one instant, and comes once however many clock times lead to it.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from heapq import merge
from itertools import takewhile
from operator import itemgetter
from zoneinfo import ZoneInfo

from controller.core.announcements import Late
from schedules import patterns, recurrence
from schedules.day_types import Calendar
from schedules.rules import Once, Recurrence, Repeating, Rule

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_END = datetime(2200, 1, 1, tzinfo=UTC)  # nobody plans beyond
_END_DAY = _END.date() + _DAY  # of any place
_TYPES_AHEAD = timedelta(days=800)  # what type a day will be is looked for so far ahead, and no further
PLAIN = Calendar()


def next_after(rule: Rule, after: datetime, tz: tzinfo, calendar: Calendar = PLAIN) -> datetime | None:
    """The first occurrence strictly after an instant, in UTC; None if there is none before 2200."""
    return next(occurrences(rule, after, tz, calendar), None)


def due_between(rule: Rule, after: datetime, until: datetime, tz: tzinfo, calendar: Calendar = PLAIN) -> list[datetime]:
    """The occurrences in (after, until], in UTC and in order."""
    return list(takewhile(lambda at: at <= until, occurrences(rule, after, tz, calendar)))


def occurrences(rule: Rule, after: datetime, tz: tzinfo, calendar: Calendar = PLAIN) -> Iterator[datetime]:
    """Every occurrence strictly after an instant and before 2200, in UTC: lazily, ascending, none twice."""
    if after >= _END:
        return iter(())
    if not rule.changes:
        return _unchanged(rule, after, tz, calendar)
    left_out: set[datetime] = set()
    added: list[datetime] = []
    found: datetime | None = None
    for due, to in sorted(((_instant(change.due, tz), change.to) for change in rule.changes), key=itemgetter(0)):
        if found is None or found < due:
            found = next(_unchanged(rule, due - _TICK, tz, calendar), _END)
        if found != due:
            continue  # what it changes is no occurrence any longer
        left_out.add(due)
        if to is not None:
            added.append(_instant(to, tz))
    kept = (at for at in _unchanged(rule, after, tz, calendar) if at not in left_out)
    return _without_twins(merge(kept, sorted(filter(_planned, added))), after)


def _unchanged(rule: Rule, after: datetime, tz: tzinfo, calendar: Calendar) -> Iterator[datetime]:
    """The occurrences as they would be if no single one had been moved."""
    near = after.astimezone(tz).date()
    if _steady_offset(near, tz) is None:
        near -= _DAY  # a change that skips 23:00-24:00 moves yesterday's 23:30 to today
    begin = max(near, rule.first) if rule.first else near
    end = min(_END_DAY, rule.last) if rule.last else _END_DAY
    if rule.day_types:
        end = min(end, begin + _TYPES_AHEAD)
    pattern, stands = rule.pattern, _stands(rule, calendar)
    match pattern:
        case Repeating():
            days: Iterator[date] = takewhile(
                lambda day: day <= end, patterns.spoken_on(pattern, rule.first or near, begin)
            )
            days = filter(stands, days) if stands else days
            times = patterns.times_of(pattern.clocks)
            walls = (datetime.combine(day, at) for day in days for at in times)
            return takewhile(_planned, _instants(walls, after, tz))
        case Once(at):
            found: Iterator[datetime] = iter((at.astimezone(UTC),) if at > after else ())
        case Recurrence():
            zone = ZoneInfo(pattern.zone) if pattern.zone else tz
            wall = after.astimezone(zone).replace(tzinfo=None) - _DAY
            if rule.first:
                wall = max(wall, datetime.combine(rule.first - 2 * _DAY, time()))  # the zones' clocks are not one
            found = _instants(recurrence.walls(pattern, wall, zone), after, zone)
    dated = takewhile(
        lambda dated: dated[1] <= end, ((at, at.astimezone(tz).date()) for at in takewhile(_planned, found))
    )
    return (at for at, day in dated if begin <= day and (stands is None or stands(day)))


def _stands(rule: Rule, calendar: Calendar) -> Callable[[date], bool] | None:
    """Whether it may be spoken on a day of its span; None: on every one."""
    skip, types = rule.skip, rule.day_types
    if not types:
        return (lambda day: day not in skip) if skip else None
    return lambda day: day not in skip and calendar.type_of(day) in types


def _planned(at: datetime) -> bool:
    return at < _END


def _instants(walls: Iterable[datetime], after: datetime, tz: tzinfo) -> Iterator[datetime]:
    """Clock times (naive, ascending) as instants after `after`, ascending, none twice."""
    pending: list[datetime] = []
    seen = after
    for wall in walls:
        steady = _steady_offset(wall.date(), tz)
        if steady is None:
            at, low = _instant(wall, tz), _no_earlier(wall, tz)
        else:
            at = low = (wall - steady).replace(tzinfo=UTC)
        if pending or at != low:
            insort(pending, at)
            while pending and pending[0] <= low:
                first = pending.pop(0)
                if first > seen:
                    seen = first
                    yield first
        elif at > seen:
            seen = at
            yield at
    yield from _without_twins(pending, seen)


def _instant(wall: datetime, tz: tzinfo) -> datetime:
    return wall.replace(tzinfo=tz).astimezone(UTC)


@lru_cache(maxsize=4096)
def _steady_offset(day: date, tz: tzinfo) -> timedelta | None:
    """What the clock is ahead of UTC on a day; None if it is changed then, the day before or the day after."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=tz)
    offsets = {(midnight + n * _DAY).utcoffset() for n in range(-1, 3)}
    return offsets.pop() if len(offsets) == 1 else None


def _no_earlier(wall: datetime, tz: tzinfo) -> datetime:
    """Before this instant there is none of any clock time from `wall` on, whatever change of the clock is near."""
    offsets = [day.replace(tzinfo=tz).utcoffset() or timedelta() for day in (wall - _DAY, wall, wall + _DAY)]
    return (wall - max(offsets)).replace(tzinfo=UTC)


def _without_twins(ascending: Iterable[datetime], seen: datetime) -> Iterator[datetime]:
    for at in ascending:
        if at > seen:
            seen = at
            yield at


def sift_late(
    due: list[datetime], now: datetime, late_window_s: float, late: Late = Late.PLAY
) -> tuple[list[datetime], list[datetime]]:
    """What to put in line and what is missed, of the occurrences of one rule (ascending).

    Of those whose instant has passed at most the newest is still spoken, and only within the late
    window, if its policy allows it at all: after a power cut nothing is replayed in bulk.
    """
    past = [at for at in due if at < now]
    ahead = [at for at in due if at >= now]
    window = timedelta(seconds=0 if late is Late.SKIP else late_window_s)
    spoken = [at for at in past[-1:] if now <= at + window]
    return spoken + ahead, past[: len(past) - len(spoken)]
