"""Finds Alpha messages in a stream of bytes, one byte at a time, whatever else is in the stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import ClassVar

from controller.boards.alpha.encoding import checksum
from controller.boards.alpha.parsing import parse
from controller.boards.alpha.words import EOT, ETX, LEAD, NUL, REPLY, SOH, STX, AlphaError, Message

HEXADECIMAL = b"0123456789ABCDEF"
DATA_LIMIT = 5600  # bytes of one packet: more than any sign's memory


class _At(Enum):
    """Where in a frame the decoder is."""

    OUTSIDE = 0
    KIND = 1
    ADDRESS = 2
    PACKET = 3  # STX is next
    DATA = 4
    SUM = 5  # after ETX: four digits, or none
    AFTER = 6  # STX of the next packet, or EOT


class Decoder:
    """Finds messages in a stream of bytes. Bytes outside frames are passed over, whatever they are."""

    def __init__(self) -> None:
        self._nuls = 0
        self._restart()

    def feed(self, byte: int) -> Message | None:
        """One byte on. The message it completes, or None; AlphaError where a frame breaks, after which
        the decoder waits for the next one."""
        try:
            return self._steps[self._at](self, byte)
        except AlphaError:
            self._nuls = 1 if byte == NUL else 0
            self._restart()
            raise

    def messages(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete; what is noise, or another language, is passed over."""
        for byte in data:
            try:
                message = self.feed(byte)
            except AlphaError:
                continue
            if message is not None:
                yield message

    def _restart(self) -> None:
        self._at = _At.OUTSIDE
        self._packet = bytearray()
        self._digits = b""
        self._is_reply = False
        self._address = b""

    def _outside(self, byte: int) -> None:
        if byte == SOH and self._nuls:
            self._restart()
            self._at = _At.KIND
        else:
            self._nuls = self._nuls + 1 if byte == NUL else 0

    def _kind(self, byte: int) -> None:
        self._is_reply = byte == REPLY
        if not 0x21 <= byte <= 0x7E:
            raise AlphaError(f"no type of sign: {byte:02X}")
        if not self._is_reply and self._nuls < LEAD:
            raise AlphaError(f"{self._nuls} NULs before a frame; {LEAD} at least")
        self._at = _At.ADDRESS

    def _in_address(self, byte: int) -> None:
        if byte not in HEXADECIMAL + b"?":
            raise AlphaError(f"no address digit: {byte:02X}")
        self._address += bytes((byte,))
        if len(self._address) == 2:
            self._at = _At.PACKET

    def _before_packet(self, byte: int) -> None:
        if byte != STX:
            raise AlphaError(f"{byte:02X} where a packet should begin")
        self._packet, self._digits = bytearray((STX,)), b""
        self._at = _At.DATA

    def _in_data(self, byte: int) -> Message | None:
        if byte == EOT:
            return self._finish(EOT)
        if byte < ETX or byte > 0x7E:
            raise AlphaError(f"{byte:02X} inside a packet")
        if len(self._packet) > DATA_LIMIT:
            raise AlphaError("a packet without end")
        self._packet.append(byte)
        if byte == ETX:
            self._at = _At.SUM
        return None

    def _in_sum(self, byte: int) -> Message | None:
        if not self._digits and byte in (STX, EOT):
            return self._finish(byte)
        if byte not in HEXADECIMAL:  # at once: it may be the next frame's first NUL
            raise AlphaError(f"no checksum digit: {byte:02X}")
        self._digits += bytes((byte,))
        if len(self._digits) == 4:
            if self._digits != checksum(bytes(self._packet)):
                raise AlphaError(f"checksum {self._digits!r} is not {checksum(bytes(self._packet))!r}")
            self._at = _At.AFTER
        return None

    def _after(self, byte: int) -> Message | None:
        if byte not in (STX, EOT):
            raise AlphaError(f"{byte:02X} after a packet")
        return self._finish(byte)

    def _finish(self, byte: int) -> Message:
        data = bytes(self._packet[1:]).removesuffix(bytes((ETX,)))
        message = parse(data, self._is_reply)
        if byte == STX:
            self._before_packet(STX)
        else:
            self._nuls = 0
            self._restart()
        return message

    _steps: ClassVar[dict[_At, Callable[[Decoder, int], Message | None]]] = {
        _At.OUTSIDE: _outside,
        _At.KIND: _kind,
        _At.ADDRESS: _in_address,
        _At.PACKET: _before_packet,
        _At.DATA: _in_data,
        _At.SUM: _in_sum,
        _At.AFTER: _after,
    }
