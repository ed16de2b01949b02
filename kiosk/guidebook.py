"""The guides in force, as they were last read: a visit begins with what is here, and waits for no database."""

from __future__ import annotations

from controller.guides.model import Guide
from controller.store import guides
from controller.store.connection import Tx


class Guidebook:
    """Read by one thread at a time; `guides` may be asked for by any."""

    def __init__(self) -> None:
        self.guides: tuple[Guide, ...] = ()
        self._marks: tuple[tuple[str, str, str], ...] = ()

    def read(self, tx: Tx) -> None:
        """Again, if another version is in force or somebody has confirmed one. StationError."""
        marks = guides.marks(tx)
        if marks != self._marks:
            self.guides = tuple(guides.in_force(tx))
            self._marks = marks
