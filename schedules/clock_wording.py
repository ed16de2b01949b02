"""Clock times, days and lists in plain words: what every sentence about time is made of. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from controller.core.words import Words


def time_words(at: time, words: Words) -> str:
    """ "19 giờ 30", "6 giờ", "6 giờ 05"; "6 giờ 05 phút 30 giây" where there are seconds."""
    if at.second:
        return words("schedules.time.second", hour=at.hour, minute=f"{at.minute:02d}", second=f"{at.second:02d}")
    if at.minute == 0:
        return words("schedules.time.hour", hour=at.hour)
    return words("schedules.time.hour_minute", hour=at.hour, minute=f"{at.minute:02d}")


def date_words(day: date, words: Words) -> str:
    """ "27/11/2026"."""
    return words("schedules.date_year", day=day.day, month=day.month, year=day.year)


def dates_words(days: Sequence[date], words: Words) -> str:
    """ "27/11, 29/11/2026 và 1/1/2027": the year once for the days of it; `days` ascending."""
    said = []
    for index, day in enumerate(days):
        year_follows = index + 1 < len(days) and days[index + 1].year == day.year
        said.append(words("schedules.date", day=day.day, month=day.month) if year_follows else date_words(day, words))
    return listed(said, words)


def weekday_words(day: date, words: Words) -> str:
    """ "thứ Sáu", "chủ nhật"."""
    return words(f"schedules.weekday.{day.isoweekday()}")


def dated_words(day: date, words: Words) -> str:
    """ "thứ Sáu 27/11/2026"."""
    return words("schedules.day", weekday=weekday_words(day, words), date=date_words(day, words))


def moment_words(at: datetime, words: Words) -> str:
    """ "17 giờ 30 ngày 2/12/2026"; `at` is said as its own clock shows it."""
    return words("schedules.moment", time=time_words(at.time(), words), date=date_words(at.date(), words))


def span_words(seconds: int, words: Words) -> str:
    """ "2 giờ", "10 phút", "1 phút 30 giây"."""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    amounts = {"hours": hours, "minutes": minutes, "seconds": seconds % 60}
    said = [words(f"schedules.span.{unit}", n=n) for unit, n in amounts.items() if n]
    return " ".join(said) or words("schedules.span.seconds", n=0)


def listed(items: Sequence[str], words: Words) -> str:
    """ "một", "một và hai", "một, hai và ba"."""
    if len(items) == 1:
        return items[0]
    return words("schedules.list", most=", ".join(items[:-1]), last=items[-1])
