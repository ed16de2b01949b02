"""A board in software at the end of a TCP connection on this machine. Nobody else's network can reach it.

Where it listens stands in a file (`Places.emulated_port`) as long as it is plugged in. One conversation at a time:
the newest caller is heard, whoever called before hears no more.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

from controller.boards.emulated.board import Face, Sign
from controller.boards.emulated.line import Portrait, Record
from controller.runtime.config_tables import Board
from controller.runtime.files import replace_file
from controller.runtime.places import Places

WAIT_S = 0.5  # the longest sleep: how fast `stopping` is seen
AT_ONCE = 65_536
LEAVING_LIMIT = 4 << 20  # bytes of answers that nobody reads, before the connection is closed


class Conversing(Sign, Protocol):
    """A board that is called, and may hang up."""

    has_hung_up: bool

    def accept(self, now: float) -> None: ...


def on_tcp(sign: Callable[[Board, Record], Conversing]) -> Callable[[Board, Places], TcpEmulator]:
    """How a driver's board on the network is emulated."""
    return lambda board, places: TcpEmulator(board, places, sign(board, Record(board.id, places)))


class TcpEmulator:
    """Serves one board."""

    def __init__(self, board: Board, places: Places, sign: Conversing) -> None:
        self._sign = sign
        self._told = places.emulated_port(board.id)
        self._portrait = Portrait(board, places)
        self._listener: socket.socket | None = None
        self._caller: socket.socket | None = None
        self._leaving = bytearray()
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._bell = os.pipe()
        self._draw_at = 0.0

    def serve(self, stopping: threading.Event) -> None:
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
        """The network cable is pulled out; the board keeps its power."""
        self._order(self._unplug)

    def cut_power(self) -> None:
        self._order(lambda: self._sign.lose_power(time.monotonic()))

    def babble(self, noise: bytes) -> None:
        """Say something that nobody asked for."""
        self._order(lambda: self._leaving.extend(noise))

    def _order(self, order: Callable[[], None]) -> None:
        def and_draw() -> None:
            order()
            self._draw_at = 0.0

        self._orders.put(and_draw)
        os.write(self._bell[1], b".")

    def _plug(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            replace_file(self._told, b"%d\n" % self._listener.getsockname()[1], durable=False)

    def _unplug(self) -> None:
        self._hang_up()
        if self._listener is not None:
            self._told.unlink(missing_ok=True)
            self._listener.close()
            self._listener = None

    def _hang_up(self) -> None:
        if self._caller is not None:
            self._caller.close()
            self._caller = None
        self._leaving.clear()

    def _turn(self) -> None:
        """One sleep, and what it woke up for."""
        now = time.monotonic()
        if now >= self._draw_at:
            self._draw(now)
        readers: list[int | socket.socket] = [
            self._bell[0],
            *(end for end in (self._listener, self._caller) if end is not None),
        ]
        writers = [self._caller] if self._caller is not None and self._leaving else []
        wait_s = max(0.0, min(WAIT_S, self._draw_at - now))
        readable, writable, _ = select.select(readers, writers, [], wait_s)
        if self._bell[0] in readable:
            os.read(self._bell[0], 64)
        if self._listener is not None and self._listener in readable:
            self._accept(self._listener)
        elif self._caller is not None and self._caller in readable:
            self._hear(self._caller)
        elif self._caller is not None and writable:
            self._speak(self._caller)
        if self._sign.has_hung_up and not self._leaving:
            self._hang_up()

    def _accept(self, listener: socket.socket) -> None:
        self._hang_up()
        with contextlib.suppress(OSError):  # gone before it was answered
            self._caller, _ = listener.accept()
            self._caller.setblocking(False)
            self._sign.accept(time.monotonic())

    def _hear(self, caller: socket.socket) -> None:
        try:
            data = caller.recv(AT_ONCE)
        except OSError:
            data = b""
        now = time.monotonic()
        for byte in data:
            self._sign.hear(byte, now)
        self._leaving += self._sign.take_replies()
        self._draw_at = 0.0
        if not data or len(self._leaving) > LEAVING_LIMIT:
            self._hang_up()

    def _speak(self, caller: socket.socket) -> None:
        try:
            del self._leaving[: caller.send(self._leaving)]
        except OSError:
            self._hang_up()

    def _draw(self, now: float) -> None:
        face: Face = self._sign.face(now)
        self._draw_at = now + (WAIT_S * 2 if face.lasts_s is None else max(0.05, face.lasts_s))
        self._portrait.draw(face)
