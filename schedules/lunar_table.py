"""Builds the table that `schedules.lunar` reads; the only user of `astronomy-engine`. Pure but for `main`.

Three rules: a month begins on the day (UTC+7) of the new moon; month 11 holds the winter solstice;
if thirteen months lie between two months 11, the first of them in which the sun enters no new
30-degree sector is the leap month and repeats the number before it.

`python -m schedules.lunar_table` writes the file anew; no process of the station loads this module.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import astronomy

from schedules.lunar import FIRST_YEAR, LAST_YEAR, TABLE, line_of

_EPOCH = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - astronomy's day 0, counted in UT without a zone
_VIETNAM = timedelta(hours=7)
_SECTOR_DEG = 30.0
_SOLSTICE_DEG = 270.0
_HEADER = """\
# The months of the Vietnamese lunar calendar, counted in UTC+7 throughout.
# Made by `python -m schedules.lunar_table`; do not edit.
# A line runs from the month 11 that holds the winter solstice of a year to the one before the next: the year,
# the first day, the number of the month that is repeated (0: none), and the months' lengths (9: 29 days, 0: 30).
"""


def table(first: int = FIRST_YEAR - 1, last: int = LAST_YEAR) -> list[str]:
    """The lines of the winter solstices of the years `first` to `last`. About 9 ms a line."""
    lines = []
    begin = _solstice_day(first)
    for year in range(first, last + 1):
        end = _solstice_day(year + 1)
        starts = _starts(begin, end)
        lines.append(line_of(year, starts[0], _leap_number(starts), [(b - a).days for a, b in pairwise(starts)]))
        begin = end
    return lines


def _starts(begin: date, end: date) -> list[date]:
    """The first days of all months from the month 11 that holds the solstice `begin` to that of `end`."""
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


def _leap_number(starts: list[date]) -> int:
    """The number that is repeated among the months that begin at `starts`; 0 if none is."""
    if len(starts) == 13:  # twelve months and the next month 11
        return 0
    sectors = [_sector(first) for first in starts]
    leap = next(index for index in range(1, 13) if sectors[index] == sectors[index + 1])
    return (leap + 9) % 12 + 1  # the month at index 1 repeats month 11


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


def main() -> None:
    TABLE.write_text(_HEADER + "".join(f"{line}\n" for line in table()), encoding="utf-8")


if __name__ == "__main__":
    main()
