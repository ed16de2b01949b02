"""A lunar date as it is written, its solar day, and what is said where there is no such day."""

from __future__ import annotations

from datetime import date

import pytest

from controller.core.errors import InputError
from controller.runtime.catalogues import load_words
from schedules.lunar import lunar_of
from schedules.lunar_text import day_from_lunar


@pytest.mark.parametrize(
    ("written", "leap", "day"),
    [
        ("15/1/2030", False, date(2030, 2, 16)),
        (" 01/01/2030 ", False, date(2030, 2, 2)),
        ("1/6/2025", False, date(2025, 6, 25)),
        ("1/6/2025", True, date(2025, 7, 25)),
        ("1/6n/2025", False, date(2025, 7, 25)),
        ("1/6N/2025", True, date(2025, 7, 25)),
        ("1/6 nhuận/2025", False, date(2025, 7, 25)),
        ("30/12/2023", False, date(2024, 2, 9)),
    ],
)
def test_the_day_of_a_lunar_date(written: str, leap: bool, day: date) -> None:
    assert day_from_lunar(written, leap) == day


@pytest.mark.parametrize(
    ("written", "leap", "code", "example"),
    [
        ("", False, "lunar_date", "15/1/2030"),
        ("rằm tháng Giêng", False, "lunar_date", "15/1/2030"),
        ("15/1", False, "lunar_date", "15/1/2030"),
        ("15/1/30", False, "lunar_date", "15/1/2030"),
        ("١٥/1/2030", False, "lunar_date", "15/1/2030"),
        ("15/1/2030" * 1000, False, "lunar_date", "15/1/2030"),
        ("32/1/2030", False, "lunar_date", "15/1/2030"),
        ("0/1/2030", False, "lunar_date", "15/1/2030"),
        ("15/13/2031", False, "lunar_date", "15/1/2031"),
        ("30/12/2030", False, "lunar_short_month", "29/12/2030"),
        ("30/6n/2025", False, "lunar_short_month", "29/6n/2025"),
        ("1/6/2026", True, "lunar_no_leap", "1/6/2026"),
        ("30/5n/2025", False, "lunar_other_leap", "29/6n/2025"),
    ],
)
def test_no_such_day_and_one_that_there_is(written: str, leap: bool, code: str, example: str) -> None:
    with pytest.raises(InputError) as caught:
        day_from_lunar(written, leap, field="--from-lunar")
    (problem,) = caught.value.problems
    facts = dict(problem.facts)
    assert (problem.field, problem.code, facts["example"]) == ("--from-lunar", code, example)
    assert lunar_of(day_from_lunar(example)).day == int(example.split("/")[0]), "the example works"
    for language in ("vi", "en"):
        said = load_words(language)("problem." + code, **facts)
        assert example in said
        assert len(said) < 200


@pytest.mark.parametrize("written", ["15/1/1500", "15/1/1800", "15/1/2199", "15/1/9999"])
def test_years_that_nobody_knows(written: str) -> None:
    with pytest.raises(InputError) as caught:
        day_from_lunar(written)
    assert [(p.field, p.code) for p in caught.value.problems] == [("lunar", "lunar_range")]
