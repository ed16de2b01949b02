"""SIGKILL of the audio process at random instants while one announcement makes way for another: what is to go on goes
on where it was; nothing is said twice beyond its rule; no amplifier is left on.

The words rise in pitch, so that what was heard says where in them it was.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio.wall.relay_emulator import LcusRelays, RelayEmulator
from controller.announcing import Announcing
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.core.utterances import FINAL, Utterance, UtteranceState
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.store import journal, signals
from controller.store.signals import Signal
from tests.support.chances import chances
from tests.support.listening import Listener
from tests.support.processes import until
from tests.support.pulse import RATE, NullSink
from tests.support.relay_boards import served
from tests.support.sounding import PLAIN, audio, row
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, tone_announcement, tone_pcm, wav
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone

KILLS = 6
LONG_S, ROUND_S, TIMES, PAUSE_S, ONCE_S = 9.0, 1.2, 3, 0.3, 0.8
LONG, ROUNDS, AGAIN, ONCE, URGENT, ALERT, ALARM = 1200.0, 2400.0, 3000.0, 3400.0, 4200.0, 4700.0, 5200.0  # hertz
MOST_S = 0.5  # of words, said twice or left out
RISING = 100.0  # hertz a second
WINDOW = RATE // 50
BOARD = """[outputs.amplifier]
relay = "lcus1"
port = "{port}"
channel = 1
warm_up_s = 0.2
hold_s = 0.3
[outputs.zone_relays.trung-tam]
relay = "lcus1"
port = "{port}"
channel = 2
[outputs.zone_relays.na-khau]
relay = "lcus1"
port = "{port}"
channel = 3
[speech]"""


def pitches(listener: Listener) -> NDArray[np.float64]:
    """The pitch of each fiftieth of a second that is a pure tone; 0 where it is anything else."""
    samples = np.frombuffer(listener.samples().tobytes(), dtype="<i2").astype(np.float64)
    windows = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW) * np.hanning(WINDOW)
    spectra = np.abs(np.fft.rfft(windows, 8 * WINDOW, axis=1)) ** 2
    top = spectra.argmax(axis=1)
    near = np.array([line[max(0, at - 16) : at + 17].sum() for line, at in zip(spectra, top, strict=True)])
    pure = (near > 0.9 * spectra.sum(axis=1)) & (windows.max(axis=1) > 1000)
    found: NDArray[np.float64] = np.where(pure, top * RATE / (8 * WINDOW), 0.0)
    return found


def places(heard: NDArray[np.float64], hertz: float, seconds: float) -> NDArray[np.float64]:
    """Where in rising words each window was that is one of them, in seconds."""
    inside = heard[(heard > hertz - 5) & (heard < hertz + RISING * seconds + 5)]
    found: NDArray[np.float64] = (inside - hertz) / RISING
    return found


def whatever_is_said(station: Station) -> dict[str, Utterance]:
    """Words of every rule for what was cut, one after another."""
    with station.store.write() as tx:
        content = wav(tone_pcm(0.8, ALERT))
        sha256, now = hashlib.sha256(content).hexdigest(), station.clock.now()
        station.places.rendition(sha256).write_bytes(content)
        signals.put(tx, now, Signal("alert", sha256, "Tiếng trống", 0.8, "lan", now))
    made = {
        "long": tone_announcement(station, LONG_S, LONG, after_cut=AfterCut.RESUME, rising=RISING),
        "rounds": tone_announcement(
            station, ROUND_S, ROUNDS, after_cut=AfterCut.RESUME, rising=RISING, times=TIMES, pause_s=PAUSE_S,
            zones=("na-khau",),
        ),
        "again": tone_announcement(station, 1.0, AGAIN, after_cut=AfterCut.RESTART, zones=("trung-tam",)),
        "once": tone_announcement(station, ONCE_S, ONCE, after_cut=AfterCut.END),
    }  # fmt: skip
    due = station.clock.now() + timedelta(seconds=0.3)
    return {
        name: queue_at(station, each, due + timedelta(milliseconds=number), late_s=300.0)[0]
        for number, (name, each) in enumerate(made.items())
    }


def story(station: Station, utterance: Utterance) -> list[tuple[str, dict[str, object]]]:
    with station.store.read() as tx:
        lines = journal.entries(tx, subject=f"utterance/{utterance.id}")
    dull = {"announcement", "title", "due", "output", "level", "sha256"}
    return [(line.kind.value, {k: v for k, v in line.detail.items() if k not in dull}) for line in lines]


@pytest.mark.timeout(120)
def test_killed_while_one_makes_way_for_another_each_goes_on_by_its_rule(tmp_path: Path, sink: NullSink) -> None:
    chance = chances(4)
    with ExitStack() as stack:
        relays = stack.enter_context(served(RelayEmulator(LcusRelays(8), tmp_path / "relays")))
        config = PLAIN.replace("[speech]", BOARD.format(port=relays.link))
        station = station_in(tmp_path, config.replace("[policy]", "[policy]\nfinish_s = 0.5"), SystemClock())
        listener = stack.enter_context(Listener(sink))
        bell = stack.enter_context(closing(Doorbell(station.places)))
        page = Announcing(station.store, bell, station.clock, station.ids, station.config)
        urgent = tone_announcement(station, 0.6, URGENT, level=Level.PRIORITY, after_cut=AfterCut.RESUME)
        alarm = tone_announcement(station, 0.4, ALARM, level=Level.EMERGENCY)
        process = stack.enter_context(audio(station, sink))
        said = whatever_is_said(station)

        def kill() -> None:
            process.kill()
            process.start()

        def speak(name: str) -> None:
            (said[name],) = page.speak_now((alarm if name.startswith("alarm") else urgent).id, "lan")

        what = [(1.0 + 2.6 * number + chance.uniform(0.0, 1.6), kill) for number in range(KILLS)]
        for number, name in enumerate(("urgent 1", "alarm 1", "urgent 2", "alarm 2", "urgent 3")):
            what.append((chance.uniform(1.5, 3.5) + 2.5 * number, partial(speak, name)))
        began = time.monotonic()
        for at_s, act in sorted(what, key=lambda each: each[0]):
            time.sleep(max(0.0, began + at_s - time.monotonic()))
            act()
        until(lambda: all(row(station, one).state in FINAL for one in said.values()), 60, 0.2, "every end")
        until(lambda: not any(relays.board.states), 5, what="the amplifier and its zones off")
        heard, sounds = pitches(listener), sounds_of(listener)
    told = "\n".join(f"{name}: {story(station, one)}" for name, one in said.items())
    ended = {name: row(station, one).state for name, one in said.items()}
    assert ended | {"once": "?"} == dict.fromkeys(ended, UtteranceState.PLAYED) | {"once": "?"}, told
    for name, one in said.items():
        kinds = [kind for kind, _ in story(station, one)]
        assert (kinds[0], kinds[-1]) == ("queued", ended[name].value), f"{name} {told}"
        assert kinds.count("played") == (ended[name] is UtteranceState.PLAYED), f"{name} {told}"

    long = places(heard, LONG, LONG_S)
    jumps = np.diff(long) - 0.02
    assert (long[0], long[-1]) == pytest.approx((0.0, LONG_S), abs=0.3), told
    assert max(-jumps.min(), jumps.max()) <= MOST_S, f"{jumps.min():.2f} {jumps.max():.2f} s {told}"
    rounds = places(heard, ROUNDS, ROUND_S)
    anew = np.flatnonzero(np.diff(rounds) < -MOST_S)
    assert anew.size == TIMES - 1, f"{anew.size + 1} times {told}"
    jumps = np.delete(np.diff(rounds) - 0.02, anew)
    assert max(-jumps.min(), jumps.max()) <= MOST_S, f"{jumps.min():.2f} {jumps.max():.2f} s {told}"
    again, once, alarms = (
        [part.lasts_s for sound in sounds for part in sound.parts(hertz)] for hertz in (AGAIN, ONCE, ALARM)
    )
    assert sum(span > 0.94 for span in again) <= 1 and sum(again) > 0.94, f"{again} {told}"
    assert sum(once) < ONCE_S + 0.05, f"what may not begin again did {once} {told}"
    assert len(alarms) >= 2, told
    database = sqlite3.connect(station.places.station_db)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
