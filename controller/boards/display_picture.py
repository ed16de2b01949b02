"""Keeps a small picture of what a display shows, for the officials' page; the newest, not more than one a second.

Drawn and written in a thread of its own, so that no frame waits for it.
"""

from __future__ import annotations

import io
import logging
import threading
from pathlib import Path

from PIL import Image

from controller.boards.pages import Colour, Dots
from controller.core.errors import StationError
from controller.runtime.files import replace_file
from controller.runtime.logs import Lasting

EVERY_S = 1.0
WIDTH_PX = 640  # about; panels are enlarged, screens reduced
LAMPS = {Colour.DARK: (0, 0, 0), Colour.RED: (255, 0, 0), Colour.GREEN: (0, 255, 0), Colour.AMBER: (255, 180, 31)}
log = logging.getLogger(__name__)


def image_of(dots: Dots, colours: str) -> Image.Image:
    """The dots as a picture, one pixel a dot. `colours` as a board has them: "one", "three" or "full"."""
    rows = tuple(dots)
    if colours == "full":
        return Image.frombytes("RGB", (len(rows[0]) // 3, len(rows)), b"".join(rows))
    lit = (Colour.DARK, Colour.AMBER) if colours == "one" else tuple(Colour)
    picture = Image.frombytes("P", (len(rows[0]), len(rows)), b"".join(rows))
    picture.putpalette([part for colour in lit for part in LAMPS[colour]])
    return picture.convert("RGB")


def small_png(dots: Dots, colours: str) -> bytes:
    """About 640 pixels wide: reduced smoothly, or enlarged by whole dots."""
    picture = image_of(dots, colours)
    if picture.width > WIDTH_PX:
        height = max(1, round(picture.height * WIDTH_PX / picture.width))
        picture = picture.resize((WIDTH_PX, height), Image.Resampling.BOX)
    elif (times := WIDTH_PX // picture.width) > 1:
        picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


class PictureKeeper:
    """`offer` from any thread; `run` in one."""

    def __init__(self, path: Path, colours: str) -> None:
        self._path, self._colours = path, colours
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
                replace_file(self._path, small_png(dots, self._colours), durable=False)
                self._fault.ends()
            except StationError as error:
                self._fault.begins(str(error))
            stopping.wait(EVERY_S)
