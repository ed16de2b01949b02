"""What happens to residents' files by themselves, in the controller: journal lines handed on, drafts and files deleted.

Needs no key: nothing is opened. Time is only counted by a clock that can be believed; until then nothing is deleted,
and a draft that was kept by a doubtful clock counts its days from the first moment of a good one.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from controller.core.errors import StationError
from controller.core.filings import Keep, kept_for
from controller.core.ports import Clock
from controller.runtime.logs import Lasting
from controller.store import facts, filing_records, filings
from controller.store.connection import Store, Tx

LOOK_S = 5.0  # when nobody rings
CARE_S = 600.0  # how often what is over is looked for
HELPERS_KEPT = timedelta(days=30)  # the name of one whose code was revoked
COMPONENT = "filings"
BY = "loalang"  # whoever does by itself what nobody asked for
log = logging.getLogger(__name__)


class FilingCare:
    """`store` is `filings.opened(...)`, `station` the station's own. `believed`: whether the clock is to be trusted."""

    def __init__(self, store: Store, station: Store, clock: Clock, keep: Keep, believed: Callable[[], bool]) -> None:
        self._store, self._station, self._clock, self._keep, self._believed = store, station, clock, keep, believed
        self._care_by = 0.0
        self._woken = Event()
        self._reported: str | None = None  # nothing yet: the process before may have told of a fault
        self._trouble = Lasting(log, "residents' files are not cared for")

    def run(self, stopping: Event, progress: Callable[[], None]) -> None:
        """Until `stopping`. A database that cannot be used is said once, and tried again."""
        while not stopping.is_set():
            try:
                self.look()
                self._trouble.ends()
                self._report("")
            except StationError as error:
                self._trouble.begins(str(error))
                self._report("filings_unusable")
            progress()
            self._woken.wait(LOOK_S)
            self._woken.clear()

    def _report(self, fault: str) -> None:
        """The page shows it; a station that cannot be written is told of by others."""
        if fault == self._reported:
            return
        with contextlib.suppress(StationError), self._station.write() as tx:
            if fault or any(part.component == COMPONENT for part in facts.health(tx)):
                facts.report(tx, self._clock.now(), COMPONENT, fault)
            self._reported = fault

    def wake(self) -> None:
        self._woken.set()

    def look(self) -> None:
        """Hand on what the journal has not had; every ten minutes, as soon as the clock is believed, delete what is
        over."""
        if self._clock.monotonic() >= self._care_by and self.delete_what_is_over() is not None:
            self._care_by = self._clock.monotonic() + CARE_S
        self.hand_on()

    def hand_on(self) -> int:
        """How many lines the journal has got."""
        done = 0
        with self._store.read() as outbox:
            if not filing_records.waits(outbox, self._handed_on()):
                return 0
        while True:
            with self._store.read() as outbox, self._station.write() as station:
                handed = filing_records.hand_on(outbox, station)
            done += handed
            if handed < filing_records.HAND_ON_LIMIT:
                return done

    def delete_what_is_over(self) -> tuple[int, int] | None:
        """Drafts and files that were deleted: how many; None while the clock is doubtful, then nothing is.

        What anybody has deleted since the last time leaves the log now at the latest.
        """
        deleted = None
        if self._believed():
            with self._store.write() as tx:
                deleted = self._delete(tx)
        self._store.shorten_log()
        return deleted

    def _delete(self, tx: Tx) -> tuple[int, int]:
        now, gone = self._clock.now(), 0
        for row in filings.every(tx):
            kept = kept_for(row.state, self._keep)
            if kept is not None and now >= row.changed_at + kept:
                filings.delete(tx, now, row, rule=row.state.key, by=BY)
                gone += 1
        filing_records.forget_helpers(tx, now - HELPERS_KEPT)
        return filing_records.sweep_drafts(tx, now), gone

    def _handed_on(self) -> str:
        with self._station.read() as tx:
            return filing_records.handed_on(tx)
