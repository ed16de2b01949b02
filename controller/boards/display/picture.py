"""Keeps a small picture of what a display shows, drawn as the officials' page draws it; the newest, not more than one
a second. In a thread of its own, so that no frame waits for it.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from controller.boards.pages import Dots, Page
from controller.boards.preview import png_of_page
from controller.core.errors import StationError
from controller.runtime.config_tables import Board
from controller.runtime.files import replace_file
from controller.runtime.logs import Lasting

EVERY_S = 1.0
log = logging.getLogger(__name__)


class PictureKeeper:
    """`offer` from any thread; `run` in one."""

    def __init__(self, path: Path, board: Board) -> None:
        self._path, self._board = path, board
        self._newest: Dots | None = None
        self._offered = threading.Event()
        self._fault = Lasting(log, f"picture {path.name}")

    def offer(self, dots: Dots) -> None:
        self._newest = dots
        self._offered.set()

    def wake(self) -> None:
        """Let `run` see that it is to stop."""
        self._offered.set()

    def run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            self._offered.wait()
            self._offered.clear()
            dots, self._newest = self._newest, None
            if dots is None:
                continue
            try:
                replace_file(self._path, png_of_page(self._board, Page(dots, 1.0, ())), durable=False)
                self._fault.ends()
            except StationError as error:
                self._fault.begins(str(error))
            stopping.wait(EVERY_S)
