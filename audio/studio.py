"""Prepares renditions as soon as they are wanted, hours before they are due: a thread beside the player.

The work itself is done in child processes with a time limit; this only asks, and writes down what
came of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from audio.prepare import GivenUpError, Preparer, Unspeakable
from controller.core.errors import StationError
from controller.core.parts import Parts, parts_of
from controller.core.ports import Clock
from controller.core.renditions import Prepared, Rendition
from controller.runtime.logs import Lasting
from controller.store import announcements, facts, renditions
from controller.store.connection import Store, Tx

POLL_S = 0.5
Outcome = Callable[[Tx, datetime], None]  # writes down what came of a rendition
log = logging.getLogger(__name__)


class Studio:
    def __init__(
        self, store: Store, preparer: Preparer, clock: Clock, max_duration_s: float, ring: Callable[[], object]
    ) -> None:
        self._store, self._preparer, self._clock = store, preparer, clock
        self._max_duration_s, self._ring = max_duration_s, ring
        self._asked = threading.Event()
        self._unsaved: Outcome | None = None
        self._trouble = Lasting(log, "the store cannot be used")

    def wake(self) -> None:
        self._asked.set()

    def end(self) -> None:
        """Give up what is being prepared; the next process prepares it."""
        self._preparer.give_up()
        self.wake()

    def work(self, stopping: threading.Event) -> None:
        seen = -1
        while not stopping.is_set():
            try:
                self._save()
                version = self._store.version()
                if version != seen:
                    seen = version
                    self._prepare_all(stopping)
                self._trouble.ends()
            except GivenUpError as error:
                log.info("given up: %s", error)
            except StationError as error:
                self._trouble.begins(str(error))
                self._store.close()  # a fresh connection for the next try, which counts versions anew
                seen = -1
            self._asked.wait(POLL_S)
            self._asked.clear()
        self._store.close()

    def _prepare_all(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            with self._store.read() as tx:
                wanted = renditions.wanted(tx)
                announcement = announcements.get(tx, wanted[0].announcement_id) if wanted else None
            if not announcement:
                return
            self._unsaved = self._prepare(wanted[0], parts_of(announcement.text, announcement.parts))
            self._save()

    def _save(self) -> None:
        """Write down what came of the last one. If that fails it is not prepared again, only written again."""
        if self._unsaved is None:
            return
        with self._store.write() as tx:
            self._unsaved(tx, self._clock.now())
        self._unsaved = None
        self._ring()

    def _prepare(self, rendition: Rendition, parts: Parts) -> Outcome:
        recipe = self._preparer.recipe(parts)
        try:
            prepared = self._preparer.prepare(parts)
        except Unspeakable as error:
            reason, tried = error.reason, error.tried
        else:
            if prepared.duration_s <= self._max_duration_s:
                return partial(_ready, ident=rendition.id, prepared=prepared, recipe=recipe)
            reason, tried = "too_long", prepared.tried
        return partial(_failed, ident=rendition.id, reason=reason, tried=tried, recipe=recipe)


def _ready(tx: Tx, at: datetime, ident: str, prepared: Prepared, recipe: str) -> None:
    renditions.ready(tx, at, ident, prepared, recipe)
    facts.report(tx, at, "speech")


def _failed(tx: Tx, at: datetime, ident: str, reason: str, tried: tuple[str, ...], recipe: str) -> None:
    renditions.failed(tx, at, ident, reason, tried, recipe)
    if reason != "too_long":
        facts.report(tx, at, "speech", "unspeakable", reason=reason)
