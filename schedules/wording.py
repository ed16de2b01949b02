"""Days, instants and rules in plain words, from the catalogues. Pure; nothing said here is ever stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from controller.core.announcements import Late
from controller.core.days import DayType
from controller.core.words import Words
from schedules.clock_wording import (
    date_words,
    dated_words,
    dates_words,
    listed,
    moment_words,
    span_words,
    time_words,
    weekday_words,
)
from schedules.days_wording import repeating_words
from schedules.lunar import FIRST_YEAR, LAST_YEAR, LunarDate, lunar_of
from schedules.patterns import spoken_on
from schedules.recurrence_wording import recurrence_words
from schedules.rules import Change, Clocks, Daily, Dates, Once, Recurrence, Repeating, Rule, Weekly

__all__ = ["date_words", "day_words", "lunar_words", "rule_words", "time_words", "weekday_words", "when_words"]

_NEARBY = {-1: "schedules.yesterday", 0: "schedules.today", 1: "schedules.tomorrow"}
_MOST_CHANGES = 3  # of single occurrences: the latest are said, the others counted


def day_words(day: date, words: Words, lunar: bool = True) -> str:
    """ "thứ Sáu 27/11 (19 tháng Mười âm lịch)"; without `lunar`, "thứ Sáu 27/11"."""
    return _day(day, words("schedules.date", day=day.day, month=day.month), words, lunar)


def lunar_words(lunar: LunarDate, words: Words) -> str:
    """ "rằm tháng Bảy âm lịch", "mùng một tháng Sáu nhuận âm lịch"."""
    day_key = f"schedules.lunar.day.{lunar.day}"
    day = words(day_key) if words.has(day_key) else str(lunar.day)
    month = words(f"schedules.lunar.month.{lunar.month}")
    return words("schedules.lunar.leap" if lunar.leap else "schedules.lunar.date", day=day, month=month)


def when_words(at: datetime, tz: tzinfo, words: Words, now: datetime | None = None) -> str:
    """ "19 giờ 30, thứ Sáu 27/11 (19 tháng Mười âm lịch)".

    With `now`, the days around it are named ("19 giờ 30 hôm nay"), and the year is said where it is
    not the same.
    """
    local = at.astimezone(tz)
    clock = time_words(local.time(), words)
    day = local.date()
    if now is None:
        return words("schedules.when", time=clock, day=day_words(day, words))
    today = now.astimezone(tz).date()
    nearby = _NEARBY.get((day - today) // timedelta(days=1))
    if nearby:
        return words("schedules.when_nearby", time=clock, day=words(nearby))
    if day.year == today.year:
        return words("schedules.when", time=clock, day=day_words(day, words))
    return words("schedules.when", time=clock, day=_day(day, date_words(day, words), words, lunar=True))


def rule_words(rule: Rule, tz: tzinfo, words: Words, zones: str = "") -> str:
    """The whole rule: "19 giờ 30 mỗi tối trước ngày rằm và mùng một, cụm Na Khau, từ 1/12/2026".

    `zones`: the names of where it is heard. Said in this order: clock times, days, zones, from when to when,
    types of days, days left out, single occurrences, lateness.
    """
    first, bounds = rule.first, "from"
    more: list[str] = []
    match rule.pattern:
        case Once(at):
            local = at.astimezone(tz)
            said, bounds = _once(local.date(), local.time(), words), "only_from"
        case Repeating(Dates((day,)), Clocks((clock,)), 0):
            said, bounds = _once(day, clock, words), "only_from"
        case Repeating() as pattern:
            said, first = repeating_words(pattern, words), _first_spoken(pattern, rule)
            bounds = "only_from" if isinstance(pattern.days, Dates) else "from"
        case Recurrence() as pattern:
            (said, *more), bounds = recurrence_words(pattern, tz, words), "only_from"
    clauses = [said, zones, *more, _bounds(bounds, first, rule.last, words), _types(rule.day_types, words)]
    clauses += [_skipped(sorted(rule.skip), words), *_changes(rule.changes, words), _late(rule, words)]
    return ", ".join(clause for clause in clauses if clause)


def _once(day: date, clock: time, words: Words) -> str:
    return words("schedules.rule.once", time=time_words(clock, words), day=dated_words(day, words))


def _first_spoken(pattern: Repeating, rule: Rule) -> date | None:
    """Its first day; where days or weeks are left out, the first that is spoken: it says which of them are not."""
    first = rule.first
    match pattern.days:
        case Daily(every) | Weekly(_, every) if first and every > 1:
            spoken = next(spoken_on(pattern, first, first))
            return spoken if rule.last is None or spoken <= rule.last else first
    return first


def _bounds(kind: str, first: date | None, last: date | None, words: Words) -> str:
    if first is None and last is None:
        return ""
    known = {}
    if first:
        known["first"] = date_words(first, words)
    if last:
        known["last"] = date_words(last, words)
    key = f"{kind}_until" if first and last else kind if first else kind.replace("from", "until")
    return words(f"schedules.rule.{key}", **known)


def _types(types: frozenset[DayType], words: Words) -> str:
    left_out = [each for each in DayType if each not in types]
    if not types or not left_out:
        return ""
    named = left_out if len(left_out) == 1 else [each for each in DayType if each in types]
    key = "but_types" if len(left_out) == 1 else "only_types"
    names = listed([words(f"schedules.rule.types.{each}") for each in named], words)
    return words(f"schedules.rule.{key}", types=names)


def _skipped(days: list[date], words: Words) -> str:
    if not days:
        return ""
    return words(
        "schedules.rule.skip" if len(days) == 1 else "schedules.rule.skip_more", dates=dates_words(days, words)
    )


def _changes(changes: tuple[Change, ...], words: Words) -> Iterator[str]:
    for due, to in ((change.due, change.to) for change in changes[-_MOST_CHANGES:]):
        if to is None:
            yield words("schedules.rule.left_out", due=moment_words(due, words))
        elif to.date() == due.date():
            times = {"was": time_words(due.time(), words), "time": time_words(to.time(), words)}
            yield words("schedules.rule.moved_time", date=date_words(due.date(), words), **times)
        else:
            yield words("schedules.rule.moved", due=moment_words(due, words), to=moment_words(to, words))
    others = len(changes) - _MOST_CHANGES
    if others > 0:
        yield words(f"schedules.rule.other_change{'s' if others > 1 else ''}", count=others)


def _late(rule: Rule, words: Words) -> str:
    """Only what the rule says itself; all else is the announcement's."""
    if rule.late is Late.SKIP or rule.late_window_s == 0:
        return words("schedules.rule.late.skip")
    if rule.late_window_s is None:
        return words(f"schedules.rule.late.{rule.late}") if rule.late else ""
    key = f"{rule.late}_window" if rule.late else "window"
    return words(f"schedules.rule.late.{key}", window=span_words(rule.late_window_s, words))


def _day(day: date, digits: str, words: Words, lunar: bool) -> str:
    plain = words("schedules.day", weekday=weekday_words(day, words), date=digits)
    if not lunar or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return plain
    return words("schedules.day_lunar", day=plain, lunar=lunar_words(lunar_of(day), words))
