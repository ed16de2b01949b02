"""The shelf of prepared files. Only what hashes to its name is played: what was approved, to the bit."""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path

from audio.source import FileSound, Memory, Source
from controller.core.errors import StationError

RATE = 48_000


def opened(path: Path, sha256: str, in_memory_below: int) -> Source:
    """A prepared file as a source: held whole if it is smaller than so many bytes, else streamed from the file.

    StationError saying why it is not playable.
    """
    try:
        small = path.stat().st_size < in_memory_below
    except OSError as error:
        raise StationError(f"{path.name}: {error.strerror or error}") from error
    return Memory(load(path, sha256)) if small else FileSound(path, sha256)


def load(path: Path, sha256: str) -> bytes:
    """The PCM (mono, 48 kHz, s16le) of a prepared file, or StationError saying why it is not playable."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StationError(f"{path.name}: {error.strerror or error}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StationError(f"{path.name}: its content is not what its name says")
    try:
        with wave.open(io.BytesIO(content)) as file:
            if (file.getnchannels(), file.getframerate(), file.getsampwidth()) != (1, RATE, 2):
                raise StationError(f"{path.name}: not mono 48 kHz 16 bit")
            return bytes(file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise StationError(f"{path.name}: {error}") from error
