"""What an Alpha sign's files hold for the texts of the station: layouts as protocol pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence

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
from controller.boards.alpha_link import FILE_BYTES, ORDINARY
from controller.boards.layout import CLOCK, PAGES_AT_MOST, Layout, lay_out, waiting
from controller.boards.layout import Page as Laid
from controller.boards.link import Content, Filed
from controller.core.levels import Level
from controller.runtime.config_tables import Board

PRIORITY_BYTES = 125  # all that a priority file may hold
PAGE_BYTES = 6  # ESC, position, mode, font of two, speed
TEXT_BYTES = 480  # of one text: a minute of ticker
SEVEN_ROWS = Inline(Code.FONT, "3")
# The protocol has five steps and says no seconds; these are what the emulator takes for each.
HOLD_S = {Code.SPEED_1: 5.0, Code.SPEED_2: 4.0, Code.SPEED_3: 3.0, Code.SPEED_4: 2.0}


def layout_of(board: Board, text: str, level: Level = Level.NORMAL) -> Layout:
    """How a text stands on this board. An emergency has room only for the priority file."""
    limit = PRIORITY_BYTES - PAGES_AT_MOST * PAGE_BYTES if level is Level.EMERGENCY else TEXT_BYTES
    return lay_out(text, board.columns, board.rows, limit)


def frames_of(layout: Layout, level: Level = Level.NORMAL) -> bytes:
    """The frames that put a layout on the sign, as they go over the line."""
    label = PRIORITY if level is Level.EMERGENCY else ORDINARY
    return encode(WriteText(label, _pages(layout)))


def content_of(board: Board, place: str, texts: Sequence[str], alerts: Sequence[str]) -> Content:
    """What the board shall show: the texts by turns, most urgent first, as many as its file holds (the
    place's name and the time where there are none), and the alerts in the priority file."""
    ordinary = _filed([layout_of(board, text) for text in texts], FILE_BYTES)
    if not ordinary.data:
        ordinary = _filed([waiting(place, board.columns, board.rows, TEXT_BYTES)], FILE_BYTES)
    urgent = _filed([layout_of(board, text, Level.EMERGENCY) for text in alerts], PRIORITY_BYTES)
    return Content(ordinary, urgent if urgent.data else None)


def _filed(layouts: Sequence[Layout], room: int) -> Filed:
    shown: list[Layout] = []
    data = b""
    for layout in layouts:
        more = text_data(_pages(layout))
        if len(data) + len(more) > room:
            break  # the next one is less urgent: it does not overtake
        shown.append(layout)
        data += more
    return Filed("\n\n".join(layout.text for layout in shown if layout.pages), data)


def _pages(layout: Layout) -> tuple[Page, ...]:
    return tuple(_page(page) for page in layout.pages)


def _page(page: Laid) -> Page:
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
