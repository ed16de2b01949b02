"""HUB75 panels: what the emulated ones show is the preview, dot by dot; and they leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from controller.boards.display.frames import dots_of, frame_at
from controller.boards.display.panel import PanelSurface, library
from controller.boards.lettering.stills import rgb_of
from controller.boards.pages import Content, Rotation
from controller.boards.preview import draft
from controller.boards.typesetting import typeset, waiting
from controller.core.errors import ConfigError, DeviceError
from controller.core.levels import Level
from controller.runtime.config_tables import Board
from controller.runtime.config_text import parse_config
from tests.support.board_strips import field_at
from tests.support.board_texts import SAMPLES, texts
from tests.support.poster_cases import NOW, facts

STATION = '[[zones]]\nid = "a"\nname = "A"\n[[outputs]]\nname = "main"\nzones = ["a"]\n'
PANELS = [
    Board.model_validate({"id": "cong", "name": "Cổng", "driver": "hub75", **size})
    for size in (
        {},
        {"columns": 128, "rows": 64},
        {"columns": 192, "rows": 32, "colours": "three"},
        {"columns": 64, "rows": 16, "colours": "one", "hub75": {"panel_rows": 16}},
    )
]


@pytest.fixture(scope="module")
def emulator() -> ModuleType:
    found = library()
    assert found.__name__ == "RGBMatrixEmulator"
    return found


def shows_its_preview(board: Board, surface: PanelSurface, rotation: Rotation) -> None:
    """Every page, and of a ticker five instants."""
    content, depth = Content(rotation), 3 if board.colours == "full" else 1
    begun = 0.0
    for page in rotation.pages:
        for share in (0.01, 0.2, 0.5, 0.8, 0.99) if page.scrolls else (0.5,):
            into_s = page.dwell_s * share
            frame, _ = frame_at(content, board.columns, depth, begun + into_s)
            assert frame.page == page
            surface.present(dots_of(frame, board.columns, board.rows, depth))
            assert surface.held() == rgb_of(board, field_at(page, into_s, board.columns, board.colours))
        begun += page.dwell_s


@pytest.mark.parametrize("board", PANELS, ids=lambda board: f"{board.columns}x{board.rows}-{board.colours}")
@pytest.mark.parametrize("level", [Level.NORMAL, Level.EMERGENCY])
def test_the_samples_are_shown_dot_by_dot(emulator: ModuleType, board: Board, level: Level) -> None:
    surface = PanelSurface(board, emulator)
    for sample in SAMPLES:
        shows_its_preview(board, surface, typeset(board, draft(sample, level), facts()))
    surface.darken()
    assert surface.held() == (bytes(3 * board.columns),) * board.rows


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts(200))
def test_200_texts_are_shown_dot_by_dot(emulator: ModuleType, text: str) -> None:
    board = PANELS[1]
    shows_its_preview(board, PanelSurface(board, emulator), typeset(board, draft(text), facts()))


def test_two_boards_do_not_share_their_frames(emulator: ModuleType) -> None:
    one, two = (PanelSurface(PANELS[0], emulator) for _ in range(2))
    one.present((bytes([9, 9, 9]) * 64,) * 32)
    two.present((bytes([1, 2, 3]) * 64,) * 32)
    assert (one.held()[0][:3], two.held()[0][:3]) == (bytes([9, 9, 9]), bytes([1, 2, 3]))


def test_a_minute_later_the_clock_is_another(emulator: ModuleType) -> None:
    board, surface = PANELS[1], PanelSurface(PANELS[1], emulator)
    held = []
    for now in (NOW, NOW + timedelta(minutes=1)):
        rotation = waiting(board, replace(facts(), now=now))
        shows_its_preview(board, surface, rotation)
        held.append(surface.held())
    assert held[0] != held[1]


def test_importing_and_opening_leaves_no_file_and_no_port(tmp_path: Path) -> None:
    """The emulator writes a configuration into the working directory and serves a page unless it is kept from it."""
    program = (
        "from controller.boards.display.panel import PanelSurface, library\n"
        "from controller.runtime.config_tables import Board\n"
        "board = Board.model_validate({'id': 'b', 'name': 'B', 'driver': 'hub75'})\n"
        "surface = PanelSurface(board, library())\n"
        "surface.present((bytes(192),) * 32)\n"
        "import os, sys\n"
        "files = [f'/proc/self/fd/{number}' for number in os.listdir('/proc/self/fd')]\n"
        "own = [os.readlink(file) for file in files if os.path.lexists(file)]\n"
        "print([name for name in own if name.startswith('socket')], 'tornado' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("[] False\n", "")
    assert list(tmp_path.iterdir()) == []


class Real:
    """The interface of the library that drives pins, as far as it is used."""

    __name__ = "rgbmatrix"

    def __init__(self, fails: str = "") -> None:
        self.options: Any = None
        self.images: list[Any] = []
        self.fails = fails

    def RGBMatrixOptions(self) -> Any:  # noqa: N802 - the library's name
        return SimpleNamespace()

    def RGBMatrix(self, options: Any) -> Any:  # noqa: N802 - the library's name
        if self.fails == "open":
            raise RuntimeError("no pins")
        self.options = options
        return self

    def CreateFrameCanvas(self) -> Any:  # noqa: N802 - the library's name
        return self

    def SetImage(self, image: Any, *_: object) -> None:  # noqa: N802 - the library's name
        self.images.append(image)

    def SwapOnVSync(self, canvas: Any) -> Any:  # noqa: N802 - the library's name
        if self.fails == "swap":
            raise RuntimeError("no pins")
        return canvas


def test_the_pins_are_told_how_the_panels_are_wired() -> None:
    hub75 = {"panel_columns": 32, "panel_rows": 16, "hardware_mapping": "adafruit-hat", "brightness": 60, "slowdown": 4}
    board = Board.model_validate({"id": "b", "name": "B", "driver": "hub75", "columns": 96, "rows": 32, "hub75": hub75})
    real = Real()
    PanelSurface(board, real).present((bytes(288),) * 32)  # type: ignore[arg-type]  # stands in for the module
    assert vars(real.options) == {
        "hardware_mapping": "adafruit-hat", "cols": 32, "rows": 16, "chain_length": 3, "parallel": 2, "brightness": 60,
        "gpio_slowdown": 4, "drop_privileges": False, "disable_hardware_pulsing": True,
    }  # fmt: skip
    assert [image.size for image in real.images] == [(96, 32)]


@pytest.mark.parametrize("fails", ["open", "swap"])
def test_pins_that_fail_are_the_device_s_fault(fails: str) -> None:
    with pytest.raises(DeviceError, match="no pins"):
        PanelSurface(PANELS[0], Real(fails)).present((bytes(192),) * 32)  # type: ignore[arg-type]  # stands in


@pytest.mark.parametrize(("columns", "rows"), [(100, 32), (64, 40), (64, 128)])
def test_a_size_that_no_panels_make_stops_the_start(columns: int, rows: int) -> None:
    board = f'[[boards]]\nid = "b"\nname = "B"\ndriver = "hub75"\ncolumns = {columns}\nrows = {rows}\n'
    with pytest.raises(ConfigError, match="no whole panels of 64 x 32, at most 3 one above the other"):
        parse_config(STATION + board, "test")
    parse_config(STATION + board.replace(str(columns), "128").replace(f"rows = {rows}", "rows = 96"), "test")
