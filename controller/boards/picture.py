"""Pictures of dots: a field of them drawn as lamps.

A PNG is written here with zlib alone, so that the processes which need no more stay small.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence

from controller.boards.pages import Dots

DOT_PX = 6  # one lamp with its gap
_HOUSING, _OFF = b"\x14\x11\x0d", b"\x2b\x22\x16"  # a lamp that is dark is still seen
_LAMPS = (_OFF, b"\xff\x3a\x2a", b"\x30\xd1\x4a", b"\xff\xb4\x1f")  # red, green, amber, in the order of `Colour`
_AMBER = 3
_RIM_DOTS = 1  # of housing around the field


def png_of(fields: Sequence[Dots], dot_px: int = DOT_PX, colours: str = "one") -> bytes:
    """A PNG of one or several equal fields, one under the other, as lamps of the board's colours."""
    if colours == "full":
        return _png(_true_lines(fields, dot_px), palette=b"")
    shades = [_OFF, _LAMPS[_AMBER]] if colours == "one" else list(_LAMPS)
    palette = [_HOUSING]
    lamps: list[list[bytes]] = []
    for shade in shades:
        edge, core = len(palette), len(palette) + 1
        palette += [_edge(shade), shade]
        lamps.append(_lamp(dot_px, bytes((0,)), bytes((edge,)), bytes((core,))))
    lines = _lines(fields, dot_px, bytes((0,)), 1, lambda dot: lamps[dot[0]])
    return _png(lines, palette=b"".join(palette))


def _true_lines(fields: Sequence[Dots], dot_px: int) -> list[bytes]:
    lamps: dict[bytes, list[bytes]] = {}

    def lamp(dot: bytes) -> list[bytes]:
        if dot not in lamps:
            shade = bytes(max(lit, off) for lit, off in zip(dot, _OFF, strict=True))
            lamps[dot] = _lamp(dot_px, _HOUSING, _edge(shade), shade)
        return lamps[dot]

    return _lines(fields, dot_px, _HOUSING, 3, lamp)


def _lines(
    fields: Sequence[Dots], dot_px: int, housing: bytes, depth: int, lamp: Callable[[bytes], list[bytes]]
) -> list[bytes]:
    """The picture's lines: each dot a lamp, a rim of housing around every field."""
    blank = housing * (dot_px * (len(fields[0][0]) // depth + 2 * _RIM_DOTS))
    rim = housing * (dot_px * _RIM_DOTS)
    lines = [blank] * (dot_px * _RIM_DOTS)
    for field in fields:
        for row in field:
            lamps = [lamp(row[at : at + depth]) for at in range(0, len(row), depth)]
            lines += [rim + b"".join([each[y] for each in lamps]) + rim for y in range(dot_px)]
        lines += [blank] * (dot_px * _RIM_DOTS)
    return lines


def _edge(shade: bytes) -> bytes:
    """Between a lamp and its housing; of a dark lamp the lamp's own shade."""
    return shade if shade == _OFF else bytes((lit * 2 + back) // 3 for lit, back in zip(shade, _HOUSING, strict=True))


def _lamp(size: int, housing: bytes, edge: bytes, core: bytes) -> list[bytes]:
    """A round lamp in a square of `size` pixels, the last row and column left free as its gap."""
    centre, radius = (size - 2) / 2, (size - 1) / 2
    rows = []
    for y in range(size):
        row = b""
        for x in range(size):
            distance = ((x - centre) ** 2 + (y - centre) ** 2) ** 0.5
            shade = core if distance <= radius - 0.25 else edge if distance <= radius + 0.4 else housing
            row += shade if max(x, y) < size - 1 else housing
        rows.append(row)
    return rows


def _png(lines: Sequence[bytes], palette: bytes) -> bytes:
    """A PNG (W3C PNG specification), without filters: with a palette one byte a pixel (colour type 3), else three
    (colour type 2)."""
    width = len(lines[0]) if palette else len(lines[0]) // 3
    header = struct.pack(">IIBBBBB", width, len(lines), 8, 3 if palette else 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + line for line in lines), 6)
    colours = ((b"PLTE", palette),) if palette else ()
    parts = ((b"IHDR", header), *colours, (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
