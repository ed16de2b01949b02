"""The kinds of boards. A driver is one entry here: how its texts are laid out and sent, the link that
speaks its language, and the sign in software that stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.boards import alpha_pages
from controller.boards.alpha_link import AlphaLink
from controller.boards.emulator import AlphaSign
from controller.boards.emulator_line import Sign
from controller.boards.layout import Layout
from controller.boards.link import Content, Link, Timing
from controller.core.levels import Level
from controller.runtime.config_tables import Board


@dataclass(frozen=True, slots=True)
class Driver:
    bits: int  # of a real serial line; a pseudo-terminal takes 8N1 only
    parity: str
    layout: Callable[[Board, str, Level], Layout]
    frames: Callable[[Layout, Level], bytes]
    content: Callable[[Board, str, Sequence[str], Sequence[str]], Content]
    link: Callable[[int, Timing, float], Link]
    sign: Callable[[int, int, Callable[[dict[str, str]], None]], Sign]


DRIVERS: dict[str, Driver] = {
    "alpha": Driver(
        bits=7,
        parity="E",
        layout=alpha_pages.layout_of,
        frames=alpha_pages.frames_of,
        content=alpha_pages.content_of,
        link=AlphaLink,
        sign=lambda columns, rows, noted: AlphaSign(columns, rows, noted=noted),
    ),
}
