"""A board in software at the far end of a pseudo-terminal, and what every emulated board leaves behind.

Bytes pass at the line's speed in both directions; nobody listening at the other end does the sign no
harm. Keeps the sign's picture (`pictures/board-<id>.png`, `.txt`) and a bounded record of the
packets it obeyed (`board-<id>.frames.jsonl`). Knows no protocol, and not the controller's side.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import select
import threading
import time
import tty
from collections.abc import Callable
from datetime import UTC, datetime

from controller.boards.emulated.board import Face, Sign
from controller.boards.picture import png_of
from controller.runtime.config_tables import Board
from controller.runtime.files import replace_file
from controller.runtime.places import Places

BITS_A_BYTE = 10  # start, 8 data, stop
BYTES_AT_ONCE = 32
WAIT_S = 0.5  # the longest sleep: how fast `stopping` is seen
RECORD_LIMIT = 1_000_000  # bytes of the record; one older one is kept
log = logging.getLogger(__name__)


class Record:
    """Appends what the sign obeyed as JSON lines; starts anew when it has grown too long."""

    def __init__(self, board: str, places: Places) -> None:
        self._path = places.pictures / f"board-{board}.frames.jsonl"

    def __call__(self, note: dict[str, str]) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **note}) + "\n"
        try:
            if self._path.exists() and self._path.stat().st_size + len(line) > RECORD_LIMIT:
                self._path.replace(self._path.with_suffix(".jsonl.1"))
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:  # a full disk is no reason for a sign to go dark
            log.warning("the record of board frames is not kept: %s", error)


class Portrait:
    """Keeps the picture and the words of an emulated board."""

    def __init__(self, board: Board, places: Places) -> None:
        self._png = places.picture(f"board-{board.id}")
        self._txt = places.pictures / f"board-{board.id}.txt"
        self._colours = board.colours
        self._drawn: Face | None = None

    def draw(self, face: Face) -> None:
        """Write what differs from the last time."""
        old, self._drawn = self._drawn, face
        if old is None or face.dots != old.dots:
            replace_file(self._png, png_of([face.dots], colours=self._colours), durable=False)
        if old is None or (face.file, face.text) != (old.file, old.text):
            replace_file(self._txt, f"file: {face.file or '-'}\n\n{face.text}\n".encode(), durable=False)


def on_a_line(sign: Callable[[Board, Record], Sign]) -> Callable[[Board, Places], LineEmulator]:
    """How a driver's board on a serial line is emulated."""
    return lambda board, places: LineEmulator(board, places, sign(board, Record(board.id, places)))


class LineEmulator:
    """Serves one sign on a pseudo-terminal."""

    def __init__(self, board: Board, places: Places, sign: Sign) -> None:
        self._sign = sign
        self._byte_s = BITS_A_BYTE / board.baud
        self._link = places.emulated_sign(board.id)
        self._master, self._slave = -1, -1
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._bell = os.pipe()
        self._arriving, self._line_at = b"", 0.0  # on the wire, and when all of it has passed
        self._is_flowing = False  # more was waiting when the last had passed
        self._leaving, self._leaves_at = bytearray(), 0.0  # replies, and when the first of them have passed
        self._portrait = Portrait(board, places)
        self._draw_at = 0.0

    def serve(self, stopping: threading.Event) -> None:
        """Until `stopping`; the sign is plugged in at once."""
        self._plug()
        try:
            while not stopping.is_set():
                while not self._orders.empty():
                    self._orders.get()()
                self._turn()
        finally:
            self._unplug()
            for end in self._bell:
                os.close(end)

    def plug(self) -> None:
        self._order(self._plug)

    def unplug(self) -> None:
        """The adapter is pulled out; the sign keeps its power."""
        self._order(self._unplug)

    def cut_power(self) -> None:
        """The sign loses its power and its memory; the adapter stays plugged in."""
        self._order(lambda: self._sign.lose_power(time.monotonic()))

    def _order(self, order: Callable[[], None]) -> None:
        def and_draw() -> None:
            order()
            self._draw_at = 0.0

        self._orders.put(and_draw)
        os.write(self._bell[1], b".")

    def _plug(self) -> None:
        if self._master >= 0:
            return
        self._master, self._slave = os.openpty()  # our own open slave keeps the line up between callers
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._arriving, self._leaving = b"", bytearray()
        fresh = self._link.with_name(f".{self._link.name}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self._link)

    def _unplug(self) -> None:
        if self._master < 0:
            return
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def _turn(self) -> None:
        """One sleep, and what it woke up for."""
        now = time.monotonic()
        if now >= self._draw_at:
            self._draw(now)
        wakes = [now + WAIT_S, self._draw_at]
        if self._arriving:
            wakes.append(self._line_at)
        if self._leaving:
            wakes.append(self._leaves_at)
        watched = [self._bell[0]]
        if self._master >= 0 and not self._arriving:
            watched.append(self._master)
        ready, _, _ = select.select(watched, [], [], max(0.0, min(wakes) - now))
        if self._bell[0] in ready:
            os.read(self._bell[0], 64)
        now = time.monotonic()
        if self._master in ready:
            self._take(now)
        if self._arriving and now >= self._line_at:
            self._arrive()
        if self._leaving and now >= self._leaves_at:
            self._leave(now)

    def _take(self, now: float) -> None:
        """Bytes are on the wire from now on, or from when the last ones had passed."""
        with contextlib.suppress(OSError):
            self._arriving = os.read(self._master, BYTES_AT_ONCE)
        begun = self._line_at if self._is_flowing else now
        self._line_at = begun + len(self._arriving) * self._byte_s

    def _arrive(self) -> None:
        first = self._line_at - len(self._arriving) * self._byte_s
        for number, byte in enumerate(self._arriving, 1):
            self._sign.hear(byte, first + number * self._byte_s)
        self._arriving = b""
        self._is_flowing = bool(select.select([self._master], [], [], 0)[0]) if self._master >= 0 else False
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
        with contextlib.suppress(OSError):  # nobody reads: a sign does not wait for that
            os.write(self._master, portion)

    def _draw(self, now: float) -> None:
        """Keep the picture, if it differs from the last one."""
        face = self._sign.face(now)
        self._draw_at = now + (WAIT_S * 2 if face.lasts_s is None else max(0.05, face.lasts_s))
        self._portrait.draw(face)
