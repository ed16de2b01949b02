"""Keeps a PNG of the current screen, for the page, the tests and whoever stands elsewhere.

Made of plain bytes with zlib in a thread of its own: pygame's own writer holds Python's lock for
40 ms, which a finger would feel.
"""

from __future__ import annotations

import logging
import queue
import struct
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path

from controller.core.errors import StationError
from controller.runtime.files import replace_file
from controller.runtime.logs import Lasting

WAIT_S = 5.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shot:
    width: int
    height: int
    rgb: bytes  # three a pixel, row by row


def png(shot: Shot) -> bytes:
    """The picture as a PNG file (ISO/IEC 15948), 8 bits a channel, lines unfiltered."""
    line = shot.width * 3
    lines = b"".join(b"\0" + shot.rgb[at : at + line] for at in range(0, len(shot.rgb), line))
    header = struct.pack(">IIBBBBB", shot.width, shot.height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class PictureKeeper:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._shots: queue.Queue[Shot | None] = queue.Queue(maxsize=1)
        self._fault = Lasting(log, "picture of the screen")

    def offer(self, shot: Shot) -> bool:
        """Hand over the newest screen; False, and nothing happens, while the last is being written."""
        try:
            self._shots.put_nowait(shot)
        except queue.Full:
            return False
        return True

    def wake(self) -> None:
        """Let `run` see that it is to stop."""
        try:
            self._shots.put_nowait(None)
        except queue.Full:
            return

    def run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                shot = self._shots.get(timeout=WAIT_S)
            except queue.Empty:
                continue
            if shot is not None:
                self._write(png(shot))
            del shot  # six megabytes, until the next one comes

    def _write(self, data: bytes) -> None:
        try:
            replace_file(self._path, data, durable=False)
            self._fault.ends()
        except StationError as error:
            self._fault.begins(str(error))
