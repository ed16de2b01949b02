"""Quiet hours against an oracle that looks at every minute, across changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.quiet import Nearest, Span, is_quiet, nearest_allowed, span_of, touched, touches

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT, NOON = span_of("21:00-05:30"), span_of("11:30-13:30")
BOTH = (NIGHT, NOON)
MINUTE = timedelta(minutes=1)
# whole hours and a half one, north and south, and a place that skipped a day
ZONES = ("Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
# an hour before and after the changes of 2026 (Berlin, New York, Lord Howe), and Apia's lost 30 December 2011
CHANGES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2026-03-29T01:00", "2026-10-25T01:00", "2026-03-08T07:00", "2026-11-01T06:00", "2026-04-04T15:00",
                 "2026-10-03T15:30", "2011-12-30T10:00", "2026-11-21T14:00")
)  # fmt: skip


def local(text: str, tz: tzinfo = HOME) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


def test_a_span_is_half_open_and_may_reach_over_midnight() -> None:
    asked = ("20:59:59.999999", "21:00", "23:59", "00:00", "05:29:59", "05:30", "11:30", "13:30")
    days = [datetime.combine(local("2026-11-21").date(), time.fromisoformat(clock)) for clock in asked]
    assert [is_quiet(BOTH, day) for day in days] == [False, True, True, True, True, False, True, False]
    assert span_of("08:00-08:00") == Span(time(8), time(8))
    assert all(span_of("08:00-08:00").holds(time(hour)) for hour in range(24)), "the same time twice is the whole day"
    assert not is_quiet((), days[1])


@pytest.mark.parametrize("text", ["", "21:00", "21-5", "25:00-05:30"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        span_of(text)


@pytest.mark.parametrize(
    ("begin", "end", "met"),
    [
        ("2026-11-21T20:50", "2026-11-21T21:00", None),
        ("2026-11-21T20:50", "2026-11-21T21:00:00.000001", NIGHT),
        ("2026-11-21T05:30", "2026-11-21T06:00", None),
        ("2026-11-21T05:29", "2026-11-21T05:30", NIGHT),
        ("2026-11-21T06:00", "2026-11-22T06:00", NOON),
        ("2026-11-21T14:00", "2026-11-22T14:00", NIGHT),
        ("2026-11-21T13:30", "2026-11-21T13:30", None),
        ("2026-11-21T13:29", "2026-11-21T13:29", NOON),
    ],
)
def test_what_of_a_stretch_is_quiet(begin: str, end: str, met: Span | None) -> None:
    assert touched(BOTH, local(begin), local(end), HOME) == met
    assert touches(BOTH, local(begin), local(end), HOME) is (met is not None)


def test_hours_that_do_not_exist_are_not_quiet_and_repeated_ones_are_quiet_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    skipped = (span_of("02:10-02:50"),)
    begin = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert not touches(skipped, begin, begin + timedelta(hours=1), berlin)
    again = datetime(2026, 10, 25, 1, 5, tzinfo=UTC)  # 02:05 for the second time
    assert touches(skipped, again, again + timedelta(minutes=10), berlin)
    assert not touches(skipped, again, again + timedelta(minutes=5), berlin)
    half = (span_of("02:30-04:00"),)  # the clock jumps right into it
    assert touches(half, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 1, tzinfo=UTC), berlin)


clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
spans = st.lists(st.builds(Span, clocks, clocks), max_size=3).map(tuple)
instants = st.builds(lambda at, off: at + off * MINUTE, st.sampled_from(CHANGES), st.integers(-1600, 1600))
zones = st.sampled_from(ZONES).map(ZoneInfo)


def free(spans: tuple[Span, ...], begin: datetime, minutes: int, tz: tzinfo) -> bool:
    """The oracle: everything here happens on full minutes."""
    return not any(
        is_quiet(spans, (begin + n * MINUTE).astimezone(tz).replace(tzinfo=None)) for n in range(max(1, minutes))
    )


@given(spans, instants, st.integers(0, 1700), zones)
@settings(max_examples=300, deadline=None)
def test_a_stretch_touches_quiet_hours_as_its_minutes_do(
    spans: tuple[Span, ...], begin: datetime, minutes: int, tz: tzinfo
) -> None:
    assert touches(spans, begin, begin + minutes * MINUTE, tz) is not free(spans, begin, minutes, tz)
    first = touched(spans, begin, begin + minutes * MINUTE, tz)
    assert first is None or first in spans


@given(spans, instants, st.sampled_from((0, 1, 7, 90, 600)), zones)
@settings(max_examples=120, deadline=None)
def test_the_nearest_allowed_times_are_the_nearest(
    spans: tuple[Span, ...], at: datetime, minutes: int, tz: tzinfo
) -> None:
    found = nearest_allowed(spans, at, minutes * MINUTE, tz)
    for got, sign in ((found.before, -1), (found.after, 1)):
        for n in range(3 * 1440):
            if got == at + sign * n * MINUTE:
                assert free(spans, got, minutes, tz)
                break
            if n % 13 == 0:  # every minute would be slow: thirteen has no common beat with the spans
                assert not free(spans, at + sign * n * MINUTE, minutes, tz)
        else:
            assert got is None


def test_the_nearest_times_are_on_full_minutes() -> None:
    at = local("2026-11-21T21:10:20.5")
    found = nearest_allowed(BOTH, at, timedelta(seconds=61.5), HOME)
    assert found == Nearest(local("2026-11-21T20:58"), local("2026-11-22T05:30"))
    assert nearest_allowed(BOTH, local("2026-11-21T12:00"), timedelta(hours=7), HOME) == Nearest(
        local("2026-11-20T14:00"), local("2026-11-21T13:30")
    )
    assert nearest_allowed(BOTH, at, timedelta(hours=8), HOME) == Nearest(None, None)
    assert nearest_allowed((span_of("06:00-06:00"),), at, MINUTE, HOME) == Nearest(None, None)
