"""What the kiosk knows of the station: what is shown now, what was and will be spoken, what is at fault.

Pure values, and the one decision of how utterances and rules become a day's programme.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from controller.core.announcements import Announcement
from controller.core.levels import Level
from controller.core.showing import Item
from controller.core.utterances import Utterance, UtteranceState


class Standing(StrEnum):
    COMING = "coming"
    ON_AIR = "on_air"
    PLAYED = "played"
    MISSED = "missed"
    CUT = "cut"
    STOPPED = "stopped"


_STANDINGS = {
    UtteranceState.QUEUED: Standing.COMING,
    UtteranceState.PLAYING: Standing.ON_AIR,
    UtteranceState.PLAYED: Standing.PLAYED,
    UtteranceState.MISSED: Standing.MISSED,
    UtteranceState.CUT: Standing.CUT,
    UtteranceState.STOPPED: Standing.STOPPED,
}
# an occurrence on several outputs stands as the first of these that any of them has
_WEIGHTIEST = (
    Standing.ON_AIR, Standing.COMING, Standing.MISSED, Standing.CUT, Standing.STOPPED, Standing.PLAYED,
)  # fmt: skip
AHEAD = frozenset({Standing.COMING, Standing.ON_AIR})


@dataclass(frozen=True, slots=True)
class Entry:
    """One occurrence of an announcement. `zones` are ids, in the station's order; `ident` is the announcement's."""

    due: datetime
    title: str
    standing: Standing
    zones: tuple[str, ...] = ()
    ident: str = ""


@dataclass(frozen=True, slots=True)
class Training:
    """A session that is to come. `free`: seats that are left; None where there are as many as come."""

    id: str
    title: str
    place: str
    begins: datetime
    free: int | None


class CallState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"  # somebody is on the way
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Call:
    """A call for help of the last hours."""

    id: str
    state: CallState


@dataclass(frozen=True, slots=True)
class Bulletin:
    """`items` most urgent first; `entries` of today and tomorrow in order of time; `faults` are the kinds
    of component that are out of order ("clock", "output", ...), each once. `tickets` and `calls` are what became of
    requests of the last hours: which resident made one, only the process knows that serves them."""

    items: tuple[Item, ...] = ()
    entries: tuple[Entry, ...] = ()
    faults: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()  # the words of the entries' announcements, by their ids
    trainings: tuple[Training, ...] = ()
    tickets: tuple[tuple[str, int], ...] = ()  # request, number; 0: no seat was left
    calls: tuple[Call, ...] = ()

    @property
    def clock_doubtful(self) -> bool:
        """Nobody vouches for the clock: the schedule waits, and what it would bring is not among the entries."""
        return "clock" in self.faults

    @property
    def alerts(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.level is Level.EMERGENCY)

    @property
    def on_air(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.on_air)

    def words_of(self, ident: str) -> tuple[str, str] | None:
        """Title and text of a notice or an announcement; None for what is no longer there."""
        for item in self.items:
            if item.ident == ident:
                return item.title, item.text
        title = next((entry.title for entry in self.entries if entry.ident == ident), None)
        return None if title is None else (title, dict(self.texts).get(ident, ""))

    @property
    def notices(self) -> tuple[Item, ...]:
        """Those that are no announcement: announcements stand among the entries."""
        return tuple(item for item in self.items if not item.announced and not item.on_air)


@dataclass(frozen=True, slots=True)
class Coming:
    """An occurrence that a rule asks for and that has no utterance yet."""

    rule_id: str
    due: datetime
    announcement: Announcement


def programme(utterances: Iterable[Utterance], coming: Iterable[Coming], zones: tuple[str, ...]) -> tuple[Entry, ...]:
    """One entry an occurrence, however many outputs speak it, by time and then title.

    `zones` are all zones of the station, in its order.
    """
    found: dict[tuple[str, datetime], Entry] = {}
    for utterance in utterances:
        key = (utterance.rule_id, utterance.due)
        standing = _STANDINGS[utterance.state]
        old = found.get(key)
        if old is None:
            found[key] = Entry(utterance.due, utterance.title, standing, utterance.zones, utterance.announcement_id)
        else:
            weightier = min(old.standing, standing, key=_WEIGHTIEST.index)
            found[key] = replace(old, standing=weightier, zones=(*old.zones, *utterance.zones))
    for occurrence in coming:
        announcement = occurrence.announcement
        found.setdefault(
            (occurrence.rule_id, occurrence.due),
            Entry(occurrence.due, announcement.title, Standing.COMING, announcement.zones, announcement.id),
        )
    ordered = (replace(entry, zones=tuple(z for z in zones if z in entry.zones)) for entry in found.values())
    return tuple(sorted(ordered, key=lambda entry: (entry.due, entry.title)))
