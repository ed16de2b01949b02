"""Ink to the dots of a board: its colours, and blocks of dots put one beside or above the other. Pure.

Ink is rows of one byte a dot, 0 dark and 1 lit, whatever the board's colours; `Ground` turns it into
the board's own dots (`pages.Dots`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from controller.boards.lettering.lamps import Lamps
from controller.boards.pages import Colour, depth_of
from controller.core.levels import Level

Block = tuple[bytes, ...]
"""Rows of the same length, of the board's own dots."""


class Role(Enum):
    """What ink stands for. The colours are those of the page and the screens, as pure and bright as lamps want it."""

    TEXT = (Colour.AMBER, b"\xff\xf4\xd6")  # paper
    TITLE = (Colour.AMBER, b"\x50\xff\x90")  # leaf
    PRIORITY = (Colour.GREEN, b"\xff\xb8\x00")  # turmeric
    EMERGENCY = (Colour.RED, b"\xff\x18\x08")  # lacquer
    QUIET = (Colour.GREEN, b"\x50\xff\x90")  # what stands beside: dates
    CODE = (Colour.AMBER, b"\xff\xff\xff")


def roles_of(level: Level) -> tuple[Role, Role]:
    """Of title and text."""
    if level is Level.EMERGENCY:
        return Role.EMERGENCY, Role.EMERGENCY
    if level is Level.PRIORITY:
        return Role.PRIORITY, Role.PRIORITY
    return Role.TITLE, Role.TEXT


@dataclass(frozen=True, slots=True)
class Ground:
    """A field of dots to be filled. All sizes are in dots."""

    columns: int
    rows: int
    colours: str

    @classmethod
    def of(cls, lamps: Lamps) -> Ground:
        return cls(lamps.columns, lamps.rows, lamps.colours)

    @property
    def depth(self) -> int:
        """Bytes a dot."""
        return depth_of(self.colours)

    def inked(self, ink: Sequence[bytes], role: Role) -> Block:
        if self.colours == "one":
            return tuple(ink)
        three, full = role.value
        if self.colours == "three":
            return tuple(row.replace(b"\1", bytes((three,))) for row in ink)
        return tuple(row.replace(b"\0", b"\0\0\0").replace(b"\1", full) for row in ink)

    def blank(self, columns: int, rows: int) -> Block:
        return (bytes(columns * self.depth),) * rows

    def width(self, block: Block) -> int:
        return len(block[0]) // self.depth if block else 0

    def beside(self, left: Block, right: Block, gap: int) -> Block:
        """Both on the middle row of the higher one."""
        rows = max(len(left), len(right))
        left, right = self._raised(left, rows), self._raised(right, rows)
        between = bytes(gap * self.depth)
        return tuple(a + between + b for a, b in zip(left, right, strict=True))

    def stacked(self, blocks: Sequence[Block], gap: int) -> Block:
        """One under the other, each in the middle."""
        width = max((self.width(block) for block in blocks), default=0)
        rows: list[bytes] = []
        for number, block in enumerate(blocks):
            rows += self.blank(width, gap) if number else ()
            rows += self._widened(block, width)
        return tuple(rows)

    def page(self, block: Block) -> Block:
        """A block in the middle of the whole field; what is too large for it is cut off."""
        return self._raised(self._widened(block, self.columns), self.rows)

    def strip(self, block: Block) -> Block:
        """A block as wide as it is, in the middle of the field's rows."""
        return self._raised(block, self.rows)

    def _widened(self, block: Block, columns: int) -> Block:
        free = columns - self.width(block)
        if free < 0:
            first = -free // 2 * self.depth
            return tuple(row[first : first + columns * self.depth] for row in block)
        before, after = bytes((free // 2) * self.depth), bytes((free - free // 2) * self.depth)
        return tuple(before + row + after for row in block)

    def _raised(self, block: Block, rows: int) -> Block:
        free = rows - len(block)
        if free < 0:
            return block[-free // 2 : -free // 2 + rows]
        width = self.width(block)
        return (*self.blank(width, free // 2), *block, *self.blank(width, free - free // 2))
