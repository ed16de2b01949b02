"""Soft edges, so that nothing clicks: sound that is cut falls, sound that is joined rises. Mono, 48 kHz, s16le."""

from __future__ import annotations

import array
import sys

RATE = 48_000
FADE_SAMPLES = 960  # 20 ms


def fallen(pcm: bytes) -> bytes:
    """The same samples, falling evenly to nothing."""
    return _shaped(pcm, rising=False)


def joined(pcm: bytes | memoryview, from_s: float) -> bytes:
    """What is left of some sound from so many seconds on, rising within 20 ms."""
    start = 2 * round(from_s * RATE)
    risen = start + 2 * FADE_SAMPLES
    return b"".join((_shaped(bytes(pcm[start:risen]), rising=True), pcm[risen:]))


def _shaped(pcm: bytes, rising: bool) -> bytes:
    samples = array.array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    count = len(samples)
    for index in range(count):
        samples[index] = samples[index] * (index if rising else count - index) // count
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
