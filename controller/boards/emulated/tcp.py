"""A board in software at the end of a TCP connection on this machine. Nobody else's network can reach it.

Where it listens stands in a file (`Places.emulated_port`) as long as it is plugged in. One conversation at a time:
the newest caller is heard, whoever called before hears no more.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable
from typing import Protocol

from controller.boards.emulated.board import Sign
from controller.boards.emulated.emulator import WAIT_S, Emulator
from controller.boards.emulated.leavings import Record
from controller.runtime.config_tables import Board
from controller.runtime.far_end import Orders
from controller.runtime.files import replace_file
from controller.runtime.places import Places

AT_ONCE = 65_536
LEAVING_LIMIT = 4 << 20  # bytes of answers that nobody reads, before the connection is closed


class Conversing(Sign, Protocol):
    """A board that is called, and may hang up."""

    has_hung_up: bool

    def accept(self, now: float) -> None: ...


def on_tcp(sign: Callable[[Board, Record], Conversing]) -> Callable[[Board, Places], TcpEmulator]:
    """How a driver's board on the network is emulated."""
    return lambda board, places: TcpEmulator(board, places, sign(board, Record(board.id, places)))


class TcpEmulator(Emulator):
    def __init__(self, board: Board, places: Places, sign: Conversing) -> None:
        super().__init__(board, places, sign)
        self._called = sign
        self._told = places.emulated_port(board.id)
        self._listener: socket.socket | None = None
        self._caller: socket.socket | None = None
        self._leaving = bytearray()

    def babble(self, noise: bytes) -> None:
        """Say something that nobody asked for."""
        self._order(lambda: self._leaving.extend(noise))

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

    def _turn(self, now: float) -> None:
        readers: list[Orders | socket.socket] = [
            self._orders,
            *(end for end in (self._listener, self._caller) if end is not None),
        ]
        writers = [self._caller] if self._caller is not None and self._leaving else []
        readable, writable, _ = select.select(readers, writers, [], max(0.0, min(WAIT_S, self._draw_at - now)))
        if self._listener is not None and self._listener in readable:
            self._accept(self._listener)
        elif self._caller is not None and self._caller in readable:
            self._hear(self._caller)
        elif self._caller is not None and writable:
            self._speak(self._caller)
        if self._called.has_hung_up and not self._leaving:
            self._hang_up()

    def _accept(self, listener: socket.socket) -> None:
        self._hang_up()
        with contextlib.suppress(OSError):  # gone before it was answered
            self._caller, _ = listener.accept()
            self._caller.setblocking(False)
            self._called.accept(time.monotonic())

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
