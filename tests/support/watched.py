"""A stream of this process on a real sound server, with the watcher beside it, as the player has them."""

from __future__ import annotations

import math
import os
import random
import signal
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audio.listening.watcher import Finding, Watcher
from audio.sdl import Device
from audio.source import Source
from audio.stream import Stream
from tests.support.processes import until
from tests.support.pulse import NullSink
from tests.support.stalls import Stalls

RATE = 48_000
OTHER = "hall"


def speech(seconds: float, seed: int = 1) -> bytes:
    """Noise in the rhythm of speech: syllables of a fifth of a second, pauses of up to 0.7 s between phrases."""
    random_ = random.Random(seed)  # noqa: S311 - a rhythm, not a secret
    samples: list[int] = []
    while len(samples) < seconds * RATE:
        for _ in range(random_.randint(3, 9)):
            size, hertz = int(random_.uniform(0.12, 0.25) * RATE), random_.uniform(150, 900)
            loud = random_.uniform(3000, 12000)
            samples += [
                int(loud * math.sin(math.pi * n / size) * math.sin(math.tau * hertz * n / RATE)) for n in range(size)
            ]
        samples += [0] * int(random_.uniform(0.05, 0.7) * RATE)
    samples = samples[: int(seconds * RATE)]
    return struct.pack(f"<{len(samples)}h", *samples)


class Watched:
    """`findings` in the order in which they were told, with the time since `mark` but for what the machine took."""

    def __init__(self, sink: NullSink) -> None:
        self.sink = sink
        self.findings: list[tuple[float, Finding]] = []
        self._machine = Stalls()
        self.marked = time.monotonic()
        self._ending = threading.Event()
        self.watcher = Watcher("main", self._told, time.monotonic)
        self._thread = threading.Thread(target=self.watcher.work, args=(self._ending.is_set, lambda: None))
        self._feeding = threading.Thread(target=self._feed)
        self.stream: Stream | None = None
        self._lock = threading.Lock()
        self._thread.start()
        self._feeding.start()

    def _told(self, finding: Finding) -> None:
        now = time.monotonic()
        self.findings.append((now - self.marked - self._machine.taken_s(self.marked, now), finding))

    def open(self, device: str = "") -> None:
        opened = Device(device, 512)
        opened.open()
        with self._lock:
            self.stream = Stream(opened, time.monotonic)
        self.watcher.opened(opened.name, device)

    def close(self) -> None:
        self.watcher.closed()
        with self._lock:
            stream, self.stream = self.stream, None
        if stream:
            stream.close()

    def play(self, source: Source, from_s: float = 0.0, gain_db: float = 0.0) -> None:
        with self._lock:
            assert self.stream
            self.stream.play(source, from_s, gain_db)
        self.watcher.began(source, from_s, gain_db, time.monotonic())

    def cut(self) -> None:
        with self._lock:
            assert self.stream
            self.stream.cut()
        self.watcher.fell_silent(time.monotonic())

    def mark(self) -> None:
        self.marked = time.monotonic()

    def held_up(self, since: float) -> bool:
        """Whether the machine has kept anybody waiting: what has sounded since then may be torn."""
        return self._machine.taken_s(since, time.monotonic()) > 0.0

    def faults(self) -> list[str]:
        return [finding.fault for _, finding in self.findings]

    def wait_for(self, *faults: str, limit_s: float = 40.0) -> tuple[float, Finding]:
        """Until just these were told; the last one, and when that was."""
        until(lambda: self.faults() == list(faults), limit_s, what=f"{faults}, not {self.findings}")
        return self.findings[-1]

    def stream_index(self) -> str:
        return self.sink.control("list", "short", "sink-inputs").split()[0]

    def _feed(self) -> None:
        while not self._ending.wait(0.02):
            with self._lock:
                if self.stream:
                    self.stream.feed()

    def end(self) -> None:
        self.close()
        self._ending.set()
        self.watcher.wake()
        self._thread.join(30)
        self._feeding.join(30)
        self._machine.end()
        assert not self._thread.is_alive()


@contextmanager
def watched(sink: NullSink, device: str = "") -> Iterator[Watched]:
    with sink.environment():
        bench = Watched(sink)
        try:
            bench.open(device)
            yield bench
        finally:
            bench.end()


def children(name: str) -> list[int]:
    """The processes of that name that this one has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        words = stat.rpartition(")")[2].split()
        if f"({name})" in stat and words[1] == str(os.getpid()) and words[0] != "Z":
            found.append(int(path.parent.name))
    return found


def kill(pids: list[int], how: signal.Signals = signal.SIGKILL) -> None:
    for pid in pids:
        os.kill(pid, how)
