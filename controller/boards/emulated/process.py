"""The process of a board that is not there: its emulator, as `loalang run` starts it."""

from __future__ import annotations

import threading

from controller.boards.drivers import DRIVERS
from controller.runtime.config_tables import Board
from controller.runtime.places import Places


def main(board: Board, places: Places, stopping: threading.Event) -> int:
    """Serve the emulated sign of `board` until `stopping`; the exit code. Ending it is pulling its plug."""
    DRIVERS[board.driver].emulator(board, places).serve(stopping)
    return 0
