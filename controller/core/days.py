"""What kind of day it is: what officials say of days, and what rules may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from controller.core.announcements import text_problems
from controller.core.errors import Problem

NOTE_LIMIT = 120  # characters


class DayType(StrEnum):
    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a public holiday, a day off in its stead
    MOURNING = "mourning"  # the state mourns
    TET = "tet"  # the lunar new year's days off


@dataclass(frozen=True, slots=True)
class SaidDay:
    """What an official of this station said of a day."""

    day: date
    type: DayType
    note: str
    set_by: str
    set_at: datetime


def problems_of_note(note: str) -> list[Problem]:
    """Why a note cannot be kept; an empty one can."""
    if not note:
        return []
    found = text_problems("note", note, NOTE_LIMIT)
    return [*found, Problem.of("note", "one_line")] if "\n" in note else found
