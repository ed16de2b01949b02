"""A Hanover flip-dot sign in software: what it does with each byte that reaches it.

Written from the facts of the protocol, not from our frames, and strict: a frame with anything wrong leaves every
dot where it is. Dots are little plates: they stay as they lie without power. It answers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from controller.boards.emulated.board import Face

LONGEST = 4096  # characters of a frame
_PICTURE = re.compile(rb"1([0-9A-F])([0-9A-F]{2})((?:[0-9A-F]{2})+)")
_TEST = re.compile(rb"([3C])0")


class HanoverSign:
    """One sign of `columns` x `rows` dots whose switch stands at `address`. `noted` is called for every frame
    that it obeyed."""

    def __init__(
        self, columns: int, rows: int, address: int = 1, noted: Callable[[dict[str, str]], None] = lambda note: None
    ) -> None:
        self.columns, self.rows, self._address, self._noted = columns, rows, address, noted
        self._plates = [bytearray(columns) for _ in range(rows)]
        self._is_testing = False
        self._frame: bytearray | None = None  # from after STX

    def hear(self, byte: int, now: float) -> None:
        """One byte off the line."""
        if byte == 0x02:  # never inside a frame: what was begun is over
            self._frame = bytearray()
        elif self._frame is not None:
            self._frame.append(byte)
            if self._frame[-3:-2] == b"\x03":
                frame, self._frame = bytes(self._frame), None
                self._obey(frame)
            elif len(self._frame) > LONGEST:
                self._frame = None

    def take_replies(self) -> bytes:
        return b""

    def lose_power(self, now: float) -> None:
        """Off and on again. What it was just hearing is lost, its plates lie as they lay."""
        self._frame, self._is_testing = None, False

    def face(self, now: float) -> Face:
        if self._is_testing:  # all over, then all back, a second each
            yellow = int(now) % 2
            return Face("test", "", tuple(bytes((yellow,)) * self.columns for _ in self._plates), 1.0 - now % 1.0)
        return Face("", "", tuple(bytes(row) for row in self._plates), None)

    def _obey(self, frame: bytes) -> None:
        """Carry out a frame from its command to the second digit of its checksum, if nothing is wrong with it."""
        body, said = frame[:-3], frame[-2:]
        if not re.fullmatch(rb"[0-9A-F]{2}", said) or (sum(frame[:-2]) + int(said, 16)) % 256:
            return
        if test := _TEST.fullmatch(body):
            self._is_testing = test[1] == b"3"
        elif picture := _PICTURE.fullmatch(body):
            data = bytes.fromhex(picture[3].decode())
            high = (self.rows + 7) // 8
            wrong = len(data) != high * self.columns or int(picture[2], 16) != len(data) % 256
            if wrong or int(picture[1], 16) != self._address:
                return
            for x in range(self.columns):
                column = int.from_bytes(data[x * high : (x + 1) * high], "little")
                for y in range(self.rows):
                    self._plates[y][x] = column >> y & 1
        else:
            return
        self._noted({"frame": f"\\x02{body.decode()}\\x03{said.decode()}"})
