"""What serves a board in software, whatever line it is on: one thread, and orders from others.

Knows no protocol, and not the controller's side.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from controller.boards.emulated.board import Sign
from controller.boards.emulated.leavings import Portrait
from controller.runtime.config_tables import Board
from controller.runtime.far_end import Orders
from controller.runtime.places import Places

WAIT_S = 0.5  # the longest sleep: how fast `stopping` is seen
STILL_S = 1.0  # how often a face that stands is looked at


class Emulator(ABC):
    """Serves one board at the far end of its line. All but `serve` may be called from any thread."""

    def __init__(self, board: Board, places: Places, sign: Sign) -> None:
        self._sign = sign
        self._portrait = Portrait(board, places)
        self._orders = Orders()
        self._draw_at = 0.0

    def serve(self, stopping: threading.Event) -> None:
        """Until `stopping`; the board is plugged in at once, and unplugged in the end."""
        self._plug()
        try:
            while not stopping.is_set():
                self._orders.carry_out()
                now = time.monotonic()
                if now >= self._draw_at:
                    self._draw(now)
                self._turn(now)
        finally:
            self._unplug()
            self._orders.close()

    def plug(self) -> None:
        self._order(self._plug)

    def unplug(self) -> None:
        """The adapter or the cable is pulled out; the board keeps its power."""
        self._order(self._unplug)

    def cut_power(self) -> None:
        """The board loses its power and what it does not keep without; its line stays plugged in."""
        self._order(lambda: self._sign.lose_power(time.monotonic()))

    def _order(self, act: Callable[[], None]) -> None:
        def and_draw() -> None:
            act()
            self._draw_at = 0.0

        self._orders.give(and_draw)

    def _draw(self, now: float) -> None:
        """Keep the picture, if it differs from the last one."""
        face = self._sign.face(now)
        self._draw_at = now + (STILL_S if face.lasts_s is None else max(0.05, face.lasts_s))
        self._portrait.draw(face)

    @abstractmethod
    def _plug(self) -> None: ...

    @abstractmethod
    def _unplug(self) -> None: ...

    @abstractmethod
    def _turn(self, now: float) -> None:
        """One sleep, no longer than `WAIT_S` and ended by orders, and what it woke up for."""
