"""The frames of Huidu's LED controllers over TCP: what is asked of them, and what they answer. No I/O.

From the maker's published demonstration code and from public libraries (docs/boards.md says what is certain): a
frame is its own length and a command (u16 each, little-endian), then the data. Commands of the controller's
own language are XML documents, which travel in pieces (u32 whole length, u32 offset, bytes).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from controller.boards.huidu.documents import Answer, HuiduError, answer_of, checksum

HEAD, LONGEST_FRAME = 4, 9 * 1024
PIECE = 8000  # bytes of a file or a document in one frame
LONGEST_DOCUMENT = 1 << 20
VERSION = 0x1000007  # of the frames, as the newer public implementations give it


class Code(IntEnum):
    HEARTBEAT = 0x005F
    HEARTBEAT_ANSWER = 0x0060
    ERROR = 0x2000
    VERSION = 0x2001
    VERSION_ANSWER = 0x2002
    COMMAND = 0x2003
    COMMAND_ANSWER = 0x2004
    FILE_BEGIN = 0x8001
    FILE_BEGIN_ANSWER = 0x8002
    FILE_CONTENT = 0x8003
    FILE_CONTENT_ANSWER = 0x8004  # named by some, sent by none that was seen
    FILE_END = 0x8005
    FILE_END_ANSWER = 0x8006


PICTURE_FILE = 0  # the kinds of files go on with 1 film, 2 font, 3 firmware


@dataclass(frozen=True, slots=True)
class Version:
    number: int


@dataclass(frozen=True, slots=True)
class FileBegun:
    """`exists` bytes of the file are there already."""

    status: int
    exists: int


@dataclass(frozen=True, slots=True)
class FileEnded:
    status: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The controller could make nothing of a frame."""

    status: int


Message = Version | Answer | FileBegun | FileEnded | Heartbeat | Refused


def frame(code: Code, data: bytes = b"") -> bytes:
    return struct.pack("<HH", HEAD + len(data), code) + data


def version_asked() -> bytes:
    return frame(Code.VERSION, struct.pack("<I", VERSION))


def commanded(document: bytes) -> bytes:
    """The frames that carry an XML document, one after the other."""
    return b"".join(
        frame(Code.COMMAND, struct.pack("<II", len(document), at) + document[at : at + PIECE])
        for at in range(0, len(document), PIECE)
    )


def file_begun(name: str, content: bytes) -> bytes:
    """`name` is of ASCII."""
    digits = checksum(content).encode() + b"\0"
    return frame(Code.FILE_BEGIN, digits + struct.pack("<qh", len(content), PICTURE_FILE) + name.encode() + b"\0")


def file_content(content: bytes) -> bytes:
    """The frames of what a file holds, one after the other; nobody answers to them."""
    return b"".join(frame(Code.FILE_CONTENT, content[at : at + PIECE]) for at in range(0, len(content), PIECE))


def file_ended() -> bytes:
    return frame(Code.FILE_END)


def heartbeat() -> bytes:
    return frame(Code.HEARTBEAT)


class Decoder:
    """Finds the controller's answers in a stream of bytes. After HuiduError the stream cannot be trusted
    any more: the connection is to be closed."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._document = bytearray()

    def feed(self, byte: int) -> Message | None:
        """One byte on. The message it completes, or None; HuiduError where that cannot be one."""
        self._frame.append(byte)
        if len(self._frame) < HEAD:
            return None
        size, code = struct.unpack_from("<HH", self._frame)
        if len(self._frame) == HEAD and not HEAD <= size <= LONGEST_FRAME:
            raise HuiduError(f"a frame of {size} bytes")
        if len(self._frame) < size:
            return None
        data, self._frame = bytes(self._frame[HEAD:]), bytearray()
        return self._message(code, data)

    def _message(self, code: int, data: bytes) -> Message | None:
        match code:
            case Code.HEARTBEAT | Code.HEARTBEAT_ANSWER:
                return Heartbeat()
            case Code.VERSION_ANSWER if len(data) >= 4:
                return Version(int.from_bytes(data[:4], "little"))
            case Code.ERROR if len(data) >= 2:
                return Refused(int.from_bytes(data[:2], "little"))
            case Code.FILE_BEGIN_ANSWER if len(data) >= 10:
                return FileBegun(*struct.unpack_from("<Hq", data))
            case Code.FILE_END_ANSWER if len(data) >= 2:
                return FileEnded(int.from_bytes(data[:2], "little"))
            case Code.COMMAND_ANSWER if len(data) > 8:
                return self._piece(int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little"), data[8:])
            case _ if code in tuple(Code):
                if code == Code.FILE_CONTENT_ANSWER:
                    return None
                raise HuiduError(f"a frame {code:04X} of {len(data)} bytes")
            case _:  # newer firmware tells more than anybody asked
                return None

    def _piece(self, size: int, at: int, data: bytes) -> Answer | None:
        if at == 0:
            self._document.clear()
        if size > LONGEST_DOCUMENT or at != len(self._document) or at + len(data) > size:
            raise HuiduError(f"bytes {at} to {at + len(data)} of {size}, when {len(self._document)} were there")
        self._document += data
        if len(self._document) < size:
            return None
        document = bytes(self._document)
        self._document.clear()
        return answer_of(document)
