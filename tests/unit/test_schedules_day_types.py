"""What kind of day it is: the published holidays, and who goes before whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from controller.core.days import DayType
from controller.runtime.catalogues import load_words
from schedules.day_types import Calendar, DayInfo, Origin, by_rule, name_words, unsaid

WORKING, WEEKEND, HOLIDAY, MOURNING, TET = DayType


def spans(days: Iterable[date]) -> list[str]:
    """ "25/1-2/2", "7/4": days that follow each other told as one."""
    told: list[list[date]] = []
    for day in sorted(days):
        if told and told[-1][-1] + timedelta(days=1) == day:
            told[-1].append(day)
        else:
            told.append([day])
    return ["-".join(f"{day.day}/{day.month}" for day in dict.fromkeys((run[0], run[-1]))) for run in told]


def days_of(year: int, *types: DayType) -> list[str]:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    return spans(day for day in days if Calendar().type_of(day) in types)


# announced by the government for those who rest on Saturdays and Sundays; weekends beside holidays as announced
OFF = {
    2025: ["1/1", "25/1-2/2", "7/4", "30/4-2/5", "1/9-2/9"],
    2026: ["1/1-2/1", "14/2-22/2", "26/4-27/4", "30/4-1/5", "31/8-2/9"],
}
WORKED = {2025: ["26/4"], 2026: ["10/1", "22/8"]}


@pytest.mark.parametrize("year", OFF)
def test_the_published_holidays(year: int) -> None:
    assert days_of(year, HOLIDAY, TET) == OFF[year]
    calendar = Calendar()
    saturdays = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert spans(day for day in saturdays if day.isoweekday() > 5 and calendar.type_of(day) is WORKING) == WORKED[year]
    assert days_of(year, TET) == [span for span in OFF[year] if span.endswith("/2") and "/1-2/1" not in span]
    assert days_of(year, MOURNING) == []


@pytest.mark.parametrize(
    ("year", "tet", "national"),
    [
        (2021, "10/2-16/2", "2/9-3/9"),
        (2022, "29/1-6/2", "1/9-2/9"),
        (2023, "20/1-26/1", "1/9-2/9"),
        (2024, "8/2-14/2", "1/9-3/9"),
        (2025, "25/1-2/2", "1/9-2/9"),
        (2026, "14/2-22/2", "1/9-2/9"),
        (2027, "4/2-10/2", "2/9-3/9"),
    ],
)
def test_the_rules_choose_as_the_state_has_chosen(year: int, tet: str, national: str) -> None:
    """The days off of each year as announced; 2027 has not been announced yet."""
    found = by_rule(year)
    assert spans(info.day for info in found if info.type is TET) == [tet]
    assert national in spans(info.day for info in found if info.day.month == 9)
    assert found == sorted(found, key=lambda info: info.day)
    assert len({info.day for info in found}) == len(found)


def test_the_law_gives_eleven_weekdays_off_every_year() -> None:
    for year in range(2021, 2121):
        found = by_rule(year)
        assert sum(info.day.isoweekday() < 6 for info in found) == 11, year


def test_days_in_stead_of_holidays_on_a_weekend() -> None:
    """In 2023 the Hùng Kings' day was a Saturday before a Sunday, the 30 April; both days were given back."""
    found = {
        info.day: (info.name.rpartition(".")[2], info.instead) for info in by_rule(2023) if info.day.month in (4, 5)
    }
    assert found == {
        date(2023, 4, 29): ("hung_kings", False),
        date(2023, 4, 30): ("reunification", False),
        date(2023, 5, 1): ("labour", False),
        date(2023, 5, 2): ("hung_kings", True),
        date(2023, 5, 3): ("reunification", True),
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_name_has_words(language: str) -> None:
    words = load_words(language)
    said = {name_words(info, words) for year in (2023, 2025, 2026) for info in Calendar().special(year)}
    assert "" not in said
    assert len(said) >= 10
    assert {words(f"schedules.day_type.{each}") for each in DayType}


def test_names() -> None:
    vi = load_words("vi")
    told = {day: name_words(Calendar().about(day), vi) for day in (
        date(2026, 4, 26), date(2026, 4, 27), date(2026, 1, 2), date(2026, 1, 10), date(2026, 2, 17), date(2026, 3, 2)
    )}  # fmt: skip
    assert list(told.values()) == [
        "Giỗ Tổ Hùng Vương", "nghỉ bù Giỗ Tổ Hùng Vương", "nghỉ hoán đổi", "làm bù", "Tết Nguyên đán", "",
    ]  # fmt: skip


def test_who_goes_before_whom() -> None:
    tet, swapped, hung_kings, monday, saturday = (
        date(2026, 2, 17), date(2026, 8, 22), date(2026, 4, 26), date(2026, 11, 23), date(2026, 11, 21),
    )  # fmt: skip
    plain = Calendar()
    assert [plain.about(day) for day in (tet, swapped, hung_kings, monday, saturday)] == [
        DayInfo(tet, TET, "schedules.holiday.tet", Origin.STATE),
        DayInfo(swapped, WORKING, "schedules.holiday.worked_instead", Origin.STATE),
        DayInfo(hung_kings, HOLIDAY, "schedules.holiday.hung_kings", Origin.RULE),
        DayInfo(monday, WORKING, "", Origin.WEEK),
        DayInfo(saturday, WEEKEND, "", Origin.WEEK),
    ]
    said = dict.fromkeys((tet, swapped, hung_kings, monday, saturday), MOURNING)
    calendar = Calendar(said)
    assert [calendar.about(day) for day in said] == [DayInfo(day, MOURNING, "", Origin.OFFICIAL) for day in said]
    assert [calendar.type_of(day) for day in said] == [MOURNING] * 5
    assert calendar.type_of(date(2026, 11, 24)) is WORKING
    assert unsaid(tet) == plain.about(tet)


def test_the_special_days_of_a_year() -> None:
    said = Calendar({date(2026, 11, 23): HOLIDAY, date(2027, 1, 2): WORKING, date(2026, 2, 17): WORKING})
    days = [info.day for info in said.special(2026)]
    assert days == sorted({*(info.day for info in Calendar().special(2026)), date(2026, 11, 23)})
    assert {info.day for info in said.special(2026) if info.origin is Origin.OFFICIAL} == {
        date(2026, 2, 17), date(2026, 11, 23),
    }  # fmt: skip


def test_calendars_are_equal_by_what_they_say() -> None:
    day = date(2026, 11, 21)
    assert Calendar() == Calendar({})
    assert Calendar({day: WORKING}) == Calendar({day: WORKING})
    assert Calendar({day: WORKING}) != Calendar({day: HOLIDAY}) != Calendar()


@pytest.mark.parametrize("year", [1, 1700, 1800, 2199, 2200, 9999])
def test_years_that_the_lunar_table_does_not_know_have_holidays_of_the_sun(year: int) -> None:
    assert Calendar().type_of(date(year, 5, 1)) is HOLIDAY
    assert Calendar().type_of(date(year, 12, 31)) in (WORKING, WEEKEND)
    assert days_of(year, TET) == []
