"""SIGKILL at random instants, to any process: nothing is spoken twice, nothing vanishes, nothing is damaged."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.announcements import AfterCut
from controller.core.utterances import FINAL, Utterance, UtteranceState
from controller.runtime.clocks import SystemClock
from controller.store import announcements, journal, utterances
from schedules.documents import document_of
from schedules.rules import Once, Rule
from tests.support.chances import chances
from tests.support.listening import Listener
from tests.support.processes import Process, free_port, until
from tests.support.pulse import NullSink
from tests.support.stations import CONFIG, Station, station_in
from tests.support.tones import queue_at, tone_announcement
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone

KILLS = 50
TONES, TONE_S, EVERY_S = 16, 0.8, 1.5
PROCESSES = (("audio", "main"), ("daemon",), ("web",), ("kiosk",))
BOARD = """
[[boards]]
id = "cong"
name = "Cổng"
port = "emulator"
[speech]
chime = false
[web]
host = "127.0.0.1"
"""


def whole_station(folder: Path) -> Station:
    # a long buffer: what is looked for are gaps that a kill makes, not those of a machine busy with other tests
    config = CONFIG.replace('device = "wav"', 'device = "auto"\nbuffer = 4096')
    config = config.replace("[policy]\n", "[policy]\nlead_s = 5.0\n") + BOARD + f"port = {free_port()}\n"
    return station_in(folder, config, SystemClock())


def started(stack: ExitStack, station: Station, sink: NullSink) -> dict[str, Process]:
    variables = {**sink.variables, "SDL_VIDEODRIVER": "dummy"}
    state = station.places.state
    running = {words[0]: stack.enter_context(Process(*words, state=state, variables=variables)) for words in PROCESSES}
    stack.enter_context(Process("board", "emulate", "cong", state=state))
    until(lambda: "sound goes to pulseaudio" in running["audio"].said(), 60, what="the audio process")
    until(lambda: station.places.picture("kiosk").exists(), 60, what="the kiosk")
    return running


@pytest.mark.timeout(180)
def test_fifty_kills_lose_nothing_and_double_nothing(tmp_path: Path, sink: NullSink) -> None:
    chance = chances(6)
    station = whole_station(tmp_path)
    with ExitStack() as stack, Listener(sink) as listener:
        running = started(stack, station, sink)
        hertz: dict[str, float] = {}
        for number in range(TONES):
            after_cut = AfterCut.RESTART if number % 2 else AfterCut.END
            pitch = 400.0 + 100 * number
            saved = tone_announcement(station, TONE_S, pitch, after_cut=after_cut, title=f"Tin {number}")
            hertz[saved.id] = pitch
        first = station.clock.now() + timedelta(seconds=3)
        with station.store.write() as tx:
            for number, ident in enumerate(hertz):
                rule = document_of(Rule(Once(first + timedelta(seconds=EVERY_S * number))))
                announcements.add_rule(tx, station.clock.now(), station.ids(), ident, rule)
        last = time.monotonic() + 3 + EVERY_S * TONES
        for _ in range(KILLS):
            time.sleep(chance.expovariate(KILLS / (3 + EVERY_S * TONES)))
            victim = running[chance.choice(sorted(running))]
            victim.kill()
            victim.start()
        time.sleep(max(0.0, last - time.monotonic()))

        def all_ended() -> list[Utterance]:
            with station.store.read() as tx:
                rows = utterances.between(tx, first - timedelta(seconds=1), first + timedelta(minutes=5))
            return rows if len(rows) == TONES and all(row.state in FINAL for row in rows) else []

        rows = until(all_ended, 90, every_s=0.2, what="every occurrence to come to its end")
        listener.settles()
        sounds = sounds_of(listener)
        heard = {
            row.id: [part.lasts_s for sound in sounds for part in sound.parts(hertz[row.announcement_id])]
            for row in rows
        }
        taken_s = {row.id: listener.taken_s(*_sounded(row)) for row in rows}

    with station.store.read() as tx:
        kinds = {row.id: [e.kind.value for e in journal.entries(tx, subject=f"utterance/{row.id}")] for row in rows}
    for row in rows:
        spans = heard[row.id]
        story = f"{row.title}: {kinds[row.id]}, heard {[round(s, 2) for s in spans]}"
        assert sum(span >= TONE_S - 0.06 for span in spans) <= 1, f"spoken twice: {story}"
        assert kinds[row.id][0] == "queued", story
        assert kinds[row.id][-1] == row.state.value, story
        assert kinds[row.id].count("played") == (row.state is UtteranceState.PLAYED), story
        if row.state is UtteranceState.PLAYED:
            assert max(spans, default=0.0) >= TONE_S - 0.35 - taken_s[row.id], f"played, but not heard: {story}"
        else:
            assert row.state in {UtteranceState.CUT, UtteranceState.MISSED}, story
        assert not (row.state is UtteranceState.MISSED and spans), f"missed, but heard: {story}"
    assert Counter(row.announcement_id for row in rows) == dict.fromkeys(hertz, 1), "one row each"
    database = sqlite3.connect(station.places.station_db)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


def _sounded(row: Utterance) -> tuple[float, float]:
    """From when to when it did last, by the monotonic clock."""
    if not row.started_at or not row.ended_at:
        return 0.0, 0.0
    ahead = time.time() - time.monotonic()
    return row.started_at.timestamp() - ahead, row.ended_at.timestamp() - ahead


def test_killing_all_others_leaves_no_gap_in_the_sound(tmp_path: Path, sink: NullSink) -> None:
    station = whole_station(tmp_path)
    with ExitStack() as stack, Listener(sink) as listener:
        running = started(stack, station, sink)
        (utterance,) = queue_at(station, tone_announcement(station, 4.0), station.clock.now())
        until(lambda: listener.bursts(), what="the tone")
        for name in ("web", "kiosk", "daemon"):
            time.sleep(0.5)
            running[name].kill()

        def ended() -> bool:
            with station.store.read() as tx:
                return utterances.get(tx, utterance.id).state is UtteranceState.PLAYED

        until(ended, 30, what="its end")
        listener.settles()
        (sound,) = sounds_of(listener)
    assert sound.lasts_s == pytest.approx(4.0, abs=0.02 + sound.lost_s)
    assert [hole for hole in sound.holes if hole.ours_s > 0.004] == []
