"""The output of a station without a sound card: a WAV file of what would have been heard.

It keeps time as a card does: a clip takes as long as it is, is written while it sounds, and what
was cut is not in the file. Between clips the file has no silence; at its limit it starts anew and
keeps the one before. While the disk is full it keeps time only, and what sounds is not kept.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from audio.fades import FADE_SAMPLES, fallen, joined
from controller.core.errors import DeviceError
from controller.runtime.logs import Lasting

RATE = 48_000
LIMIT = 64 * 1024 * 1024  # bytes of one file: eleven minutes
HEADER = 44
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
log = logging.getLogger(__name__)


class RecorderClip:
    def __init__(self, recorder: Recorder, pcm: bytes) -> None:
        self._recorder = recorder
        self.pcm = pcm
        self.length_s = len(pcm) / (2 * RATE)

    def play(self, from_s: float = 0.0) -> None:
        self._recorder.begin(RecorderClip(self._recorder, joined(self.pcm, from_s)) if from_s else self)


class Recorder:
    name = "wav"

    def __init__(self, path: Path, monotonic: Callable[[], float], limit: int = LIMIT) -> None:
        """Record to `path`, on behalf of the clock `monotonic` (seconds)."""
        self._path, self._monotonic, self._limit = path, monotonic, limit
        self._clip: RecorderClip | None = None
        self._began = 0.0
        self._written = 0  # bytes of the clip
        self._full = Lasting(log, f"{path} is not kept on")
        self._file: BinaryIO | None = None
        with self._translated():
            self._file = self._open()

    def take(self, pcm: bytes) -> RecorderClip:
        return RecorderClip(self, pcm)

    def begin(self, clip: RecorderClip) -> None:
        self._catch_up()
        with self._translated():
            if self._file and self._file.tell() + len(clip.pcm) > self._limit:
                self._drop_file()
                self._path.replace(self._path.with_suffix(".before.wav"))
            self._file = self._file or self._open()
        self._clip, self._began, self._written = clip, self._monotonic(), 0

    def cut(self) -> None:
        with contextlib.suppress(DeviceError):  # silent it is; the next clip will meet the fault again
            self._catch_up()
            if self._clip:
                tail = self._clip.pcm[self._written : self._written + 2 * FADE_SAMPLES]
                self._write(fallen(tail))
        self._clip = None

    def sounding(self) -> bool:
        self._catch_up()
        return self._clip is not None

    def close(self) -> None:
        with contextlib.suppress(DeviceError):
            self._catch_up()
        self._clip = None
        self._drop_file()

    def _catch_up(self) -> None:
        """Write what has sounded since the last look."""
        if self._clip is None:
            return
        due = min(len(self._clip.pcm), 2 * int((self._monotonic() - self._began) * RATE))
        self._write(self._clip.pcm[self._written : due])
        self._written = due
        if due == len(self._clip.pcm):
            self._clip = None

    def _write(self, pcm: bytes) -> None:
        if not pcm or self._file is None:
            return
        with self._translated():
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
        """A full disk costs the recording until the next clip; anything else is a DeviceError."""
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
