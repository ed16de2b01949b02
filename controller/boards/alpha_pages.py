"""What an Alpha sign's files hold for a rotation: its pages as the protocol's own. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from controller.boards.alpha import (
    PRIORITY,
    Code,
    Inline,
    Mode,
    Page,
    Position,
    WriteText,
)
from controller.boards.alpha_bytes import encode, text_data
from controller.boards.layout import CLOCK
from controller.boards.pages import Content, Rotation
from controller.boards.pages import Page as Shown
from controller.core.levels import Level

ORDINARY = "A"
FILE_BYTES = 2048  # of file A; a BetaBrite Classic has 5,482 in all
PRIORITY_BYTES = 125  # all that a priority file may hold
SEVEN_ROWS = Inline(Code.FONT, "3")
# The protocol has five steps and says no seconds; these are what the emulator takes for each.
HOLD_S = {Code.SPEED_1: 5.0, Code.SPEED_2: 4.0, Code.SPEED_3: 3.0, Code.SPEED_4: 2.0}


@dataclass(frozen=True, slots=True)
class Filed:
    """What one file of the sign shall hold: the text for people, the bytes for the sign."""

    text: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Files:
    ordinary: Filed
    priority: Filed | None = None

    @property
    def live(self) -> Filed:
        return self.priority or self.ordinary


def files_of(content: Content) -> Files:
    """What the sign's files shall hold: the pages by turns, as many as there is room for."""
    urgent = _filed(content.urgent.pages, PRIORITY_BYTES) if content.urgent else None
    return Files(_filed(content.ordinary.pages, FILE_BYTES), urgent if urgent and urgent.data else None)


def frames_of(rotation: Rotation, level: Level = Level.NORMAL) -> bytes:
    """The frames that put a rotation on the sign, as they go over the line."""
    label = PRIORITY if level is Level.EMERGENCY else ORDINARY
    return encode(WriteText(label, tuple(_page(page) for page in rotation.pages)))


def _filed(pages: Sequence[Shown], room: int) -> Filed:
    shown: list[str] = []
    data = b""
    for page in pages:
        more = text_data((_page(page),))
        if len(data) + len(more) > room:
            break  # the next one is less urgent: it does not overtake
        shown.append("\n".join(page.lines).replace(CLOCK, "--:--"))
        data += more
    return Filed("\n\n".join(shown), data)


def _page(page: Shown) -> Page:
    if page.scrolls:
        return Page((SEVEN_ROWS, *_pieces(page.lines[0])), (Position.MIDDLE, Mode.ROTATE))
    speed = next((code for code, held_s in reversed(HOLD_S.items()) if held_s >= page.dwell_s), Code.SPEED_1)
    body: list[str | Inline] = [SEVEN_ROWS, Inline(speed)]
    for number, line in enumerate(page.lines):
        if number:
            body.append(Inline(Code.NEW_LINE))
        body += _pieces(line)
    return Page(tuple(body), (Position.FILL, Mode.HOLD))


def _pieces(line: str) -> list[str | Inline]:
    before, clock, behind = line.partition(CLOCK)
    return [piece for piece in (before, Inline(Code.TIME) if clock else "", behind) if piece]
