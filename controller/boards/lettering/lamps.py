"""A board of lamps or plates, as far as letters must know it: its size, how it is configured, and what its kind can
do. The protocols say the latter (`typesetting.lamps_of`); nothing here knows them by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.runtime.config_tables import Board

FEWEST_ROWS = 13  # below, there is no room for the marks of Vietnamese
TEXT_LIMIT = 480  # characters of one text: a minute and a half of ticker
MOST_STILL = 9  # pages of one text


@dataclass(frozen=True, slots=True)
class Lamps:
    """Sizes are in dots. Without more said, a kind of board that can do everything."""

    columns: int
    rows: int
    colours: str
    font: str
    manner: str  # of texts that do not fit on one page
    pages_at_most: int  # of one text, by the configuration
    room: int = MOST_STILL  # pages of one text that the board can hold
    strip: int = 0  # columns of a ticker that it can hold; 0: nothing moves on it
    px_per_s: float = 0.0  # of a ticker; 0: by the width of its letters
    writes_itself: bool = False  # it is told letters, and draws them and the time of day by itself, in one colour
    alert_letters: int = TEXT_LIMIT  # that it has room for in an emergency, if it writes itself

    @classmethod
    def of(cls, board: Board) -> Lamps:
        size = board.columns, board.rows, board.colours
        return cls(*size, board.font, board.manner, board.pages_at_most, strip=TEXT_LIMIT * board.rows)
