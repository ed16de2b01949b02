"""Recurrences of RFC 5545, and the only user of python-dateutil: what an RRULE means, and why one is refused.

dateutil walks from the start of a recurrence; where there is no COUNT the start is brought near first,
by whole intervals, so that a rule of twenty years ago costs no more than one of today.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from heapq import merge
from itertools import islice, pairwise, product
from math import gcd, prod
from typing import Any, TypeVar

from dateutil import rrule

from controller.core.errors import InputError, Problem
from schedules.rules import Recurrence

MOST = 10_000  # occurrences that a COUNT may ask for
_MOST_TEXT = 2000  # characters: every day of a year can be counted up
_MOST_PLACES = 50  # in BYSETPOS
NEAREST_MIN = 5  # minutes between two occurrences, at least
END = datetime(2200, 1, 1)  # noqa: DTZ001 - on the clock of the rule; what a village plans ends before
EXAMPLE = "FREQ=WEEKLY;BYDAY=MO,TH"
_COMES_WITHIN = timedelta(days=366 * 41)  # 29 February on one weekday comes again within forty years
_FREQUENCIES: dict[str, Any] = {"YEARLY": rrule.YEARLY, "MONTHLY": rrule.MONTHLY, "WEEKLY": rrule.WEEKLY,
                "DAILY": rrule.DAILY, "HOURLY": rrule.HOURLY, "MINUTELY": rrule.MINUTELY}  # fmt: skip
_CLOCK_MIN = {"HOURLY": 60, "MINUTELY": 1}
_DAYS = {"YEARLY": 366, "MONTHLY": 31, "WEEKLY": 7, "DAILY": 1}
_DAY_MIN = 24 * 60
_LOOKED = 200  # occurrences, for two that lie too near each other
_OF_CLOCK = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_OF_DAYS = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_AGAIN = 19 * 400  # years
_MINUTE = timedelta(minutes=1)
_WEEK = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# RFC 5545, 3.3.10: part -> (lowest, highest), zero never, negative from the end
_NUMBERS = {"BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366), "BYWEEKNO": (-53, 53),
            "BYHOUR": (0, 23), "BYMINUTE": (0, 59), "BYSECOND": (0, 59), "BYSETPOS": (-366, 366)}  # fmt: skip
_WEEKDAY = re.compile(r"(?P<which>[+-]?[1-9][0-9]?)?(?P<day>MO|TU|WE|TH|FR|SA|SU)")
Value = TypeVar("Value")
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")


@dataclass(frozen=True, slots=True)
class Parts:
    """An RRULE taken apart. `by` has all lists but BYDAY; `until` is naive, on the clock of the zone."""

    frequency: str
    interval: int
    count: int | None
    until: datetime | None
    weekdays: tuple[tuple[int, int], ...]  # (1 Monday to 7 Sunday, which one or 0)
    by: tuple[tuple[str, tuple[int, ...]], ...]  # ("BYMONTH", (1, 7)), in the order of the standard
    week_start: int  # 1..7

    def numbers(self, name: str) -> tuple[int, ...]:
        return dict(self.by).get(name, ())


def checked(recurrence: Recurrence, tz: tzinfo) -> Parts | None:
    """The parts of its RRULE (None: it has none), or InputError: not RFC 5545, too often, or never."""
    if not recurrence.rrule:
        return None
    parts = parts_of(recurrence.rrule, recurrence.start, tz)
    if parts.until is not None and parts.until < recurrence.start:
        raise _wrong("rrule_ends_before", until=parts.until.date().isoformat())
    for month, day in ((m, d) for m in parts.numbers("BYMONTH") for d in parts.numbers("BYMONTHDAY")):
        if abs(day) > monthrange(2000, month)[1]:
            raise _wrong("no_such_day", day=abs(day), month=month)
    # without BYSETPOS first: to look for places in years of empty sets is slow
    whole = replace(parts, by=tuple((name, numbers) for name, numbers in parts.by if name != "BYSETPOS"))
    start = recurrence.start
    end = start + _COMES_WITHIN if start < END else END
    comes = next(_walls_of(whole, start, start, end), None) is not None
    # days lie far enough apart by themselves
    looked = _LOOKED if parts.frequency in _CLOCK_MIN or _OF_CLOCK & dict(parts.by).keys() else 1
    nearby = list(islice(_walls_of(parts, start, start, end), looked)) if comes else []
    if not nearby:
        raise _wrong("rrule_never", rrule=recurrence.rrule)
    gaps = [after - before for before, after in pairwise(nearby)]
    if gaps and min(gaps) < timedelta(minutes=NEAREST_MIN):
        raise _wrong("rrule_too_often", minutes=NEAREST_MIN)
    return parts


def walls(recurrence: Recurrence, start: datetime, tz: tzinfo) -> Iterator[datetime]:
    """Its occurrences from `start` (naive, on the zone's clock) on, ascending, none twice.

    DTSTART is one of them whether the RRULE matches it or not (RFC 5545, 3.8.5.3).
    """
    excluded = frozenset(recurrence.exdates)
    ruled: Iterator[datetime] = iter(())
    if recurrence.rrule:
        parts = _parts(recurrence.rrule, recurrence.start, tz)
        end = END if parts.count is None else _end_of_count(recurrence.rrule, recurrence.start, tz)
        ruled = _walls_of(parts, recurrence.start, start, end)
    last = None
    for wall in merge(ruled, sorted({recurrence.start, *recurrence.rdates})):
        if wall >= start and wall != last and wall not in excluded:
            yield wall
        last = wall


def parts_of(text: str, start: datetime, tz: tzinfo) -> Parts:
    """Take an RRULE apart; InputError names the part that is wrong."""
    if len(text) > _MOST_TEXT:
        raise _wrong("rrule_part", part=f"{text[:40]}…")
    values: dict[str, str] = {}
    for piece in text.removeprefix("RRULE:").upper().split(";"):
        name, equals, value = piece.strip().partition("=")
        if not equals or not value or name in values:
            raise _wrong("rrule_part", part=piece)
        values[name] = value
    frequency = values.pop("FREQ", "")
    if frequency == "SECONDLY":
        raise _wrong("rrule_too_often", minutes=NEAREST_MIN)
    if frequency not in _FREQUENCIES:
        raise _wrong("rrule_part", part=f"FREQ={frequency}")
    interval = _number("INTERVAL", values.pop("INTERVAL", "1"), 1, 100_000)
    count = _number("COUNT", values.pop("COUNT"), 1, 10**9) if "COUNT" in values else None
    if count is not None and count > MOST:
        raise _wrong("rrule_too_many", count=count, most=MOST)
    until = _until(values.pop("UNTIL"), start, tz) if "UNTIL" in values else None
    if count is not None and until is not None:
        raise _wrong("rrule_part", part="COUNT+UNTIL")
    week_start = values.pop("WKST", "MO")
    if week_start not in _WEEKDAYS:
        raise _wrong("rrule_part", part=f"WKST={week_start}")
    # so many such weekdays has a month, so many a year
    most = {"YEARLY": 5 if "BYMONTH" in values else 53, "MONTHLY": 5}.get(frequency, 0)
    weekdays = tuple(_weekday(item, most) for item in values.pop("BYDAY").split(",")) if "BYDAY" in values else ()
    if len({which == 0 for _, which in weekdays}) > 1:  # "every Monday and the first Friday": dateutil finds neither
        raise _wrong("rrule_part", part="BYDAY=" + text.upper().partition("BYDAY=")[2].partition(";")[0])
    by = []
    for name, (lowest, highest) in _NUMBERS.items():
        if name in values:
            by.append((name, tuple(_number(name, item, lowest, highest) for item in values.pop(name).split(","))))
    if len(dict(by).get("BYSETPOS", ())) > _MOST_PLACES:
        raise _wrong("rrule_part", part=f"BYSETPOS: {len(dict(by)['BYSETPOS'])} > {_MOST_PLACES}")
    for name in values:
        raise _wrong("rrule_part", part=f"{name}={values[name]}")
    return Parts(frequency, interval, count, until, weekdays, tuple(by), _WEEKDAYS.index(week_start) + 1)


# one rule is asked for again and again while it is planned
_parts = lru_cache(maxsize=4096)(parts_of)


@lru_cache(maxsize=4096)
def _end_of_count(text: str, start: datetime, tz: tzinfo) -> datetime:
    """The last of the occurrences that COUNT allows; END if they go on beyond."""
    parts = _parts(text, start, tz)
    count = parts.count or MOST
    if not parts.by and (parts.frequency == "WEEKLY" or (parts.frequency == "DAILY" and not parts.weekdays)):
        return min(start + timedelta(days=min(_days_of_count(parts, count, start), 100_000)), END)
    return next(islice(_walls_of(parts, start, start, END), count - 1, None), END)


def _days_of_count(parts: Parts, count: int, start: datetime) -> int:
    """After how many days the last of `count` comes, if it is every so many days, or weekdays of every so many weeks:
    the commonest of all, and the longest to walk."""
    if parts.frequency == "DAILY":
        return (count - 1) * parts.interval
    weekdays = {weekday for weekday, _ in parts.weekdays} or {start.isoweekday()}
    of_week = sorted((weekday - parts.week_start) % 7 for weekday in weekdays)
    begun = (start.isoweekday() - parts.week_start) % 7  # days of its first week before the start
    weeks, index = divmod(count - 1 + sum(days < begun for days in of_week), len(of_week))
    return weeks * parts.interval * 7 + of_week[index] - begun


def _walls_of(parts: Parts, start: datetime, near: datetime, end: datetime) -> Iterator[datetime]:
    """Its occurrences from `near`, or not long before it, up to `end`; COUNT is not looked at."""
    end = min(parts.until or end, end)
    near = max(near, start)
    if near > end:
        return iter(())
    if parts.frequency in _CLOCK_MIN:
        return _within_days(parts, start, near, end)
    by: dict[str, Any] = {name.lower(): numbers for name, numbers in parts.by}
    if "bysetpos" in by:
        times = prod(len(set(parts.numbers(name))) or 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        by["bysetpos"] = [place for place in by["bysetpos"] if abs(place) <= _DAYS[parts.frequency] * times]
        if not by["bysetpos"]:
            return iter(())
    if parts.weekdays:
        by["byweekday"] = [_WEEK[day - 1](which) if which else _WEEK[day - 1] for day, which in parts.weekdays]
    elif not {"bymonthday", "byyearday", "byweekno"} & by.keys():
        # what the standard takes from DTSTART is said aloud, for the start may be moved
        if parts.frequency == "YEARLY":
            by.setdefault("bymonth", start.month)
        if parts.frequency in {"YEARLY", "MONTHLY"}:
            by["bymonthday"] = start.day
        if parts.frequency == "WEEKLY":
            by["byweekday"] = [_WEEK[start.weekday()]]
    return _reckoned(parts, _brought_near(parts, start, near), end, by)


def _reckoned(parts: Parts, start: datetime, end: datetime, by: Mapping[str, Any]) -> Iterator[datetime]:
    """What dateutil makes of it.

    Where nothing comes it gives up after the year 9999 only. So it is asked about years as near to
    that as can be: the calendar comes again to the weekday after every 400 years.
    """
    found = rrule.rrule(
        _FREQUENCIES[parts.frequency], dtstart=start.replace(year=start.year + _AGAIN), interval=parts.interval,
        until=end.replace(year=end.year + _AGAIN), wkst=_WEEK[parts.week_start - 1], **by,
    )  # fmt: skip
    return (at.replace(year=at.year - _AGAIN) for at in found)


def _within_days(parts: Parts, start: datetime, near: datetime, end: datetime) -> Iterator[datetime]:
    """HOURLY and MINUTELY: dateutil finds the days; the times of a day are counted here, for it would walk minutes."""
    clock_min = _CLOCK_MIN[parts.frequency]
    step_min = parts.interval * clock_min
    phase = start.replace(minute=start.minute if clock_min == 1 else 0, second=0)
    hours, minutes, seconds = (parts.numbers(name) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    opening = product(hours or range(24), (minutes or range(60)) if clock_min == 1 else (0,))
    # of a day's minutes those that the steps meet on any day at all
    met = (phase.hour * 60 + phase.minute) % gcd(step_min, _DAY_MIN)
    open_min = sorted(m for m in {h * 60 + m for h, m in opening} if m % gcd(step_min, _DAY_MIN) == met)
    within = {0} if clock_min == 1 else set(minutes or (start.minute,))  # an hour; a minute has but itself
    times = _chosen(sorted(product(within, set(seconds or (start.second,)))), parts.numbers("BYSETPOS"))
    filters = tuple((name, numbers) for name, numbers in parts.by if name in _OF_DAYS)
    days = _walls_of(replace(parts, frequency="DAILY", interval=1, by=filters), _midnight(start), _midnight(near), end)
    for day in days if times and open_min else ():
        first = (phase - day) // _MINUTE
        for begin in open_min:
            if (begin - first) % step_min:
                continue
            for more, second in times:
                at = day.replace(hour=begin // 60, minute=begin % 60 + more, second=second)
                if at > end:
                    return
                if at >= start:
                    yield at


def _chosen(times: list[Value], positions: tuple[int, ...]) -> list[Value]:
    """Those that BYSETPOS asks for; all, if it does not."""
    if not positions:
        return times
    count = len(times)
    return [times[i] for i in sorted({p - 1 if p > 0 else p + count for p in positions}) if 0 <= i < count]


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), datetime.min.time())


def _brought_near(parts: Parts, start: datetime, near: datetime) -> datetime:
    """A later start in the same phase: whole intervals on, at or before `near`."""
    step = parts.interval
    match parts.frequency:
        case "YEARLY":
            years = (near.year - start.year - 1) // step * step
            return start.replace(year=start.year + years, month=1, day=1) if years > 0 else start
        case "MONTHLY":
            months = ((near.year - start.year) * 12 + near.month - start.month - 1) // step * step
            number = start.year * 12 + start.month - 1 + months
            return start.replace(year=number // 12, month=number % 12 + 1, day=1) if months > 0 else start
    unit = timedelta(weeks=1) if parts.frequency == "WEEKLY" else timedelta(days=1)
    units = ((near - start) // unit - 1) // step * step
    if units <= 0:
        return start
    moved = start + units * unit
    if parts.frequency == "WEEKLY":  # its whole week, which begins on WKST
        moved -= timedelta(days=(moved.weekday() - parts.week_start + 1) % 7)
    return moved


def _weekday(item: str, most: int) -> tuple[int, int]:
    found = _WEEKDAY.fullmatch(item)
    which = int(found["which"] or 0) if found else 0
    if found is None or abs(which) > most:
        raise _wrong("rrule_part", part=f"BYDAY={item}")
    return _WEEKDAYS.index(found["day"]) + 1, which


def _number(name: str, text: str, lowest: int, highest: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text) or not lowest <= int(text) <= highest or (lowest < 0 == int(text)):
        raise _wrong("rrule_part", part=f"{name}={text}")
    return int(text)


def _until(text: str, start: datetime, tz: tzinfo) -> datetime:
    """A date means that whole day; an instant in UTC is brought onto the clock of the zone."""
    if not _UNTIL.fullmatch(text):
        raise _wrong("rrule_part", part=f"UNTIL={text}")
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), datetime.max.time().replace(microsecond=0))
        at = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError as error:
        raise _wrong("rrule_part", part=f"UNTIL={text}") from error
    if not text.endswith("Z") or not 1 < at.year < 9999:  # 99991231T235959Z is written for "for ever"
        return at
    return at.replace(tzinfo=UTC).astimezone(tz).replace(tzinfo=None)


def _wrong(code: str, **facts: object) -> InputError:
    return InputError(Problem.of("rrule", code, example=EXAMPLE, **facts))
