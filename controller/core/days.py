"""What kind of day it is: what officials say of days, and what rules may ask for."""

from __future__ import annotations

from enum import StrEnum


class DayType(StrEnum):
    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a public holiday, a day off in its stead
    MOURNING = "mourning"  # the state mourns
    TET = "tet"  # the lunar new year's days off
