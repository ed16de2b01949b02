"""An announcement's parts between the editor and the store: nothing typed is lost, and what is wrong has its card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from controller.core.announcements import AfterCut, Announcement
from controller.core.levels import Level
from controller.core.parts import PausePart, RecordingPart, TextPart
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.web.forms import AnnouncementForm, read_announcement
from controller.web.part_forms import (
    MOST_ENTRIES,
    PartEntry,
    acted,
    entries_of,
    filled,
    main_text,
    seconds_of,
    shown,
    typed,
)
from tests.support.stations import CONFIG

NOW = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)
SHA, OTHER = "ab" * 32, "cd" * 32
MAIN = PartEntry()
TAY = PartEntry("recording", sha256=SHA, name="Lời mời.mp3", language="tyz")
PAUSE = PartEntry("pause", seconds="2,5")
THANKS = PartEntry("text", "Xin cảm ơn.")


@pytest.fixture(scope="module")
def config() -> StationConfig:
    return parse_config(CONFIG, "test")


def form(*parts: PartEntry, text: str = "Mời bà con.", **more: Any) -> AnnouncementForm:
    return AnnouncementForm(title="Tin", text=text, parts=parts or (MAIN,), zones=("trung-tam",), **more)


def codes(config: StationConfig, *parts: PartEntry, **more: Any) -> list[tuple[str, str]]:
    found = read_announcement(form(*parts, **more), config, NOW, lengths={SHA: 12.5})
    return [(p.field, p.code) for p in found.problems]


def test_a_text_alone_is_stored_as_it_always_was(config: StationConfig) -> None:
    draft = read_announcement(form(), config, NOW).draft
    assert (draft.text, draft.parts, draft.times, draft.pause_s, draft.lasts_s) == ("Mời bà con.", (), 1, 3.0, 0)
    assert draft.after_cut is AfterCut.RESTART
    gone = read_announcement(form(MAIN, PartEntry("text", "Bỏ", gone="1")), config, NOW).draft
    assert (gone.text, gone.parts) == ("Mời bà con.", ())


def test_parts_are_in_the_order_of_their_cards_and_know_their_lengths(config: StationConfig) -> None:
    parts = (TAY, MAIN, PAUSE, THANKS)
    draft = read_announcement(form(*parts), config, NOW, lengths={SHA: 12.5}).draft
    assert draft.parts == (
        RecordingPart(SHA, "Lời mời.mp3", "tyz", 12.5), TextPart("Mời bà con."), PausePart(2.5),
        TextPart("Xin cảm ơn."),
    )  # fmt: skip
    assert draft.text == "Mời bà con.\nXin cảm ơn."
    only = read_announcement(form(MAIN, TAY, text=" \n"), config, NOW, lengths={SHA: 12.5})
    assert (only.draft.text, only.draft.parts, only.problems) == (
        "", (RecordingPart(SHA, "Lời mời.mp3", "tyz", 12.5),), (),
    )  # fmt: skip


def test_what_is_wrong_with_a_part_is_said_under_its_card(config: StationConfig) -> None:
    assert codes(config, MAIN, TAY) == []
    assert codes(config, MAIN, PartEntry("voice")) == [("part_2", "no_recording")]
    assert codes(config, MAIN, PartEntry("recording", sha256=OTHER)) == [("part_2", "no_recording")]
    removed = PartEntry("text", "", gone="1")
    assert codes(config, MAIN, removed, PartEntry("text", " ")) == [("part_2", "empty_part")]
    assert codes(config, MAIN, TAY, PartEntry("pause", seconds="31"), text="") == [("part_3", "pause_length")]
    assert codes(config, MAIN, PartEntry("pause", seconds="một")) == [("part_2", "pause_length")]
    assert codes(config, MAIN, PAUSE, text="") == [("parts", "only_pauses")]
    assert codes(config, MAIN, *[THANKS] * 12) == [("parts", "too_many_parts")]
    assert codes(config, text="") == [("text", "empty")]
    assert codes(config, MAIN, PartEntry("text", "a" * 4990)) == [("text", "too_long")]


def test_repeats_and_the_end_of_an_emergency(config: StationConfig) -> None:
    read = read_announcement(form(repeats="3", repeat_pause="10", after_cut="resume", lasts_min="x"), config, NOW)
    draft = read.draft
    assert (draft.times, draft.pause_s, draft.after_cut, draft.lasts_s, read.problems) == (
        3, 10.0, AfterCut.RESUME, 0, (),
    )  # fmt: skip
    assert codes(config, repeats="0") == [("repeats", "times")]
    assert codes(config, repeats="nhiều") == [("repeats", "times")]
    assert codes(config, repeat_pause="61") == [("repeat_pause", "pause")]
    emergency: dict[str, Any] = {"level": "emergency"}
    assert codes(config, **emergency, lasts_min="241") == [("lasts_min", "lasts")]
    assert codes(config, **emergency, lasts_min="lâu") == [("lasts_min", "lasts")]
    assert read_announcement(form(**emergency, lasts_min="20"), config, NOW).draft.lasts_s == 1200


def test_what_is_stored_comes_back_as_it_was_typed(config: StationConfig) -> None:
    stored_parts = (RecordingPart(SHA, "Lời mời.mp3", "tyz", 12.5), TextPart("Mời."), PausePart(0.5), TextPart("Hết."))
    stored = Announcement(
        "a", 1, "Tin", "Mời.\nHết.", ("na-khau",), Level.EMERGENCY, 0, AfterCut.RESUME, 600, "x", NOW, NOW, None,
        stored_parts, 2, 5.0, 900,
    )  # fmt: skip
    back = AnnouncementForm.of(stored, (), AnnouncementForm.empty(config, NOW), config.site.tz)
    draft = read_announcement(back, config, NOW, lengths={SHA: 12.5}).draft
    assert (draft.text, draft.parts, draft.times, draft.pause_s, draft.lasts_s, draft.after_cut) == (
        stored.text, stored_parts, 2, 5.0, 900, AfterCut.RESUME,
    )  # fmt: skip
    carried = AnnouncementForm.typed(MultiDict(back.entries()))
    assert carried == replace(back, confirmed=""), "what a page carries along is the very same form"


def test_only_recordings_have_an_empty_main_text_before_them() -> None:
    found = shown((RecordingPart(SHA, "x"), PausePart(2)))
    assert [entry.kind for entry in found] == ["main", "recording", "pause"]
    assert main_text((RecordingPart(SHA, "x"),), "") == ""
    assert main_text((), "Mời.") == "Mời."


def test_whatever_a_form_brings_has_one_main_text() -> None:
    assert typed(MultiDict()) == (MAIN,)
    assert typed(MultiDict([("part_kind", "pause")])) == (MAIN, PartEntry("pause"))
    assert typed(MultiDict([("part_kind", kind) for kind in ("main", "text", "main", "bomb")])) == (
        MAIN, PartEntry("text"),
    )  # fmt: skip
    assert len(typed(MultiDict([("part_kind", "text")] * 1000))) == MOST_ENTRIES + 1
    carried = (TAY, MAIN, PAUSE, PartEntry("text", "Bỏ", gone="1"))
    assert typed(MultiDict(entries_of(carried))) == carried


def test_what_the_buttons_make_of_them() -> None:
    three = (MAIN, TAY, PAUSE)
    assert acted(three, "up", ["1"]) == (TAY, MAIN, PAUSE)
    assert acted(three, "down", ["1"]) == (MAIN, PAUSE, TAY)
    assert acted(three, "up", ["0"]) == acted(three, "down", ["2"]) == three
    gone = acted(three, "gone", ["1"])
    assert [entry.gone for entry in gone] == ["", "1", ""]
    assert acted(gone, "back", ["1"]) == three
    assert acted(three, "gone", ["0"]) == three, "the main text is left empty, not taken out"
    assert acted(three, "add", ["voice"]) == (*three, PartEntry("voice"))
    for act, told in (("add", ["main"]), ("up", ["9"]), ("up", ["-1"]), ("up", []), ("fly", ["1"])):
        assert acted(three, act, told) == three


def test_a_file_fills_the_card_that_it_was_chosen_in() -> None:
    voice = PartEntry("voice", language="nut")
    assert filled((MAIN, voice), 1, SHA, "Tin") == (MAIN, PartEntry("voice", sha256=SHA, name="Tin", language="nut"))
    added = PartEntry("recording", sha256=SHA, name="Tin")
    assert filled((MAIN,), 0, SHA, "Tin") == filled((MAIN,), 7, SHA, "Tin") == (MAIN, added)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2", 2.0), ("2,5", 2.5), (" 0.1 ", 0.1), ("0", 0.0), ("0,04", 0.0), ("1e-9", -1.0), ("nan", -1.0), ("٣", -1.0)],
)
def test_seconds_as_people_type_them_to_the_tenth(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds
