"""Which renditions are to be made again: the dictionary or the voice says it otherwise now, the file is gone, or
there was no room for it. Asks for them; the studio makes them.

It shares its process with the player: it looks at a few announcements at a time, and rests between.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from audio.preparing.prepare import Preparer
from controller.core.announcements import Announcement
from controller.core.parts import parts_of
from controller.core.ports import Clock
from controller.core.renditions import Rendition, RenditionState
from controller.runtime.config_tables import Policy
from controller.runtime.places import Places
from controller.store import announcements, keeping, renditions
from controller.store.connection import Store

AT_ONCE = 20  # announcements
REST_S = 0.01
RETRY_S, RETRY_MOST_S = 60.0, 3600.0  # after what failed for want of room, or of a disk that works
PASSING = ("disk_full", "not_finished")
log = logging.getLogger(__name__)


class Renewal:
    def __init__(
        self, store: Store, places: Places, preparer: Preparer, clock: Clock, policy: Policy,
        dictionary_version: Callable[[], int],
    ) -> None:  # fmt: skip
        self._store, self._places, self._preparer, self._clock = store, places, preparer, clock
        self._dictionary_version = dictionary_version
        self._approved_by = "" if policy.approval == "off" else None
        self._version = -1  # of the dictionary by which these were looked at
        self._looked: set[str] = set()
        self._retry_s, self._retry_at = RETRY_S, clock.monotonic() + RETRY_S

    def ask(self, stopping: threading.Event) -> None:
        """Ask for everything that is to be made again: looks at what is new in use, at all after a change of words."""
        version = self._dictionary_version()
        if version != self._version:
            self._version, self._looked = version, set()
        with self._store.read() as tx:
            idents = keeping.in_use(tx)
        self._looked.intersection_update(idents)
        self._look_at([ident for ident in idents if ident not in self._looked], stopping)
        with self._store.read() as tx:
            lost = keeping.lost(tx)
        for ident, revision in lost:
            self._want(ident, revision, anew=True)

    def retry(self) -> bool:
        """Once in a while, if there is room: ask again for what failed for a passing reason. Whether it did."""
        if self._clock.monotonic() < self._retry_at:
            return False
        with self._store.read() as tx:
            failed = keeping.failed_for(tx, PASSING)
        if not failed:
            self._retry_s = RETRY_S
        tried = bool(failed) and self._preparer.has_room()
        if tried:
            for ident, revision in failed:
                self._want(ident, revision, anew=False)
            self._retry_s = min(2 * self._retry_s, RETRY_MOST_S)
        self._retry_at = self._clock.monotonic() + self._retry_s
        return tried

    def _look_at(self, idents: list[str], stopping: threading.Event) -> None:
        """Compare announcements with what they were made of."""
        asked = 0
        for start in range(0, len(idents), AT_ONCE):
            if start and stopping.wait(REST_S):
                return
            few = idents[start : start + AT_ONCE]
            with self._store.read() as tx:
                found = [(announcements.get(tx, ident), renditions.newest(tx, ident)) for ident in few]
            for announcement, newest in found:
                if newest and self._is_old(announcement, newest):
                    self._want(announcement.id, announcement.revision, anew=newest.state is RenditionState.READY)
                    asked += 1
            self._looked.update(few)
        if asked:
            log.info("%d of %d announcements sound otherwise now and are prepared anew", asked, len(idents))

    def _is_old(self, announcement: Announcement, newest: Rendition) -> bool:
        """Made of something else than it would be made of now, or its file is gone."""
        if newest.state is RenditionState.WANTED:
            return False
        if newest.prepared and not self._places.rendition(newest.prepared.sha256).is_file():
            return True
        # of before recipes were written down nobody knows what it was made of
        return newest.recipe not in ("", self._preparer.recipe(parts_of(announcement.text, announcement.parts)))

    def _want(self, ident: str, revision: int, anew: bool) -> None:
        """Ask, unless it has become another by now."""
        at = self._clock.now()
        with self._store.write() as tx:
            known = announcements.find(tx, ident)
            if known and known.revision == revision and known.withdrawn_at is None:
                renditions.want(tx, at, ident, revision, self._approved_by, anew)
