"""What a board will show of a text, before anybody sends it: picture, words and bytes.

The picture's dots are those of the board itself, so that what is seen is what will be shown.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime

from controller.boards.facts import Facts
from controller.boards.lettering.stills import rgb_of
from controller.boards.pages import Dots, Page, Rotation, depth_of
from controller.boards.picture import DOT_PX, png_of
from controller.boards.typesetting import typeset
from controller.core.errors import InputError, Problem
from controller.core.levels import Level
from controller.core.showing import Item
from controller.runtime.config_tables import Board

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
TICKER_DOT_PX = 3  # a ticker has many pictures: smaller ones
LAMPS_AT_MOST = 400  # columns: on wider boards lamps cannot be told apart
WIDTH_PX = 1200  # of a picture with lamps at most, if they have their usual size
SCREEN_PX = 640  # of one without
SCREEN_COLOURS = 256  # of a screen's: a fifth of the bytes, and nobody sees it
GAP_PX = 12  # between two pages


def draft(text: str, level: Level = Level.NORMAL, title: str = "", qr: str = "") -> Item:
    """Something to be shown that is nowhere yet."""
    return Item(title, text, level, 0, _NEVER, None, False, "", qr=qr)


def frames_for(board: Board, item: Item, facts: Facts) -> bytes:
    """The bytes for the line, ready to send; InputError where a board has no line."""
    from controller.boards.drivers import DRIVERS  # every protocol: only where bytes are asked for

    if board.driver not in DRIVERS:
        raise InputError(Problem.of("board", "no_line", board=board.id, driver=board.driver))
    return DRIVERS[board.driver].frames(board, typeset(board, item, facts), item.level)


def png_of_rotation(board: Board, rotation: Rotation) -> bytes:
    """The pages one under the other; of a ticker, what has passed each time the field is full of new dots."""
    dots = [field for page in rotation.pages for field in fields_of(board, page)]
    if not dots:
        dots = [(bytes(board.columns * depth_of(board.colours)),) * board.rows]
    return _drawn(board, dots, any(page.scrolls for page in rotation.pages))


def png_of_page(board: Board, page: Page) -> bytes:
    """All of a page, of a ticker the whole strip."""
    return _drawn(board, [page.dots], page.scrolls)


def fields_of(board: Board, page: Page) -> list[Dots]:
    """The field of a still page, or the successive fields of a ticker."""
    if not page.scrolls:
        return [page.dots]
    depth = depth_of(board.colours)
    wide, size = len(page.dots[0]), board.columns * depth
    return [tuple(row[left : left + size].ljust(size, b"\0") for row in page.dots) for left in range(0, wide, size)]


def _drawn(board: Board, fields: list[Dots], is_long: bool) -> bytes:
    if board.driver == "screen" or board.columns > LAMPS_AT_MOST:
        return _scaled(board, fields)
    dot_px = next((px for px in (DOT_PX, 4, TICKER_DOT_PX) if board.columns * px <= WIDTH_PX), TICKER_DOT_PX)
    return png_of(fields, min(dot_px, TICKER_DOT_PX) if is_long else dot_px, board.colours)


def _scaled(board: Board, fields: list[Dots]) -> bytes:
    """Plain pixels, no lamps, at most so wide."""
    from PIL import Image  # large boards only

    parts = []
    for field in fields:
        rows = tuple(field) if board.colours == "full" else rgb_of(board, field)  # of a screen: drawn once
        picture = Image.frombytes("RGB", (len(rows[0]) // 3, len(rows)), b"".join(rows))
        if picture.width > SCREEN_PX:
            height = max(1, round(picture.height * SCREEN_PX / picture.width))
            picture = picture.resize((SCREEN_PX, height), Image.Resampling.LANCZOS)
        parts.append(picture)
    whole = Image.new("RGB", (max(part.width for part in parts), sum(part.height + GAP_PX for part in parts) - GAP_PX))
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height + GAP_PX
    if board.driver == "screen":
        whole = whole.quantize(SCREEN_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    file = io.BytesIO()
    whole.save(file, "PNG")
    return file.getvalue()
