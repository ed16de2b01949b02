"""An outlet that is fed, and what was heard of it to the sample.

The sound that is compared has no sample of zero, so that it can be told from the silence around it.
"""

from __future__ import annotations

import array
import functools
import itertools
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from audio.fades import RATE
from audio.outlet import Outlet
from tests.support.stalls import Stalls
from tests.support.torn import HOLE

P = ParamSpec("P")


def noise(seconds: float, seed: int = 1) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - noise, not a secret
    return array.array("h", (chance.randint(1, 9000) for _ in range(round(seconds * RATE)))).tobytes()


def sine(seconds: float, level: float = 0.9) -> bytes:
    """A tone of 440 Hz that begins and ends as abruptly as it may."""
    count = round(seconds * RATE)
    return array.array(
        "h", (round(32767 * level * math.sin(math.tau * 440 * n / RATE)) for n in range(count))
    ).tobytes()


class TornError(Exception):
    """The recording has a hole that the sound has not. With a hole a server loses what is left of its block, too."""


def untorn(test: Callable[P, None]) -> Callable[P, None]:
    """A test of a `bench` that compares to the sample is done again where a machine that was held up has torn the
    sound."""

    @functools.wraps(test)
    def again(*given: P.args, **named: P.kwargs) -> None:
        bench = named["bench"]
        assert isinstance(bench, Bench)
        with Stalls() as machine:
            for _ in range(10):
                began = time.monotonic()
                try:
                    return test(*given, **named)
                except TornError:
                    assert machine.taken_s(began, time.monotonic()) > 0, "torn, and nobody was held up"
                    bench.begin_anew()
        raise AssertionError("torn again and again")

    return again


def samples(pcm: bytes) -> array.array[int]:
    """Without the silence at both ends."""
    found = array.array("h", pcm)
    first, last = 0, len(found)
    while first < last and not found[first]:
        first += 1
    while first < last and not found[last - 1]:
        last -= 1
    return found[first:last]


def sounds(pcm: bytes | array.array[int]) -> array.array[int]:
    """All samples but those of silence: a server that gets no processor time tears what it plays, by zeros."""
    values = array.array("h", pcm) if isinstance(pcm, bytes) else pcm
    return array.array("h", filter(None, values))


def silences(heard: array.array[int], least_s: float) -> list[float]:
    """The silences between sounds, from so many seconds on."""
    places = [place for place, value in enumerate(heard) if value]
    lengths = ((after - before - 1) / RATE for before, after in itertools.pairwise(places))
    return [length for length in lengths if length >= least_s]


@dataclass
class Bench:
    outlet: Outlet
    recorded: Callable[[], bytes]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    since: int = 0  # bytes that were recorded before

    def begin_anew(self) -> None:
        self.outlet.cut()
        self.play_out()
        self.sleep(0.5)
        self.since = len(self.recorded())

    def play_out(self, limit_s: float = 10.0) -> float:
        """Feed until it is silent; how long that took."""
        began = self.monotonic()
        while self.outlet.sounding():
            self.outlet.feed()
            assert self.monotonic() - began < limit_s, "it never ends"
            self.sleep(0.01)
        return self.monotonic() - began

    def feed_for(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        while self.monotonic() < end:
            assert self.outlet.sounding()
            self.outlet.feed()
            self.sleep(0.01)

    def heard(self, own: float = 0.0, least_s: float = HOLE / RATE) -> array.array[int]:
        """Once no more comes: a server's recording goes on with silence, a tape stands still.
        Torn where it is silent for `least_s`, but for `own` seconds at a time."""
        before: bytes | None = None
        while (now := self.recorded()[self.since :]) != before and any(now[-RATE // 2 :]):
            before = now
            self.sleep(0.25)
        found = samples(now)
        if [length for length in silences(found, least_s) if abs(length - own) > HOLE / RATE]:
            raise TornError
        return found
