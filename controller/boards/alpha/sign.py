"""An Alpha sign in software: what it does with each byte that reaches it.

Written from the facts of the protocol, not from our encoder, and strict where a real sign is: a
packet with anything wrong is dropped and only the status register tells. It is deaf while it
rearranges its memory, forgets everything without power, and acknowledges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from controller.boards.alpha.sign_face import Show, face_at, shows_of
from controller.boards.alpha.sign_files import BAD, FILE_OVERHEAD, OK, POOL_BYTES, SUM, Files
from controller.boards.emulated.board import Face

__all__ = ["FILE_OVERHEAD", "POOL_BYTES", "AlphaSign", "Physics"]

PACKET_GAP_S = 1.0  # a longer silence inside a packet ends it, and nobody is told
LONGEST_PACKET = 10_000
_PICTURE_HEAD = re.compile(rb"I[ -~][0-9A-F]{4}")  # a packet's data up to the picture's width


@dataclass(frozen=True, slots=True)
class Physics:
    """How long the sign hears nothing after some commands, and what else it takes, in seconds (measured on real
    ones). Bytes that come at one and the same instant carry no timing: they are taken for well paced."""

    clear_s: float = 2.0
    configure_s: float = 10.0
    tone_s: float = 3.0
    gap_s: float = 0.1  # that it needs after a picture's width, and after the STX of a nested packet
    blank_s: float = 0.1  # dark after a TEXT or a picture was written
    answers: bool = True  # many signs are wired one way only


class AlphaSign:
    """One sign of `columns` x `rows` dots. `noted` is called for every packet that it obeyed."""

    def __init__(
        self,
        columns: int,
        rows: int,
        physics: Physics | None = None,
        noted: Callable[[dict[str, str]], None] = lambda note: None,
        colours: Literal["one", "three"] = "one",
        pool_bytes: int = POOL_BYTES,
    ) -> None:
        self.columns, self.rows, self._is_colourful, self._pool_bytes = columns, rows, colours == "three", pool_bytes
        self._physics, self._noted = physics or Physics(), noted
        self._packet, self._nuls, self._last_at = bytearray(), 0, 0.0
        self.lose_power(0.0)

    def lose_power(self, now: float) -> None:
        """Off and on again with a flat memory battery: no file, no priority, no clock."""
        self._files = Files(self._pool_bytes)
        self._sequence: bytes = b""
        self._clock: tuple[float, int] | None = None  # (when set, minutes then)
        self._military = False
        self._status = OK
        self._deaf_until = self._blank_until = now
        self._replies = b""
        self._face_since = now
        self._drop()

    # --- the wire ---

    def hear(self, byte: int, now: float) -> None:
        """One byte off the line, at monotonic instant `now`."""
        before_s, self._last_at = now - self._last_at, now
        if self._packet and before_s > PACKET_GAP_S:
            self._drop()
        if now < self._deaf_until:
            self._drop()
        elif self._packet:
            self._is_hasty |= self._is_gap_due() and 0 < before_s < self._physics.gap_s
            self._packet.append(byte)
            self._packet_goes_on(byte, now)
        elif byte == 0x01 and self._nuls >= 5:
            self._packet.append(byte)
        else:
            self._nuls = self._nuls + 1 if byte == 0x00 else 0

    def take_replies(self) -> bytes:
        """What the sign wants to send since it was last asked."""
        replies, self._replies = self._replies, b""
        return replies

    def _drop(self) -> None:
        self._packet.clear()  # from SOH on
        self._nuls = 0
        self._is_hasty = False

    def _is_gap_due(self) -> bool:
        """Whether the sign needs a silence before the next byte."""
        begun = self._packet.rfind(0x02) + 1
        is_nested = begun == len(self._packet) and 0x03 in self._packet
        return is_nested or (
            len(self._packet) - begun == 6 and begun > 0 and bool(_PICTURE_HEAD.fullmatch(self._packet, begun))
        )

    def _packet_goes_on(self, byte: int, now: float) -> None:
        if byte == 0x00 or byte > 0x7F or len(self._packet) > LONGEST_PACKET:
            self._status = OK | BAD
            self._drop()
            self._nuls = 1 if byte == 0x00 else 0
        elif byte == 0x04:
            packet, is_hasty = bytes(self._packet), self._is_hasty
            self._drop()
            self._status = OK | BAD if is_hasty else self._obey(packet, now)

    def _obey(self, packet: bytes, now: float) -> int:
        """Carry out SOH type address { STX data [ETX sum] } EOT; the status it ends with."""
        head = re.match(rb"\x01([Z^])([0-9A-F?]{2})(?=\x02)", packet)
        if head is None:
            return OK | BAD
        if head[2] not in (b"00", b"??", b"0?", b"?0"):
            return self._status  # for another sign
        rest = packet[head.end() : -1]
        nested = re.fullmatch(rb"(?:\x02[^\x02\x03]+\x03(?:[0-9A-F]{4})?)+", rest)
        if nested is None and re.fullmatch(rb"\x02[^\x02\x03]+", rest) is None:
            return OK | BAD
        status = OK
        for data, end, said in re.findall(rb"\x02([^\x02\x03]+)(\x03?)([0-9A-F]{4})?", rest):
            if said and int(said, 16) != (2 + sum(data) + 3) % 65536:
                return OK | SUM
            status = self._command(data, now)
            if status == OK and data[:1] in b"AEGI":
                self._noted({"command": data.decode("ascii"), "checksum": said.decode() if end else ""})
        return status

    # --- the commands ---

    def _command(self, data: bytes, now: float) -> int:
        command, label, rest = data[:1], data[1:2], data[2:]
        if not label:
            return OK | BAD
        if command in b"AGI":
            return self._write(command, label, rest, now)
        if command in b"BHJ" and not rest:
            return self._read(command, label)
        if command == b"E":
            return self._special(label, rest, now)
        if command == b"F" and not rest:
            return self._read_special(label, now)
        return OK | BAD

    def _write(self, command: bytes, label: bytes, data: bytes, now: float) -> int:
        if command == b"G":
            return self._files.write_string(label, data)
        status = (self._files.write_text if command == b"A" else self._files.write_picture)(label, data)
        if status == OK:
            self._blank_until = now + self._physics.blank_s
        if status == OK and command == b"A":
            self._face_since = now
        return status

    def _read(self, command: bytes, label: bytes) -> int:
        kind = {b"B": b"A", b"H": b"B", b"J": b"D"}[command]
        if self._files.kind(label) != kind and (command, label) != (b"B", b"0"):
            return OK | BAD
        match kind:
            case b"A":
                self._reply(b"A" + label + self._files.texts.get(label, b""))
            case b"B":
                self._reply(b"G" + label + self._files.strings.get(label, b""))
            case _:
                self._reply(b"I" + label + self._files.read_picture(label))
        return OK

    def _special(self, function: bytes, data: bytes, now: float) -> int:
        if function == b" " and re.fullmatch(rb"([01][0-9]|2[0-3])[0-5][0-9]", data):
            self._clock = (now, int(data[:2]) * 60 + int(data[2:]))
        elif function == b"'" and data in (b"S", b"M"):
            self._military = data == b"M"
        elif function == b"&" and re.fullmatch(rb"[1-7]", data):
            pass  # its weekday is shown by none of the texts
        elif function == b"," and not data:
            self._face_since = now
        elif function == b"(" and re.fullmatch(rb"[0-2].{0,6}", data):
            self._deaf_until = now + self._physics.tone_s
        elif function == b"." and re.fullmatch(rb"[TSD][UL][ -~]+", data):
            self._sequence, self._face_since = data[2:], now
        elif function == b"$":
            status = self._files.configure(data)
            if status == OK:
                self._sequence, self._face_since = b"", now
                self._deaf_until = now + (self._physics.configure_s if data else self._physics.clear_s)
            return status
        else:
            return OK | BAD
        return OK

    def _read_special(self, function: bytes, now: float) -> int:
        pool = f"{self._pool_bytes:04X},{self._pool_bytes - self._files.used_bytes:04X}".encode()
        answers = {
            b" ": self._time(now).encode().replace(b":", b""),
            b'"': b"LOALANG1A1126" + (b"M" if self._military else b"S") + pool,
            b"#": pool,
            b"$": b"".join(line[0] for line in self._files.table.values()),
            b"*": bytes((self._status,)),
            b".": b"TU" + self._running(),
        }
        if function not in answers:
            return OK | BAD
        self._reply(b"E" + function + answers[function])
        return self._status if function == b"*" else OK

    def _reply(self, data: bytes) -> None:
        if self._physics.answers:
            packet = b"\x02" + data + b"\x03"
            said = f"{sum(packet) % 65536:04X}".encode()
            self._replies += bytes(20) + b"\x01000" + packet + said + b"\x04"

    # --- the face ---

    def face(self, now: float) -> Face:
        """What the sign shows at an instant; the same for the same bytes at the same times."""
        if now < self._blank_until:
            return Face("", "", (bytes(self.columns),) * self.rows, self._blank_until - now)
        texts = self._files.texts
        shows: list[tuple[str, Show]] = []
        for label in [b"0"] if b"0" in texts else [bytes((c,)) for c in self._running()]:
            shows += [(label.decode(), show) for show in shows_of(texts.get(label, b"")) or ()]
        around = _Around(self._files, self._is_colourful, self._time(now))
        return face_at(shows, self.columns, self.rows, now - self._face_since, around)

    @property
    def texts(self) -> dict[str, bytes]:
        """The TEXT files that hold something, by label."""
        return {label.decode(): text for label, text in self._files.texts.items()}

    @property
    def pictures(self) -> dict[str, tuple[bytes, ...]]:
        """The pictures that were written, by label: rows of codes."""
        return {label.decode(): dots for label, dots in self._files.pictures.items()}

    def _running(self) -> bytes:
        return self._sequence or b"".join(label for label, line in self._files.table.items() if line[2] == b"A")

    def _time(self, now: float) -> str:
        since, minutes = self._clock or (0.0, 0)
        minutes = int(minutes + (now - since) // 60) % 1440
        hour = minutes // 60 if self._military else (minutes // 60 + 11) % 12 + 1
        return f"{hour:02d}:{minutes % 60:02d}"


@dataclass(frozen=True, slots=True)
class _Around:
    """What the texts call, at one instant."""

    files: Files
    is_colourful: bool
    time: str

    def picture(self, label: str) -> tuple[bytes, ...] | None:
        name = label.encode()
        return self.files.lit(name, self.is_colourful) if self.files.kind(name) == b"D" else None

    def string(self, label: str) -> bytes | None:
        name = label.encode()
        return self.files.strings.get(name, b"") if self.files.kind(name) == b"B" else None

    def time_of_day(self) -> str:
        return self.time

    def lamp(self, colour: str) -> int:
        if not self.is_colourful:
            return 1
        return {"1": 1, "2": 2, "4": 1, "5": 2}.get(colour, 3)
