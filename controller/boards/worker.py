"""One thread a board: looks at what is to be shown, drives the link, reports what is known.

A device's trouble never ends it: it is reported, and tried again. Decisions are elsewhere: what is
shown in `looking`, how it looks in `typesetting`, when to write and what to believe in the driver's link.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

from controller.boards.drivers import DRIVERS
from controller.boards.link import Drop, Open, Port, Send, Status, Timing
from controller.boards.looking import Looking
from controller.boards.news import News
from controller.core.errors import DeviceError, StationError
from controller.core.notices import BoardState
from controller.core.ports import Clock
from controller.runtime.config_tables import Board, Site
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import notices
from controller.store.connection import Store, StoreBusyError

REPORT_S = 60.0  # how often a proof that only repeats the last one is put on record
CLOCK_S = 3600.0  # the sign's clock is set again so often
SHORTEST_REST_S = 0.005
UNASKED_S = 0.05  # at most so often is read what nobody asked for
log = logging.getLogger(__name__)


class BoardWorker:
    """`run` in a thread of its own; `wake` from anywhere. `progress` is called on every turn. Boards of one
    process share their `news`."""

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
        news: News | None = None,
    ) -> None:
        self._board, self._site, self._places = board, site, places
        self._store, self._clock, self._stopping, self._progress = store, clock, stopping, progress
        self._timing = timing or Timing()
        self._driver = DRIVERS[board.driver]
        self._link = self._driver.link(board, self._timing, clock.monotonic())
        self._looking = Looking(board, site, after_s, store, clock, news, self._driver.lead_s)
        self._port: Port | None = None
        self._woken = threading.Event()
        self._bell, self._rope = socket.socketpair()  # ends the wait for the line
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._heard_at = float("-inf")
        self._fault = Lasting(log, f"board {board.id}")
        self._unwritten = Lasting(log, f"board {board.id}: its state cannot be written down")
        self._reported: Status | None = None
        self._reported_at = 0.0
        self._told_at: float | None = None  # when the sign's clock was set on the minute
        self._skew = 0.0  # wall minus monotonic clock, then

    def wake(self) -> None:
        """Something may have changed."""
        self._woken.set()
        with contextlib.suppress(OSError):  # full, so it rings anyway; or the worker has ended
            self._rope.send(b".")

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
            self._rope.close()
            self._bell.close()
            self._store.close()

    # --- what to show ---

    def _look(self) -> None:
        """Give the link the newest content."""
        rung = self._woken.is_set()
        self._woken.clear()
        content = self._looking.look(rung)
        if content is not None:
            now, round_s = self._clock.monotonic(), content.live.round_s
            into_s = self._clock.now().timestamp() % round_s if round_s > 0 else 0.0
            self._link.want(content, now - into_s)

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
                    if self._port is not None:  # the link has given the conversation up
                        self._port.close()
                    self._port = self._driver.line(self._board, self._places, self._timing)
                    self._link.opened(self._clock.monotonic())
                    self._tell_time()
                elif self._port is not None and isinstance(action, Drop):
                    self._port.discard_output()
                elif self._port is not None and isinstance(action, Send):
                    self._port.write(action.data)
            except DeviceError as error:
                self._lose(error)

    def _lose(self, error: DeviceError) -> None:
        self._fault.begins(str(error))
        if self._port is not None:
            self._port.close()
            self._port = None
        self._link.failed(self._clock.monotonic(), "gone")

    def _rest(self) -> None:
        """Until a ring, bytes off the line, the link's next act or the next look, whichever comes first."""
        now = self._clock.monotonic()
        left_s = min(self._timing.look_s, max(SHORTEST_REST_S, self._link.next_at() - now))
        # What comes unasked is read too, lest it be taken for an answer later; but a babbler is not waited on.
        is_heard = self._link.listening or now - self._heard_at > UNASKED_S
        try:
            watched: list[socket.socket | int] = [self._bell]
            if self._port is not None and is_heard:
                watched.append(self._port.fileno())
            ready, _, _ = select.select(watched, [], [], left_s)
            if self._bell in ready:
                self._bell.recv(4096)
            if watched[-1] in ready and len(watched) > 1 and self._port is not None:
                data, self._heard_at = self._port.read(), self._clock.monotonic()
                if self._link.listening:
                    self._link.heard(self._heard_at, data)
        except DeviceError as error:
            self._lose(error)

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
            with self._store.write(patient=False) as tx:  # the line waits for nobody: not in the middle of a frame
                notices.report_board(tx, wall, self._board.id, status.state, status.text, proven, status.reason)
        except StoreBusyError:  # somebody else writes: the next turn will
            return
        except StationError as error:  # said again on the next turn
            self._unwritten.begins(str(error))
            return
        self._unwritten.ends()
        self._reported, self._reported_at = status, now
        if status.state is not BoardState.DOWN:
            self._fault.ends()
        elif status.reason != "gone":
            self._fault.begins(status.reason)
