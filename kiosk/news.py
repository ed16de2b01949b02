"""Reads the store, never writing, for what the kiosk shows; a thread of its own does it, so that a
locked database never holds up a touch.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from controller.core.announcements import Announcement
from controller.core.errors import StationError
from controller.core.notices import Special
from controller.core.ports import Clock
from controller.core.showing import showing
from controller.core.utterances import UtteranceState
from controller.runtime.config import StationConfig
from controller.runtime.logs import Lasting
from controller.store import alarms, announcements, facts, kiosk_requests, notices, training, utterances
from controller.store.connection import Store, Tx
from controller.store.kiosk_requests import HelpCall
from controller.timing.upcoming import Upcoming
from kiosk import link as words_of
from kiosk.bulletin import Bulletin, Call, CallState, Coming, Entry, Training, programme
from kiosk.link import Link
from kiosk.state import Input, NewsCame, NewsLost

POLL_S = 0.5
SESSIONS = 30  # that are shown
REMEMBERED = timedelta(hours=2)  # longer than a visit
ALARM = "alarm"  # the staff have not acknowledged something that went wrong
NOT_FOR_RESIDENTS = frozenset({"email"})  # faults that keep nothing from them
log = logging.getLogger(__name__)


def bulletin_of(tx: Tx, config: StationConfig, now: datetime, upcoming: Upcoming) -> Bulletin:
    """What is shown at `now`, the programme of today and tomorrow, and what is at fault."""
    midnight = now.astimezone(config.site.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight + timedelta(days=2)  # the clock of the place: a day may have 23 or 25 hours
    after_s = config.policy.board_after_s
    soundings = utterances.soundings(tx, now - timedelta(seconds=after_s))
    kinds = dict.fromkeys(part.component.split("/")[0] for part in facts.health(tx) if part.fault)
    faults = tuple(kind for kind in kinds if kind not in NOT_FOR_RESIDENTS)
    if alarms.any_open(tx):
        faults = (*faults, ALARM)  # the last: what is wrong now says more
    known = utterances.between(tx, midnight, end)
    coming = _coming(tx, upcoming, midnight, end)
    if "clock" in faults:  # nobody knows when that will be
        known = [u for u in known if u.on_request or u.state is not UtteranceState.QUEUED]
        coming = []
    entries = programme(known, coming, tuple(zone.id for zone in config.zones))
    items = showing(notices.live(tx, now), soundings, now, config.site.tz, after_s)
    return Bulletin(
        # the ready-made pages say what the kiosk shows anyway, and what is only a picture has nothing to be read
        items=tuple(item for item in items if item.special is Special.NONE and item.whole),
        entries=entries,
        faults=faults,
        texts=tuple(_texts(tx, entries)),
        trainings=_trainings(tx, now),
        tickets=kiosk_requests.tickets(tx, now - REMEMBERED),
        calls=tuple(Call(one.id, _call_state(one)) for one in kiosk_requests.calls(tx, now - REMEMBERED)),
    )


def _texts(tx: Tx, entries: tuple[Entry, ...]) -> Iterator[tuple[str, str]]:
    """The words of what is among the entries; of what was withdrawn nothing is to be read any more."""
    for ident in dict.fromkeys(entry.ident for entry in entries):
        announcement = announcements.get(tx, ident)
        yield ident, "" if announcement.withdrawn_at is not None else announcement.text


def _trainings(tx: Tx, now: datetime) -> tuple[Training, ...]:
    taken = kiosk_requests.seats_taken(tx)
    return tuple(
        Training(
            one.id, one.title, one.place, one.begins, max(0, one.seats - taken.get(one.id, 0)) if one.seats else None
        )
        for one in training.coming(tx, now, SESSIONS)
    )


def _call_state(call: HelpCall) -> CallState:
    if call.over_at is not None:
        return CallState.OVER
    return CallState.ANSWERED if call.answered_at is not None else CallState.OPEN


def _coming(tx: Tx, upcoming: Upcoming, first: datetime, end: datetime) -> list[Coming]:
    """The occurrences in [first, end) that the controller has not made utterances of yet."""
    known: dict[str, Announcement] = {}
    found: list[Coming] = []
    for one in upcoming.between(tx, first, end):
        if one.announcement_id not in known:
            known[one.announcement_id] = announcements.get(tx, one.announcement_id)
        found.append(Coming(one.rule_id, one.due, known[one.announcement_id]))
    return found


class Rings:
    """The kiosk's doorbell as it is heard in the process that is shown, and the word to leave."""

    def __init__(self, link: Link, stopping: threading.Event) -> None:
        self._link, self._stopping, self._rung = link, stopping, False

    def ring(self) -> None:
        """From this process itself; any thread."""
        self._rung = True
        self._link.wake()

    def wait(self, timeout_s: float) -> bool:
        """Whether somebody has rung."""
        words = self._link.heard(timeout_s)
        if words_of.LEAVE in words or words_of.GONE in words:
            self._stopping.set()
        rung, self._rung = self._rung or words_of.RING in words, False
        return rung


class NewsReader:
    """Reads when somebody rings, the database has changed or a minute has turned, and tells what it has read."""

    def __init__(
        self,
        store: Store,
        rings: Rings,
        config: StationConfig,
        clock: Clock,
        tell: Callable[[Input], None],
        also: Callable[[Tx], None] = lambda tx: None,
    ) -> None:
        """`also` reads what else is to be kept up to date."""
        self._also = also
        self._store, self._rings, self._config, self._clock, self._tell = store, rings, config, clock, tell
        self._fault = Lasting(log, "news")
        self._upcoming = Upcoming(config.site.tz)

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        seen: tuple[int, int] | None = None  # the version and the minute
        rung = True
        while not stopping.is_set():
            progress()
            try:
                now = self._clock.now()
                version = self._store.version(), int(now.timestamp()) // 60
                if rung or version != seen:
                    with self._store.read() as tx:
                        bulletin = bulletin_of(tx, self._config, now, self._upcoming)
                        self._also(tx)
                    self._tell(NewsCame(bulletin))
                    self._fault.ends()
                    seen = version
            except StationError as error:
                self._store.close()
                seen = None
                self._fault.begins(str(error))
                self._tell(NewsLost())
            rung = self._rings.wait(POLL_S)
        self._store.close()
