"""How loud what sounds is, while the setting changes under it: a long programme becomes softer in the evening, too."""

from __future__ import annotations

import time
from datetime import time as clock_time
from pathlib import Path

import pytest

from controller.runtime.clocks import SystemClock
from controller.store import journal, volumes
from tests.support.listening import Listener
from tests.support.processes import until
from tests.support.pulse import NullSink
from tests.support.sounding import PLAIN, audio, kinds, wait_for
from tests.support.stations import station_in
from tests.support.tones import queue_at, tone_announcement
from tests.support.torn import Part, sounds_of

pytestmark = pytest.mark.alone

ROOMY = PLAIN.replace('device = "auto"', 'device = "auto"\nbuffer = 4096')
FULL_DB = -6.0 - 3.0  # a sine of half the range


def test_what_sounds_becomes_softer_when_it_should(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, ROOMY, SystemClock())
    with audio(station, sink):
        (one,) = queue_at(station, tone_announcement(station, 5.0), station.clock.now())
        until(lambda: listener.bursts(), what="the programme")
        with station.store.write() as tx:
            volumes.put(tx, station.clock.now(), "na-khau", clock_time(0, 0), -12.0, "lan")
        wait_for(station, one, "played")
        until(lambda: time.monotonic() - listener.bursts()[-1].ended > 0.5, what="silence")
    (sound,) = sounds_of(listener)
    assert sound.lasts_s == pytest.approx(5.0, abs=0.04 + sound.lost_s), "nothing is lost, and nothing said twice"
    levels = [sound.level_db(Part(begins_s, 0.4)) for begins_s in (0.1, 4.5)]
    assert levels == pytest.approx([FULL_DB, FULL_DB - 12.0], abs=0.2)
    assert kinds(station, one) == ["queued", "playing", "played"]
    with station.store.read() as tx:
        played = journal.entries(tx, subject=f"utterance/{one.id}")[-1].detail
    assert played["proven"] is True, "the sink is asked for what it should take now"
    assert float(str(played["taken_s"])) == pytest.approx(5.0, abs=1.5)
