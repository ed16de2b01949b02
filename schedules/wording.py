"""Days, times and rules in plain words, from the catalogues. Pure; nothing said here is ever stored."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from controller.core.words import Words
from schedules.lunar import FIRST_YEAR, LAST_YEAR, LunarDate, lunar_of
from schedules.rules import Clocks, Daily, Dates, Once, Repeating, Rule

_NEARBY = {-1: "schedules.yesterday", 0: "schedules.today", 1: "schedules.tomorrow"}


def time_words(at: time, words: Words) -> str:
    """ "19 giờ 30", "6 giờ", "6 giờ 05"."""
    if at.minute == 0:
        return words("schedules.time.hour", hour=at.hour)
    return words("schedules.time.hour_minute", hour=at.hour, minute=f"{at.minute:02d}")


def date_words(day: date, words: Words) -> str:
    """ "27/11/2026"."""
    return words("schedules.date_year", day=day.day, month=day.month, year=day.year)


def weekday_words(day: date, words: Words) -> str:
    """ "thứ Sáu", "chủ nhật"."""
    return words(f"schedules.weekday.{day.isoweekday()}")


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
    """ "một lần, lúc 19 giờ 30 thứ Sáu 27/11/2026"; "hằng ngày lúc 6 giờ 15, từ 21/11/2026 đến 30/11/2026"."""
    match rule:
        case Rule(Repeating(Dates((day,)), Clocks((clock,)))):
            return words(
                "schedules.rule.once",
                time=time_words(clock, words),
                day=_day(day, date_words(day, words), words, lunar=False),
            )
        case Rule(Once(at)):
            local = at.astimezone(tz)
            return words(
                "schedules.rule.once",
                time=time_words(local.time(), words),
                day=_day(local.date(), date_words(local.date(), words), words, lunar=False),
            )
        case Rule(Repeating(Daily(1), Clocks((clock,))), first, last) if first:
            known = {"time": time_words(clock, words), "first": date_words(first, words)}
            if last is None:
                return words("schedules.rule.daily", **known)
            return words("schedules.rule.daily_until", **known, last=date_words(last, words))
        case _:
            return words("schedules.rule.other")


def _day(day: date, digits: str, words: Words, lunar: bool) -> str:
    plain = words("schedules.day", weekday=weekday_words(day, words), date=digits)
    if not lunar or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return plain
    return words("schedules.day_lunar", day=plain, lunar=lunar_words(lunar_of(day), words))
