"""On which days the office works, and which day a result is promised for. Pure.

What comes in by 15:00 of a working day is received on it, later on the next one (so procedures of civil status say);
then working days are counted. Which days those are, whoever builds an `Office` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

RECEIVES_UNTIL, CLOSES = time(15), time(17)
LONGEST_REST = 60  # days in a row without work; a calendar that has more is not believed
_DAY = timedelta(days=1)
_SAID = re.compile(r"(\d{1,3}) ngày làm việc|trong ngày", re.IGNORECASE)


def weekdays(day: date) -> bool:
    """Monday to Friday, where nobody knows of holidays."""
    return day.isoweekday() < 6


@dataclass(frozen=True, slots=True)
class Office:
    tz: tzinfo
    works: Callable[[date], bool] = weekdays

    def promised(self, at: datetime, days: int) -> date:
        """The day for what is accepted at `at` and takes so many working days; 0 is the day on which it is received."""
        local = at.astimezone(self.tz)
        day = local.date()
        if local.time() >= RECEIVES_UNTIL or not self.works(day):
            day = self._next(day)
        return self._later(day, days)

    def closing(self, day: date) -> datetime:
        """Until when on a day a result can be fetched."""
        return datetime.combine(day, CLOSES, self.tz)

    def after_rest(self, promised: datetime, since: datetime, until: datetime) -> datetime:
        """A promise, once the clock has stood still: as many working days later as have begun meanwhile."""
        begun, end = since.astimezone(self.tz).date(), until.astimezone(self.tz).date()
        rested = sum(self.works(begun + n * _DAY) for n in range(1, (end - begun).days + 1))
        local = promised.astimezone(self.tz)
        return datetime.combine(self._later(local.date(), rested), local.time(), self.tz)

    def _later(self, day: date, days: int) -> date:
        for _ in range(days):
            day = self._next(day)
        return day

    def _next(self, day: date) -> date:
        """The working day after this one."""
        coming = (day + n * _DAY for n in range(1, LONGEST_REST))
        return next(filter(self.works, coming), day + _DAY)


def working_days_in(texts: Iterable[str]) -> int | None:
    """How many working days a guide's own sentences speak of ("3 ngày làm việc."), the first that does; 0 for "trong
    ngày làm việc"; None where none does. An offer to an official, who reads the sentence beside it."""
    found = next(filter(None, map(_SAID.search, texts)), None)
    return int(found[1] or 0) if found else None
