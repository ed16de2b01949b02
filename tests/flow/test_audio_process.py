"""The real audio process on a PulseAudio null sink: what is heard, what is written down, what survives."""

from __future__ import annotations

import os
import time
import tty
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from audio.progress import ProgressFile, Segment
from controller.core.announcements import AfterCut
from controller.core.journal import Entry
from controller.core.levels import Level
from controller.core.utterances import Utterance, raised_document
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.store import journal
from tests.support.listening import Listener
from tests.support.processes import until
from tests.support.pulse import NullSink
from tests.support.sounding import PLAIN, audio, kinds, lengths, row, wait_for
from tests.support.stalls import queued_s
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, raised, tone_announcement
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone

CHIMES = PLAIN.replace("chime = false", "chime = true")


def lines(station: Station, utterance: Utterance) -> list[Entry]:
    with station.store.read() as tx:
        return journal.entries(tx, subject=f"utterance/{utterance.id}")


def said_s(listener: Listener) -> float:
    """How much has been heard."""
    return sum(sound.lasts_s for sound in sounds_of(listener))


def test_due_means_heard(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    offset = time.monotonic() - time.time()
    with audio(station, sink):
        announcement = tone_announcement(station, 0.8)
        due = station.clock.now() + timedelta(seconds=2.5)
        (utterance,) = queue_at(station, announcement, due)
        wait_for(station, utterance, "played")
        listener.settles()  # its last 60 ms have been handed over and are on their way
    (heard,) = sounds_of(listener)
    assert heard.lasts_s == pytest.approx(0.8, abs=0.01 + heard.lost_s)
    at = due.timestamp() + offset
    assert -0.01 < heard.began - at < 0.12 + listener.taken_s(at, heard.began)
    assert kinds(station, utterance) == ["queued", "playing", "played"]


def test_chime_words_chime(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, CHIMES, SystemClock())
    with audio(station, sink) as process:
        (utterance,) = queue_at(station, tone_announcement(station, 1.5), station.clock.now())
        wait_for(station, utterance, "playing")
        wait_for(station, utterance, "played")
        listener.settles(2.5)
        assert process.end() == 0
    whole = sum(lengths(listener.bursts(gap_s=1.0)))
    assert 3.0 < whole < 7.0, "chime, a tone of 1.5 s, chime"


def test_killed_while_speaking_it_begins_again(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink) as process:
        (utterance,) = queue_at(station, tone_announcement(station, 4.0), station.clock.now())
        until(lambda: said_s(listener) > 0.4, what="some of it")
        process.kill()
        killed = time.monotonic()
        process.start()
        wait_for(station, utterance, "playing")
        until(lambda: sounds_of(listener)[-1].began > killed, what="it, again")
        queue_s = queued_s(process.pid)
        wait_for(station, utterance, "played")
        listener.settles()  # the last of it is on its way
    first, second = sounds_of(listener)
    assert first.lasts_s < 4.0
    assert second.lasts_s == pytest.approx(4.0, abs=0.01 + second.lost_s)
    assert second.began - killed < 3.0 + queue_s + listener.taken_s(killed, second.began)
    assert kinds(station, utterance) == ["queued", "playing", "cut", "playing", "played"]
    cut = lines(station, utterance)[2].detail
    assert (cut["again"], cut["reason"]) == (True, "interrupted")
    assert cut["spoken_s"] == pytest.approx(first.lasts_s, abs=0.1)


def test_after_a_power_cut_it_goes_on_where_the_row_knew_it_to_be(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    """Twice: the second cut comes before anything more than the first has been written."""
    often = tmp_path / "often"
    often.mkdir()
    (often / "sitecustomize.py").write_text("import audio.on_air\naudio.on_air.REACHED_S = 1.0\n", encoding="utf-8")
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink, PYTHONPATH=str(often)) as process:
        words = tone_announcement(station, 5.0, 400.0, after_cut=AfterCut.RESUME, rising=100.0)
        (utterance,) = queue_at(station, words, station.clock.now())
        until(lambda: row(station, utterance).reached_s > 1.9, what="the row")
        for starts in (2, 3):
            process.kill()
            station.places.progress("main").unlink(missing_ok=True)  # as what lies in /run
            process.start()
            until(lambda: kinds(station, utterance).count("playing") == starts, what="the start")  # noqa: B023 - now
        wait_for(station, utterance, "played")
        listener.settles()
    resumed = [line.detail.get("resumed_s", 0.0) for line in lines(station, utterance) if line.kind == "playing"]
    assert len(resumed) == 3
    assert resumed[0] == 0.0
    assert 1.9 < float(str(resumed[1])) <= float(str(resumed[2]))
    assert 0.0 < sounds_of(listener)[-1].lasts_s < 5.0 - 1.8


def test_killed_while_speaking_what_must_not_begin_again_ends(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink) as process:
        announcement = tone_announcement(station, 5.0, after_cut=AfterCut.END)
        (utterance,) = queue_at(station, announcement, station.clock.now())
        until(lambda: said_s(listener) > 0.2, what="some of it")
        process.kill()
        listener.settles(0.2)
        before_s = said_s(listener)
        process.start()
        wait_for(station, utterance, "cut")
        listener.settles(1.0)
        assert said_s(listener) == before_s < 5.0
    assert kinds(station, utterance) == ["queued", "playing", "cut"]


def test_killed_in_the_closing_chime_it_has_been_played(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, CHIMES, SystemClock())
    with audio(station, sink) as process:
        (utterance,) = queue_at(station, tone_announcement(station, 0.5), station.clock.now())
        progress = ProgressFile(station.places.progress("main"))
        until(lambda: (known := progress.read().get(utterance.id)) and known.segment is Segment.OVER, 30, every_s=0.005)
        process.kill()
        heard = len(listener.samples())
        process.start()
        wait_for(station, utterance, "played")
        time.sleep(1.0)
    after = [value for value in listener.samples()[heard + 9600 :] if abs(value) > 300]
    assert after == [], "nothing is said twice"
    assert kinds(station, utterance).count("played") == 1


def test_a_stop_is_heard_at_once(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink):
        (utterance,) = queue_at(station, tone_announcement(station, 10.0), station.clock.now())
        until(listener.bursts, what="the tone")
        asked = time.monotonic()
        with closing(Doorbell(station.places)) as bell:
            bell.ring("audio-main", {"stop": utterance.id, "by": "lan"})
        wait_for(station, utterance, "stopped")
        listener.settles(0.5)
    (burst,) = listener.bursts()
    assert burst.ended - asked < 0.3 + listener.taken_s(asked, burst.ended)
    assert lines(station, utterance)[-1].detail["by"] == "lan"


def test_a_locked_database_neither_cuts_the_sound_nor_mutes_an_emergency(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    alert = tone_announcement(station, 0.6, hertz=900.0, level=Level.EMERGENCY)
    emergency = raised(station, alert)
    with audio(station, sink):
        (normal,) = queue_at(station, tone_announcement(station, 10.0), station.clock.now())
        wait_for(station, normal, "playing")
        with station.store.write():  # nobody else can write until this ends
            until(listener.bursts, what="the normal one")
            ring = {"emergency": raised_document(emergency)}
            asked = time.monotonic()
            with closing(Doorbell(station.places)) as bell:
                bell.ring("audio-main", ring)
            until(lambda: listener.bursts()[-1].ended > asked + 1.5, 10, what="the alert, while the database is locked")
            cut = listener.tones(440.0)[-1]
            assert cut.ended - asked < 0.15 + listener.taken_s(asked, cut.ended), "the normal one makes way"
        until(lambda: kinds(station, normal)[:3] == ["queued", "playing", "cut"], what="the journal, afterwards")
        wait_for(station, emergency, "played")
    assert kinds(station, emergency) == ["queued", "playing", "played"], "though nobody could write its row"


def test_what_has_no_sound_is_missed_with_its_reason(tmp_path: Path, sink: NullSink) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    announcement = tone_announcement(station, 0.5)
    for file in station.places.renditions.iterdir():
        file.write_bytes(b"spoilt")
    with audio(station, sink):
        (utterance,) = queue_at(station, announcement, station.clock.now(), late_s=1.0)
        wait_for(station, utterance, "missed")
    assert lines(station, utterance)[-1].detail["reason"] == "file_missing"


def test_the_amplifier_is_on_before_and_off_after(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    amplifier = f"""[outputs.amplifier]
relay = "lcus1"
port = "{os.ttyname(slave)}"
warm_up_s = 1.0
hold_s = 0.5
"""
    station = station_in(tmp_path, PLAIN.replace("[speech]", amplifier + "[speech]"), SystemClock())
    offset = time.monotonic() - time.time()
    seen: list[tuple[float, str]] = []
    whole = b""

    def watch() -> bool:
        nonlocal whole
        with suppress(BlockingIOError):
            whole += os.read(master, 64)
        while len(whole) >= 4:
            seen.append((time.monotonic(), whole[:4].hex(" ").upper()))
            whole = whole[4:]
        return len(seen) >= 3

    announcement = tone_announcement(station, 0.4)
    with audio(station, sink):
        due = station.clock.now() + timedelta(seconds=3)
        queue_at(station, announcement, due)
        until(watch, 30, every_s=0.005, what=f"the relay; {seen}")
    os.close(master)
    os.close(slave)
    (burst,) = listener.bursts()
    at_start, on, off = seen
    assert [frame for _, frame in seen] == ["A0 01 00 A1", "A0 01 01 A2", "A0 01 00 A1"]
    warm = due.timestamp() + offset - 1.0
    assert -0.15 < on[0] - warm < 0.15 + listener.taken_s(warm, on[0])
    assert -0.2 < off[0] - burst.ended - 0.5 < 0.2 + listener.taken_s(burst.ended, off[0])
    assert at_start[0] < on[0]
