"""A lunar date as somebody writes it ("15/1/2030", "1/6n/2025"), brought to its solar day. Pure.

What cannot be is refused with the reason and a date that works.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from controller.core.errors import InputError, Problem
from schedules.lunar import FIRST_YEAR, LAST_YEAR, LunarDate, solar_of

_WRITTEN = re.compile(r"([0-9]{1,2})/([0-9]{1,2}) ?(n|nhuận)?/([0-9]{4})", re.IGNORECASE)
_LIMIT = 40  # characters of a wrong text that are said back


def day_from_lunar(text: str, leap: bool = False, field: str = "lunar") -> date:
    """The solar day of a written lunar date, in the leap month with `leap` or an "n" after the month.

    InputError for what is no lunar date, a year outside the table, day 30 of a month of 29 days,
    and a leap month that the year does not have.
    """
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFC", text).strip())
    if not found:
        raise InputError(Problem.of(field, "lunar_date", text=text[:_LIMIT], example="15/1/2030"))
    day, month, year = int(found[1]), int(found[2]), int(found[4])
    leap = leap or found[3] is not None
    if not FIRST_YEAR < year < LAST_YEAR:
        raise InputError(Problem.of(field, "lunar_range", first=FIRST_YEAR + 1, last=LAST_YEAR - 1))
    if not (1 <= day <= 30 and 1 <= month <= 12):
        raise InputError(Problem.of(field, "lunar_date", text=text[:_LIMIT], example=f"15/1/{year}"))
    solar = solar_of(LunarDate(day, month, year, leap))
    if solar is None:
        raise InputError(_why_not(field, day, month, year, leap))
    return solar


def _why_not(field: str, day: int, month: int, year: int, leap: bool) -> Problem:
    repeated = next((number for number in range(1, 13) if solar_of(LunarDate(1, number, year, True))), 0)
    if not leap or repeated == month:
        written = f"{month}{'n' if leap else ''}/{year}"
        return Problem.of(field, "lunar_short_month", month=written, example=f"29/{written}")
    day = min(day, 29)  # every month has it
    if repeated:
        return Problem.of(field, "lunar_other_leap", year=year, leap=repeated, example=f"{day}/{repeated}n/{year}")
    return Problem.of(field, "lunar_no_leap", year=year, example=f"{day}/{month}/{year}")
