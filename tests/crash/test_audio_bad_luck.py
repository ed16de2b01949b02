"""The audio process when the store cannot be used: locked, on a full disk, or failing. The sound goes on."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from controller.announcing import Announcing
from controller.core.levels import Level
from controller.core.utterances import Utterance, raised_document
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from tests.support.full_disk import small_disk
from tests.support.listening import Listener
from tests.support.processes import until
from tests.support.pulse import NullSink
from tests.support.sounding import PLAIN, audio, kinds, wait_for
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, raised, tone_announcement
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone


def three_in_a_row(station: Station, in_s: float, last_s: float = 0.4) -> list[Utterance]:
    """Tones of 500, 600 and 700 Hz, due one after another without a pause, from so many seconds on."""
    made = [
        tone_announcement(station, last_s if number == 2 else 0.4, 500.0 + 100 * number, title=f"Tin {number}")
        for number in range(3)
    ]
    due = station.clock.now() + timedelta(seconds=in_s)
    return [
        one
        for number, announcement in enumerate(made)
        for one in queue_at(station, announcement, due + timedelta(milliseconds=number))
    ]


def heard(listener: Listener) -> list[list[float]]:
    """How long each tone was heard each time, without the holes that a busy machine may tear into one."""
    sounds = sounds_of(listener)
    return [[part.lasts_s for sound in sounds for part in sound.parts(500.0 + 100 * number)] for number in range(3)]


def once_each(listener: Listener) -> bool:
    return all(len(spans) == 1 and 0.3 <= spans[0] <= 0.5 for spans in heard(listener))


def test_killed_while_nothing_can_be_written_none_is_spoken_twice(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink) as process:
        first, second, third = three_in_a_row(station, 1.5, last_s=6.0)
        until(lambda: "queued" in kinds(station, third), what="the rows")
        time.sleep(0.3)  # the player has read them
        with station.store.write():  # nobody else can write until this ends
            until(lambda: listener.tones(700.0), 30, what="the third tone")
            process.kill()
        process.start()
        for one in (first, second, third):
            wait_for(station, one, "played")
    assert [len(spans) for spans in heard(listener)[:2]] == [1, 1]
    assert kinds(station, first) == ["queued", "playing", "played"]
    assert kinds(station, second) == ["queued", "playing", "played"]
    assert kinds(station, third) == ["queued", "playing", "cut", "playing", "played"]


def test_an_audio_process_that_starts_while_the_database_is_locked_speaks_an_emergency(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    alert = tone_announcement(station, 0.5, hertz=900.0, level=Level.EMERGENCY)
    ring = {"emergency": raised_document(raised(station, alert))}
    with station.store.write(), audio(station, sink) as process, closing(Doorbell(station.places)) as bell:
        bell.ring("audio-main", ring)
        until(lambda: listener.tones(900.0), what="the alert")
        assert process.alive()


def test_a_stop_from_the_page_does_not_wait_for_a_locked_database(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink), closing(Doorbell(station.places)) as bell:
        (utterance,) = queue_at(station, tone_announcement(station, 10.0), station.clock.now())
        wait_for(station, utterance, "playing")
        until(listener.bursts, what="the tone")
        page = Announcing(station.store, bell, station.clock, station.ids, station.config)

        def stop() -> None:
            page.stop(utterance.id, "lan")
            station.store.close()

        asking = threading.Thread(target=stop)
        with station.store.write():
            asked = time.monotonic()
            asking.start()
            listener.settles(0.5)
        silent = listener.bursts()[-1].ended
        assert silent - asked < 0.3 + listener.taken_s(asked, silent)
        wait_for(station, utterance, "stopped")
        asking.join(10)
    assert kinds(station, utterance) == ["queued", "playing", "stopped"]


def test_on_a_full_disk_it_speaks_what_is_in_line_and_writes_it_down_later(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    with small_disk(tmp_path / "state", "6m") as disk:
        station = station_in(disk.folder, PLAIN, SystemClock())
        with audio(station, sink) as process:
            spoken = three_in_a_row(station, 4.0)  # not before the disk is full, however busy the machine is
            time.sleep(0.3)
            disk.fill()
            until(lambda: once_each(listener), 30, what="three tones")
            assert process.alive()
            assert [kinds(station, one) for one in spoken] == [["queued"]] * 3
            disk.clear()
            for one in spoken:
                wait_for(station, one, "played")
            assert process.alive()
        assert [kinds(station, one) for one in spoken] == [["queued", "playing", "played"]] * 3
        assert once_each(listener), heard(listener)
        station.store.close()
