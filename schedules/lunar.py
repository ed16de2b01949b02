"""The Vietnamese lunar calendar of the years 1800-2199, read from a table. Pure.

`data/lunar.txt` says when each month begins; `schedules.lunar_table` made it from the moon and the sun.
Checked against the published new years and leap months of 1900-2100. All years are counted in UTC+7, as
Vietnam has counted since 1968. Almanacs of the time before, and the South's until 1975, counted in
other ways: a date told by them may differ by a day, now and then by a month.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from controller.core.errors import InputError, Problem

FIRST_YEAR, LAST_YEAR = 1800, 2199  # of the solar day; outside, there is no table
TABLE = Path(__file__).parent / "data" / "lunar.txt"


@dataclass(frozen=True, slots=True)
class LunarDate:
    day: int  # 1..30
    month: int  # 1..12
    year: int  # the solar year in which it began
    leap: bool


@dataclass(frozen=True, slots=True)
class LunarMonth:
    first: date
    length: int  # 29 or 30
    month: int  # 1..12
    year: int  # the solar year in which the lunar year began
    leap: bool


def lunar_of(day: date) -> LunarDate:
    """The lunar date of a solar day; InputError outside the years 1800-2199."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InputError(Problem.of("date", "lunar_range", first=FIRST_YEAR, last=LAST_YEAR))
    months = _months(_index_of(day))
    month = months[bisect_right(months, day, key=_first) - 1]
    return LunarDate((day - month.first).days + 1, month.month, month.year, month.leap)


def solar_of(lunar: LunarDate) -> date | None:
    """The solar day of a lunar date; None where there is no such day (no such leap month, no day 30)."""
    if not FIRST_YEAR < lunar.year < LAST_YEAR:
        raise InputError(Problem.of("date", "lunar_range", first=FIRST_YEAR + 1, last=LAST_YEAR - 1))
    span = lunar.year - FIRST_YEAR + (lunar.month > 10)  # months 11 and 12 stand in the line of the next span
    for month in _months(span):
        if (month.month, month.year, month.leap) == (lunar.month, lunar.year, lunar.leap):
            return month.first + timedelta(days=lunar.day - 1) if 1 <= lunar.day <= month.length else None
    return None


def lunar_months(start: date) -> Iterator[LunarMonth]:
    """The month that holds `start` and all after it, ascending, to the end of the table (in the year 2200).

    A `start` before the table begins with its first month; after its end nothing comes.
    """
    index = max(_index_of(start), 0)
    months = _months(index)
    if start - months[-1].first >= timedelta(days=months[-1].length):
        return
    yield from months[max(bisect_right(months, start, key=_first) - 1, 0) :]
    for later in range(index + 1, len(_lines())):
        yield from _months(later)


def line_of(year: int, first: date, leap: int, lengths: Sequence[int]) -> str:
    """One line of the table: from the month 11 that holds the solstice of a year to the next month 11."""
    return f"{year} {first} {leap:2} {''.join(str(length % 10) for length in lengths)}"


@cache
def _lines() -> list[str]:
    """The table, a line for each winter solstice from that of 1799 on."""
    return [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@cache  # at most one for each line of the table
def _months(index: int) -> tuple[LunarMonth, ...]:
    """The months of one line."""
    year, begin, repeated, lengths = _lines()[index].split()
    ordinal, old, twice = date.fromisoformat(begin).toordinal(), int(year), int(repeated)
    number, leap, months = 11, False, list[LunarMonth]()
    for digit in lengths:
        length = 30 if digit == "0" else 29
        # months 11 and 12 end the old year, and come first
        months.append(LunarMonth(date.fromordinal(ordinal), length, number, old + (number < 11), leap))
        ordinal += length
        leap = number == twice and not leap
        if not leap:
            number = number % 12 + 1
    return tuple(months)


def _index_of(day: date) -> int:
    """Which line holds a day; -1 before the first, the last one for all days after its beginning."""
    return bisect_right(_lines(), day.isoformat(), key=_begin) - 1


def _begin(line: str) -> str:
    return line[5:15]


def _first(month: LunarMonth) -> date:
    return month.first
