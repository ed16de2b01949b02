"""What the audio process writes down: each note knows its row and its line. The keeper writes them in order.

A note is made where something happened, in whatever thread, and waits until the store can be written.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from controller.core.errors import IllegalEventError, NotFoundError
from controller.core.journal import Kind
from controller.core.renditions import Prepared
from controller.core.utterances import BARE_ALERT, Utterance, UtteranceEvent, Verdict
from controller.store import announcements, facts, journal, utterances
from controller.store.connection import Tx

log = logging.getLogger(__name__)


class Note(Protocol):
    def write(self, tx: Tx) -> None: ...


@dataclass(frozen=True, slots=True)
class Noted:
    """What happened to an utterance."""

    at: datetime
    id: str
    event: UtteranceEvent
    detail: Mapping[str, object]

    def write(self, tx: Tx) -> None:
        try:
            utterances.move(tx, self.at, self.id, self.event, **self.detail)
        except (IllegalEventError, NotFoundError) as error:
            log.error("%s of utterance %s cannot be written down: %s", self.event, self.id, error)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the words have come of what would go on there: for a power cut, and no line of the journal."""

    id: str
    attempt: int
    reached_s: float

    def write(self, tx: Tx) -> None:
        utterances.reached(tx, self.id, self.attempt, self.reached_s)


@dataclass(frozen=True, slots=True)
class Raised:
    """An emergency that sounds, whether or not whoever raised it could write its row. `file`: of its sound, where it
    is not on the shelf yet."""

    at: datetime
    utterance: Utterance
    file: bytes = b""

    def write(self, tx: Tx) -> None:
        raised = self.utterance
        if raised.announcement_id == BARE_ALERT:
            sound = Prepared(raised.sha256, raised.duration_s, 0.0, 0.0, "", ())
            announcements.know_bare(tx, self.at, BARE_ALERT, raised.title, raised.zones, round(raised.lasts_s), sound)
        if announcements.find(tx, raised.announcement_id) is None:
            log.error("emergency %s cannot be written down: there is no such announcement", raised.id)
        elif not _known(tx, raised):
            utterances.queue(tx, self.at, raised)


def _known(tx: Tx, raised: Utterance) -> bool:
    """Whether somebody was quicker; an id that is taken already would keep all other lines back."""
    with contextlib.suppress(NotFoundError):
        return bool(utterances.get(tx, raised.id))
    return any(u.output == raised.output for u in utterances.of_occurrence(tx, raised.rule_id, raised.due))


@dataclass(frozen=True, slots=True)
class Reported:
    """The health of a component: `fault` is "" when it is in order."""

    at: datetime
    component: str
    fault: str
    facts: Mapping[str, str]

    def write(self, tx: Tx) -> None:
        facts.report(tx, self.at, self.component, self.fault, **self.facts)


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether the monitor input has heard an utterance."""

    at: datetime
    id: str
    verdict: Verdict
    share: float  # of the words' time, 0 to 1
    figures: Mapping[str, object]

    def write(self, tx: Tx) -> None:
        try:
            utterances.judged(tx, self.at, self.id, self.verdict, self.share, **self.figures)
        except NotFoundError as error:
            log.error("%s of utterance %s cannot be written down: %s", self.verdict, self.id, error)


@dataclass(frozen=True, slots=True)
class Thrown:
    """The local stop switch ("switch") or the emergency contact ("contact") of an output."""

    at: datetime
    output: str
    what: str
    on: bool

    def write(self, tx: Tx) -> None:
        facts.set_fact(tx, f"{self.what}/{self.output}", "on" if self.on else "off")
        journal.write(tx, self.at, Kind.SWITCH, f"output/{self.output}", what=self.what, on=self.on)


@dataclass(frozen=True, slots=True)
class Tested:
    """What a self-test found: "heard", "not_heard", "unsure", "proven" or "silent"."""

    at: datetime
    output: str
    result: str
    figures: Mapping[str, object]

    def write(self, tx: Tx) -> None:
        facts.set_fact(tx, f"self_test/{self.output}", f"{self.at.isoformat()} {self.result}")
        journal.write(tx, self.at, Kind.SELF_TEST, f"output/{self.output}", result=self.result, **dict(self.figures))
