"""Sound that an output can read from anywhere: held in memory, streamed from a file, or made of others.

Mono, 48 kHz, s16le; positions and lengths are in samples. A source is read by one thread at a time and
keeps no position of its own: several may read the same one. It knows no output.
"""

from __future__ import annotations

import hashlib
import os
import wave
import weakref
import zlib
from array import array
from pathlib import Path
from typing import Protocol

from audio.fades import RATE, amplified
from controller.core.errors import StationError

BLOCK = 32 * 1024  # bytes of a file that are read, and compared with what was verified, together
ENDLESS = 2**40  # samples: 265 days


class Source(Protocol):
    @property
    def length(self) -> int:
        """Samples in all."""

    def read(self, start: int, count: int) -> bytes:
        """So many samples from `start` on; fewer only at the end. StationError if they are not there any more."""


class Memory:
    """Sound held whole."""

    def __init__(self, pcm: bytes) -> None:
        self._pcm = pcm
        self.length = len(pcm) // 2

    def read(self, start: int, count: int) -> bytes:
        return self._pcm[2 * start : 2 * min(start + count, self.length)]


class FileSound:
    """A prepared WAV file, verified when it is opened, and again block by block as it is read: a card may give back
    something else an hour later.

    The file stays open until nobody holds this any more: one that is deleted meanwhile is played to its end.
    """

    def __init__(self, path: Path, sha256: str) -> None:
        """StationError if the file is not there, is not what its name says, or is not mono 48 kHz 16 bit."""
        self._name = path.name
        self._marks = array("I")  # CRC-32 of each block
        try:
            with path.open("rb", buffering=0) as file:
                self._verify(file.fileno(), sha256)
                with wave.open(file) as header:
                    if (header.getnchannels(), header.getframerate(), header.getsampwidth()) != (1, RATE, 2):
                        raise StationError(f"{self._name}: not mono 48 kHz 16 bit")
                    self._begins = file.tell()  # the header has been read up to the samples
                    self.length = header.getnframes()
                if self._begins + 2 * self.length > os.fstat(file.fileno()).st_size:
                    raise StationError(f"{self._name}: shorter than it says")
                self._handle = os.dup(file.fileno())
        except OSError as error:
            raise StationError(f"{self._name}: {error.strerror or error}") from error
        except (wave.Error, EOFError) as error:
            raise StationError(f"{self._name}: {error}") from error
        weakref.finalize(self, os.close, self._handle)

    def read(self, start: int, count: int) -> bytes:
        begin = self._begins + 2 * start
        end = begin + 2 * max(0, min(count, self.length - start))
        first = begin // BLOCK
        blocks = b"".join(map(self._block, range(first, -(-end // BLOCK))))
        return blocks[begin - first * BLOCK : end - first * BLOCK]

    def _block(self, number: int) -> bytes:
        try:
            block = os.pread(self._handle, BLOCK, number * BLOCK)
        except OSError as error:
            raise StationError(f"{self._name}: {error.strerror or error}") from error
        if zlib.crc32(block) != self._marks[number]:
            raise StationError(f"{self._name}: it has changed since it was opened")
        return block

    def _verify(self, handle: int, sha256: str) -> None:
        digest = hashlib.sha256()
        while block := os.pread(handle, BLOCK, len(self._marks) * BLOCK):
            digest.update(block)
            self._marks.append(zlib.crc32(block))
        if digest.hexdigest() != sha256:
            raise StationError(f"{self._name}: its content is not what its name says")


class Pause:
    """Silence."""

    def __init__(self, seconds: float) -> None:
        self.length = round(seconds * RATE)

    def read(self, start: int, count: int) -> bytes:
        return bytes(2 * max(0, min(count, self.length - start)))


class _Round:
    """Some sources one after the other, and again from the first, until `length` is reached."""

    def __init__(self, parts: tuple[Source, ...], length: int) -> None:
        self._parts = tuple(part for part in parts if part.length)
        self._one_round = sum(part.length for part in self._parts)
        self.length = length if self._parts else 0

    def read(self, start: int, count: int) -> bytes:
        pieces: list[bytes] = []
        end = min(start + count, self.length)
        while start < end:
            at = start % self._one_round
            for part in self._parts:
                if at < part.length:
                    break
                at -= part.length
            taken = min(end - start, part.length - at)
            pieces.append(part.read(at, taken))
            start += taken
        return b"".join(pieces)


class Repeated(_Round):
    """Words said so many times, with a pause between."""

    def __init__(self, words: Source, times: int, pause_s: float) -> None:
        pause = Pause(pause_s)
        super().__init__((words, pause), times * words.length + (times - 1) * pause.length)


class Alarm(_Round):
    """Words, pause, signal, words, pause, signal ... without end."""

    def __init__(self, signal: Source, words: Source, pause_s: float) -> None:
        super().__init__((words, Pause(pause_s), signal), ENDLESS)


class Louder:
    """Another source, so many decibels louder (softer if negative); what would be too loud is held at full scale."""

    def __init__(self, source: Source, gain_db: float) -> None:
        self._source, self._gain_db = source, gain_db

    @property
    def length(self) -> int:
        return self._source.length

    def read(self, start: int, count: int) -> bytes:
        return amplified(self._source.read(start, count), self._gain_db)


class Limited:
    """The beginning of another source."""

    def __init__(self, source: Source, length: int) -> None:
        self._source = source
        self.length = min(length, source.length)

    def read(self, start: int, count: int) -> bytes:
        return self._source.read(start, max(0, min(count, self.length - start)))


class Chain(_Round):
    """Some sources one after the other, once."""

    def __init__(self, *parts: Source) -> None:
        super().__init__(parts, sum(part.length for part in parts))
