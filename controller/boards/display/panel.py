"""The surface of HUB75 panels: the one place of this room that knows rpi-rgb-led-matrix, or the emulator that has the
same Python interface. Used by one thread.

`rgbmatrix` is taken where it can be imported (it drives the pins of a Pi); without it the panels exist in memory
only, without a window or a port, and that is said as of an emulated board.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image

from controller.boards.lettering.stills import rgb_of
from controller.boards.pages import Dots
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Board

REAL, EMULATED = "rgbmatrix", "RGBMatrixEmulator"
log = logging.getLogger(__name__)


class PanelSurface:
    """Opens the panels; frames are swapped in with the panels' own refresh."""

    unseen = ""

    def __init__(self, board: Board, library: ModuleType) -> None:
        self._board = board
        try:
            options = library.RGBMatrixOptions()
            _set(options, board)
            if library.__name__ == EMULATED:
                options.display_adapter = _memory()
            self._matrix: Any = library.RGBMatrix(options=options)
            self._canvas: Any = self._matrix.CreateFrameCanvas()
        except Exception as error:  # the library has no errors of its own
            raise DeviceError(f"the panels cannot be opened: {error}") from error
        log.info("panels: %s, %d x %d", library.__name__, board.columns, board.rows)

    def present(self, dots: Dots) -> None:
        rows = rgb_of(self._board, dots)
        picture = Image.frombytes("RGB", (self._board.columns, self._board.rows), b"".join(rows))
        self._canvas.SetImage(picture, 0, 0, False)  # the fast way reads Pillow's memory, which newer ones do not give
        self._swap()

    def darken(self) -> str:
        self._canvas.Clear()
        self._swap()
        return "off_hours"

    def beat(self) -> None:
        """The panels are refreshed by the library's own thread: nothing to ask."""

    def close(self) -> None:
        """The pins are let go when the library's object is; the panels are dark then."""
        self._canvas = self._matrix = None

    def held(self) -> Dots:
        """What emulated panels show."""
        return tuple(row.tobytes() for row in self._matrix.canvas.display_adapter.shown)

    def _swap(self) -> None:
        try:
            self._canvas = self._matrix.SwapOnVSync(self._canvas)
        except Exception as error:
            raise DeviceError(f"the panels take no frames: {error}") from error


def library() -> ModuleType:
    """The one that drives pins, or the emulator. Call it before there are threads: the emulator reads its own
    configuration from the working directory while it is imported, and would leave one there."""
    try:
        return importlib.import_module(REAL)
    except ImportError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "emulator_config.json")
        file.write_text(json.dumps(_EMULATOR), encoding="utf-8")
        with contextlib.chdir(folder):
            emulator = importlib.import_module(EMULATED)
    internal = importlib.import_module(f"{EMULATED}.internal.emulator_config")
    internal.RGBMatrixEmulatorConfig._RGBMatrixEmulatorConfig__load_config = lambda _: _EMULATOR
    return emulator


# "raw": no window, and no page on a port; it would complain of the settings that it misses for that page
_EMULATOR: dict[str, object] = {
    "pixel_outline": 0, "pixel_size": 1, "pixel_style": "square", "pixel_glow": 0, "display_adapter": "raw",
    "allow_adapter_fallback": False, "icon_path": None, "emulator_title": None, "browser": {}, "log_level": "critical",
}  # fmt: skip


def _memory() -> type[Any]:
    """An adapter of the emulator that keeps the newest frame, each matrix its own."""
    base = importlib.import_module(f"{EMULATED}.adapters.base").BaseAdapter

    class Memory(base):  # type: ignore[misc,valid-type]  # ships no types
        shown: Any = None

        def load_emulator_window(self) -> None:
            """There is none."""

        def draw_to_screen(self, pixels: Any) -> None:
            self.shown = pixels

    return Memory


def _set(options: Any, board: Board) -> None:
    hub75 = board.hub75
    options.hardware_mapping = hub75.hardware_mapping
    options.cols, options.rows = hub75.panel_columns, hub75.panel_rows
    options.chain_length, options.parallel = board.columns // hub75.panel_columns, board.rows // hub75.panel_rows
    options.brightness = hub75.brightness
    options.gpio_slowdown = hub75.slowdown
    options.drop_privileges = False  # the unit has given up what it does not need
    options.disable_hardware_pulsing = hub75.pulsing == "software"
