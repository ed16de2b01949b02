"""What was heard, judged to the window though the machine was busy: a sink that gets no processor time tears what it
plays by zeros, and loses next to nothing of it. The holes are taken out and counted; what of them the machine is not
to blame for is told apart.

For sound that has no zeros of its own but where it pauses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tests.support.listening import LOUD, Listener
from tests.support.pulse import RATE

HOLE = 24  # zeros in a row that no sound has
BLOCK_S = 0.002  # what the sink takes at a time, while a `Listener` listens
AHEAD_S = 0.3  # what is handed over at most before it sounds
HOP, SIZE = RATE // 200, RATE // 50
Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Hole:
    """So many seconds of nothing, after `at_s` of sound. The machine took `taken_s`, then and in the moments before, in
    which who plays should have handed over what came then."""

    at_s: float
    lasts_s: float
    taken_s: float

    @property
    def ours_s(self) -> float:
        """What nobody but the station can have torn."""
        return max(0.0, self.lasts_s - self.taken_s)


@dataclass(frozen=True)
class Part:
    """Of a sound without its holes, in seconds."""

    began_s: float
    lasts_s: float


@dataclass(frozen=True)
class Sound:
    """From silence to silence: when (monotonic), and its samples without the holes."""

    began: float
    ended: float
    samples: Samples
    holes: tuple[Hole, ...]

    @property
    def lasts_s(self) -> float:
        return len(self.samples) / RATE

    @property
    def torn_s(self) -> float:
        return sum(hole.lasts_s for hole in self.holes)

    @property
    def lost_s(self) -> float:
        """What it may be too short by: where a sound tears, a server loses what was left in the block."""
        return BLOCK_S * len(self.holes)

    def level_db(self, part: Part) -> float:
        """RMS below full scale, of the middle of a part."""
        first, last = part.began_s + part.lasts_s / 5, part.began_s + part.lasts_s * 4 / 5
        middle = self.samples[round(first * RATE) : round(last * RATE)] / 32768
        return float(10 * np.log10(np.mean(middle**2)))

    def parts(self, hertz: float) -> list[Part]:
        """Where a tone holds most of the energy, to a hundredth of a second."""
        if len(self.samples) < SIZE:
            return []
        windows = np.lib.stride_tricks.sliding_window_view(self.samples, SIZE)[::HOP]
        turn = np.exp(-2j * np.pi * hertz * np.arange(SIZE) / RATE)
        energy = np.maximum(np.sum(windows**2, axis=1), 1.0)
        share = 2 * np.abs(windows @ turn) ** 2 / (SIZE * energy)
        found: list[Part] = []
        for number in np.flatnonzero((share > 0.6) & (energy > SIZE * LOUD**2)):
            began, ended = number * HOP / RATE, (number * HOP + SIZE) / RATE
            if found and began - (found[-1].began_s + found[-1].lasts_s) <= 0.02:
                found[-1] = Part(found[-1].began_s, ended - found[-1].began_s)
            else:
                found.append(Part(float(began), float(ended - began)))
        return found

    def gap_s(self, at_s: float) -> float:
        """How long it was silent where two sounds meet, if it was nowhere else: then nobody's processor is to blame."""
        here = [hole for hole in self.holes if abs(hole.at_s - at_s) < 0.04]
        return max((hole.ours_s for hole in here), default=0.0) if len(here) == len(self.holes) else 0.0


def holes_in(samples: Samples) -> list[tuple[int, int]]:
    """The places, from and to, of zeros between sounds."""
    places = np.flatnonzero(samples)
    return [(a + 1, b) for a, b in pairwise(places.tolist()) if b - a > HOLE]


def sounds_of(listener: Listener, pause_s: float = 0.4) -> list[Sound]:
    """What was heard so far; silences shorter than `pause_s` are holes, and so is what the machine tore."""
    heard = np.frombuffer(listener.samples().tobytes(), dtype="<i2").astype(np.float64)
    places = np.flatnonzero(heard)
    if not places.size:
        return []
    silences = {(a, b): listener.silent_s(a, b) for a, b in holes_in(heard)}
    pauses = [between for between, silent_s in silences.items() if silent_s >= pause_s]
    edges = [int(places[0]), *(place for pause in pauses for place in pause), int(places[-1]) + 1]
    found = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        pieces, holes, done = [], [], first
        for a, b in silences:
            if first < a and b < last:
                pieces.append(heard[done:a])
                taken_s = listener.taken_s(listener.instant(a) - AHEAD_S, listener.instant(b))
                holes.append(Hole(sum(map(len, pieces)) / RATE, (b - a) / RATE, taken_s))
                done = b
        samples = np.concatenate([*pieces, heard[done:last]])
        found.append(Sound(listener.instant(first), listener.instant(last - 1), samples, tuple(holes)))
    return found
