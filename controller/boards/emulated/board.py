"""A board in software, whatever its protocol: what it is fed, and what it shows. Pure."""

from __future__ import annotations

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
