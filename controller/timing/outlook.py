"""What would be played between two instants: the planner's own answer, joined with what is already
in line or past, and, before anything is saved, with what an official is about to save.

For `loalang plan`, for the page of the week and for the editor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from controller.core.announcements import AfterCut, Announcement, Draft
from controller.core.errors import InputError
from controller.core.lengths import CLOSING_S, OPENING_S, Around, around, estimated_s
from controller.core.levels import Level
from controller.core.parts import TextPart, parts_of
from controller.core.quiet import touches
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.store import announcements, days, renditions, signals, utterances
from controller.store.connection import Tx
from controller.timing.lineup import Lateness, lateness_of
from schedules.clashes import Programme, Wait, overlaps
from schedules.day_types import Calendar
from schedules.documents import rule_from
from schedules.planner import due_between
from schedules.rules import Rule
from schedules.wording import rule_words

PLANNED, DRAFT = "planned", "draft"
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Drafted:
    """What is about to be saved; it stands in for the announcement `ident` ("": a new one)."""

    ident: str
    draft: Draft
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """One occurrence, in local times. `until` is when its programme ends, by its rendition or, before there is
    one, by an estimate; `status` is "planned", "draft" or the state of its utterance."""

    due: datetime
    until: datetime
    title: str
    rule_id: str
    rule_words: str
    zones: tuple[str, ...]
    level: Level
    status: str
    announcement_id: str = ""
    order_no: int = 0
    change: datetime | None = None  # when it would be, had no official moved this one occurrence
    wait: Wait = field(default_factory=Wait)  # what becomes of it if it cannot begin when it is due

    def as_json(self) -> dict[str, object]:
        return {
            "due": self.due.isoformat(),
            "until": self.until.isoformat(),
            "title": self.title,
            "rule_id": self.rule_id,
            "rule_words": self.rule_words,
            "zones": list(self.zones),
            "level": self.level.value,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A single occurrence that an official took out."""

    due: datetime
    title: str
    rule_id: str
    announcement_id: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """`second` begins at `starts_at`, `later_s` after its time, because `first` still sounds; or, if that is too
    late for it or in quiet hours, is not spoken (`spoken` False)."""

    first: Outlook
    second: Outlook
    starts_at: datetime
    later_s: float
    spoken: bool


@dataclass(frozen=True, slots=True)
class _Source:
    """A rule with what its occurrences show of their announcement."""

    rule_id: str
    rule: Rule
    planned_until: datetime | None
    title: str
    zones: tuple[str, ...]
    level: Level
    order_no: int
    announcement_id: str
    length: timedelta
    status: str
    wait: Wait


def calendar_of(tx: Tx) -> Calendar:
    """The days as the officials of this station have amended them."""
    return Calendar({day: said.type for day, said in days.said(tx).items()})


def outlook(
    tx: Tx, config: StationConfig, begin: datetime, end: datetime, words: Words, drafted: Drafted | None = None
) -> list[Outlook]:
    """The occurrences in [begin, end), in the order in which they are due."""
    tz, calendar = config.site.tz, calendar_of(tx)
    said: dict[str, str] = {}
    found: dict[tuple[str, datetime], Outlook] = {}
    for source in _sources(tx, config, drafted):
        said[source.rule_id] = rule_words(source.rule, tz, words)
        after = max(begin, source.planned_until) if source.planned_until else begin
        moved = _moved(source.rule, config)
        for due in due_between(source.rule, after - _TICK, end - _TICK, tz, calendar):
            local = due.astimezone(tz)
            found[source.rule_id, due] = Outlook(
                local, local + source.length, source.title, source.rule_id, said[source.rule_id], source.zones,
                source.level, source.status, source.announcement_id, source.order_no, moved.get(due),
                source.wait,
            )  # fmt: skip
    chimes = around_of(tx, config)
    for row in utterances.between(tx, begin, end):
        if drafted and drafted.ident == row.announcement_id and row.state == "queued":
            continue  # what is in line is replaced by what is saved
        entry = found.get((row.rule_id, row.due))
        zones = tuple(sorted({*row.zones, *(entry.zones if entry and entry.status != PLANNED else ())}))
        local = row.due.astimezone(tz)
        length = timedelta(seconds=chimes.programme_s(row.whole_s) if row.duration_s else 0.0)
        found[row.rule_id, row.due] = Outlook(
            local, local + length, row.title, row.rule_id, said.get(row.rule_id) or words("outlook.no_rule"), zones,
            row.level, row.state.value, row.announcement_id, row.order_no, entry.change if entry else None,
            _wait(Lateness(row.late, (row.late_until - row.due).total_seconds()), row.after_cut),
        )  # fmt: skip
    return sorted(found.values(), key=lambda entry: (entry.due, entry.level.rank, entry.order_no, entry.rule_id))


def left_out(tx: Tx, config: StationConfig, begin: datetime, end: datetime) -> list[LeftOut]:
    """The single occurrences of [begin, end) that were taken out, in their order; local times."""
    tz = config.site.tz
    found = [
        LeftOut(due, source.title, source.rule_id, source.announcement_id)
        for source in _sources(tx, config, None)
        for change in source.rule.changes
        if change.to is None and begin <= (due := change.due.replace(tzinfo=tz)) < end
    ]
    return sorted(found, key=lambda one: (one.due, one.rule_id))


def meetings(entries: Iterable[Outlook], config: StationConfig) -> list[Meeting]:
    """Where programmes that are still to come would meet on one output."""
    waiting = [entry for entry in entries if entry.status in {PLANNED, DRAFT, "queued", "playing"}]
    by_key = {(entry.rule_id, entry.due): entry for entry in waiting}
    programmes = (
        Programme(
            entry.rule_id, entry.due, (entry.until - entry.due).total_seconds(),
            frozenset(output.name for output in config.outputs if set(entry.zones) & set(output.zones)), entry.level,
            entry.order_no, entry.wait,
        )
        for entry in waiting
    )  # fmt: skip
    spans = {output.name: config.quiet_where_heard(output.zones) for output in config.outputs}
    finish_s = config.policy.finish_s + (around().closing_s if config.speech.chime else 0.0)
    clashes = overlaps(
        programmes, lambda output, begin, end: touches(spans[output], begin, end, config.site.tz), finish_s
    )
    return [
        Meeting(
            by_key[clash.first.id, clash.first.due],
            by_key[clash.second.id, clash.second.due],
            clash.starts_at.astimezone(config.site.tz),
            clash.later_s,
            clash.spoken,
        )
        for clash in clashes
    ]


def length_of(tx: Tx, config: StationConfig, what: Draft | Announcement, announcement_id: str = "") -> timedelta:
    """How long its programme is: by the rendition of its announcement (`announcement_id` "": there is none of what is
    said now), else by an estimate of its words and the lengths of its recordings."""
    rendition = renditions.newest(tx, announcement_id) if announcement_id else None
    prepared = rendition.prepared if rendition else None
    once_s = prepared.duration_s if prepared else _estimated_s(config, what)
    words_s = config.lasts_s(what.level, what.lasts_s) or what.times * once_s + (what.times - 1) * what.pause_s
    return timedelta(seconds=around_of(tx, config).programme_s(words_s))


def around_of(tx: Tx, config: StationConfig) -> Around:
    """The chimes that are played now, the commune's own or the built-in ones."""
    if not config.speech.chime:
        return Around()
    own = {name: signal.length_s for name, signal in signals.every(tx).items()}
    return around(own.get("opening", OPENING_S), own.get("closing", CLOSING_S))


def _estimated_s(config: StationConfig, what: Draft | Announcement) -> float:
    return sum(
        estimated_s(part.text, config.speech.words_per_minute) if isinstance(part, TextPart) else part.length_s
        for part in parts_of(what.text, what.parts)
    )


def _sources(tx: Tx, config: StationConfig, drafted: Drafted | None) -> Iterator[_Source]:
    if drafted:
        yield from _drafted(tx, config, drafted)
    lengths: dict[str, timedelta] = {}
    for stored in announcements.rules(tx):
        ident = stored.announcement_id
        if drafted and drafted.ident == ident:
            continue
        try:
            rule = rule_from(stored.document, stored=True)
        except InputError:  # the controller has said so; it must not hide the others
            continue
        announcement = announcements.get(tx, ident)
        if ident not in lengths:
            lengths[ident] = length_of(tx, config, announcement, ident)
        yield _Source(
            stored.id, rule, stored.planned_until, announcement.title, announcement.zones, announcement.level,
            announcement.order_no, ident, lengths[ident], PLANNED,
            _wait(lateness_of(announcement, rule), announcement.after_cut),
        )  # fmt: skip


def _drafted(tx: Tx, config: StationConfig, drafted: Drafted) -> Iterator[_Source]:
    draft = drafted.draft
    stored = announcements.find(tx, drafted.ident) if drafted.ident else None
    same = stored is not None and (stored.text, stored.parts) == (draft.text, draft.parts)
    length = length_of(tx, config, draft, drafted.ident if same else "")
    for number, rule in enumerate(drafted.rules):
        yield _Source(
            f"{DRAFT}/{number}", rule, None, draft.title, draft.zones, draft.level, draft.order_no, drafted.ident,
            length, DRAFT, _wait(lateness_of(draft, rule), draft.after_cut),
        )  # fmt: skip


def _wait(lateness: Lateness, after_cut: AfterCut) -> Wait:
    return Wait(lateness.late, lateness.window_s, after_cut is not AfterCut.END, after_cut is AfterCut.RESUME)


def _moved(rule: Rule, config: StationConfig) -> dict[datetime, datetime]:
    """The instants to which single occurrences were moved, in UTC, with those at which they would have been."""
    tz = config.site.tz
    return {
        change.to.replace(tzinfo=tz).astimezone(UTC): change.due.replace(tzinfo=tz)
        for change in rule.changes
        if change.to
    }
