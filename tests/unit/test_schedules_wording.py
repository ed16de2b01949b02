"""Days, times and rules in words, in both languages."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.core.words import Words
from controller.runtime.catalogues import load_words
from schedules.lunar import LunarDate
from schedules.rules import Clocks, Daily, Once, Repeating, Rule
from schedules.wording import date_words, day_words, lunar_words, rule_words, time_words, when_words


def once(at: datetime) -> Rule:
    return Rule(Once(at))


def daily(at: time, first: date, last: date | None) -> Rule:
    return Rule(Repeating(Daily(), Clocks((at,))), first, last)


HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)  # 19:30 in Vietnam


@pytest.fixture
def vi() -> Words:
    return load_words("vi", ("controller", "schedules"))


@pytest.fixture
def en() -> Words:
    return load_words("en", ("controller", "schedules"))


def test_times(vi: Words, en: Words) -> None:
    said = [time_words(t, vi) for t in (time(19, 30), time(6), time(6, 5), time(0, 0), time(0, 9))]
    assert said == ["19 giờ 30", "6 giờ", "6 giờ 05", "0 giờ", "0 giờ 09"]
    assert [time_words(t, en) for t in (time(19, 30), time(6), time(6, 5))] == ["19:30", "6:00", "6:05"]


def test_days(vi: Words, en: Words) -> None:
    assert day_words(date(2026, 11, 27), vi) == "thứ Sáu 27/11 (19 tháng Mười âm lịch)"
    assert day_words(date(2026, 11, 27), vi, lunar=False) == "thứ Sáu 27/11"
    assert day_words(date(2026, 11, 27), en) == "Friday 27/11 (lunar 19/10)"
    assert date_words(date(2026, 11, 7), vi) == "7/11/2026"
    week = [day_words(date(2026, 11, 23) + timedelta(days=n), vi, lunar=False) for n in range(7)]
    assert week == ["thứ Hai 23/11", "thứ Ba 24/11", "thứ Tư 25/11", "thứ Năm 26/11", "thứ Sáu 27/11",
                    "thứ Bảy 28/11", "chủ nhật 29/11"]  # fmt: skip


def test_a_day_without_a_known_lunar_date_is_said_without(vi: Words) -> None:
    assert day_words(date(2250, 1, 1), vi) == "thứ Ba 1/1"


@pytest.mark.parametrize(
    ("lunar", "said"),
    [
        (LunarDate(1, 1, 2026, False), "mùng một tháng Giêng âm lịch"),
        (LunarDate(10, 3, 2026, False), "mùng mười tháng Ba âm lịch"),
        (LunarDate(11, 4, 2026, False), "11 tháng Tư âm lịch"),
        (LunarDate(15, 7, 2026, False), "rằm tháng Bảy âm lịch"),
        (LunarDate(15, 6, 2025, True), "rằm tháng Sáu nhuận âm lịch"),
        (LunarDate(23, 12, 2026, False), "23 tháng Chạp âm lịch"),
        (LunarDate(4, 11, 2026, False), "mùng bốn tháng Mười Một âm lịch"),
    ],
)
def test_lunar_days(vi: Words, lunar: LunarDate, said: str) -> None:
    assert lunar_words(lunar, vi) == said


def test_instants(vi: Words, en: Words) -> None:
    assert when_words(AT, HANOI, vi) == "19 giờ 30, thứ Sáu 27/11 (19 tháng Mười âm lịch)"
    days = [when_words(AT, HANOI, vi, AT + timedelta(days=n, hours=4)) for n in (-2, -1, 0, 1)]
    assert days == [
        "19 giờ 30, thứ Sáu 27/11 (19 tháng Mười âm lịch)",
        "19 giờ 30 ngày mai",
        "19 giờ 30 hôm nay",
        "19 giờ 30 hôm qua",
    ]
    assert when_words(AT, HANOI, vi, datetime(2025, 5, 1, tzinfo=UTC)) == (
        "19 giờ 30, thứ Sáu 27/11/2026 (19 tháng Mười âm lịch)"
    )
    # the day is the place's, not UTC's: 18:00 UTC is the next day in Vietnam
    assert when_words(AT, HANOI, en, datetime(2026, 11, 26, 18, tzinfo=UTC)) == "19:30 today"


def test_rules(vi: Words, en: Words) -> None:
    rules = (
        once(AT),
        daily(time(6, 15), date(2026, 11, 21), date(2026, 11, 30)),
        daily(time(6), date(2026, 11, 21), None),
    )
    assert [rule_words(rule, HANOI, vi) for rule in rules] == [
        "một lần, lúc 19 giờ 30 thứ Sáu 27/11/2026",
        "6 giờ 15 hằng ngày, từ 21/11/2026 đến 30/11/2026",
        "6 giờ hằng ngày, từ 21/11/2026",
    ]
    assert [rule_words(rule, HANOI, en) for rule in rules] == [
        "once, at 19:30 on Friday 27/11/2026",
        "at 6:15 every day, from 21/11/2026 to 30/11/2026",
        "at 6:00 every day, from 21/11/2026",
    ]


def test_both_languages_have_the_same_keys_and_braces() -> None:
    catalogues = [load_words(language, ("controller", "schedules")) for language in ("vi", "en")]
    braces = [
        {key: sorted(name for _, name, _, _ in string.Formatter().parse(words._texts[key]) if name)
         for key in sorted(words.keys())}
        for words in catalogues
    ]  # fmt: skip
    assert braces[0] == braces[1]
