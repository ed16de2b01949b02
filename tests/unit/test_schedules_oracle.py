"""The planner against an oracle that asks of every single day: do the words of the rule's document mean this day?

The oracle reads documents, never rules or patterns; clock times become instants by search. A day is
that of the rule's words: what a change of the clock moves past midnight still belongs to its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from controller.core.announcements import Late
from controller.core.days import DayType
from controller.core.errors import InputError
from schedules.day_types import Calendar
from schedules.documents import rule_from
from schedules.lunar import lunar_of
from schedules.planner import due_between, next_after, sift_late

DAY = timedelta(days=1)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
# one hour of summer time and half an hour, a day that never was (Apia, 30/12/2011), midnights that are skipped
ZONES = ("Asia/Ho_Chi_Minh", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia",
         "America/Sao_Paulo", "Africa/Casablanca", "America/Nuuk", "UTC")  # fmt: skip
# spans hold clock changes, both Tết and the leap months 6 of 2025 and 5 of 2028
STARTS = (date(2026, 3, 5), date(2026, 10, 20), date(2011, 12, 25), date(2018, 10, 30), date(2026, 2, 12),
          date(2025, 7, 20), date(2028, 6, 1), date(2030, 1, 28), date(2027, 12, 20))  # fmt: skip
Document = dict[str, Any]

# --- the oracle: clock times


@cache
def hours_about(day: date, tz: tzinfo) -> list[tuple[datetime, timedelta]]:
    """The hours from three days before to three days after, and what the place's clock is ahead of UTC by then."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    hours = (noon + timedelta(hours=n) for n in range(-72, 73))
    return [(hour, hour.astimezone(tz).utcoffset() or timedelta()) for hour in hours]


@cache
def instant_of(wall: datetime, tz: tzinfo) -> datetime:
    """The first instant at which the clock of the place shows it; skipped by it, by the offset before the gap."""
    around, hours = wall.replace(tzinfo=UTC), hours_about(wall.date(), tz)
    candidates = sorted({around - offset for _, offset in hours})
    for at in candidates:
        if at.astimezone(tz).replace(tzinfo=None) == wall:
            return at
    return around - max((hour, offset) for hour, offset in hours if hour + offset < around)[1]


# --- the oracle: days


def means(words: Mapping[str, Any], day: date) -> bool:
    """Whether a document without its offset, its bounds and its exceptions means a day."""
    first = date.fromisoformat(words["first"]) if words.get("first") else day
    tomorrow = day + DAY
    match words["kind"]:
        case "dates":
            return day.isoformat() in set(words["dates"])
        case "daily":
            return bool((day - first).days % words.get("every", 1) == 0)
        case "weekly":
            monday, first_monday = day - day.weekday() * DAY, first - first.weekday() * DAY
            weeks = (monday - first_monday).days // 7
            return day.isoweekday() in set(words["weekdays"]) and weeks % int(words.get("every", 1)) == 0
        case "monthly" if "weekday" in words:
            if day.isoweekday() != words["weekday"]:
                return False
            if words["which"] == -1:
                return (day + 7 * DAY).month != day.month
            return bool((day.day - 1) // 7 + 1 == words["which"])
        case "monthly":
            return day.day in words["days"] or (-1 in words["days"] and tomorrow.day == 1)
        case "yearly":
            if day.month != words["month"]:
                return False
            return day.day == words["day"] or (words["day"] == -1 and tomorrow.day == 1)
    lunar, last = lunar_of(day), lunar_of(tomorrow).day == 1
    yearly = words["kind"] == "lunar_yearly"
    leap = words.get("leap", "first" if yearly else "both")
    if (leap == "first" and lunar.leap) or (leap == "leap" and not lunar.leap):
        return False
    if yearly and lunar.month != words["month"]:
        return False
    asked = [words["day"]] if yearly else words["days"]
    thirtieth_too = 30 in asked and words.get("day_30", "last") == "last"
    return lunar.day in asked or (last and (-1 in asked or thirtieth_too))


def times_of(words: Mapping[str, Any]) -> list[time]:
    if "between" not in words:
        return [time.fromisoformat(text) for text in words["times"]]
    window = words["between"]
    begin, end = time.fromisoformat(window["from"]), time.fromisoformat(window["to"])
    every_minute = [time(n // 60, n % 60) for n in range(24 * 60)]
    inside = [at for at in every_minute if begin <= at <= end]
    return inside[:: window["every_min"]]


def stands(words: Mapping[str, Any], day: date, said: Mapping[date, DayType]) -> bool:
    """Whether it may be spoken on a day at all."""
    inside = words.get("first", "0000") <= day.isoformat() <= words.get("last", "9999")
    wanted = words.get("day_types", [])
    return inside and day.isoformat() not in words.get("skip", []) and (not wanted or said[day] in wanted)


def unchanged(words: Mapping[str, Any], days: list[date], tz: tzinfo, said: Mapping[date, DayType]) -> set[datetime]:
    if words["kind"] == "once":
        at = datetime.fromisoformat(words["at"])
        return {at} if stands(words, at.astimezone(tz).date(), said) else set()
    if words["kind"] == "rrule":
        zone = ZoneInfo(words["zone"]) if words.get("zone") else tz
        start = datetime.fromisoformat(words["start"])
        end = datetime.combine(days[-1], time.max)
        found = rrule.rrulestr(words["rrule"], dtstart=start).between(start, end, inc=True)
        walls = {start, *found, *map(datetime.fromisoformat, words.get("rdates", []))}
        walls -= set(map(datetime.fromisoformat, words.get("exdates", [])))
        ats = {instant_of(wall, zone) for wall in walls if days[0] <= wall.date() <= days[-1]}
        return {at for at in ats if stands(words, at.astimezone(tz).date(), said)}
    offset = words.get("offset_days", 0) * DAY
    spoken_on = [day for day in days if means(words, day - offset) and stands(words, day, said)]
    return {instant_of(datetime.combine(day, at), tz) for day in spoken_on for at in times_of(words)}


def oracle(
    words: Mapping[str, Any], after: datetime, until: datetime, tz: tzinfo, said: Mapping[date, DayType]
) -> list[datetime]:
    changes = words.get("changes", [])
    dues = [(instant_of(datetime.fromisoformat(change["due"]), tz), change["to"]) for change in changes]
    left_out = {due for due, _ in dues}
    edges = sorted([after, until, *left_out])
    days = [edges[0].date() + n * DAY for n in range(-3, (edges[-1] - edges[0]).days + 5)]
    found = unchanged(words, days, tz, said)
    moved = {instant_of(datetime.fromisoformat(to), tz) for due, to in dues if to and due in found}
    return sorted(at for at in (found - left_out) | moved if after < at <= until)


# --- documents

CLOCKS = st.one_of(
    st.sampled_from(["00:00", "00:30", "01:59", "02:00", "02:30", "23:30", "23:59", "05:30", "19:30"]),
    st.integers(0, 1439).map(lambda n: f"{n // 60:02}:{n % 60:02}"),
)
NTH = st.sampled_from([1, 2, 3, 4, 5, -1])
SAID = {date(2011, 1, 1) + n * DAY: tuple(DayType)[(n * n // 3 + n // 7) % 5] for n in range(21 * 366)}


def some(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=most, unique=True)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Document, datetime, datetime, str]:
    """A document, a span in which it is asked for, and a zone."""
    begin = draw(st.sampled_from(STARTS)) + draw(st.integers(-3, 6)) * DAY
    near = st.sampled_from([begin + n * DAY for n in (*range(-20, 0, 4), *range(30))])
    isodates = near.map(date.isoformat)
    walls = st.builds(lambda day, clock: f"{day}T{clock}", isodates, CLOCKS)
    leap, day_30 = st.sampled_from(["first", "leap", "both"]), st.sampled_from(["last", "skip"])
    lunar_days = st.sampled_from([1, 2, 15, 29, 30, -1])
    words: Document = draw(
        st.one_of(
            st.fixed_dictionaries({"kind": st.just("dates"), "dates": some(isodates)}),
            st.fixed_dictionaries({"kind": st.just("daily")}),
            st.fixed_dictionaries({"kind": st.just("daily"), "every": st.integers(1, 9), "first": isodates}),
            st.fixed_dictionaries({"kind": st.just("weekly"), "weekdays": some(st.integers(1, 7), 4)}),
            st.fixed_dictionaries(
                {"kind": st.just("weekly"), "weekdays": some(st.integers(1, 7), 4), "every": st.integers(1, 4),
                 "first": isodates}),
            st.fixed_dictionaries(
                {"kind": st.just("monthly"), "days": some(st.sampled_from([1, 15, 28, 29, 30, 31, -1]))}),
            st.fixed_dictionaries(
                {"kind": st.just("monthly"), "weekday": st.integers(1, 7), "which": NTH}),
            near.map(lambda day: {"kind": "yearly", "month": day.month, "day": day.day}),
            st.just({"kind": "yearly", "month": 2, "day": 29}),
            st.fixed_dictionaries({"kind": st.just("yearly"), "month": st.integers(1, 12), "day": st.just(-1)}),
            st.fixed_dictionaries(
                {"kind": st.just("lunar_monthly"), "days": some(lunar_days), "leap": leap, "day_30": day_30}),
            st.fixed_dictionaries({"kind": st.just("lunar_monthly"), "days": some(lunar_days)}),
            near.map(lambda day: {"kind": "lunar_yearly", "month": lunar_of(day).month, "day": lunar_of(day).day}),
            st.fixed_dictionaries(
                {"kind": st.just("lunar_yearly"), "month": near.map(lambda day: lunar_of(day).month), "leap": leap,
                 "day": lunar_days, "day_30": day_30}),
            st.fixed_dictionaries(
                {"kind": st.just("once"), "at": walls.map(lambda wall: wall + ":00+07:00")}),
            st.fixed_dictionaries(
                {"kind": st.just("rrule"), "start": walls, "zone": st.sampled_from(["", "Europe/Berlin", *ZONES]),
                 "rrule": st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=HOURLY;INTERVAL=5",
                                           "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=DAILY;COUNT=9", "FREQ=YEARLY"]),
                 "rdates": some(walls), "exdates": some(walls)}),
        )
    )  # fmt: skip
    if words["kind"] not in {"once", "rrule"}:
        if draw(st.integers(0, 3)):
            words["times"] = draw(some(CLOCKS))
        else:
            hour, every = draw(st.integers(0, 22)), draw(st.sampled_from([25, 30, 90, 720]))
            words["between"] = {"from": f"{hour:02}:15", "to": f"{hour + 1:02}:45", "every_min": every}
        words["offset_days"] = draw(st.sampled_from([0, 0, -1, -3, 1, 5, 20]))
    optional = {
        "first": isodates, "last": near.map(lambda day: (day + 5 * DAY).isoformat()), "skip": some(isodates),
        "day_types": some(st.sampled_from([kind.value for kind in DayType])),
    }  # fmt: skip
    for key in sorted(
        draw(st.sets(st.sampled_from(sorted(optional)), max_size=draw(st.integers(0, 2)))) - words.keys()
    ):
        words[key] = draw(optional[key])
    after = datetime.combine(begin, time(), UTC) + timedelta(minutes=draw(st.integers(-3000, 3000)))
    # no single wide range: hypothesis would draw the small numbers of it
    until = after + timedelta(days=draw(st.sampled_from([45, 30, 7, 1, 0])), minutes=draw(st.integers(0, 1440)))
    zone = draw(st.sampled_from(ZONES))
    if draw(st.integers(0, 2)) == 0:
        words["changes"] = draw(changes(words, after, until, ZoneInfo(zone), walls))
    return words, after, until, zone


def changes(
    words: Document, after: datetime, until: datetime, tz: tzinfo, walls: st.SearchStrategy[str]
) -> st.SearchStrategy[list[Document]]:
    """Most are of occurrences, some to another one, and some of what is none."""
    due = oracle(words, after - 2 * DAY, until + 2 * DAY, tz, SAID)
    dues = [f"{at.astimezone(tz):%Y-%m-%dT%H:%M}" for at in due]
    some_due = st.one_of(st.sampled_from(dues), walls) if dues else walls
    return st.lists(
        st.fixed_dictionaries({"due": some_due, "to": st.one_of(st.none(), some_due)}),
        min_size=1, max_size=3, unique_by=lambda change: change["due"],
    )  # fmt: skip


BERLIN_0230: Document = {"kind": "daily", "times": ["02:30"], "first": "2026-03-01"}


def asked(words: Document, after: str, days: int, zone: str) -> tuple[Document, datetime, datetime, str]:
    begin = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return words, begin, begin + days * DAY, zone


@settings(deadline=None, max_examples=300)
@given(cases(), st.lists(st.integers(0, 100), max_size=3))
@example(asked(BERLIN_0230, "2026-03-27", 5, "Europe/Berlin"), [40])
# days of before `first` count: two days after each Sunday; five days after any day
@example(
    asked(
        {"kind": "weekly", "weekdays": [7], "times": ["06:00"], "offset_days": 2, "first": "2026-11-24"},
        "2026-11-20",
        20,
        "Asia/Ho_Chi_Minh",
    ),
    [],
)
@example(asked({"kind": "daily", "times": ["06:00"], "offset_days": 5}, "2026-11-20", 3, "Asia/Ho_Chi_Minh"), [])
@example(
    asked(
        {"kind": "daily", "times": ["06:00"], "offset_days": 5, "every": 3, "first": "2026-11-20"},
        "2026-11-19",
        9,
        "Asia/Ho_Chi_Minh",
    ),
    [],
)
# 23:30 of 28 March is never on the clock of Nuuk, and is spoken at 00:30; it belongs to the 28th all the same
@example(asked({"kind": "daily", "times": ["23:30"], "last": "2026-03-28"}, "2026-03-26", 9, "America/Nuuk"), [])
@example(asked({"kind": "daily", "times": ["23:30"], "skip": ["2026-03-29"]}, "2026-03-26", 9, "America/Nuuk"), [])
@example(asked({"kind": "daily", "times": ["23:30"]}, "2026-03-29T01:10", 1, "America/Nuuk"), [])
# 02:30 is spoken after 03:00
@example(asked({**BERLIN_0230, "times": ["02:30", "03:00", "03:15", "03:45"]}, "2026-03-27", 5, "Europe/Berlin"), [])
@example(
    asked({"kind": "daily", "between": {"from": "05:00", "to": "06:30", "every_min": 30}}, "2026-11-20", 3, "UTC"), []
)
@example(
    asked(
        {
            "kind": "rrule",
            "start": "2026-11-20T06:00",
            "rrule": "FREQ=DAILY",
            "first": "2026-11-24",
            "last": "2026-11-27",
        },
        "2026-11-20",
        20,
        "Asia/Ho_Chi_Minh",
    ),
    [],
)
@example(asked({"kind": "once", "at": "2026-11-20T06:00+07:00", "first": "2026-11-21"}, "2026-11-18", 9, "UTC"), [])
# 02:30 of a day that skips it is the instant of 03:30: both changes change that
@example(
    asked(
        {
            **BERLIN_0230,
            "changes": [{"due": "2026-03-29T03:30", "to": "2026-03-29T12:00"}, {"due": "2026-03-29T02:30", "to": None}],
        },
        "2026-03-27",
        5,
        "Europe/Berlin",
    ),
    [],
)
# moved onto an occurrence that is left out, and onto one that stays
@example(
    asked(
        {
            "kind": "daily",
            "times": ["05:30", "17:00"],
            "last": "2026-11-25",
            "changes": [
                {"due": "2026-11-24T05:30", "to": "2026-11-24T17:00"},
                {"due": "2026-11-24T17:00", "to": None},
                {"due": "2026-11-25T05:30", "to": "2026-11-30T05:30"},
            ],
        },
        "2026-11-23",
        9,
        "Asia/Ho_Chi_Minh",
    ),
    [50, 60],
)
@example(
    asked(
        {"kind": "lunar_yearly", "month": 6, "day": 30, "leap": "leap", "times": ["06:00"]},
        "2025-08-01",
        40,
        "Asia/Ho_Chi_Minh",
    ),
    [],
)
def test_due_between_is_what_the_oracle_finds(case: tuple[Document, datetime, datetime, str], cuts: list[int]) -> None:
    words, after, until, zone = case
    try:
        rule = rule_from(words)
    except InputError:
        assume(False)
    tz, calendar = ZoneInfo(zone), Calendar(SAID)
    found = due_between(rule, after, until, tz, calendar)
    assert found == oracle(words, after, until, tz, SAID)
    assert all(before < later for before, later in pairwise(found))
    following = next_after(rule, after, tz, calendar)
    assert [at for at in [following] if at and at <= until] == found[:1]
    edges = [after, *(after + (until - after) * cut / 100 for cut in sorted(cuts)), until]
    pieces = [due_between(rule, begin, end, tz, calendar) for begin, end in pairwise(edges)]
    assert [at for piece in pieces for at in piece] == found


# --- dates that are known


def days_of(words: Document, first: str, last: str) -> list[str]:
    rule = rule_from({**words, "times": ["06:00"]})
    begin, end = (datetime.fromisoformat(f"{day}T05:00+07:00") for day in (first, last))
    return [f"{at.astimezone(HANOI):%Y-%m-%d}" for at in due_between(rule, begin, end, HANOI)]


LEAP_MONTHS = [  # of which lunar year, which month, and the first of the two
    (2025, 6, "2025-06-25", "2025-07-25"),
    (2028, 5, "2028-05-24", "2028-06-23"),
    (2033, 11, "2033-11-22", "2033-12-22"),
]


@pytest.mark.parametrize(("year", "month", "first", "repeated"), LEAP_MONTHS)
@pytest.mark.parametrize("leap", ["first", "leap", "both"])
def test_the_first_day_of_a_repeated_month(year: int, month: int, first: str, repeated: str, leap: str) -> None:
    words = {"kind": "lunar_yearly", "month": month, "day": 1, "leap": leap}
    expected = {"first": [first], "leap": [repeated], "both": [first, repeated]}[leap]
    assert days_of(words, f"{year}-03-01", f"{year + 1}-02-01") == expected


def test_new_year_and_the_days_about_it() -> None:
    tet = {"kind": "lunar_yearly", "month": 1, "day": 1}
    assert days_of(tet, "2025-06-01", "2031-01-01") == [
        "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-02"]  # fmt: skip
    eve = {"kind": "lunar_yearly", "month": 12, "day": -1}
    before = {**tet, "offset_days": -1}
    assert days_of(eve, "2025-06-01", "2031-01-01") == days_of(before, "2025-06-01", "2031-01-01")
    # 12/2026 has 30 days, 12/2029 has 29
    assert days_of({**eve, "day": 30, "day_30": "skip"}, "2029-06-01", "2030-06-01") == (
        ["2030-02-01"] if lunar_of(date(2030, 2, 1)).day == 30 else []
    )


def test_the_evening_before_full_and_new_moon() -> None:
    words = {"kind": "lunar_monthly", "days": [1, 15], "offset_days": -1}
    assert days_of(words, "2026-12-01", "2027-02-01") == ["2026-12-08", "2026-12-22", "2027-01-07", "2027-01-21"]


# --- what is late


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.integers(-4000, 4000), unique=True, max_size=12).map(sorted),
    st.integers(0, 5000),
    st.sampled_from(Late),
)
def test_each_late_occurrence_has_one_place(seconds: list[int], window_s: int, late: Late) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    due = [now + timedelta(seconds=second) for second in seconds]
    in_line, missed = sift_late(due, now, window_s, late)
    assert sorted(in_line + missed) == due  # each once, in one of the two
    newest = max((at for at in due if at < now), default=None)
    allowed = newest is not None and late is not Late.SKIP and (now - newest).total_seconds() <= window_s
    assert in_line == [at for at in due if at >= now or (allowed and at == newest)]
