"""Relay boards in software, each at the far end of a pseudo-terminal: an LCUS board, or one with Modbus RTU.

Written from the facts of the protocols, not from our encoders, and strict where a real board is: a frame
with anything wrong in it is dropped without a word. Bytes pass at the line's speed in both directions. A
board without power is deaf, and comes back with every relay off. Must not know the station's side.
Sources: Modbus over Serial Line V1.02, 2.5.1 and 6.2.2; Modbus Application Protocol V1.1b3, 6 and 7.

`python -m audio.wall.relay_emulator --kind modbus` serves one, says the name of its port, and prints its relays
whenever one of them moves.
"""

from __future__ import annotations

import argparse
import contextlib
import select
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from controller.runtime.far_end import Orders, PseudoLine

BITS_A_BYTE = 10  # start, 8 data, stop
POLL_S = 0.02  # how soon `stopping` is seen, at the latest


class Relays(Protocol):
    """A board: `hear` takes a byte off the line, `silence` is called when the line has been idle for a while."""

    @property
    def states(self) -> Sequence[bool]: ...

    def hear(self, byte: int) -> None: ...

    def silence(self) -> bytes:
        """The line has been silent for 3.5 characters; what the board answers."""

    def lose_power(self) -> None: ...


class LcusRelays:
    """A0, channel, what, sum of the three modulo 256; what: 0 off, 1 on. It never answers."""

    def __init__(self, channels: int) -> None:
        self.states = [False] * channels
        self._frame = bytearray()

    def hear(self, byte: int) -> None:
        if not self._frame and byte != 0xA0:
            return
        self._frame.append(byte)
        if len(self._frame) == 4:
            _, channel, what, said = self._frame
            if (0xA0 + channel + what) % 256 == said and 1 <= channel <= len(self.states) and what in (0, 1):
                self.states[channel - 1] = what == 1
            self._frame.clear()

    def silence(self) -> bytes:
        self._frame.clear()  # its serial port gives a frame up that does not go on
        return b""

    def lose_power(self) -> None:
        self.states[:] = [False] * len(self.states)
        self._frame.clear()


class ModbusRelays:
    """Functions 01, 05 and 15 on coils from 0 on; broadcasts (unit 0) are obeyed and not answered."""

    def __init__(self, channels: int, unit: int = 1) -> None:
        self.states = [False] * channels
        self.unit = unit
        self._frame = bytearray()

    def hear(self, byte: int) -> None:
        self._frame.append(byte)

    def silence(self) -> bytes:
        frame = bytes(self._frame)
        self._frame.clear()
        if len(frame) < 4 or len(frame) > 256 or crc16(frame) != 0 or frame[0] not in (0, self.unit):
            return b""
        body = self._obey(frame[1], frame[2:-2])
        if frame[0] == 0:
            return b""
        reply = bytes((self.unit,)) + body
        return reply + crc16(reply).to_bytes(2, "little")

    def lose_power(self) -> None:
        self.states[:] = [False] * len(self.states)
        self._frame.clear()

    def _obey(self, function: int, data: bytes) -> bytes:
        """Carry out one request; the answer without unit and CRC."""
        if function not in (1, 5, 15):
            return bytes((function | 0x80, 1))
        if len(data) < 4 or (function == 1 and len(data) != 4):
            return bytes((function | 0x80, 3))
        first, second = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        if function == 5:
            if second not in (0x0000, 0xFF00) or len(data) != 4:
                return b"\x85\x03"
            if first >= len(self.states):
                return b"\x85\x02"
            self.states[first] = second == 0xFF00
            return b"\x05" + data
        count, packed = second, (second + 7) // 8
        if not 1 <= count <= 2000 or (function == 15 and (len(data) != 5 + packed or data[4] != packed)):
            return bytes((function | 0x80, 3))
        if first + count > len(self.states):
            return bytes((function | 0x80, 2))
        if function == 15:
            self.states[first : first + count] = [bool(data[5 + n // 8] >> n % 8 & 1) for n in range(count)]
            return b"\x0f" + data[:4]
        bits = bytearray(packed)
        for number, on in enumerate(self.states[first : first + count]):
            bits[number // 8] |= on << number % 8
        return bytes((1, packed)) + bytes(bits)


def crc16(data: bytes) -> int:
    """Bit by bit, polynomial A001 reflected, from FFFF (Serial Line V1.02, 6.2.2); 0 over a frame with its CRC."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return register


class RelayEmulator:
    """One board behind a port named `link`. Everything but `serve` may be called from any thread.

    `unplug_after` bytes more in either direction the adapter comes out; `lose` says of each byte that
    reaches the board whether it gets lost; `babble` is on the line before each answer; `delay_s` is the
    board's own time for an answer.
    """

    def __init__(self, board: Relays, link: Path, baud: int = 9600, delay_s: float = 0.005) -> None:
        self.board, self.link = board, link
        self.delay_s, self.babble = delay_s, b""
        self.lose: Callable[[int], bool] = lambda byte: False
        self.moved: Callable[[], None] = lambda: None
        self.unplug_after: int | None = None
        self.powered = True
        self.heard = bytearray()  # what came out at the board's end
        self._byte_s = BITS_A_BYTE / baud
        self._silence_s = max(3.5 * self._byte_s, 0.00175)
        self._orders, self._line = Orders(), PseudoLine(link)

    def serve(self, stopping: threading.Event) -> None:
        """Until `stopping`; the board is plugged in at once."""
        self._line.plug()
        try:
            while not stopping.is_set():
                self._turn()
        finally:
            self._line.unplug()
            self._orders.close()

    def plug(self) -> None:
        self._ordered(self._line.plug)

    def unplug(self) -> None:
        """The adapter is pulled out; the board keeps its power."""
        self._ordered(self._line.unplug)

    def cut_power(self, *, back: bool = True) -> None:
        def cut() -> None:
            self.board.lose_power()
            self.powered = back
            self.moved()

        self._ordered(cut)

    def wait_until_idle(self) -> None:
        """Until all that has been written by now has reached the board and been obeyed."""

        def catch_up() -> None:
            self._pass(self._line.caught_up())
            self._obey()

        self._ordered(catch_up)

    def _ordered(self, act: Callable[[], None]) -> None:
        """Have the serving thread do it, now, so that nobody else sleeps on a line that goes."""
        self._orders.give(act).wait(5.0)

    def _turn(self) -> None:
        """Wait for bytes; let them pass one after another; obey when the line falls silent."""
        data = self._arriving(POLL_S)
        if not data:
            return
        line_at = time.monotonic()
        while data:
            line_at += len(data) * self._byte_s
            time.sleep(max(0.0, line_at - time.monotonic()))
            self._pass(data)
            data = self._arriving(max(0.0, line_at + self._silence_s - time.monotonic()))
        self._obey()

    def _obey(self) -> None:
        before = list(self.board.states)
        answer = self.board.silence() if self.powered else b""
        if before != self.board.states:
            self.moved()
        if answer or self.babble:
            time.sleep(self.delay_s)
            self._answer(self.babble + answer)

    def _arriving(self, wait_s: float) -> bytes:
        """What comes within `wait_s`; orders are carried out meanwhile."""
        watched: list[Orders | PseudoLine] = [self._orders, *([self._line] if self._line.is_plugged else [])]
        ready = select.select(watched, [], [], wait_s)[0]
        if self._orders in ready:
            self._orders.carry_out()
        if self._line not in ready or not self._line.is_plugged:
            return b""
        return self._line.read(1 if self.unplug_after is not None else 32)

    def _pass(self, data: bytes) -> None:
        before = list(self.board.states)
        for byte in data:
            if not self._still_plugged():
                return
            self.heard.append(byte)
            if self.powered and not self.lose(byte):
                self.board.hear(byte)
        if before != self.board.states:
            self.moved()

    def _answer(self, answer: bytes) -> None:
        for byte in answer:
            time.sleep(self._byte_s)
            if not self._line.is_plugged or not self._still_plugged():
                return
            self._line.write(bytes((byte,)))

    def _still_plugged(self) -> bool:
        """Count one byte; the plug may come out before it."""
        if self.unplug_after is None:
            return True
        if self.unplug_after == 0:
            self.unplug_after = None
            self._line.unplug()
            return False
        self.unplug_after -= 1
        return True


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m audio.wall.relay_emulator", description="A relay board in software."
    )
    parser.add_argument("--kind", choices=("lcus1", "modbus"), default="lcus1")
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--unit", type=int, default=1)
    parser.add_argument("--baud", type=int, default=9600)
    parser.add_argument("--port", type=Path, default=Path("relay-board"), help="the name that its port gets")
    asked = parser.parse_args(arguments)
    board: Relays = LcusRelays(asked.channels)
    if asked.kind == "modbus":
        board = ModbusRelays(asked.channels, asked.unit)
    emulator = RelayEmulator(board, asked.port.absolute(), asked.baud)

    def show() -> None:
        print(" ".join("ON " if on else "off" for on in board.states), flush=True)  # noqa: T201 - what it is for

    emulator.moved = show
    print(f'port = "{emulator.link}"', flush=True)  # noqa: T201 - the same
    with contextlib.suppress(KeyboardInterrupt):
        emulator.serve(threading.Event())


if __name__ == "__main__":
    main(sys.argv[1:])
