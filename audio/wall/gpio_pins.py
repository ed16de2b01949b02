"""Pins of the Pi: those that switch relays, and those that buttons and switches are wired to.

The one owner of gpiozero, which reaches the pins through lgpio (/dev/gpiochip*). What is gpiozero's
default pin factory is used if there is one, so that its mock pins stand in for a Pi.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import chdir
from functools import partial
from tempfile import TemporaryDirectory
from typing import TypeVar

from gpiozero import Device, Factory, GPIOZeroError, InputDevice, OutputDevice

from controller.core.errors import DeviceError
from controller.runtime.config_tables import Relay

T = TypeVar("T")
_opening = threading.Lock()  # two contacts and the relays of one process share one factory


class PinBoard:
    """Every relay at a pin; `active_low`: a low level switches on. Off as soon as it is opened."""

    def __init__(self) -> None:
        self._pins: dict[int, OutputDevice] = {}

    def switch(self, changes: Mapping[Relay, bool], limit_s: float) -> None:
        for relay, on in changes.items():
            _translated(partial(self._write, relay, on))

    def read(self, relays: Iterable[Relay], limit_s: float) -> dict[Relay, bool]:
        return {}  # a pin keeps its level for as long as it is held

    def close(self) -> None:
        for pin in self._pins.values():
            _translated(pin.close)
        self._pins.clear()

    def _write(self, relay: Relay, on: bool) -> None:
        if relay.pin not in self._pins:
            self._pins[relay.pin] = OutputDevice(
                relay.pin, active_high=not relay.active_low, initial_value=False, pin_factory=_factory()
            )
        self._pins[relay.pin].value = on


class PinLine:
    """A contact between a pin and ground; the pin is pulled up, so that the closed contact pulls it down."""

    def __init__(self, pin: int) -> None:
        self._pin: InputDevice = _translated(lambda: InputDevice(pin, pull_up=True, pin_factory=_factory()))

    def closed(self) -> bool:
        return bool(_translated(lambda: self._pin.is_active))

    def close(self) -> None:
        _translated(self._pin.close)


def _factory() -> Factory:
    with _opening:
        if Device.pin_factory is None:
            Device.pin_factory = _lgpio_factory()
        return Device.pin_factory


def _lgpio_factory() -> Factory:
    """lgpio leaves a named pipe where it is imported, and fails where it cannot: it gets a folder for that."""
    with TemporaryDirectory() as folder, chdir(folder):
        from gpiozero.pins.lgpio import LGPIOFactory

    return LGPIOFactory()


def _translated(act: Callable[[], T]) -> T:
    try:
        return act()
    except (GPIOZeroError, OSError, ImportError) as error:
        raise DeviceError(f"the pins of the Pi: {error}") from error
    except Exception as error:
        if type(error).__module__ != "lgpio":  # its error is an Exception of no other kind
            raise
        raise DeviceError(f"the pins of the Pi: {error}") from error
