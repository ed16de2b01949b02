"""One thread a board: looks at what is to be shown, drives the link, reports what is known.

A device's trouble never ends it: it is reported, and tried again. Decisions are elsewhere: what is
shown in `core.showing`, how in the driver's layout, when to write and what to believe in its link.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from controller.boards.drivers import DRIVERS
from controller.boards.link import Open, Status, Timing
from controller.core.errors import DeviceError, StationError
from controller.core.levels import Level
from controller.core.notices import BoardState, Notice
from controller.core.ports import Clock
from controller.core.showing import Sounding, showing
from controller.runtime.config_tables import Board, Site
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.runtime.serial_port import SerialPort
from controller.store import notices, utterances
from controller.store.connection import Store

EMULATOR = "emulator"  # a board's port in the configuration
REPORT_S = 60.0  # how often a proof that only repeats the last one is put on record
READ_AGAIN_S = 60.0  # the store is read at least so often
CLOCK_S = 3600.0  # the sign's clock is set again so often
SHORTEST_REST_S = 0.02
log = logging.getLogger(__name__)


class BoardWorker:
    """`run` in a thread of its own; `wake` from anywhere. `progress` is called on every turn."""

    def __init__(
        self,
        board: Board,
        site: Site,
        after_s: float,
        places: Places,
        store: Store,
        clock: Clock,
        stopping: threading.Event,
        progress: Callable[[], None] = lambda: None,
        timing: Timing | None = None,
    ) -> None:
        self._board, self._site, self._after_s = board, site, after_s
        self._store, self._clock, self._stopping, self._progress = store, clock, stopping, progress
        self._timing = timing or Timing()
        self._driver = DRIVERS[board.driver]
        self._device = str(places.emulated_sign(board.id)) if board.port == EMULATOR else board.port
        self._link = self._driver.link(board.baud, self._timing, clock.monotonic())
        self._port: SerialPort | None = None
        self._woken = threading.Event()
        self._fault = Lasting(log, f"board {board.id}")
        self._unread = Lasting(log, f"board {board.id}: what is to be shown cannot be read")
        self._unwritten = Lasting(log, f"board {board.id}: its state cannot be written down")
        self._notices: Sequence[Notice] = ()
        self._soundings: Sequence[Sounding] = ()
        self._shown: tuple[list[str], list[str]] | None = None  # texts and alerts the link has been given
        self._version = -1
        self._read_at = float("-inf")
        self._reported: Status | None = None
        self._reported_at = 0.0
        self._told_at: float | None = None  # when the sign's clock was set on the minute
        self._skew = 0.0  # wall minus monotonic clock, then

    def wake(self) -> None:
        """Something may have changed."""
        self._woken.set()

    def run(self) -> None:
        """Until `stopping`."""
        try:
            while not self._stopping.is_set():
                self._progress()
                self._look()
                self._tell_time()
                self._drive()
                self._report()
                self._rest()
        finally:
            if self._port is not None:
                self._port.close()
            self._store.close()

    # --- what to show ---

    def _look(self) -> None:
        """Give the link the newest content. The rows are read when they changed; what is due is
        decided every time, for time passes also over an unchanged store."""
        now, wall = self._clock.monotonic(), self._clock.now()
        try:
            version = self._store.version()
            if self._woken.is_set() or version != self._version or now - self._read_at > READ_AGAIN_S:
                self._woken.clear()
                with self._store.read() as tx:
                    self._notices = notices.live(tx, wall)
                    self._soundings = utterances.soundings(tx, wall - timedelta(seconds=self._after_s))
                self._version, self._read_at = version, now
        except StationError as error:  # what was read last is shown on
            self._unread.begins(str(error))
        else:
            self._unread.ends()
        due = self._due(wall, urgent=False), self._due(wall, urgent=True)
        if due != self._shown:
            self._shown = due
            self._link.want(self._driver.content(self._board, self._site.name, *due))

    def _due(self, wall: datetime, urgent: bool) -> list[str]:
        """The texts of the emergencies, or of everything else, which waits underneath."""
        items = showing(
            [notice for notice in self._notices if (notice.level is Level.EMERGENCY) == urgent],
            [sounding for sounding in self._soundings if (sounding.utterance.level is Level.EMERGENCY) == urgent],
            wall,
            self._after_s,
            self._board.id,
            frozenset(self._board.zones),
        )
        return [item.whole for item in items]

    def _tell_time(self) -> None:
        """The sign counts from the minute it is told: at once, then exactly when a minute begins."""
        now, wall = self._clock.monotonic(), self._clock.now()
        skew = wall.timestamp() - now
        if abs(skew - self._skew) > 2.0:
            self._told_at = None
        on_the_minute = wall.second == 0 and (self._told_at is None or now - self._told_at > CLOCK_S)
        if not (self._link.is_open and (self._link.wants_time or on_the_minute)):
            return
        local = wall.astimezone(self._site.tz)
        self._link.tell_time(local.hour, local.minute)
        self._told_at = now if on_the_minute else None
        self._skew = skew

    # --- the line ---

    def _drive(self) -> None:
        while action := self._link.act(self._clock.monotonic()):
            try:
                if isinstance(action, Open):
                    self._open()
                    self._link.opened(self._clock.monotonic())
                    self._tell_time()
                elif self._port is not None:
                    self._port.write(action.data)
            except DeviceError as error:
                self._lose(error)

    def _open(self) -> None:
        is_real = self._board.port != EMULATOR
        self._port = SerialPort(
            self._device,
            self._board.baud,
            bits=self._driver.bits if is_real else 8,
            parity=self._driver.parity if is_real else "N",
            read_timeout_s=self._timing.read_s,
            write_timeout_s=self._timing.write_s,
        )

    def _lose(self, error: DeviceError) -> None:
        self._fault.begins(str(error))
        if self._port is not None:
            self._port.close()
            self._port = None
        self._link.failed(self._clock.monotonic(), "gone")

    def _rest(self) -> None:
        """Wait for the answer, or for whatever comes first: a ring, the link's next act, the next look."""
        if self._link.listening and self._port is not None:
            try:
                data = self._port.read()
            except DeviceError as error:
                self._lose(error)
            else:
                self._link.heard(self._clock.monotonic(), data)
            return
        left_s = self._link.next_at() - self._clock.monotonic()
        self._woken.wait(min(self._timing.look_s, max(SHORTEST_REST_S, left_s)))

    # --- what is known ---

    def _report(self) -> None:
        status, now = self._link.status, self._clock.monotonic()
        if status is None:
            return
        old = self._reported
        same = old is not None and (old.state, old.text, old.reason) == (status.state, status.text, status.reason)
        newly_proven = old is not None and status.proven_at != old.proven_at and now - self._reported_at >= REPORT_S
        if same and not newly_proven:
            return
        wall = self._clock.now()
        proven = None if status.proven_at is None else wall - timedelta(seconds=max(0.0, now - status.proven_at))
        try:
            with self._store.write() as tx:
                notices.report_board(tx, wall, self._board.id, status.state, status.text, proven, status.reason)
        except StationError as error:  # said again on the next turn
            self._unwritten.begins(str(error))
            return
        self._unwritten.ends()
        self._reported, self._reported_at = status, now
        if status.state is not BoardState.DOWN:
            self._fault.ends()
        elif status.reason != "gone":
            self._fault.begins(status.reason)
