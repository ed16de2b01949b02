"""The editor's entries of time: whatever they can make comes back as the same entries."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from controller.core.days import DayType
from controller.core.errors import InputError, Problem
from controller.web.rule_forms import (
    FEASTS,
    KINDS,
    MANY,
    OTHER_DAY,
    RuleForm,
    by_entry,
    comparable,
    document_from,
    rule_of,
    shown,
)
from schedules.documents import document_of, rule_from

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
BASE = RuleForm.empty(datetime(2026, 11, 21, 14, 0, tzinfo=TZ))
LAST = "last"

days = st.dates(date(2026, 1, 1), date(2199, 12, 31)).map(lambda day: day.isoformat())
clocks = st.times().map(lambda at: f"{at:%H:%M}")


def chosen(values: list[str], most: int = 4) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of them, in their order, as a browser sends what is ticked."""
    return st.sets(st.sampled_from(values), min_size=1, max_size=most).map(
        lambda found: tuple(sorted(found, key=values.index))
    )


def several(each: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(each, min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))


def numbers(lowest: int, highest: int) -> list[str]:
    return [str(number) for number in range(lowest, highest + 1)]


@st.composite
def typed_rules(draw: st.DrawFn) -> RuleForm:
    """Every entry that a kind has, filled in as the page sends it; the others as a new one has them."""
    kind = draw(st.sampled_from([kind for kind in KINDS if kind != "now"]))
    found: dict[str, Any] = {"when": kind}

    def fill(**entries: st.SearchStrategy[Any]) -> None:
        for name, values in entries.items():
            found[name] = draw(values)

    if kind == "dates":
        fill(dates=several(days))
    elif kind == "daily":
        fill(daily_every=st.sampled_from(numbers(1, 400)))
    elif kind == "weekly":
        fill(weekdays=chosen(numbers(1, 7)), weekly_every=st.sampled_from(numbers(1, 9)))
    elif kind == "monthly" and draw(st.booleans()):
        fill(monthly_by=st.just("weekday"), weekday=st.sampled_from(numbers(1, 7)))
        fill(which=st.sampled_from([*numbers(1, 5), LAST]))
    elif kind == "monthly":
        fill(days=chosen([*numbers(1, 31), LAST]))
    elif kind == "yearly":
        fill(month=st.sampled_from(numbers(1, 12)), day=st.sampled_from([*numbers(1, 29), LAST]))
    elif kind == "lunar_monthly":
        fill(lunar_days=chosen([*numbers(1, 30), LAST]), monthly_leap=st.sampled_from(["both", "first", "leap"]))
    elif kind == "lunar_yearly":
        fill(feast=st.sampled_from([*FEASTS, OTHER_DAY]), yearly_leap=st.sampled_from(["both", "first", "leap"]))
        if found["feast"] == OTHER_DAY:
            fill(lunar_month=st.sampled_from(numbers(1, 12)), lunar_day=st.sampled_from([*numbers(2, 9), "30"]))
    else:
        fill(start_date=days, start_time=clocks, rrule=st.sampled_from(["", "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=1MO"]))
        fill(zone=st.sampled_from(["", "Asia/Tokyo"]), rdates=st.sampled_from(["", "2027-01-01T06:00"]))
        fill(exdates=st.sampled_from(["", "2027-02-01T06:00\n2027-03-01T06:00"]))
    if kind.startswith("lunar"):
        fill(day_30=st.sampled_from(["last", "skip"]))
    if kind in {"monthly", "yearly", "lunar_monthly", "lunar_yearly"}:
        fill(offset_way=st.sampled_from(["on", "before", "after"]))
        found["offset"] = BASE.offset if found["offset_way"] == "on" else draw(st.sampled_from(numbers(1, 60)))
    if kind != "rrule" and draw(st.booleans()):
        found |= {
            "clocks": "between",
            "begin": "05:00",
            "end": "19:45",
            "every_min": draw(st.sampled_from(["30", "45"])),
        }
    elif kind != "rrule":
        fill(times=several(clocks))
    if kind not in {"dates", "rrule"}:
        fill(first=days)
        found["last"] = draw(st.sampled_from(["", found["first"]]))
    if kind != "dates":
        fill(skip=st.one_of(st.just(()), several(days)), day_types=st.one_of(st.just(()), chosen(sorted(DayType))))
    fill(late=st.sampled_from(["", "join", "skip"]), late_min=st.sampled_from(["", "0", "10", "1440"]))
    return replace(BASE, **found)


@settings(max_examples=300, deadline=None)
@given(typed_rules())
def test_what_was_typed_comes_back_as_it_was(form: RuleForm) -> None:
    rule = rule_of(form)
    assert rule_from(document_of(rule)) == rule
    assert shown(rule, BASE, TZ) == form


@settings(max_examples=50, deadline=None)
@given(typed_rules())
def test_the_entries_that_a_page_carries_along_are_read_again_as_the_same(form: RuleForm) -> None:
    assert RuleForm.typed(MultiDict(form.entries())) == form


numbers_and_times = ["", "0", "-1", "1", "9" * 5000, "last", "19:30", "24:00", "2026-02-30", "2027-01-01"]
names = ["FREQ=DAILY", "FREQ=SECONDLY", "FREQ=DAILY;COUNT=x", "Asia/Tokyo", "between", "before", "weekday"]
anything = st.one_of(st.text(max_size=12), st.sampled_from(numbers_and_times), st.sampled_from(names))
single = [f.name for f in fields(RuleForm) if f.name not in (*MANY, "when")]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*KINDS[1:], "fortnightly"]),
    st.dictionaries(st.sampled_from(single), anything),
    st.dictionaries(st.sampled_from(MANY), st.lists(anything, max_size=3).map(tuple)),
)
def test_whatever_is_typed_is_a_rule_or_a_problem_beside_an_entry(
    kind: str, typed: dict[str, Any], many: dict[str, Any]
) -> None:
    form = replace(BASE, **{**typed, **many, "when": kind})
    try:
        rule = rule_of(form)
    except InputError as error:
        assert {problem.field for problem in error.problems} <= {f.name for f in fields(RuleForm)}
    else:
        again = shown(rule, BASE, TZ)
        assert again is not None and comparable(rule_of(again), TZ) == comparable(rule, TZ)


def test_a_form_that_says_nothing_is_an_empty_one() -> None:
    assert RuleForm.typed(MultiDict()) == RuleForm()
    assert {f.name for f in fields(RuleForm)} == {"when", *(name for name, _ in BASE.entries())} | {
        "weekdays", "days", "lunar_days", "skip", "day_types",
    }  # fmt: skip


def test_only_what_the_page_shows_for_a_kind_counts() -> None:
    full = replace(
        BASE, weekdays=("1",), days=("1",), offset="3", offset_way="before", skip=("2026-12-24",), rrule="FREQ=DAILY",
        begin="05:00", last="2026-12-31",
    )  # fmt: skip
    assert document_from(replace(full, when="dates")) == {"kind": "dates", "dates": ["2026-11-21"], "times": ["14:00"]}
    assert document_from(replace(full, when="weekly")) == {
        "kind": "weekly", "weekdays": ["1"], "every": "1", "times": ["14:00"], "first": "2026-11-21",
        "last": "2026-12-31", "skip": ["2026-12-24"],
    }  # fmt: skip
    assert document_from(replace(full, when="rrule")) == {
        "kind": "rrule", "start": "2026-11-21T14:00", "rrule": "FREQ=DAILY", "skip": ["2026-12-24"],
    }  # fmt: skip


def test_lines_are_added_and_a_time_is_put_in_anothers_place() -> None:
    assert BASE.longer("times").times == ("14:00", "")
    assert BASE.longer("title") == BASE
    assert replace(BASE, times=("5:30", "17:00")).moved("05:30", "05:34").times == ("05:34", "17:00")
    assert rule_of(replace(BASE, when="daily", times=("", " 6:00 ", ""))).pattern.clocks.times  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "key", "entry"),
    [("daily", "time", "times"), ("kept", "time", "when"), ("rrule", "time", "start_time"),
     ("rrule", "times", "start_time"), ("lunar_yearly", "leap", "yearly_leap"),
     ("yearly", "month", "month"), ("weekly", "between.to", "end")],
)  # fmt: skip
def test_a_problem_stands_beside_the_entry_that_the_kind_shows(kind: str, key: str, entry: str) -> None:
    assert by_entry(Problem.of(key, "x"), RuleForm(when=kind)).field == entry


def test_a_problem_of_evenly_spread_times_stands_beside_their_beginning() -> None:
    assert by_entry(Problem.of("time", "x"), RuleForm(when="daily", clocks="between")).field == "begin"


def test_a_number_out_of_range_is_told_in_the_unit_that_it_was_typed_in() -> None:
    form = replace(BASE, when="yearly", late_min="2000", offset="99", offset_way="before")
    with pytest.raises(InputError) as caught:
        rule_of(form)
    assert caught.value.problems == (
        Problem.of("offset", "not_between", value="99", lowest=0, highest=60, example=3),
        Problem.of("late_min", "not_between", value="2000", lowest=0, highest=1440, example=10),
    )
