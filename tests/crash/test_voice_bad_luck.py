"""Preparing when voices hang or say nothing, when the process is told to end, and when nothing can be written."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from audio.normaliser.live import LiveNormaliser
from audio.preparing.collecting import Collector
from audio.preparing.prepare import Preparer
from audio.preparing.renewal import RETRY_S, Renewal
from audio.preparing.studio import Studio
from controller.core.announcements import Announcement, Draft, Late
from controller.core.parts import Parts, text_of
from controller.core.renditions import Prepared, Rendition, RenditionState
from controller.core.utterances import Utterance
from controller.runtime.clocks import FakeClock, SystemClock
from controller.runtime.config_tables import Policy
from controller.store import facts, journal, renditions, utterances
from controller.timing.lineup import Lateness, occurrence
from tests.support.fake_voices import alive, install, tone_file
from tests.support.full_disk import small_disk
from tests.support.processes import Process, until
from tests.support.sounding import kinds, wait_for
from tests.support.stalls import within
from tests.support.stations import CONFIG, Station, station_in

ONE_VOICE = CONFIG + '[speech]\nchime = false\nengines = ["espeak-ng"]\ntime_limit_s = {limit}\n'


@contextmanager
def audio(station: Station, programs: Path) -> Iterator[Process]:
    variables = {"PATH": f"{programs}:{os.environ['PATH']}"}
    with Process("audio", "main", state=station.places.state, variables=variables) as process:
        until(lambda: "sound goes to wav" in process.said(), what="the audio process")
        yield process


def announce(station: Station, title: str = "Họp") -> Announcement:
    return station.announcing.save(Draft(title, "Mời bà con đến họp.", ("trung-tam",)), (), "lan")


def rendition(station: Station, announcement: Announcement) -> Rendition:
    with station.store.read() as tx:
        found = renditions.of(tx, announcement.id, announcement.revision)
    assert found
    return found


@pytest.mark.alone
def test_told_to_end_while_a_voice_hangs_it_ends_at_once_and_leaves_nobody_behind(tmp_path: Path) -> None:
    station = station_in(tmp_path / "state", ONE_VOICE.format(limit=60), SystemClock())
    pids = tmp_path / "pids"
    install(tmp_path / "bin", f"sleep 1000 &\necho $$ $! > {pids}\nwait")
    with audio(station, tmp_path / "bin") as process:
        announcement = announce(station)
        until(lambda: pids.exists() and len(pids.read_text().split()) == 2, what="the voice")
        with within(2.0):
            assert process.end(30) == 0
        assert not any(alive(int(pid)) for pid in pids.read_text().split())
    assert rendition(station, announcement).state is RenditionState.WANTED, "the next process prepares it"
    assert [path.name for path in station.places.renditions.iterdir()] == []


def test_what_no_voice_can_speak_is_failed_and_its_occurrence_missed_for_that_reason(tmp_path: Path) -> None:
    station = station_in(tmp_path / "state", ONE_VOICE.format(limit=1), SystemClock())
    install(tmp_path / "bin", "sleep 1000")
    with audio(station, tmp_path / "bin"):
        announcement = announce(station)
        due = station.clock.now() + timedelta(seconds=1)
        made: list[Utterance] = occurrence(
            station.ids, station.config, announcement, "rule", due, Lateness(Late.PLAY, 0.0)
        )
        with station.store.write() as tx:
            assert utterances.queue(tx, station.clock.now(), made[0])
        until(lambda: rendition(station, announcement).state is RenditionState.FAILED, what="the failure")
        wait_for(station, made[0], "missed")
    failed = rendition(station, announcement)
    assert (failed.reason, failed.tried) == ("no_engine", ("espeak-ng: stopped after 1 s",))
    assert kinds(station, made[0]) == ["queued", "missed"]
    with station.store.read() as tx:
        assert {h.component: h.fault for h in facts.health(tx)}["speech"] == "unspeakable"
        (missed,) = [e.detail for e in journal.entries(tx, subject=f"utterance/{made[0].id}") if e.kind == "missed"]
    assert missed["reason"] == "unspeakable"


def test_what_was_prepared_while_nothing_could_be_written_is_not_prepared_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        station = station_in(disk.folder, CONFIG, SystemClock())
        announcement = announce(station)
        spoken: list[str] = []

        class Voice:
            def recipe(self, parts: Parts) -> str:
                return "words"

            def prepare(self, parts: Parts) -> Prepared:
                spoken.append(text_of(parts))
                disk.fill()
                return Prepared("0" * 64, 2.0, -16.0, -1.0, "espeak-ng")

            def give_up(self) -> None:
                pass

        stopping = threading.Event()
        voice, policy = cast(Preparer, Voice()), station.config.policy
        renewal = Renewal(station.store, station.places, voice, station.clock, policy, lambda: 0)
        collector = Collector(station.store, station.places, station.clock, policy)
        studio = Studio(
            station.store, station.places, voice, renewal, collector, station.clock, 900.0, lambda: None, {}
        )
        thread = threading.Thread(target=studio.work, args=(stopping,))
        thread.start()
        try:
            until(lambda: spoken, what="the voice")
            time.sleep(1.2)  # two more turns, in vain
            disk.clear()
            until(lambda: rendition(station, announcement).state is RenditionState.READY, what="the row")
        finally:
            stopping.set()
            studio.end()
            thread.join(30)
            station.store.close()
        assert spoken == ["Mời bà con đến họp."]


def test_on_a_full_disk_old_sound_makes_room_for_new_and_what_was_refused_is_made_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "bin", f'cp {tone_file(tmp_path / "tone.wav", 2)} "$out"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with small_disk(tmp_path / "disk", "64m") as disk:
        clock = FakeClock(datetime.now(UTC))
        station = station_in(disk.folder, ONE_VOICE.format(limit=10), clock)
        policy = Policy(disk_reserve_mb=20, approval="off")
        preparer = Preparer(station.config.speech, station.places, LiveNormaliser(station.store), policy)
        renewal = Renewal(station.store, station.places, preparer, clock, policy, lambda: 0)
        collector = Collector(station.store, station.places, clock, policy)
        studio = Studio(station.store, station.places, preparer, renewal, collector, clock, 900.0, lambda: None, {})
        old = station.places.rendition("0" * 64)
        old.write_bytes(bytes(50 << 20))
        os.utime(old, (clock.now().timestamp() - 10 * 86_400,) * 2)
        first = announce(station)
        studio._turn(-1, threading.Event())
        assert rendition(station, first).state is RenditionState.READY
        assert not old.exists()
        disk.fill(leave=10 << 20)
        second = announce(station, "Tiêm chủng")
        studio._turn(-1, threading.Event())
        assert (rendition(station, second).state, rendition(station, second).reason) == (
            RenditionState.FAILED,
            "disk_full",
        )
        prepared = rendition(station, first).prepared
        assert prepared and station.places.rendition(prepared.sha256).is_file(), "what is needed stays"
        disk.clear()
        clock.tick(RETRY_S + 1)
        studio._turn(0, threading.Event())
        assert rendition(station, second).state is RenditionState.READY
        station.store.close()
