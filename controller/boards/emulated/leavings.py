"""What every emulated board leaves behind for people to look at: its picture (`pictures/board-<id>.png`), its words
(`.txt`), and a bounded record of the frames that it obeyed (`board-<id>.frames.jsonl`).
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from controller.boards.emulated.board import Face
from controller.boards.picture import png_of
from controller.core.errors import StationError
from controller.runtime.config_tables import Board
from controller.runtime.files import replace_file
from controller.runtime.logs import Lasting
from controller.runtime.places import Places

RECORD_LIMIT = 1_000_000  # bytes of the record; one older one is kept
log = logging.getLogger(__name__)


class Record:
    """Appends what the sign obeyed as JSON lines; starts anew when it has grown too long."""

    def __init__(self, board: str, places: Places) -> None:
        self._path = places.pictures / f"board-{board}.frames.jsonl"

    def __call__(self, note: dict[str, str]) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **note}) + "\n"
        try:
            if self._path.exists() and self._path.stat().st_size + len(line) > RECORD_LIMIT:
                self._path.replace(self._path.with_suffix(".jsonl.1"))
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:  # a full disk is no reason for a sign to go dark
            log.warning("the record of board frames is not kept: %s", error)


class Portrait:
    """Keeps the picture and the words of an emulated board."""

    def __init__(self, board: Board, places: Places) -> None:
        self._png = places.picture(f"board-{board.id}")
        self._txt = places.pictures / f"board-{board.id}.txt"
        self._colours = board.colours
        self._drawn: Face | None = None  # as it is kept
        self._unkept = Lasting(log, f"the picture of board {board.id} is not kept")

    def draw(self, face: Face) -> None:
        """Write what differs from the last time; where that cannot be, as with a full disk, the next time."""
        old, self._drawn = self._drawn, None
        try:
            if old is None or face.dots != old.dots:
                replace_file(self._png, png_of([face.dots], colours=self._colours), durable=False)
            if old is None or (face.file, face.text) != (old.file, old.text):
                replace_file(self._txt, f"file: {face.file or '-'}\n\n{face.text}\n".encode(), durable=False)
        except StationError as error:
            self._unkept.begins(str(error))
            return
        self._unkept.ends()
        self._drawn = face
