"""RFC 5545 recurrences: the standard's own examples, dateutil asked directly, and rules that are slow to refuse."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from schedules import recurrence
from schedules.documents import rule_from
from schedules.planner import due_between, next_after
from schedules.rules import Recurrence, Rule

HANOI, NEW_YORK = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/New_York")
LIMIT_S = 1.5  # of processor time, to refuse or accept any one rule


def wall(text: str) -> datetime:
    """A clock time without a zone."""
    return datetime.fromisoformat(text)


# --- the examples of RFC 5545, 3.8.5.3: the start, all at 09:00 in New York; the rule; the days, by month.
# "..." at the end: it goes on, and only these are compared.

EXAMPLES = [
    ("1997-09-02", "FREQ=DAILY;COUNT=10", "1997-09: 2 3 4 5 6 7 8 9 10 11"),
    ("1997-09-02", "FREQ=DAILY;INTERVAL=2", "1997-09: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30; 1997-10: 2 4 ..."),
    ("1997-09-02", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09: 2 12 22; 1997-10: 2 12"),
    ("1997-09-02", "FREQ=WEEKLY;COUNT=10", "1997-09: 2 9 16 23 30; 1997-10: 7 14 21 28; 1997-11: 4"),
    ("1997-09-02", "FREQ=WEEKLY;UNTIL=19971224T000000Z",
     "1997-09: 2 9 16 23 30; 1997-10: 7 14 21 28; 1997-11: 4 11 18 25; 1997-12: 2 9 16 23"),
    ("1997-09-02", "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
     "1997-09: 2 16 30; 1997-10: 14 28; 1997-11: 11 25; 1997-12: 9 23; 1998-01: 6 20; 1998-02: 3 17 ..."),
    ("1997-09-02", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
     "1997-09: 2 4 9 11 16 18 23 25 30; 1997-10: 2"),
    ("1997-09-02", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "1997-09: 2 4 9 11 16 18 23 25 30; 1997-10: 2"),
    ("1997-09-01", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
     "1997-09: 1 3 5 15 17 19 29; 1997-10: 1 3 13 15 17 27 29 31; 1997-11: 10 12 14 24 26 28; 1997-12: 8 10 12 22"),
    ("1997-09-02", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997-09: 2 4 16 18 30; 1997-10: 2 14 16"),
    ("1997-09-05", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
     "1997-09: 5; 1997-10: 3; 1997-11: 7; 1997-12: 5; 1998-01: 2; 1998-02: 6; 1998-03: 6; 1998-04: 3; 1998-05: 1; "
     "1998-06: 5"),
    ("1997-09-05", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
     "1997-09: 5; 1997-10: 3; 1997-11: 7; 1997-12: 5"),
    ("1997-09-07", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
     "1997-09: 7 28; 1997-11: 2 30; 1998-01: 4 25; 1998-03: 1 29; 1998-05: 3 31"),
    ("1997-09-22", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
     "1997-09: 22; 1997-10: 20; 1997-11: 17; 1997-12: 22; 1998-01: 19; 1998-02: 16"),
    ("1997-09-28", "FREQ=MONTHLY;BYMONTHDAY=-3",
     "1997-09: 28; 1997-10: 29; 1997-11: 28; 1997-12: 29; 1998-01: 29; 1998-02: 26 ..."),
    ("1997-09-02", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
     "1997-09: 2 15; 1997-10: 2 15; 1997-11: 2 15; 1997-12: 2 15; 1998-01: 2 15"),
    ("1997-09-30", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
     "1997-09: 30; 1997-10: 1 31; 1997-11: 1 30; 1997-12: 1 31; 1998-01: 1 31; 1998-02: 1"),
    ("1997-09-10", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
     "1997-09: 10 11 12 13 14 15; 1999-03: 10 11 12 13"),
    ("1997-09-02", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
     "1997-09: 2 9 16 23 30; 1997-11: 4 11 18 25; 1998-01: 6 13 20 27; 1998-03: 3 10 17 24 31 ..."),
    ("1997-06-10", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
     "1997-06: 10; 1997-07: 10; 1998-06: 10; 1998-07: 10; 1999-06: 10; 1999-07: 10; 2000-06: 10; 2000-07: 10; "
     "2001-06: 10; 2001-07: 10"),
    ("1997-03-10", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
     "1997-03: 10; 1999-01: 10; 1999-02: 10; 1999-03: 10; 2001-01: 10; 2001-02: 10; 2001-03: 10; 2003-01: 10; "
     "2003-02: 10; 2003-03: 10"),
    ("1997-01-01", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
     "1997-01: 1; 1997-04: 10; 1997-07: 19; 2000-01: 1; 2000-04: 9; 2000-07: 18; 2003-01: 1; 2003-04: 10; "
     "2003-07: 19; 2006-01: 1"),
    ("1997-05-19", "FREQ=YEARLY;BYDAY=20MO", "1997-05: 19; 1998-05: 18; 1999-05: 17 ..."),
    ("1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05: 12; 1998-05: 11; 1999-05: 17 ..."),
    ("1997-03-13", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
     "1997-03: 13 20 27; 1998-03: 5 12 19 26; 1999-03: 4 11 18 25 ..."),
    ("1997-06-05", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
     "1997-06: 5 12 19 26; 1997-07: 3 10 17 24 31; 1997-08: 7 14 21 28; 1998-06: 4 11 18 25 ..."),
    ("1997-09-13", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
     "1997-09: 13; 1997-10: 11; 1997-11: 8; 1997-12: 13; 1998-01: 10; 1998-02: 7; 1998-03: 7; 1998-04: 11; "
     "1998-05: 9; 1998-06: 13 ..."),
    ("1996-11-05", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
     "1996-11: 5; 2000-11: 7; 2004-11: 2 ..."),
    ("1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09: 4; 1997-10: 7; 1997-11: 6"),
    ("1997-09-29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
     "1997-09: 29; 1997-10: 30; 1997-11: 27; 1997-12: 30; 1998-01: 29; 1998-02: 26; 1998-03: 30 ..."),
    ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08: 5 10 19 24"),
    ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08: 5 17 19 31"),
    ("2007-01-15", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01: 15 30; 2007-02: 15; 2007-03: 15 30"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "text", "expected"), EXAMPLES, ids=[text for _, text, _ in EXAMPLES])
def test_the_examples_of_the_standard(start: str, text: str, expected: str) -> None:
    months = [month.split(": ") for month in expected.removesuffix(" ...").split("; ")]
    days = [date.fromisoformat(f"{month}-{int(day):02d}") for month, days in months for day in days.split()]
    rule = Recurrence(wall(f"{start}T09:00"), text)
    found = recurrence.walls(rule, rule.start - timedelta(days=400), NEW_YORK)
    if expected.endswith("..."):
        found = islice(found, len(days))
    assert [at.isoformat() for at in found] == [f"{day}T09:00:00" for day in days]


FIRST = wall("1997-09-02T09:00")


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "09:00 12:00 15:00"),
        ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", "09:00 09:15 09:30 09:45 10:00 10:15"),
        ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", "09:00 10:30 12:00 13:30"),
    ],
)
def test_the_examples_within_a_day(text: str, times: str) -> None:
    assert [f"{at:%H:%M}" for at in recurrence.walls(Recurrence(FIRST, text), FIRST, NEW_YORK)] == times.split()


def test_every_twenty_minutes_of_the_working_day_written_in_two_ways() -> None:
    daily = Recurrence(FIRST, "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40")
    minutely = Recurrence(FIRST, "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16")
    expected = [FIRST + timedelta(days=d, minutes=20 * n) for d in range(10) for n in range(24)]
    assert [list(islice(recurrence.walls(rule, FIRST, NEW_YORK), 240)) for rule in (daily, minutely)] == [expected] * 2


def test_the_days_of_january_written_in_two_ways() -> None:
    start = wall("1998-01-01T09:00")
    yearly = Recurrence(start, "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA")
    daily = Recurrence(start, "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1")
    expected = [wall(f"{year}-01-{day:02}T09:00") for year in (1998, 1999, 2000) for day in range(1, 32)]
    assert [list(recurrence.walls(rule, start, NEW_YORK)) for rule in (yearly, daily)] == [expected] * 2


def test_friday_the_thirteenth_without_its_start() -> None:
    rule = Recurrence(FIRST, "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", exdates=(FIRST,))
    found = islice(recurrence.walls(rule, FIRST, NEW_YORK), 5)
    assert [f"{at:%Y-%m-%d}" for at in found] == ["1998-02-13", "1998-03-13", "1998-11-13", "1999-08-13", "2000-10-13"]


def test_dates_added_and_left_out() -> None:
    at = wall("2026-11-23T05:30")
    day = timedelta(days=1)
    rule = Recurrence(at, "FREQ=DAILY;COUNT=4", (at + 9 * day, at + day), (at + 2 * day, at + 3 * day, at + 20 * day))
    assert list(recurrence.walls(rule, at, HANOI)) == [at, at + day, at + 9 * day]
    alone = Recurrence(at, "", (at + day, at - day))
    assert list(recurrence.walls(alone, at - 5 * day, HANOI)) == [at - day, at, at + day]


# --- against dateutil, which walks the whole way from the start

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PAST_DAYS = {"YEARLY": 11_000, "MONTHLY": 11_000, "WEEKLY": 11_000, "DAILY": 11_000, "HOURLY": 500, "MINUTELY": 40}
SPAN_DAYS = {"YEARLY": 3000, "MONTHLY": 800, "WEEKLY": 300, "DAILY": 300, "HOURLY": 30, "MINUTELY": 6}
NEAR = wall("2026-02-20T06:00")


def numbers(lowest: int, highest: int, most: int = 3) -> st.SearchStrategy[str]:
    signed = st.integers(lowest, highest).filter(lambda n: n != 0 or lowest == 0)
    return st.lists(signed, min_size=1, max_size=most, unique=True).map(lambda found: ",".join(map(str, found)))


@st.composite
def recurrences(draw: st.DrawFn) -> tuple[Recurrence, datetime, datetime]:
    """A recurrence, and the span in which it is asked for."""
    frequency = draw(st.sampled_from(sorted(PAST_DAYS)))
    start = NEAR - timedelta(days=draw(st.integers(-30, PAST_DAYS[frequency])), minutes=draw(st.integers(0, 1440)))
    interval = draw(st.integers(1, 5)) * (draw(st.sampled_from([5, 7, 60])) if frequency == "MINUTELY" else 1)
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}"]

    def maybe(name: str, value: st.SearchStrategy[str], one_in: int = 4) -> None:
        if draw(st.integers(1, one_in)) == 1:
            parts.append(f"{name}={draw(value)}")

    maybe("WKST", st.sampled_from(DAYS))
    ordinals = [""]
    if frequency in {"MONTHLY", "YEARLY"}:
        ordinals += ["1", "2", "-1", "5", "+3"]
    weekday = st.builds(lambda which, day: which + day, st.sampled_from(ordinals), st.sampled_from(DAYS))
    maybe("BYDAY", st.lists(weekday, min_size=1, max_size=3, unique=True).map(",".join), 2)
    maybe("BYMONTH", numbers(1, 12))
    maybe("BYMONTHDAY", numbers(-31, 31, 5))
    maybe("BYYEARDAY", numbers(-366, 366, 12), 10)
    maybe("BYWEEKNO", numbers(-53, 53, 8), 10)
    maybe("BYHOUR", numbers(0, 23))
    maybe("BYMINUTE", st.sampled_from(["0", "5,35", "59", "10"]))
    maybe("BYSETPOS", numbers(-4, 4))
    match draw(st.sampled_from(["", "", "COUNT", "date", "instant"])):
        case "COUNT":
            parts.append(f"COUNT={draw(st.integers(1, 400))}")
        case "date":
            parts.append(f"UNTIL={start + timedelta(days=draw(st.integers(0, 12_000))):%Y%m%d}")
        case "instant":
            parts.append(f"UNTIL={start + timedelta(days=draw(st.integers(1, 12_000))):%Y%m%dT%H%M%SZ}")
    begin = NEAR + timedelta(minutes=draw(st.integers(0, 1440)))
    return Recurrence(start, ";".join(parts)), begin, begin + timedelta(days=SPAN_DAYS[frequency])


def direct(rule: Recurrence, begin: datetime, end: datetime) -> list[datetime]:
    """What dateutil says of it from DTSTART on, without a word of ours; in Hanoi, where 00:00 UTC is 07:00."""
    text, _, until = rule.rrule.partition(";UNTIL=")
    last = wall("9999-12-31T00:00")
    if until:
        last = datetime.fromisoformat(until.removesuffix("Z"))
        last += timedelta(hours=7) if until.endswith("Z") else timedelta(days=1, microseconds=-1)
    found = rrule.rrulestr(text, dtstart=rule.start)
    ruled = {at for at in takewhile(lambda at: at <= min(last, end), found) if at >= begin}
    return sorted(ruled | ({rule.start} if begin <= rule.start <= end else set()))


def never(rule: Recurrence) -> bool:
    """Whether dateutil finds nothing in forty years; asked 7600 years later, where it gives up before the year 10000.

    Not asked where there is an UNTIL, nor of days and hours, through which it would walk for minutes.
    """
    if "UNTIL" in rule.rrule or not re.match("FREQ=(YEARLY|MONTHLY|WEEKLY)", rule.rrule):
        return True
    start = rule.start.replace(year=rule.start.year + 7600)
    first = next(iter(rrule.rrulestr(rule.rrule, dtstart=start)), None)
    return first is None or first.year - start.year > 40


@settings(deadline=None, max_examples=350)
@given(recurrences())
@example((Recurrence(wall("1996-02-29T05:00"), "FREQ=YEARLY"), NEAR, wall("2060-01-01T00:00")))
@example((Recurrence(wall("1996-01-31T05:00"), "FREQ=MONTHLY;INTERVAL=5"), NEAR, wall("2030-01-01T00:00")))
@example((Recurrence(wall("1996-05-01T23:07"), "FREQ=HOURLY;INTERVAL=100"), NEAR, wall("2027-01-01T00:00")))
@example((Recurrence(wall("1996-05-01T23:07"), "FREQ=MINUTELY;INTERVAL=5003"), NEAR, wall("2027-01-01T00:00")))
@example(
    (Recurrence(wall("1996-05-01T00:00"), "FREQ=HOURLY;INTERVAL=5;BYDAY=MO;BYHOUR=3"), NEAR, wall("2027-01-01T00:00"))
)
@example(
    (Recurrence(wall("1998-05-01T06:00"), "FREQ=WEEKLY;INTERVAL=4;BYDAY=SU,MO;WKST=SU"), NEAR, wall("2027-01-01T00:00"))
)
@example(
    (Recurrence(wall("1998-05-01T06:00"), "FREQ=YEARLY;BYWEEKNO=53,1;BYDAY=MO,SU"), NEAR, wall("2060-01-01T00:00"))
)
def test_brought_near_it_is_what_it_is_from_its_start(case: tuple[Recurrence, datetime, datetime]) -> None:
    rule, begin, end = case
    try:
        recurrence.checked(rule, HANOI)
    except InputError as error:
        if error.problems[0].code == "rrule_never":
            assert never(rule)
        return
    found = takewhile(lambda at: at <= end, recurrence.walls(rule, begin, HANOI))
    assert list(found) == direct(rule, begin, end)


@settings(deadline=None, max_examples=350)
@given(
    st.sampled_from(["HOURLY", "MINUTELY"]),
    st.one_of(st.integers(1, 60), st.sampled_from([120, 168, 360, 720, 1440, 1441, 10080])),
    st.none() | numbers(0, 23), st.none() | numbers(0, 59), st.integers(0, 1439),
)  # fmt: skip
@example("HOURLY", 2, None, None, 7 * 60)
@example("MINUTELY", 120, None, None, 7 * 60 + 5)
@example("MINUTELY", 1440, "3", None, 7 * 60)
def test_steps_of_the_clock_meet_the_hours_that_dateutil_says(
    frequency: str, interval: int, hours: str | None, minutes: str | None, begin: int
) -> None:
    start = NEAR.replace(hour=begin // 60, minute=begin % 60)
    text = f"FREQ={frequency};INTERVAL={interval}"
    text += (f";BYHOUR={hours}" if hours else "") + (f";BYMINUTE={minutes}" if minutes else "")
    try:
        expected = {start, *islice(rrule.rrulestr(text, dtstart=start), 40)}
    except ValueError:  # dateutil's word for "never"
        expected = {start}
    found = list(islice(recurrence.walls(Recurrence(start, text), start, HANOI), 40))
    assert found == sorted(expected)[:40]


@settings(deadline=None, max_examples=100)
@given(
    st.sets(st.sampled_from(DAYS), max_size=4), st.sampled_from(DAYS), st.integers(1, 4), st.integers(1, 90),
    st.integers(0, 6), st.booleans(),
)  # fmt: skip
def test_a_counted_rule_ends_where_walking_ends(
    weekdays: set[str], week_start: str, interval: int, count: int, day: int, daily: bool
) -> None:
    start = NEAR - timedelta(days=day)
    text = f"FREQ={'DAILY' if daily else 'WEEKLY'};INTERVAL={interval};WKST={week_start};COUNT={count}"
    rule = Recurrence(start, text + (f";BYDAY={','.join(sorted(weekdays))}" if weekdays else ""))
    ruled = list(rrule.rrulestr(rule.rrule, dtstart=start))
    assert list(recurrence.walls(rule, start, HANOI)) == sorted({start, *ruled})


def test_a_count_beyond_all_planning() -> None:
    rule = Recurrence(NEAR, "FREQ=DAILY;INTERVAL=100000;COUNT=10000")
    assert list(recurrence.walls(rule, NEAR, HANOI)) == [NEAR]


@settings(deadline=None, max_examples=60)
@given(recurrences(), st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe"]))
def test_instants_laid_end_to_end(case: tuple[Recurrence, datetime, datetime], zone: str) -> None:
    pattern, begin, end = case
    try:
        recurrence.checked(pattern, HANOI)
    except InputError:
        assume(False)
    rule, tz = Rule(pattern), ZoneInfo(zone)
    a, b, c = (at.replace(tzinfo=UTC) for at in (begin, begin + (end - begin) / 3, end))
    whole = due_between(rule, a, c, tz)
    assert due_between(rule, a, b, tz) + due_between(rule, b, c, tz) == whole
    assert whole == sorted(set(whole))
    assert whole[:1] == [at for at in [next_after(rule, a, tz)] if at and at <= c]


# --- what is dense, endless or never is told in time

EVERY = {"hour": range(24), "minute": range(60)}
PLACES = ",".join(str(n) for n in range(1, 51))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=DAILY;BYSETPOS=2", "rrule_never"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "rrule_never"),
        ("FREQ=HOURLY;BYSETPOS=3", "rrule_never"),
        ("FREQ=MINUTELY;BYSETPOS=2", "rrule_never"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "rrule_never"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "rrule_never"),
        ("FREQ=HOURLY;INTERVAL=24;BYHOUR=3", "rrule_never"),
        ("FREQ=HOURLY;INTERVAL=168;BYDAY=TU", "rrule_never"),
        ("FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3", "rrule_never"),
        ("FREQ=MINUTELY;INTERVAL=60;BYHOUR=3;BYMINUTE=2", "rrule_never"),
        ("FREQ=MINUTELY;INTERVAL=5;BYYEARDAY=100;BYMONTHDAY=1", "rrule_never"),
        ("FREQ=MINUTELY;INTERVAL=7;BYHOUR=3;BYMINUTE=2;BYYEARDAY=100;BYMONTHDAY=1", "rrule_never"),
        ("FREQ=MINUTELY;INTERVAL=11;BYHOUR=3;BYMINUTE=0;BYSECOND=0,1,2;BYSETPOS=4", "rrule_never"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "rrule_never"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "rrule_never"),
        (f"FREQ=WEEKLY;BYHOUR=1,2,3,4,5,6,7;BYSETPOS={','.join(str(n) for n in range(50, 100))}", "rrule_never"),
        (f"FREQ=DAILY;BYMONTH=3;BYYEARDAY=1;BYSETPOS={PLACES}", "rrule_never"),
        (f"FREQ=DAILY;BYSETPOS={PLACES},51", "rrule_part"),
        (f"FREQ=DAILY;BYSETPOS={','.join(str(n) for n in range(4, 54))}", "rrule_never"),
        ("FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1,31", "rrule_never"),
        ("FREQ=MONTHLY;BYDAY=6MO", "rrule_part"),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=53MO", "rrule_part"),
        ("FREQ=YEARLY;BYDAY=54MO", "rrule_part"),
        ("FREQ=WEEKLY;BYDAY=1MO", "rrule_part"),
        ("FREQ=YEARLY;BYDAY=53MO", "2029-12-31T05:30"),
        ("FREQ=DAILY;BYHOUR=" + ",".join("6" for _ in range(2000)), "rrule_part"),
        (f"FREQ=DAILY;BYHOUR={','.join(map(str, EVERY['hour']))};BYMINUTE={','.join(map(str, EVERY['minute']))};"
         f"BYSECOND={','.join(map(str, EVERY['minute']))}", "rrule_too_often"),
        # these come, if seldom
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2044-02-29T05:30"),
        ("FREQ=MINUTELY;INTERVAL=5;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2044-02-29T00:00"),
        ("FREQ=DAILY;BYYEARDAY=366;BYDAY=MO;COUNT=10000", "2040-12-31T05:30"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;COUNT=10000", "2028-02-29T05:30"),
        ("FREQ=YEARLY;BYWEEKNO=53", "2026-12-28T05:30"),
        ("FREQ=HOURLY;INTERVAL=7;BYHOUR=3", "2026-11-26T03:30"),
        (f"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=0,3,6,9,12,15;BYSETPOS={PLACES}", "2044-02-29T00:30"),
        ("FREQ=WEEKLY;INTERVAL=100000", "None"),
        ("FREQ=YEARLY;INTERVAL=100000", "None"),
    ],
)  # fmt: skip
def test_any_rule_is_answered_in_time(text: str, expected: str) -> None:
    begin = time.process_time()
    try:
        rule = rule_from({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": text})  # a Monday
    except InputError as error:
        found = error.problems[0].code
    else:
        at = next_after(rule, datetime(2026, 11, 23, 12, tzinfo=UTC), HANOI)
        found = f"{at.astimezone(HANOI):%Y-%m-%dT%H:%M}" if at else "None"
    assert (found, time.process_time() - begin < LIMIT_S) == (expected, True)


@pytest.mark.parametrize("until", ["99991231T235959Z", "99991231T235959", "99991231", "21991231T235959Z"])
def test_an_end_at_the_end_of_all_time(until: str) -> None:
    rule = rule_from({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": f"FREQ=DAILY;UNTIL={until}"})
    after = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert next_after(rule, after, HANOI) == datetime(2026, 11, 23, 22, 30, tzinfo=UTC)


def test_a_start_beyond_all_planning_is_refused() -> None:
    with pytest.raises(InputError):
        recurrence.checked(Recurrence(wall("9990-01-01T00:00"), "FREQ=DAILY"), HANOI)
