"""The player's sound output: a queue of our own ahead of whatever takes the samples.

What has been handed over and not been taken yet is known to the sample, and can be taken back: so a cut
falls exactly there, what comes instead follows without a gap, and the place where to go on is known.
One thread uses it. It knows no device and no file; the two kinds of sink do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from audio.fades import EDGE, RATE, crossed
from audio.source import Louder, Memory, Source

AHEAD = 3 * RATE // 2  # samples handed over ahead: a busy machine may leave us alone for so long (1.5 s)
PIECE = RATE // 4  # samples read at once; the first piece of a sound is all that its beginning waits for
NEARLY = RATE * 6 // 100  # samples: with no more left than 60 ms, what is played next follows and does not cut
SILENCE = Memory(b"")
log = logging.getLogger(__name__)


class Sink(Protocol):
    """What takes samples at its own pace, in order, and stays silent when it has none. Counts in samples.

    Whatever it does may raise DeviceError if it is gone, but for `close`.
    """

    @property
    def name(self) -> str: ...

    @property
    def delay_s(self) -> float:
        """How long after they were taken samples may still be on their way."""

    def held(self) -> AbstractContextManager[None]:
        """Inside this block it takes nothing; to be left within a few milliseconds."""

    def put(self, pcm: bytes) -> None: ...

    def left(self) -> int:
        """How many samples have not been taken yet."""

    def clear(self) -> None:
        """Take all of them back."""

    def check(self) -> None:
        """DeviceError if it is gone, also while it has nothing to take."""

    def close(self) -> None: ...


class Stream:
    """An `Outlet` over a sink.

    No step between two samples is larger than the largest one of the sounds that meet there, added up,
    and 108 for each edge (of 32,768): see `fades.crossed`.
    """

    def __init__(self, sink: Sink, monotonic: Callable[[], float]) -> None:
        self._sink, self._monotonic = sink, monotonic
        self._source: Source = SILENCE
        self._plain: Source = SILENCE  # the same, as loud as it was given
        self._began = 0  # where in the source; samples
        self._read = 0  # where in the source reading has come to
        self._ahead = bytearray()  # what was handed over; its end may not have been taken yet
        self._silent_at: float | None = 0.0  # when the last sample will have left; None while there is more to take

    @property
    def name(self) -> str:
        return self._sink.name

    def play(self, source: Source, from_s: float = 0.0, gain_db: float = 0.0) -> None:
        plain, source = source, _louder(source, gain_db)
        began = min(source.length, round(from_s * RATE))
        first = source.read(began, PIECE)  # before anything is cut: it may be slow, or not be there
        if self.taking():
            self._replace(lambda _: first, rising=began > 0)
        else:
            self._follow(first, rising=began > 0)
        self._plain, self._source, self._began, self._read = plain, source, began, began + len(first) // 2
        self.feed()

    def turn(self, gain_db: float) -> None:
        if not self.taking():
            return
        source, near = _louder(self._plain, gain_db), self._at(self._left())
        first = source.read(near, PIECE)  # as above; a little of it will have been taken by then
        at = self._replace(lambda at: first[2 * (at - near) :], rising=True)
        self._source, self._began, self._read = source, at, max(at, near + len(first) // 2)
        self.feed()

    def cut(self) -> None:
        at = self._replace(lambda _: b"", rising=False)
        self._source, self._began, self._read = SILENCE, at, at

    def feed(self) -> None:
        left = self._left()
        if not left and self._began < self._read < self._source.length:
            log.warning("the sound is torn: nobody fed it for %.1f s", AHEAD / RATE)
        while left < AHEAD and self._read < self._source.length:
            piece = self._source.read(self._read, PIECE)
            self._sink.put(piece)
            self._ahead += piece
            self._read += len(piece) // 2
            left += len(piece) // 2

    def at_s(self) -> float:
        return self._at(self._left()) / RATE

    def sounding(self) -> bool:
        self._sink.check()
        if self._silent_at is None and self._read >= self._source.length and not self._left():
            self._silent_at = self._monotonic() + self._sink.delay_s
        return self._silent_at is None or self._monotonic() < self._silent_at

    def taking(self) -> bool:
        return self._read < self._source.length or self._left() > NEARLY

    def close(self) -> None:
        self._sink.close()

    def _follow(self, new: bytes, rising: bool) -> None:
        """Hand over something right behind the last of what has not been taken."""
        if new:
            following = crossed(b"", new, rising)
            self._sink.put(following)
            self._ahead += following
            self._silent_at = None

    def _replace(self, new: Callable[[int], bytes], rising: bool) -> int:
        """Hand over something in place of all that has not been taken; where in its source that was, in samples."""
        with self._sink.held():
            left = self._left()
            old = bytes(self._ahead[: 2 * EDGE])
            at = self._at(left)
            mixed = crossed(old, new(at), rising)
            self._sink.clear()
            self._ahead.clear()
            if mixed:
                self._sink.put(mixed)
                self._ahead += mixed
                self._silent_at = None
        return at

    def _at(self, left: int) -> int:
        return max(self._began, self._read - left)

    def _left(self) -> int:
        """Samples not taken yet; what has been taken is forgotten."""
        left = self._sink.left()
        del self._ahead[: len(self._ahead) - 2 * left]
        return left


def _louder(source: Source, gain_db: float) -> Source:
    return Louder(source, gain_db) if gain_db else source
