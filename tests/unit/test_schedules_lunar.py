"""The lunar calendar against published dates (tests/data/lunar.csv), and against its own three rules."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from schedules.lunar import LunarDate, lunar_of, solar_of

PUBLISHED = Path(__file__).parent.parent / "data" / "lunar.csv"


def published() -> list[tuple[date, LunarDate]]:
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return [
            (
                date.fromisoformat(row["gregorian"]),
                LunarDate(
                    int(row["lunar_day"]), int(row["lunar_month"]), int(row["lunar_year"]), row["leap_month"] == "1"
                ),
            )
            for row in csv.DictReader(file)
        ]


def test_every_published_date_both_ways() -> None:
    rows = published()
    assert len(rows) == 295
    assert [lunar_of(day) for day, _ in rows] == [lunar for _, lunar in rows]
    assert [solar_of(lunar) for _, lunar in rows] == [day for day, _ in rows]


@pytest.mark.parametrize(
    ("year", "tet"),
    [(1968, date(1968, 1, 29)), (1985, date(1985, 1, 21)), (2007, date(2007, 2, 17)), (2030, date(2030, 2, 2))],
)
def test_new_year_where_it_differs_from_the_chinese(year: int, tet: date) -> None:
    assert solar_of(LunarDate(1, 1, year, False)) == tet


@settings(deadline=None, max_examples=40)
@given(st.dates(date(1802, 1, 1), date(2197, 12, 31)))
def test_days_follow_each_other_and_come_back(day: date) -> None:
    today, tomorrow = lunar_of(day), lunar_of(day + timedelta(days=1))
    assert solar_of(today) == day
    if tomorrow.day == 1:
        assert today.day in (29, 30)
        assert (tomorrow.month, tomorrow.leap) in {(today.month, True), (today.month % 12 + 1, False)}
        assert tomorrow.year == today.year + (tomorrow.month == 1 and today.month == 12)
    else:
        assert tomorrow == LunarDate(today.day + 1, today.month, today.year, today.leap)


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2033, 2034])
def test_months_of_a_year_in_order(year: int) -> None:
    first, end = solar_of(LunarDate(1, 1, year, False)), solar_of(LunarDate(1, 1, year + 1, False))
    assert first is not None
    assert end is not None
    days = [lunar_of(first + timedelta(days=n)) for n in range((end - first).days)]
    assert {lunar.year for lunar in days} == {year}
    months = [(lunar.month, lunar.leap) for lunar in days if lunar.day == 1]
    leap = {2023: 2, 2025: 6, 2033: 11}.get(year)
    expected = [(month, repeated) for month in range(1, 13) for repeated in (False, True) if not repeated
                or month == leap]  # fmt: skip
    assert months == expected


@pytest.mark.parametrize(
    "lunar",
    [
        LunarDate(1, 6, 2026, True),  # no leap month that year
        LunarDate(1, 5, 2025, True),  # another month repeats
        LunarDate(31, 1, 2026, False),
        LunarDate(0, 1, 2026, False),
        LunarDate(1, 13, 2026, False),
    ],
)
def test_no_such_day(lunar: LunarDate) -> None:
    assert solar_of(lunar) is None


def test_day_30_of_a_short_month_is_no_day() -> None:
    lengths = {}
    for month in range(1, 12):
        first, following = solar_of(LunarDate(1, month, 2026, False)), solar_of(LunarDate(1, month + 1, 2026, False))
        assert first is not None
        assert following is not None
        lengths[month] = (following - first).days
        thirtieth = solar_of(LunarDate(30, month, 2026, False))
        assert thirtieth == (first + timedelta(days=29) if lengths[month] == 30 else None)
    assert set(lengths.values()) == {29, 30}


@pytest.mark.parametrize("day", [date(1799, 12, 31), date(2200, 1, 1), date.min, date.max])
def test_outside_the_known_years(day: date) -> None:
    with pytest.raises(InputError) as caught:
        lunar_of(day)
    assert [(p.field, p.code) for p in caught.value.problems] == [("date", "lunar_range")]


def test_the_ends_of_the_known_years() -> None:
    assert lunar_of(date(1800, 1, 1)) == LunarDate(7, 12, 1799, False)
    assert lunar_of(date(2199, 12, 31)).month == 11
    with pytest.raises(InputError):
        solar_of(LunarDate(1, 1, 1800, False))
