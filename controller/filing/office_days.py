"""On which days this station's office works: the calendar of the state, and what officials have said of days."""

from __future__ import annotations

from datetime import date, tzinfo

from controller.core.days import DayType
from controller.core.office_days import Office
from controller.store import days
from controller.store.connection import Store
from schedules.day_types import Calendar


def office_of(store: Store, tz: tzinfo) -> Office:
    """As the station's store has it now."""
    with store.read() as tx:
        calendar = Calendar({day: said.type for day, said in days.said(tx).items()})

    def works(day: date) -> bool:
        return calendar.type_of(day) is DayType.WORKING

    return Office(tz, works)
