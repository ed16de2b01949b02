"""Emergencies that come past the store: with a ring from the page, or from the contact on the wall.

Each becomes an item for the engine with its sound opened, and a note by which its row is written when it
can be. Knows neither engine nor output.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from audio import shelf
from audio.bare_alert import BareAlert
from audio.keeper import Keeper, item_of
from audio.notes import Raised
from audio.pending import Pending
from audio.prepared_alarm import WAITS_S, PreparedAlarm
from audio.programme import Item
from audio.progress import Progress, taken_up
from audio.source import Source
from controller.core.errors import StationError
from controller.core.ports import Clock, Ids
from controller.core.utterances import BARE_ALERT, Utterance, raised_from
from controller.runtime.places import Places

IN_MEMORY = 32 * 1024 * 1024  # bytes; five minutes
ASTRAY = timedelta(days=1)  # outputs of one station have one clock: a press so far from now is none of theirs
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sounded:
    """What is to sound. `raised`: what is to be kept of it once it does."""

    item: Item
    source: Source
    raised: Raised | None = None


class Raising:
    """Of one output; the player's thread asks."""

    def __init__(
        self, places: Places, clock: Clock, ids: Ids, keeper: Keeper, alarm: PreparedAlarm, bare: BareAlert,
        pending: Pending,
    ) -> None:  # fmt: skip
        self._places, self._clock, self._ids, self._keeper = places, clock, ids, keeper
        self._alarm, self._bare, self._pending = alarm, bare, pending

    def left(self, known: Mapping[str, Progress], alert: Source) -> list[Sounded]:
        """What the process before this one could not write down, as far as it is to go on; `known`: how far it came.
        The keeper writes it down by itself."""
        now = self._clock.now()
        rows = (taken_up(raised.utterance, known.get(raised.utterance.id), now) for raised in self._pending.left)
        return [sounded for row in rows if row and (sounded := self._opened(row) or _by_itself(row, alert))]

    def keep(self, sounded: Sounded) -> None:
        """It sounds; a kill must not take it away before its row is written."""
        if sounded.raised:
            self._pending.keep(sounded.raised)

    def by_ring(self, document: object) -> Sounded | None:
        """What a ring carries; None if it is no emergency or has no sound."""
        try:
            return self._sounded(raised_from(document if isinstance(document, Mapping) else {}))
        except ValueError as error:
            log.error("a ring that is no emergency: %s", error)
            return None

    def pressed(self, ring: Mapping[str, object]) -> tuple[str, datetime] | None:
        """Which press of the contact at another output a ring tells of, and when it was; None if it is another
        program's."""
        try:
            at = datetime.fromisoformat(str(ring.get("at", "")))
            press = str(ring["contact"])
            press.encode()
            if at.tzinfo is None or abs(at - self._clock.now()) > ASTRAY:
                raise ValueError(f"at {at}")
        except (KeyError, ValueError) as error:
            log.error("a ring that is no press of the contact: %s", error)
            return None
        return press, at

    def by_contact(self, press: str, at: datetime) -> Sounded | None:
        """What was chosen for the contact; None if nothing was, or its file is gone."""
        chosen = self._alarm.raised(at, press, self._ids())
        return self._sounded(chosen) if chosen else None

    def bare(self, press: str, at: datetime, alert: Source) -> Sounded:
        """The alert signal by itself, for want of anything else."""
        utterance, file = self._bare.raised(alert, at, press, self._ids(), WAITS_S)
        raised = Raised(self._clock.now(), utterance, file)
        self._keeper.note(raised)  # as in `_sounded`
        return Sounded(_local(utterance), alert, raised)

    def _sounded(self, utterance: Utterance) -> Sounded | None:
        sounded = self._opened(utterance)
        if sounded is None:
            return None
        raised = Raised(self._clock.now(), utterance)
        self._keeper.note(raised)  # before whatever will be noted of it
        return replace(sounded, raised=raised)

    def _opened(self, utterance: Utterance) -> Sounded | None:
        try:
            source = shelf.opened(self._places.rendition(utterance.sha256), utterance.sha256, IN_MEMORY)
        except StationError as error:
            log.error("emergency %s: %s", utterance.id, error)
            return None
        return Sounded(_local(utterance), source)


def _by_itself(utterance: Utterance, alert: Source) -> Sounded | None:
    """The alert signal needs no file."""
    return Sounded(_local(utterance), alert) if utterance.announcement_id == BARE_ALERT else None


def _local(utterance: Utterance) -> Item:
    return replace(item_of(utterance, loaded=True), local=True)
