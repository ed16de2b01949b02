"""Reading calendar files: what becomes an event, what is listed, and the line at which a broken one breaks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.core.errors import InputError
from controller.runtime.catalogues import load_words
from schedules.documents import document_of, rule_from
from schedules.ics_in import ALL_DAY, NO_TEXT, Imported, read, storable
from schedules.planner import due_between
from schedules.rules import Change, Once, Recurrence, Rule

PLACE = ZoneInfo("Asia/Ho_Chi_Minh")
HEAD = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//"]


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def event(*lines: str, uid: str = "a") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"]


def file(*blocks: list[str], end: str = "\r\n") -> str:
    return end.join([*HEAD, *(line for block in blocks for line in block), "END:VCALENDAR", ""])


def rules(text: str | bytes, all_day_at: time | None = None) -> list[Rule]:
    found = read(text, PLACE, all_day_at)
    assert found.left_out == ()
    return [one.rule for one in found.events]


def listed(found: Imported) -> list[tuple[int, str, str, bool]]:
    return [(entry.line, entry.what, entry.why, entry.refused) for entry in found.left_out]


# --- what becomes of an event


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (["DTSTART:20261127T123000Z"], Rule(Once(datetime(2026, 11, 27, 19, 30, tzinfo=PLACE)))),
        (["DTSTART:20261127T193000"], Rule(Once(datetime(2026, 11, 27, 19, 30, tzinfo=PLACE)))),
        (["DTSTART;TZID=Europe/Berlin:20261127T133000"], Rule(Once(datetime(2026, 11, 27, 19, 30, tzinfo=PLACE)))),
        (["DTSTART;TZID=SE Asia Standard Time:20261127T193000", "RRULE:FREQ=DAILY"],
         Rule(Recurrence(wall("2026-11-27T19:30"), "FREQ=DAILY", (), (), "Asia/Bangkok"))),
        (['DTSTART;TZID="/citadel.org/20210210_1/Europe/Berlin":20261127T193000', "RRULE:freq=daily;count=3"],
         Rule(Recurrence(wall("2026-11-27T19:30"), "FREQ=DAILY;COUNT=3", (), (), "Europe/Berlin"))),
        (["DTSTART:20261127T193000Z", "RRULE:FREQ=WEEKLY", "EXDATE:20261204T193000Z,20261211T193000Z"],
         Rule(Recurrence(wall("2026-11-27T19:30"), "FREQ=WEEKLY", (), (wall("2026-12-04T19:30"),
                         wall("2026-12-11T19:30")), "UTC"))),
        (["DTSTART:20261127T193000", "RRULE:FREQ=WEEKLY", "EXDATE:20261204T123000Z", "RDATE:20261128T060000Z"],
         Rule(Recurrence(wall("2026-11-27T19:30"), "FREQ=WEEKLY", (wall("2026-11-28T13:00"),),
                         (wall("2026-12-04T19:30"),)))),
        (["DTSTART:20261127T193000", "RRULE:FREQ=HOURLY;INTERVAL=6", "EXDATE;VALUE=DATE:20261128"],
         Rule(Recurrence(wall("2026-11-27T19:30"), "FREQ=HOURLY;INTERVAL=6", (),
                         tuple(wall(f"2026-11-28T{hour}:30") for hour in ("01", "07", "13", "19"))))),
        (["DTSTART:20261127T193000", "RDATE;VALUE=PERIOD:20261128T193000/PT2H,20261129T193000/20261129T203000"],
         Rule(Recurrence(wall("2026-11-27T19:30"), "", (wall("2026-11-28T19:30"), wall("2026-11-29T19:30"))))),
    ],
)  # fmt: skip
def test_an_event_becomes_a_rule_that_can_be_stored(lines: list[str], rule: Rule) -> None:
    assert rules(file(event(*lines))) == [rule]
    assert rule_from(document_of(rule)) == rule


def test_whole_days_get_the_clock_time_that_is_given() -> None:
    text = file(
        event("DTSTART;VALUE=DATE:20261127", "RRULE:FREQ=WEEKLY;UNTIL=20261211", "EXDATE;VALUE=DATE:20261204"),
        event("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261226", "SUMMARY:Lễ", uid="b"),
    )
    found = read(text, PLACE, time(6, 30))
    assert [one.rule for one in found.events] == [
        Rule(Recurrence(wall("2026-11-27T06:30"), "FREQ=WEEKLY;UNTIL=20261211", (), (wall("2026-12-04T06:30"),))),
        Rule(Once(datetime(2026, 12, 24, 6, 30, tzinfo=PLACE))),
    ]
    assert [(one.length.days, one.notes) for one in found.events] == [(1, (ALL_DAY, NO_TEXT)), (2, (ALL_DAY, NO_TEXT))]
    assert listed(read(text, PLACE)) == [(6, "DTSTART", "ics_all_day", False), (12, "DTSTART", "ics_all_day", False)]


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (["DTEND:20261127T200000"], 1800), (["DTEND:20261127T130000Z"], 1800), (["DURATION:PT1H30M"], 5400),
        (["DURATION:P1W"], 604_800), ([], 0), (["DTEND;TZID=Asia/Tokyo:20261127T220000"], 1800),
    ],
)  # fmt: skip
def test_how_long_it_lasts(lines: list[str], seconds: int) -> None:
    (found,) = read(file(event("DTSTART:20261127T193000", *lines)), PLACE).events
    assert found.length == timedelta(seconds=seconds)


def test_titles_and_texts_as_people_wrote_them() -> None:
    text = file(
        event("DTSTART:20261127T193000", r"SUMMARY:Họp\, bàn\; \\ hai", r"DESCRIPTION:Mời bà con.\nĐúng\N7 giờ."),
        event("DTSTART:20261127T193000", "DESCRIPTION:<p>Mời <b>bà con</b>&nbsp;ra<br>đình.</p>", uid="b"),
        event("DTSTART:20261127T193000", "SUMMARY:\u200bHo\u0323p\tbản\ufeff", uid="c"),
    )
    assert [(one.title, one.text, one.notes) for one in read(text, PLACE).events] == [
        (r"Họp, bàn; \ hai", "Mời bà con.\nĐúng\n7 giờ.", ()),
        ("Mời bà con ra đình.", "Mời bà con ra\nđình.", ()),
        ("Họp bản", "Họp bản", (NO_TEXT,)),
    ]


def test_single_occurrences_that_are_otherwise() -> None:
    series = ["DTSTART:20261123T193000", "DURATION:PT10M", "RRULE:FREQ=DAILY;COUNT=6", "SUMMARY:Họp"]
    text = file(
        event("RECURRENCE-ID:20261127T193000", "DTSTART:20261127T193000", "DURATION:PT20M", "SUMMARY:Họp"),
        event(*series),
        event("RECURRENCE-ID:20261124T193000", "DTSTART:20261124T170000", "DURATION:PT10M", "SUMMARY:Họp"),
        event("RECURRENCE-ID:20261125T123000Z", "DTSTART:20261125T193000", "SUMMARY:Họp lớn"),
        event("RECURRENCE-ID:20261126T193000", "DTSTART:20261126T193000", "STATUS:CANCELLED"),
        event("RECURRENCE-ID:20261201T193000", "DTSTART:20261202T193000", "SUMMARY:Họp"),
        event("RECURRENCE-ID:20261128T193000", "DTSTART:20261128T200000", "SUMMARY:Lẻ loi", uid="b"),
    )
    found = read(text, PLACE)
    assert found.left_out == ()
    assert [(one.uid, one.part, one.title, one.line) for one in found.events] == [
        ("a", "", "Họp", 11), ("a", "20261125T123000Z", "Họp lớn", 25), ("a", "20261201T123000Z", "Họp", 37),
        ("b", "20261128T123000Z", "Lẻ loi", 43),
    ]  # fmt: skip
    assert found.events[0].rule.changes == (
        Change(wall("2026-11-24T19:30"), wall("2026-11-24T17:00")),
        Change(wall("2026-11-25T19:30"), None),
        Change(wall("2026-11-26T19:30"), None),
    )
    assert found.events[0].lengths == {datetime(2026, 11, 27, 12, 30, tzinfo=UTC): timedelta(minutes=20)}
    spoken = due_between(found.events[0].rule, wall("2026-11-01").replace(tzinfo=UTC),
                         wall("2027-01-01").replace(tzinfo=UTC), PLACE)  # fmt: skip
    assert [f"{at.astimezone(PLACE):%d %H:%M}" for at in spoken] == ["23 19:30", "24 17:00", "27 19:30", "28 19:30"]


def test_the_newest_version_counts_and_one_uid_for_all_loses_nothing() -> None:
    text = file(
        event("DTSTART:20261127T193000", "SEQUENCE:1", "SUMMARY:Cũ"),
        event("DTSTART:20261127T200000", "SEQUENCE:2", "SUMMARY:Mới"),
        event("DTSTART:20261127T193000", "SUMMARY:Một", uid="b"),
        event("DTSTART:20261128T193000", "SUMMARY:Hai", uid="b"),
    )
    found = read(text, PLACE)
    assert [(one.uid, one.part, one.title) for one in found.events] == [
        ("a", "", "Mới"), ("b", "", "Một"), ("b", "2", "Hai"),
    ]  # fmt: skip
    assert listed(found) == [(4, "VEVENT", "ics_older", False)]


# --- zones of the file's own

BERLIN = """BEGIN:VTIMEZONE
TZID:Mitteleuropa
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
END:VTIMEZONE"""


def test_a_zone_with_another_name_is_known_by_its_rules() -> None:
    (rule,) = rules(file(BERLIN.split("\n"), event("DTSTART;TZID=Mitteleuropa:20260301T100000", "RRULE:FREQ=DAILY")))
    assert isinstance(rule.pattern, Recurrence)
    days = [datetime(2026, month, day, tzinfo=UTC) for month in (3, 10) for day in range(20, 31)]
    for day in days:
        assert (
            day.astimezone(ZoneInfo(rule.pattern.zone)).utcoffset()
            == day.astimezone(ZoneInfo("Europe/Berlin")).utcoffset()
        )
    hanoi = ["BEGIN:VTIMEZONE", "TZID:(GMT+07.00) Hà Nội", "BEGIN:STANDARD", "DTSTART:16010101T000000",
             "TZOFFSETFROM:+0700", "TZOFFSETTO:+0700", "END:STANDARD", "END:VTIMEZONE"]  # fmt: skip
    (rule,) = rules(file(hanoi, event('DTSTART;TZID="(GMT+07.00) Hà Nội":20260301T100000', "RRULE:FREQ=DAILY")))
    assert isinstance(rule.pattern, Recurrence) and rule.pattern.zone == "Asia/Ho_Chi_Minh", "the place's own first"


@pytest.mark.parametrize(
    "change",
    [
        ("+0200", "+0213"), ("BYDAY=-1SU;BYMONTH=3", "BYDAY=2SU;BYMONTH=4"), ("FREQ=YEARLY", "FREQ=SECONDLY"),
        ("TZOFFSETTO:+0100", "TZOFFSETTO:north"),
    ],
)  # fmt: skip
def test_a_zone_like_none_is_listed(change: tuple[str, str]) -> None:
    odd = BERLIN.replace(*change).split("\n")
    found = read(
        file(odd, event("DTSTART;TZID=Mitteleuropa:20260301T100000"), event("DTSTART:20260301T100000Z")), PLACE
    )
    assert (len(found.events), listed(found)) == (1, [(21, "DTSTART", "ics_zone", False)])


# --- what is left out


def test_what_is_not_understood_is_listed_line_by_line() -> None:
    text = file(
        ["X-WR-CALDESC:Lịch", "BEGIN:VTODO", "UID:t", "BEGIN:VALARM", "END:VALARM", "END:VTODO"],
        event("DTSTART:20261127T193000", "ATTENDEE;CN=\"A, B\":mailto:a@example.org", "LOCATION:Đình", "BEGIN:VALARM",
              "TRIGGER:-PT15M", "END:VALARM"),
        event("DTSTART:20261127T193000", "STATUS:CANCELLED", uid="b"),
        event("DTSTART:20261127T193000", "RRULE:FREQ=DAILY", "SUMMARY:Họp", uid="c"),
        event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261129T193000", "DTSTART:20261129T200000", "SUMMARY:Họp", uid="c"),
        event("DTSTART:20261127T193000", "RRULE:FREQ=DAILY;COUNT=1", "EXDATE:20261127T193000", uid="d"),
        event("DTSTART:20261127T193000", "EXDATE:20261127T193000", uid="e"),
        ["BEGIN:VJOURNAL", "END:VJOURNAL"],
    )  # fmt: skip
    found = read(text, PLACE)
    assert [one.uid for one in found.events] == ["a", "c"]
    assert listed(found) == [
        (4, "X-WR-CALDESC", "ics_unused", False), (5, "VTODO", "ics_unused", False),
        (13, "ATTENDEE", "ics_unused", False), (14, "LOCATION", "ics_unused", False),
        (15, "VALARM", "ics_unused", False), (19, "VEVENT", "ics_cancelled", False),
        (32, "RECURRENCE-ID", "ics_this_and_future", False), (36, "VEVENT", "ics_nothing_left", False),
        (42, "VEVENT", "ics_nothing_left", False), (47, "VJOURNAL", "ics_unused", False),
    ]  # fmt: skip


def test_a_calendar_that_calls_off_has_nothing_to_be_spoken() -> None:
    found = read(file(["METHOD:CANCEL"], event("DTSTART:20261127T193000")), PLACE)
    assert (found.events, listed(found)) == ((), [(5, "VEVENT", "ics_cancelled", False)])


@pytest.mark.parametrize(
    ("lines", "line", "what", "why"),
    [
        (["DTSTART:20261127T193000", "RRULE:FREQ=SECONDLY"], 7, "RRULE", "rrule_too_often"),
        (["DTSTART:20261127T193000", "RRULE:FREQ=DAILY;COUNT=1000000"], 7, "RRULE", "rrule_too_many"),
        (["DTSTART:20261127T193000", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"], 7, "RRULE", "no_such_day"),
        (["DTSTART:20261127T193000", "RRULE:FREQ=DAILY;UNTIL=20251127T000000Z"], 7, "RRULE", "rrule_ends_before"),
        (["DTSTART:20261127T193000", "RRULE:FREQ=FORTNIGHTLY"], 7, "RRULE", "rrule_part"),
        (["DTSTART:20261127T193000", "EXRULE:FREQ=DAILY"], 7, "EXRULE", "ics_exrule"),
        (["DTSTART:20261127T193000", "DTEND:20261127T180000"], 7, "DTEND", "ics_ends_before"),
        (["DTSTART:20261127T193000", "DURATION:-PT1H"], 7, "DURATION", "ics_ends_before"),
        (["DTSTART:20261127T193000", "DURATION:soon"], 7, "DURATION", "ics_value"),
        (["DTSTART:20260231T193000"], 6, "DTSTART", "ics_value"),
        (["DTSTART:tomorrow"], 6, "DTSTART", "ics_value"),
        (["DTSTART;TZID=Mars/Olympus:20261127T193000"], 6, "DTSTART", "bad_zone"),
        (["SUMMARY:Họp"], 4, "VEVENT", "ics_no_start"),
    ],
)  # fmt: skip
def test_an_impossible_event_is_refused_with_its_line_and_an_example(
    lines: list[str], line: int, what: str, why: str
) -> None:
    found = read(file(event(*lines), event("DTSTART:20261127T193000", uid="b")), PLACE)
    assert [one.uid for one in found.events] == ["b"]
    assert listed(found) == [(line, what, why, True)]
    problem = found.left_out[0].problem
    for language in ("vi", "en"):
        said = load_words(language)(f"problem.{problem.code}", **dict(problem.facts))
        assert any(sign in said for sign in ("20", "FREQ", "PT", "Asia/")), f"no example in {said}"


def test_every_reason_has_words() -> None:
    words = load_words("vi")
    for text in (file(["BEGIN:VTODO", "END:VTODO"]), file(event("DTSTART;VALUE=DATE:20261127"))):
        for entry in read(text, PLACE).left_out:
            assert words(f"problem.{entry.why}", **dict(entry.problem.facts))


# --- the file itself

GOOD = file(event("DTSTART:20261127T193000", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Họp bàn chuyện nước sạch của bản"))


@pytest.mark.parametrize(
    "data",
    [
        GOOD, GOOD.encode(), GOOD.replace("\r\n", "\n"), GOOD.replace("\r\n", "\r"), "\ufeff" + GOOD,
        GOOD.encode("utf-8-sig"), GOOD.encode("utf-16"), GOOD.replace("\r\n", "\r\n\r\n"),
        GOOD.replace("COUNT", "CO\r\n UNT").replace("bàn", "b\n\tàn"), GOOD.replace("DTSTART", "dtstart"),
        b"".join(bytes((byte,)) if byte < 128 else b"\r\n " + bytes((byte,)) for byte in GOOD.encode()),
        GOOD.replace("BEGIN:VCALENDAR", "begin:vcalendar"), GOOD + GOOD.replace("UID:a", "UID:b"),
    ],
)  # fmt: skip
def test_however_its_lines_end_and_are_folded(data: str | bytes) -> None:
    found = read(data, PLACE)
    assert (found.events[0].rule, found.events[0].title, found.left_out) == (
        Rule(Recurrence(wall("2026-11-27T19:30"), "FREQ=DAILY;COUNT=3")), "Họp bàn chuyện nước sạch của bản", (),
    )  # fmt: skip


def test_lines_are_counted_as_in_the_file() -> None:
    text = file(event("SUMMARY:A", " dài", "\tdài", "", "DTSTART:20261127T193000", "LOCATION:Đình"), end="\n")
    assert text.split("\n")[10 - 1] == "DTSTART:20261127T193000"
    assert listed(read(text, PLACE)) == [(11, "LOCATION", "ics_unused", False)]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("", 1), ("hello", 1), (b"\x00\xff\xfe", 1), ("BEGIN:VEVENT\nEND:VEVENT\n", 1), (" \n", 1), (" x\n", 1),
        (GOOD.replace("END:VEVENT\r\n", ""), 9), (GOOD.replace("END:VCALENDAR\r\n", ""), 1), (GOOD + "x:y", 11),
        (GOOD.replace("SUMMARY:", "SUMMARY "), 8), (GOOD.replace("UID:a", "UID"), 5), (GOOD[:-30], 4),
        (GOOD.encode().replace("ọ".encode(), b"\xe1"), 8), (GOOD.replace("UID:a", "UID;X:a"), 5),
        (GOOD.replace("VERSION", "END"), 2), (GOOD.replace("UID:a", "UID;X=1"), 5), ("<html>\n", 1),
        (GOOD.replace("UID:a", "BEGIN:VEVENT"), 5), (GOOD.replace("UID:a", "BEGIN:VCALENDAR"), 5),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_the_number_of_its_line(data: str | bytes, line: int) -> None:
    with pytest.raises(InputError) as refused:
        read(data, PLACE)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code, dict(problem.facts)["line"]) == ("calendar", "ics_broken", str(line))
    assert "\n" not in load_words("en")(f"problem.{problem.code}", **dict(problem.facts))


def test_too_many_events_are_refused_before_they_are_read() -> None:
    with pytest.raises(InputError, match="ics_too_many"):
        read(file(*(event("DTSTART:20261127T193000", uid=str(n)) for n in range(4))), PLACE, most=3)


# --- long ago


@pytest.mark.parametrize("lines", [
    ["DTSTART:19870105T193000", "RRULE:FREQ=WEEKLY;INTERVAL=3", "EXDATE:20260112T193000", "EXDATE:19870105T193000"],
    ["DTSTART:19440229T193000", "RRULE:FREQ=YEARLY"],
    ["DTSTART;TZID=Europe/Berlin:19991231T100000", "RRULE:FREQ=DAILY"],
    ["DTSTART:19930131T193000", "RRULE:FREQ=MONTHLY;INTERVAL=5", "RDATE:19990101T000000,20260105T000000"],
    ["DTSTART:19930107T193000", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5,-1"],
])  # fmt: skip
def test_what_began_long_ago_can_be_stored_and_means_the_same(lines: list[str]) -> None:
    (rule,) = rules(file(event(*lines)))
    stored = rule_from(document_of(storable(rule, PLACE)))
    begin, end = datetime(2025, 12, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    assert due_between(stored, begin, end, PLACE) == due_between(rule, begin, end, PLACE)
    assert due_between(stored, begin, end, PLACE)


def test_what_is_counted_from_long_ago_cannot() -> None:
    (rule,) = rules(file(event("DTSTART:19991231T193000", "RRULE:FREQ=DAILY;COUNT=9000")))
    assert storable(rule, PLACE) == rule
    assert len(due_between(rule, datetime(1999, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC), PLACE)) == 9000
    with pytest.raises(InputError, match="far_year"):
        rule_from(document_of(rule))
