"""Where one sound gives way to another in a recording, to the sample."""

from __future__ import annotations

import bisect
import math

import numpy as np
from numpy.typing import NDArray

from tests.support.listening import Listener
from tests.support.tones import RATE

LASTING = RATE // 100
Samples = NDArray[np.int16]


def place_of(listener: Listener, instant: float) -> int:
    """The number of the first sample that had not been heard at a monotonic instant."""
    return bisect.bisect_left(range(len(listener.samples())), instant, key=listener.instant)


def heard(listener: Listener, since: float, until: float) -> tuple[int, Samples]:
    """What was heard between two monotonic instants, and the number of its first sample."""
    first, last = place_of(listener, since), place_of(listener, until)
    return first, np.frombuffer(listener.samples()[first:last].tobytes(), "<i2")


def without_tone(samples: Samples, hertz: float) -> NDArray[np.float64]:
    """What is left when a steady tone of that frequency is taken out (and all else changed in loudness)."""
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    values = samples.astype(np.float64)
    left = np.zeros_like(values)
    left[2:] = values[2:] - turn * values[1:-1] + values[:-2]
    return left


def begins(values: NDArray[np.float64] | Samples, size: float) -> int | None:
    """The first sample larger than that of a sound that lasts: a click, or the edges of a tear, are none."""
    loud = np.abs(values.astype(np.float64)) > size
    counted = np.concatenate(([0], np.cumsum(loud)))
    ahead = counted[LASTING:] - counted[:-LASTING]
    found = np.flatnonzero(loud[: ahead.size] & (2 * ahead > LASTING))
    return int(found[0]) if found.size else None


def longest_silence(samples: Samples, quiet: int) -> int:
    """The longest run of samples that are no larger than that, between two that are."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > quiet)
    return int(np.diff(loud).max()) - 1 if loud.size > 1 else 0


def largest_step(samples: Samples) -> int:
    return int(np.abs(np.diff(samples.astype(np.int32))).max()) if samples.size > 1 else 0
