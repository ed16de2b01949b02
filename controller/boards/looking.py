"""What a board shall show now: of what the boards' news know, decided anew with every look, for time passes also over
an unchanged store. Used by the workers of boards on lines and by the processes of screens alike.
"""

from __future__ import annotations

from datetime import timedelta

from controller.boards.facts import Facts
from controller.boards.news import Known, News
from controller.boards.pages import Content
from controller.boards.rotation import Kept, Later, content_of
from controller.core.levels import Level
from controller.core.ports import Clock
from controller.core.showing import Item, called_alone, showing
from controller.runtime.config_tables import Board, Site
from controller.store.connection import Store


class Looking:
    """One for each board, for one thread. Boards of one process share their `news`. `lead_s`: so long before it is due
    such a board is told what comes."""

    def __init__(
        self,
        board: Board,
        site: Site,
        after_s: float,
        store: Store,
        clock: Clock,
        news: News | None = None,
        lead_s: float = 0.0,
    ) -> None:
        self._board, self._site, self._after_s, self._clock = board, site, after_s, clock
        self._news, self._lead_s = news or News(site, after_s, store, clock), lead_s
        self._known: Known | None = None  # what the last look was at, and in which second
        self._second = 0
        self._due: tuple[tuple[Item, ...], tuple[Item, ...], Facts, Later | None] | None = None
        self._set: Kept = {}

    def look(self, rung: bool) -> Content | None:
        """What is to be shown, if that is something else than at the last look; `rung`: read in any case."""
        known, second = self._news.known(rung), int(self._clock.now().timestamp())
        if known is self._known and second == self._second:  # a worker that sends looks many times a second
            return None
        self._known, self._second = known, second
        items, alerts = self._items(known, urgent=False), self._items(known, urgent=True)
        facts, later = self.facts(known), self._later(known, items)
        if (items, alerts, facts, later) == self._due:
            return None
        self._due = items, alerts, facts, later
        return content_of(self._board, items, alerts, facts, self._set, later)

    def facts(self, known: Known | None = None) -> Facts:
        """What special pages of this board show now."""
        return self._news.facts(known or self._news.known(), self._board.zones)

    def _later(self, known: Known, items: tuple[Item, ...]) -> Later | None:
        """What will be shown then and is not shown yet; None if nothing."""
        if not self._lead_s:
            return None
        on = {item.ident for item in items}
        coming = self._items(known, urgent=False, lead_s=self._lead_s)
        if on.issuperset(item.ident for item in coming) and bool(coming) == bool(items):
            return None
        facts = self._news.facts(known, self._board.zones, self._lead_s)
        return Later(tuple(item for item in coming if item.ident not in on), facts)

    def _items(self, known: Known, urgent: bool, lead_s: float = 0.0) -> tuple[Item, ...]:
        """The emergencies, or everything else, which waits underneath."""
        now = self._clock.now() + timedelta(seconds=lead_s)
        soon = [each for each in known.soon if lead_s and each.utterance.due <= now]
        items = showing(
            [notice for notice in known.notices if (notice.level is Level.EMERGENCY) == urgent],
            [each for each in (*known.soundings, *soon) if (each.utterance.level is Level.EMERGENCY) == urgent],
            now,
            self._site.tz,
            self._after_s,
            self._board.id,
            frozenset(self._board.zones),
        )
        return called_alone(items, known.numbers.called_at, now)
