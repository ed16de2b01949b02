"""The same question to others: from a command to the first sample at the same sink. Liquidsoap (a request queue) and
mpd (a prepared queue), where they are installed, and the station, in one run with one recording."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.emergency import figures, in_silence, rig
from bench.table import percentile, table
from controller.core.levels import Level
from controller.core.utterances import raised_document
from controller.runtime.doorbell import Doorbell
from tests.support.listening import LOUD, Listener
from tests.support.processes import until
from tests.support.pulse import SINK, NullSink, null_sink
from tests.support.seams import begins, heard
from tests.support.tones import raised, tone_announcement, tone_pcm, wav

COUNT = 40
SOUNDS_S, REST_S = 0.5, 1.2
GRAIN_S = 0.002  # of the capture: what it gives at once
STATION = "the station, an emergency at its web API"
LIQUIDSOAP = """
settings.init.allow_root.set(true)
settings.log.stdout.set(true)
settings.log.file.set(false)
settings.server.socket.set(true)
settings.server.socket.path.set("{folder}/liquidsoap")
queue = request.queue(id="queue")
output.pulseaudio(fallible=true, device="{sink}", queue)
"""
MPD = """
music_directory "{folder}/music"
db_file "{folder}/mpd.db"
bind_to_address "{folder}/mpd"
audio_output {{
    type "pulse"
    name "null"
    server "{server}"
    sink "{sink}"
}}
"""


def main() -> None:
    rows: list[list[object]] = []
    medians: dict[str, float] = {}

    def measured(name: str, values: list[float] | None) -> None:
        if values is None:
            rows.append([name, "", "not installed", "", "", ""])
            return
        medians[name] = percentile(values, 0.5)
        rows.append(figures(name, values, ""))

    with tempfile.TemporaryDirectory() as place, null_sink() as sink, Listener(sink) as listener:
        folder = Path(place)
        (folder / "tone.wav").write_bytes(wav(tone_pcm(SOUNDS_S, 600.0)))
        with rig(listener, sink.variables) as station:
            measured(STATION, in_silence(station, COUNT)[0])
            alarm = tone_announcement(station.station, 0.4, level=Level.EMERGENCY, title="Chuông")
            with closing(Doorbell(station.station.places)) as bell:

                def ring() -> Callable[[], object]:
                    document = raised_document(raised(station.station, alarm))
                    bell.ring("audio-main", {"emergency": document})
                    return lambda: station.stop(alarm)

                measured("the station, an emergency by a ring", _asked(listener, ring))
        measured("liquidsoap, a push to its queue", _liquidsoap(folder, sink, listener))
        measured("mpd, play", _mpd(folder, sink, listener))
    ours = medians[STATION]
    for row in rows:
        row[-1] = f"{medians[str(row[0])] / ours:.2f}" if row[0] in medians else ""
    head = ["what", "n", "p50", "p99", "max", "p50 to the station's"]
    table("peers: command to first sample at the same sink, ms (2 ms is the grain of the capture)", head, rows)


def _asked(listener: Listener, ask: Callable[[], Callable[[], object]]) -> list[float]:
    """Ask again and again: `ask` commands and gives what makes it silent. ms to the first sample of each."""
    instants = []
    for _ in range(COUNT):
        instants.append(time.monotonic())
        hush = ask()
        time.sleep(SOUNDS_S)
        hush()
        time.sleep(REST_S)
    found = []
    for asked in instants:
        first, samples = heard(listener, asked - GRAIN_S, asked + SOUNDS_S)
        place = begins(samples, LOUD)
        assert place is not None, "it was not heard"
        found.append(1000 * max(0.0, listener.instant(first + place) - asked))
    return found


def _liquidsoap(folder: Path, sink: NullSink, listener: Listener) -> list[float] | None:
    script = LIQUIDSOAP.format(folder=folder, sink=SINK)
    (folder / "station.liq").write_text(script, encoding="utf-8")
    with _running(("liquidsoap", str(folder / "station.liq")), folder / "liquidsoap", sink) as line:
        if line is None:
            return None

        def push() -> Callable[[], object]:
            line.sendall(f"queue.push {folder}/tone.wav\n".encode())
            return lambda: line.recv(4096)  # it ends by itself

        time.sleep(REST_S)
        return _asked(listener, push)


def _mpd(folder: Path, sink: NullSink, listener: Listener) -> list[float] | None:
    config = MPD.format(folder=folder, sink=SINK, server=sink.server)
    (folder / "mpd.conf").write_text(config, encoding="utf-8")
    (folder / "music").mkdir()  # empty: what lies in it is known only when mpd has looked through it
    with _running(("mpd", "--no-daemon", str(folder / "mpd.conf")), folder / "mpd", sink) as line:
        if line is None:
            return None

        def tell(command: str) -> None:
            line.sendall(f"{command}\n".encode())
            answer = line.recv(4096)
            assert b"OK" in answer, answer

        def stop() -> None:
            line.recv(4096)  # the answer to what was asked before
            tell("stop")

        def play() -> Callable[[], object]:
            line.sendall(b"play 0\n")
            return stop

        line.recv(4096)  # its greeting
        tell(f'add "file://{folder}/tone.wav"')
        return _asked(listener, play)


@contextmanager
def _running(words: tuple[str, ...], door: Path, sink: NullSink) -> Iterator[socket.socket | None]:
    """A program that listens at a socket; None if it is not installed."""
    if shutil.which(words[0]) is None:
        yield None
        return
    log = door.with_suffix(".log")
    with log.open("wb") as target:
        process = subprocess.Popen(
            words, env={**os.environ, "PULSE_SERVER": sink.server, "HOME": str(door.parent)},
            stdin=subprocess.DEVNULL, stdout=target, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until(door.exists, 30, what=f"{words[0]}: {log.read_text(encoding='utf-8', errors='replace')}")
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(door))
            yield line
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
