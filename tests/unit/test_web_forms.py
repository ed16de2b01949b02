"""What officials type: read into drafts and rules, or into problems beside their fields."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from controller.core.levels import Level
from controller.runtime.config import StationConfig, parse_config
from controller.web.forms import (
    AnnouncementForm,
    NoticeForm,
    day_of,
    midnight,
    read_announcement,
    read_notice,
    read_when,
)  # fmt: skip
from schedules.rules import Clocks, Daily, Once, Repeating, Rule
from tests.support.stations import CONFIG
from tests.support.web_pages import BOARD, ONE_ZONE


def once(at: datetime) -> Rule:
    return Rule(Once(at))


def daily(at: time, first: date, last: date | None) -> Rule:
    return Rule(Repeating(Daily(), Clocks((at,))), first, last)


NOW = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)  # 13:20 in the village
GOOD = AnnouncementForm(title="Tin", text="Mời bà con.", zones=("trung-tam",))


@pytest.fixture(scope="module")
def config() -> StationConfig:
    return parse_config(CONFIG + BOARD, "test")


def form(**more: Any) -> AnnouncementForm:
    return AnnouncementForm(**{**{name: getattr(GOOD, name) for name in AnnouncementForm.__slots__}, **more})


def codes(config: StationConfig, **more: Any) -> list[tuple[str, str]]:
    return [(p.field, p.code) for p in read_announcement(form(**more), config, NOW).problems]


def test_every_bad_entry_is_named_with_its_field(config: StationConfig) -> None:
    assert codes(config) == []
    assert codes(config, title="", text=" \n ", zones=()) == [
        ("title", "empty"), ("text", "empty"), ("zones", "no_zone"),
    ]  # fmt: skip
    assert codes(config, text="a" * 5000) == []
    assert codes(config, text="a" * 5001) == [("text", "too_long")]
    assert codes(config, text="a\x07b") == [("text", "control")]
    assert codes(config, text="a\u202eb") == [("text", "control")]
    assert codes(config, text="!!! ...") == [("text", "nothing_to_say")]
    assert codes(config, title="a" * 121) == [("title", "too_long")]
    assert codes(config, zones=("nowhere",)) == [("zones", "unknown_zone")]
    assert codes(config, when="hourly") == [("when", "rule_kind")]
    assert codes(config, when="once", date="", time="") == [("date", "empty"), ("time", "empty")]
    assert codes(config, when="once", date="2026-02-31", time="25:00") == [("date", "bad_date"), ("time", "bad_time")]
    assert codes(config, when="once", date="2026-11-20", time="19:30") == [("date", "past")]
    assert codes(config, when="once", date="2026-11-21", time="13:20") == [("time", "past")]
    assert codes(config, when="once", date="2026-11-21", time="13:21") == []
    assert codes(config, when="daily", date="2026-11-01", time="06:00", until="2026-11-20") == [("until", "past")]
    assert codes(config, when="daily", date="2026-11-25", time="06:00", until="2026-11-24") == [
        ("until", "until_before_first")
    ]


def test_a_good_form_becomes_a_draft_and_a_rule(config: StationConfig) -> None:
    typed = form(title=" Tin\t", text="a\r\nb ", level="priority", when="once", date="2026-11-21", time="19:30")
    reading = read_announcement(typed, config, NOW)
    assert (reading.draft.title, reading.draft.text, reading.draft.level) == ("Tin", "a\nb", Level.PRIORITY)
    assert reading.documents == [{"kind": "dates", "dates": ["2026-11-21"], "times": ["19:30"]}]
    rule, problems = read_when(form(when="daily", date="2026-11-21", time="06:15"), config, NOW)
    assert (rule, problems) == (daily(time(6, 15), date(2026, 11, 21), None), [])
    assert read_announcement(GOOD, config, NOW).documents == []


def test_a_level_that_does_not_exist_is_the_normal_one(config: StationConfig) -> None:
    assert read_announcement(form(level="supreme"), config, NOW).draft.level is Level.NORMAL


def test_a_new_form_offers_the_next_full_hour_and_the_only_zone(config: StationConfig) -> None:
    many = AnnouncementForm.empty(config, NOW)
    assert (many.zones, many.when, many.date, many.time) == ((), "now", "2026-11-21", "14:00")
    assert AnnouncementForm.empty(parse_config(ONE_ZONE, "test"), NOW).zones == ("trung-tam",)
    late = AnnouncementForm.empty(config, datetime(2026, 11, 21, 16, 30, tzinfo=UTC))
    assert (late.date, late.time) == ("2026-11-22", "00:00")


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (None, ("now", "2026-11-21", "14:00", "")),
        (once(datetime(2026, 11, 27, 12, 30, tzinfo=UTC)), ("once", "2026-11-27", "19:30", "")),
        (daily(time(6, 5), date(2026, 12, 1), date(2026, 12, 9)), ("daily", "2026-12-01", "06:05", "2026-12-09")),
    ],
)
def test_a_stored_announcement_is_shown_as_it_was_typed(
    config: StationConfig, rule: Rule | None, shown: tuple[str, ...]
) -> None:
    from controller.core.announcements import AfterCut, Announcement

    stored = Announcement(
        "a", 1, "Tin", "Chữ", ("na-khau",), Level.PRIORITY, 0, AfterCut.RESTART, 600, "x", NOW, NOW, None
    )
    found = AnnouncementForm.of(stored, rule, AnnouncementForm.empty(config, NOW), config.site.tz)
    assert (found.when, found.date, found.time, found.until) == shown
    assert (found.title, found.text, found.zones, found.level) == ("Tin", "Chữ", ("na-khau",), "priority")


def notice_codes(config: StationConfig, **more: Any) -> list[tuple[str, str]]:
    empty = NoticeForm.empty(config, NOW)
    entries = {name: getattr(empty, name) for name in NoticeForm.__slots__}
    _, problems = read_notice(NoticeForm(**{**entries, "text": "Tin", **more}), config, NOW, "n1")
    return [(p.field, p.code) for p in problems]


def test_notices(config: StationConfig) -> None:
    assert notice_codes(config) == []
    assert notice_codes(config, text="") == [("text", "empty")]
    assert notice_codes(config, text="a" * 501) == [("text", "too_long")]
    assert notice_codes(config, text="a\u200bb") == [("text", "control")]
    assert notice_codes(config, boards=()) == [("boards", "no_board")]
    assert notice_codes(config, boards=("x",)) == [("boards", "unknown_board")]
    assert notice_codes(config, until_date="2026-11-21", until_time="13:00") == [("until", "until_before_from")]
    assert notice_codes(config, from_date="2026-11-19", until_date="2026-11-20") == [("until", "past")]
    assert notice_codes(config, from_date="x", until_time="") == [("from", "bad_date"), ("until", "empty")]
    notice, _ = read_notice(NoticeForm.empty(config, NOW), config, NOW, "n1")
    assert (notice.boards, notice.shown_from, notice.shown_until) == (
        ("cong",), NOW, datetime(2026, 11, 28, 13, 0, tzinfo=UTC),
    )  # fmt: skip


def test_days(config: StationConfig) -> None:
    today = date(2026, 11, 21)
    assert [day_of(text, today) for text in ("2026-11-20", "", "x", "2026-13-01")] == [date(2026, 11, 20), *[today] * 3]
    assert midnight(today, config.site.tz) == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
