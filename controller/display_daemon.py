"""The process of a screen or of HUB75 panels: what is shown comes from one thread, frames are presented in
another, the picture for the officials' page is written by a third. It reads the station's database, and never writes
it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from controller.boards.display.display import Bringing, Display, Surface
from controller.boards.display.picture import PictureKeeper
from controller.boards.display.reports import Reporter
from controller.boards.display.screen_power import power_of
from controller.boards.looking import Looking
from controller.boards.poster.typeface import ruler
from controller.core.errors import ConfigError, DeviceError
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Board
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.logs import Lasting
from controller.runtime.notify import notify
from controller.runtime.places import Places
from controller.runtime.workers import Crew
from controller.store.connection import Store

STORE_LIMIT_S = 30.0  # a locked database is waited for, twice
FRAMES_LIMIT_S = 5.0  # an output that has taken none for so long is stuck
log = logging.getLogger(__name__)


def board_for(config: StationConfig, command: str, ident: str) -> Board:
    """The board of that name, if it is one of the command's kind; ConfigError if not."""
    board = config.board(ident)
    if f"{command}-{ident}" not in config.displays:
        raise ConfigError((f"boards: {ident!r} is a board of kind {board.driver!r}, which `{command}` does not show",))
    return board


def main(config: StationConfig, places: Places, command: str, ident: str) -> int:
    """Run until stopped; the exit code."""
    board, name = board_for(config, command, ident), f"{command}-{ident}"
    try:
        ruler()
    except DeviceError as error:
        log.error("%s", error)
        notify(f"STATUS={error}")
        return 1
    clock, crew = SystemClock(), Crew()
    store, bell = Store(places.station_db, read_only=True), Doorbell(places)
    reporter = Reporter(places, name, lambda: bell.ring("controller"))
    doorway = Doorway(places, name)
    keeper = PictureKeeper(places.picture(f"board-{ident}"), board)
    display = Display(board, clock, _surface_of(board), keeper.offer)
    looking = Looking(board, config.site, config.policy.board_after_s, store, clock)
    bringing = Bringing(board, looking, display, store, reporter.report, doorway.wait)
    crew.start(
        "store",
        lambda: bringing.run(crew.stopping, lambda: crew.progress("store", STORE_LIMIT_S)),
        wake=lambda: bell.ring(name),
    )
    crew.start(
        "frames", lambda: display.run(crew.stopping, lambda: crew.progress("frames", FRAMES_LIMIT_S)), wake=display.wake
    )
    crew.start("picture", lambda: keeper.run(crew.stopping), wake=keeper.wake)
    try:
        return crew.run()
    finally:
        doorway.close()
        bell.close()


def _surface_of(board: Board) -> Callable[[], Surface]:
    if board.driver == "screen":
        from controller.boards.display.screen import ScreenSurface

        power, fault = power_of(os.environ, _parent()), Lasting(log, "no screen")
        return lambda: ScreenSurface(board, power, fault)
    from controller.boards.display.panel import PanelSurface, library

    driven_by = library()
    return lambda: PanelSurface(board, driven_by)


def _parent() -> str:
    """The name of the program that has started this one; "" if it cannot be known."""
    try:
        return Path(f"/proc/{os.getppid()}/comm").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
