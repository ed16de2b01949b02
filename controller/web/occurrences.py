"""One time that an announcement is, was or should have been spoken, as the pages show it: all of its outputs together,
until when it sounds, which time it is said, and what keeps it from sounding. Reads the store, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from controller.core.journal import Kind
from controller.core.lengths import ALARM_PAUSE_S, ALERT_S, PAUSE_S
from controller.core.levels import Level
from controller.core.renditions import Rendition, RenditionState
from controller.core.utterances import Utterance, UtteranceState, Verdict
from controller.runtime.config import StationConfig
from controller.store import journal, renditions, signals, utterances
from controller.store.connection import Tx
from controller.timing.outlook import around_of

UNAPPROVED = "unapproved"
# what an occurrence on several outputs is called as a whole: whatever needs eyes comes first
_LOUDEST = (
    UtteranceState.PLAYING, UtteranceState.QUEUED, UtteranceState.MISSED, UtteranceState.CUT, UtteranceState.STOPPED,
    UtteranceState.PLAYED,
)  # fmt: skip
_WORST = (Verdict.NOT_HEARD, Verdict.UNSURE, Verdict.HEARD)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an announcement is, was or should have been spoken; one utterance an output."""

    utterances: tuple[Utterance, ...]
    resumed_s: float = 0.0  # of what sounds: from where in its words it went on, after it had made way
    unapproved: bool = False  # it waits for nothing but somebody who listens to it
    unspeakable: str = ""  # it waits, and cannot be made into sound: why
    chimes_s: float = 0.0  # of what sounds: its chimes, before and after its words
    opening_s: float = 0.0  # ... and what sounds before its words, when they begin at their beginning

    @property
    def ends_at(self) -> datetime | None:
        """Of what sounds: when it will be over if nothing cuts it and nobody stops it."""
        first = self.first
        if first.state is not UtteranceState.PLAYING or not first.started_at or not first.duration_s:
            return None
        if first.level is Level.EMERGENCY:
            return first.due + timedelta(seconds=first.lasts_s) if first.lasts_s else None
        return first.started_at + timedelta(seconds=first.whole_s - self.resumed_s + self.chimes_s)

    def round_at(self, now: datetime) -> int:
        """Which time its words are being said, since they began last; 0 if they are said once, or nobody knows."""
        first = self.first
        alarm = first.level is Level.EMERGENCY
        if first.state is not UtteranceState.PLAYING or not first.started_at or not first.duration_s:
            return 0
        if first.times == 1 and not alarm:
            return 0
        said_s = (now - first.started_at).total_seconds() + (self.resumed_s or -self.opening_s)
        between_s = ALARM_PAUSE_S + self.opening_s if alarm else first.pause_s
        said = max(1, 1 + int(said_s // (first.duration_s + between_s)))
        return said if alarm else min(said, first.times)

    @property
    def gave_way(self) -> bool:
        """Whether it had begun, and waits to go on or to be said again."""
        return self.state is UtteranceState.QUEUED and self.first.attempt > 0

    @property
    def first(self) -> Utterance:
        """The utterance that stands for all: the one in the state that matters most."""
        return min(self.utterances, key=lambda u: _LOUDEST.index(u.state))

    @property
    def state(self) -> UtteranceState:
        return self.first.state

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(zone for utterance in self.utterances for zone in utterance.zones)

    @property
    def is_open(self) -> bool:
        return self.state in {UtteranceState.PLAYING, UtteranceState.QUEUED}

    @property
    def spoken_on_request(self) -> bool:
        return self.first.on_request

    @property
    def heard(self) -> Utterance | None:
        """Of what somebody has listened to, the utterance that was heard worst."""
        listened = [utterance for utterance in self.utterances if utterance.heard]
        return min(listened, key=lambda u: (_WORST.index(u.heard or Verdict.HEARD), u.heard_share), default=None)

    @property
    def stopping(self) -> bool:
        return self.is_open and all(u.stop_wanted_by for u in self.utterances if u.state is self.state)


def occurrences(found: Iterable[Utterance]) -> tuple[Occurrence, ...]:
    """The utterances of each (rule, due instant) together, in the order in which they come."""
    groups: dict[tuple[str, datetime], list[Utterance]] = {}
    for utterance in found:
        groups.setdefault((utterance.rule_id, utterance.due), []).append(utterance)
    return tuple(Occurrence(tuple(group)) for group in groups.values())


def on_air(tx: Tx, config: StationConfig) -> tuple[Occurrence, ...]:
    sounding = occurrences(utterances.playing(tx))
    if not sounding:
        return ()
    chimes, alert = around_of(tx, config), signals.every(tx).get("alert")
    alert_s = (alert.length_s if alert else ALERT_S) + PAUSE_S
    return tuple(
        replace(
            each, resumed_s=_resumed_s(tx, each.first), chimes_s=chimes.programme_s(0.0),
            opening_s=alert_s if each.first.level is Level.EMERGENCY else chimes.opening_s,
        )
        for each in sounding
    )  # fmt: skip


def with_obstacle(tx: Tx, occurrence: Occurrence) -> Occurrence:
    """With what keeps it from sounding, if it waits and has no sound."""
    if occurrence.state is not UtteranceState.QUEUED or occurrence.first.sha256:
        return occurrence
    newest = renditions.newest(tx, occurrence.first.announcement_id)
    failed = newest is not None and newest.state is RenditionState.FAILED
    reason = newest.reason if newest and failed else ""
    return replace(occurrence, unapproved=rendition_shown(newest) == UNAPPROVED, unspeakable=reason)


def _resumed_s(tx: Tx, sounding: Utterance) -> float:
    """From where it went on, as the line of its beginning says: the row knows that only while it waits."""
    if sounding.attempt <= 1:
        return 0.0
    lines = journal.of_announcement(tx, sounding.announcement_id)
    begun = [line for line in lines if line.kind is Kind.PLAYING and line.subject == f"utterance/{sounding.id}"]
    found = begun[-1].detail.get("resumed_s", 0.0) if begun else 0.0
    return float(found) if isinstance(found, int | float) else 0.0


def rendition_state(rendition: Rendition | None) -> RenditionState:
    return rendition.state if rendition else RenditionState.WANTED


def rendition_shown(rendition: Rendition | None) -> str:
    """Its state, or that it is ready and nobody has approved of it."""
    if rendition is not None and rendition.state is RenditionState.READY and not rendition.approved:
        return UNAPPROVED
    return rendition_state(rendition)
