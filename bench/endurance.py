"""Does the sound hold for an hour, and does the process that makes it stay small? One long programme, every sample of
it compared at the sink's monitor while one core is fully loaded; then a thousand short ones. The real audio process.

`python -m bench.endurance --minutes 20` for less; an hour if nothing is said.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bench.table import percentile, table
from controller.core.announcements import Announcement, Draft
from controller.core.renditions import Prepared
from controller.core.utterances import FINAL, Utterance, UtteranceState
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.store import renditions
from tests.support.numbered import RATE, Follower, write_numbered
from tests.support.processes import until
from tests.support.pulse import SINK, NullSink, null_sink
from tests.support.sounding import PLAIN, audio, row
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, tone_announcement

MINUTES, PLAYS, AT_ONCE = 60.0, 1000, 25
LIMIT_MB = 80.0
TRIAL_S, HELD_S = 12.0, 0.4  # the trial: the audio process is held for so long, and that must be found
FEW = 12  # tears that are printed one by one
STALL_S, NEAR_S = 0.004, 0.25  # what counts as a stall of the machine itself, and how near it explains a tear


@dataclass
class Memory:
    """Of one process, in MB, looked at each second."""

    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)  # of the machine: above 2, and others were at work as well

    def look(self, pid: int) -> None:
        found = {}
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
            name, _, rest = line.partition(":")
            found[name] = int(rest.split()[0]) / 1024
        self.rss.append(found["Rss"])
        self.pss.append(found["Pss"])
        self.load.append(os.getloadavg()[0])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.endurance")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--plays", type=int, default=PLAYS)
    wanted = parser.parse_args(sys.argv[1:] if __name__ == "__main__" else [])
    trial = _programme(TRIAL_S, held_s=HELD_S)[0]
    with _busy_core(), _stalls() as stalls:
        heard, memory, began_s, began = _programme(60 * wanted.minutes)
    _tell(trial, heard, memory, began_s, [at - began for at in stalls])
    if wanted.plays:
        _plays(wanted.plays)


def _tell(trial: Follower, heard: Follower, memory: Memory, began_s: float, stalls: Sequence[float]) -> None:
    """`stalls`: seconds of the programme at which the machine itself stood still."""
    minutes = heard.length / RATE / 60
    silent_s = sum(tear.silent_s for tear in heard.tears)
    ours = [tear for tear in heard.tears if all(abs(tear.at - stall) > NEAR_S for stall in stalls)]
    table(
        f"endurance: a programme of {minutes:.0f} minutes, one core fully loaded, every sample compared",
        ["what", "seen", "target"],
        [
            [f"tears found in a trial that was held for {HELD_S} s", len(trial.tears), "at least 1"],
            ["minutes compared", f"{heard.at / RATE / 60:.1f}", f"{minutes:.1f}"],
            ["tears", len(heard.tears), "0"],
            [f"stalls of the machine itself, above {1000 * STALL_S:.0f} ms", len(stalls), "-"],
            ["tears far from any of them", len(ours), "0"],
            ["silence in them, ms", f"{1000 * silent_s:.1f}", "0"],
            ["ring to first sample (the file is verified first), s", f"{began_s:.2f}", "-"],
            ["RSS, MB: median", f"{percentile(memory.rss, 0.5):.1f}", "-"],
            ["RSS, MB: most", f"{max(memory.rss):.1f}", f"{LIMIT_MB:.0f}"],
            ["RSS, MB: last less first minute's most", f"{memory.rss[-1] - max(memory.rss[:60]):+.1f}", "0"],
            ["PSS, MB: most", f"{max(memory.pss):.1f}", "-"],
        ],
    )
    for tear in (*trial.tears[:FEW], *heard.tears[:FEW]):
        print(f"  {tear}")
    by_minute = Counter(int(tear.at // 60) for tear in heard.tears)
    if by_minute:
        table(
            "endurance: the minutes that were torn, and how busy the machine was",
            ["minute", "tears", "load"],
            [
                [minute, count, f"{max(memory.load[60 * minute :][:60], default=0.0):.1f}"]
                for minute, count in by_minute.items()
            ],
        )


def _programme(seconds: float, held_s: float = 0.0) -> tuple[Follower, Memory, float, float]:
    """Play so long; what was heard, what it took, seconds from the ring to the first sample, and when that was."""
    memory = Memory()
    with tempfile.TemporaryDirectory() as folder, null_sink() as sink:
        station = station_in(Path(folder), PLAIN, SystemClock())
        announcement = _long_announcement(station, seconds)
        with audio(station, sink) as process, _followed(sink, Follower(round(seconds * RATE))) as ear:
            (utterance,) = queue_at(station, announcement, station.clock.now())
            began = _ring(station)
            until(lambda: ear.began, 60, what="the programme")
            began_s = ear.began - began
            if held_s:
                time.sleep(seconds / 3)
                os.kill(process.pid, signal.SIGSTOP)
                time.sleep(held_s)
                os.kill(process.pid, signal.SIGCONT)
            limit = time.monotonic() + seconds + 30
            while row(station, utterance).state not in FINAL and time.monotonic() < limit:
                memory.look(process.pid)
                time.sleep(1.0)
            time.sleep(1.0)
            torn = [line for line in process.said().splitlines() if "torn" in line]
    for line in torn:
        print(f"  the audio process: {line}")
    ear.follower.end()
    return ear.follower, memory, began_s, ear.began


def _long_announcement(station: Station, seconds: float) -> Announcement:
    """Ready, with numbered noise for its words."""
    file = station.places.renditions / "numbered"
    write_numbered(file, round(seconds * RATE))
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    file.rename(station.places.rendition(sha256))
    zones = tuple(zone.id for zone in station.config.zones)
    saved = station.announcing.save(Draft("Bền", "Bền", zones), (), "bench")
    with station.store.write() as tx:
        prepared = Prepared(sha256, seconds, -16.0, -6.0, "numbered")
        renditions.ready(tx, station.clock.now(), f"{saved.id}/{saved.revision}", prepared)
    return saved


class _Ear:
    """Compares what comes out of the sink's monitor as it comes, in a thread of its own."""

    def __init__(self, sink: NullSink, follower: Follower) -> None:
        self.follower, self.began = follower, 0.0
        self._process = subprocess.Popen(
            ["parec", f"--device={SINK}.monitor", "--format=s16le", f"--rate={RATE}", "--channels=1",
             "--latency-msec=20", "--raw"],
            env={**os.environ, "PULSE_SERVER": sink.server}, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        assert self._process.stdout
        left = b""
        while piece := os.read(self._process.stdout.fileno(), 65536):
            if not self.began and any(piece):
                self.began = time.monotonic()
            pcm = left + piece
            left = pcm[len(pcm) // 2 * 2 :]
            self.follower.feed(pcm[: len(pcm) // 2 * 2])

    def close(self) -> None:
        self._process.terminate()
        self._thread.join()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def _followed(sink: NullSink, follower: Follower) -> Iterator[_Ear]:
    ear = _Ear(sink, follower)
    with closing(ear):
        yield ear


def _ring(station: Station) -> float:
    began = time.monotonic()
    with closing(Doorbell(station.places)) as bell:
        bell.ring("audio-main")
    return began


@contextmanager
def _busy_core() -> Iterator[None]:
    """The last core does nothing else any more than what this leaves it."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    os.sched_setaffinity(busy.pid, {max(os.sched_getaffinity(0))})
    os.sched_setscheduler(busy.pid, os.SCHED_OTHER, os.sched_param(0))  # though we may stand above others ourselves
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


@contextmanager
def _stalls() -> Iterator[list[float]]:
    """When (monotonic) a thread that comes before all others was kept waiting nevertheless, one on each core: on a
    shared machine the host takes processors away, and no sound is to blame for that. Filled at the end."""
    cores = sorted(os.sched_getaffinity(0))
    command = [sys.executable, "-c", _WATCH, str(STALL_S)]
    watches = [subprocess.Popen([*command, str(core)], stdout=subprocess.PIPE, text=True) for core in cores]
    found: list[float] = []
    try:
        yield found
    finally:
        for watch in watches:
            watch.terminate()
            found += [float(line) for line in watch.communicate()[0].split()]


_WATCH = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
os.sched_setaffinity(0, {int(sys.argv[2])})
os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(60))
while True:
    before = time.monotonic()
    time.sleep(0.001)
    if time.monotonic() - before - 0.001 > float(sys.argv[1]):
        print(time.monotonic(), flush=True)
"""


def _plays(count: int) -> None:
    """Short announcements, one after the other; what is left of them in memory."""
    memory, played = Memory(), 0
    with tempfile.TemporaryDirectory() as folder, null_sink() as sink:
        station = station_in(Path(folder), PLAIN, SystemClock())
        tone = tone_announcement(station, seconds=0.1)
        with audio(station, sink) as process:
            memory.look(process.pid)
            began = time.monotonic()
            for _ in range(count // AT_ONCE):
                line = _queued(station, tone)
                last = line[-1]
                until(lambda: row(station, last).state in FINAL, 60, every_s=0.1, what="the last of a batch")  # noqa: B023
                played += sum(row(station, each).state is UtteranceState.PLAYED for each in line)
                memory.look(process.pid)
            took_s = time.monotonic() - began
    warm = 1 + 50 // AT_ONCE
    marks = sorted({mark for mark in (0, 50, 100, 200, 500, 1000, 2000, count) if mark <= count})
    table(
        f"endurance: {count} short announcements, one after the other, in {took_s:.0f} s",
        ["after", *(str(mark) for mark in marks), "growth after 50", "target"],
        [
            [name, *(f"{series[mark // AT_ONCE]:.2f}" for mark in marks), f"{series[-1] - series[warm - 1]:+.2f}", "1"]
            for name, series in (("RSS, MB", memory.rss), ("PSS, MB", memory.pss))
        ],
    )
    print(f"  {played} of {count} played")


def _queued(station: Station, announcement: Announcement) -> list[Utterance]:
    now = station.clock.now()
    line = [queue_at(station, announcement, now + timedelta(microseconds=n))[0] for n in range(AT_ONCE)]
    _ring(station)
    return line


if __name__ == "__main__":
    main()
