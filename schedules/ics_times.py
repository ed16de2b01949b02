"""Times as an iCalendar file writes them: on which clock, of which zone; or why they cannot be read.

Pure. What zone a name means is found once for each calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from controller.core.errors import Problem
from schedules.ical import Block, Line, duration_of, zone_named, zone_of_rules

_DAY = timedelta(days=1)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DATE_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(Z?)")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not taken over. `refused`: it is an event that is wrong or impossible, not one of another kind."""

    line: int
    what: str
    problem: Problem
    refused: bool = False

    @property
    def why(self) -> str:
        return self.problem.code


class LeftOutError(Exception):
    """An event, or an occurrence of one, that cannot be taken."""

    def __init__(self, entry: LeftOut) -> None:
        self.entry = entry
        super().__init__(entry.why)


def refusal(line: Line, code: str, **facts: object) -> LeftOutError:
    return LeftOutError(LeftOut(line.number, line.name, Problem.of(line.name, code, **facts), True))


@dataclass(frozen=True, slots=True)
class At:
    """A time as it is written: on the clock of a zone ("": the place's own); `whole_day` had no clock time."""

    wall: datetime
    zone: str
    whole_day: bool


class Times:
    """Reads the times of one calendar. `tz` is the place's; `all_day_at` the clock time of what has none."""

    def __init__(self, calendar: Block, tz: tzinfo, all_day_at: time | None) -> None:
        self._tz, self._all_day_at = tz, all_day_at
        self._defined = {
            tzid.value.strip(): block
            for block in calendar.blocks
            if block.name == "VTIMEZONE" and (tzid := block.first("TZID"))
        }
        self._zones: dict[str, str | LeftOut] = {}

    def at(self, line: Line, value: str | None = None, clock: time | None = None) -> At:
        """A DATE or DATE-TIME (RFC 5545, 3.3.4, 3.3.5): a line's value, or one of its values; or LeftOutError.

        `clock`: of a whole day, where the event has a clock time.
        """
        text = (line.value if value is None else value).strip().upper()
        try:
            if found := _DATE.fullmatch(text):
                numbers = [*map(int, found.groups()), 0, 0, 0]
            elif found := _DATE_TIME.fullmatch(text):
                numbers = [*map(int, found.groups()[:6])]
                numbers[5] = min(numbers[5], 59)  # 60 is a leap second, which no clock here has
            else:
                raise ValueError(text)
            wall = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - six numbers; on the clock of its zone
            if not 1 < wall.year < 9999:
                raise ValueError(text)
        except ValueError as error:
            raise refusal(line, "ics_value", value=text, example="20261127T193000") from error
        if found.re is _DATE_TIME:
            return At(wall, "UTC" if found[7] else self._zone(line), False)
        clock = self._all_day_at if clock is None else clock
        if clock is None:
            raise LeftOutError(LeftOut(line.number, line.name, Problem.of(line.name, "ics_all_day")))
        return At(datetime.combine(wall, clock), "", True)

    def several(self, lines: list[Line], start: At) -> Iterator[At]:
        for line in lines:
            for value in line.value.split(","):
                # of a PERIOD only its beginning counts here (3.8.5.2): how long it lasts the sound says
                yield self.at(line, value.partition("/")[0], start.wall.time())

    def length(self, block: Block, start: At) -> timedelta:
        """RFC 5545, 3.6.1: to DTEND, or DURATION, else the day, or nothing."""
        end, lasting = block.first("DTEND"), block.first("DURATION")
        line = end or lasting
        if line is None:
            return _DAY if start.whole_day else timedelta()
        if line is end:
            ends = self.at(line)
            same = ends.zone == start.zone
            length = ends.wall - start.wall if same else self.instant(ends) - self.instant(start)
        else:
            try:
                length = duration_of(line.value)
            except (ValueError, OverflowError) as error:
                raise refusal(line, "ics_value", value=line.value, example="PT15M") from error
        if length < timedelta():
            sample = f"{start.wall + timedelta(hours=1):%Y%m%dT%H%M%S}" if line is end else "PT15M"
            raise refusal(line, "ics_ends_before", example=sample)
        return length

    def tz_of(self, at: At) -> tzinfo:
        return ZoneInfo(at.zone) if at.zone else self._tz

    def instant(self, at: At) -> datetime:
        return at.wall.replace(tzinfo=self.tz_of(at)).astimezone(UTC)

    def on_clock_of(self, at: At, other: At) -> datetime:
        """The same instant on another one's clock, naive; a whole day is on every clock the same."""
        if at.zone == other.zone or at.whole_day:
            return at.wall
        return self.instant(at).astimezone(self.tz_of(other)).replace(tzinfo=None)

    def _zone(self, line: Line) -> str:
        tzid = next(iter(line.params.get("TZID", ())), "")
        if not tzid:
            return ""
        if tzid not in self._zones:
            self._zones[tzid] = self._looked_up(tzid)
        found = self._zones[tzid]
        if isinstance(found, LeftOut):
            raise LeftOutError(replace(found, line=line.number, what=line.name))
        return found

    def _looked_up(self, tzid: str) -> str | LeftOut:
        """The calendar's own definition counts only for a name that no zone has: zones are known better here."""
        known = zone_named(tzid)
        if known:
            return known
        if tzid not in self._defined:
            return LeftOut(0, "", Problem.of("TZID", "bad_zone", zone=tzid, example="Asia/Ho_Chi_Minh"), True)
        found = zone_of_rules(self._defined[tzid], str(self._tz))
        return found or LeftOut(0, "", Problem.of("TZID", "ics_zone", zone=tzid))
