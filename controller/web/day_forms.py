"""What the page's forms of days mean: pure, with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from controller.core.announcements import clean
from controller.core.days import DayType, problems_of_note
from controller.core.errors import Problem
from schedules.day_types import Calendar

YEARS_AHEAD = 5
REST = frozenset(DayType) - {DayType.WORKING}


@dataclass(frozen=True, slots=True)
class DayForm:
    day: str = ""
    type: str = ""
    note: str = ""

    @classmethod
    def typed(cls, fields: Mapping[str, str]) -> DayForm:
        return cls(fields.get("day", ""), fields.get("type", ""), fields.get("note", ""))


@dataclass(frozen=True, slots=True)
class SwapForm:
    off: str = ""
    worked: str = ""
    note: str = ""

    @classmethod
    def typed(cls, fields: Mapping[str, str]) -> SwapForm:
        return cls(fields.get("off", ""), fields.get("worked", ""), fields.get("note", ""))


@dataclass(frozen=True, slots=True)
class DayRead:
    day: date
    type: DayType
    note: str


@dataclass(frozen=True, slots=True)
class SwapRead:
    off: date
    worked: date
    note: str


def read_day(form: DayForm, today: date) -> tuple[DayRead, tuple[Problem, ...]]:
    """It may be stored only if there are no problems."""
    problems: list[Problem] = []
    day = _day("day", form.day, today, problems)
    if form.type not in set(DayType):
        problems.append(Problem.of("type", "no_day_type"))
    note = clean(form.note)
    problems += problems_of_note(note)
    return DayRead(day, DayType(form.type) if form.type in set(DayType) else DayType.WORKING, note), tuple(problems)


def read_swap(form: SwapForm, today: date, calendar: Calendar) -> tuple[SwapRead, tuple[Problem, ...]]:
    """A working day and a day of rest; anything else is refused, for it would change nothing."""
    problems: list[Problem] = []
    off = _day("off", form.off, today, problems)
    worked = _day("worked", form.worked, today, problems)
    dated = not problems
    if dated and calendar.type_of(off) in REST:
        problems.append(Problem.of("off", "is_rest_already", day=f"{off.day}/{off.month}/{off.year}"))
    if dated and calendar.type_of(worked) not in REST:
        problems.append(Problem.of("worked", "is_worked_already", day=f"{worked.day}/{worked.month}/{worked.year}"))
    note = clean(form.note)
    problems += problems_of_note(note)
    return SwapRead(off, worked, note), tuple(problems)


def year_of(text: str, today: date) -> int:
    """A year as an address has it; this one where it is none that the page shows."""
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else today.year
    return year if abs(year - today.year) <= YEARS_AHEAD else today.year


def _day(name: str, text: str, today: date, problems: list[Problem]) -> date:
    if not text.strip():
        problems.append(Problem.of(name, "no_day"))
        return today
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        example = today.isoformat()
        problems.append(Problem.of(name, "bad_date", value=text[:40], example=example))
        return today
    if day < today:
        problems.append(Problem.of(name, "past"))
    elif day.year > today.year + YEARS_AHEAD:
        problems.append(Problem.of(name, "far_year", year=day.year, first=today.year, last=today.year + YEARS_AHEAD))
    return day
