"""`loalang doctor` on boards: their lines and addresses, their fonts, screens and panels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from controller.boards.display.screen_power import plugged, tools
from controller.examining import Finding, Saying, World
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Board

FEWEST_ROWS = 13  # a board with fewer has no room for the marks of Vietnamese, and a font of its own
FONTS = {"X11/misc/9x15.pcf.gz": "xfonts-base", "opentype/unifont/unifont.otf": "fonts-unifont"}
HUIDU_PORT = 10001


def boards(say: Saying, config: StationConfig, world: World) -> Iterator[Finding]:
    if any(board.driver != "screen" and board.rows >= FEWEST_ROWS for board in config.boards):
        yield _fonts(say, world)
    for board in config.boards:
        yield _board(say, board, world)
    screens = [board for board in config.boards if board.driver == "screen"]
    if len(screens) > 1:
        yield say.warning("screens", "screens.many", count=len(screens))


def line(say: Saying, name: str, port: str) -> Finding:
    """Of a serial line: whether it is there, and ours to use."""
    path = Path(port)
    if not path.exists():
        return say.fault(name, "line.absent", port=port)
    if not os.access(path, os.R_OK | os.W_OK):
        return say.fault(name, "line.closed", port=port)
    return say.ok(name, "line.fine", port=port)


def _fonts(say: Saying, world: World) -> Finding:
    lacking = [package for file, package in FONTS.items() if not world.path(f"/usr/share/fonts/{file}").is_file()]
    if lacking:
        return say.fault("fonts/boards", "board_fonts.absent", packages=" ".join(lacking))
    return say.ok("fonts/boards", "board_fonts.fine")


def _board(say: Saying, board: Board, world: World) -> Finding:
    name = f"board/{board.id}"
    if board.driver == "screen":
        return _screen(say, name, board, world)
    if board.driver == "hub75":
        if world.find_module("rgbmatrix") is None:
            return say.warning(name, "panel.emulated")
        return say.ok(name, "panel.fine", columns=board.columns, rows=board.rows)
    if board.port == "emulator":
        return say.ok(name, "line.emulated")
    if board.driver == "huidu":
        host, _, port = board.port.partition(":")
        if world.reach(host, int(port) if port.isdecimal() else HUIDU_PORT):
            return say.ok(name, "address.fine", address=board.port)
        return say.warning(name, "address.silent", address=board.port)
    return line(say, name, board.port)


def _screen(say: Saying, name: str, board: Board, world: World) -> Finding:
    desktop = any(world.variables.get(variable) for variable in ("WAYLAND_DISPLAY", "DISPLAY"))
    there = plugged(world.path("/sys/class/drm"))
    if there is False or (there is None and not desktop):
        return say.fault(name, "board_screen.absent")
    if board.on_hours and not tools({"WAYLAND_DISPLAY": "?"}, lambda tool: world.find_program(tool) is not None, False):
        return say.warning(name, "board_screen.stays_on")
    return say.ok(name, "board_screen.fine", columns=board.columns, rows=board.rows)
