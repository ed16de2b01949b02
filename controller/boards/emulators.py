"""Boards in software: which stands in for which kind, and the process that serves one, as `loalang run` starts it.

Apart from `drivers`, so that a station with real boards loads none of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.emulated.emulator import Emulator
from controller.boards.emulated.leavings import Record
from controller.boards.emulated.line import on_a_line
from controller.boards.emulated.tcp import on_tcp
from controller.boards.hanover.sign import HanoverSign
from controller.boards.huidu.sign import HuiduSign
from controller.runtime.config_tables import Board
from controller.runtime.places import Places

COARSE_GAP_S = 0.06  # the silence that an emulator asks for: bytes off a pseudo-terminal have coarse times


def _alpha_sign(board: Board, record: Record) -> AlphaSign:
    colours: Literal["one", "three"] = "one" if board.colours == "one" else "three"
    return AlphaSign(board.columns, board.rows, Physics(gap_s=COARSE_GAP_S), record, colours, board.pool_bytes)


EMULATORS: dict[str, Callable[[Board, Places], Emulator]] = {
    "alpha": on_a_line(_alpha_sign),
    "hanover": on_a_line(lambda board, record: HanoverSign(board.columns, board.rows, board.address, record)),
    "huidu": on_tcp(lambda board, record: HuiduSign(board.columns, board.rows, board.colours, record)),
}


def main(board: Board, places: Places, stopping: threading.Event) -> int:
    """Serve the emulated sign of `board` until `stopping`; the exit code. Ending it is pulling its plug."""
    EMULATORS[board.driver](board, places).serve(stopping)
    return 0
