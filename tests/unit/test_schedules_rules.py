"""Rules and their documents; what is wrong with an entry is said by field."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.errors import InputError, Problem
from controller.runtime.catalogues import load_words
from schedules.rules import Daily, Once, Rule, document_of, rule_from, rule_of_entry

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = st.dates(date(2000, 1, 2), date(2199, 12, 30))
CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def problems(document: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        rule_from(document)
    return [(p.field, p.code) for p in caught.value.problems]


def test_documents_as_agreed() -> None:
    once = Once(datetime(2026, 11, 21, 19, 30, tzinfo=timezone(timedelta(hours=7))))
    assert document_of(once) == {"kind": "once", "at": "2026-11-21T19:30:00+07:00"}
    daily = Daily(time(19, 30), date(2026, 11, 21), None)
    assert document_of(daily) == {"kind": "daily", "at": "19:30", "first": "2026-11-21", "last": None}


@given(st.one_of(
    st.builds(lambda d, t: Once(datetime.combine(d, t, tzinfo=HANOI)), DAYS, CLOCKS),
    st.builds(lambda t, d, n: Daily(t, d, None if n is None else min(d + timedelta(days=n), date(2199, 12, 31))),
              CLOCKS, DAYS, st.none() | st.integers(0, 900)),
))  # fmt: skip
def test_a_rule_comes_back_from_its_document(rule: Rule) -> None:
    assert rule_from(document_of(rule)) == rule


def test_entry_of_a_form() -> None:
    assert rule_of_entry("once", "2026-11-27", "19:30", "", HANOI) == Once(datetime(2026, 11, 27, 12, 30, tzinfo=UTC))
    assert rule_of_entry("daily", "2026-11-27", "6:05", "", HANOI) == Daily(time(6, 5), date(2026, 11, 27), None)
    assert rule_of_entry("daily", "2026-11-27", "06:05:00", "2026-11-27", HANOI) == Daily(
        time(6, 5), date(2026, 11, 27), date(2026, 11, 27)
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, [("when", "rule_kind")]),
        ({"kind": "weekly"}, [("when", "rule_kind")]),
        ({"kind": ["once"]}, [("when", "rule_kind")]),
        ({"kind": "once"}, [("when", "bad_instant")]),
        ({"kind": "once", "at": "2026-11-21T19:30"}, [("when", "bad_instant")]),
        ({"kind": "once", "at": "2026-02-31T19:30:00+07:00"}, [("when", "bad_instant")]),
        ({"kind": "once", "at": "9999-01-01T00:00:00+07:00"}, [("when", "far_year")]),
        ({"kind": "daily"}, [("date", "empty"), ("time", "empty")]),
        ({"kind": "daily", "at": "19", "first": "2026-W48-5"}, [("date", "bad_date"), ("time", "bad_time")]),
        ({"kind": "daily", "at": "24:00", "first": "2026-02-31"}, [("date", "bad_date"), ("time", "bad_time")]),
        ({"kind": "daily", "at": "12:60", "first": "1026-02-01"}, [("date", "far_year"), ("time", "bad_time")]),
        ({"kind": "daily", "at": 7, "first": 7, "last": 7},
         [("date", "bad_date"), ("time", "bad_time"), ("until", "bad_date")]),
        ({"kind": "daily", "at": "06:00", "first": "2026-11-21", "last": "2026-11-20"},
         [("until", "until_before_first")]),
    ],
)  # fmt: skip
def test_every_problem_at_once(document: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert problems(document) == expected


@pytest.mark.parametrize("kind", ["once", "daily"])
def test_an_empty_form_names_both_fields(kind: str) -> None:
    with pytest.raises(InputError) as caught:
        rule_of_entry(kind, "", "", "", HANOI)
    assert caught.value.problems == (Problem.of("date", "empty"), Problem.of("time", "empty"))


def test_an_unknown_kind_of_entry() -> None:
    with pytest.raises(InputError) as caught:
        rule_of_entry("hourly", "2026-11-27", "19:30", "", HANOI)
    assert caught.value.problems == (Problem.of("when", "rule_kind", kind="hourly"),)


@given(
    st.dictionaries(
        st.sampled_from(["kind", "at", "first", "last"]),
        st.one_of(st.sampled_from(["once", "daily"]), st.text(), st.integers(), st.none(), st.lists(st.text())),
    )
)
def test_any_document_gives_a_rule_or_problems_that_can_be_said(document: dict[str, object]) -> None:
    try:
        rule_from(document)
    except InputError as error:
        for words in (load_words("vi", ("controller", "schedules")), load_words("en", ("controller", "schedules"))):
            assert all(words(f"problem.{p.code}", **dict(p.facts)) for p in error.problems)
