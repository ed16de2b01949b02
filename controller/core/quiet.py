"""Quiet hours: when nothing but an emergency may sound. Pure.

Quiet is what the clock of the place shows, so a stretch of real time is looked at piece by piece of
one UTC offset: hours that a change of the clocks skips do not happen, hours that it repeats are
quiet twice. All spans are half open: at 05:30 the hours "21:00-05:30" are over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SEARCH = 3 * _DAY  # further away than this no time is "near"

Stretch = tuple[datetime, datetime]  # [begin, end), aware, UTC


@dataclass(frozen=True, slots=True)
class Span:
    """Quiet from `begin` to `end` on the clock; over midnight if `end` is the earlier, all day if they are the same."""

    begin: time
    end: time

    def holds(self, clock: time) -> bool:
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def on(self, day: date) -> Stretch:
        """The naive local [begin, end) of the span that begins on a day."""
        begin, end = datetime.combine(day, self.begin), datetime.combine(day, self.end)
        return begin, end if end > begin else end + _DAY


def span_of(text: str) -> Span:
    """ "21:00-05:30", as the configuration has checked it; ValueError for what has no two clock times."""
    begin, _, end = text.partition("-")
    return Span(time.fromisoformat(begin), time.fromisoformat(end))


def is_quiet(spans: Sequence[Span], at_local: datetime) -> bool:
    """Whether an instant, given on the clock of the place, is quiet."""
    return any(span.holds(at_local.time()) for span in spans)


def touches(spans: Sequence[Span], begin: datetime, end: datetime, tz: tzinfo) -> bool:
    """Whether any of [begin, end) is quiet. Aware instants; of an empty stretch its beginning counts."""
    return any(True for _ in _quiet(spans, begin, max(end, begin + timedelta.resolution), tz))


def touched(spans: Sequence[Span], begin: datetime, end: datetime, tz: tzinfo) -> Span | None:
    """The span whose quiet time is met first in [begin, end), or None."""
    end = max(end, begin + timedelta.resolution)
    met = [
        (min(found)[0], number) for number, span in enumerate(spans) if (found := [*_quiet((span,), begin, end, tz)])
    ]
    return spans[min(met)[1]] if met else None


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest starts, in UTC and on a full minute; None where there is none within `SEARCH`."""

    before: datetime | None
    after: datetime | None


def nearest_allowed(spans: Sequence[Span], at: datetime, length: timedelta, tz: tzinfo) -> Nearest:
    """When something of this length can begin, nearest to `at`, without touching quiet hours."""
    return Nearest(_before(spans, at, length, tz), _after(spans, at, length, tz))


def _after(spans: Sequence[Span], at: datetime, length: timedelta, tz: tzinfo) -> datetime | None:
    begin, length = _full_minute(at, up=True), max(length, timedelta.resolution)
    for quiet_from, quiet_to in _merged(_quiet(spans, begin, at + SEARCH + length, tz)):
        if quiet_from >= begin + length:
            break
        begin = _full_minute(quiet_to, up=True)
    return begin if begin < at + SEARCH else None


def _before(spans: Sequence[Span], at: datetime, length: timedelta, tz: tzinfo) -> datetime | None:
    begin, length = _full_minute(at, up=False), max(length, timedelta.resolution)
    for quiet_from, quiet_to in reversed(_merged(_quiet(spans, at - SEARCH, begin + length, tz))):
        if quiet_to <= begin:
            break
        begin = _full_minute(quiet_from - length, up=False)
    return begin if begin > at - SEARCH else None


def _full_minute(at: datetime, up: bool) -> datetime:
    at = at.astimezone(UTC)
    floor = at.replace(second=0, microsecond=0)
    return floor + _MINUTE if up and floor < at else floor


def _quiet(spans: Sequence[Span], begin: datetime, end: datetime, tz: tzinfo) -> Iterator[Stretch]:
    """What of [begin, end) is quiet; one span's stretches may overlap another's, and none is ordered."""
    if not spans:
        return
    for piece_from, piece_to, offset in _pieces(begin.astimezone(UTC), end.astimezone(UTC), tz):
        first = (piece_from + offset).replace(tzinfo=None)
        last = (piece_to + offset).replace(tzinfo=None)
        day = first.date() - _DAY  # yesterday's span may reach over midnight
        while day <= last.date():
            for span in spans:
                quiet_from, quiet_to = span.on(day)
                if quiet_from < last and quiet_to > first:
                    meets = max(quiet_from, first), min(quiet_to, last)
                    yield meets[0].replace(tzinfo=UTC) - offset, meets[1].replace(tzinfo=UTC) - offset
            day += _DAY


def _pieces(begin: datetime, end: datetime, tz: tzinfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """[begin, end) cut where the place's offset from UTC changes: (begin, end, offset), UTC."""
    while begin < end:
        offset = _offset(begin, tz)
        low = begin
        while low < end and _offset(high := min(low + _HOUR, end), tz) == offset:
            low = high
        if low >= end:
            yield begin, end, offset
            return
        while high - low > timedelta.resolution:  # the change lies in (low, high]
            middle = low + (high - low) / 2
            low, high = (middle, high) if _offset(middle, tz) == offset else (low, middle)
        yield begin, high, offset
        begin = high


def _offset(at: datetime, tz: tzinfo) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta()


def _merged(stretches: Iterator[Stretch]) -> list[Stretch]:
    """In order, without overlaps or gaps of nothing."""
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found
