"""Opening the line to a board, or to the emulator that stands in for it."""

from __future__ import annotations

from collections.abc import Callable

from controller.boards.link import Port, Timing
from controller.runtime.config_tables import Board
from controller.runtime.places import Places
from controller.runtime.serial_port import SerialPort

EMULATOR = "emulator"  # a board's port in the configuration


def serial_line(bits: int, parity: str, stop_bits: int = 1) -> Callable[[Board, Places, Timing], Port]:
    """How a driver's serial line is opened; a pseudo-terminal takes 8N1 only."""

    def opened(board: Board, places: Places, timing: Timing) -> Port:
        is_real = board.port != EMULATOR
        return SerialPort(
            board.port if is_real else str(places.emulated_sign(board.id)),
            board.baud,
            bits=bits if is_real else 8,
            parity=parity if is_real else "N",
            stop_bits=stop_bits if is_real else 1,
            read_timeout_s=timing.read_s,
            write_timeout_s=timing.write_s,
        )

    return opened
