"""When an announcement is to be spoken, as values.

A rule is a pattern (one instant, days with clock times, or an RFC 5545 recurrence) and what the
commune makes of it: a window of validity, days left out, types of days, single occurrences moved or
left out, and what is done when it is late. What instants a rule means is the planner's affair, how it
is said the wording's, how it is stored and refused the documents'. A new pattern is a class here, a
generator in `patterns`, a case in `documents` and a sentence in `wording`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from controller.core.announcements import Late
from controller.core.days import DayType

LAST = -1  # "the last": day of a month, or such weekday of a month


# --- which days


@dataclass(frozen=True, slots=True)
class Dates:
    """These very days."""

    days: tuple[date, ...]  # ascending


@dataclass(frozen=True, slots=True)
class Daily:
    """Every `every`-th day, counted from the rule's first day."""

    every: int = 1


@dataclass(frozen=True, slots=True)
class Weekly:
    """On these weekdays (1 Monday to 7 Sunday, ISO 8601) of every `every`-th week from the rule's first."""

    weekdays: tuple[int, ...]
    every: int = 1


@dataclass(frozen=True, slots=True)
class MonthlyByDate:
    """On these days of every month, 1 to 31 or LAST; a month without such a day has none (RFC 5545, 3.3.10)."""

    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MonthlyByWeekday:
    """On the `which`-th (1 to 5, or LAST) such weekday of every month."""

    weekday: int
    which: int


@dataclass(frozen=True, slots=True)
class Yearly:
    """On this day of every year; 29 February only in leap years."""

    month: int
    day: int


class Leap(StrEnum):
    """What a rule does where a lunar month is repeated."""

    FIRST = "first"  # only in the first of the two
    LEAP = "leap"  # only in the leap month, so only in years that have it
    BOTH = "both"


class Day30(StrEnum):
    """What a rule for day 30 does in a lunar month of 29 days."""

    LAST = "last"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class LunarMonthly:
    """On these days (1 to 30, or LAST) of every lunar month; `leap` says in which of two equal ones."""

    days: tuple[int, ...]
    leap: Leap = Leap.BOTH
    day_30: Day30 = Day30.LAST


@dataclass(frozen=True, slots=True)
class LunarYearly:
    """On this day (1 to 30, or LAST) of this lunar month, every year. The year's last day: month 12, LAST."""

    month: int
    day: int
    leap: Leap = Leap.FIRST
    day_30: Day30 = Day30.LAST


Days = Dates | Daily | Weekly | MonthlyByDate | MonthlyByWeekday | Yearly | LunarMonthly | LunarYearly


# --- at what times of such a day


@dataclass(frozen=True, slots=True)
class Clocks:
    """At these clock times of the place, ascending."""

    times: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Every so many minutes from one clock time to another, both included if they are met."""

    begin: time
    end: time
    every_min: int


# --- patterns


@dataclass(frozen=True, slots=True)
class Once:
    at: datetime  # aware


@dataclass(frozen=True, slots=True)
class Repeating:
    """On `days`, moved by `offset_days` (-1: the day before), at `clocks` on the clock of the place."""

    days: Days
    clocks: Clocks | Between
    offset_days: int = 0


@dataclass(frozen=True, slots=True)
class Recurrence:
    """RFC 5545: DTSTART, RRULE, RDATE and EXDATE on the clock of `zone` ("": the place's own)."""

    start: datetime  # naive: on the clock of the zone; an occurrence itself
    rrule: str = ""  # "FREQ=MONTHLY;BYDAY=1MO"; "": only the start and `rdates`
    rdates: tuple[datetime, ...] = ()  # naive
    exdates: tuple[datetime, ...] = ()  # naive
    zone: str = ""


Pattern = Once | Repeating | Recurrence


# --- the rule


@dataclass(frozen=True, slots=True)
class Change:
    """One occurrence that is spoken at another time, or not at all. On the clock of the place, naive."""

    due: datetime
    to: datetime | None


@dataclass(frozen=True, slots=True)
class Rule:
    """`first` and `last` bound the days on which it is spoken (None: without end), not those it is reckoned from."""

    pattern: Pattern
    first: date | None = None
    last: date | None = None
    day_types: frozenset[DayType] = frozenset()  # only on such days; none: on every day
    skip: frozenset[date] = frozenset()  # not on these days
    changes: tuple[Change, ...] = field(default=())  # by `due`, ascending
    late: Late | None = None  # None: as the announcement says
    late_window_s: int | None = None  # the same
