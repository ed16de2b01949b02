"""The Vietnamese lunar calendar, on `astronomy-engine` (the only user of it). Pure.

Three rules: a month begins on the day (UTC+7) of the new moon; month 11 holds the winter solstice;
if thirteen months lie between two months 11, the first of them in which the sun enters no new
30-degree sector is the leap month and repeats the number before it. Checked against published dates
of 1900-2100. One year is computed when first asked for and kept.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import astronomy

from controller.core.errors import InputError, Problem

FIRST_YEAR, LAST_YEAR = 1800, 2199  # of the solar day; outside, nobody has checked
_EPOCH = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - astronomy's day 0, counted in UT without a zone
_VIETNAM = timedelta(hours=7)
_SECTOR_DEG = 30.0
_SOLSTICE_DEG = 270.0


@dataclass(frozen=True, slots=True)
class LunarDate:
    day: int  # 1..30
    month: int  # 1..12
    year: int  # the solar year in which it began
    leap: bool


@dataclass(frozen=True, slots=True)
class _Month:
    first: date
    month: int
    year: int
    leap: bool


def lunar_of(day: date) -> LunarDate:
    """The lunar date of a solar day; InputError outside the years 1800-2199."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InputError(Problem.of("date", "lunar_range", first=FIRST_YEAR, last=LAST_YEAR))
    months = _months(day.year - 1)
    if months[-1].first <= day:  # the last is month 11 again, and opens the next span
        months = _months(day.year)
    month = months[bisect_right(months, day, key=lambda m: m.first) - 1]
    return LunarDate((day - month.first).days + 1, month.month, month.year, month.leap)


def solar_of(lunar: LunarDate) -> date | None:
    """The solar day of a lunar date; None where there is no such day (no such leap month, no day 30)."""
    if not FIRST_YEAR < lunar.year < LAST_YEAR:
        raise InputError(Problem.of("date", "lunar_range", first=FIRST_YEAR + 1, last=LAST_YEAR - 1))
    months = _months(lunar.year - 1 if lunar.month <= 10 else lunar.year)
    for month, following in pairwise(months):
        if (month.month, month.year, month.leap) == (lunar.month, lunar.year, lunar.leap):
            day = month.first + timedelta(days=lunar.day - 1)
            return day if lunar.day >= 1 and day < following.first else None
    return None


@lru_cache(maxsize=64)
def _months(solstice_year: int) -> tuple[_Month, ...]:
    """From the month 11 that holds the solstice of a year to the next month 11, that one included."""
    starts = _starts(solstice_year)
    leap = _leap_index(starts) if len(starts) > 13 else 0  # twelve months and the next month 11
    months: list[_Month] = []
    number = 11
    for index, first in enumerate(starts):
        if index and index != leap:
            number = number % 12 + 1
        new_year = number < 11 or index > 3  # months 11 and 12 end the old year, and come first
        months.append(_Month(first, number, solstice_year + new_year, leap > 0 and index == leap))
    return tuple(months)


def _starts(solstice_year: int) -> list[date]:
    """The first days of all months from one month 11 to the next, both included."""
    end = _solstice_day(solstice_year + 1)
    begin = _solstice_day(solstice_year)
    starts: list[date] = []
    moon = astronomy.Time(_days_of(begin) - 32.0)
    while True:
        found = astronomy.SearchMoonPhase(0.0, moon, 40.0)
        first = _day_of(found)
        if first > end:
            return starts
        if first <= begin:
            starts = [first]  # the last new moon up to the solstice opens month 11
        else:
            starts.append(first)
        moon = astronomy.Time(found.ut + 28.0)


def _leap_index(starts: list[date]) -> int:
    sectors = [_sector(first) for first in starts]
    return next(index for index in range(1, len(starts) - 1) if sectors[index] == sectors[index + 1])


def _sector(day: date) -> int:
    """Which twelfth of its way the sun is in when a day begins in Vietnam."""
    return int(astronomy.SunPosition(astronomy.Time(_days_of(day))).elon // _SECTOR_DEG)


def _solstice_day(year: int) -> date:
    return _day_of(astronomy.SearchSunLongitude(_SOLSTICE_DEG, astronomy.Time.Make(year, 12, 10, 0, 0, 0), 25.0))


def _day_of(instant: astronomy.Time) -> date:
    return (_EPOCH + timedelta(days=instant.ut) + _VIETNAM).date()


def _days_of(day: date) -> float:
    """Midnight in Vietnam at the beginning of a day, as astronomy counts."""
    return (datetime.combine(day, datetime.min.time()) - _VIETNAM - _EPOCH) / timedelta(days=1)
