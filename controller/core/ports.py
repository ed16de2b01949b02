"""What the rooms need from the world, as Protocols; runtime has the real ones and the fakes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Two clocks in one: the wall for instants, the monotonic one for durations."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never steps, and goes on while the machine is suspended. Same timeline
        for all processes of one boot."""


class Bell(Protocol):
    """Wakes other processes. A lost ring costs one poll, never an announcement."""

    def ring(self, whom: str, message: Mapping[str, object] | None = None) -> None:
        """Send one datagram to the process named `whom` ("audio-main", "controller", "kiosk", ...).

        Never blocks and never raises: the row is the truth, the ring only hurries.
        """


class Ids(Protocol):
    """Gives out new identifiers."""

    def __call__(self) -> str:
        """A new UUIDv7."""
