"""RRULEs that the station's own patterns can say mean the same as these, instant for instant, for years."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from schedules import recurrence
from schedules.plain_recurrence import repeating_of
from schedules.planner import occurrences
from schedules.recurrence import checked, parts_of
from schedules.rules import (
    Between,
    Clocks,
    Daily,
    Days,
    MonthlyByDate,
    MonthlyByWeekday,
    Recurrence,
    Repeating,
    Rule,
    Weekly,
    Yearly,
)
from tests.support.rule_documents import WALLS, rrules

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 11, 23, 5, 30)  # noqa: DTZ001 - on the clock of the place; a Monday
AT = Clocks((time(5, 30),))
TICK = timedelta(microseconds=1)
MOST = 400  # instants that are compared, up to six years


def plain(rrule: str, start: datetime = START) -> Repeating | None:
    return repeating_of(parts_of(rrule, start, HANOI), start)


@pytest.mark.parametrize(
    ("rrule", "days"),
    [
        ("FREQ=DAILY", Daily()),
        ("FREQ=DAILY;INTERVAL=2;COUNT=5", Daily(2)),
        ("FREQ=DAILY;BYDAY=FR,MO", Weekly((1, 5))),
        ("FREQ=WEEKLY", Weekly((1,))),
        ("FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2", Weekly((1, 4), 2)),
        ("FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2;WKST=SU", Weekly((1, 4), 2)),
        ("FREQ=WEEKLY;BYDAY=MO,SU;INTERVAL=2;WKST=SU", None),
        ("FREQ=MONTHLY", MonthlyByDate((23,))),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,15,1", MonthlyByDate((1, 15, -1))),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", None),
        ("FREQ=MONTHLY;INTERVAL=3", None),
        ("FREQ=MONTHLY;BYDAY=4MO", MonthlyByWeekday(1, 4)),
        ("FREQ=MONTHLY;BYDAY=-1MO", MonthlyByWeekday(1, -1)),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", MonthlyByWeekday(1, -1)),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", None),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", None),
        ("FREQ=MONTHLY;BYDAY=TU", Weekly((2,))),
        ("FREQ=YEARLY", Yearly(11, 23)),
        ("FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=2", Yearly(9, 2)),
        ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1", None),
        ("FREQ=YEARLY;BYDAY=20MO", None),
        ("FREQ=YEARLY;BYYEARDAY=100", None),
    ],
)
def test_the_common_shapes(rrule: str, days: Days | None) -> None:
    assert plain(rrule) == (Repeating(days, AT) if days else None)


@pytest.mark.parametrize(
    ("rrule", "clocks"),
    [
        ("FREQ=DAILY;BYHOUR=6,18;BYMINUTE=0,30", Clocks((time(6), time(6, 30), time(18), time(18, 30)))),
        ("FREQ=DAILY;BYHOUR=6,7,8,9;BYMINUTE=0,30", Between(time(6), time(9, 30), 30)),
        ("FREQ=HOURLY", Between(time(0, 30), time(23, 30), 60)),
        ("FREQ=HOURLY;INTERVAL=2;BYHOUR=7,8,9,11", Clocks((time(7, 30), time(9, 30), time(11, 30)))),
        ("FREQ=MINUTELY;INTERVAL=30;BYHOUR=6,7", Between(time(6), time(7, 30), 30)),
        ("FREQ=HOURLY;INTERVAL=5", None),
        ("FREQ=MINUTELY;INTERVAL=50", None),
    ],
)
def test_times_of_the_day(rrule: str, clocks: Clocks | Between | None) -> None:
    assert plain(rrule) == (Repeating(Daily(), clocks) if clocks else None)


@settings(deadline=None, max_examples=200)
@given(rrules(), WALLS.map(datetime.fromisoformat), st.sampled_from(("Asia/Ho_Chi_Minh", "Europe/Berlin")))
@example("FREQ=WEEKLY;BYDAY=MO,SU;INTERVAL=2;WKST=SU", START, "Asia/Ho_Chi_Minh")
@example("FREQ=WEEKLY;BYDAY=MO,SU;INTERVAL=2;WKST=SU", START - timedelta(days=1), "Asia/Ho_Chi_Minh")
@example("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;BYHOUR=6,7", START, "Asia/Ho_Chi_Minh")
def test_both_give_the_same_instants_for_years(rrule: str, start: datetime, zone: str) -> None:
    tz = ZoneInfo(zone)
    try:
        parts = checked(Recurrence(start, rrule), tz)
    except InputError:
        assume(False)
    assert parts
    pattern = repeating_of(parts, start)
    assume(pattern)
    assert pattern
    # DTSTART is an occurrence even where the RRULE does not fit it
    begin = start.replace(tzinfo=tz).astimezone(UTC)
    until = datetime(2033, 1, 1, tzinfo=UTC)
    ours = takewhile(
        lambda at: _within(at, parts, tz), occurrences(Rule(pattern, first=start.date()), begin - TICK, tz)
    )
    theirs = occurrences(Rule(Recurrence(start, rrule)), begin, tz)
    near = [
        list(takewhile(lambda at: at < until, islice(found, MOST))) for found in (islice(ours, parts.count), theirs)
    ]
    assert [at for at in near[0] if at != begin][: MOST - 1] == near[1][: MOST - 1]


def _within(at: datetime, parts: recurrence.Parts, tz: ZoneInfo) -> bool:
    return parts.until is None or at.astimezone(tz).replace(tzinfo=None) <= parts.until


def test_a_year_of_days_is_translated_at_once() -> None:
    assert plain("FREQ=MINUTELY;INTERVAL=5") == Repeating(Daily(), Between(time(0), time(23, 55), 5))
