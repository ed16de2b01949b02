"""The editor's form in a request: what was typed, what is wrong with it, and how it will be spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from controller.core.announcements import TEXT_LIMIT, Announcement, clean
from controller.core.errors import Problem
from controller.core.spoken import Spoken
from controller.web.context import parts, say, visitor
from controller.web.forms import AnnouncementForm, read_when
from controller.web.state import board_text_of
from schedules.planner import next_after
from schedules.rules import Rule

NEXT_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Previewed:
    """What stands beneath the editor before anybody saves."""

    spoken: Spoken | None  # None for a text that is empty or too long
    when: str  # the rule in words
    next_times: tuple[str, ...]
    boards: tuple[str, ...]
    board_text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What stands now of an announcement that somebody else changed while it was being edited."""

    stored: Announcement
    by: str


def typed_announcement(fields: MultiDict[str, str]) -> AnnouncementForm:
    return AnnouncementForm.typed(fields, fields.getlist("zones"))


def previewed(form: AnnouncementForm) -> Previewed:
    text = clean(form.text)
    rule, _ = read_when(form, parts().config, parts().clock.now())
    title = clean(form.title)
    return Previewed(
        spoken=spoken_or_none(text),
        when=rule_said(rule) if rule or form.when == "now" else "",
        next_times=next_times(rule),
        boards=parts().config.boards_of(form.zones) if form.zones else (),
        board_text=board_text_of(title, text) if text and len(text) <= TEXT_LIMIT else "",
    )


def spoken_or_none(text: str) -> Spoken | None:
    return parts().spoken(text) if text and len(text) <= TEXT_LIMIT else None


def rule_said(rule: Rule | None) -> str:
    """The rule as a sentence of its own."""
    plain = say().rule(rule) if rule else visitor().words("web.editor.when_now_said")
    return plain[:1].upper() + plain[1:]


def next_times(rule: Rule | None) -> tuple[str, ...]:
    now, tz = parts().clock.now(), parts().config.site.tz
    found: list[str] = []
    at = next_after(rule, now, tz) if rule else None
    while rule and at and len(found) < NEXT_SHOWN:
        found.append(say().when(at))
        at = next_after(rule, at, tz)
    return tuple(found)


def said(problems: Sequence[Problem]) -> dict[str, list[str]]:
    """Every problem in words, under its field."""
    by_field: dict[str, list[str]] = {}
    for problem in problems:
        by_field.setdefault(problem.field, []).append(say().problem(problem))
    return by_field
