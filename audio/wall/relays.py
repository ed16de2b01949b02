"""Relays as boards: one line, or the pins of the Pi, with all the relays that hang on it.

A board switches several relays in one call, never longer than it is told, and says by DeviceError
that it could not. Boards with a library of their own are imported only where such a relay is configured.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from audio.wall.relay_line import Reopened, passing_s
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Relay

LCUS1_BAUD = 9600
FRAME_GAP_S = 0.01  # between two frames: boards of several relays lose the second of two without any
log = logging.getLogger(__name__)


class Board(Protocol):
    """Some relays on one line. A relay that was never switched is off."""

    def switch(self, changes: Mapping[Relay, bool], limit_s: float) -> None:
        """Switch these; DeviceError, after `limit_s` at the latest, if any of them is not known to have been."""

    def read(self, relays: Iterable[Relay], limit_s: float) -> dict[Relay, bool]:
        """How these stand; those that the board cannot tell are left out."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """What relays have in common that are on one board."""

    kind: str
    port: str = ""
    baud: int = 0


def place_of(relay: Relay) -> Place:
    if relay.relay == "lcus1":
        return Place("lcus1", relay.port, LCUS1_BAUD)
    if relay.relay == "modbus":
        return Place("modbus", relay.port, relay.baud)
    return Place(relay.relay)


def board_at(place: Place) -> Board:
    """DeviceError if what such a board needs is not installed."""
    if place.kind == "lcus1":
        return Lcus1(place.port)
    if place.kind == "modbus":
        from audio.wall.modbus_board import ModbusBoard  # its library costs 3 MB

        return ModbusBoard(place.port, place.baud)
    if place.kind == "gpio":
        from audio.wall.gpio_pins import PinBoard  # and this one 2 MB

        return PinBoard()
    return LogBoard()


class LogBoard:
    """Says what it would do; for trying things out without a relay."""

    def switch(self, changes: Mapping[Relay, bool], limit_s: float) -> None:
        for relay, on in changes.items():
            log.info("relay %d %s", relay.channel, "on" if on else "off")

    def read(self, relays: Iterable[Relay], limit_s: float) -> dict[Relay, bool]:
        return {}

    def close(self) -> None:
        pass


class Lcus1:
    """A USB relay board of the LCUS type: A0, channel, state, sum of the three modulo 256 at 9600 8N1.

    It answers nothing: that the bytes went out is all that is known.
    """

    def __init__(self, port: str) -> None:
        self._line = Reopened(port, LCUS1_BAUD)
        self._free_at = 0.0  # when the pause after the last frame is over

    def switch(self, changes: Mapping[Relay, bool], limit_s: float) -> None:
        until = time.monotonic() + limit_s
        for relay, on in changes.items():
            if self._free_at > until:
                raise DeviceError("so many relays take too long")
            time.sleep(max(0.0, self._free_at - time.monotonic()))
            frame = lcus1_frame(relay.channel, on)
            self._line.write(frame)
            self._free_at = time.monotonic() + passing_s(len(frame), LCUS1_BAUD) + FRAME_GAP_S

    def read(self, relays: Iterable[Relay], limit_s: float) -> dict[Relay, bool]:
        return {}

    def close(self) -> None:
        self._line.close()


def lcus1_frame(channel: int, on: bool) -> bytes:
    body = bytes((0xA0, channel, int(on)))
    return body + bytes((sum(body) % 256,))
