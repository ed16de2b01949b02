"""The days and clock times of a `Repeating` in plain words: "19 giờ 30 mỗi tối trước ngày rằm và mùng một". Pure.

Days are said as a noun ("thứ Hai và thứ Năm hằng tuần"), so that an offset can stand before them; what they
do in months that are too short or repeated is said behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from controller.core.words import Words
from schedules.clock_wording import dated_words, dates_words, listed, time_words
from schedules.patterns import times_of
from schedules.rules import (
    LAST,
    Between,
    Clocks,
    Daily,
    Dates,
    Day30,
    Days,
    Leap,
    LunarMonthly,
    LunarYearly,
    MonthlyByDate,
    MonthlyByWeekday,
    Repeating,
    Weekly,
    Yearly,
)

_MORNING, _NOON, _AFTERNOON, _EVENING = time(4), time(11), time(13), time(18)
_WEEK = (1, 2, 3, 4, 5, 6, 7)
_RAM_AND_MUNG_MOT = (1, 15)


def repeating_words(pattern: Repeating, words: Words) -> str:
    """ "5 giờ 30 và 17 giờ 30 hằng ngày", "6 giờ, ba ngày trước mùng một Tết"; without the days it is reckoned from."""
    times = clocks_words(pattern.clocks, words)
    days = pattern.days
    match days:
        # every day moved by any number of days is every day
        case Daily(1) | Weekly((1, 2, 3, 4, 5, 6, 7), 1):
            return words("schedules.rule.daily", times=times)
        case Daily(every):
            return words("schedules.rule.every_days", times=times, every=every)
    key, facts = "plain", {"times": times, "days": _noun(days, words)}
    match pattern.offset_days:
        case 0:
            key = "apart" if isinstance(pattern.clocks, Between) else "plain"
        case -1:
            key = _eve(pattern.clocks, days)
        case 1:
            key = "day_after"
        case offset:
            key = "before" if offset < 0 else "after"
            facts["count"] = _count(abs(offset), words)
    return ", ".join([words(f"schedules.rule.{key}", **facts), *_notes(days, words)])


def clocks_words(clocks: Clocks | Between, words: Words) -> str:
    """ "5 giờ 30 và 17 giờ 30"; "cứ 30 phút một lần từ 6 giờ đến 18 giờ"."""
    match clocks:
        case Clocks(times):
            return words("schedules.rule.clocks", times=listed([time_words(at, words) for at in times], words))
        case Between(begin, end, every_min):
            hours = every_min // 60 if every_min % 60 == 0 else 0
            key = ("hour" if hours == 1 else "hours") if hours else "minutes"
            known = {"begin": time_words(begin, words), "end": time_words(end, words)}
            return words(f"schedules.rule.between_{key}", every=hours or every_min, **known)


def weekdays_words(weekdays: tuple[int, ...], words: Words) -> str:
    """ "thứ Hai và thứ Năm"; three or more in a row: "từ thứ Hai đến thứ Sáu"."""
    names = [words(f"schedules.weekday.{weekday}") for weekday in weekdays]
    if in_a_row(weekdays):
        return words("schedules.rule.weekday_range", begin=names[0], end=names[-1])
    return listed(names, words)


def in_a_row(weekdays: tuple[int, ...]) -> bool:
    """Whether they are rather told by the first and the last of them."""
    return len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1


def nth_weekday_words(weekday: int, which: int, words: Words) -> str:
    """ "thứ Hai đầu tiên", "thứ Sáu cuối cùng", "thứ Ba lần thứ 20 từ cuối lên"."""
    name = words(f"schedules.weekday.{weekday}")
    if which == LAST:
        return words("schedules.rule.weekday_last", weekday=name)
    if which < 0:
        return words("schedules.rule.weekday_from_end", weekday=name, which=-which)
    return words(f"schedules.rule.weekday_{which if which <= 5 else 'nth'}", weekday=name, which=which)


def days_of_month_words(numbers: tuple[int, ...], words: Words) -> str:
    """ "1, 15 và ngày cuối", to stand after "ngày"."""
    last = words("schedules.rule.last_day")
    return listed([last if number == LAST else words(f"schedules.nth.{number}") for number in numbers], words)


def _noun(days: Days, words: Words) -> str:
    match days:
        case Dates((day,)):
            return dated_words(day, words)
        case Dates(dates):
            return words("schedules.rule.dates", dates=dates_words(dates, words))
        case Weekly(weekdays, every):
            kind = ("weekly_range" if in_a_row(weekdays) else "weekly") if every == 1 else "every_weeks"
            kind = "fortnightly" if every == 2 else kind
            return words(f"schedules.rule.{kind}", weekdays=weekdays_words(weekdays, words), every=every)
        case MonthlyByDate((-1,)):
            return words("schedules.rule.monthly_last")
        case MonthlyByDate(numbers):
            return words("schedules.rule.monthly", days=days_of_month_words(numbers, words))
        case MonthlyByWeekday(weekday, which):
            return words("schedules.rule.monthly_weekday", weekday=nth_weekday_words(weekday, which, words))
        case Yearly(month, -1):
            return words("schedules.rule.yearly_last", month=words(f"schedules.month.{month}"))
        case Yearly(month, day):
            return words("schedules.rule.yearly", day=day, month=month)
        case LunarMonthly(numbers) if numbers == _RAM_AND_MUNG_MOT:
            return words("schedules.rule.lunar_ram_and_mung_mot")
        case LunarMonthly(numbers):
            kind = "lunar_ram" if numbers == (15,) else "lunar_monthly"
            return words(f"schedules.rule.{kind}", days=listed([_lunar_day(n, words) for n in numbers], words))
        case LunarYearly():
            return _lunar_yearly(days, words)
        case Daily():
            raise AssertionError("every day is said without a noun")


def _lunar_yearly(days: LunarYearly, words: Words) -> str:
    feast = f"schedules.feast.{days.month}-{days.day}"
    if days.leap is not Leap.LEAP:
        ends = days.day == LAST or (days.day == 30 and days.day_30 is Day30.LAST)
        if days.month == 12 and ends:
            return words("schedules.rule.lunar_year_end")
        if days.leap is Leap.FIRST and words.has(f"schedules.tet.{days.month}-{days.day}"):
            return words(f"schedules.tet.{days.month}-{days.day}")
    kind = "lunar_yearly_leap" if days.leap is Leap.LEAP else "lunar_yearly"
    month = words(f"schedules.lunar.month.{days.month}")
    said = words(f"schedules.rule.{kind}", day=_lunar_day(days.day, words), month=month)
    if days.leap is Leap.LEAP or not words.has(feast):
        return said
    return words("schedules.rule.feast", days=said, feast=words(feast))


def _lunar_day(number: int, words: Words) -> str:
    if number == LAST:
        return words("schedules.rule.last_day")
    if words.has(f"schedules.lunar.nth.{number}"):
        return words(f"schedules.lunar.nth.{number}")
    return words("schedules.lunar.other_nth", nth=words(f"schedules.nth.{number}"))


def _notes(days: Days, words: Words) -> Iterator[str]:
    """What becomes of the days in months and years that are not like the others."""
    match days:
        case MonthlyByDate(numbers) if max(numbers) > 28:
            yield words("schedules.rule.no_such_day")
        case MonthlyByWeekday(_, 5):
            yield words("schedules.rule.no_such_weekday")
        case Yearly(2, 29):
            yield words("schedules.rule.leap_years")
        case LunarMonthly(leap=Leap.FIRST):
            yield words("schedules.rule.not_leap_months")
        case LunarMonthly(leap=Leap.LEAP):
            yield words("schedules.rule.only_leap_months")
        case LunarYearly(leap=Leap.BOTH):
            yield words("schedules.rule.both_months", month=words(f"schedules.lunar.month.{days.month}"))
    match days:
        case LunarMonthly(day_30=Day30.SKIP) as monthly if 30 in monthly.days:
            yield words("schedules.rule.no_day_30")
        case LunarYearly(day=30, day_30=Day30.SKIP):
            yield words("schedules.rule.no_day_30")


def _eve(clocks: Clocks | Between, days: Days) -> str:
    times = times_of(clocks)
    for begin, end, part in ((_MORNING, _NOON, "morning"), (_AFTERNOON, _EVENING, "afternoon")):
        if begin <= times[0] and times[-1] < end:
            return f"{part}_before"
    if times[0] >= _EVENING:
        return "eve" if isinstance(days, Dates | Yearly | LunarYearly) else "every_eve"
    return "day_before"


def _count(number: int, words: Words) -> str:
    key = f"schedules.count.{number}"
    return words(key) if words.has(key) else str(number)
