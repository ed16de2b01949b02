"""The lunar calendar against published dates (tests/data/lunar.csv), and its table against the moon and the sun."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise, takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from schedules.lunar import TABLE, LunarDate, LunarMonth, lunar_months, lunar_of, solar_of
from schedules.lunar_table import table

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


def test_the_table_is_what_the_moon_and_the_sun_say() -> None:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [int(line.split()[0]) for line in lines] == list(range(1799, 2200))
    years = [(1799, 1800), (1974, 2036), (2198, 2199)]
    assert [table(a, b) for a, b in years] == [lines[a - 1799 : b - 1798] for a, b in years]


def test_months_follow_each_other_through_the_whole_table() -> None:
    months = list(lunar_months(date.min))
    assert months[0] == LunarMonth(date(1799, 11, 27), 29, 11, 1799, False)
    assert months[-1] == LunarMonth(date(2200, 11, 8), 29, 10, 2200, False)
    assert [month.first for month in months[1:]] == [m.first + timedelta(days=m.length) for m in months[:-1]]
    assert {month.length for month in months} == {29, 30}
    for month, following in pairwise(months):
        assert (following.month, following.leap) in {(month.month % 12 + 1, False), (month.month, not month.leap)}
        assert following.year - month.year == (following.month < month.month)
    assert sum(month.leap for month in months) == 148, "seven in nineteen years"


@pytest.mark.parametrize("start", [date(2033, 12, 21), date(2033, 12, 22), date(2034, 1, 19), date(2034, 1, 20)])
def test_months_from_the_one_that_holds_a_day(start: date) -> None:
    """The rare leap month 11 of 2033, from its first and its last day, and around them."""
    eleven, leap = (
        LunarMonth(date(2033, 11, 22), 30, 11, 2033, False),
        LunarMonth(date(2033, 12, 22), 29, 11, 2033, True),
    )
    twelve, first = (
        LunarMonth(date(2034, 1, 20), 30, 12, 2033, False),
        LunarMonth(date(2034, 2, 19), 29, 1, 2034, False),
    )
    wanted = [month for month in (eleven, leap, twelve, first) if start < month.first + timedelta(days=month.length)]
    assert list(takewhile(lambda m: m.first <= first.first, lunar_months(start))) == wanted


def test_months_at_the_end_of_the_table() -> None:
    assert [month.first for month in lunar_months(date(2200, 12, 6))] == [date(2200, 11, 8)]
    assert [list(lunar_months(day)) for day in (date(2200, 12, 7), date.max)] == [[], []]


def test_no_process_loads_the_sky_to_know_the_day() -> None:
    """Its tables would lie in the memory of every process."""
    program = (
        "import sys; from datetime import date; from schedules.lunar import lunar_of;"
        "lunar_of(date(2026, 11, 21)); print('astronomy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "False\n"
