"""Our planner and recurring-ical-events on the same calendars: the same instants.

Where the two differ RFC 5545 was asked; what it says stands beside the test of that case.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from schedules import recurrence
from schedules.ics_in import read
from schedules.planner import due_between
from schedules.rules import Recurrence

PLACE = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES = ("Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "")
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def event(lines: list[str], uid: str = "a") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]


def calendar(*events: list[str]) -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//"]
    return "\r\n".join([*head, *(line for lines in events for line in lines), "END:VCALENDAR", ""])


def timed(name: str, wall: datetime, zone: str) -> str:
    if zone == "UTC":
        return f"{name}:{wall:%Y%m%dT%H%M%SZ}"
    return f"{name}{f';TZID={zone}' if zone else ''}:{wall:%Y%m%dT%H%M%S}"


def ours(text: str, begin: datetime = BEGIN, end: datetime = END) -> list[datetime]:
    found = read(text, PLACE)
    assert {entry.why for entry in found.left_out} <= {"ics_nothing_left"}
    return sorted(at for one in found.events for at in due_between(one.rule, begin - TICK, end - TICK, PLACE))


def theirs(text: str, begin: datetime = BEGIN, end: datetime = END) -> list[datetime]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(
        begin.astimezone(PLACE), end.astimezone(PLACE)
    )
    starts = [one["DTSTART"].dt for one in found]
    instants = {(at if at.tzinfo else at.replace(tzinfo=PLACE)).astimezone(UTC) for at in starts}
    return sorted(at for at in instants if begin <= at < end)


@st.composite
def rrules(draw: st.DrawFn, start: datetime) -> str:
    """A recurrence of every kind, which the start fits."""
    kind = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={kind}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    weekday = DAYS[start.weekday()]
    if kind == "WEEKLY" and draw(st.booleans()):
        more = draw(st.sets(st.sampled_from(DAYS), max_size=3))
        parts.append("BYDAY=" + ",".join(day for day in DAYS if day in more or day == weekday))
    if kind == "MONTHLY":
        match draw(st.integers(0, 4)):
            case 0:
                which = (start.day - 1) // 7 + 1
                more = draw(st.sampled_from(("", ",-1SU", ",2TU", ",-2FR")))
                parts.append(f"BYDAY={which}{weekday}{more}")
            case 1:
                more = draw(st.sampled_from(("", ",-1", ",31", ",1,15")))
                parts.append(f"BYMONTHDAY={start.day}{more}")
            case 2 if start.weekday() < 5 and start.day <= 7:
                before = [d for d in range(1, start.day) if start.replace(day=d).weekday() < 5]
                parts.append(f"BYDAY=MO,TU,WE,TH,FR;BYSETPOS={len(before) + 1}")
            case 3:
                parts.append(f"BYDAY={weekday};BYMONTHDAY=" + ",".join(map(str, range(1, 29))))
                start_fits = start.day <= 28
                if not start_fits:
                    parts.pop()
    if kind == "YEARLY":
        match draw(st.integers(0, 3)):
            case 0:
                parts.append(f"BYMONTH={start.month},{draw(st.integers(1, 12))};BYMONTHDAY={start.day}")
            case 1:
                which = (start.day - 1) // 7 + 1
                parts.append(f"BYMONTH={start.month};BYDAY={which}{weekday}")
            case 2:
                parts.append(f"BYYEARDAY={start.timetuple().tm_yday}")
    match draw(st.integers(0, 2)):
        case 0:
            parts.append(f"COUNT={draw(st.integers(1, 40))}")
        case 1:
            until = start + timedelta(days=draw(st.integers(0, 900)), hours=draw(st.integers(-3, 3)) * 4)
            parts.append(f"UNTIL={max(until, start + timedelta(days=1)):%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


@st.composite
def calendars(draw: st.DrawFn) -> str:
    zone = draw(st.sampled_from(ZONES))
    # not in the hours that a change of clocks may skip or double: those have tests of their own
    start = datetime(2026, 1, 1) + timedelta(days=draw(st.integers(0, 700)), hours=draw(st.integers(4, 22)))  # noqa: DTZ001 - on the clock of a zone
    rule = draw(rrules(start))
    if not zone or zone == "UTC":
        rule = rule if zone else rule.replace("Z", "")
    lines = [timed("DTSTART", start, zone), "DURATION:PT10M", "SUMMARY:Họp", f"RRULE:{rule}"]
    tz = ZoneInfo(zone) if zone else PLACE
    try:
        recurrence.checked(Recurrence(start, rule, (), (), zone), tz)
    except InputError:
        rule = "FREQ=DAILY"
        lines[-1] = "RRULE:FREQ=DAILY"
    walls = []
    for wall in recurrence.walls(Recurrence(start, rule, (), (), zone), start, tz):
        walls.append(wall)
        if len(walls) == 30:
            break
    for wall in draw(st.lists(st.sampled_from(walls), max_size=3, unique=True)):
        lines.append(timed("EXDATE", wall, zone))
    if draw(st.booleans()):
        for days in draw(st.lists(st.integers(1, 500), max_size=3, unique=True)):
            lines.append(timed("RDATE", start + timedelta(days=days, minutes=7), zone))
        return calendar(event(lines))  # the library looks for what is moved by its day only: see below
    excluded = {line.rpartition(":")[2] for line in lines if line.startswith("EXDATE")}
    moved = []
    left = [wall for wall in walls if timed("X", wall, zone).rpartition(":")[2] not in excluded]
    if left:
        for wall in draw(st.lists(st.sampled_from(left), max_size=3, unique=True)):
            to = wall + timedelta(minutes=draw(st.integers(-2000, 2000)) // 7 * 7 + 3)
            other = draw(st.sampled_from(("Họp", "Họp khác")))
            moved.append(
                event(
                    [timed("RECURRENCE-ID", wall, zone), timed("DTSTART", to, zone), "DURATION:PT10M",
                     f"SUMMARY:{other}"]
                )
            )  # fmt: skip
    return calendar(event(lines), *moved)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendars())
def test_the_same_instants(text: str) -> None:
    assert ours(text) == theirs(text), text


AT = "DTSTART;TZID=Europe/Berlin:"
SERIES = f"{AT}20260325T100000"


def local(instants: list[datetime]) -> list[str]:
    return [f"{at.astimezone(ZoneInfo('Europe/Berlin')):%d %H:%M}" for at in instants]


def test_a_moved_occurrence_is_known_by_its_instant() -> None:
    """RFC 5545, 3.8.4.4: RECURRENCE-ID is the original value of DTSTART. The library takes its day, and of two
    occurrences on one day drops the wrong one."""
    text = calendar(
        event([SERIES, "RRULE:FREQ=DAILY;COUNT=2", "RDATE;TZID=Europe/Berlin:20260326T120000"]),
        event(["RECURRENCE-ID;TZID=Europe/Berlin:20260326T100000", "DTSTART;TZID=Europe/Berlin:20260326T110000"]),
    )
    assert local(ours(text)) == ["25 10:00", "26 11:00", "26 12:00"]
    assert local(theirs(text)) == ["25 10:00", "26 10:00", "26 11:00"]


def test_what_is_called_off_is_not_spoken() -> None:
    """3.8.1.11: CANCELLED says that it will not be. The library leaves it to whoever asks."""
    text = calendar(
        event([SERIES, "RRULE:FREQ=DAILY;COUNT=3"]),
        event(["RECURRENCE-ID;TZID=Europe/Berlin:20260326T100000", SERIES.replace("0325", "0326"), "STATUS:CANCELLED"]),
    )
    assert local(ours(text)) == ["25 10:00", "27 10:00"]
    assert local(theirs(text)) == ["25 10:00", "26 10:00", "27 10:00"]


def test_dates_among_times() -> None:
    """3.3.10 and 3.8.5.1 want UNTIL and EXDATE of the type of DTSTART and say nothing of what another one means.
    Phones write a date for the whole day, and so it is read; the library takes it for the midnight before."""
    until = calendar(event([SERIES, "RRULE:FREQ=DAILY;UNTIL=20260327"]))
    assert local(ours(until)) == ["25 10:00", "26 10:00", "27 10:00"]
    assert local(theirs(until)) == ["25 10:00", "26 10:00"]
    without = calendar(event([SERIES, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260326"]))
    assert local(ours(without)) == ["25 10:00", "27 10:00"]
    assert local(theirs(without)) == ["25 10:00", "26 10:00", "27 10:00"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # 3.3.5: a time that the change skips is taken with the offset before it; 02:30 becomes 03:30
        ([f"{AT}20260328T023000", "RRULE:FREQ=DAILY;COUNT=3"], ["28 02:30", "29 03:30", "30 02:30"]),
        # 3.3.5: one that comes twice is the first of the two
        ([f"{AT}20261024T023000", "RRULE:FREQ=DAILY;COUNT=3"], ["24 02:30", "25 02:30", "26 02:30"]),
        # 3.8.5.3: DTSTART is the first and is counted, whether the rule matches it or not ("undefined")
        ([f"{AT}20260324T100000", "RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260401T000000Z"],
         ["24 10:00", "30 10:00"]),
        # the examples of 3.3.10: days that do not exist are passed over; WKST matters
        ([f"{AT}20260131T100000", "RRULE:FREQ=MONTHLY;COUNT=3"], ["31 10:00", "31 10:00", "31 10:00"]),
        ([f"{AT}20260804T090000", "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU"],
         ["04 09:00", "16 09:00", "18 09:00", "30 09:00"]),
    ],
)  # fmt: skip
def test_where_calendars_are_hard(lines: list[str], expected: list[str]) -> None:
    text = calendar(event(lines))
    assert local(ours(text)) == expected
    assert local(theirs(text)) == expected
