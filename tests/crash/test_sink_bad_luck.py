"""The sound server, or its sink, goes away and comes back: that is noticed, said, and made good."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.announcements import AfterCut
from controller.core.journal import Entry
from controller.runtime.clocks import SystemClock
from controller.store import journal
from tests.support.listening import Listener
from tests.support.processes import Process, until
from tests.support.pulse import SINK, NullSink, null_sink
from tests.support.sounding import PLAIN, audio, kinds, wait_for
from tests.support.stalls import within
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, tone_announcement
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone


@pytest.fixture
def sink() -> Iterator[NullSink]:
    with null_sink() as running:
        yield running


def take_away(sink: NullSink) -> None:
    (module,) = [
        line.split()[0] for line in sink.control("list", "short", "modules").splitlines() if "null-sink" in line
    ]
    sink.control("unload-module", module)


def bring_back(sink: NullSink) -> None:
    sink.control("load-module", "module-null-sink", f"sink_name={SINK}", "rate=48000", "channels=1", "format=s16le")


def lengths(listener: Listener) -> list[float]:
    """How long each sound was, without the holes that a busy machine may tear into it."""
    return [round(sound.lasts_s, 1) for sound in sounds_of(listener)]


def faults(station: Station) -> list[str]:
    with station.store.read() as tx:
        return [_told(entry) for entry in journal.entries(tx, subject="output/main")]


def _told(entry: Entry) -> str:
    return f"{entry.kind.value} {entry.detail['fault']}"


def test_a_sink_that_goes_while_playing_cuts_and_one_that_is_back_begins_again(tmp_path: Path, sink: NullSink) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink) as process:
        (utterance,) = queue_at(station, tone_announcement(station, 6.0), station.clock.now())
        wait_for(station, utterance, "playing")
        time.sleep(0.3)
        take_away(sink)
        with within(3.0, "the fault"):
            until(lambda: faults(station))
        wait_for(station, utterance, "queued")
        bring_back(sink)
        with Listener(sink) as listener:
            wait_for(station, utterance, "played")
            assert process.alive()
            listener.settles()
            assert lengths(listener) == pytest.approx([6.0], abs=0.25)
    assert kinds(station, utterance) == ["queued", "playing", "cut", "playing", "played"]
    assert faults(station)[0] == "fault output_lost"
    assert faults(station)[-1].startswith("recovered")


def test_killed_before_a_cut_was_written_down_it_goes_on_where_it_was(tmp_path: Path, sink: NullSink) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    words = tone_announcement(station, 5.0, after_cut=AfterCut.RESUME)
    with audio(station, sink) as process, Listener(sink) as before:
        (utterance,) = queue_at(station, words, station.clock.now())
        wait_for(station, utterance, "playing")
        with station.store.write():  # nobody else can write until this ends
            until(lambda: sum(lengths(before)) > 2.0, what="some of it")
            take_away(sink)
            with within(4.0, "the fault"):
                until(lambda: "the output is lost" in process.said())
            process.kill()
        bring_back(sink)
        process.start()
        with Listener(sink) as after:
            wait_for(station, utterance, "played")
            after.settles()
            heard = [*lengths(before), *lengths(after)]
    assert len(heard) == 2
    assert sum(heard) == pytest.approx(5.0, abs=0.4), heard


def test_a_sink_that_goes_in_silence_is_missed_and_found_again(tmp_path: Path, sink: NullSink) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink):
        time.sleep(0.5)
        take_away(sink)
        with within(4.0, "the fault"):
            until(lambda: faults(station))
        bring_back(sink)
        with within(6.0, "the recovery"):
            until(lambda: faults(station)[-1].startswith("recovered"))
        with Listener(sink) as listener:
            (utterance,) = queue_at(station, tone_announcement(station, 0.5), station.clock.now())
            wait_for(station, utterance, "played")
            listener.settles()
            assert lengths(listener) == pytest.approx([0.5], abs=0.25)


def test_a_server_that_dies_is_not_replaced_by_a_recording(tmp_path: Path) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with null_sink() as first, audio(station, first) as process:
        (utterance,) = queue_at(station, tone_announcement(station, 6.0), station.clock.now(), late_s=4.0)
        wait_for(station, utterance, "playing")
        first.stop()
        with within(6.0, "the fault"):
            until(lambda: "fault no_output" in faults(station))
        assert "sound goes to wav" not in process.said()
        assert process.alive()
        assert kinds(station, utterance) == ["queued", "playing", "cut"]


def test_a_server_that_comes_later_than_the_station_takes_over_from_the_recording(tmp_path: Path) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with null_sink() as sink:
        sink.stop()
        with Process("audio", "main", state=tmp_path, variables=sink.variables) as process:
            until(lambda: "sound goes to wav" in process.said(), what="the recording")
            sink.start()
            until(lambda: "sound goes to pulseaudio" in process.said(), 30, what="the card")
            (utterance,) = queue_at(
                station, tone_announcement(station, 0.5), station.clock.now() + timedelta(seconds=1)
            )
            with Listener(sink) as listener:
                wait_for(station, utterance, "played")
                listener.settles()
                assert lengths(listener) == pytest.approx([0.5], abs=0.25)


def test_a_sink_that_leads_nowhere_is_none_and_sound_is_back_soon_after_a_real_one(
    tmp_path: Path, sink: NullSink
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    sink.control("load-module", "module-always-sink")
    words = tone_announcement(station, 60.0, after_cut=AfterCut.RESUME)
    with audio(station, sink):
        (utterance,) = queue_at(station, words, station.clock.now(), late_s=600.0)
        wait_for(station, utterance, "playing")
        time.sleep(1.0)
        take_away(sink)
        until(lambda: len(kinds(station, utterance)) >= 9, 45, what="four attempts")  # the next after eight seconds
        time.sleep(2.0)
        before = len(kinds(station, utterance))
        bring_back(sink)
        back = time.monotonic()
        with Listener(sink) as listener:
            until(lambda: kinds(station, utterance)[before:] == ["playing"], what="the next attempt")
            (first, *_) = until(listener.bursts, what="sound")
            assert first.began - back < 5.0 + listener.taken_s(back, first.began)
