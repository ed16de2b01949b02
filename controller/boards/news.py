"""What the boards of one process know of the station: read from the store once for all of them, when it changed or
a minute has turned.

Where the store cannot be read, what was read last is shown on. Where nobody vouches for the clock, nothing is said
of what comes when; notices are shown on by the clock there is, as the kiosk does.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock, local

from controller.boards.facts import Facts, Session
from controller.boards.tongue import words
from controller.core.announcements import Announcement
from controller.core.errors import StationError
from controller.core.notices import Notice
from controller.core.ports import Clock
from controller.core.showing import Sounding
from controller.core.utterances import UtteranceState
from controller.runtime.config_tables import Site
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import announcements, desk, facts, feeds, journal, notices, training, utterances
from controller.store.connection import Store, Tx
from controller.store.desk import Numbers
from controller.timing.upcoming import Upcoming
from schedules.lunar import lunar_of
from schedules.wording import lunar_words

READ_AGAIN_S = 60.0  # the store is read at least so often
LEAD_S = 30.0  # a board that takes long is told so early what comes: announcements stand in line by then
SESSIONS = 5  # as many as anybody reads from a board
CLOCK = "clock"  # the component whose fault is a doubtful clock
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Coming:
    """An announcement that is due next in some of its zones."""

    due: datetime
    title: str
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """As it was read last. `coming`, in order of time: the next of every zone, of today and tomorrow. `soon`: what is
    in line, as if it sounded."""

    notices: Sequence[Notice] = ()
    soundings: Sequence[Sounding] = ()
    soon: Sequence[Sounding] = ()
    numbers: Numbers = field(default_factory=Numbers)
    sessions: tuple[Session, ...] = ()
    coming: tuple[Coming, ...] = ()
    doubtful: bool = False


class News:
    """One for all boards of a process; any of its threads may ask."""

    def __init__(self, site: Site, after_s: float, store: Store, clock: Clock) -> None:
        self._site, self._after, self._store, self._clock = site, timedelta(seconds=after_s), store, clock
        self._pictures = Places(store.path.parent).notice_pictures
        self._upcoming = Upcoming(site.tz)
        self._unread = Lasting(log, "what the boards are to show cannot be read")
        self._lock = Lock()
        self._threads = local()  # each thread has a connection of its own, which counts versions of its own
        self._known = Known()
        self._read_of: object = None  # the state of the store and the minute that `_known` is of
        self._next: tuple[Coming, ...] = ()
        self._next_of: object = None  # the state of the rules and the day that they are of
        self._next_at = clock.now()
        self._read_at = float("-inf")
        self._lunar = ("", "")  # a day and its lunar date in words

    def known(self, rung: bool = False) -> Known:
        """What is known now; `rung`: somebody says that it has changed."""
        wall, now = self._clock.now(), self._clock.monotonic()
        minute = wall.replace(second=0, microsecond=0)
        try:
            seen = self._store.version(), minute
            if rung or seen != getattr(self._threads, "seen", None) or now - self._read_at > READ_AGAIN_S:
                self._read(wall, minute, now)
                self._threads.seen = seen
        except StationError as error:
            self._unread.begins(str(error))
        else:
            self._unread.ends()
        return self._known

    def facts(self, known: Known, zones: Iterable[str] = (), lead_s: float = 0.0) -> Facts:
        """What special pages show now or a little later, on a board of these zones (none: of all)."""
        now = self._clock.now() + timedelta(seconds=lead_s)
        local_now = now.astimezone(self._site.tz).replace(second=0, microsecond=0)
        heard = set(zones)
        following = next((each for each in known.coming if not heard or heard & set(each.zones)), None)
        return Facts(
            place=self._site.name, now=local_now,
            next_title=following.title if following else "",
            next_at=following.due.astimezone(self._site.tz) if following else None,
            called=known.numbers.called, given=known.numbers.given, sessions=known.sessions, pictures=self._pictures,
            lunar="" if known.doubtful else self._lunar_of(local_now), doubtful=known.doubtful,
        )  # fmt: skip

    def _lunar_of(self, local_now: datetime) -> str:
        day = local_now.date().isoformat()
        if self._lunar[0] != day:
            self._lunar = day, lunar_words(lunar_of(local_now.date()), words())
        return self._lunar[1]

    def _read(self, wall: datetime, minute: datetime, now: float) -> None:
        with self._lock, self._store.read() as tx:
            # Every change of what is shown is a line of the journal: whichever thread comes first reads for all.
            state = journal.newest(tx), minute
            if state == self._read_of and now - self._read_at <= READ_AGAIN_S:
                return
            doubtful = any(part.fault for part in facts.health(tx) if part.component == CLOCK)
            self._known = Known(
                notices=notices.live(tx, wall),
                soundings=utterances.soundings(tx, wall - self._after),
                soon=_as_if_sounding(utterances.soon(tx, wall + timedelta(seconds=READ_AGAIN_S + LEAD_S))),
                numbers=desk.of_day(tx, wall.astimezone(self._site.tz).date()),
                sessions=self._sessions(tx, wall),
                coming=() if doubtful else self._coming(tx, wall),
                doubtful=doubtful,
            )
            self._read_of, self._read_at = state, now

    def _sessions(self, tx: Tx, wall: datetime) -> tuple[Session, ...]:
        found = training.coming(tx, wall, SESSIONS)
        return tuple(Session(each.title, each.place, each.begins.astimezone(self._site.tz)) for each in found)

    def _coming(self, tx: Tx, wall: datetime) -> tuple[Coming, ...]:
        """Looked for anew when a rule was changed, the first of them is due, or a day has begun."""
        midnight = wall.astimezone(self._site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
        state = feeds.newest_change(tx)[0], midnight
        is_due = bool(self._next) and wall >= self._next[0].due
        if state != self._next_of or is_due or wall < self._next_at:
            self._next = next_of_zones(_due(tx, self._upcoming, wall, midnight + timedelta(days=2)))
            self._next_of = state
        self._next_at = wall  # and should the clock be set back
        return self._next


def _as_if_sounding(queued: Iterable[Sounding]) -> tuple[Sounding, ...]:
    return tuple(replace(one, utterance=replace(one.utterance, state=UtteranceState.PLAYING)) for one in queued)


def next_of_zones(due: Iterable[Coming]) -> tuple[Coming, ...]:
    """Those that are the next ones of any zone, in order of time."""
    found: list[Coming] = []
    seen: set[str] = set()
    for each in sorted(due, key=lambda each: each.due):
        if not seen.issuperset(each.zones):
            seen.update(each.zones)
            found.append(each)
    return tuple(found)


def _due(tx: Tx, upcoming: Upcoming, now: datetime, end: datetime) -> Iterator[Coming]:
    """What is in line already, and what the rules bring that is not; due after `now`."""
    for utterance in utterances.between(tx, now, end):
        if utterance.state is UtteranceState.QUEUED and utterance.due > now and not utterance.on_request:
            yield Coming(utterance.due, utterance.title, utterance.zones)
    known: dict[str, Announcement] = {}
    for one in upcoming.between(tx, now + datetime.resolution, end):
        if one.announcement_id not in known:
            known[one.announcement_id] = announcements.get(tx, one.announcement_id)
        yield Coming(one.due, known[one.announcement_id].title, known[one.announcement_id].zones)
