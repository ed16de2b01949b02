"""The player's clerk, in a thread of its own: writes down what happened, reads what is to come.

So a slow card, a locked database or a full disk never delays the sound. Moves wait in memory until
they are written, in order; nothing is read before they are, so that the rows never seem older than
they are. First of all come those of the process before this one.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from audio import shelf
from audio.engine import Item, Rows
from audio.progress import Progress, recovered
from controller.core.announcements import AfterCut
from controller.core.errors import IllegalEventError, NotFoundError, StationError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.ports import Clock
from controller.core.renditions import RenditionState
from controller.core.utterances import Utterance, UtteranceEvent, UtteranceState
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import facts, journal, renditions, utterances
from controller.store.connection import Store, Tx

POLL_S = 0.5
BYTES_PER_S = 2 * shelf.RATE
BUDGET = 64 * 1024 * 1024  # bytes of sound held ready; the first in line is held whatever its size
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Noted:
    """A move to be written: what happened to which utterance, when."""

    at: datetime
    id: str
    event: UtteranceEvent
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class Reported:
    """The health of a component: `fault` is "" when it is in order."""

    at: datetime
    component: str
    fault: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the store holds for this output: the line, and the sound of those newly opened."""

    rows: Rows
    opened: dict[str, bytes]  # PCM by utterance id


class _Ask(Enum):
    LOOK = auto()
    FORGET = auto()


class Keeper:
    """`left` is what the progress file said at the start; `tell` hands each new snapshot to the player.

    `clock_believed` says whether what the schedule put in line may be offered: a row of 06:00 that a power
    cut left behind would otherwise be spoken by a clock that came back an hour slow.
    """

    def __init__(
        self,
        output: str,
        store: Store,
        places: Places,
        clock: Clock,
        ring: Callable[[], None],
        tell: Callable[[Snapshot], None],
        left: Mapping[str, Progress],
        clock_believed: Callable[[Tx], bool],
    ) -> None:
        self._output, self._store, self._places, self._clock = output, store, places, clock
        self._ring, self._tell, self._clock_believed = ring, tell, clock_believed
        self._left: Mapping[str, Progress] | None = left  # None: made good
        self._started = clock.now()
        self._inbox: queue.SimpleQueue[Noted | Reported | _Ask] = queue.SimpleQueue()
        self._held: dict[str, int] = {}  # utterance id -> bytes of sound that the player holds
        self._trouble = Lasting(log, "the store cannot be used")

    def note(self, what: Noted | Reported) -> None:
        """Write this down as soon as may be. Never blocks."""
        self._inbox.put(what)

    def look(self) -> None:
        """Read the rows now."""
        self._inbox.put(_Ask.LOOK)

    def forget(self) -> None:
        """The player holds no sound any more: open everything anew."""
        self._inbox.put(_Ask.FORGET)  # not `_held` itself, which the keeper may just be reckoning with

    def work(self, stopping: Callable[[], bool], progress: Callable[[], None]) -> None:
        unwritten: list[Noted | Reported] = []
        seen = -1
        while not stopping() or unwritten or not self._inbox.empty():
            asked = self._take(unwritten, wait_s=POLL_S)
            try:
                if self._left is not None:
                    self._make_good(self._left)
                    self._left = None
                if unwritten:
                    self._write(unwritten)
                    unwritten.clear()
                    self._ring()
                    asked = True
                version = self._store.version()
                if asked or version != seen:
                    seen = version
                    self._read()
                self._trouble.ends()
            except StationError as error:
                self._trouble.begins(str(error))
                self._store.close()  # a fresh connection for the next try, which counts versions anew
                seen = -1
                if stopping():
                    log.error("%d lines for the journal are lost", len(unwritten))
                    return
            progress()
        self._store.close()

    def _make_good(self, left: Mapping[str, Progress]) -> None:
        """Write down what became of what was on air when the last process ended."""
        with self._store.write() as tx:
            for ident, event, detail in recovered(utterances.open_on(tx, self._output), left):
                utterances.move(tx, self._started, ident, event, **detail)
                log.warning("utterance %s was on air when the last process ended: %s", ident, event)
            journal.write(tx, self._started, Kind.STARTED, f"process/audio-{self._output}")

    def _take(self, unwritten: list[Noted | Reported], wait_s: float) -> bool:
        """Move what has come into `unwritten`; whether a look was asked for."""
        asked = False
        try:
            message = self._inbox.get(timeout=wait_s)
            while True:
                if isinstance(message, _Ask):
                    asked = True
                    if message is _Ask.FORGET:
                        self._held = {}
                else:
                    unwritten.append(message)
                message = self._inbox.get_nowait()
        except queue.Empty:
            return asked

    def _write(self, moves: list[Noted | Reported]) -> None:
        with self._store.write() as tx:
            for move in moves:
                if isinstance(move, Reported):
                    facts.report(tx, move.at, move.component, move.fault, **move.facts)
                    continue
                try:
                    utterances.move(tx, move.at, move.id, move.event, **move.detail)
                except (IllegalEventError, NotFoundError) as error:  # an Alert whose row never came
                    log.error("%s of utterance %s cannot be written down: %s", move.event, move.id, error)

    def _read(self) -> None:
        with self._store.read() as tx:
            rows = offered(utterances.open_on(tx, self._output), self._clock_believed(tx))
            obstacles = {row.id: _obstacle(tx, row) for row in rows if not row.sha256}
        held: dict[str, int] = {}
        opened: dict[str, bytes] = {}
        for row in rows:  # in the total order: what is more urgent takes the room of what is less
            if not row.sha256:
                continue
            size = self._held.get(row.id) or int(row.duration_s * BYTES_PER_S)
            if held and sum(held.values()) + size > BUDGET and row.state is UtteranceState.QUEUED:
                obstacles[row.id] = "busy"
                continue
            try:
                if row.id not in self._held:
                    opened[row.id] = shelf.load(self._places.rendition(row.sha256), row.sha256)
                held[row.id] = size
            except StationError as error:
                log.error("utterance %s: %s", row.id, error)
                obstacles[row.id] = "file_missing"
        self._held = held
        items = tuple(item_of(row, row.id in held, obstacles.get(row.id, "")) for row in rows)
        self._tell(Snapshot(Rows(items), opened))


def offered(rows: list[Utterance], clock_believed: bool) -> list[Utterance]:
    """What may be played: all of it, or only what does not wait for a clock that can be believed."""
    return rows if clock_believed else [row for row in rows if not _waits_for_the_clock(row)]


def _waits_for_the_clock(row: Utterance) -> bool:
    """What only the time of day has called for; not what somebody wants now, an emergency, or to be stopped."""
    scheduled = row.state is UtteranceState.QUEUED and not row.on_request
    return scheduled and row.level is not Level.EMERGENCY and not row.stop_wanted_by


def item_of(row: Utterance, loaded: bool, obstacle: str = "") -> Item:
    return Item(
        id=row.id, precedence=row.precedence, level=row.level, due=row.due.timestamp(),
        late_until=row.late_until.timestamp(), again=row.after_cut is AfterCut.RESTART, words_s=row.duration_s,
        attempt=row.attempt, loaded=loaded, obstacle=obstacle, stop_by=row.stop_wanted_by,
        late=row.late, by_clock=_waits_for_the_clock(row),
    )  # fmt: skip


def _obstacle(tx: Tx, row: Utterance) -> str:
    rendition = renditions.of(tx, row.announcement_id, row.revision)
    failed = rendition is not None and rendition.state is RenditionState.FAILED
    return "unspeakable" if failed else "not_prepared"
