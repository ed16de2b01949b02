"""What a board shall show now: of what the boards' news know, decided anew with every look, for time passes also over
an unchanged store. Used by the workers of boards on lines and by the processes of screens alike.
"""

from __future__ import annotations

from controller.boards.facts import Facts
from controller.boards.news import Known, News
from controller.boards.pages import Content
from controller.boards.rotation import Kept, content_of
from controller.core.levels import Level
from controller.core.ports import Clock
from controller.core.showing import Item, called_alone, showing
from controller.runtime.config_tables import Board, Site
from controller.store.connection import Store


class Looking:
    """One for each board, for one thread. Boards of one process share their `news`."""

    def __init__(
        self, board: Board, site: Site, after_s: float, store: Store, clock: Clock, news: News | None = None
    ) -> None:
        self._board, self._site, self._after_s, self._clock = board, site, after_s, clock
        self._news = news or News(site, after_s, store, clock)
        self._known: Known | None = None  # what the last look was at, and in which second
        self._second = 0
        self._due: tuple[tuple[Item, ...], tuple[Item, ...], Facts] | None = None
        self._set: Kept = {}

    def look(self, rung: bool) -> Content | None:
        """What is to be shown, if that is something else than at the last look; `rung`: read in any case."""
        known, second = self._news.known(rung), int(self._clock.now().timestamp())
        if known is self._known and second == self._second:  # a worker that sends looks many times a second
            return None
        self._known, self._second = known, second
        due = self._items(known, urgent=False), self._items(known, urgent=True), self.facts(known)
        if due == self._due:
            return None
        self._due = due
        return content_of(self._board, *due, self._set)

    def facts(self, known: Known | None = None) -> Facts:
        """What special pages of this board show now."""
        return self._news.facts(known or self._news.known(), self._board.zones)

    def _items(self, known: Known, urgent: bool) -> tuple[Item, ...]:
        """The emergencies, or everything else, which waits underneath."""
        now = self._clock.now()
        items = showing(
            [notice for notice in known.notices if (notice.level is Level.EMERGENCY) == urgent],
            [sounding for sounding in known.soundings if (sounding.utterance.level is Level.EMERGENCY) == urgent],
            now,
            self._site.tz,
            self._after_s,
            self._board.id,
            frozenset(self._board.zones),
        )
        return called_alone(items, known.numbers.called_at, now)
