"""One item to the pages of one board, whatever its kind: its words, its picture, its code, and what cannot be shown.
The door to lettering (lamps) and posters (screens). Pure, but for kept pictures and fonts, which are read when they
are first needed.
"""

from __future__ import annotations

from dataclasses import replace

from controller.boards.facts import Facts
from controller.boards.lettering.blocks import Block, Ground
from controller.boards.lettering.lamps import Lamps
from controller.boards.lettering.paging import Code, keeps_marks, worded
from controller.boards.lettering.special import special
from controller.boards.lettering.special import waiting as waiting_in_dots
from controller.boards.pages import Page, Rotation, joined
from controller.boards.tongue import words
from controller.core.levels import Level
from controller.core.notices import Special
from controller.core.showing import Item
from controller.runtime.config_tables import Board

ROWS_FOR_PICTURES = 32  # on fewer neither a picture nor a code can be made out
PICTURE_S = 6.0


def typeset(board: Board, item: Item, facts: Facts) -> Rotation:
    if board.driver == "screen":
        from controller.boards.poster.poster import poster  # brings Pillow

        return poster(board, item, facts)
    lamps = lamps_of(board)
    if item.special is not Special.NONE:
        return special(lamps, item.special, facts, item.ident)
    code = _code(lamps, item)
    tag = words()("board.tag.emergency") if item.level is Level.EMERGENCY else ""
    told = worded(lamps, item.title, item.text, item.level, item.ident, tag, code)
    picture = _picture(lamps, item, facts)
    without = [
        name for name, wanted, got in (("picture", item.picture, picture), ("qr", item.qr, code)) if wanted and not got
    ]
    if picture is not None:
        shown = Page(Ground.of(lamps).page(picture), PICTURE_S, (words()("board.page.picture"),), item=item.ident)
        told = joined((told, Rotation((shown,))))
    return joined((told, Rotation((), without=tuple(without))))


def waiting(board: Board, facts: Facts) -> Rotation:
    """What a board shows when there is nothing to say: the place's name and the time of day."""
    if board.driver == "screen":
        from controller.boards.poster.special import waiting as waiting_on_a_screen  # brings Pillow

        return waiting_on_a_screen(board, facts)
    return waiting_in_dots(lamps_of(board), facts)


def lamps_of(board: Board) -> Lamps:
    """What a kind of board can do with pages; one that can do everything need not be named here."""
    match board.driver:
        case "alpha":
            from controller.boards.alpha.limits import lamps_of as lamps_of_sign

            return lamps_of_sign(board)
        case "hanover" | "huidu":  # plates take too long to turn, the other is given still pictures
            return replace(Lamps.of(board), strip=0)
        case _:
            return Lamps.of(board)


def _code(lamps: Lamps, item: Item) -> Code | None:
    if not item.qr or lamps.rows < ROWS_FOR_PICTURES or not keeps_marks(lamps):
        return None
    from controller.boards.lettering.qr import code_of  # brings a library that few boards need

    ink = code_of(item.qr, min(lamps.rows, lamps.columns))
    return Code(ink, item.qr, words()("board.page.scan")) if ink else None


def _picture(lamps: Lamps, item: Item, facts: Facts) -> Block | None:
    if not item.picture or lamps.rows < ROWS_FOR_PICTURES or not keeps_marks(lamps):
        return None
    from controller.boards.lettering.pictures import picture_of  # brings Pillow

    return picture_of(Ground.of(lamps), facts.pictures / f"{item.picture}.png")
