"""`loalang plan --ics`: a calendar file in place of the station's rules, and the station's plan as a calendar file."""

from __future__ import annotations

import json
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner, Result

from controller.cli import main
from controller.runtime.places import Places
from tests.support.scheduling import CONFIG, ScheduledStation, daily

HALF_AN_HOUR = "30 phút"
SPAN = ("--from", "2026-11-20", "--to", "2026-12-10")
GOOD = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
BEGIN:VEVENT
UID:hop
SUMMARY:Họp thôn
DTSTART;TZID=Asia/Tokyo:20261123T213000
DTEND;TZID=Asia/Tokyo:20261123T220000
RRULE:FREQ=WEEKLY;COUNT=3
ATTENDEE:mailto:a@example.org
END:VEVENT
BEGIN:VEVENT
UID:hop
RECURRENCE-ID;TZID=Asia/Tokyo:20261130T213000
SUMMARY:Họp thôn
DTSTART;TZID=Asia/Tokyo:20261130T190000
DURATION:PT1H
END:VEVENT
BEGIN:VEVENT
UID:le
SUMMARY:Ngày hội
DTSTART;VALUE=DATE:20261127
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    places = Places(tmp_path / "state")
    places.make()
    (places.state / "station.toml").write_text(CONFIG, encoding="utf-8")
    return places.state


def plan(state: Path, *words: str) -> Result:
    result = CliRunner().invoke(main, ["plan", *SPAN, *words, "--state", str(state)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def written(folder: Path, text: str) -> str:
    file = folder / "lich.ics"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_events_of_a_file_are_planned_in_place_of_the_rules(state: Path, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    result = plan(state, "--ics", file, "--json")
    assert result.exit_code == 0
    everywhere = {"zones": ["tren", "duoi"], "level": "normal", "status": "planned"}
    told = json.loads(result.stdout)
    said = {one["rule_id"]: one.pop("rule_words") for one in told}
    assert told == [
        {"due": "2026-11-23T19:30:00+07:00", "until": "2026-11-23T20:00:00+07:00", "title": "Họp thôn",
         "rule_id": "hop", **everywhere},
        {"due": "2026-11-27T00:00:00+07:00", "until": "2026-11-28T00:00:00+07:00", "title": "Ngày hội",
         "rule_id": "le", **everywhere},
        {"due": "2026-11-30T17:00:00+07:00", "until": "2026-11-30T18:00:00+07:00", "title": "Họp thôn",
         "rule_id": "hop", **everywhere},
        {"due": "2026-12-07T19:30:00+07:00", "until": "2026-12-07T20:00:00+07:00", "title": "Họp thôn",
         "rule_id": "hop", **everywhere},
    ]  # fmt: skip
    assert set(said) == {"hop", "le"} and all(said.values())
    assert result.stderr.splitlines() == [f"{file} line 10: ATTENDEE: The loudspeakers have no use for ATTENDEE."]
    said_in_words = plan(state, "--ics", file).stdout.splitlines()
    assert said_in_words[:2] == [
        "thứ Hai 23/11 (rằm tháng Mười âm lịch), ngày làm việc",
        f"  19 giờ 30: Họp thôn (Bản Trên, Bản Dưới), {HALF_AN_HOUR} [{said['hop']}]",
    ]
    assert [line.partition(":")[0] for line in said_in_words if line.startswith("  ") and "!" not in line] == [
        "  19 giờ 30", "  0 giờ", "  17 giờ", "  19 giờ 30",
    ]  # fmt: skip


def test_what_would_meet_is_said_with_the_time_at_which_it_would_begin(state: Path, tmp_path: Path) -> None:
    assert "còn đang phát" not in plan(state, "--ics", written(tmp_path, GOOD)).stdout
    both = GOOD.replace("END:VCALENDAR", GOOD[GOOD.index("BEGIN:VEVENT") :].replace("UID:hop", "UID:hai"))
    lines = plan(state, "--ics", written(tmp_path, both)).stdout.splitlines()
    assert "    ! Lúc đó “Họp thôn” (Bản Trên, Bản Dưới) còn đang phát." in "\n".join(lines)


def test_a_file_needs_no_station(tmp_path: Path) -> None:
    result = plan(tmp_path / "none", "--ics", written(tmp_path, GOOD), "--json")
    assert (result.exit_code, len(json.loads(result.stdout))) == (0, 4)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("FREQ=WEEKLY;COUNT=3", "FREQ=SECONDLY", 9, "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("COUNT=3", "COUNT=1000000", 9, "1000000"),
        ("FREQ=WEEKLY;COUNT=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", 9, "no day 31 in month 2"),
        ("COUNT=3", "UNTIL=20200101T000000Z", 9, "before it begins"),
        ("DTSTART;TZID=Asia/Tokyo:20261123", "DTSTART;TZID=Mars/Olympus:20261123", 7, "Asia/Ho_Chi_Minh"),
        ("20261123T220000", "20261123T200000", 8, "20261123T223000"),
        ("20261123T213000", "20261131T213000", 7, "20261127T193000"),
        ("END:VEVENT\nBEGIN:VEVENT\nUID:le", "BEGIN:VEVENT\nUID:le", 18, "BEGIN:VEVENT"),
        ("UID:hop\nSUMMARY", "UID:hop\n???\nSUMMARY", 6, "???"),
    ],
)  # fmt: skip
def test_what_is_impossible_or_broken_is_said_in_one_line_with_its_number(
    state: Path, tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    result = plan(state, "--ics", written(tmp_path, GOOD.replace(old, new)), "--json")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1), result.output
    assert f"line {line}" in result.stderr.lower() and says in result.stderr, result.stderr


def test_without_a_file_the_stations_plan_is_written_and_reads_back_the_same(tmp_path: Path) -> None:
    station = ScheduledStation(tmp_path)
    (tmp_path / "station.toml").write_text(CONFIG, encoding="utf-8")
    station.announce(daily("06:15", "2026-11-22", "2026-11-25"))
    station.announce({"kind": "lunar_monthly", "days": [15], "times": ["19:30"]})
    station.store.close()
    file = tmp_path / "ke-hoach.ics"
    told = json.loads(plan(tmp_path, "--json").stdout)
    made = plan(tmp_path, "--ics", str(file))
    assert (made.exit_code, made.stdout, made.stderr) == (0, f"{file}\n", "")
    again = json.loads(plan(tmp_path, "--ics", str(file), "--json").stdout)
    assert [(one["due"], one["title"]) for one in again] == [(one["due"], one["title"]) for one in told]
    assert len(told) == 5
    assert len(icalendar.Calendar.from_ical(file.read_bytes()).events) == 5


def test_a_folder_that_is_not_there_is_the_callers_fault(tmp_path: Path) -> None:
    station = ScheduledStation(tmp_path)
    (tmp_path / "station.toml").write_text(CONFIG, encoding="utf-8")
    station.store.close()
    result = plan(tmp_path, "--ics", str(tmp_path / "nowhere" / "x.ics"))
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    result = plan(tmp_path, "--ics", str(tmp_path))
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
