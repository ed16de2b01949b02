"""Listens at a sink's monitor and says when sound began and ended, on the monotonic clock.

A sample's instant is that of the chunk it came in, less its distance from the chunk's end: what the
capture itself takes (a few milliseconds) counts against the station; what the machine takes is known, too.
"""

from __future__ import annotations

import array
import bisect
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType

import numpy as np

from tests.support.pulse import RATE, SINK, NullSink
from tests.support.stalls import Stalls

LOUD = 300  # of 32767
STALL_S = 0.02  # a sink that gives nothing for longer gets no processor time


@dataclass(frozen=True)
class Burst:
    """Sound from `began` to `ended` (monotonic seconds)."""

    began: float
    ended: float


class Listener:
    def __init__(self, sink: NullSink) -> None:
        self._stalls = Stalls()
        self._process = subprocess.Popen(
            [
                "parec", f"--device={SINK}.monitor", "--format=s16le", f"--rate={RATE}", "--channels=1",
                "--latency-msec=2", "--raw",
            ],
            env={**os.environ, "PULSE_SERVER": sink.server},
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self._samples = array.array("h")
        self._ends: list[int] = []  # samples read when a chunk had come
        self._times: list[float] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Listener:
        deadline = time.monotonic() + 30
        while not self._times:
            assert time.monotonic() < deadline, "the monitor gives nothing"
            time.sleep(0.01)
        return self

    def _read(self) -> None:
        assert self._process.stdout
        left = b""
        while chunk := os.read(self._process.stdout.fileno(), 65536):
            now = time.monotonic()
            data = left + chunk
            whole = len(data) // 2 * 2
            left = data[whole:]
            with self._lock:
                self._samples.frombytes(data[:whole])
                self._ends.append(len(self._samples))
                self._times.append(now)

    def samples(self) -> array.array[int]:
        with self._lock:
            return self._samples[:]

    def stall_s(self, since: float, until: float) -> float:
        """The longest time (of monotonic instants) in which nothing came from the sink."""
        with self._lock:
            times = [
                since,
                *self._times[bisect.bisect(self._times, since) : bisect.bisect_left(self._times, until)],
                until,
            ]
        return max(b - a for a, b in pairwise(times))

    def taken_s(self, since: float, until: float) -> float:
        """How much of that time the machine has taken: the longest in which the sink gave nothing, or all in which
        somebody waited for a processor, whichever is more."""
        stall_s = self.stall_s(since, until)
        return max(stall_s if stall_s > STALL_S else 0.0, self._stalls.taken_s(since, until))

    def silent_s(self, first: int, last: int) -> float:
        """How long it was silent between two samples, but for the longest time in which everything stood still."""
        whole_s = (last - first) / RATE
        return whole_s if whole_s <= STALL_S else whole_s - self.still_s(self.instant(first), self.instant(last))

    def still_s(self, since: float, until: float) -> float:
        """The longest time in which the sink gave nothing, or a processor was held up."""
        stall_s = self.stall_s(since, until)
        return max(stall_s if stall_s > STALL_S else 0.0, self._stalls.longest_s(since, until))

    def settles(self, silence_s: float = 1.0) -> None:
        """Wait until the sink has given nothing but silence for so long, by its own count: the last word is out."""
        while True:
            samples = np.frombuffer(self.samples().tobytes(), dtype="<i2")
            loud = np.flatnonzero(samples)
            left = silence_s - (samples.size - (int(loud[-1]) + 1 if loud.size else 0)) / RATE
            if left <= 0:
                return
            time.sleep(max(left, 0.02))

    def instant(self, index: int) -> float:
        """When the sample of that index arrived."""
        with self._lock:
            chunk = bisect.bisect_right(self._ends, index)
            return self._times[chunk] - (self._ends[chunk] - index) / RATE

    def bursts(self, gap_s: float = 0.1, loud: int = LOUD) -> list[Burst]:
        """What was heard so far; silences shorter than `gap_s`, and what the machine tore, count as sound."""
        samples = np.frombuffer(self.samples().tobytes(), dtype="<i2").astype(np.int32)
        places = np.flatnonzero(np.abs(samples) >= loud)
        if not places.size:
            return []
        pauses = [
            number
            for number in np.flatnonzero(np.diff(places) > gap_s * RATE).tolist()
            if self.silent_s(int(places[number]), int(places[number + 1])) > gap_s
        ]
        begins = [places[0], *(places[number + 1] for number in pauses)]
        ends = [*(places[number] for number in pauses), places[-1]]
        return [
            Burst(self.instant(int(first)), self.instant(int(last))) for first, last in zip(begins, ends, strict=True)
        ]

    def tones(self, hertz: float, gap_s: float = 0.1) -> list[Burst]:
        """When a tone of that frequency was heard: windows of 20 ms in which it holds most of the energy."""
        size = RATE // 50
        samples = np.frombuffer(self.samples().tobytes(), dtype="<i2").astype(np.float64)
        windows = samples[: len(samples) // size * size].reshape(-1, size)
        turn = np.exp(-2j * np.pi * hertz * np.arange(size) / RATE)
        energy = np.maximum(np.sum(windows**2, axis=1), 1.0)
        share = 2 * np.abs(windows @ turn) ** 2 / (size * energy)
        found: list[Burst] = []
        for number in np.flatnonzero((share > 0.6) & (energy > size * LOUD**2)):
            began, ended = self.instant(int(number) * size), self.instant(int(number + 1) * size - 1)
            pause_s = began - found[-1].ended if found else 0.0
            if found and (pause_s <= gap_s or pause_s - self.still_s(found[-1].ended, began) <= gap_s):
                found[-1] = Burst(found[-1].began, ended)
            else:
                found.append(Burst(began, ended))
        return found

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stalls.end()
        self._process.terminate()
        self._process.wait(30)
        self._thread.join(30)
        if self._process.stdout:
            self._process.stdout.close()
