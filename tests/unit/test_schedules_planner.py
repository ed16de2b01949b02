"""The planner against a brute-force oracle that looks at every day by itself, in zones with clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schedules.planner import due_between, next_after
from schedules.rules import Clocks, Daily, Once, Repeating, Rule


def once(at: datetime) -> Rule:
    return Rule(Once(at))


def daily(at: time, first: date, last: date | None) -> Rule:
    return Rule(Repeating(Daily(), Clocks((at,))), first, last)


HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in (
        "Asia/Ho_Chi_Minh", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia",
        "America/Sao_Paulo", "Africa/Casablanca", "America/Nuuk", "UTC",
    )]
)  # fmt: skip
NUUK = ZoneInfo("America/Nuuk")  # goes from 23:00 straight to midnight
# the windows hold a change of the clock of most of the zones, and the day that Apia never had (30/12/2011)
STARTS = st.sampled_from(
    [datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC), datetime(2011, 12, 25, tzinfo=UTC),
     datetime(2018, 10, 30, tzinfo=UTC), datetime(2026, 2, 12, tzinfo=UTC)]
)  # fmt: skip
INSTANTS = st.builds(lambda start, minutes: start + timedelta(minutes=minutes), STARTS, st.integers(0, 40 * 1440))
CLOCKS = st.integers(0, 1439).map(lambda m: time(m // 60, m % 60))


def instant_of(day: date, at: time, tz: tzinfo) -> datetime:
    """By search: the first instant at which the place's clock shows it, else by the offset before the gap."""
    wall = datetime.combine(day, at)
    around = datetime.combine(day, at, tzinfo=UTC)
    offsets = {(around + timedelta(hours=h)).astimezone(tz).utcoffset() or timedelta() for h in range(-40, 41)}
    candidates = [around - offset for offset in offsets]
    shown = [at for at in candidates if at.astimezone(tz).replace(tzinfo=None) == wall]
    if shown:
        return min(shown)
    hours = (around + timedelta(hours=h) for h in range(-40, 41))
    before = max(h for h in hours if h.astimezone(tz).replace(tzinfo=None) < wall)
    return around - (before.astimezone(tz).utcoffset() or timedelta())


def oracle(rule: Rule, after: datetime, until: datetime, tz: tzinfo) -> list[datetime]:
    if isinstance(rule.pattern, Once):
        return [rule.pattern.at] if after < rule.pattern.at <= until else []
    assert isinstance(rule.pattern, Repeating) and isinstance(rule.pattern.clocks, Clocks) and rule.first
    (clock,) = rule.pattern.clocks.times
    days = [after.date() + timedelta(days=n) for n in range(-3, (until - after).days + 5)]
    return sorted({
        at
        for day in days
        if rule.first <= day and (rule.last is None or day <= rule.last)
        for at in [instant_of(day, clock, tz)]
        if after < at <= until
    })  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    at = draw(INSTANTS)
    if draw(st.booleans()):
        return once(at)
    length = draw(st.none() | st.integers(0, 40))
    return daily(draw(CLOCKS), at.date(), None if length is None else at.date() + timedelta(days=length))


@given(rules(), INSTANTS, st.integers(0, 30 * 1440), ZONES)
@example(daily(time(2, 30), date(2026, 3, 1), None), datetime(2026, 3, 27, tzinfo=UTC), 5000, ZoneInfo("Europe/Berlin"))
@example(daily(time(9, 0), date(2011, 12, 1), None), datetime(2011, 12, 28, tzinfo=UTC), 9000, ZoneInfo("Pacific/Apia"))
@example(daily(time(23, 30), date(2026, 3, 1), None), datetime(2026, 3, 29, 1, 10, tzinfo=UTC), 60, NUUK)
def test_due_between_is_what_the_oracle_finds(rule: Rule, after: datetime, minutes: int, tz: tzinfo) -> None:
    until = after + timedelta(minutes=minutes)
    assert due_between(rule, after, until, tz) == oracle(rule, after, until, tz)


@given(rules(), INSTANTS, ZONES)
def test_next_after_is_the_first_of_due_between(rule: Rule, after: datetime, tz: tzinfo) -> None:
    found = next_after(rule, after, tz)
    horizon = (found or after) + timedelta(days=90)
    assert due_between(rule, after, horizon, tz)[:1] == ([found] if found else [])


@given(rules(), INSTANTS, st.lists(st.integers(0, 3000), max_size=6), ZONES)
def test_windows_laid_end_to_end_neither_lose_nor_double(
    rule: Rule, after: datetime, steps: list[int], tz: tzinfo
) -> None:
    pieces: list[datetime] = []
    edge = after
    for minutes in steps:
        further = edge + timedelta(minutes=minutes)
        pieces += due_between(rule, edge, further, tz)
        edge = further
    assert pieces == due_between(rule, after, edge, tz)


def test_once_is_strictly_after_and_up_to_and_with_the_end() -> None:
    at = datetime(2026, 11, 21, 19, 30, tzinfo=HANOI)
    second = timedelta(seconds=1)
    assert due_between(once(at), at - second, at, HANOI) == [at]
    assert due_between(once(at), at, at + second, HANOI) == []
    assert next_after(once(at), at - second, HANOI) == at
    assert next_after(once(at), at, HANOI) is None


def test_results_are_in_utc() -> None:
    at = datetime(2026, 11, 21, 19, 30, tzinfo=HANOI)
    found = next_after(once(at), at - timedelta(days=1), HANOI)
    assert found is not None
    assert found.tzinfo is UTC
    assert due_between(daily(time(6), at.date(), None), at, at + timedelta(days=1), HANOI)[0].tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        # skipped: by the offset before the change, so one hour later on the clock
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # comes twice: the first
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Asia/Ho_Chi_Minh", date(2026, 11, 21), time(19, 30), datetime(2026, 11, 21, 12, 30, tzinfo=UTC)),
    ],
)
def test_clock_changes(zone: str, day: date, clock: time, expected: datetime) -> None:
    rule = daily(clock, day, day)
    assert due_between(rule, expected - timedelta(days=2), expected + timedelta(days=2), ZoneInfo(zone)) == [expected]


def test_a_day_that_never_was_adds_nothing() -> None:
    apia = ZoneInfo("Pacific/Apia")
    rule = daily(time(9), date(2011, 12, 29), date(2011, 12, 31))
    found = due_between(rule, datetime(2011, 12, 1, tzinfo=UTC), datetime(2012, 2, 1, tzinfo=UTC), apia)
    assert [at.astimezone(apia).date() for at in found] == [date(2011, 12, 29), date(2011, 12, 31)]


def test_a_rule_without_end_is_not_walked_to_its_end() -> None:
    rule = daily(time(6), date(2026, 1, 1), None)
    assert next_after(rule, datetime(2199, 12, 31, tzinfo=UTC), HANOI) == datetime(2199, 12, 31, 23, tzinfo=UTC)
    assert next_after(daily(time(6), date(2190, 1, 1), None), datetime(2026, 1, 1, tzinfo=UTC), HANOI) == datetime(
        2189, 12, 31, 23, tzinfo=UTC
    )
