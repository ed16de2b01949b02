"""RRULEs that mean what the station's own patterns mean, as such a pattern; so that both are said alike. Pure.

Only the pattern: COUNT and UNTIL, DTSTART, RDATE and EXDATE stay the caller's. Nothing is taken for nearly
the same: whoever plans the pattern from the day of DTSTART on finds the very instants of the RRULE.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise, product

from schedules.recurrence import Parts
from schedules.rules import (
    LAST,
    Between,
    Clocks,
    Daily,
    Days,
    MonthlyByDate,
    MonthlyByWeekday,
    Repeating,
    Weekly,
    Yearly,
)

_OF_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_FEW = 3  # clock times that are rather told one by one than by their distance
_DAY_MIN = 24 * 60


def spelled_out(parts: Parts, start: datetime) -> Parts:
    """The same with the days that RFC 5545 (3.3.10) takes from DTSTART said in it."""
    by = dict(parts.by)
    if parts.weekdays or {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"} & by.keys():
        return parts
    match parts.frequency:
        case "WEEKLY":
            return replace(parts, weekdays=((start.isoweekday(), 0),))
        case "YEARLY":
            by.setdefault("BYMONTH", (start.month,))
            by["BYMONTHDAY"] = (start.day,)
        case "MONTHLY":
            by["BYMONTHDAY"] = (start.day,)
    return replace(parts, by=tuple(by.items()))


def repeating_of(parts: Parts, start: datetime) -> Repeating | None:
    """The pattern that means the same when its days are counted from the day of `start`; None: there is none."""
    times = times_of(parts, start)
    if times is None:
        return None
    parts = spelled_out(parts, start)
    if parts.frequency in {"HOURLY", "MINUTELY"}:
        parts = replace(parts, frequency="DAILY", interval=1)
    days = _days(parts, start.date(), single=len(times) == 1)
    return Repeating(days, clocks_of(times)) if days else None


def times_of(parts: Parts, start: datetime) -> tuple[time, ...] | None:
    """The clock times of each of its days, ascending; None: they are not the same on each, or it has places."""
    hours, minutes, seconds = (parts.numbers(name) for name in _OF_DAY)
    step_min = parts.interval * {"HOURLY": 60, "MINUTELY": 1}.get(parts.frequency, 0)
    if not step_min:
        hours, minutes = hours or (start.hour,), minutes or (start.minute,)
    elif _DAY_MIN % step_min or parts.numbers("BYSETPOS"):
        return None
    else:
        begun = range((start.hour * 60 + start.minute) % step_min, _DAY_MIN, step_min)
        of_hours = {minute // 60 for minute in begun}
        if parts.frequency == "HOURLY":
            hours = tuple(of_hours & set(hours) if hours else of_hours)
            minutes = minutes or (start.minute,)
        else:
            kept = {m for m in begun if (not hours or m // 60 in hours) and (not minutes or m % 60 in minutes)}
            return _sorted({time(m // 60, m % 60, second) for m in kept for second in seconds or (start.second,)})
    return _sorted({time(*of_day) for of_day in product(hours, minutes, seconds or (start.second,))})


def clocks_of(times: tuple[time, ...]) -> Clocks | Between:
    """Many times at equal distances by their distance, others one by one."""
    minutes = [at.hour * 60 + at.minute for at in times]
    steps = {after - before for before, after in pairwise(minutes)}
    if len(times) > _FEW and len(steps) == 1 and not any(at.second for at in times):
        return Between(times[0], times[-1], steps.pop())
    return Clocks(times)


def _sorted(times: set[time]) -> tuple[time, ...] | None:
    return tuple(sorted(times)) or None


def _days(parts: Parts, start: date, single: bool) -> Days | None:
    """`single`: one clock time a day, so that places in a set count days."""
    by = {name: numbers for name, numbers in parts.by if name not in _OF_DAY}
    places = by.pop("BYSETPOS", ())
    if places:
        return _place(parts, places, single and not by)
    plain = tuple(sorted({day for day, which in parts.weekdays if not which}))
    nth = {each for each in parts.weekdays if each[1]}
    match parts.frequency, sorted(by):
        case "DAILY", [] if not parts.weekdays:
            return Daily(parts.interval)
        case "WEEKLY", []:
            return Weekly(plain, parts.interval) if _mondays_agree(parts, plain, start) else None
        case (("DAILY" | "MONTHLY" | "YEARLY"), []) if parts.interval == 1 and plain and not nth:
            return Weekly(plain)
        case "MONTHLY", [] if parts.interval == 1 and len(nth) == 1 and not plain:
            ((weekday, which),) = nth
            return MonthlyByWeekday(weekday, which) if which in (LAST, 1, 2, 3, 4, 5) else None
        case (("DAILY" | "MONTHLY" | "YEARLY"), ["BYMONTHDAY"]) if parts.interval == 1 and not parts.weekdays:
            return _dates(by["BYMONTHDAY"])
        case (("DAILY" | "MONTHLY" | "YEARLY"), ["BYMONTH", "BYMONTHDAY"]) if (
            parts.interval == 1 and not parts.weekdays
        ):
            months, numbers = set(by["BYMONTH"]), set(by["BYMONTHDAY"])
            if len(months) == 12:
                return _dates(by["BYMONTHDAY"])
            if len(months) == len(numbers) == 1 and (number := numbers.pop()) >= LAST:
                return Yearly(months.pop(), number)
    return None


def _place(parts: Parts, places: tuple[int, ...], only_weekdays: bool) -> Days | None:
    """ "The first of the Mondays of a month"."""
    match parts.weekdays, places:
        case ((weekday, 0),), (which,) if only_weekdays and parts.frequency == "MONTHLY" and parts.interval == 1:
            return MonthlyByWeekday(weekday, which) if which in (LAST, 1, 2, 3, 4, 5) else None
    return None


def _dates(numbers: tuple[int, ...]) -> Days | None:
    if min(numbers) < LAST:
        return None
    return MonthlyByDate(tuple(sorted(set(numbers), key=lambda number: (number == LAST, number))))


def _mondays_agree(parts: Parts, weekdays: tuple[int, ...], start: date) -> bool:
    """Whether weeks that begin on its WKST and weeks that begin on Monday hold the same of these days."""
    if parts.interval == 1 or parts.week_start == 1:
        return True
    monday = start - timedelta(days=start.weekday())
    begin = start - timedelta(days=(start.isoweekday() - parts.week_start) % 7)
    days = (begin + timedelta(days=(weekday - parts.week_start) % 7) for weekday in weekdays)
    return all(monday <= day < monday + timedelta(days=7) for day in days)
