"""An Alpha sign in software: what it does with each byte that reaches it.

Written from the facts of the protocol, not from our encoder, and strict where a real sign is: a
packet with anything wrong is dropped and only the status register tells. It is deaf while it
rearranges its memory, forgets everything without power, and acknowledges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from controller.boards.emulated import Face
from controller.boards.emulator_face import Show, face_at, shows_of

POOL_BYTES = 5482  # of a BetaBrite Classic
FILE_OVERHEAD = 13
PRIORITY_LIMIT = 125
PACKET_GAP_S = 1.0  # a longer silence inside a packet ends it, and nobody is told
LONGEST_PACKET = 8192
OK, BAD, SUM, OVERFLOW = 0x40, 0x20, 0x10, 0x08  # of the status register; bits are added to OK

_FILE = re.compile(rb"([ -~])(A|B|D)(U|L)([0-9A-F]{4})([0-9A-F]{4})")


@dataclass(frozen=True, slots=True)
class Physics:
    """How long the sign hears nothing after some commands, in seconds (measured on real ones)."""

    clear_s: float = 2.0
    configure_s: float = 10.0
    tone_s: float = 3.0
    answers: bool = True  # many signs are wired one way only


class AlphaSign:
    """One sign of `columns` x `rows` dots. `noted` is called for every packet that it obeyed."""

    def __init__(
        self,
        columns: int,
        rows: int,
        physics: Physics | None = None,
        noted: Callable[[dict[str, str]], None] = lambda note: None,
    ) -> None:
        self.columns, self.rows = columns, rows
        self._physics, self._noted = physics or Physics(), noted
        self._packet, self._nuls, self._last_at = bytearray(), 0, 0.0
        self.lose_power(0.0)

    def lose_power(self, now: float) -> None:
        """Off and on again with a flat memory battery: no file, no priority, no clock."""
        self._table: dict[bytes, tuple[bytes, int, bytes]] = {}  # label -> (kind, size, its line of the table)
        self._texts: dict[bytes, bytes] = {}
        self._sequence: bytes = b""
        self._clock: tuple[float, int] | None = None  # (when set, minutes then)
        self._military = False
        self._status = OK
        self._deaf_until = now
        self._replies = b""
        self._face_since = now
        self._drop()

    # --- the wire ---

    def hear(self, byte: int, now: float) -> None:
        """One byte off the line, at monotonic instant `now`."""
        if self._packet and now - self._last_at > PACKET_GAP_S:
            self._drop()
        self._last_at = now
        if now < self._deaf_until:
            self._drop()
        elif self._packet:
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

    def _packet_goes_on(self, byte: int, now: float) -> None:
        if byte == 0x00 or byte > 0x7F or len(self._packet) > LONGEST_PACKET:
            self._status = OK | BAD
            self._drop()
            self._nuls = 1 if byte == 0x00 else 0
        elif byte == 0x04:
            packet = bytes(self._packet)
            self._drop()
            self._status = self._obey(packet, now)

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
            if status == OK and data[:1] in b"AE":
                self._noted({"command": data.decode("ascii"), "checksum": said.decode() if end else ""})
        return status

    # --- the commands ---

    def _command(self, data: bytes, now: float) -> int:
        command, rest = data[:1], data[1:]
        if command == b"A" and rest:
            return self._write_text(rest[:1], rest[1:], now)
        if command == b"B" and len(rest) == 1:
            return self._read_text(rest)
        if command == b"E" and rest:
            return self._special(rest[:1], rest[1:], now)
        if command == b"F" and len(rest) == 1:
            return self._read_special(rest, now)
        return OK | BAD

    def _write_text(self, label: bytes, text: bytes, now: float) -> int:
        if label == b"0":
            limit = PRIORITY_LIMIT
        elif self._table.get(label, (b"", 0, b""))[0] == b"A":
            limit = self._table[label][1]
        else:
            return OK | BAD
        if len(text) > limit:
            return OK | OVERFLOW
        if text and shows_of(text) is None:
            return OK | BAD
        if text:
            self._texts[label] = text
        else:
            self._texts.pop(label, None)
        self._face_since = now
        return OK

    def _read_text(self, label: bytes) -> int:
        if label != b"0" and self._table.get(label, (b"",))[0] != b"A":
            return OK | BAD
        self._reply(b"A" + label + self._texts.get(label, b""))
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
            return self._configure(data, now)
        else:
            return OK | BAD
        return OK

    def _configure(self, data: bytes, now: float) -> int:
        files = list(_FILE.finditer(data))
        if b"".join(file[0] for file in files) != data or len({file[1] for file in files}) != len(files):
            return OK | BAD
        if any(file[1] in b"0?" for file in files):  # not to be given away
            return OK | BAD
        if sum(_bytes_of(file[2], file[4], file[5]) + FILE_OVERHEAD for file in files) > POOL_BYTES:
            return OK | OVERFLOW
        self._table = {file[1]: (file[2], int(file[4], 16), file[0]) for file in files}
        self._texts = {label: text for label, text in self._texts.items() if label == b"0"}
        self._sequence = b""
        self._deaf_until = now + (self._physics.configure_s if data else self._physics.clear_s)
        self._face_since = now
        return OK

    def _read_special(self, function: bytes, now: float) -> int:
        used = sum(_bytes_of(kind, line[3:7], line[7:11]) + FILE_OVERHEAD for kind, _, line in self._table.values())
        answers = {
            b" ": self._time(now).encode().replace(b":", b""),
            b'"': f"LOALANG1A1126{'M' if self._military else 'S'}{POOL_BYTES:04X},{POOL_BYTES - used:04X}".encode(),
            b"#": f"{POOL_BYTES:04X},{POOL_BYTES - used:04X}".encode(),
            b"$": b"".join(line for _, _, line in self._table.values()),
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
        shows: list[tuple[str, Show]] = []
        for label in [b"0"] if b"0" in self._texts else [bytes((c,)) for c in self._running()]:
            shows += [(label.decode(), show) for show in shows_of(self._texts.get(label, b"")) or ()]
        return face_at(shows, self.columns, self.rows, now - self._face_since, lambda: self._time(now))

    @property
    def texts(self) -> dict[str, bytes]:
        """The files that hold something, by label."""
        return {label.decode(): text for label, text in self._texts.items()}

    def _running(self) -> bytes:
        return self._sequence or b"".join(label for label, line in self._table.items() if line[0] == b"A")

    def _time(self, now: float) -> str:
        since, minutes = self._clock or (0.0, 0)
        minutes = int(minutes + (now - since) // 60) % 1440
        hour = minutes // 60 if self._military else (minutes // 60 + 11) % 12 + 1
        return f"{hour:02d}:{minutes % 60:02d}"


def _bytes_of(kind: bytes, size: bytes, extra: bytes) -> int:
    """What a file takes of the pool: as told, or for DOTS (rows and columns) by its colours."""
    if kind != b"D":
        return int(size, 16)
    bits = {b"1": 1, b"2": 2, b"4": 4}.get(extra[:1], 4)
    return int(size[:2], 16) * ((int(size[2:], 16) * bits + 7) // 8)
