"""What a board shall show now: read from the store when it changed, decided anew with every look, for time passes
also over an unchanged store. Used by the workers of boards on lines and by the processes of screens alike.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from controller.boards.facts import Facts
from controller.boards.pages import Content
from controller.boards.rotation import content_of
from controller.core.errors import StationError
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.core.ports import Clock
from controller.core.showing import Item, Sounding, showing
from controller.runtime.config_tables import Board, Site
from controller.runtime.logs import Lasting
from controller.store import notices, utterances
from controller.store.connection import Store

READ_AGAIN_S = 60.0  # the store is read at least so often
log = logging.getLogger(__name__)


class Looking:
    """One for each board, for one thread."""

    def __init__(self, board: Board, site: Site, after_s: float, store: Store, clock: Clock) -> None:
        self._board, self._site, self._after_s, self._store, self._clock = board, site, after_s, store, clock
        self._unread = Lasting(log, f"board {board.id}: what is to be shown cannot be read")
        self._notices: Sequence[Notice] = ()
        self._soundings: Sequence[Sounding] = ()
        self._version = -1
        self._read_at = float("-inf")
        self._due: tuple[Sequence[Item], Sequence[Item], Facts] | None = None

    def look(self, rung: bool) -> Content | None:
        """What is to be shown, if that is something else than at the last look; `rung`: read in any case."""
        self._read(rung)
        wall = self._clock.now()
        facts = self._facts(wall)
        due = self._items(wall, urgent=False), self._items(wall, urgent=True), facts
        if due == self._due:
            return None
        self._due = due
        return content_of(self._board, *due)

    def _read(self, rung: bool) -> None:
        now = self._clock.monotonic()
        try:
            version = self._store.version()
            if rung or version != self._version or now - self._read_at > READ_AGAIN_S:
                wall = self._clock.now()
                with self._store.read() as tx:
                    self._notices = notices.live(tx, wall)
                    self._soundings = utterances.soundings(tx, wall - timedelta(seconds=self._after_s))
                self._version, self._read_at = version, now
        except StationError as error:  # what was read last is shown on
            self._unread.begins(str(error))
        else:
            self._unread.ends()

    def _facts(self, wall: datetime) -> Facts:
        return Facts(self._site.name, wall.astimezone(self._site.tz).replace(second=0, microsecond=0))

    def _items(self, wall: datetime, urgent: bool) -> tuple[Item, ...]:
        """The emergencies, or everything else, which waits underneath."""
        return showing(
            [notice for notice in self._notices if (notice.level is Level.EMERGENCY) == urgent],
            [sounding for sounding in self._soundings if (sounding.utterance.level is Level.EMERGENCY) == urgent],
            wall,
            self._site.tz,
            self._after_s,
            self._board.id,
            frozenset(self._board.zones),
        )
