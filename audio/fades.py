"""Soft edges, so that nothing clicks: sound that is cut falls, sound that is joined rises. And loudness.

Mono, 48 kHz, s16le. Pure Python on purpose: numpy would cost the sounding process 20 MB.
"""

from __future__ import annotations

import array
import math
import sys
from itertools import zip_longest

RATE = 48_000
EDGE = 480  # samples, 10 ms: how long sound that is cut falls, and sound that is joined rises
STEEPEST = 32_768 * math.pi / (2 * EDGE)  # 107: the most that an edge adds to the step between two samples


def crossed(old: bytes, new: bytes, rising: bool) -> bytes:
    """`new`, with the first 10 ms of `old` falling to silence under it; `rising`: while it rises itself.

    Both fades are raised cosines, so no step between two samples is larger than the largest of the old
    sound and that of the new one together, and twice STEEPEST. With nothing new the old one falls alone,
    and if less than 10 ms are left of it, in so much time.
    """
    falling = _samples(old)[:EDGE]
    beginning = _samples(new[: 2 * EDGE])
    for index in range(len(falling)):
        falling[index] = round(falling[index] * (1 - _rise(index, len(falling))))
    if rising:
        for index in range(len(beginning)):
            beginning[index] = round(beginning[index] * _rise(index, EDGE))
    mixed = (_held(a + b) for a, b in zip_longest(falling, beginning, fillvalue=0))
    return _pcm(array.array("h", mixed)) + new[2 * EDGE :]


def amplified(pcm: bytes, gain_db: float) -> bytes:
    """The same samples so many decibels louder, held at full scale. 3 ms for a second of sound on a PC."""
    factor = round(10 ** (gain_db / 20) * 65_536)
    louder = [value * factor + 32_768 >> 16 for value in _samples(pcm)]
    return _pcm(array.array("h", louder if gain_db <= 0 else map(_held, louder)))


def _rise(index: int, count: int) -> float:
    """A raised cosine from just above 0 to just below 1."""
    return 0.5 - 0.5 * math.cos(math.pi * (index + 0.5) / count)


def _held(value: int) -> int:
    return max(-32_768, min(32_767, value))


def _samples(pcm: bytes) -> array.array[int]:
    samples = array.array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _pcm(samples: array.array[int]) -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
