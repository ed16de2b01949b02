"""Words on a large screen: in letters as large as fill their room, over several pages where they must."""

from __future__ import annotations

from dataclasses import dataclass, replace

from controller.boards.poster.frame import Frame
from controller.boards.poster.sheet import Box, Line, Mark
from controller.boards.poster.typeface import ASCENT, LINE, Words, ruler

LARGEST, COMFORTABLE, SMALLEST = 15.0, 5.6, 3.8  # sizes of text in units
TITLE = 1.22  # of the text's size
GAP = 0.55  # of the text's size, between title and text


@dataclass(frozen=True, slots=True)
class Block:
    """Title and lines of one page, and their size."""

    title: tuple[str, ...]
    text: tuple[str, ...]
    size: float

    def height(self) -> float:
        between = GAP * self.size if self.title and self.text else 0.0
        return len(self.title) * TITLE * self.size * LINE + between + len(self.text) * self.size * LINE

    def marks(self, room: Box, frame: Frame, number: str) -> list[Mark]:
        """In the middle of the room, a little above it; `number` of the page at the right, below."""
        marks: list[Mark] = []
        tint = frame.tint
        y = room.y + max(0.0, room.height - self.height()) * 0.45
        for line in self.title:
            size = TITLE * self.size
            marks.append(Line(line, room.x, round(y + ASCENT * size), max(1, int(size)), True, tint.text))
            y += size * LINE
        y += GAP * self.size if self.title else 0.0
        for line in self.text:
            marks.append(Line(line, room.x, round(y + ASCENT * self.size), max(1, int(self.size)), False, tint.text))
            y += self.size * LINE
        if number:
            size = frame.u(2.6)
            x = room.right - round(ruler().width(number, size, True))
            marks.append(Line(number, x, room.bottom + frame.u(2.0), size, True, tint.muted))
        return marks


def blocks_of(title: str, text: str, room: Box, frame: Frame, most: int) -> tuple[list[Block], str]:
    """The pages of a text: as few as letters of a comfortable size allow, then letters as large as these pages allow.
    Also what is left over after `most` pages of the smallest letters."""
    heading, said = Words(title, True, ruler()), Words(text, False, ruler())

    def broken(size: float) -> list[Block]:
        return _paged(heading, said, room, size)

    count = min(len(broken(frame.u(COMFORTABLE))), most)
    low, high = frame.u(SMALLEST), min(frame.u(LARGEST), room.height)
    while low < high:
        middle = (low + high + 1) // 2
        if len(broken(middle)) <= count:
            low = middle
        else:
            high = middle - 1
    blocks = broken(low)
    left_out = " ".join(line for block in blocks[count:] for line in block.text)
    kept = blocks[:count]
    if left_out:
        last = kept[-1]
        ended = (*last.text[:-1], last.text[-1].rstrip(" ,;:.-–") + "…") if last.text else last.text
        kept[-1] = replace(last, text=ended)
    return kept, left_out


def _paged(heading: Words, said: Words, room: Box, size: float) -> list[Block]:
    """At one size; the title stands on the first page."""
    title = tuple(heading.lines(room.width, TITLE * size))
    lines = said.lines(room.width, size)
    per_page = max(1, int(room.height // (size * LINE)))
    taken = len(title) * TITLE * size * LINE + (GAP * size if title and lines else 0.0)
    first = max(0, int((room.height - taken) // (size * LINE))) if title else per_page
    blocks = [Block(title, tuple(lines[:first]), size)]
    rest = lines[first:]
    if title and taken > room.height:  # a title that is a page of its own, and more
        at_most = max(1, int(room.height // (TITLE * size * LINE)))
        blocks = [Block(title[at : at + at_most], (), size) for at in range(0, len(title), at_most)]
        rest = lines
    pages = -(-len(rest) // per_page)
    even = -(-len(rest) // pages) if pages else 1  # so that the last page is not a lonely line
    blocks += [Block((), tuple(rest[at : at + even]), size) for at in range(0, len(rest), even)]
    return [block for block in blocks if block.title or block.text]
