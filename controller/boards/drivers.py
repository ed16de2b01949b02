"""The kinds of boards that hang on a line. A driver is one entry here: the link that speaks its language, the
line it speaks on, and the board in software that stands in for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from controller.boards.alpha import pages as alpha_pages
from controller.boards.alpha.files import needed_bytes
from controller.boards.alpha.link import AlphaLink
from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.alpha.words import AlphaError
from controller.boards.emulated.emulator import Emulator
from controller.boards.emulated.line import on_a_line
from controller.boards.emulated.tcp import on_tcp
from controller.boards.hanover import link as hanover_link
from controller.boards.hanover.link import HanoverLink
from controller.boards.hanover.sign import HanoverSign
from controller.boards.huidu import pages as huidu_pages
from controller.boards.huidu.link import HuiduLink
from controller.boards.huidu.sign import HuiduSign
from controller.boards.lines import serial_line, tcp_line
from controller.boards.link import Link, Port, Refused, Timing
from controller.boards.news import LEAD_S
from controller.boards.pages import Rotation
from controller.core.levels import Level
from controller.core.notices import reason_with
from controller.runtime.config_tables import Board
from controller.runtime.places import Places

log = logging.getLogger(__name__)
Noted = Callable[[dict[str, str]], None]
COARSE_GAP_S = 0.06  # the silence that an emulator asks for: bytes off a pseudo-terminal have coarse times


@dataclass(frozen=True, slots=True)
class Driver:
    link: Callable[[Board, Timing, float], Link]
    line: Callable[[Board, Places, Timing], Port]  # opens it, or raises DeviceError
    frames: Callable[[Board, Rotation, Level], bytes]  # as they go over the line
    emulator: Callable[[Board, Places], Emulator]
    lead_s: float = 0.0  # what comes is made ready so long before it is due


def _alpha_sign(board: Board, noted: Noted) -> AlphaSign:
    colours: Literal["one", "three"] = "one" if board.colours == "one" else "three"
    return AlphaSign(board.columns, board.rows, Physics(gap_s=COARSE_GAP_S), noted, colours, board.pool_bytes)


def _alpha_link(board: Board, timing: Timing, now: float) -> Link:
    try:
        return AlphaLink(board, timing, now)
    except AlphaError as error:
        log.error("board %s: its memory is too small for its size: %s", board.id, error)
        needed = needed_bytes(board)
        too_small = needed > board.pool_bytes
        return Refused(reason_with("pool", needed=needed, there=board.pool_bytes) if too_small else "tiles")


DRIVERS: dict[str, Driver] = {
    "alpha": Driver(
        link=_alpha_link,
        line=serial_line(bits=7, parity="E"),
        frames=lambda board, rotation, level: b"".join(f.data for f in alpha_pages.frames_of(board, rotation, level)),
        emulator=on_a_line(_alpha_sign),
        lead_s=LEAD_S,
    ),
    "hanover": Driver(
        link=HanoverLink,
        line=serial_line(bits=8, parity="N"),
        frames=hanover_link.frames_of,
        emulator=on_a_line(lambda board, noted: HanoverSign(board.columns, board.rows, board.address, noted)),
    ),
    "huidu": Driver(
        link=HuiduLink,
        line=tcp_line(default_port=10001),
        frames=huidu_pages.frames_of,
        emulator=on_tcp(lambda board, noted: HuiduSign(board.columns, board.rows, board.colours, noted)),
    ),
}
