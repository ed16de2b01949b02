"""Recurrences of RFC 5545 in plain words. Pure.

Those that the station's own patterns can say are said as these are; all others from their parts, each of which
either chooses days (BYDAY, BYMONTHDAY, ...) or times (BYHOUR, ...), or places among the chosen (BYSETPOS).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from controller.core.words import Words
from schedules.clock_wording import date_words, dated_words, dates_words, listed, moment_words, time_words
from schedules.days_wording import (
    clocks_words,
    days_of_month_words,
    in_a_row,
    nth_weekday_words,
    repeating_words,
    weekdays_words,
)
from schedules.patterns import times_of as times_of_clocks
from schedules.plain_recurrence import clocks_of, repeating_of, spelled_out, times_of
from schedules.recurrence import Parts, parts_of, walls
from schedules.rules import LAST, Between, Recurrence

_DAY = timedelta(days=1)
_NIGHT = time(23, 59)  # an end at this time or later is the end of the day


def recurrence_words(recurrence: Recurrence, tz: tzinfo, words: Words) -> list[str]:
    """What comes when, and the clauses that follow it: from when to when, how often, what else and what not."""
    zone = ZoneInfo(recurrence.zone) if recurrence.zone else tz
    parts = parts_of(recurrence.rrule, recurrence.start, zone) if recurrence.rrule else None
    first = _first_ruled(recurrence, parts, zone) if parts else None
    elsewhere = [words("schedules.rrule.zone", zone=recurrence.zone)] if _is_elsewhere(recurrence.zone, tz) else []
    single = {recurrence.start, *recurrence.rdates} - set(recurrence.exdates)
    if parts is None or first is None or parts.count == 1:
        return [_singles(sorted(single | ({first} if first else set()) - set(recurrence.exdates)), words), *elsewhere]
    start = recurrence.start
    plain = repeating_of(parts, start)
    times = times_of_clocks(plain.clocks) if plain else times_of(parts, start)
    clauses = [repeating_words(plain, words)] if plain else list(_parts_words(parts, start, times, words))
    clauses += [*elsewhere, _bounds(parts, first, times, words)]
    if parts.count:
        clauses.append(words("schedules.rrule.count", count=parts.count))
    if more := sorted(single - {first}):
        clauses.append(words("schedules.rrule.also", moments=_moments(more, words)))
    if recurrence.exdates:
        clauses.append(_left_out(recurrence.exdates, times, words))
    return clauses


def _is_elsewhere(zone: str, tz: tzinfo) -> bool:
    return zone not in {"", getattr(tz, "key", "")}


def _first_ruled(recurrence: Recurrence, parts: Parts, zone: tzinfo) -> datetime | None:
    """The first that the RRULE itself means: DTSTART comes whether it fits or not."""
    pieces = [piece for piece in recurrence.rrule.split(";") if not piece.strip().startswith(("COUNT=", "UNTIL="))]
    one = replace(recurrence, rrule=";".join([*pieces, "COUNT=1"]), rdates=(), exdates=())
    *_, first = walls(one, recurrence.start, zone)
    return first if parts.until is None or first <= parts.until else None


def _singles(moments: Sequence[datetime], words: Words) -> str:
    if not moments:
        return words("schedules.rrule.never")
    if len(moments) == 1:
        at = moments[0]
        return words("schedules.rule.once", time=time_words(at.time(), words), day=dated_words(at.date(), words))
    return words("schedules.rule.clocks", times=_moments(moments, words))


def _moments(moments: Iterable[datetime], words: Words) -> str:
    """ "5 giờ 30 các ngày 23/11 và 29/11/2026": a clock time once for all its days."""
    days_at: dict[time, list[datetime]] = {}
    for at in sorted(moments):
        days_at.setdefault(at.time(), []).append(at)
    said = []
    for clock, at_clock in days_at.items():
        if len(at_clock) == 1:
            said.append(moment_words(at_clock[0], words))
        else:
            dates = dates_words([at.date() for at in at_clock], words)
            said.append(words("schedules.moments", time=time_words(clock, words), dates=dates))
    lists_within = any(len(at_clock) > 1 for at_clock in days_at.values())
    return "; ".join(said) if lists_within else listed(said, words)


def _left_out(exdates: Sequence[datetime], times: Sequence[time] | None, words: Words) -> str:
    if times and {at.time() for at in exdates} == set(times) and len(times) == 1:
        key = "schedules.rule.skip" if len(exdates) == 1 else "schedules.rule.skip_more"
        return words(key, dates=dates_words(sorted(at.date() for at in exdates), words))
    return words("schedules.rrule.except", moments=_moments(exdates, words))


def _bounds(parts: Parts, first: datetime, times: Sequence[time] | None, words: Words) -> str:
    """ "từ 23/11/2026 đến 31/12/2026"; with the clock times where they cut through a day."""
    known = {"first": _edge(first, bool(times) and first.time() == times[0], words) if times else ""}
    known["first"] = known["first"] or moment_words(first, words)
    until = parts.until
    if until is None:
        return words("schedules.rule.from", **known)
    if times and until.time() < times[0]:
        until = datetime.combine(until.date() - _DAY, time.max)
    whole = until.time() >= (times[-1] if times else _NIGHT)
    return words("schedules.rule.from_until", **known, last=_edge(until, whole, words))


def _edge(at: datetime, whole_day: bool, words: Words) -> str:
    return date_words(at.date(), words) if whole_day else moment_words(at, words)


def _parts_words(parts: Parts, start: datetime, times: tuple[time, ...] | None, words: Words) -> Iterator[str]:
    parts = spelled_out(parts, start)
    unit = parts.frequency.lower()
    if times and unit in {"hourly", "minutely"}:
        period = words("schedules.rrule.daily")
    else:
        period = words(f"schedules.rrule.{unit}{'_every' if parts.interval > 1 else ''}", n=parts.interval)
    if times:
        clocks = clocks_of(times)
        apart = parts.interval > 1 or isinstance(clocks, Between)
        key = "schedules.rrule.timed_every" if apart else "schedules.rrule.timed"
        yield words(key, times=clocks_words(clocks, words), period=period)
    else:
        yield period
        for name in ("hour", "minute", "second"):
            if numbers := parts.numbers(f"BY{name.upper()}"):
                yield words(f"schedules.rrule.by_{name}", numbers=_numbers(numbers, words))
    yield from _days(parts, words)
    if places := parts.numbers("BYSETPOS"):
        unit_words = words(f"schedules.rrule.unit.{unit}")
        yield words("schedules.rrule.places", places=_each("place", places, words), unit=unit_words)
    by_week = parts.frequency == "WEEKLY" and (parts.interval > 1 or places)
    if parts.week_start != 1 and (by_week or parts.numbers("BYWEEKNO")):
        yield words("schedules.rrule.week_start", weekday=words(f"schedules.weekday.{parts.week_start}"))


def _days(parts: Parts, words: Words) -> Iterator[str]:
    """ "vào ngày 13 trùng thứ Sáu trong tháng 6 và tháng 7"; then what becomes of days that a month lacks."""
    months, dates, weekdays = parts.numbers("BYMONTH"), parts.numbers("BYMONTHDAY"), parts.weekdays
    days = []
    if year_days := parts.numbers("BYYEARDAY"):
        days.append(_each("year_day", year_days, words))
    if dates:
        days.append(_dates(dates, words))
    if weekdays:
        days.append(_weekdays(parts, words))
    said = []
    if days:
        together = days[0]
        for day in days[1:]:
            together = words("schedules.rrule.together", days=together, also=day)
        said.append(words("schedules.rrule.on", days=together))
    if weeks := parts.numbers("BYWEEKNO"):
        said.append(words("schedules.rrule.within", what=_each("week", weeks, words)))
    if months:
        names = listed([words(f"schedules.month.{month}") for month in sorted(set(months))], words)
        said.append(words("schedules.rrule.within", what=names))
    if said:
        yield " ".join(said)
    if any(abs(day) > 28 for day in dates):
        yield words("schedules.rule.no_such_day")
    if len(weekdays) == 1 and abs(weekdays[0][1]) == 5 and _counts_in_months(parts):
        yield words("schedules.rule.no_such_weekday")


def _dates(dates: tuple[int, ...], words: Words) -> str:
    dates = tuple(sorted(set(dates), key=lambda day: (day < 0, day)))
    if min(dates) < LAST or dates == (LAST,):
        return _each("month_day", dates, words)
    return words("schedules.rrule.month_days", days=days_of_month_words(dates, words))


def _weekdays(parts: Parts, words: Words) -> str:
    plain = tuple(sorted({day for day, which in parts.weekdays if not which}))
    nth = sorted({(which < 0, which, day) for day, which in parts.weekdays if which})
    key = "weekdays_range" if in_a_row(plain) else "weekdays"
    said = [words(f"schedules.rrule.{key}", weekdays=weekdays_words(plain, words))] if plain else []
    if nth:
        names = listed([nth_weekday_words(day, which, words) for _, which, day in nth], words)
        if _counts_in_months(parts):
            key = "nth_within" if parts.numbers("BYMONTH") else "nth_of_month"
        else:
            key = "nth_of_year"
        said.append(words(f"schedules.rrule.{key}", weekdays=names))
    return listed(said, words)


def _counts_in_months(parts: Parts) -> bool:
    return parts.frequency == "MONTHLY" or bool(parts.numbers("BYMONTH"))


def _each(kind: str, numbers: Iterable[int], words: Words) -> str:
    """ "lần thứ 2 và lần cuối": those from the beginning first."""
    said = []
    for number in sorted(set(numbers), key=lambda number: (number < 0, number)):
        key = f"{kind}_last" if number == LAST else f"{kind}_from_end" if number < 0 else kind
        said.append(words(f"schedules.rrule.{key}", n=abs(number)))
    return listed(said, words)


def _numbers(numbers: Iterable[int], words: Words) -> str:
    return listed([str(number) for number in sorted(set(numbers))], words)
