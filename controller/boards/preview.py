"""What a board will show of a text, before anybody sends it: picture, words and bytes.

The picture's dots are those of the board itself, so that what is seen is what will be shown.
"""

from __future__ import annotations

from datetime import UTC, datetime

from controller.boards.drivers import DRIVERS
from controller.boards.facts import Facts
from controller.boards.pages import Dots, Page, Rotation
from controller.boards.picture import DOT_PX, Field, png_of
from controller.boards.typesetting import typeset
from controller.core.levels import Level
from controller.core.showing import Item
from controller.runtime.config_tables import Board

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
TICKER_DOT_PX = 3  # a ticker has many pictures: smaller ones


def draft(text: str, level: Level = Level.NORMAL, title: str = "") -> Item:
    """Something to be shown that is nowhere yet."""
    return Item(title, text, level, 0, _NEVER, None, False, "")


def frames_for(board: Board, item: Item, facts: Facts) -> bytes:
    """The bytes for the line, ready to send."""
    return DRIVERS[board.driver].frames(board, typeset(board, item, facts), item.level)


def png_of_rotation(board: Board, rotation: Rotation) -> bytes:
    """The pages one under the other; of a ticker, what has passed each time the field is full of new dots."""
    dots = [field for page in rotation.pages for field in fields_of(page, board.columns)]
    if not dots:
        dots = [Field(board.columns, board.rows).frozen()]
    return png_of(dots, TICKER_DOT_PX if any(page.scrolls for page in rotation.pages) else DOT_PX)


def fields_of(page: Page, columns: int) -> list[Dots]:
    """The field of a still page, or the successive fields of a ticker."""
    if not page.scrolls:
        return [page.dots]
    wide = len(page.dots[0])
    return [
        tuple(row[left : left + columns].ljust(columns, b"\0") for row in page.dots) for left in range(0, wide, columns)
    ]
