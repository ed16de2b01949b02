"""Dots and pictures of them: characters stamped on a field of dots, the field drawn as amber lamps.

A PNG is written here with zlib alone, so that the processes which need no more stay small.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from controller.boards.glyphs import WIDTH, glyphs
from controller.boards.pages import Dots

DOT_PX = 6  # one lamp with its gap
_PALETTE = bytes.fromhex("14110d2b2216a8660fffb41f")  # housing, lamp off, lamp's edge, lamp lit
_HOUSING, _OFF, _EDGE, _LIT = range(4)
_RIM_DOTS = 1  # of housing around the field


class Field:
    """`columns` x `rows` dots, each lit or dark. `dots` has one bytearray a row, 1 lit, 0 dark."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.dots = [bytearray(columns) for _ in range(rows)]

    def stamp(self, text: str, left: int, top: int) -> None:
        """Light the dots of a text; what lies outside the field is cut off."""
        for character in text:
            if -WIDTH < left < self.columns:
                first, last = max(0, -left), min(WIDTH, self.columns - left)
                for y, row in enumerate(glyphs()[character], top):
                    if 0 <= y < self.rows:
                        self.dots[y][left + first : left + last] = row[first:last]
            left += WIDTH + 1

    def frozen(self) -> tuple[bytes, ...]:
        return tuple(bytes(row) for row in self.dots)


def png_of(fields: Sequence[Dots], dot_px: int = DOT_PX) -> bytes:
    """A PNG of one or several equal fields, one under the other."""
    off, lit = _lamp(dot_px, _OFF, _OFF), _lamp(dot_px, _EDGE, _LIT)
    columns = len(fields[0][0])
    blank = bytes((_HOUSING,)) * (dot_px * (columns + 2 * _RIM_DOTS))
    rim = blank[: dot_px * _RIM_DOTS]
    lines = [blank] * (dot_px * _RIM_DOTS)
    for field in fields:
        for row in field:
            for y in range(dot_px):
                cells = (off[y], lit[y])
                lines.append(rim + b"".join([cells[dot] for dot in row]) + rim)
        lines += [blank] * (dot_px * _RIM_DOTS)
    return _png(lines)


def _lamp(size: int, edge: int, core: int) -> list[bytes]:
    """A round lamp in a square of `size` pixels, the last row and column left free as its gap."""
    centre, radius = (size - 2) / 2, (size - 1) / 2
    rows = []
    for y in range(size):
        row = bytearray()
        for x in range(size):
            distance = ((x - centre) ** 2 + (y - centre) ** 2) ** 0.5
            inside = max(x, y) < size - 1
            shade = core if distance <= radius - 0.25 else edge if distance <= radius + 0.4 else _HOUSING
            row.append(shade if inside else _HOUSING)
        rows.append(bytes(row))
    return rows


def _png(lines: Sequence[bytes]) -> bytes:
    """An indexed PNG (W3C PNG specification, colour type 3), one byte a pixel, no filter."""
    header = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + line for line in lines), 6)
    parts = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
