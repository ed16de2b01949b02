"""SIGKILL of the audio process while an emergency sounds of which nobody could write a row: the database is locked.

It goes on with the next start, locked or not, and its row and journal line are written when that can be.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from controller.core.levels import Level
from controller.core.utterances import Utterance, raised_document
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from tests.support.listening import Listener
from tests.support.processes import until
from tests.support.pulse import NullSink
from tests.support.sounding import PLAIN, audio, kinds, wait_for
from tests.support.stations import Station, station_in
from tests.support.tones import raised, tone_announcement

pytestmark = pytest.mark.alone

WORDS = 2000.0  # hertz


def ring(station: Station, emergency: Utterance) -> None:
    with closing(Doorbell(station.places)) as bell:
        bell.ring("audio-main", {"emergency": raised_document(emergency)})


def kept(station: Station) -> list[Path]:
    return list(station.places.state.glob("raised-*"))


def test_killed_before_its_row_is_written_it_goes_on_and_is_written_down(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    emergency = raised(station, tone_announcement(station, 1.0, WORDS, level=Level.EMERGENCY, lasts_s=20))
    with audio(station, sink) as process:
        with station.store.write():  # nobody else can write until this ends
            ring(station, emergency)
            until(lambda: listener.bursts(), what="the alert signal")
            time.sleep(1.0)
            process.kill()
            killed = time.monotonic()
            process.start()
            until(lambda: listener.tones(WORDS), 20, 0.2, what="the words, while the database is still locked")
        words = listener.tones(WORDS)[0].began
        assert any(killed < burst.began < words for burst in listener.bursts()), "the signal goes before them again"
        until(lambda: kinds(station, emergency), what="its row")
        wait_for(station, emergency, "played", limit_s=60)
        until(lambda: not kept(station), what="nothing is kept that is written down")
    assert kinds(station, emergency) == ["queued", "playing", "cut", "playing", "played"]


def test_what_was_stopped_before_its_row_was_written_stays_stopped(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    emergency = raised(station, tone_announcement(station, 1.0, WORDS, level=Level.EMERGENCY, lasts_s=60))
    with audio(station, sink) as process:
        with station.store.write():
            ring(station, emergency)
            until(lambda: listener.bursts(), what="the alert signal")
            with closing(Doorbell(station.places)) as bell:
                bell.ring("audio-main", {"stop": emergency.id, "by": "lan"})
            listener.settles(1.0)
            process.kill()
            killed = time.monotonic()
            process.start()
        until(lambda: kinds(station, emergency), what="its row")
        wait_for(station, emergency, "stopped")
        listener.settles(2.0)
    assert kinds(station, emergency) == ["queued", "playing", "stopped"]
    assert listener.bursts()[-1].ended < killed
    assert kept(station) == []
