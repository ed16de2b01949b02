"""What kind of day it is: working, weekend, holiday, mourning, Tết. Pure.

First counts what officials of the station said, then what the state said of single days
(`data/days.toml`), then the rules of the Labour Code of 2019, then the week. The rules are those in
force since 2021 and are used for every year; the weekend is Saturday and Sunday, as offices keep it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from controller.core.days import DayType
from controller.core.words import Words
from schedules.lunar import FIRST_YEAR, LAST_YEAR, LunarDate, solar_of

TABLE = Path(__file__).parent / "data" / "days.toml"
_DAY = timedelta(days=1)


class Origin(StrEnum):
    """Who says what kind of day it is."""

    OFFICIAL = "official"  # of this station
    STATE = "state"  # for this one day
    RULE = "rule"  # the law, every year
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class DayInfo:
    day: date
    type: DayType
    name: str  # a key of the catalogues ("schedules.holiday.hung_kings"), or ""
    origin: Origin
    instead: bool = False  # a day off because the holiday itself falls on a weekend


@dataclass(frozen=True)
class Calendar:
    """The days of one station; equal to another that says the same. `said`: what its officials said."""

    said: Mapping[date, DayType] = field(default_factory=dict)

    def type_of(self, day: date) -> DayType:
        found = self.said.get(day)
        if found:
            return found
        special = _special(day.year).get(day)
        if special:
            return special.type
        return DayType.WORKING if day.isoweekday() < 6 else DayType.WEEKEND

    def about(self, day: date) -> DayInfo:
        found = self.said.get(day)
        return DayInfo(day, found, "", Origin.OFFICIAL) if found else unsaid(day)

    def special(self, year: int) -> list[DayInfo]:
        """The days of a year that are not what the week makes them, in their order."""
        named = {*_special(year), *(day for day in self.said if day.year == year)}
        return [self.about(day) for day in sorted(named)]


def unsaid(day: date) -> DayInfo:
    """What a day would be if the officials of the station said nothing of it."""
    found = _special(day.year).get(day)
    return found or DayInfo(day, DayType.WORKING if day.isoweekday() < 6 else DayType.WEEKEND, "", Origin.WEEK)


def name_words(info: DayInfo, words: Words) -> str:
    """ "Giỗ Tổ Hùng Vương", "nghỉ bù Giỗ Tổ Hùng Vương"; "" where a day has no name."""
    if not info.name:
        return ""
    return words("schedules.holiday_instead", name=words(info.name)) if info.instead else words(info.name)


@lru_cache(maxsize=256)  # years
def _special(year: int) -> Mapping[date, DayInfo]:
    return {info.day: info for info in (*by_rule(year), *(info for info in _stated() if info.day.year == year))}


def by_rule(year: int) -> list[DayInfo]:
    """The public holidays of a year by the Labour Code of 2019, art. 112, and the days off in stead of those
    that fall on a weekend (art. 111.3), in their order.

    What the law leaves to the state is taken as the state has always chosen since 2021: of Tết the last
    two days of the old year and the first three of the new one, with the weekends that touch them;
    beside National Day the day after it if it is a Thursday, else the day before.
    """
    national = date(year, 9, 2)
    beside = national + (_DAY if national.isoweekday() == 4 else -_DAY)
    holidays = [_holiday(date(year, 1, 1), "new_year")]
    tet = _lunar(1, 1, year)
    if tet:
        holidays += [_holiday(tet + _DAY * n, "tet", DayType.TET) for n in range(-2, 3)]
    hung_kings = _lunar(10, 3, year)
    if hung_kings:
        holidays.append(_holiday(hung_kings, "hung_kings"))
    holidays += [_holiday(date(year, 4, 30), "reunification"), _holiday(date(year, 5, 1), "labour")]
    holidays += [_holiday(day, "national_day") for day in sorted((national, beside))]
    found = _with_days_instead(holidays)
    return sorted((*found, *_weekends_of_tet(found)), key=lambda info: info.day)


def _with_days_instead(holidays: Iterable[DayInfo]) -> list[DayInfo]:
    found: dict[date, DayInfo] = {}
    for info in holidays:
        found.setdefault(info.day, info)
    for info in list(found.values()):
        day = info.day
        if day.isoweekday() < 6:
            continue
        while day in found or day.isoweekday() > 5:
            day += _DAY
        found[day] = replace(info, day=day, instead=True)
    return list(found.values())


def _weekends_of_tet(found: Iterable[DayInfo]) -> list[DayInfo]:
    """The Saturdays and Sundays that lie between Tết's days off and the next working day."""
    tet = sorted(info.day for info in found if info.type is DayType.TET)
    weekends = []
    for end, step in ((tet[0], -_DAY), (tet[-1], _DAY)) if tet else ():
        day = end + step
        while day.isoweekday() > 5:
            weekends.append(_holiday(day, "tet", DayType.TET))
            day += step
    return weekends


def _holiday(day: date, name: str, day_type: DayType = DayType.HOLIDAY) -> DayInfo:
    return DayInfo(day, day_type, f"schedules.holiday.{name}", Origin.RULE)


def _lunar(day: int, month: int, year: int) -> date | None:
    """None in the years that the lunar table does not know."""
    return solar_of(LunarDate(day, month, year, False)) if FIRST_YEAR < year < LAST_YEAR else None


@cache
def _stated() -> tuple[DayInfo, ...]:
    found = []
    for entry in tomllib.loads(TABLE.read_text(encoding="utf-8"))["days"]:
        day, name = entry["from"], f"schedules.holiday.{entry['name']}"
        while day <= entry.get("to", entry["from"]):
            found.append(DayInfo(day, DayType(entry["type"]), name, Origin.STATE))
            day += _DAY
    return tuple(found)
