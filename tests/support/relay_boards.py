"""An output whose relays hang on emulated boards, served by threads for the length of a `with`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from audio.wall.relay_emulator import LcusRelays, ModbusRelays, RelayEmulator
from controller.runtime.config_tables import Amplifier, Output, Relay

ZONES = ("cho", "na-khau", "trung-tam")  # on channels 2, 3, 4 or pins 22, 23, 24; the amplifier on 1 or 17
Kind = Literal["lcus1", "modbus", "gpio"]


@contextmanager
def served(emulator: RelayEmulator) -> Iterator[RelayEmulator]:
    stopping = threading.Event()
    thread = threading.Thread(target=emulator.serve, args=(stopping,), name="emulated relay board")
    thread.start()
    end = time.monotonic() + 5
    while not emulator.link.exists() and time.monotonic() < end:
        time.sleep(0.002)
    try:
        yield emulator
    finally:
        stopping.set()
        thread.join(5)
        assert not thread.is_alive()


class TwoBoards:
    """Two boards on one pair of wires."""

    def __init__(self, *boards: ModbusRelays) -> None:
        self._boards = boards

    @property
    def states(self) -> list[bool]:
        return [on for board in self._boards for on in board.states]

    def hear(self, byte: int) -> None:
        for board in self._boards:
            board.hear(byte)

    def silence(self) -> bytes:
        return b"".join([board.silence() for board in self._boards])

    def lose_power(self) -> None:
        for board in self._boards:
            board.lose_power()


def board_of(kind: Kind, folder: Path, channels: int = 8, baud: int = 115_200) -> RelayEmulator:
    if kind == "modbus":
        return RelayEmulator(ModbusRelays(channels), folder / "relays", baud, delay_s=0.001)
    return RelayEmulator(LcusRelays(channels), folder / "relays")


def output_on(kind: Kind, port: Path | str = "", baud: int = 115_200) -> Output:
    """An amplifier and three zones apart, all on one board."""
    fields = {"relay": kind, "port": str(port), "baud": baud}
    pins = (17, 22, 23, 24)
    return Output.model_validate(
        {
            "name": "main",
            "zones": ZONES,
            "amplifier": Amplifier.model_validate({**fields, "channel": 1, "pin": pins[0]}),
            "zone_relays": {
                zone: Relay.model_validate({**fields, "channel": number, "pin": pins[number - 1]})
                for number, zone in enumerate(ZONES, 2)
            },
        }
    )


@contextmanager
def mock_pins() -> Iterator[MockFactory]:
    """A Pi without a Pi: gpiozero's own pins in software, which have levels, pulls and edges."""
    before, Device.pin_factory = Device.pin_factory, MockFactory()
    try:
        yield Device.pin_factory
    finally:
        Device.pin_factory.reset()
        Device.pin_factory.close()
        Device.pin_factory = before
