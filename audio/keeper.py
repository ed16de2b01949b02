"""The player's clerk, in a thread of its own: writes down what happened, reads what is to come.

So a slow card, a locked database or a full disk never delays the sound. Notes wait in memory until
they are written, in order; nothing is read before they are, so that the rows never seem older than
they are. First of all come those of the process before this one.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from audio import bare_alert, shelf
from audio.notes import Note, Raised, Reached
from audio.pending import Pending
from audio.prepared_alarm import PreparedAlarm
from audio.programme import Item, Rows
from audio.progress import Progress, recovered
from audio.setting import Setting, SettingReader
from audio.source import Source
from controller.core.errors import StationError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.ports import Clock
from controller.core.renditions import RenditionState
from controller.core.utterances import BARE_ALERT, BY_CONTACT, Utterance, UtteranceState
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import journal, renditions, utterances
from controller.store.connection import Store, Tx

POLL_S = 0.5
BYTES_PER_S = 2 * shelf.RATE
IN_MEMORY = 12 * 1024 * 1024  # bytes of sound held ready in all, two minutes; what finds no room is streamed
OPEN = 64  # files; what stands further behind in the line is opened when its turn comes nearer
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the store holds for this output: the line, the sound of those newly opened, and what it is set in."""

    rows: Rows
    opened: Mapping[str, Source]  # by utterance id
    setting: Setting


class _Ask(Enum):
    LOOK = auto()


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
        settings: SettingReader,
        alarm: PreparedAlarm | None,
        pending: Pending,
    ) -> None:
        self._output, self._store, self._places, self._clock = output, store, places, clock
        self._ring, self._tell, self._clock_believed = ring, tell, clock_believed
        self._left: Mapping[str, Progress] | None = left  # None: made good
        self._started = clock.now()
        self._settings, self._alarm, self._pending = settings, alarm, pending
        self._setting = settings.built_in()
        self._inbox: queue.SimpleQueue[Note | _Ask] = queue.SimpleQueue()
        self._held: dict[tuple[str, str], int] = {}  # (utterance id, SHA-256) -> bytes of its sound in memory
        self._missing: dict[str, Lasting] = {}  # by utterance id: whose file cannot be opened
        self._trouble = Lasting(log, "the store cannot be used")
        self._full = Lasting(log, "the alert signal has no file")

    def note(self, what: Note) -> None:
        """Write this down as soon as may be. Never blocks."""
        self._inbox.put(what)

    def look(self) -> None:
        """Read the rows now."""
        self._inbox.put(_Ask.LOOK)

    def work(self, stopping: Callable[[], bool], progress: Callable[[], None]) -> None:
        unwritten: list[Note] = []
        seen = -1
        while not stopping() or unwritten or not self._inbox.empty():
            asked = self._take(unwritten, wait_s=POLL_S)
            self._pending.secure()
            self._shelve(unwritten)
            try:
                if self._left is not None:
                    self._make_good(self._left)
                    self._left = None
                if unwritten:
                    self._write(unwritten)
                    news = any(not isinstance(note, Reached) for note in unwritten)
                    unwritten.clear()
                    if news:
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
            for raised in self._pending.left:
                raised.write(tx)
            for ident, event, detail in recovered(utterances.open_on(tx, self._output), left, self._started):
                utterances.move(tx, self._started, ident, event, **detail)
                log.warning("utterance %s was on air when the last process ended: %s", ident, event)
            journal.write(tx, self._started, Kind.STARTED, f"process/audio-{self._output}")
        self._forget(self._pending.left)

    def _take(self, unwritten: list[Note], wait_s: float) -> bool:
        """Move what has come into `unwritten`; whether a look was asked for."""
        asked = False
        try:
            message = self._inbox.get(timeout=wait_s)
            while True:
                if isinstance(message, _Ask):
                    asked = True
                else:
                    unwritten.append(message)
                message = self._inbox.get_nowait()
        except queue.Empty:
            return asked

    def _shelve(self, notes: Sequence[Note]) -> None:
        """Sound that was made while it began has its file before its row."""
        for note in notes:
            if isinstance(note, Raised) and note.file:
                try:
                    bare_alert.shelve(self._places, note.utterance.sha256, note.file)
                except StationError as error:
                    self._full.begins(str(error))
                else:
                    self._full.ends()

    def _write(self, notes: list[Note]) -> None:
        with self._store.write() as tx:
            for note in notes:
                note.write(tx)
        self._forget(notes)

    def _forget(self, notes: Sequence[Note]) -> None:
        """What has its row needs its file no more."""
        for note in notes:
            if isinstance(note, Raised):
                self._pending.forget(note.utterance.id)

    def _read(self) -> None:
        with self._store.read() as tx:
            rows = offered(utterances.open_on(tx, self._output), self._clock_believed(tx))
            obstacles = {row.id: _obstacle(tx, row) for row in rows if not row.sha256}
            self._setting = self._settings.read(tx, self._setting)
            if self._alarm:
                self._alarm.refresh(tx, self._clock.now())
        held: dict[tuple[str, str], int] = {}
        opened: dict[str, Source] = {}
        for row in rows:  # in the total order: what is more urgent takes the memory of what is less
            key = (row.id, row.sha256)
            if not row.sha256:
                continue
            if key in self._held:
                held[key] = self._held[key]
            elif len(held) >= OPEN:
                obstacles[row.id] = "busy"
            else:
                missing = self._missing.get(row.id) or Lasting(log, f"utterance {row.id} has no sound")
                try:
                    opened[row.id], held[key] = self._opened(row, IN_MEMORY - sum(held.values()))
                except StationError as error:
                    self._missing[row.id] = missing
                    missing.begins(str(error))
                    obstacles[row.id] = "file_missing"
                else:
                    missing.ends()
        self._held = held
        self._missing = {ident: missing for ident, missing in self._missing.items() if ident in obstacles}
        items = tuple(item_of(row, (row.id, row.sha256) in held, obstacles.get(row.id, "")) for row in rows)
        self._tell(Snapshot(Rows(items), opened, self._setting))

    def _opened(self, row: Utterance, room: int) -> tuple[Source, int]:
        """Its sound, and how many bytes of memory it takes; an emergency needs no disk once it is opened."""
        size = int(row.duration_s * BYTES_PER_S)
        whole = row.level is Level.EMERGENCY or size <= room
        try:
            source = shelf.opened(self._places.rendition(row.sha256), row.sha256, IN_MEMORY if whole else 0)
        except StationError:
            if row.announcement_id != BARE_ALERT:
                raise
            return self._setting.signals.sources["alert"], 0  # it needs no file
        return source, size if whole else 0


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
        late_until=row.late_until.timestamp(), words_s=row.duration_s, times=row.times, pause_s=row.pause_s,
        lasts_s=row.lasts_s, after_cut=row.after_cut, zones=frozenset(row.zones), sha256=row.sha256,
        attempt=row.attempt, reached_s=row.reached_s, loaded=loaded, obstacle=obstacle, stop_by=row.stop_wanted_by,
        late=row.late, by_clock=_waits_for_the_clock(row), asked=row.on_request,
        pressed=row.rule_id.startswith(BY_CONTACT),
    )  # fmt: skip


def _obstacle(tx: Tx, row: Utterance) -> str:
    """Why there is no sound of it that may be broadcast."""
    last = renditions.newest(tx, row.announcement_id)
    if last is None or last.state is RenditionState.WANTED:
        return "not_prepared"
    return "unspeakable" if last.state is RenditionState.FAILED else "not_approved"
