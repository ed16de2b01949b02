"""A board in software at the far end of a pseudo-terminal. Bytes pass at the line's speed in both directions; nobody
listening at the other end does the sign no harm.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from controller.boards.emulated.board import Sign
from controller.boards.emulated.emulator import WAIT_S, Emulator
from controller.boards.emulated.leavings import Record
from controller.runtime.config_tables import Board
from controller.runtime.far_end import Orders, PseudoLine
from controller.runtime.places import Places

BITS_A_BYTE = 10  # start, 8 data, stop
BYTES_AT_ONCE = 32


def on_a_line(sign: Callable[[Board, Record], Sign]) -> Callable[[Board, Places], LineEmulator]:
    """How a driver's board on a serial line is emulated."""
    return lambda board, places: LineEmulator(board, places, sign(board, Record(board.id, places)))


class LineEmulator(Emulator):
    def __init__(self, board: Board, places: Places, sign: Sign) -> None:
        super().__init__(board, places, sign)
        self._byte_s = BITS_A_BYTE / board.baud
        self._line = PseudoLine(places.emulated_sign(board.id))
        self._arriving, self._line_at = b"", 0.0  # on the wire, and when all of it has passed
        self._is_flowing = False  # more was waiting when the last had passed
        self._leaving, self._leaves_at = bytearray(), 0.0  # replies, and when the first of them have passed

    def _plug(self) -> None:
        if not self._line.is_plugged:
            self._arriving, self._leaving = b"", bytearray()
            self._line.plug()

    def _unplug(self) -> None:
        self._line.unplug()

    def _turn(self, now: float) -> None:
        wakes = [now + WAIT_S, self._draw_at]
        if self._arriving:
            wakes.append(self._line_at)
        if self._leaving:
            wakes.append(self._leaves_at)
        watched: list[Orders | PseudoLine] = [self._orders]
        if self._line.is_plugged and not self._arriving:
            watched.append(self._line)
        ready, _, _ = select.select(watched, [], [], max(0.0, min(wakes) - now))
        now = time.monotonic()
        if self._line in ready:
            self._take(now)
        if self._arriving and now >= self._line_at:
            self._arrive()
        if self._leaving and now >= self._leaves_at:
            self._leave(now)

    def _take(self, now: float) -> None:
        """Bytes are on the wire from now on, or from when the last ones had passed."""
        self._arriving = self._line.read(BYTES_AT_ONCE)
        begun = self._line_at if self._is_flowing else now
        self._line_at = begun + len(self._arriving) * self._byte_s

    def _arrive(self) -> None:
        first = self._line_at - len(self._arriving) * self._byte_s
        for number, byte in enumerate(self._arriving, 1):
            self._sign.hear(byte, first + number * self._byte_s)
        self._arriving = b""
        self._is_flowing = self._line.waiting() > 0
        self._draw_at = min(self._draw_at, self._line_at)
        replies = self._sign.take_replies()
        if replies:
            if not self._leaving:
                self._leaves_at = self._line_at + min(len(replies), BYTES_AT_ONCE) * self._byte_s
            self._leaving += replies

    def _leave(self, now: float) -> None:
        portion = bytes(self._leaving[:BYTES_AT_ONCE])
        del self._leaving[:BYTES_AT_ONCE]
        self._leaves_at = now + min(len(self._leaving), BYTES_AT_ONCE) * self._byte_s
        self._line.write(portion)
