"""Sound that lies in a file while it is worked on, so that a quarter of an hour of it needs little memory.

Mono, 48 kHz. Read in slices as float32, written by appending. Knows neither loudness nor formats.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from audio.preparing.loudness import RATE, Sliced, Sound

FULL_SCALE = 32_768
KEEP = round(0.030 * RATE)  # samples of quiet left at both ends of an excerpt, and faded


class Track:
    """`kind` says how samples lie in the file: "<f4" as they come, "<i2" rounded as a WAV file will have them."""

    def __init__(self, path: Path, kind: Literal["<f4", "<i2"]) -> None:
        self._path, self._kind = path, np.dtype(kind)
        self.size = 0
        path.write_bytes(b"")

    @property
    def path(self) -> Path:
        return self._path

    def append(self, piece: Sound) -> None:
        kept = piece
        if self._kind == np.dtype("<i2"):
            kept = np.round(piece * FULL_SCALE).clip(-FULL_SCALE, FULL_SCALE - 1)
        with self._path.open("ab") as file:
            file.write(kept.astype(self._kind).tobytes())
        self.size += piece.size

    def __getitem__(self, part: slice, /) -> Sound:
        first, end, _ = part.indices(self.size)
        width = self._kind.itemsize
        found = np.fromfile(self._path, self._kind, max(0, end - first), offset=first * width)
        if self._kind == np.dtype("<i2"):
            return (found / np.float32(FULL_SCALE)).astype(np.float32)
        return found.astype(np.float32)


class Centred:
    """Some sound without its steady offset, which a cheap input adds: nobody hears it, and it takes the room of what is
    heard, and keeps the ends from being quiet."""

    def __init__(self, of: Sliced) -> None:
        starts = range(0, of.size, RATE)
        total = sum(float(of[start : start + RATE].sum(dtype=np.float64)) for start in starts)
        self._of, self.size = of, of.size
        self._offset = np.float32(total / of.size if of.size else 0.0)

    def __getitem__(self, part: slice, /) -> Sound:
        found: Sound = self._of[part] - self._offset
        return found


class Excerpt:
    """A part of some sound with 30 ms more at both ends (silence where there is none), faded along a raised cosine."""

    def __init__(self, of: Sliced, first: int, end: int) -> None:
        self._of, self._first = of, first - KEEP
        self.size = end + KEEP - self._first
        self._ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(KEEP) / KEEP)).astype(np.float32)

    def __getitem__(self, part: slice, /) -> Sound:
        start, stop, _ = part.indices(self.size)
        stop = max(start, stop)
        first, end = self._first + start, self._first + stop
        held = self._of[max(0, first) : max(0, end)]
        before = min(max(0, -first), stop - start)
        found = np.pad(held, (before, stop - start - before - held.size))
        at = np.arange(start, stop)
        for place in (at, self.size - 1 - at):  # from the beginning, and from the end
            ends = place < KEEP
            found[ends] *= self._ramp[place[ends]]
        return found
