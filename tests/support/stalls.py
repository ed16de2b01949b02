"""What the machine took: how long each of its processors kept somebody waiting who only wanted to look at the clock,
and how long a process stood in the queue for one. It is taken off where the station's own time is judged.

A processor that the station itself keeps busy is no excuse: who wakes up there has its turn within milliseconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

EVERY_S, LATE_S = 0.005, 0.01  # a tick that comes so much later was held up
TICKER = f"""
import os, select, sys, time
os.sched_setaffinity(0, {{int(sys.argv[1])}})
asked = select.poll()
asked.register(0, select.POLLIN)
last = time.monotonic()
while True:
    answers = asked.poll({EVERY_S} * 1000)
    now = time.monotonic()
    if now - last > {EVERY_S} + {LATE_S}:
        os.write(1, f"{{last + {EVERY_S}:.6f}} {{now:.6f}}\\n".encode())
    last = now
    if answers:
        if not os.read(0, 1):
            break
        os.write(1, b"so far\\n")
"""


class _Ticker:
    """Of one processor; `found` are the times, from and until, in which it kept the ticker waiting."""

    def __init__(self, processor: int) -> None:
        self.found: list[tuple[float, float]] = []
        words = [sys.executable, "-I", "-S", "-c", TICKER, str(processor)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.read()

    def read(self) -> None:
        """All that it has found until now, or until it ended."""
        if self._process.poll() is not None:
            return
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(b".")
        while (line := self._process.stdout.readline()) != b"so far\n":
            since, until = map(float, line.split())
            self.found.append((since, until))

    def end(self) -> None:
        self.read()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


class Stalls:
    """Looks at the clock on every processor, 200 times a second, until the block ends."""

    def __init__(self) -> None:
        self._tickers = [_Ticker(number) for number in sorted(os.sched_getaffinity(0))]

    def taken_s(self, since: float, until: float) -> float:
        """Of that time (monotonic, over by now), how long at least one processor was held up."""
        taken, reached = 0.0, since
        for a, b in self._within(since, until):
            taken += max(0.0, b - max(a, reached))
            reached = max(reached, b)
        return taken

    def longest_s(self, since: float, until: float) -> float:
        """Of that time, how long a processor was held up at most."""
        return max((b - a for a, b in self._within(since, until)), default=0.0)

    def _within(self, since: float, until: float) -> list[tuple[float, float]]:
        for ticker in self._tickers:
            ticker.read()
        found = (each for ticker in self._tickers for each in ticker.found)
        return sorted((max(a, since), min(b, until)) for a, b in found if a < until and b > since)

    def end(self) -> None:
        for ticker in self._tickers:
            ticker.end()

    def __enter__(self) -> Stalls:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


@contextmanager
def within(seconds: float, what: str = "") -> Iterator[None]:
    """The block is over so soon, but for what the machine took."""
    with Stalls() as machine:
        began = time.monotonic()
        yield
        ended = time.monotonic()
        allowed_s = seconds + machine.taken_s(began, ended)
        assert ended - began < allowed_s, f"{ended - began:.2f} s, not {allowed_s:.2f}: {what}"


def queued_s(pid: int) -> float:
    """How long the thread of a process that waited longest for a processor has waited since it began; seconds."""
    waits = [0.0]
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            waits.append(int(file.read_text(encoding="ascii").split()[1]) / 1e9)
        except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
            continue
    return max(waits)
