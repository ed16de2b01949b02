"""The amplifier's relay: on before the sound, off after it, so that an idle amplifier amplifies nothing.

A relay that does not answer never keeps the sound from playing: the fault is reported and the
line is opened anew at the next switch.
"""

from __future__ import annotations

import logging
from typing import Protocol

from controller.core.errors import DeviceError
from controller.runtime.config_tables import Amplifier
from controller.runtime.serial_port import SerialPort

LINE_LIMIT_S = 0.3  # the sound waits no longer for a relay
log = logging.getLogger(__name__)


class Relay(Protocol):
    def switch(self, on: bool) -> None:
        """DeviceError if it cannot be switched."""

    def close(self) -> None: ...


class NoRelay:
    """An amplifier that is always on."""

    def switch(self, on: bool) -> None:
        pass

    def close(self) -> None:
        pass


class LogRelay:
    """Says what it would do; for trying things out without an amplifier."""

    def switch(self, on: bool) -> None:
        log.info("amplifier %s", "on" if on else "off")

    def close(self) -> None:
        pass


class Lcus1:
    """A USB relay board of the LCUS type: A0, channel, state, sum of the three modulo 256 at 9600 8N1."""

    def __init__(self, port: str, channel: int) -> None:
        self._port, self._channel = port, channel
        self._line: SerialPort | None = None

    def switch(self, on: bool) -> None:
        frame = lcus1_frame(self._channel, on)
        try:
            self._open().write(frame)
        except DeviceError:
            self.close()
            self._open().write(frame)  # plugged out and in again: the old handle is dead, a new one may live

    def close(self) -> None:
        if self._line:
            self._line.close()
            self._line = None

    def _open(self) -> SerialPort:
        if self._line is None:
            self._line = SerialPort(self._port, 9600, write_timeout_s=LINE_LIMIT_S)
        return self._line


def lcus1_frame(channel: int, on: bool) -> bytes:
    body = bytes((0xA0, channel, int(on)))
    return body + bytes((sum(body) % 256,))


def relay_for(amplifier: Amplifier) -> Relay:
    if amplifier.relay == "lcus1":
        return Lcus1(amplifier.port, amplifier.channel)
    return LogRelay() if amplifier.relay == "log" else NoRelay()
