"""The button on the wall with nothing chosen for it: the alert signal alone is an emergency like any other, with its
row, its journal, its place on every face and its end, also where nobody could write when it was pressed."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from controller.core.levels import Level
from controller.core.showing import showing
from controller.core.utterances import BARE_ALERT, Utterance, Verdict, raised_document
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.store import announcements, facts, utterances
from tests.support.listening import Listener
from tests.support.processes import until
from tests.support.pulse import NullSink
from tests.support.sounding import PLAIN, audio, kinds, row, wait_for
from tests.support.stations import Station, station_in
from tests.support.tones import raised as raised_now
from tests.support.tones import tone_announcement

pytestmark = pytest.mark.alone

TITLE = "Báo động: có người vừa bấm nút báo động tại chỗ"
WITH_BUTTON = PLAIN.replace("[speech]", '[outputs.emergency_contact]\ncontact = "gpio"\npin = 27\n[speech]')
HELD_S = 0.04  # what the server holds: a sink that gives nothing for longer has torn the sound
FIRE, FLOOD = 1500.0, 2000.0  # hertz


def press(station: Station, which: str = "press-1") -> None:
    """As another output of the same wall tells it."""
    ring(station, {"contact": which, "at": station.clock.now().isoformat()})


def ring(station: Station, message: dict[str, object]) -> None:
    with closing(Doorbell(station.places)) as bell:
        bell.ring("audio-main", message)


def raised(station: Station) -> list[Utterance]:
    with station.store.read() as tx:
        return utterances.of_announcement(tx, BARE_ALERT)


def ended(station: Station, count: int) -> bool:
    return [u.state for u in raised(station)] == ["stopped"] * count


def shown(station: Station) -> list[tuple[str, bool]]:
    """What every face shows."""
    now = station.clock.now()
    with station.store.read() as tx:
        soundings = utterances.soundings(tx, now - timedelta(minutes=5))
    return [(item.whole, item.on_air) for item in showing((), soundings, now, station.config.site.tz, 60.0)]


def test_it_has_a_row_stands_on_every_face_and_is_ended_on_the_page(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN.replace('device = "auto"', 'device = "auto"\nmonitor = "sink"'), SystemClock())
    with audio(station, sink):
        press(station)
        until(lambda: listener.bursts(), what="the signal")
        begun = listener.bursts()[0].began
        press(station, "press-2")  # while it sounds nothing new is asked for
        until(lambda: [u.state for u in raised(station)] == ["playing"], what="its row")
        (one,) = raised(station)
        assert (one.title, one.zones, one.lasts_s) == (TITLE, ("trung-tam", "na-khau"), 120.0)
        assert shown(station) == [(TITLE, True)]
        until(lambda: len(listener.bursts(gap_s=1.0)) >= 2, what="the signal once more")
        until(lambda: row(station, one).heard, what="a verdict")
        torn_s = listener.still_s(begun, time.monotonic())
        with station.store.read() as tx:
            assert announcements.current(tx) == [], "nobody wrote it: it stands in no list"
        station.announcing.stop(one.id, "lan")
        ring(station, {"stop": one.id, "by": "lan"})  # the bell of a test rings nobody
        wait_for(station, one, "stopped")
        assert shown(station) == []
    verdict = row(station, one).heard
    assert verdict == Verdict.HEARD or (torn_s > HELD_S and verdict == Verdict.UNSURE), torn_s
    assert kinds(station, one) == ["queued", "playing", verdict, "stopped"]
    assert len(raised(station)) == 1


@pytest.mark.parametrize("shelved", [True, False])
def test_killed_while_nobody_can_write_it_goes_on_and_is_written_down_once(
    tmp_path: Path, sink: NullSink, listener: Listener, shelved: bool
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink) as process:
        with station.store.write():  # nobody else can write until this ends
            press(station)
            until(lambda: listener.bursts(), what="the signal")
            until(lambda: [*station.places.state.glob("raised-*")] != [], what="it is kept")
            until(lambda: [*station.places.renditions.iterdir()] != [], what="its file")
            process.kill()
            killed = time.monotonic()
            if not shelved:
                for file in station.places.renditions.iterdir():
                    file.unlink()
            process.start()
            until(lambda: listener.bursts()[-1].began > killed, 20, what="the signal, still locked")
        until(lambda: raised(station) != [], what="its row")
        (one,) = raised(station)
        wait_for(station, one, "playing")
        until(lambda: [*station.places.state.glob("raised-*")] == [], what="nothing is kept that is written down")
        ring(station, {"stop": one.id, "by": "lan"})
        wait_for(station, one, "stopped")
    assert kinds(station, one) == ["queued", "playing", "cut", "playing", "stopped"]
    assert [u.id for u in raised(station)] == [one.id]


def test_pressed_again_later_it_is_another_one_of_the_same_announcement(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, PLAIN, SystemClock())
    with audio(station, sink):
        for number in (1, 2):
            press(station, f"press-{number}")
            until(lambda: [u.state for u in raised(station)][:1] == ["playing"], what="its row")
            ring(station, {"stop": raised(station)[0].id, "by": "lan"})
            until(partial(ended, station, number), what="its end")
    with station.store.read() as tx:
        found = tx.execute("SELECT COUNT(*) AS number, COUNT(DISTINCT sha256) AS files FROM renditions").fetchone()
    assert (found["number"], found["files"]) == (1, 1)


@pytest.mark.parametrize("chosen", [True, False])
def test_pressed_while_another_emergency_sounds_what_was_chosen_has_its_turn(
    tmp_path: Path, sink: NullSink, listener: Listener, chosen: bool
) -> None:
    """Somebody at the wall knows of a fire while the page warns of a flood. A signal by itself would say no more."""
    station = station_in(tmp_path, WITH_BUTTON, SystemClock())
    fire = tone_announcement(station, 1.0, FIRE, Level.EMERGENCY, title="Cháy", lasts_s=60)
    with station.store.write() as tx:
        facts.set_fact(tx, "contact/announcement", fire.id if chosen else "")
    flood = tone_announcement(station, 1.0, FLOOD, Level.EMERGENCY, title="Lũ", lasts_s=60)
    with audio(station, sink):
        if chosen:
            until(station.places.prepared_alarm("main").exists, what="the prepared alarm")
        ring(station, {"emergency": raised_document(raised_now(station, flood))})
        until(lambda: listener.bursts(), what="the signal")
        press(station)
        press(station, "press-2")
        if chosen:
            until(lambda: listener.tones(FIRE), 20, 0.2, what="the words of the one that was chosen")
        until(lambda: len(listener.tones(FLOOD)) == 2, 40, 0.2, what="the other one's words, twice")
    with station.store.read() as tx:
        assert len(utterances.of_announcement(tx, fire.id)) == int(chosen), "two presses are one"
    assert raised(station) == []
