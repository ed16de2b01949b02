"""The memory of an emulated Alpha sign: its table of files, and what stands in each.

Written from the facts of the protocol, not from our encoder. Every write answers with the sign's status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from controller.boards.alpha.sign_face import shows_of

POOL_BYTES = 5482  # of a BetaBrite Classic
FILE_OVERHEAD = 13
PRIORITY_LIMIT = 125
OK, BAD, SUM, OVERFLOW = 0x40, 0x20, 0x10, 0x08  # of the status register; bits are added to OK
MONO, THREE, EIGHT = b"1000", b"2000", b"4000"  # colours of a picture
DIM = {4: 1, 5: 2, 6: 3, 7: 3, 8: 3}  # what a sign of red and green lamps makes of the other colours

_FILE = re.compile(rb"([ -~])(A|B|D)(U|L)([0-9A-F]{4})([0-9A-F]{4})")
_DOTS = re.compile(rb"([0-9A-F]{2})([0-9A-F]{2})((?:[0-8]+\r)*)")


@dataclass(slots=True)
class Files:
    """`texts`, `strings` and `pictures` (rows of codes) by label; the priority file's is b"0"."""

    pool_bytes: int = POOL_BYTES
    table: dict[bytes, re.Match[bytes]] = field(default_factory=dict)
    texts: dict[bytes, bytes] = field(default_factory=dict)
    strings: dict[bytes, bytes] = field(default_factory=dict)
    pictures: dict[bytes, tuple[bytes, ...]] = field(default_factory=dict)

    @property
    def used_bytes(self) -> int:
        return sum(_bytes_of(line) for line in self.table.values())

    def kind(self, label: bytes) -> bytes:
        return self.table[label][2] if label in self.table else b""

    def configure(self, data: bytes) -> int:
        """A new table; whatever was in the files is lost, but for the priority file."""
        lines = list(_FILE.finditer(data))
        if b"".join(line[0] for line in lines) != data or len({line[1] for line in lines}) != len(lines):
            return OK | BAD
        if any(line[1] in b"0?" or not _is_fine(line) for line in lines):
            return OK | BAD
        if sum(map(_bytes_of, lines)) > self.pool_bytes:
            return OK | OVERFLOW
        self.table = {line[1]: line for line in lines}
        self.texts = {label: text for label, text in self.texts.items() if label == b"0"}
        self.strings.clear()
        self.pictures.clear()
        return OK

    def write_text(self, label: bytes, text: bytes) -> int:
        if label != b"0" and self.kind(label) != b"A":
            return OK | BAD
        if len(text) > (PRIORITY_LIMIT if label == b"0" else int(self.table[label][4], 16)):
            return OK | OVERFLOW
        if text and shows_of(text) is None:
            return OK | BAD
        if text:
            self.texts[label] = text
        else:
            self.texts.pop(label, None)
        return OK

    def write_string(self, label: bytes, text: bytes) -> int:
        if self.kind(label) != b"B" or b"\x1b" in text or (text and shows_of(text) is None):
            return OK | BAD
        if len(text) > int(self.table[label][4], 16):
            return OK | OVERFLOW
        self.strings[label] = text
        return OK

    def write_picture(self, label: bytes, data: bytes) -> int:
        """Lost, and nobody is told, while a priority message is on."""
        found = _DOTS.fullmatch(data)
        if self.kind(label) != b"D" or not found:
            return OK | BAD
        rows = found[3].split(b"\r")[:-1]
        if found[1] + found[2] != self.table[label][4] or len(rows) != int(found[1], 16):
            return OK | BAD
        if any(len(row) != int(found[2], 16) for row in rows):
            return OK | BAD
        if b"0" not in self.texts:
            self.pictures[label] = tuple(bytes(digit - 0x30 for digit in row) for row in rows)
        return OK

    def read_picture(self, label: bytes) -> bytes:
        """Size and rows, as they were written; all dark if nothing was."""
        rows = b"".join(bytes(code + 0x30 for code in row) + b"\r" for row in self._codes(label))
        return self.table[label][4] + rows

    def lit(self, label: bytes, is_colourful: bool) -> tuple[bytes, ...]:
        """A picture's dots as they are lit: 0 or 1, or on a sign of red and green lamps 0 to 3."""
        colours = self.table[label][5]
        lamps = [code % 4 if colours == THREE else code for code in range(9)]
        if colours == MONO:
            lamps = [3 * (code > 0) for code in range(9)]
        lamps = [DIM.get(lamp, lamp) if is_colourful else int(lamp > 0) for lamp in lamps]
        return tuple(bytes(lamps[code] for code in row) for row in self._codes(label))

    def _codes(self, label: bytes) -> tuple[bytes, ...]:
        size = self.table[label][4]
        return self.pictures.get(label) or (bytes(int(size[2:], 16)),) * int(size[:2], 16)


def _is_fine(line: re.Match[bytes]) -> bool:
    kind, size, extra = line[2], line[4], line[5]
    if kind == b"D":
        return 1 <= int(size[:2], 16) <= 31 and size[2:] != b"00" and extra in (MONO, THREE, EIGHT)
    return kind == b"A" or extra == b"0000"


def _bytes_of(line: re.Match[bytes]) -> int:
    """What a file takes of the pool: as told, or for DOTS (rows and columns) by its colours."""
    size = int(line[4], 16)
    if line[2] == b"D":
        bits = {MONO: 1, THREE: 2}.get(line[5], 4)
        size = int(line[4][:2], 16) * ((int(line[4][2:], 16) * bits + 7) // 8)
    return size + FILE_OVERHEAD
