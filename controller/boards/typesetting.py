"""One item to the pages of one board: fonts, lines, pages, and what cannot be drawn. Pure."""

from __future__ import annotations

from controller.boards.facts import Facts
from controller.boards.layout import CELL_PX, CLOCK, LINE_PX, Layout, lay_out
from controller.boards.layout import Page as Laid
from controller.boards.layout import waiting as lay_out_waiting
from controller.boards.pages import Dots, Page, Rotation
from controller.boards.picture import Field
from controller.boards.poster import poster
from controller.boards.poster_special import waiting as poster_waiting
from controller.core.levels import Level
from controller.core.showing import Item
from controller.runtime.config_tables import Board

TEXT_LIMIT = 480  # characters of one text: a minute of ticker
URGENT_LIMIT = 113  # what a sign's priority file has room for


def typeset(board: Board, item: Item, facts: Facts) -> Rotation:
    if board.driver == "screen":
        return poster(board, item, facts)
    limit = URGENT_LIMIT if item.level is Level.EMERGENCY else TEXT_LIMIT
    return _rotation(lay_out(item.whole, board.columns, board.rows, limit), board, facts, item.ident)


def waiting(board: Board, facts: Facts) -> Rotation:
    """What a board shows when there is nothing to say: the place's name and the time of day."""
    if board.driver == "screen":
        return poster_waiting(board, facts)
    return _rotation(lay_out_waiting(facts.place, board.columns, board.rows, TEXT_LIMIT), board, facts, "")


def _rotation(layout: Layout, board: Board, facts: Facts, ident: str) -> Rotation:
    pages = tuple(
        Page(_dots(page, board, f"{facts.now:%H:%M}"), page.dwell_s, page.lines, page.scrolls, ident)
        for page in layout.pages
    )
    return Rotation(pages, layout.replaced, (), layout.left_out)


def _dots(page: Laid, board: Board, clock: str) -> Dots:
    lines = [line.replace(CLOCK, clock) for line in page.lines]
    if page.scrolls:
        strip = Field(len(lines[0]) * CELL_PX - 1, board.rows)
        strip.stamp(lines[0], 0, (board.rows - LINE_PX + 1) // 2)
        return strip.frozen()
    field = Field(board.columns, board.rows)
    top = (board.rows - len(lines) * LINE_PX + 1) // 2
    for number, line in enumerate(lines):
        field.stamp(line, (board.columns - len(line) * CELL_PX + 1) // 2, top + number * LINE_PX)
    return field.frozen()
