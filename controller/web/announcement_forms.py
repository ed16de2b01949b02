"""The editor's form in a request: what was typed, what is wrong with it, and how it will be spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from werkzeug.datastructures import MultiDict

from controller.core.announcements import TEXT_LIMIT, Announcement
from controller.core.errors import Problem
from controller.core.recordings import Recording
from controller.core.spoken import Spoken
from controller.store import announcements, recordings
from controller.store.connection import Tx
from controller.timing.outlook import Drafted, calendar_of
from controller.web.ahead import Ahead
from controller.web.context import parts, say, visitor
from controller.web.forms import AnnouncementForm, Document, Reading, When, day_of, read_announcement
from controller.web.rule_forms import KEPT, MANY, WITHOUT_CLOCKS, RuleForm, by_entry
from controller.web.state import next_dues
from controller.web.weeks import monday_of, next_hours, week_from
from schedules.day_types import Calendar
from schedules.rules import Rule

NEXT_SHOWN = 3
# the entries that have a place for what is wrong with them, but for those of the schedule and the cards of parts
PLACES = ("title", "text", "parts", "zones", "repeats", "repeat_pause", "lasts_min", "form")


@dataclass(frozen=True, slots=True)
class Previewed:
    """What stands beneath the editor before anybody saves."""

    spoken: Spoken | None  # None for a text that is empty or too long
    rules: tuple[str, ...]  # in words
    next_times: tuple[str, ...]
    kept: tuple[str, ...]  # the rules that are stored, in words, where they can be kept as they are
    boards: tuple[str, ...]
    board_text: str  # "" for one that is too long to be looked at
    ahead: Ahead
    recordings: Mapping[str, Recording]  # by SHA-256


@dataclass(frozen=True, slots=True)
class Changed:
    """What stands now of an announcement that somebody else changed while it was being edited."""

    stored: Announcement
    by: str


def typed_announcement(fields: MultiDict[str, str]) -> AnnouncementForm:
    return AnnouncementForm.typed(fields)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows by which a form is read."""

    ident: str  # of the announcement that is being changed; "": a new one
    documents: tuple[Document, ...]
    order_no: int
    calendar: Calendar
    recordings: Mapping[str, Recording]  # that the station has, of those that the form names


def known_of(tx: Tx, ident: str, form: AnnouncementForm) -> Known:
    stored = announcements.find(tx, ident) if ident else None
    documents = tuple(rule.document for rule in announcements.rules(tx, ident)) if stored else ()
    named = {entry.sha256 for entry in form.parts if entry.sha256}
    found = {sha256: known for sha256 in named if (known := recordings.find(tx, sha256))}
    return Known(ident if stored else "", documents, stored.order_no if stored else 0, calendar_of(tx), found)


def reading_of(form: AnnouncementForm, known: Known) -> Reading:
    lengths = {sha256: recording.brought.length_s for sha256, recording in known.recordings.items()}
    return read_announcement(
        form, parts().config, parts().clock.now(), known.documents, known.calendar, known.order_no, lengths
    )  # fmt: skip


def previewed(tx: Tx, form: AnnouncementForm, known: Known) -> Previewed:
    reading = reading_of(form, known)
    text = reading.draft.text
    kept = reading_of(replace(form, rule=replace(form.rule, when=KEPT)), known).when
    return Previewed(
        spoken=spoken_or_none(text),
        rules=rules_said(reading.when),
        next_times=next_times(reading.when.rules, known.calendar),
        kept=rules_said(kept) if known.documents else (),
        boards=parts().config.boards_of(form.zones) if form.zones else (),
        board_text=text if len(text) <= TEXT_LIMIT else "",
        ahead=ahead_of(tx, form, reading, known),
        recordings=known.recordings,
    )


def ahead_of(tx: Tx, form: AnnouncementForm, reading: Reading, known: Known) -> Ahead:
    """The next 24 hours and a week (unless another is asked for, that of its first occurrence) with what is written."""
    config, now, words = parts().config, parts().clock.now(), visitor().words
    drafted = Drafted(known.ident, reading.draft, reading.when.rules)
    begins = next_dues(reading.when.rules, now, config.site.tz, known.calendar, 1) or (now,)
    monday = monday_of(day_of(form.week, begins[0].astimezone(config.site.tz).date()))
    return Ahead(
        next_hours(tx, config, now, words, drafted), week_from(tx, config, now, monday, words, drafted),
        bool(form.week), form.rule,
    )  # fmt: skip


def spoken_or_none(text: str) -> Spoken | None:
    return parts().spoken(text) if text and len(text) <= TEXT_LIMIT else None


def rules_said(when: When) -> tuple[str, ...]:
    """Each rule as a sentence of its own; of an announcement without any, when it is spoken."""
    tz = parts().config.site.tz
    plain = [say().rule(rule) for rule in when.rules]
    if not plain and not when.problems:
        plain = [visitor().words("web.when.now_said" if not when.documents else "web.when.unreadable")]
    plain += [visitor().words("web.when.lost", due=say().when(each.due.replace(tzinfo=tz))) for each in when.lost]
    return tuple(each[:1].upper() + each[1:] for each in plain)


def next_times(rules: Sequence[Rule], calendar: Calendar) -> tuple[str, ...]:
    """The next occurrences of all rules together, in words."""
    found = next_dues(rules, parts().clock.now(), parts().config.site.tz, calendar, NEXT_SHOWN)
    return tuple(say().when(at) for at in found)


def quiet_problems(form: AnnouncementForm, reading: Reading, ident: str) -> list[Problem]:
    """What saving the form would be refused for because of quiet hours, by entry."""
    found = parts().announcing.quiet_problems_of(reading.draft, reading.when.rules, ident)
    return [by_entry(problem, form.rule) for problem in found]


def quiet_mends(problems: Sequence[Problem], form: RuleForm) -> list[tuple[str, str, str]]:
    """For each clock time that quiet hours refuse, the nearest ones of the same day: what was typed, what to
    put in its place, and both in words."""
    found: list[tuple[datetime, datetime]] = []
    if form.clocks != "times" or form.when in WITHOUT_CLOCKS:
        return []
    for facts in (dict(p.facts) for p in problems if "quiet" in dict(p.facts)):
        begin = datetime.fromisoformat(facts["begin"])
        offered = (datetime.fromisoformat(facts[side]) for side in ("before", "after") if facts[side])
        found += [(begin, at) for at in offered if at.date() == begin.date()]
    return [(f"{old:%H:%M}", f"{new:%H:%M}", say().from_to(old, new)) for old, new in found]


def said(problems: Sequence[Problem]) -> dict[str, list[str]]:
    """Every problem in words, under its field."""
    by_field: dict[str, list[str]] = {}
    for problem in problems:
        by_field.setdefault(problem.field, []).append(say().problem(problem))
    return by_field


def beside(problems: Sequence[Problem], form: AnnouncementForm) -> dict[str, list[str]]:
    """The same, each under the entry of the editor that it belongs to; what has none, above all of them."""
    cards = {f"part_{number}" for number in range(1, len(form.parts) + 1)}
    places = {*PLACES, *cards, *(name for name, _ in RuleForm.typed(MultiDict()).entries()), *MANY}
    named = [by_entry(problem, form.rule) for problem in problems]
    return said([p if p.field in places else Problem("form", p.code, p.facts) for p in named])
