"""What an Alpha sign can do with pages: how much of one text its memory holds, how fast a ticker moves, and that it
writes by itself where there is no room for pictures of letters. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from controller.boards.alpha.files import memory_of
from controller.boards.alpha.words import AlphaError
from controller.boards.lettering.lamps import FEWEST_ROWS, Lamps
from controller.runtime.config_tables import Board

PX_PER_S = 50.0  # of a ticker, whatever its letters
TICKER_ROWS = 31  # higher pictures are two, and those do not pass together
PRIORITY_LETTERS = 113  # what a priority file has room for beside its codes


def lamps_of(board: Board) -> Lamps:
    """A text that is longer than the sign's memory must be known to be cut."""
    lamps = replace(Lamps.of(board), px_per_s=PX_PER_S)
    if board.rows < FEWEST_ROWS:
        return replace(lamps, writes_itself=True, alert_letters=PRIORITY_LETTERS)
    try:
        memory = memory_of(board)
    except AlphaError:  # too small for anything, which its link says
        return replace(lamps, room=1, strip=0)
    places = len(memory.places) - memory.reserved
    strip = 0 if board.rows > TICKER_ROWS else places * board.columns
    return replace(lamps, room=min(lamps.room, places), strip=strip)
