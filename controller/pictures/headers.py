"""What a picture's own bytes say before anything decodes it: which kind it is, how large, what a decoder will hold of
it, and whether it is all there.

Never trusts a name. Reads a few headers of a seekable file and nothing else; knows no decoder. Sources: PNG
(ISO/IEC 15948), ISO/IEC 10918-1 (JPEG markers), RFC 9649 (WebP), GIF89a, BITMAPINFOHEADER.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG: SOF0 to SOF15 without tables
_ALONE = frozenset(range(0xD0, 0xD9)) | {0x01}  # JPEG: markers without a segment
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_START_OF_SCAN = 0xDA
_SEGMENTS_LIMIT = 10_000
_WEBP_BYTES = 16.0  # a pixel: its decoder holds the whole picture four times (measured: 15)
_FULL_BYTES = 4.0  # a pixel of colours


def kind_of(file: BinaryIO) -> str:
    """ "png", "jpeg", "webp", "gif", "bmp", or "" for anything else. Leaves the file at its beginning."""
    head = _at(file, 0, 16)
    file.seek(0)
    if head.startswith(_PNG):
        return "png"
    if head.startswith(_JPEG):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    return "bmp" if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" else ""


def size_of(file: BinaryIO, kind: str) -> tuple[int, int] | None:
    """Width and height in pixels; None where the header ends before saying so, or says nonsense. Leaves the file at
    its beginning."""
    try:
        width, height = _READERS[kind](file)
    except (struct.error, IndexError):
        return None
    finally:
        file.seek(0)
    return (width, height) if width > 0 and height > 0 else None


def held_bytes(file: BinaryIO, kind: str) -> float:
    """What a decoder holds of each pixel of the whole picture at once. Of a JPEG that comes in one scan nothing: it is
    made small on the way. Leaves the file at its beginning."""
    try:
        return _HELD[kind](file)
    except (struct.error, IndexError):
        return _FULL_BYTES
    finally:
        file.seek(0)


def cut_short(file: BinaryIO, kind: str) -> bool:
    """Whether the file ends before what its header has promised, as far as one promises anything."""
    size = file.seek(0, 2)
    head = _at(file, 0, 12)
    file.seek(0)
    if kind == "webp":
        return bool(struct.unpack("<I", head[4:8])[0] + 8 > size)
    if kind == "bmp":
        return bool(struct.unpack("<I", head[2:6])[0] > size)
    return False  # the decoder finds out


def _png(file: BinaryIO) -> tuple[int, int]:
    width, height = struct.unpack(">II", _at(file, 16, 8))
    return width, height


def _gif(file: BinaryIO) -> tuple[int, int]:
    """Of the whole; a frame that reaches over it is judged when it has been opened."""
    width, height = struct.unpack("<HH", _at(file, 6, 4))
    return width, height


def _bmp(file: BinaryIO) -> tuple[int, int]:
    length = struct.unpack("<I", _at(file, 14, 4))[0]
    if length == 12:
        width, height = struct.unpack("<HH", _at(file, 18, 4))
        return width, height
    width, height = struct.unpack("<ii", _at(file, 18, 8))
    return width, abs(height)  # below zero: from the top down


def _webp(file: BinaryIO) -> tuple[int, int]:
    name, body = _at(file, 12, 4), _at(file, 20, 10)
    if name == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8L":
        bits = struct.unpack("<I", body[1:5])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    """Of the first frame; thumbnails lie inside segments and are passed over."""
    for marker, at in _segments(file):
        if marker in _SIZES:
            height, width = struct.unpack(">HH", _at(file, at + 5, 4))
            return width, height
    return 0, 0


def _segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """The markers of a JPEG up to its first scan, and where they lie."""
    at = 2
    for _ in range(_SEGMENTS_LIMIT):
        mark, marker = struct.unpack("BB", _at(file, at, 2))
        if mark != 0xFF:
            return
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker in _ALONE:
            at += 2
            continue
        yield marker, at
        if marker == _START_OF_SCAN:
            return
        at += 2 + struct.unpack(">H", _at(file, at + 2, 2))[0]


def _held_of_jpeg(file: BinaryIO) -> float:
    """In several scans its coefficients, two bytes each, are collected before anything can be made of them."""
    shares: list[int] = []
    several = False
    for marker, at in _segments(file):
        if marker in _SIZES:
            count = _at(file, at + 9, 1)[0]
            shares = [(each >> 4) * (each & 15) for each in _at(file, at + 10, 3 * count)[1::3]]
            several = marker in _PROGRESSIVE
        elif marker == _START_OF_SCAN:
            several = several or _at(file, at + 4, 1)[0] < len(shares)
    return 2.0 * sum(shares) / max(shares) if several and shares and max(shares) else 0.0


def _held_of_png(file: BinaryIO) -> float:
    depth, colours = struct.unpack("BB", _at(file, 24, 2))
    if colours in (0, 3):  # greys, or colours by number
        return 2.0 if depth == 16 else 1.0
    return _FULL_BYTES


def _held_of_bmp(file: BinaryIO) -> float:
    length = struct.unpack("<I", _at(file, 14, 4))[0]
    bits = struct.unpack("<H", _at(file, 24 if length == 12 else 28, 2))[0]
    return 1.0 if bits <= 8 else _FULL_BYTES


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


_READERS: dict[str, Callable[[BinaryIO], tuple[int, int]]] = {
    "png": _png, "jpeg": _jpeg, "webp": _webp, "gif": _gif, "bmp": _bmp,
}  # fmt: skip
_HELD: dict[str, Callable[[BinaryIO], float]] = {
    "png": _held_of_png, "jpeg": _held_of_jpeg, "webp": lambda _: _WEBP_BYTES, "gif": lambda _: 1.0,
    "bmp": _held_of_bmp,
}  # fmt: skip
