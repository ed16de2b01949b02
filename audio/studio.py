"""Prepares renditions as soon as they are wanted, hours before they are due: a thread beside the player.

The work itself is done in child processes with a time limit; this only asks, and writes down what
came of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from audio.prepare import Preparer, Unspeakable
from controller.core.errors import StationError
from controller.core.ports import Clock
from controller.core.renditions import Rendition
from controller.runtime.logs import Lasting
from controller.store import announcements, facts, renditions
from controller.store.connection import Store

POLL_S = 0.5
log = logging.getLogger(__name__)


class Studio:
    def __init__(
        self, store: Store, preparer: Preparer, clock: Clock, max_duration_s: float, ring: Callable[[], object]
    ) -> None:
        self._store, self._preparer, self._clock = store, preparer, clock
        self._max_duration_s, self._ring = max_duration_s, ring
        self._asked = threading.Event()
        self._trouble = Lasting(log, "the store cannot be used")

    def wake(self) -> None:
        self._asked.set()

    def work(self, stopping: threading.Event) -> None:
        seen = -1
        while not stopping.is_set():
            try:
                version = self._store.version()
                if version != seen:
                    seen = version
                    self._prepare_all(stopping)
                self._trouble.ends()
            except StationError as error:
                self._trouble.begins(str(error))
            self._asked.wait(POLL_S)
            self._asked.clear()
        self._store.close()

    def _prepare_all(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            with self._store.read() as tx:
                wanted = renditions.wanted(tx)
                text = announcements.get(tx, wanted[0].announcement_id).text if wanted else ""
            if not wanted:
                return
            self._prepare(wanted[0], text)
            self._ring()

    def _prepare(self, rendition: Rendition, text: str) -> None:
        try:
            prepared = self._preparer.prepare(text)
        except Unspeakable as error:
            reason, tried = error.reason, error.tried
        else:
            if prepared.duration_s <= self._max_duration_s:
                with self._store.write() as tx:
                    renditions.ready(tx, self._clock.now(), rendition.id, prepared)
                    facts.report(tx, self._clock.now(), "speech")
                return
            reason, tried = "too_long", prepared.tried
        with self._store.write() as tx:
            renditions.failed(tx, self._clock.now(), rendition.id, reason, tried)
            if reason != "too_long":
                facts.report(tx, self._clock.now(), "speech", "unspeakable", reason=reason)
