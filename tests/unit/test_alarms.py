"""What a person is told of, and how it is said: the tables, one line at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from controller.core.alarms import Alarm
from controller.core.journal import Entry, Kind
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.config_text import parse_config
from controller.store.columns import instant
from controller.telling.alarms import AlarmWords, How, Worry, brief, joined, joins, over, worry_of
from tests.support.stations import CONFIG, START

DUE = START - timedelta(hours=2)  # 11:00 in Vietnam
TWO_OUTPUTS = """
[[zones]]
id = "trung-tam"
name = "Trung tâm xã"
[[zones]]
id = "na-khau"
name = "Cụm Nà Khau"
[[outputs]]
name = "main"
zones = ["trung-tam"]
[[outputs]]
name = "hall"
zones = ["na-khau"]
"""


def line(kind: Kind, subject: str = "utterance/u1", at: datetime = START, **detail: object) -> Entry:
    return Entry(1, at, kind, subject, detail)


def missed(reason: str, **more: object) -> Entry:
    detail = {"title": "Tiêm chủng", "due": instant(DUE), "output": "main", "announcement": "a", **more}
    return Entry(1, START, Kind.MISSED, "utterance/u1", {"reason": reason, **detail})


TOLD_EACH = (
    "late", "no_output", "not_prepared", "unspeakable", "file_missing", "busy", "output_gone", "not_approved",
    "stalled", "silent", "interrupted", "a reason of a later version", "",
)  # fmt: skip
WISHED = ("quiet_hours", "said_already", "emergency", "priority", "turn")


@pytest.mark.parametrize("reason", TOLD_EACH)
def test_each_of_these_is_told(reason: str) -> None:
    facts = {"title": "Tiêm chủng", "due": instant(DUE), "output": "main", "reason": reason}
    assert worry_of(missed(reason)) == Worry("missed", "utterance/u1", facts)


@pytest.mark.parametrize("reason", WISHED)
def test_what_somebody_wanted_is_not_told(reason: str) -> None:
    assert worry_of(missed(reason)) is None
    assert worry_of(line(Kind.CUT, reason=reason, again=False)) is None


@pytest.mark.parametrize(
    ("entry", "cause", "how"),
    [
        (missed("station_off"), "station_off", How.TOGETHER), (missed("clock_set"), "clock_set", How.TOGETHER),
        (missed("could_not_plan"), "could_not_plan", How.TOGETHER),
        (missed("switched_off"), "switched_off", How.ONCE), (line(Kind.CUT, reason="silent"), "cut", How.EACH),
        (line(Kind.CUT, reason="silent", again=True), None, None), (line(Kind.NOT_HEARD), "not_heard", How.EACH),
        (line(Kind.UNSURE), None, None), (line(Kind.HEARD), None, None), (line(Kind.STOPPED), None, None),
        (line(Kind.SELF_TEST, "output/main", result="silent"), "self_test", How.ONCE),
        (line(Kind.SELF_TEST, "output/main", result="not_heard"), "self_test", How.ONCE),
        (line(Kind.SELF_TEST, "output/main", result="heard"), None, None),
        (line(Kind.FAULT, "output/main", fault="no_output"), "fault", How.ONCE),
        (line(Kind.FAULT, "audio/main", fault="process_gone"), "fault", How.ONCE),
        (line(Kind.FAULT, "relay/main", fault="no_relay"), "fault", How.ONCE),
        (line(Kind.FAULT, "speech", fault="unspeakable"), "fault", How.ONCE),
        (line(Kind.FAULT, "contact/main", fault="no_contact"), "fault", How.ONCE),
        (line(Kind.FAULT, "switch/main", fault="no_contact"), "fault", How.ONCE),
        (line(Kind.FAULT, "proof/main", fault="x"), "fault", How.ONCE),
        (line(Kind.FAULT, "monitor/main", fault="no_recording"), None, None),
        (line(Kind.FAULT, "clock", fault="clock_doubtful"), "fault", How.ONCE),
        (line(Kind.FAULT, "board/cong", fault="down"), None, None), (line(Kind.FAULT, "email", fault="x"), None, None),
        (line(Kind.FAULT, "kiosk", fault="process_gone"), None, None), (line(Kind.TOLD, "alarm/x"), None, None),
        (line(Kind.DESK_KEY, "desk-key/k", what="foreign", by="lan"), "desk_key_foreign", How.ONCE),
        (line(Kind.DESK_KEY, "user/lan", what="foreign_left", by="lan"), "desk_key_lost", How.ONCE),
        (line(Kind.DESK_KEY, "user/lan", what="doubted", by="lan"), "desk_key_doubted", How.ONCE),
        (line(Kind.DESK_KEY, "user/lan", what="unlocked", by="lan"), None, None),
    ],
)  # fmt: skip
def test_what_kind_of_line_is_told_and_how(entry: Entry, cause: str | None, how: How | None) -> None:
    worry = worry_of(entry)
    assert (worry and worry.cause, worry and worry.how) == (cause, how)


def alarm(worry: Worry, at: datetime = START) -> Alarm:
    return Alarm("1", at, worry.cause, worry.subject, worry.facts)


def test_an_outage_is_one_alarm_and_the_next_outage_another() -> None:
    first, later = worry_of(missed("station_off")), worry_of(missed("station_off", due=instant(DUE + timedelta(1))))
    assert first and later
    known = alarm(first)
    assert joins(known, later, START + timedelta(minutes=10))
    assert not joins(known, later, START + timedelta(minutes=10, seconds=1))
    both = joined(known, later)
    assert (both["times"], both["first"], both["last"]) == ("2", instant(DUE), instant(DUE + timedelta(1)))
    again = joined(Alarm("1", START, "station_off", "schedule", both), first)
    assert (again["times"], again["first"], again["last"]) == ("3", instant(DUE), instant(DUE + timedelta(1)))


def test_a_fault_is_one_with_the_same_fault_only() -> None:
    first = worry_of(line(Kind.FAULT, "output/main", fault="no_output"))
    other = worry_of(line(Kind.FAULT, "output/main", fault="output_lost"))
    assert first and other
    assert joins(alarm(first), first, START + timedelta(days=3))
    assert not joins(alarm(first), other, START)


def test_a_short_fault_is_nobodys_worry_and_a_clock_may_take_its_time() -> None:
    output, clock = worry_of(line(Kind.FAULT, "output/main", fault="f")), worry_of(line(Kind.FAULT, "clock", fault="f"))
    assert output and clock
    assert [brief(alarm(output), START + timedelta(seconds=s)) for s in (0, 19.9, 20)] == [True, True, False]
    assert [brief(alarm(clock), START + timedelta(seconds=s)) for s in (0, 179, 180)] == [True, True, False]


def said(entry: Entry, config: str = CONFIG, language: str = "vi") -> tuple[str, str]:
    worry = worry_of(entry)
    assert worry
    words = AlarmWords(load_words(language), parse_config(config, "test"), START)
    found = alarm(worry, entry.at)
    return words.headline(found), words.sentence(found)


def test_the_words() -> None:
    assert said(missed("no_output")) == (
        "11:00 không phát: Tiêm chủng", "11:00 “Tiêm chủng” không phát: bộ phát âm thanh không chạy.",
    )  # fmt: skip
    assert said(missed("unheard of")) == ("11:00 không phát: Tiêm chủng", "11:00 “Tiêm chủng” không phát.")
    assert said(missed("late", due=instant(DUE - timedelta(days=1))))[0] == "11:00 20/11 không phát: Tiêm chủng"
    assert said(missed("late"), TWO_OUTPUTS)[1] == (
        "11:00 “Tiêm chủng” không phát (Trung tâm xã): đã quá giờ cho phép phát muộn."
    )
    assert "(" not in said(missed("late", output="main, hall"), TWO_OUTPUTS)[1]
    assert said(missed("station_off"))[1] == "Máy không chạy nên 11:00 “Tiêm chủng” không phát."
    assert said(line(Kind.FAULT, "relay/main", fault="no_relay")) == (
        "Tăng âm có lỗi", "Tăng âm: Không bật tắt được tăng âm. Xin xem lại dây của rơ-le.",
    )  # fmt: skip
    assert said(line(Kind.SELF_TEST, "output/hall", result="not_heard"), TWO_OUTPUTS)[1] == (
        "Loa hall: không nghe thấy tiếng thử lúc 13:00."
    )


def test_a_fault_that_counts_something_is_said_with_its_count_and_joined_as_it_is() -> None:
    entry = line(Kind.FAULT, "schedule", fault="rule_unreadable", count="2")
    assert said(entry)[1].startswith("Lịch phát: Có 2 lịch phát không đọc được.")
    worry = worry_of(entry)
    assert worry and joined(alarm(worry), worry) == {"fault": "rule_unreadable", "count": "2"}


def test_no_line_is_so_odd_that_it_keeps_the_others_back() -> None:
    assert "rule_unreadable" in said(line(Kind.FAULT, "schedule", fault="rule_unreadable"))[1]
    assert said(missed("late", due="yesterday"))[0] == "yesterday không phát: Tiêm chủng"
    bare = (line(Kind.MISSED), line(Kind.MISSED, reason="station_off"), line(Kind.CUT), line(Kind.FAULT, "clock"))
    assert all(said(entry) for entry in bare)
    worries = [worry for entry in bare if (worry := worry_of(entry))]
    assert [joined(alarm(worry), worry).get("times") for worry in worries] == [None, "2", None, None]


def test_several_and_what_is_over() -> None:
    words = AlarmWords(load_words("vi"), parse_config(CONFIG, "test"), START)
    facts = {"times": "3", "first": instant(DUE), "last": instant(DUE + timedelta(hours=1)), "reason": "station_off"}
    many = Alarm("1", START, "station_off", "schedule", facts)
    assert words.sentence(many) == "Máy không chạy, 3 lần phát bị lỡ, từ 11:00 đến 12:00."
    assert words.headline(many) == "Máy không chạy, 3 lần phát bị lỡ"
    fault = Alarm("2", START, "fault", "output/main", {"fault": "no_output"})
    ended = Alarm("2", START, "fault", "output/main", over(fault, START + timedelta(minutes=4)))
    assert words.sentence(ended).endswith("Đã trở lại bình thường lúc 13:04.")


def test_both_languages_have_words_for_every_cause() -> None:
    entries = [
        *(missed(reason) for reason in (*TOLD_EACH, "station_off", "clock_set", "could_not_plan", "switched_off")),
        line(Kind.CUT, reason="silent", title="T", due=instant(DUE)), line(Kind.NOT_HEARD, title="T"),
        line(Kind.SELF_TEST, "output/main", result="silent"), line(Kind.FAULT, "speech", fault="unspeakable"),
        line(Kind.DESK_KEY, "desk-key/k", what="foreign", by="lan"),
        line(Kind.DESK_KEY, "user/lan", what="foreign_left", by="lan"),
        line(Kind.DESK_KEY, "user/lan", what="doubted", by="lan"),
    ]  # fmt: skip
    for language in LANGUAGES:
        words = AlarmWords(load_words(language), parse_config(CONFIG, "test"), START)
        nothing_better = words.headline(Alarm("1", START, "of a later version", "x", {}))
        for entry in entries:
            worry = worry_of(entry)
            assert worry
            for count in ("1", "2"):
                facts = {**worry.facts, "times": count} if "times" in worry.facts else worry.facts
                found = Alarm("1", START, worry.cause, worry.subject, facts)
                assert words.headline(found) != nothing_better, (language, entry)
                assert "{" not in words.sentence(found)
