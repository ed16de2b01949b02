"""The kinds of boards that hang on a line. A driver is one entry here: the link that speaks its language, and the line
it speaks on. What stands in for it in software is in `emulators`, what its pages may be like in `typesetting.lamps_of`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from controller.boards import mute
from controller.boards.alpha import pages as alpha_pages
from controller.boards.alpha.files import needed_bytes
from controller.boards.alpha.link import AlphaLink
from controller.boards.alpha.words import AlphaError
from controller.boards.hanover.frames import picture_frame
from controller.boards.huidu import pages as huidu_pages
from controller.boards.huidu.link import HuiduLink
from controller.boards.lines import serial_line, tcp_line
from controller.boards.link import Link, Port, Refused, Timing
from controller.boards.news import LEAD_S
from controller.boards.pages import Dots, Rotation
from controller.core.levels import Level
from controller.core.notices import reason_with
from controller.runtime.config_tables import Board
from controller.runtime.places import Places

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Driver:
    link: Callable[[Board, Timing, float], Link]
    line: Callable[[Board, Places, Timing], Port]  # opens it, or raises DeviceError
    frames: Callable[[Board, Rotation, Level], bytes]  # as they go over the line
    lead_s: float = 0.0  # what comes is made ready so long before it is due


def _alpha_link(board: Board, timing: Timing, now: float) -> Link:
    try:
        return AlphaLink(board, timing, now)
    except AlphaError as error:
        log.error("board %s: its memory is too small for its size: %s", board.id, error)
        needed = needed_bytes(board)
        too_small = needed > board.pool_bytes
        return Refused(reason_with("pool", needed=needed, there=board.pool_bytes) if too_small else "tiles")


def _hanover_picture(board: Board, dots: Dots) -> bytes:
    return picture_frame(board.address, dots)


DRIVERS: dict[str, Driver] = {
    "alpha": Driver(
        link=_alpha_link,
        line=serial_line(bits=7, parity="E"),
        frames=lambda board, rotation, level: b"".join(f.data for f in alpha_pages.frames_of(board, rotation, level)),
        lead_s=LEAD_S,
    ),
    "hanover": Driver(
        link=mute.link_of(_hanover_picture),
        line=serial_line(bits=8, parity="N"),
        frames=mute.frames_of(_hanover_picture),
    ),
    "huidu": Driver(
        link=HuiduLink,
        line=tcp_line(default_port=10001),
        frames=huidu_pages.frames_of,
    ),
}
