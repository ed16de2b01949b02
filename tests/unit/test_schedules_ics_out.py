"""The exported calendar says the planner's very instants, to our own reader and to others; and phones can read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.days import DayType
from schedules.day_types import Calendar
from schedules.ics_in import read
from schedules.ics_out import AHEAD, Entry, calendar, two_years
from schedules.planner import due_between
from schedules.rules import (
    LAST,
    Between,
    Change,
    Clocks,
    Daily,
    Dates,
    Day30,
    Leap,
    LunarMonthly,
    LunarYearly,
    MonthlyByDate,
    MonthlyByWeekday,
    Once,
    Recurrence,
    Repeating,
    Rule,
    Weekly,
    Yearly,
)

PLACE, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
BEGIN, END = datetime(2026, 11, 22, tzinfo=UTC), datetime(2028, 11, 19, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAYS = Calendar()
TITLE = "Lịch tiêm chủng; mũi 2, tại “trạm y tế”"
TEXT = "Kính mời bà con đưa trẻ đến tiêm chủng tại trụ sở UBND.\nMang theo sổ tiêm; đến đúng giờ, giữ trật tự."


def entry(rule: Rule, **more: object) -> Entry:
    found = Entry("r1", rule, TITLE, TEXT, "Hằng ngày", "Cụm Nà Khau", timedelta(seconds=43.2), NOW, NOW)
    return replace(found, **more)  # type: ignore[arg-type]  # a test gives what the field takes


def exported(rule: Rule, tz: ZoneInfo = PLACE) -> bytes:
    return calendar([entry(rule)], "Xã Thử", tz, two_years(NOW, tz), DAYS)


def planned(rule: Rule, tz: ZoneInfo = PLACE) -> list[datetime]:
    return due_between(rule, BEGIN - TICK, END - TICK, tz, DAYS)


def read_back(data: bytes, tz: ZoneInfo = PLACE) -> list[datetime]:
    found = read(data, tz)
    assert {line.why for line in found.left_out} <= {"ics_unused", "ics_nothing_left"}, found.left_out
    return sorted({at for one in found.events for at in due_between(one.rule, BEGIN - TICK, END - TICK, tz)})


def read_by_others(data: bytes) -> list[datetime]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(BEGIN, END)
    instants = {one["DTSTART"].dt.astimezone(UTC) for one in found}
    return sorted(at for at in instants if BEGIN <= at < END)


def clocks(*times: str) -> Clocks:
    return Clocks(tuple(time.fromisoformat(at) for at in times))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


KINDS: list[tuple[Rule, int]] = [  # and how many events they are
    (Rule(Once(datetime(2026, 11, 27, 19, 30, tzinfo=PLACE))), 1),
    (Rule(Repeating(Dates((date(2026, 11, 27), date(2026, 12, 24))), clocks("06:15", "17:00"))), 4),
    (Rule(Repeating(Daily(), clocks("05:00"))), 1),
    (Rule(Repeating(Daily(3), clocks("05:00", "17:30")), first=date(2026, 11, 1), last=date(2027, 2, 3)), 2),
    (Rule(Repeating(Weekly((1, 4)), clocks("05:00")), skip=frozenset({date(2026, 11, 26), date(2026, 11, 27)})), 1),
    (Rule(Repeating(Weekly((7,), 2), clocks("05:00")), first=date(2026, 11, 5)), 1),
    (Rule(Repeating(Daily(), Between(time(6), time(7), 30))), 3),
    (Rule(Repeating(MonthlyByDate((1, 31, LAST)), clocks("05:00"))), 1),
    (Rule(Repeating(MonthlyByWeekday(1, 1), clocks("05:00"))), 1),
    (Rule(Repeating(MonthlyByWeekday(5, LAST), clocks("05:00"))), 1),
    (Rule(Repeating(Yearly(2, 29), clocks("05:00"))), 1),
    (Rule(Repeating(LunarMonthly((1, 15)), clocks("05:00"))), 50),
    (Rule(Repeating(LunarMonthly((1, 15)), clocks("19:30"), -1)), 50),
    (Rule(Repeating(LunarYearly(12, LAST, Leap.BOTH, Day30.LAST), clocks("22:00"))), 2),
    (Rule(Repeating(Weekly((1,)), clocks("05:00"), -1), last=date(2026, 12, 31)), 6),
    (Rule(Repeating(Daily(), clocks("05:00")), last=date(2026, 12, 31), day_types=frozenset({DayType.WEEKEND})), 11),
    (Rule(Repeating(Daily(), clocks("05:00", "17:00")), changes=(
        Change(at("2026-11-24T05:00"), None), Change(at("2026-11-25T17:00"), at("2026-11-25T16:10")),
        Change(at("2026-11-25T18:00"), at("2026-11-25T19:00")))), 3),
    (Rule(Recurrence(at("2026-11-02T10:00"), "FREQ=WEEKLY;BYDAY=MO;COUNT=9", (), (at("2026-11-30T10:00"),))), 1),
    (Rule(Recurrence(at("2026-11-02T10:00"), "FREQ=DAILY;UNTIL=20261231", (at("2027-01-05T10:00"),), (),
                     "Europe/Berlin"), skip=frozenset({date(2026, 12, 5)})), 2),
    (Rule(Recurrence(at("2026-11-02T10:00"), "", (at("2027-01-05T10:00"),))), 1),
    (Rule(Recurrence(at("2026-11-02T10:00"), "FREQ=DAILY", (), (), "UTC"), last=date(2026, 11, 24),
          first=date(2026, 11, 22)), 3),
    (Rule(Repeating(Daily(), clocks("05:00")), last=date(2026, 11, 1)), 0),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "events"), KINDS)
def test_every_kind_of_rule_is_read_back_as_it_is_planned(rule: Rule, events: int) -> None:
    data = exported(rule)
    assert read_back(data) == planned(rule)
    assert read_by_others(data) == planned(rule)
    assert data.count(b"BEGIN:VEVENT") == events


def test_what_was_exported_is_not_empty() -> None:
    assert [len(planned(rule)) > 0 for rule, _ in KINDS] == [True] * (len(KINDS) - 1) + [False]


TIMES = st.integers(4 * 12, 23 * 12).map(lambda five: time(five // 12, five % 12 * 5))
DATES = st.integers(0, 400).map(lambda days: date(2026, 11, 1) + timedelta(days=days))
PATTERN = st.one_of(
    st.builds(Daily, st.integers(1, 5)),
    st.builds(
        Weekly, st.sets(st.integers(1, 7), min_size=1).map(lambda found: tuple(sorted(found))), st.integers(1, 3)
    ),
    st.builds(MonthlyByDate, st.sampled_from(((1,), (15, 31), (LAST,), (30, LAST)))),
    st.builds(MonthlyByWeekday, st.integers(1, 7), st.sampled_from((1, 2, 5, LAST))),
    st.builds(Yearly, st.integers(1, 12), st.integers(1, 29)),
    st.builds(Dates, st.sets(DATES, min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))),
    st.builds(LunarMonthly, st.sampled_from(((1, 15), (30,), (LAST,)))),
    st.builds(LunarYearly, st.integers(1, 12), st.integers(1, 30)),
)


@st.composite
def rules(draw: st.DrawFn, tz: ZoneInfo) -> Rule:
    times = Clocks(tuple(sorted(draw(st.sets(TIMES, min_size=1, max_size=3)))))
    offset = draw(st.sampled_from((0, 0, 0, -1, 2)))
    rule = Rule(Repeating(draw(PATTERN), times, offset), first=draw(DATES))
    if draw(st.booleans()):
        rule = replace(rule, last=(rule.first or NOW.date()) + timedelta(days=draw(st.integers(0, 600))))
    if draw(st.booleans()):
        rule = replace(rule, day_types=frozenset({draw(st.sampled_from((DayType.WORKING, DayType.WEEKEND)))}))
    near = due_between(rule, BEGIN, BEGIN + timedelta(days=90), tz, DAYS)[:20]
    if near:
        days = draw(st.sets(st.sampled_from(near), max_size=3))
        rule = replace(rule, skip=frozenset(one.astimezone(tz).date() for one in days))
        changes = {}
        for due in draw(st.sets(st.sampled_from(near), max_size=3)):
            wall = due.astimezone(tz).replace(tzinfo=None)
            minutes = draw(st.one_of(st.none(), st.integers(-90, 90)))
            to = None if minutes is None else wall + timedelta(minutes=7 * minutes + 1)
            changes[wall] = Change(wall, to)
        rule = replace(rule, changes=tuple(changes[due] for due in sorted(changes)))
    return rule


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from((PLACE, BERLIN)))
def test_the_way_out_and_back_in_keeps_every_instant(data: st.DataObject, tz: ZoneInfo) -> None:
    rule = data.draw(rules(tz))
    assert read_back(exported(rule, tz), tz) == planned(rule, tz)


def test_the_bytes_are_what_phones_read() -> None:
    data = exported(Rule(Repeating(Weekly((1, 4)), clocks("05:00")), skip=frozenset({date(2026, 11, 26)})))
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines) and b"\n" not in b"".join(lines) and lines[-1] == b""
    assert data.decode().replace("\r\n ", "").split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Loa Lang//loalang//VI", "X-WR-CALNAME:Xã Thử",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VTIMEZONE", "TZID:Asia/Ho_Chi_Minh", "BEGIN:STANDARD", "DTSTART:20250101T000000", "TZNAME:+07",
        "TZOFFSETFROM:+0700", "TZOFFSETTO:+0700", "END:STANDARD", "END:VTIMEZONE",
        "BEGIN:VEVENT", r"SUMMARY:Lịch tiêm chủng\; mũi 2\, tại “trạm y tế”",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000", "DURATION:PT43S", "DTSTAMP:20261121T060000Z",
        "UID:r1-0500@loalang", "RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH;WKST=MO",
        "EXDATE;TZID=Asia/Ho_Chi_Minh:20261126T050000",
        r"DESCRIPTION:Kính mời bà con đưa trẻ đến tiêm chủng tại trụ sở UBND.\nMang theo sổ tiêm\; đến đúng giờ\, "
        r"giữ trật tự.\n\nHằng ngày",
        "LOCATION:Cụm Nà Khau", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_the_same_day_gives_the_same_bytes_and_every_uid_is_one() -> None:
    entries = [entry(rule, ident=f"r{number}") for number, (rule, _) in enumerate(KINDS)]
    first = calendar(entries, "Xã Thử", PLACE, two_years(NOW, PLACE), DAYS)
    assert calendar(entries, "Xã Thử", PLACE, two_years(NOW + timedelta(hours=3), PLACE), DAYS) == first
    found = [one for one in icalendar.Calendar.from_ical(first).walk("VEVENT") if "RECURRENCE-ID" not in one]
    uids = [str(one["UID"]) for one in found]
    assert len(uids) == len(set(uids)) == sum(count for _, count in KINDS) - 1
    later = calendar(entries, "Xã Thử", PLACE, two_years(NOW + timedelta(days=40), PLACE), DAYS)
    kept = {str(one["UID"]) for one in icalendar.Calendar.from_ical(later).walk("VEVENT")}
    assert len(kept & set(uids)) > 100, "an occurrence keeps its UID from day to day"


def test_dated_events_reach_two_years_and_the_zone_is_right_in_summer() -> None:
    lunar = Rule(Repeating(LunarMonthly((1,)), clocks("05:00")))
    starts = [one.DTSTART for one in icalendar.Calendar.from_ical(exported(lunar)).walk("VEVENT")]  # type: ignore[attr-defined]  # of an Event
    assert NOW + AHEAD - timedelta(days=31) < max(starts) <= NOW + AHEAD
    summer = Rule(Repeating(Daily(), clocks("02:30", "05:00")))
    assert read_by_others(exported(summer, BERLIN)) == planned(summer, BERLIN)
    zone = next(iter(icalendar.Calendar.from_ical(exported(summer, BERLIN)).walk("VTIMEZONE")))
    assert isinstance(zone, icalendar.Timezone)
    meant = zone.to_tz(lookup_tzid=False)
    for month in range(1, 100):
        instant = datetime(2026, 1, 15, tzinfo=UTC) + timedelta(days=30 * month)
        assert instant.astimezone(meant).utcoffset() == instant.astimezone(BERLIN).utcoffset(), instant
