"""What instants a rule means. Pure: the caller gives every "now" and the time zone of the place.

Daylight saving, as RFC 5545 (3.3.5) has it: a clock time that a change skips is taken with the
offset before the change (02:30 becomes 03:30), one that comes twice is taken the first time. Every
occurrence is thus one instant, and a day that a place skipped altogether adds none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import takewhile

from schedules.rules import Daily, Once, Rule

_DAY = timedelta(days=1)


def next_after(rule: Rule, after: datetime, tz: tzinfo) -> datetime | None:
    """The first occurrence strictly after an instant, in UTC; None if there is none."""
    return next(_occurrences(rule, after, tz), None)


def due_between(rule: Rule, after: datetime, until: datetime, tz: tzinfo) -> list[datetime]:
    """The occurrences in (after, until], in UTC and in order."""
    return list(takewhile(lambda at: at <= until, _occurrences(rule, after, tz)))


def _occurrences(rule: Rule, after: datetime, tz: tzinfo) -> Iterator[datetime]:
    """Every occurrence strictly after `after`: lazily, ascending, none twice."""
    match rule:
        case Once(at):
            if at > after:
                yield at.astimezone(UTC)
        case Daily():
            yield from _daily(rule, after, tz)


def _daily(rule: Daily, after: datetime, tz: tzinfo) -> Iterator[datetime]:
    # yesterday too: a change that skips 23:00-24:00 moves yesterday's 23:30 to 00:30 of today
    day = max(rule.first, after.astimezone(tz).date() - _DAY)
    last = rule.last or date.max - _DAY
    seen = after
    while day <= last:
        at = datetime.combine(day, rule.at, tzinfo=tz).astimezone(UTC)
        if at > seen:
            yield at
            seen = at
        day += _DAY


def sift_late(due: list[datetime], now: datetime, late_window_s: float) -> tuple[list[datetime], list[datetime]]:
    """What to put in line and what is missed, of the occurrences of one rule (ascending).

    Of those whose instant has passed at most the newest is still spoken, and only within the late
    window: after a power cut nothing is replayed in bulk.
    """
    late = [at for at in due if at < now]
    ahead = [at for at in due if at >= now]
    spoken = [at for at in late[-1:] if now <= at + timedelta(seconds=late_window_s)]
    return spoken + ahead, late[: len(late) - len(spoken)]
