"""What a large screen shows of one item: calm full-colour pages that fill it with letters as large as fit.

Paper by day, the night ground after dark, lacquer for an emergency. A long text takes several pages, never
a ticker. Composes only: the dots are drawn when somebody looks at them (`sheet`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from controller.boards.facts import Facts
from controller.boards.lettering.qr import modules_of
from controller.boards.lettering.texts import reading_s
from controller.boards.pages import Page, Rotation
from controller.boards.poster.frame import DAY, Frame, frame_of, sheet_of
from controller.boards.poster.sheet import QUIET, Area, Box, Code, Disc, Line, Mark, Photo
from controller.boards.poster.special import special
from controller.boards.poster.text import blocks_of
from controller.boards.poster.typeface import fitted, ruler
from controller.core.levels import Level
from controller.core.notices import Special
from controller.core.palette import INK, LACQUER, LEAF, PAPER, TURMERIC
from controller.core.showing import Item
from controller.runtime.config_tables import Board

CODE_U = 28.0  # the side of a QR code: on a screen of 43 inches 20 cm, which a phone reads from two metres
SIDE_SHARE = 0.4  # of the width, that a picture takes beside a text
MANY_BYTES = 140  # of an address, above which a code is less sturdy, for larger modules
PICTURE_S = 8.0  # of a page with nothing to read


def poster(board: Board, item: Item, facts: Facts) -> Rotation:
    """The pages of one item, in turn. Whatever has no letter in the typeface is named in `undrawable`, what
    `board.pages_at_most` pages of the smallest letters cannot hold in `left_out`."""
    frame = frame_of(board, facts, item.level)
    if item.special is not Special.NONE:
        return special(frame, item)
    letters = ruler()
    title, lacking = letters.drawable(item.title.replace("\n", " "))
    text, also = letters.drawable(item.text)
    undrawable = tuple(dict.fromkeys((*lacking, *also)))
    room, marks = frame.room, []
    if tag := _tag(frame, item):
        marks += tag
        taken = frame.u(9 if item.level is Level.EMERGENCY else 6.5)
        room = Box(room.x, room.y + taken, room.width, max(1, room.height - taken))
    beside, room = _beside(frame, item, room, bool(title or text))
    marks += beside
    kinds = {type(mark) for mark in beside}
    wanted = (("picture", item.picture, Photo), ("qr", item.qr, Code))
    without = tuple(name for name, value, kind in wanted if value and kind not in kinds)
    if not (title or text):
        if not beside:
            return Rotation((), undrawable, without=without)
        page = Page(sheet_of(frame, marks), PICTURE_S, (), item=item.ident)
        return Rotation((page,), undrawable, without=without)
    blocks, left_out = blocks_of(title, text, room, frame, board.pages_at_most)
    pages = []
    for number, block in enumerate(blocks, 1):
        shown = [*marks, *block.marks(room, frame, f"{number}/{len(blocks)}" if len(blocks) > 1 else "")]
        lines = (*block.title, *block.text)
        pages.append(Page(sheet_of(frame, shown), reading_s(lines), lines, item=item.ident))
    return Rotation(tuple(pages), undrawable, (), left_out, without=without)


# --- what stands beside the words ---


def _tag(frame: Frame, item: Item) -> list[Mark]:
    """Above the words: that it is an emergency, that it matters, that it sounds now; a sign and a word."""
    words, box = frame.words, frame.room
    if item.level is Level.EMERGENCY:
        size, sign = frame.u(6), "!"
        wide = box.width - round(size * 1.6)
        choices = ["emergency_on_air", "emergency"] if item.on_air else ["emergency"]
        said = (words(f"board.poster.{key}") for key in choices)
        text = next((text for text in said if ruler().width(text, size, True) <= wide), "")
        disc = Disc(Box(box.x, box.y, round(size * 1.2), round(size * 1.2)), PAPER, sign, LACQUER)
        return [disc, Line(text, box.x + round(size * 1.6), box.y + round(size * 0.96), size, True, PAPER)]
    if not item.on_air and item.level is not Level.PRIORITY:
        return []
    key = "on_air" if item.on_air else "priority"
    ground, ink = (LEAF, INK) if item.on_air and frame.tint is DAY else (TURMERIC, INK)
    size = frame.u(2.6)
    text = fitted(words(f"board.poster.{key}"), box.width - 2 * size, size, True, ruler())
    width = round(ruler().width(text, size, True))
    chip = Area(Box(box.x, box.y, width + 2 * size, round(size * 1.75)), ground, round(size * 0.4))
    return [chip, Line(text, box.x + size, box.y + round(size * 1.22), size, True, ink)]


def _beside(frame: Frame, item: Item, room: Box, words: bool) -> tuple[list[Mark], Box]:
    """Picture and QR code, and the room that is left for the words: at their left, or between them where
    the screen stands upright."""
    path = frame.facts.pictures / f"{item.picture}.png"
    shape = _shape(path) if item.picture else 0.0
    code = _code(item.qr, frame) if item.qr else None
    gap = frame.u(4)
    marks: list[Mark] = []
    if not words:
        if code and shape:
            marks, room = _coded(code, room, gap)
        elif code:
            return [
                replace(code, x=room.x + (room.width - code.side) // 2, y=room.y + (room.height - code.side) // 2)
            ], room
        if shape:
            marks.append(Photo(room, path))
        return marks, room
    if not shape and not code:
        return [], room
    if room.width < room.height:
        if code:
            marks.append(replace(code, x=room.right - code.side, y=room.bottom - code.side))
            room = replace(room, height=max(1, room.height - code.side - gap))
        if shape:
            height = min(round(room.width / shape), round(room.height * 0.45))
            marks.append(Photo(replace(room, height=height), path))
            room = Box(room.x, room.y + height + gap, room.width, max(1, room.height - height - gap))
        return marks, room
    if code and not shape:
        return _coded(code, room, gap)
    wide = min(round(room.width * SIDE_SHARE), round(room.height * shape))
    rest, side = _split(room, max(wide, code.side if code else 0), gap)
    if code:
        marks.append(replace(code, x=side.right - code.side, y=side.bottom - code.side))
        side = replace(side, height=max(1, side.height - code.side - gap))
    marks.append(Photo(side, path))
    return marks, rest


def _coded(code: Code, room: Box, gap: int) -> tuple[list[Mark], Box]:
    """A code in the lower right corner, and the room at its left."""
    rest, side = _split(room, code.side, gap)
    return [replace(code, x=side.x, y=room.bottom - code.side)], rest


def _split(room: Box, width: int, gap: int) -> tuple[Box, Box]:
    """The room at the left, and one of a width at the right."""
    left = max(1, room.width - width - gap)
    return replace(room, width=left), Box(room.right - width, room.y, width, room.height)


def _shape(path: Path) -> float:
    """Width by height of a kept picture; 0 where there is none that can be read."""
    try:
        with Image.open(path) as file:
            return file.width / file.height
    except (OSError, ValueError, Image.DecompressionBombError):
        return 0.0


def _code(address: str, frame: Frame) -> Code | None:
    """The code of an address, as large as it shall be; None for one that no code holds, or where modules would be
    smaller than a dot."""
    modules = modules_of(address, is_sturdy=len(address.encode()) <= MANY_BYTES)
    if modules is None:
        return None
    most = min(frame.u(CODE_U), frame.room.width // 2, frame.room.height)
    module = most // (len(modules) + 2 * QUIET)
    return Code(0, 0, modules, module) if module else None
