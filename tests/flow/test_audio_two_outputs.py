"""Two outputs, each with its own process and its own sink: one thing at a time in a place, both places at once."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from controller.runtime.clocks import SystemClock
from tests.support.listening import Listener
from tests.support.processes import Process, until
from tests.support.pulse import null_sink
from tests.support.sounding import PLAIN, wait_for
from tests.support.stations import station_in
from tests.support.tones import queue_at, tone_announcement
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone

TWO = PLAIN.replace('zones = ["trung-tam", "na-khau"]', 'zones = ["trung-tam"]').replace(
    "[speech]", '[[outputs]]\nname = "far"\nzones = ["na-khau"]\ndevice = "auto"\n[speech]'
)


def test_in_one_place_they_take_turns_and_elsewhere_nobody_waits(tmp_path: Path) -> None:
    assert TWO.count("[[outputs]]") == 2
    station = station_in(tmp_path, TWO, SystemClock())
    offset = time.monotonic() - time.time()
    with ExitStack() as stack:
        sinks = {name: stack.enter_context(null_sink()) for name in ("main", "far")}
        listeners = {name: stack.enter_context(Listener(sink)) for name, sink in sinks.items()}
        for name, sink in sinks.items():
            process = Process("audio", name, state=station.places.state, variables=sink.variables)
            stack.enter_context(process)
            until(lambda process=process: "sound goes to pulseaudio" in process.said(), what=name)  # type: ignore[misc]
        everywhere = tone_announcement(station, 1.2)
        centre = tone_announcement(station, 0.5, hertz=880.0, zones=("trung-tam",))
        due = station.clock.now() + timedelta(seconds=4)
        both = queue_at(station, everywhere, due)
        (then,) = queue_at(station, centre, due + timedelta(seconds=0.4))
        for utterance in (*both, then):
            wait_for(station, utterance, "played")
        for listener in listeners.values():
            listener.settles()
        heard = {name: sounds_of(listener) for name, listener in listeners.items()}
        taken_s = listeners["main"].taken_s
    begin = due.timestamp() + offset
    (alone,), (both_in_turn,) = heard["far"], heard["main"]
    assert -0.12 < alone.began - begin < 0.18 + taken_s(begin, alone.began)
    assert alone.lasts_s == pytest.approx(1.2, abs=0.05 + alone.lost_s)
    apart = sorted((alone.began, both_in_turn.began))
    assert apart[1] - apart[0] < 0.1 + taken_s(*apart), "disjoint zones sound together"
    assert both_in_turn.lasts_s == pytest.approx(1.7, abs=0.05 + both_in_turn.lost_s), "one after the other"
    assert max((hole.ours_s for hole in both_in_turn.holes), default=0.0) < 0.2
