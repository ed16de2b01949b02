"""Whatever a file holds, reading it ends in a calendar or in one refusal with a line, never in anything else."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from controller.runtime.catalogues import load_words
from schedules.documents import document_of, rule_from
from schedules.ics_in import read, storable
from schedules.wording import rule_words

PLACE = ZoneInfo("Asia/Ho_Chi_Minh")
WORDS = load_words("vi")
SAMPLE = r"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
X-WR-CALNAME:Lịch thôn
BEGIN:VTIMEZONE
TZID:Trung Âu
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:a
SEQUENCE:2
SUMMARY:Họp\, bàn
DESCRIPTION:Mời <b>bà con</b>\nra đình
DTSTART;TZID="Trung Âu":20261123T193000
DTEND;TZID="Trung Âu":20261123T203000
RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=-1MO,2TU;COUNT=9
EXDATE;TZID="Trung Âu":20270125T193000,20270222T193000
RDATE;VALUE=PERIOD:20261201T060000Z/PT1H
BEGIN:VALARM
TRIGGER:-PT15M
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:a
RECURRENCE-ID;TZID="Trung Âu":20270125T193000
SUMMARY:Họp\, bàn
DTSTART:19700101T120000Z
DURATION:P1DT2H
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTART;VALUE=DATE:20261127
RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;UNTIL=20301231T000000Z
END:VEVENT
END:VCALENDAR
"""
PIECES = (
    "\n", "\r", "\n ", ":", ";", "=", ",", '"', "\\", "\0", "\ufeff", "Z", "T", "99999999", "0", "-1",
    "20260230T250000",
    "00010101T000000Z", "99991231T235959", "FREQ=SECONDLY", "COUNT=1000000", "INTERVAL=0", "UNTIL=19000101",
    "BYSETPOS=1",
    "BYMONTHDAY=31;BYMONTH=2", "TZID=Mars/Olympus", "TZID=../../etc/passwd", "VALUE=DATE", "RANGE=THISANDFUTURE",
    "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "RRULE:FREQ=MINUTELY", "EXRULE:FREQ=DAILY", "P9999999999W", "-PT1H",
)  # fmt: skip


@st.composite
def mangled(draw: st.DrawFn) -> str:
    text = SAMPLE
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.sampled_from((0, 0, 1, 5, 40)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + gone :]
    return text


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(mangled(), st.binary(max_size=200), mangled().map(lambda text: text.encode("utf-16"))))
@example(SAMPLE)
def test_reading_ends_well(data: str | bytes) -> None:
    try:
        found = read(data, PLACE, time(6))
    except InputError as error:
        (problem,) = error.problems
        said = WORDS(f"problem.{problem.code}", **dict(problem.facts))
        assert problem.code == "ics_broken" and int(dict(problem.facts)["line"]) > 0 and "\n" not in said
        return
    for entry in found.left_out:
        said = WORDS(f"problem.{entry.why}", **dict(entry.problem.facts))
        assert entry.line > 0 and entry.what and "\n" not in said
    for event in found.events:
        assert rule_words(event.rule, PLACE, WORDS)
        try:
            kept = rule_from(document_of(storable(event.rule, PLACE)))
        except InputError as error:
            assert {problem.code for problem in error.problems} <= {"far_year"}, (event.rule, error.problems)
        else:
            assert rule_words(kept, PLACE, WORDS)
