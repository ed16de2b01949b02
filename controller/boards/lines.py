"""Opening the line to a board, or to the emulator that stands in for it."""

from __future__ import annotations

from collections.abc import Callable

from controller.boards.link import Port, Timing
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Board
from controller.runtime.places import Places
from controller.runtime.serial_port import SerialPort
from controller.runtime.tcp_port import TcpPort

CONNECT_S = 3.0  # for a board on the network
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


def tcp_line(default_port: int) -> Callable[[Board, Places, Timing], Port]:
    """How a driver's board on the network is called: `board.port` is "address" or "address:port"."""

    def opened(board: Board, places: Places, timing: Timing) -> Port:
        if board.port == EMULATOR:
            host, port = "127.0.0.1", _told(places, board)
        else:
            host, _, said = board.port.partition(":")
            port = int(said) if said.isdecimal() else default_port
        return TcpPort(host, port, CONNECT_S, timing.read_s, timing.write_s)

    return opened


def _told(places: Places, board: Board) -> int:
    """Where the emulator of a board listens; DeviceError where there is none."""
    try:
        return int(places.emulated_port(board.id).read_text("ascii"))
    except (OSError, ValueError) as error:
        raise DeviceError(f"the emulator of {board.id} does not run") from error
