"""What kind of day it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from controller.core.days import DayType


@dataclass(frozen=True)
class Calendar:
    said: Mapping[date, DayType] = field(default_factory=dict)

    def type_of(self, day: date) -> DayType:
        return self.said.get(day) or (DayType.WORKING if day.isoweekday() < 6 else DayType.WEEKEND)
