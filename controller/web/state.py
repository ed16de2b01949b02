"""What the pages show of the station: on air, next, today, health; read in one snapshot each.

Plain values out of the store; how they are said is `saying`'s affair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import merge
from itertools import islice

from controller.core.announcements import Announcement
from controller.core.errors import InputError
from controller.core.levels import Level
from controller.core.notices import BoardState, Notice
from controller.core.renditions import Rendition
from controller.core.showing import Item, showing
from controller.core.trust import Doubt, Stand
from controller.core.utterances import UtteranceState
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.config import StationConfig
from controller.store import announcements, facts, notices, renditions, utterances
from controller.store import clock as clocks
from controller.store.announcements import StoredRule
from controller.store.connection import Tx
from controller.timing.outlook import calendar_of
from controller.timing.upcoming import Upcoming
from controller.web.board_state import emergencies
from controller.web.forms import midnight
from controller.web.occurrences import Occurrence as Occurrence  # whoever shows the state asks here
from controller.web.occurrences import occurrences, on_air, rendition_shown, with_obstacle
from controller.web.occurrences import rendition_state as rendition_state
from schedules.day_types import Calendar
from schedules.documents import rule_from
from schedules.planner import occurrences as planned
from schedules.rules import Rule

AHEAD = timedelta(hours=24)
COMING_LIMIT = 50
NEXT_LISTED = 5
CONTROLLER = "controller"
CLOCK = "clock"
SOON_S = 90.0  # something this near makes the pages ask more often


@dataclass(frozen=True, slots=True)
class Coming:
    """What a rule will bring."""

    due: datetime
    announcement: Announcement
    rendition: str  # as `rendition_shown` has it
    rule: Rule | None  # None: ended in this instant


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the station. `tone`: "fine", "waiting" (nothing heard of it yet) or "fault"."""

    component: str  # "output/main", "board/nha-van-hoa", "kiosk", ...
    tone: str
    fault: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    proof: str = ""  # of a board: its state


@dataclass(frozen=True, slots=True)
class DoubtfulClock:
    """The time that nothing vouches for, while the schedule waits."""

    now: datetime  # to the minute
    doubt: Doubt

    @property
    def minute(self) -> int:
        """Since the epoch; goes back with an official's word, so that it is about the time that they saw."""
        return int(self.now.timestamp()) // 60


@dataclass(frozen=True, slots=True)
class Home:
    on_air: tuple[Occurrence, ...]
    alerts: tuple[Item, ...]  # emergencies on the boards and the kiosk
    emergencies: tuple[Notice, ...]  # the same, of notices
    waiting: tuple[Occurrence, ...]
    coming: tuple[Coming, ...]
    today: tuple[Occurrence, ...]
    health: tuple[Part, ...]
    doubtful_clock: DoubtfulClock | None
    unapproved: int  # how many announcements have a file that somebody must listen to

    @property
    def about_to(self) -> bool:
        """Whether something sounds in a moment without anybody's doing."""
        return any(not occurrence.unapproved and not occurrence.unspeakable for occurrence in self.waiting)

    @property
    def unspeakable(self) -> tuple[Occurrence, ...]:
        """What should sound by now and cannot be made into sound."""
        return tuple(occurrence for occurrence in self.waiting if occurrence.unspeakable)

    @property
    def faults(self) -> tuple[Part, ...]:
        """But the clock's, which has a place of its own."""
        return tuple(part for part in self.health if part.tone == "fault" and part.component != CLOCK)


@dataclass(frozen=True, slots=True)
class Changed:
    """A single occurrence that is not over and was moved, or left out (`to` None)."""

    rule_id: str
    due: datetime
    to: datetime | None


@dataclass(frozen=True, slots=True)
class About:
    """One announcement with everything its page shows."""

    announcement: Announcement
    rules: tuple[Rule, ...]
    unreadable: int  # how many rules more are stored that this program cannot read
    next_dues: tuple[datetime, ...]
    changed: tuple[Changed, ...]
    rendition: Rendition | None  # the newest
    sounded: Rendition | None  # the one that would be broadcast now
    occurrences: tuple[Occurrence, ...]

    @property
    def rendition_shown(self) -> str:
        return rendition_shown(self.rendition)

    @property
    def older_sounded(self) -> Rendition | None:
        """What would be broadcast now, where that is not the newest."""
        newest = self.rendition
        return self.sounded if self.sounded and newest and self.sounded.id != newest.id else None

    @property
    def next_due(self) -> datetime | None:
        return self.next_dues[0] if self.next_dues else None

    @property
    def under_way(self) -> Occurrence | None:
        """What can be stopped."""
        return next((o for o in self.occurrences if o.is_open), None)


def alerts(tx: Tx, config: StationConfig, now: datetime) -> tuple[Item, ...]:
    """The announced emergencies that boards and kiosk show, while they sound and after."""
    after_s = config.policy.board_after_s
    shown = showing((), utterances.soundings(tx, now - timedelta(seconds=after_s)), now, config.site.tz, after_s)
    return tuple(item for item in shown if item.level is Level.EMERGENCY)


def home(
    tx: Tx, config: StationConfig, now: datetime, signs: ClockSigns, upcoming: Upcoming, controller_lives: bool = True
) -> Home:
    stand = clocks.stand(tx, signs.boot_id)
    tz = config.site.tz
    day = midnight(now.astimezone(tz).date(), tz)
    today = occurrences(utterances.between(tx, day, day + AHEAD))
    open_now = occurrences(u for output in config.outputs for u in utterances.open_on(tx, output.name))
    return Home(
        on_air=on_air(tx, config),
        alerts=alerts(tx, config, now),
        emergencies=emergencies(tx, config, now),
        waiting=tuple(with_obstacle(tx, o) for o in open_now if o.state is UtteranceState.QUEUED),
        coming=coming(tx, upcoming, now),
        today=tuple(o for o in today if not o.is_open),
        health=health(tx, config, signs, controller_lives),
        doubtful_clock=_doubtful_clock(config, now, stand),
        unapproved=renditions.unapproved(tx),
    )


def _doubtful_clock(config: StationConfig, now: datetime, stand: Stand | None) -> DoubtfulClock | None:
    if config.clock.trust == "off" or stand is None or stand.believed:
        return None
    return DoubtfulClock(now.replace(second=0, microsecond=0), stand.doubt)


def coming(tx: Tx, upcoming: Upcoming, now: datetime) -> tuple[Coming, ...]:
    """What the rules bring in the next hours, as far as it is not in line already; the nearest first."""
    by_id: dict[str, tuple[Announcement, str]] = {}
    rules: dict[str, Rule | None] = {}
    found: list[Coming] = []
    for one in upcoming.between(tx, now, now + AHEAD):
        if len(found) >= COMING_LIMIT and one.due > found[-1].due:
            break  # of what is due at one instant the order is decided below
        ident = one.announcement_id
        if ident not in by_id:
            announcement = announcements.get(tx, ident)
            by_id[ident] = (announcement, rendition_shown(renditions.of(tx, ident, announcement.revision)))
            rules |= {stored.id: _rule(stored) for stored in announcements.rules(tx, ident)}
        found.append(Coming(one.due, *by_id[ident], rules.get(one.rule_id)))
    found.sort(key=lambda c: (c.due, c.announcement.level.rank, c.announcement.order_no, c.announcement.id))
    return tuple(found[:COMING_LIMIT])


def about(tx: Tx, config: StationConfig, now: datetime, ident: str) -> About:
    announcement = announcements.get(tx, ident)
    kept = announcements.rules(tx, ident)
    rules = [(stored.id, rule) for stored in kept if (rule := _rule(stored))]
    return About(
        announcement,
        tuple(rule for _, rule in rules),
        len(kept) - len(rules),
        next_dues((rule for _, rule in rules), now, config.site.tz, calendar_of(tx), NEXT_LISTED),
        tuple(
            Changed(
                rule_id,
                change.due.replace(tzinfo=config.site.tz),
                change.to and change.to.replace(tzinfo=config.site.tz),
            )
            for rule_id, rule in rules
            for change in rule.changes
            if max(change.due, change.to or change.due).replace(tzinfo=config.site.tz) > now
        ),
        renditions.of(tx, ident, announcement.revision),
        renditions.spoken(tx, ident),
        tuple(with_obstacle(tx, each) for each in occurrences(utterances.of_announcement(tx, ident))),
    )


def next_dues(rules: Iterable[Rule], now: datetime, tz: tzinfo, calendar: Calendar, count: int) -> tuple[datetime, ...]:
    """The next occurrences of all rules together."""
    coming = merge(*(islice(planned(rule, now, tz, calendar), count) for rule in rules))
    return tuple(islice(coming, count))


def health(tx: Tx, config: StationConfig, signs: ClockSigns, controller_lives: bool = True) -> tuple[Part, ...]:
    """Every part of the station, faults first; a part that never said a word is waiting. What the controller would
    have to say of itself and of its boards nobody says while it is gone."""
    told = {h.component: h for h in facts.health(tx)}
    boards = {b.board: b for b in notices.boards(tx)}
    found: dict[str, Part] = {}
    outputs = [f"output/{output.name}" for output in config.outputs]
    for component in [*outputs, "speech", *(f"board/{board.id}" for board in config.boards), "kiosk", *told]:
        known = told.get(component)
        if known is None:
            found[component] = Part(component, "waiting")
        elif known.fault:
            facts_of = tuple(sorted(known.facts.items()))
            found[component] = Part(component, "fault", known.fault, facts_of, known.since)
        else:
            found[component] = Part(component, "fine", since=known.since)
    for board in config.boards:
        component = f"board/{board.id}"
        seen = boards.get(board.id)
        if seen is None:
            continue
        if seen.state is BoardState.DOWN:
            found[component] = Part(component, "fault", "board.down", (("reason", seen.detail),), seen.since)
        elif found[component].tone != "fault":
            found[component] = Part(component, "fine", since=seen.since, proof=seen.state)
    if not controller_lives:
        displays = {board.id for board in config.displays.values()}
        found |= {f"board/{b.id}": Part(f"board/{b.id}", "waiting") for b in config.boards if b.id not in displays}
        found[CONTROLLER] = Part(CONTROLLER, "fault", "process_gone")
    for output in outputs:  # its process is one with it: worth a word only when it is gone
        process = found.pop(output.replace("output/", "audio/", 1), None)
        if process and process.tone == "fault":
            found[output] = process
    clock = found.pop(CLOCK, None)
    if config.clock.trust == "required":
        found[CLOCK] = _clock(clocks.stand(tx, signs.boot_id), signs.uptime(), clock)
    return tuple(sorted(found.values(), key=lambda part: part.tone != "fault"))


def _clock(stand: Stand | None, uptime: float, told: Part | None) -> Part:
    """What was found in this boot; what was told before it says nothing."""
    if stand is None:
        return Part(CLOCK, "waiting")
    if not stand.believed:
        return Part(CLOCK, "fault", "clock_doubtful", since=told.since if told else None)
    age_s = stand.age_s(uptime)
    said = {"trust": stand.trust.value, "by": stand.by, "age_s": "" if age_s is None else str(round(age_s))}
    return Part(CLOCK, "fine", facts=tuple(said.items()))


def pace_s(now: datetime, open_now: Iterable[Occurrence], coming_next: Iterable[Coming], preparing: bool) -> int:
    """How soon a page should ask again."""
    near = now.astimezone(UTC) + timedelta(seconds=SOON_S)
    soon = preparing or any(True for _ in open_now) or any(c.due <= near for c in coming_next)
    return 1 if soon else 3


def _rule(stored: StoredRule) -> Rule | None:
    """The rule, or None for one that this program does not understand: it must not hide the others."""
    try:
        return rule_from(stored.document, stored=True)
    except InputError:
        return None
