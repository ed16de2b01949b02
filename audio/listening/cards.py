"""ALSA cards, asked by /proc/asound: is our sound being taken? (proc files of the kernel's ALSA, `snd-pcm`.)

The hardware pointer counts the frames that the card has taken. The files tell neither level nor
volume, so silence is not seen here. A kernel without them leaves everything unproven.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from audio.listening.proof import Sight

RATE = 48_000  # of a stream whose parameters cannot be read
LOOK_S = 2.0  # how often a stream of ours is looked for that was not there


@dataclass(frozen=True, slots=True)
class Status:
    """One playback substream. `state` "closed" if nobody has it open; `owner`: the thread that opened it."""

    state: str
    owner: int
    hw_ptr: int


def parse_status(text: str) -> Status:
    """pcm*p/sub*/status."""
    if text.strip() == "closed":
        return Status("closed", 0, 0)
    found = dict(re.findall(r"^(\w+)\s*:\s*(\S+)", text, re.MULTILINE))
    return Status(found.get("state", ""), int(found.get("owner_pid", 0)), int(found.get("hw_ptr", 0)))


def parse_rate(text: str) -> int:
    """pcm*p/sub*/hw_params."""
    found = re.search(r"^rate: (\d+)", text, re.MULTILINE)
    return int(found[1]) if found else RATE


class CardEye:
    """Looks at the substream that this process has opened. Nothing is known until it was found once."""

    def __init__(self, pid: int, proc: Path = Path("/proc")) -> None:
        self._pid, self._proc = pid, proc
        self._folder: Path | None = None
        self._sought = float("-inf")
        self._pointer, self._moved_at, self._rate = 0, 0.0, RATE

    def find(self, now: float) -> None:
        """The output has just been opened: see which substream it is."""
        self._sought = now
        for path in sorted((self._proc / "asound").glob("card*/pcm*p/sub*/status")):
            status = _read(path)
            if status and status.owner and (self._proc / str(self._pid) / "task" / str(status.owner)).exists():
                self._folder = path.parent
                with contextlib.suppress(OSError):
                    self._rate = parse_rate((path.parent / "hw_params").read_text(encoding="utf-8"))
                self._pointer, self._moved_at = status.hw_ptr, now
                return

    def look(self, now: float, doubtful: bool) -> Sight:
        """What the card shows now."""
        if self._folder is None and now - self._sought >= LOOK_S:
            self.find(now)
        if self._folder is None:
            return Sight()
        name = str(self._folder.relative_to(self._proc / "asound"))
        status = _read(self._folder / "status")
        if status is None or status.state in ("closed", "DISCONNECTED"):
            return Sight(sink=name, gone=f"{name}: {status.state if status else 'not there any more'}", proves=True)
        step, self._pointer = status.hw_ptr - self._pointer, status.hw_ptr
        if step:
            self._moved_at = now
        return Sight(
            sink=name, still_s=now - self._moved_at, still=f"{name}: {status.state}", proves=True,
            moved_s=max(0, step) / self._rate,  # it begins anew after an underrun
        )  # fmt: skip

    def begin(self, now: float) -> None:
        """A programme begins: what was taken before does not count."""
        self.look(now, False)
        self._moved_at = now

    def stop(self) -> None:
        """Nothing plays any more."""


def _read(path: Path) -> Status | None:
    try:
        return parse_status(path.read_text(encoding="utf-8"))
    except OSError:
        return None
