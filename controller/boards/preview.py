"""What a board will show of a text, before anybody sends it: picture, words and bytes.

The picture's dots are those of the sign itself, so that what is seen is what will be shown.
"""

from __future__ import annotations

from controller.boards.drivers import DRIVERS
from controller.boards.layout import CELL_PX, LINE_PX, Layout, Page
from controller.boards.picture import DOT_PX, Dots, Field, png_of
from controller.core.levels import Level
from controller.runtime.config_tables import Board

TICKER_DOT_PX = 3  # a ticker has many pictures: smaller ones


def layout_for(board: Board, text: str, level: Level = Level.NORMAL) -> Layout:
    """The pages, the characters that become "?", and what finds no room."""
    return DRIVERS[board.driver].layout(board, text, level)


def preview_text(board: Board, text: str, level: Level = Level.NORMAL) -> str:
    return layout_for(board, text, level).text


def frames_for(board: Board, text: str, level: Level = Level.NORMAL) -> bytes:
    """The bytes for the line, ready to send."""
    return DRIVERS[board.driver].frames(layout_for(board, text, level), level)


def preview_png(board: Board, text: str, level: Level = Level.NORMAL) -> bytes:
    """The pages one under the other; of a ticker, what has passed each time the field is full of new dots."""
    pages = layout_for(board, text, level).pages
    dots = [dots for page in pages for dots in page_dots(page, board.columns, board.rows)]
    if not dots:
        dots = [Field(board.columns, board.rows).frozen()]
    return png_of(dots, TICKER_DOT_PX if any(page.scrolls for page in pages) else DOT_PX)


def page_dots(page: Page, columns: int, rows: int) -> list[Dots]:
    """The field of a still page, or the successive fields of a ticker."""
    if page.scrolls:
        line = page.lines[0]
        fields = [Field(columns, rows) for _ in range(-(-(len(line) * CELL_PX - 1) // columns))]
        for number, field in enumerate(fields):
            field.stamp(line, -number * columns, (rows - LINE_PX + 1) // 2)
        return [field.frozen() for field in fields]
    field = Field(columns, rows)
    top = (rows - len(page.lines) * LINE_PX + 1) // 2
    for number, line in enumerate(page.lines):
        field.stamp(line, (columns - len(line) * CELL_PX + 1) // 2, top + number * LINE_PX)
    return [field.frozen()]
