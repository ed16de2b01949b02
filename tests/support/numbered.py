"""Noise in which every sample follows from its number, and whoever follows it in a recording: a torn place of a
single sample is found in an hour of it, without keeping the hour.

The noise has no sample near zero, so that a tear by silence can be told from sound that is missing.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
CHUNK = 4 * RATE  # samples looked at in one go
KNOWN_BY = 64  # samples that tell where in the noise one is
STRIDE = 16  # samples that are passed over where they are neither noise nor silence
FAR = 20 * RATE  # a tear does not lead further than this
Samples = NDArray[np.int16]


def numbered(start: int, count: int) -> Samples:
    """The samples from that number on: 1000 to 7000 of 32767, either sign."""
    number = np.arange(start + 1, start + count + 1, dtype=np.uint64)
    mixed = number * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    size = (mixed >> np.uint64(8)) % np.uint64(6001) + np.uint64(1000)
    sign = 1 - 2 * (mixed & np.uint64(1)).astype(np.int64)
    found: Samples = (size.astype(np.int64) * sign).astype("<i2")
    return found


def write_numbered(path: Path, length: int) -> None:
    """A WAV file of so many of them."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for start in range(0, length, CHUNK):
            file.writeframesraw(numbered(start, min(CHUNK, length - start)).tobytes())


@dataclass(frozen=True)
class Tear:
    """At `at` seconds of the sound it broke off; after `silent_s` of silence, and `garbled_s` of what is neither, it
    went on `missing_s` later in the sound (negative: something came twice)."""

    at: float
    silent_s: float
    garbled_s: float
    missing_s: float


class Follower:
    """Is fed a recording of the noise piece by piece, from some silence before it on."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.at = 0  # the number of the sample that should come next
        self.tears: list[Tear] = []
        self.began = False
        self._waiting: Samples = np.zeros(0, "<i2")
        self._near: bytes | None = None  # the noise around the place where it broke off, if it did
        self._first = self._silent = self._garbled = 0  # number of the first sample of that; samples since then

    @property
    def over(self) -> bool:
        return self.at >= self.length

    def feed(self, pcm: bytes) -> None:
        """Whole samples."""
        self._waiting = np.concatenate((self._waiting, np.frombuffer(pcm, "<i2")))
        while self._waiting.size >= CHUNK and self._look():
            pass

    def end(self) -> None:
        """Nothing more comes: look at the rest; what has not come by now is a tear, too."""
        while self._waiting.size and self._look():
            pass
        if not self.over:
            self._goes_on(self.length)

    def _look(self) -> bool:
        """Follow what waits as far as it goes; whether any of it could be told."""
        if self.over:
            self._take(self._waiting.size)
        elif not self.began:
            loud = np.flatnonzero(self._waiting)
            self._take(int(loud[0]) if loud.size else self._waiting.size)
            self.began = bool(loud.size)
        elif self._near is not None:
            return self._find(self._near)
        else:
            wanted = numbered(self.at, min(self._waiting.size, self.length - self.at))
            wrong = np.flatnonzero(self._waiting[: wanted.size] != wanted)
            good = int(wrong[0]) if wrong.size else wanted.size
            self.at += good
            self._take(good)
            if wrong.size:
                self._first = max(0, self.at - FAR)
                self._near = numbered(self._first, 2 * FAR).tobytes()
        return True

    def _find(self, near: bytes) -> bool:
        """It is torn: where in the noise it goes on."""
        loud = np.flatnonzero(self._waiting)
        silent = int(loud[0]) if loud.size else self._waiting.size
        self._silent += silent
        self._take(silent)
        if self._waiting.size < KNOWN_BY:
            return False
        place = near.find(self._waiting[:KNOWN_BY].tobytes())
        if place < 0:
            self._garbled += STRIDE
            self._take(STRIDE)
        else:
            self._goes_on(self._first + place // 2)
        return True

    def _goes_on(self, number: int) -> None:
        missing = (number - self.at) / RATE
        self.tears.append(Tear(self.at / RATE, self._silent / RATE, self._garbled / RATE, missing))
        self.at, self._silent, self._garbled, self._near = number, 0, 0, None

    def _take(self, count: int) -> None:
        self._waiting = self._waiting[count:]
