"""A receipt printer in software: decodes ESC/POS strictly and keeps the paper as a picture. Written from the commands'
public description, not from what we send.

    python -m kiosk.devices.printer_emulator --link FILE [--paper FILE.pbm] [--paper-mm N] [--baud N]

It takes no more than its line and its motor allow, has a roll that ends, a cover, and answers DLE EOT.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import sys
import time
import tty
from dataclasses import dataclass, field
from pathlib import Path

from controller.runtime.files import replace_file

DOTS = 576
DOTS_A_MM = 8
LINE_DOTS = 30  # a line feed after ESC @: one sixth of an inch
MM_A_SECOND = 80.0
ROLL_MM = 50_000.0


class WrongCommandError(Exception):
    """Bytes that no such printer understands; `at` counts from the beginning."""

    def __init__(self, at: int, what: str) -> None:
        super().__init__(f"byte {at}: {what}")


@dataclass
class Roll:
    """Bytes in, rows of dots and answers out. Dots: one byte each, 1 is black."""

    dots: int = DOTS
    left_mm: float = ROLL_MM
    cover_open: bool = False
    rows: list[bytes] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)  # after how many rows
    _waiting: bytes = b""
    _taken: int = 0

    @property
    def empty(self) -> bool:
        return self.left_mm <= 0

    def feed(self, data: bytes) -> bytes:
        """What it answers. WrongCommandError for what it does not know; then nothing of `data` after it counts."""
        self._waiting += data
        answers = b""
        while self._waiting:
            length, answer = self._command()
            if not length:
                break
            self._waiting, self._taken = self._waiting[length:], self._taken + length
            answers += answer
        return answers

    def _command(self) -> tuple[int, bytes]:
        """How many bytes it took (0: more are needed), and what is answered."""
        head = self._waiting[:3]
        match head[:1]:
            case b"\n":
                self._advance(LINE_DOTS)
                return 1, b""
            case b"\x10" if len(head) == 3:
                return 3, bytes((self._status(head),))
            case b"\x1b" if len(head) >= 2:
                return self._escape(head)
            case b"\x1d" if len(head) >= 2:
                return self._group(head)
            case b"\x10" | b"\x1b" | b"\x1d":
                return 0, b""
        raise WrongCommandError(self._taken, f"{head[:1]!r} is no command, and text is not expected")

    def _escape(self, head: bytes) -> tuple[int, bytes]:
        match head[1:2]:
            case b"@":
                return 2, b""
            case b"d":
                if len(head) < 3:
                    return 0, b""
                self._advance(head[2] * LINE_DOTS)
                return 3, b""
        raise WrongCommandError(self._taken, f"ESC {head[1:2]!r}")

    def _group(self, head: bytes) -> tuple[int, bytes]:
        match head[1:2]:
            case b"v":
                return self._raster(), b""
            case b"V":
                if len(head) < 3:
                    return 0, b""
                if head[2] in (0, 1, 48, 49):
                    self.cuts.append(len(self.rows))
                    return 3, b""
                if head[2] in (65, 66) and len(self._waiting) >= 4:
                    self._advance(self._waiting[3])
                    self.cuts.append(len(self.rows))
                    return 4, b""
                if head[2] in (65, 66):
                    return 0, b""
        raise WrongCommandError(self._taken, f"GS {head[1:]!r}")

    def _raster(self) -> int:
        """GS v 0 m xL xH yL yH d...: x counts bytes, y rows."""
        if len(self._waiting) < 8:
            return 0
        _, _, zero, mode, low_x, high_x, low_y, high_y = self._waiting[:8]
        if zero != ord("0") or mode not in (0, 48):
            raise WrongCommandError(self._taken, f"GS v {zero} {mode}")
        wide, high = low_x + 256 * high_x, low_y + 256 * high_y
        if not wide or wide * 8 > self.dots or not high:
            raise WrongCommandError(self._taken, f"a raster of {8 * wide} x {high} dots")
        if len(self._waiting) < 8 + wide * high:
            return 0
        for row in range(high):
            packed = self._waiting[8 + row * wide : 8 + (row + 1) * wide]
            self._print(bytes(packed[n // 8] >> (7 - n % 8) & 1 for n in range(8 * wide)))
        return 8 + wide * high

    def _status(self, head: bytes) -> int:
        if head[1] != 4 or head[2] not in (1, 2, 3, 4):
            raise WrongCommandError(self._taken, f"DLE {head[1:]!r}")
        status = 0x12  # bits 1 and 4 are always one
        if head[2] == 1 and (self.empty or self.cover_open):
            status |= 0x08
        if head[2] == 2:
            status |= (0x04 if self.cover_open else 0) | (0x20 if self.empty else 0)
        if head[2] == 4:
            status |= 0x60 if self.empty else 0
        return status

    def _advance(self, dots: int) -> None:
        for _ in range(dots):
            self._print(bytes(self.dots))

    def _print(self, row: bytes) -> None:
        if self.empty or self.cover_open:
            return  # it would wait; what has come meanwhile is lost with the power
        self.left_mm -= 1 / DOTS_A_MM
        self.rows.append(row.ljust(self.dots, b"\0"))


def pbm_of(rows: list[bytes], dots: int = DOTS) -> bytes:
    """Netpbm P4: a bit a dot, 1 is black."""
    packed = b"".join(bytes(sum(row[n + k] << (7 - k) for k in range(8)) for n in range(0, dots, 8)) for row in rows)
    return b"P4\n%d %d\n" % (dots, len(rows)) + packed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kiosk.devices.printer_emulator")
    parser.add_argument("--link", type=Path, required=True, help="becomes a link to the line")
    parser.add_argument("--paper", type=Path, help="what was printed, after each cut")
    parser.add_argument("--paper-mm", type=float, default=ROLL_MM)
    parser.add_argument("--baud", type=int, default=19_200)
    wanted = parser.parse_args()
    roll = Roll(left_mm=wanted.paper_mm)
    here, there = os.openpty()
    tty.setraw(there)
    with contextlib.suppress(FileNotFoundError):
        wanted.link.unlink()
    wanted.link.symlink_to(os.ttyname(there))
    while True:
        select.select([here], [], [])
        data = os.read(here, 512)
        rows, cuts = len(roll.rows), len(roll.cuts)
        try:
            answers = roll.feed(data)
        except WrongCommandError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        os.write(here, answers)
        printed_mm = (len(roll.rows) - rows) / DOTS_A_MM
        time.sleep(max(len(data) * 10 / wanted.baud, printed_mm / MM_A_SECOND))
        if wanted.paper and len(roll.cuts) > cuts:
            replace_file(wanted.paper, pbm_of(roll.rows), durable=False)


if __name__ == "__main__":
    sys.exit(main())
