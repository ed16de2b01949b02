"""What officials type: read into drafts and rules, or into problems beside their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from controller.core.announcements import AfterCut, Announcement
from controller.core.levels import Level
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.web.forms import (
    AnnouncementForm,
    day_of,
    midnight,
    read_announcement,
    read_when,
)  # fmt: skip
from controller.web.rule_forms import RuleForm
from schedules.rules import Clocks, Daily, Repeating, Rule
from tests.support.stations import CONFIG
from tests.support.web_pages import BOARD, ONE_ZONE


def daily(at: time, first: date, last: date | None) -> Rule:
    return Rule(Repeating(Daily(), Clocks((at,))), first, last)


NOW = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)  # 13:20 in the village
GOOD = AnnouncementForm(title="Tin", text="Mời bà con.", zones=("trung-tam",))


@pytest.fixture(scope="module")
def config() -> StationConfig:
    return parse_config(CONFIG + BOARD, "test")


RULE_ENTRIES = frozenset(RuleForm.__slots__)


def form(**more: Any) -> AnnouncementForm:
    own = {name: value for name, value in more.items() if name not in RULE_ENTRIES}
    rule = RuleForm(**{name: value for name, value in more.items() if name in RULE_ENTRIES})
    return replace(GOOD, rule=rule, **own)


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


def test_what_is_wrong_with_the_time_is_named_by_the_entry_that_it_was_typed_in(config: StationConfig) -> None:
    assert codes(config, when="dates") == [("dates", "empty"), ("times", "empty")]
    assert codes(config, when="dates", dates=("2026-02-31",), times=("25:00",)) == [
        ("dates", "bad_date"), ("times", "bad_time"),
    ]  # fmt: skip
    assert codes(config, when="dates", dates=("2026-11-20",), times=("19:30",)) == [("dates", "past")]
    assert codes(config, when="dates", dates=("2026-11-21",), times=("13:20",)) == [("times", "past")]
    assert codes(config, when="dates", dates=("2026-11-21",), times=("13:21",)) == []
    daily: dict[str, Any] = {"when": "daily", "times": ("06:00",)}
    assert codes(config, **daily, first="2026-11-01", last="2026-11-20") == [("last", "past")]
    assert codes(config, **daily, first="2026-11-25", last="2026-11-24") == [("last", "until_before_first")]
    assert codes(config, **daily, daily_every="0") == [("daily_every", "not_between")]
    assert codes(config, **daily, daily_every="2") == [("first", "empty")]
    assert codes(config, **daily, late_min="1441") == [("late_min", "not_between")]
    assert codes(config, **daily, late_min="một") == [("late_min", "not_between")]
    assert codes(config, **daily, skip=("mai",)) == [("skip", "bad_date")]
    assert codes(config, **{**daily, "when": "weekly"}, weekly_every="9999") == [
        ("weekly_every", "not_between"), ("weekdays", "none_chosen"),
    ]  # fmt: skip
    assert codes(config, **{**daily, "when": "monthly"}) == [("days", "none_chosen")]
    yearly: dict[str, Any] = {"when": "yearly", "times": ("06:00",), "month": "2"}
    assert codes(config, **yearly, day="31") == [("day", "no_such_day")]
    assert codes(config, **yearly, offset_way="before") == [("offset", "empty")]
    assert codes(config, **yearly, offset_way="before", offset="61") == [("offset", "not_between")]
    lunar: dict[str, Any] = {"when": "lunar_yearly", "feast": "other", "times": ("06:00",)}
    assert codes(config, **lunar, lunar_day="31", lunar_month="13") == [
        ("lunar_month", "not_between"), ("lunar_day", "not_between"),
    ]  # fmt: skip
    assert codes(config, when="daily", clocks="between", begin="x", end="08:00", every_min="1") == [
        ("begin", "bad_time"), ("every_min", "not_between"),
    ]  # fmt: skip
    assert codes(config, when="daily", clocks="between", begin="08:00", end="06:00", every_min="30") == [
        ("end", "window_ends_before")
    ]
    rrule: dict[str, Any] = {"when": "rrule", "start_date": "2026-11-22", "start_time": "06:00"}
    assert codes(config, **rrule, rrule="FREQ=SECONDLY") == [("rrule", "rrule_too_often")]
    assert codes(config, **rrule, zone="Asia/Loa") == [("zone", "bad_zone")]
    assert codes(config, **rrule, exdates="mai") == [("exdates", "bad_instant")]
    assert codes(config, when="rrule", rrule="FREQ=DAILY") == [("start_date", "bad_instant")]


def test_a_good_form_becomes_a_draft_and_a_rule(config: StationConfig) -> None:
    typed = form(
        title=" Tin\t", text="a\r\nb ", level="priority", when="dates", dates=("2026-11-21",), times=("19:30",)
    )
    reading = read_announcement(typed, config, NOW)
    assert (reading.draft.title, reading.draft.text, reading.draft.level) == ("Tin", "a\nb", Level.PRIORITY)
    assert reading.when.documents == ({"kind": "dates", "dates": ["2026-11-21"], "times": ["19:30"]},)
    when = read_when(RuleForm(when="daily", first="2026-11-21", times=("06:15",)), config.site.tz, NOW)
    assert (when.rules, when.problems) == ((daily(time(6, 15), date(2026, 11, 21), None),), ())
    assert read_announcement(GOOD, config, NOW).when.documents == ()


def test_a_level_that_does_not_exist_is_the_normal_one(config: StationConfig) -> None:
    assert read_announcement(form(level="supreme"), config, NOW).draft.level is Level.NORMAL


def test_a_new_form_offers_the_next_full_hour_and_the_only_zone(config: StationConfig) -> None:
    many = AnnouncementForm.empty(config, NOW)
    assert (many.zones, many.rule.when, many.rule.dates, many.rule.times) == ((), "now", ("2026-11-21",), ("14:00",))
    assert AnnouncementForm.empty(parse_config(ONE_ZONE, "test"), NOW).zones == ("trung-tam",)
    late = AnnouncementForm.empty(config, datetime(2026, 11, 21, 16, 30, tzinfo=UTC))
    assert (late.rule.first, late.rule.times) == ("2026-11-22", ("00:00",))


def stored_form(config: StationConfig, *documents: Mapping[str, object]) -> AnnouncementForm:
    stored = Announcement(
        "a", 1, "Tin", "Chữ", ("na-khau",), Level.PRIORITY, 0, AfterCut.RESTART, 600, "x", NOW, NOW, None
    )
    return AnnouncementForm.of(stored, documents, AnnouncementForm.empty(config, NOW), config.site.tz)


def test_a_stored_announcement_is_shown_as_it_was_typed(config: StationConfig) -> None:
    found = stored_form(config)
    assert (found.title, found.text, found.zones, found.level) == ("Tin", "Chữ", ("na-khau",), "priority")
    assert (found.rule.when, found.rule.times) == ("now", ("14:00",))
    assert stored_form(config, {"kind": "once", "at": "2026-11-27T12:30:00+00:00"}).rule == replace(
        found.rule, when="dates", dates=("2026-11-27",), times=("19:30",)
    )
    daily_until = {"kind": "daily", "times": ["06:05"], "first": "2026-12-01", "last": "2026-12-09"}
    assert stored_form(config, daily_until).rule == replace(
        found.rule, when="daily", times=("06:05",), first="2026-12-01", last="2026-12-09"
    )


DAILY: dict[str, object] = {"kind": "daily", "at": "06:05"}  # as it was stored by an older program
UNSHOWN: list[tuple[dict[str, object], ...]] = [
    (DAILY, {"kind": "daily", "times": ["18:00"]}),
    ({"kind": "weekly", "weekdays": [1], "times": ["06:05"], "offset_days": 1},),
    ({"kind": "daily", "times": ["06:05"], "late_window_s": 90},),
    ({"kind": "dates", "dates": ["2026-12-01"], "times": ["06:05"], "day_types": ["working"]},),
    ({"kind": "of another time"},),
]


@pytest.mark.parametrize("documents", UNSHOWN)
def test_rules_that_the_form_cannot_show_survive_an_edit(
    config: StationConfig, documents: tuple[dict[str, object], ...]
) -> None:
    found = stored_form(config, *documents)
    assert found.rule.when == "kept"
    assert read_announcement(found, config, NOW, documents).when.documents == documents


def test_a_rule_that_means_the_same_is_stored_as_it_was_and_its_changes_stay(config: StationConfig) -> None:
    tz, shown_as = config.site.tz, stored_form(config, DAILY).rule
    assert read_when(shown_as, tz, NOW, (DAILY,)).documents == (DAILY,)
    changes = [{"due": "2026-11-22T06:05", "to": "2026-11-22T07:00"}]
    changed = {"kind": "daily", "times": ["06:05"], "changes": changes}
    shown_as = stored_form(config, changed).rule
    assert (shown_as.when, shown_as.times) == ("daily", ("06:05",))
    assert read_when(shown_as, tz, NOW, (changed,)).documents == (changed,)
    shorter = read_when(replace(shown_as, last="2026-12-24"), tz, NOW, (changed,)).documents
    assert shorter == ({**changed, "last": "2026-12-24"},)
    other = read_when(replace(shown_as, times=("06:15",)), tz, NOW, (changed,))
    assert other.documents == ({"kind": "daily", "times": ["06:15"]},), "there is no 06:05 any more"
    assert [str(change.due) for change in other.lost] == ["2026-11-22 06:05:00"]
    weekdays = {**changed, "day_types": ["working"]}  # a Sunday, which a decree may make a working day again
    kept = read_when(replace(stored_form(config, weekdays).rule, last="2026-12-24"), tz, NOW, (weekdays,))
    assert (kept.documents, kept.lost) == (({**weekdays, "last": "2026-12-24"},), ())
    long_ago = {**changed, "changes": [{"due": "2026-11-02T06:05", "to": "2026-11-02T07:00"}]}
    assert read_when(replace(shown_as, times=("06:15",)), tz, NOW, (long_ago,)).lost == ()


def test_days(config: StationConfig) -> None:
    today = date(2026, 11, 21)
    assert [day_of(text, today) for text in ("2026-11-20", "", "x", "2026-13-01")] == [date(2026, 11, 20), *[today] * 3]
    assert midnight(today, config.site.tz) == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
