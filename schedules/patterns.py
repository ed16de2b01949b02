"""Which days, and what times of them, a pattern means: on the clock of the place, ascending, lazily.

Pure calendar reckoning without zones, "now" or exceptions; those are the planner's.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from schedules.lunar import LunarMonth, lunar_months
from schedules.rules import (
    LAST,
    Between,
    Clocks,
    Daily,
    Dates,
    Day30,
    Days,
    Leap,
    LunarMonthly,
    LunarYearly,
    MonthlyByDate,
    MonthlyByWeekday,
    Repeating,
    Weekly,
    Yearly,
)

_DAY = timedelta(days=1)
_FIRST, _LAST = date.min + 400 * _DAY, date.max - 400 * _DAY  # so that no sum of days leaves the calendar


def walls(pattern: Repeating, anchor: date, start: date) -> Iterator[datetime]:
    """Its occurrences on `start` and after, naive; `anchor` is the day from which every other day or week counts."""
    times = times_of(pattern.clocks)
    return (datetime.combine(day, at) for day in spoken_on(pattern, anchor, start) for at in times)


def spoken_on(pattern: Repeating, anchor: date, start: date) -> Iterator[date]:
    """The days of those occurrences, ascending."""
    offset = timedelta(days=pattern.offset_days)
    found = days_from(pattern.days, anchor, max(_FIRST, start) - offset)
    return (meant + offset for meant in found) if offset else found


@lru_cache(maxsize=256)
def times_of(clocks: Clocks | Between) -> tuple[time, ...]:
    """The clock times of a day, ascending."""
    match clocks:
        case Clocks(times):
            return times
        case Between(begin, end, every_min):
            minutes = range(begin.hour * 60 + begin.minute, end.hour * 60 + end.minute + 1, every_min)
            return tuple(time(minute // 60, minute % 60) for minute in minutes)


def days_from(days: Days, anchor: date, start: date) -> Iterator[date]:
    """The days of a pattern from `start` on, ascending; to the end of the calendar."""
    found: Iterable[date]
    match days:
        case Dates(dates):
            found = dates
        case Daily(every):
            found = _daily(every, anchor, start)
        case Weekly(weekdays, every):
            found = _weekly(weekdays, every, anchor, start)
        case MonthlyByDate(numbers):
            found = (d for year, month in _months(start) for d in _dates_of_month(year, month, numbers))
        case MonthlyByWeekday(weekday, which):
            found = (d for year, month in _months(start) for d in _weekdays_of_month(year, month, weekday, which))
        case Yearly(month, day):
            found = (d for year in range(start.year, _LAST.year) for d in _dates_of_month(year, month, (day,)))
        case LunarMonthly(numbers, leap, day_30):
            lunar = (each for each in lunar_months(start) if _meant(each, leap))
            found = (d for each in lunar for d in _days_of_lunar(each, numbers, day_30))
        case LunarYearly(number, day, leap, day_30):
            lunar = (each for each in lunar_months(start) if each.month == number and _meant(each, leap))
            found = (d for each in lunar for d in _days_of_lunar(each, (day,), day_30))
    for at in found:
        if at >= start:
            yield at


def _daily(every: int, anchor: date, start: date) -> Iterator[date]:
    day = start + timedelta(days=(anchor - start).days % every)
    step = timedelta(days=every)
    while day <= _LAST:
        yield day
        day += step


def _weekly(weekdays: tuple[int, ...], every: int, anchor: date, start: date) -> Iterator[date]:
    monday, anchors = (day - timedelta(days=day.weekday()) for day in (start, anchor))
    monday += timedelta(weeks=(anchors - monday).days // 7 % every)
    step = timedelta(weeks=every)
    while monday <= _LAST:
        for weekday in weekdays:
            yield monday + timedelta(days=weekday - 1)
        monday += step


def _months(start: date) -> Iterator[tuple[int, int]]:
    for number in range(start.year * 12 + start.month - 1, _LAST.year * 12):
        yield number // 12, number % 12 + 1


def _dates_of_month(year: int, month: int, numbers: tuple[int, ...]) -> list[date]:
    length = monthrange(year, month)[1]
    return [date(year, month, day) for day in sorted({length if n == LAST else n for n in numbers}) if day <= length]


def _weekdays_of_month(year: int, month: int, weekday: int, which: int) -> list[date]:
    begins_on, length = monthrange(year, month)
    first = 1 + (weekday - 1 - begins_on) % 7
    day = first + (length - first) // 7 * 7 if which == LAST else first + (which - 1) * 7
    return [date(year, month, day)] if day <= length else []


def _meant(month: LunarMonth, leap: Leap) -> bool:
    return leap is Leap.BOTH or month.leap is (leap is Leap.LEAP)


def _days_of_lunar(month: LunarMonth, numbers: tuple[int, ...], day_30: Day30) -> list[date]:
    found = set()
    for number in numbers:
        if number == LAST or (number > month.length and day_30 is Day30.LAST):
            found.add(month.length)
        elif number <= month.length:
            found.add(number)
    return [month.first + timedelta(days=day - 1) for day in sorted(found)]
