"""Zones that are switched apart behind one amplifier: the real audio process and the relays it throws."""

from __future__ import annotations

import os
import tty
from contextlib import suppress
from pathlib import Path

import pytest

from controller.runtime.clocks import SystemClock
from tests.support.processes import until
from tests.support.pulse import null_sink
from tests.support.sounding import PLAIN, audio, wait_for
from tests.support.stations import station_in
from tests.support.tones import queue_at, tone_announcement

pytestmark = pytest.mark.alone

RELAYS = """[outputs.amplifier]
relay = "lcus1"
port = "{port}"
channel = 1
warm_up_s = 0.5
hold_s = 0.5
[outputs.zone_relays.trung-tam]
relay = "lcus1"
port = "{port}"
channel = 2
[outputs.zone_relays.na-khau]
relay = "lcus1"
port = "{port}"
channel = 3
[speech]"""


def test_only_the_zones_that_are_meant_hear_it(tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    config = PLAIN.replace("[speech]", RELAYS.format(port=os.ttyname(slave)))
    station = station_in(tmp_path, config, SystemClock())
    seen = b""

    def frames() -> list[tuple[int, bool]]:
        """(channel, on) of each whole frame so far."""
        nonlocal seen
        with suppress(BlockingIOError):
            seen += os.read(master, 4096)
        return [(seen[at + 1], bool(seen[at + 2])) for at in range(0, len(seen) - 3, 4)]

    with null_sink() as sink, audio(station, sink):
        until(lambda: {channel for channel, _ in frames()} == {1, 2, 3}, what="every relay's first order")
        begun = len(frames())
        assert all(not on for _, on in frames()), "off, all of them, until somebody speaks"
        (far,) = queue_at(station, tone_announcement(station, 0.5, zones=("na-khau",)), station.clock.now())
        wait_for(station, far, "played")
        (near,) = queue_at(station, tone_announcement(station, 0.5, 880.0, zones=("trung-tam",)), station.clock.now())
        wait_for(station, near, "played")
        until(lambda: dict(frames()) == dict.fromkeys((1, 2, 3), False), what="all of them off again")
        thrown = frames()[begun:]
    os.close(master)
    os.close(slave)
    amplifier = [on for channel, on in thrown if channel == 1]
    assert amplifier[0] is True
    assert amplifier[-1] is False
    zones = [each for each in thrown if each[0] != 1]
    assert zones[:2] == [(3, True), (3, False)]
    lit: set[int] = set()
    for channel, on in zones:
        lit = lit | {channel} if on else lit - {channel}
        assert len(lit) <= 1, "never both"
    assert lit == set()
    assert (2, True) in zones
