"""A board in software, whatever its protocol: what it is fed, what it shows, and who serves it. Pure."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from controller.boards.pages import Dots


@dataclass(frozen=True, slots=True)
class Face:
    """One instant of a board: its dots, what is known of where they come from, and for how long they stand."""

    file: str  # the board's own name of what is shown, "" if it has none, or is dark
    text: str  # "" for a board that knows dots only
    dots: Dots
    lasts_s: float | None = None  # None: until something is written


class Sign(Protocol):
    """A board on a serial line."""

    def hear(self, byte: int, now: float) -> None:
        """One byte off the line, at monotonic instant `now`."""

    def take_replies(self) -> bytes:
        """What it wants to send since it was last asked."""

    def face(self, now: float) -> Face: ...

    def lose_power(self, now: float) -> None:
        """Off and on again: whatever it does not keep without power is gone."""


class Emulator(Protocol):
    """Serves one board at the far end of its line. All but `serve` may be called from any thread."""

    def serve(self, stopping: threading.Event) -> None:
        """Until `stopping`; the board is plugged in at once, and unplugged in the end."""

    def plug(self) -> None: ...

    def unplug(self) -> None: ...

    def cut_power(self) -> None: ...
