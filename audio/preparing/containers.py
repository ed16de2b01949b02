"""What a sound file's own bytes say before anything decodes it: which kind it is, and whether it is all there.

Never trusts a name. Reads a few headers of a seekable file and nothing else; knows no decoder. Sources:
RFC 3533 (Ogg), RFC 8794 and 9559 (EBML, Matroska), ISO/IEC 14496-12 (boxes), EBU Tech 3306 (RIFF, RF64),
ID3v2.4 and ISO/IEC 11172-3 (MP3 frames).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO

UNKNOWN = 0xFFFFFFFF  # a length that a program could not know while it wrote
_OGG_PAGE, _OGG_LAST = 27, 0x04  # bytes of its head without the table of segments; flag of the last page
_OGG_LONGEST = 65_307
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_FIRST_FRAME = 2048  # bytes: the longest MP3 frame, and a little padding before it
_BOXES_LIMIT = 100_000  # a browser writes two for each piece


def kind_of(file: BinaryIO) -> str:
    """ "mp3", "ogg", "wav", "m4a", "flac", "webm", or "" for anything else. Leaves the file at its beginning."""
    head = _at(file, 0, 12)
    kind = ""
    if head.startswith(b"fLaC"):
        kind = "flac"
    elif head.startswith(b"OggS"):
        kind = "ogg"
    elif head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        kind = "wav"
    elif head[4:8] == b"ftyp":
        kind = "m4a"
    elif head.startswith(_EBML):
        kind = "webm"
    elif head.startswith(b"ID3") or _begins_a_frame(_at(file, 0, _FIRST_FRAME).lstrip(b"\0")):  # some write zeros first
        kind = "mp3"
    file.seek(0)
    return kind


def cut_short(file: BinaryIO, kind: str) -> bool:
    """Whether the file ends before what its container has promised. Leaves the file at its beginning."""
    size = file.seek(0, 2)
    found = _CHECKS[kind](file, size) if kind in _CHECKS else False
    file.seek(0)
    return found


def promised_mp3_frames(file: BinaryIO) -> int:
    """How many frames an MP3 file's own header (Xing, Info) promises; 0 if it has none."""
    head = _at(file, 0, 10)
    first = _at(file, _tag_length(head) if head.startswith(b"ID3") else 0, _FIRST_FRAME)
    file.seek(0)
    at = max(first.find(b"Xing"), first.find(b"Info"))
    if at < 0 or len(first) < at + 12 or not first[at + 7] & 1:
        return 0
    return int.from_bytes(first[at + 8 : at + 12], "big")


def _begins_a_frame(head: bytes) -> bool:
    """Sync, a version, layer III, a bit rate and a rate that exist. UTF-16's mark also begins with sync bits."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer == 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _mp3(file: BinaryIO, size: int) -> bool:
    """Its tag is longer than the whole. What the frames say is for whoever reads them."""
    head = _at(file, 0, 10)
    return head.startswith(b"ID3") and (len(head) < 10 or _tag_length(head) >= size)


def _tag_length(head: bytes) -> int:
    """Bytes of an ID3 tag with its head of ten; four numbers of seven bits say it."""
    return 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])


def _ogg(file: BinaryIO, size: int) -> bool:
    """The last page is not whole, or not marked as the last one."""
    tail = _at(file, max(0, size - _OGG_LONGEST), _OGG_LONGEST)
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + _OGG_PAGE:
        return True
    segments = tail[at + _OGG_PAGE - 1]
    table = tail[at + _OGG_PAGE : at + _OGG_PAGE + segments]
    return len(tail) < at + _OGG_PAGE + segments + sum(table) or not tail[at + 5] & _OGG_LAST


def _wav(file: BinaryIO, size: int) -> bool:
    at, long_data = 12, 0
    while at + 8 <= size:
        name, length = struct.unpack("<4sI", _at(file, at, 8))
        if name == b"ds64":
            long_data = struct.unpack("<8xQ", _at(file, at + 8, 16).ljust(16, b"\0"))[0]
        if name == b"data":
            promised = long_data if length == UNKNOWN else length
            return bool(at + 8 + promised > size)
        at += 8 + length + length % 2
    return True  # no data in it at all


def _m4a(file: BinaryIO, size: int) -> bool:
    """A box reaches over the end, or the one that says where the sound lies is missing."""
    at, seen = 0, set()
    for _ in range(_BOXES_LIMIT):
        if at + 8 > size:
            break
        length, name = struct.unpack(">I4s", _at(file, at, 8))
        if length == 1:
            length = int.from_bytes(_at(file, at + 8, 8), "big")
        elif length == 0:  # up to the end
            length = size - at
        seen.add(name)
        if length < 8:
            return True
        at += length
    return at > size or b"moov" not in seen


def _webm(file: BinaryIO, size: int) -> bool:
    """The segment is longer than the file. A browser does not know its length and does not say it."""
    header, after = _element_length(file, 4)
    start = after + header
    if _at(file, start, 4) != _SEGMENT:
        return True
    length, after = _element_length(file, start + 4)
    return length >= 0 and after + length > size


def _element_length(file: BinaryIO, at: int) -> tuple[int, int]:
    """An EBML length (-1: unknown), and where what it measures begins."""
    first = (_at(file, at, 1) or b"\0")[0]
    width = 9 - first.bit_length()
    whole = int.from_bytes(_at(file, at, width), "big")
    length = whole & (1 << 7 * width) - 1
    return (-1 if length == (1 << 7 * width) - 1 else length), at + width


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


_CHECKS: dict[str, Callable[[BinaryIO, int], bool]] = {
    "mp3": _mp3, "ogg": _ogg, "wav": _wav, "m4a": _m4a, "webm": _webm,
}  # fmt: skip
