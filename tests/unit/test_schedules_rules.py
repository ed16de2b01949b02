"""Rules and their documents; what is wrong with an entry is said by field."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.errors import InputError
from controller.runtime.catalogues import load_words
from schedules.documents import document_of, rule_from
from schedules.rules import Clocks, Daily, Once, Repeating, Rule

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = st.dates(date(2000, 1, 2), date(2199, 12, 30))
CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def problems(document: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        rule_from(document)
    return [(p.field, p.code) for p in caught.value.problems]


def test_documents_of_the_first_version_are_read_for_ever() -> None:
    hanoi = timezone(timedelta(hours=7))
    assert rule_from({"kind": "once", "at": "2026-11-21T19:30:00+07:00"}) == Rule(
        Once(datetime(2026, 11, 21, 19, 30, tzinfo=hanoi))
    )
    assert rule_from({"kind": "daily", "at": "19:30", "first": "2026-11-21", "last": None}) == Rule(
        Repeating(Daily(), Clocks((time(19, 30),))), date(2026, 11, 21)
    )


SOME: list[dict[str, object]] = [
    {"kind": "once", "at": "2026-11-21T19:30:00+07:00"},
    {"kind": "dates", "dates": ["2026-11-27", "2026-12-01"], "times": ["05:30", "17:30"]},
    {"kind": "daily", "times": ["05:30"], "first": "2026-11-21", "last": "2026-11-30", "every": 2},
    {"kind": "weekly", "weekdays": [1, 4], "every": 2, "times": ["05:30"], "first": "2026-11-21"},
    {"kind": "monthly", "days": [1, 15, -1], "times": ["05:30"]},
    {"kind": "monthly", "weekday": 1, "which": 1, "times": ["05:30"]},
    {"kind": "monthly", "weekday": 5, "which": -1, "times": ["05:30"]},
    {"kind": "yearly", "month": 9, "day": 2, "times": ["05:30"]},
    {"kind": "lunar_monthly", "days": [1, 15], "leap": "both", "day_30": "last", "times": ["19:30"], "offset_days": -1},
    {"kind": "lunar_yearly", "month": 12, "day": -1, "leap": "first", "day_30": "last", "times": ["19:30"]},
    {"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=WEEKLY;BYDAY=MO,TH", "zone": "Asia/Ho_Chi_Minh",
     "rdates": ["2026-11-29T05:30"], "exdates": ["2026-11-26T05:30"]},
    {"kind": "daily", "between": {"from": "06:00", "to": "18:00", "every_min": 30}, "first": "2026-11-21",
     "day_types": ["holiday", "weekend"], "skip": ["2026-12-25"], "late": "join", "late_window_s": 120,
     "changes": [{"due": "2026-12-02T17:30", "to": "2026-12-02T17:00"}, {"due": "2026-12-03T17:30", "to": None}]},
]  # fmt: skip


@pytest.mark.parametrize("document", SOME, ids=lambda document: str(document["kind"]))
def test_a_rule_comes_back_from_its_document(document: dict[str, object]) -> None:
    rule = rule_from(document)
    assert document_of(rule) == document
    assert rule_from(document_of(rule)) == rule


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, [("when", "rule_kind")]),
        ({"kind": "hourly"}, [("when", "rule_kind")]),
        ({"kind": ["once"]}, [("when", "rule_kind")]),
        ({"kind": "once"}, [("at", "bad_instant")]),
        ({"kind": "once", "at": "2026-11-21T19:30"}, [("at", "bad_instant")]),
        ({"kind": "once", "at": "2026-02-31T19:30:00+07:00"}, [("at", "bad_instant")]),
        ({"kind": "once", "at": "9999-01-01T00:00:00+07:00"}, [("at", "far_year")]),
        ({"kind": "once", "at": "2026-11-21T19:30:00+07:00", "tmes": 1}, [("tmes", "rule_key")]),
        ({"kind": "daily"}, [("times", "empty")]),
        ({"kind": "dates"}, [("dates", "empty"), ("times", "empty")]),
        ({"kind": "daily", "at": "19", "first": "2026-W48-5"}, [("times", "bad_time"), ("first", "bad_date")]),
        ({"kind": "daily", "at": "24:00", "first": "2026-02-31"}, [("times", "bad_time"), ("first", "bad_date")]),
        ({"kind": "daily", "at": "12:60", "first": "1026-02-01"}, [("times", "bad_time"), ("first", "far_year")]),
        ({"kind": "daily", "at": 7, "first": 7, "last": 7},
         [("times", "bad_time"), ("first", "bad_date"), ("last", "bad_date")]),
        ({"kind": "daily", "at": "06:00", "first": "2026-11-21", "last": "2026-11-20"},
         [("last", "until_before_first")]),
        ({"kind": "daily", "at": "06:00", "every": 2}, [("first", "empty")]),
        ({"kind": "weekly", "weekdays": [0, 8], "times": ["06:00"]},
         [("weekdays", "not_between"), ("weekdays", "not_between")]),
        ({"kind": "monthly", "days": [32], "times": ["06:00"]}, [("days", "not_between")]),
        ({"kind": "monthly", "weekday": 1, "times": ["06:00"]}, [("which", "empty")]),
        ({"kind": "yearly", "month": 2, "day": 31, "times": ["06:00"]}, [("day", "no_such_day")]),
        ({"kind": "lunar_monthly", "days": [31], "leap": "often", "times": ["06:00"]},
         [("leap", "not_one_of"), ("days", "not_between")]),
        ({"kind": "daily", "between": {"from": "18:00", "to": "06:00", "every_min": 30}},
         [("between.to", "window_ends_before")]),
        ({"kind": "daily", "between": {"from": "06:00", "to": "18:00", "every_min": 1}},
         [("between.every_min", "not_between")]),
        ({"kind": "daily", "between": {"from": "00:00", "to": "23:00", "every_min": 5}},
         [("between.every_min", "too_many_times")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=SECONDLY"}, [("rrule", "rrule_too_often")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=MINUTELY"}, [("rrule", "rrule_too_often")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=DAILY;COUNT=1000000"},
         [("rrule", "rrule_too_many")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"},
         [("rrule", "no_such_day")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20"},
         [("rrule", "rrule_never")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=DAILY;UNTIL=20261101"},
         [("rrule", "rrule_ends_before")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=DAILY;BYFOO=1"}, [("rrule", "rrule_part")]),
        ({"kind": "rrule", "start": "2026-11-23T05:30", "zone": "Asia/Nowhere"}, [("zone", "bad_zone")]),
    ],
)  # fmt: skip
def test_every_problem_at_once(document: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert problems(document) == expected


KEYS = sorted({key for document in SOME for key in document})
VALUES = [value for document in SOME for value in document.values()]


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.one_of(st.sampled_from(VALUES), st.text(), st.integers(), st.none(), st.lists(st.text())),
    )
)
def test_any_document_gives_a_rule_or_problems_that_can_be_said(document: dict[str, object]) -> None:
    try:
        rule_from(document)
    except InputError as error:
        for words in (load_words("vi", ("controller", "schedules")), load_words("en", ("controller", "schedules"))):
            assert all(words(f"problem.{p.code}", **dict(p.facts)) for p in error.problems)


def test_plain_and_counted_weekdays_together_are_refused_rather_than_half_understood() -> None:
    rule: dict[str, object] = {"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=MONTHLY;BYDAY=MO,1FR"}
    assert problems(rule) == [("rrule", "rrule_part")]
