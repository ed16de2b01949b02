"""Programs that stand in for `espeak-ng` on PATH and misbehave as real voices do."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

LAST = "for out; do :; done\ncat >/dev/null\n"  # the file to write is the last argument


def install(folder: Path, body: str, name: str = "espeak-ng") -> None:
    """Put a shell script of that name into `folder`; `$out` is the file it should write."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{LAST}{body}\n", encoding="utf-8")
    program.chmod(0o755)


def tone_file(path: Path, seconds: float, level: float = 0.5, rate: int = 22_050) -> Path:
    """A WAV file with a tone, as a voice that works would leave it."""
    count = round(seconds * rate)
    samples = (round(32767 * level * math.sin(2 * math.pi * 440 * at / rate)) for at in range(count))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{count}h", *samples))
    return path


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"
