"""How soon the village hears: due instant to first sample at a PulseAudio null sink's monitor, and a
stop ring to silence, both of the real audio process."""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.table import percentile, table
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.store import utterances
from tests.support.listening import Listener
from tests.support.processes import Process, until
from tests.support.pulse import null_sink
from tests.support.stations import CONFIG, Station, station_in
from tests.support.tones import queue_at, tone_announcement

COUNT, EVERY_S = 100, 0.6
QUIET = CONFIG.replace('device = "wav"', 'device = "auto"') + "[speech]\nchime = false\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, null_sink() as sink, Listener(sink) as listener:
        station = station_in(Path(folder), QUIET, SystemClock())
        began = time.monotonic()
        with Process("audio", "main", state=station.places.state, variables=sink.variables) as process:
            until(lambda: "sound goes to" in process.said(), what="the audio process")
            started_s = time.monotonic() - began
            first = station.clock.now() + timedelta(seconds=3)
            offset = time.monotonic() - time.time()
            announcement = tone_announcement(station, seconds=0.25)
            dues = [first + timedelta(seconds=EVERY_S * n) for n in range(COUNT)]
            for due in dues:
                queue_at(station, announcement, due)
            time.sleep(max(0.0, dues[-1].timestamp() - time.time()) + 1.5)
            heard = [burst.began for burst in listener.bursts()]
            late_ms = [1000 * (at - (due.timestamp() + offset)) for at, due in zip(heard, dues, strict=True)]
            stops_ms = [_stop_once(station, listener) for _ in range(20)]
    table(
        "sound: the audio process on a PulseAudio null sink",
        ["what", "n", "p50", "p99", "max", "target"],
        [
            _row("due instant to first sample, ms", late_ms, "25 / 60"),
            _row("stop ring to silence, ms", stops_ms, "- / 150"),
            ["started and ready to play, s", 1, f"{started_s:.2f}", "", "", "2"],
        ],
    )


def _stop_once(station: Station, listener: Listener) -> float:
    """Start a long tone, stop it by a ring, and see when it fell silent."""
    (utterance,) = queue_at(station, tone_announcement(station, seconds=5.0), station.clock.now())
    bell = Doorbell(station.places)
    bell.ring("audio-main")
    until(lambda: _state(station, utterance.id) == "playing", what="the tone")
    time.sleep(0.3)
    asked = time.monotonic()
    bell.ring("audio-main", {"stop": utterance.id, "by": "bench"})
    until(lambda: _state(station, utterance.id) == "stopped", what="the stop")
    time.sleep(0.3)
    bell.close()
    return 1000 * (listener.bursts()[-1].ended - asked)


def _state(station: Station, ident: str) -> str:
    with station.store.read() as tx:
        return utterances.get(tx, ident).state.value


def _row(name: str, values: list[float], target: str) -> list[object]:
    return [
        name, len(values), f"{percentile(values, 0.5):.1f}", f"{percentile(values, 0.99):.1f}", f"{max(values):.1f}",
        target,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
