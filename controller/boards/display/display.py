"""A board with a process of its own: what is to be shown goes to a surface, and what is known of it is told.

Two threads: one looks into the store, which may be slow or locked; one presents, and is late for nothing. Frames are
presented only when dots change; between them a beat asks the surface whether it still takes any, and the
watchdog is fed with nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from controller.boards.display.frames import Frame, dots_of, frame_at
from controller.boards.link import Status
from controller.boards.looking import Looking
from controller.boards.pages import Content, Dots, depth_of
from controller.core.errors import DeviceError, StationError
from controller.core.notices import BoardState
from controller.core.ports import Clock
from controller.runtime.config_tables import Board
from controller.runtime.logs import Lasting
from controller.store.connection import Store

LOOK_S = 0.5  # between looks at the store when nobody rings
BEAT_S = 2.0  # between questions whether the surface still takes frames
AGAIN_S = 2.0  # after which a surface that was lost is opened again
LATE_S = 0.001  # after the instant at which something is due, so that it is due then
LOOK_FOR_S = 10.0  # after which a screen that was not there is looked for again; with an emergency every AGAIN_S
NO_SCREEN = "no_screen"  # why nobody sees what is drawn into memory
log = logging.getLogger(__name__)


class Surface(Protocol):
    """Where dots can be seen. One thread uses it; every call raises DeviceError where the output is gone."""

    @property
    def unseen(self) -> str:
        """Why nobody sees what is presented, as a key under `board.reason`; "" if somebody may."""

    def present(self, dots: Dots) -> None:
        """Show these dots; returns when they are with the output."""

    def darken(self) -> str:
        """Be dark on purpose; how, as a key under `board.reason`."""

    def beat(self) -> None:
        """Make sure that the output still takes frames."""

    def close(self) -> None: ...


class Display:
    """`run` in a thread of its own; `want` and `status` from any."""

    def __init__(
        self, board: Board, clock: Clock, opened: Callable[[], Surface], pictured: Callable[[Dots], None]
    ) -> None:
        """`opened` gives a surface or raises DeviceError; `pictured` is handed what has become visible."""
        self._board, self._clock, self._opened, self._pictured = board, clock, opened, pictured
        self._depth = depth_of(board.colours)
        self._content: Content | None = None
        self._surface: Surface | None = None
        self._shown: Frame | None = None  # as the surface has it
        self._dark = ""  # how it is dark
        self._status: Status | None = None
        self._opened_at = self._again_at = float("-inf")
        self._woken = threading.Event()
        self._lost = Lasting(log, f"board {board.id}: no output")

    @property
    def status(self) -> Status | None:
        """What is known; None before anything is. Never "shown": nobody reads a screen back."""
        return self._status

    def want(self, content: Content) -> None:
        """The newest content replaces what was wanted before, at once."""
        self._content = content
        self._woken.set()

    def wake(self) -> None:
        self._woken.set()

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        """Until `stopping`; `progress` after each frame and each beat that the output has taken."""
        try:
            while not stopping.is_set():
                wait_s = self._turn(progress)
                self._woken.wait(wait_s)
                self._woken.clear()
        finally:
            self._close()

    def _turn(self, progress: Callable[[], None]) -> float:
        """Present what is due; for how long nothing will be."""
        now, content = self._clock.monotonic(), self._content
        if content is None:
            progress()  # nothing can be presented before the first look
            return BEAT_S
        if self._surface is None and now < self._again_at:
            return self._again_at - now
        try:
            surface = self._surface or self._open(now)
            if surface.unseen == NO_SCREEN and now - self._opened_at > (AGAIN_S if content.urgent else LOOK_FOR_S):
                self._close()
                surface = self._open(now)
            frame, left_s = frame_at(content, self._board.columns, self._depth, self._clock.now().timestamp())
            if frame == self._shown:
                surface.beat()
            else:
                self._present(surface, frame)
        except DeviceError as error:
            self._lost.begins(str(error))
            self._close()
            self._again_at = now + AGAIN_S
            self._status = Status(BoardState.DOWN, "", "output_gone")
            return AGAIN_S
        self._lost.ends()
        progress()
        self._status = self._known(surface, frame, content)
        return min(BEAT_S, left_s + LATE_S)

    def _open(self, now: float) -> Surface:
        self._surface, self._opened_at = self._opened(), now
        return self._surface

    def _present(self, surface: Surface, frame: Frame) -> None:
        dots = dots_of(frame, self._board.columns, self._board.rows, self._depth)
        if frame.page is None:
            self._dark = surface.darken()
        else:
            surface.present(dots)
        self._shown = frame
        self._pictured(dots)

    def _known(self, surface: Surface, frame: Frame, content: Content) -> Status:
        if surface.unseen:
            return Status(BoardState.DOWN, "", surface.unseen)
        if not content.is_lit:
            return Status(BoardState.OFF, "", self._dark)
        return Status(BoardState.SENT, content.live.text)

    def _close(self) -> None:
        if self._surface is not None:
            self._surface.close()
        self._surface, self._shown = None, None


class Bringing:
    """Looks into the store, tells the display what to show, and the controller what is known of the display."""

    def __init__(
        self,
        board: Board,
        looking: Looking,
        display: Display,
        store: Store,
        report: Callable[[Status], None],
        heard: Callable[[float], Sequence[object]],
    ) -> None:
        """`store` is what `looking` looks into. `report` raises StationError where it cannot be told; `heard` waits for
        rings, at most so many seconds."""
        self._looking, self._display, self._store = looking, display, store
        self._tell, self._heard = report, heard
        self._reported: Status | None = None
        self._unwritten = Lasting(log, f"board {board.id}: its state cannot be told")

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        rung = True
        try:
            while not stopping.is_set():
                progress()
                content = self._looking.look(rung)
                if content is not None:
                    self._display.want(content)
                self._report()
                rung = bool(self._heard(LOOK_S))
        finally:
            self._store.close()

    def _report(self) -> None:
        """Once on every change."""
        status = self._display.status
        if status is None or status == self._reported:
            return
        try:
            self._tell(status)
        except StationError as error:
            self._unwritten.begins(str(error))
            return
        self._unwritten.ends()
        self._reported = status
