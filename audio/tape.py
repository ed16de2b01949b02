"""The sink of a station without a sound card: a WAV file of what would have been heard.

It keeps time as a card does: samples take as long as they are, are written while they sound, and what
was taken back is not in the file. Silence is not recorded; at its limit the file starts anew and keeps
the one before. While the disk is full it keeps time only, and what sounds is not kept.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from audio.fades import RATE
from controller.core.errors import DeviceError
from controller.runtime.logs import Lasting

LIMIT = 64 * 1024 * 1024  # bytes of one file: eleven minutes
HEADER = 44
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
log = logging.getLogger(__name__)


class Tape:
    """A `Sink`."""

    name = "wav"
    delay_s = 0.0

    def __init__(self, path: Path, monotonic: Callable[[], float], limit: int = LIMIT) -> None:
        """Record to `path`, by the clock `monotonic` (seconds); `limit` in bytes. DeviceError if it cannot be."""
        self._path, self._monotonic, self._limit = path, monotonic, limit
        self._waiting = bytearray()
        self._began = 0.0  # when the first of what was put into silence was taken
        self._taken = 0  # samples since then
        self._full = Lasting(log, f"{path} is not kept on")
        self._file: BinaryIO | None = None
        with self._translated():
            self._file = self._open()

    def held(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()  # it takes samples only when it is asked how many are left

    def put(self, pcm: bytes) -> None:
        if not self._waiting:
            self._began, self._taken = self._monotonic(), 0
            with self._translated():
                self._file = self._file or self._open()
        self._waiting += pcm

    def left(self) -> int:
        due = int((self._monotonic() - self._began) * RATE) - self._taken
        taken = bytes(self._waiting[: 2 * due])
        del self._waiting[: 2 * due]
        self._taken += len(taken) // 2
        self._write(taken)
        return len(self._waiting) // 2

    def clear(self) -> None:
        self._waiting.clear()

    def check(self) -> None:
        self.left()

    def close(self) -> None:
        with contextlib.suppress(DeviceError):
            self.left()
        self._waiting.clear()
        self._drop_file()

    def _write(self, pcm: bytes) -> None:
        if not pcm or self._file is None:
            return
        with self._translated():
            if self._file.tell() + len(pcm) > self._limit:
                self._drop_file()
                self._path.replace(self._path.with_suffix(".before.wav"))
                self._file = self._open()
            rest = memoryview(pcm)
            while rest:
                rest = rest[self._file.write(rest) :]
            end = self._file.tell()
            self._file.seek(0)
            self._file.write(_header(end - HEADER))
            self._file.seek(end)
            self._full.ends()

    def _open(self) -> BinaryIO:
        new = not self._path.exists() or self._path.stat().st_size < HEADER
        file = self._path.open("w+b" if new else "r+b", buffering=0)
        try:
            if new:
                file.write(_header(0))
            size = file.seek(0, 2)
            file.seek(size - (size - HEADER) % 2)  # a kill may have left half a sample
        except OSError:
            file.close()
            raise
        return file

    def _drop_file(self) -> None:
        if self._file:
            with contextlib.suppress(OSError):
                self._file.close()
        self._file = None

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """A full disk costs the recording until the next sound; anything else is a DeviceError."""
        try:
            yield
        except OSError as error:
            if error.errno not in FULL:
                raise DeviceError(f"{self._path}: {error.strerror or error}") from error
            self._full.begins("the disk is full")
            self._drop_file()


def _header(data_bytes: int) -> bytes:
    """A RIFF/WAVE header: PCM, mono, 48 kHz, 16 bit."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data",
        data_bytes,
    )  # fmt: skip
