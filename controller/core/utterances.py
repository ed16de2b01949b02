"""An utterance: one occurrence of an announcement on one sound output; spoken once or recorded.

Unique on (rule, due, output). Its life is the table below; the audio process moves it, the
controller creates it, and every move is a journal line of the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from controller.core.announcements import AfterCut, Late
from controller.core.errors import IllegalEventError
from controller.core.levels import Level


class UtteranceState(StrEnum):
    QUEUED = "queued"
    PLAYING = "playing"
    PLAYED = "played"  # every word was given to the output
    CUT = "cut"  # began, did not finish, will not be taken up again
    MISSED = "missed"  # never began
    STOPPED = "stopped"  # an official or the local switch ended it


class UtteranceEvent(StrEnum):
    BEGIN = "begin"
    FINISH = "finish"
    INTERRUPT = "interrupt"  # cut, and to be taken up again
    ABANDON = "abandon"  # cut for good
    MISS = "miss"
    STOP = "stop"


class Verdict(StrEnum):
    """Whether a monitor input has heard the words: nearly all of them, surely not, or nobody can tell."""

    HEARD = "heard"
    NOT_HEARD = "not_heard"
    UNSURE = "unsure"


_NUMBER_LIMIT = 2**53  # of an emergency's document: what is larger is no number of ours
_SECONDS_LIMIT = 30 * 86_400.0
Key = TypeVar("Key")
ON_REQUEST = "now/"  # how the rule id of an utterance begins that no rule made: somebody wants it now
BY_CONTACT = f"{ON_REQUEST}contact/"  # and of one that a press of the button on the wall raised
BARE_ALERT = "contact-alert"  # the announcement of the alert signal that the button on the wall sounds by itself

_S, _E = UtteranceState, UtteranceEvent
TRANSITIONS: dict[tuple[UtteranceState, UtteranceEvent], UtteranceState] = {
    (_S.QUEUED, _E.BEGIN): _S.PLAYING,
    (_S.QUEUED, _E.MISS): _S.MISSED,
    (_S.QUEUED, _E.STOP): _S.STOPPED,
    (_S.QUEUED, _E.FINISH): _S.PLAYED,  # an emergency that was said, and whose time ran out between two turns
    (_S.QUEUED, _E.ABANDON): _S.CUT,  # it had begun, was cut, and found no time to begin again
    (_S.PLAYING, _E.FINISH): _S.PLAYED,
    (_S.PLAYING, _E.INTERRUPT): _S.QUEUED,
    (_S.PLAYING, _E.ABANDON): _S.CUT,
    (_S.PLAYING, _E.STOP): _S.STOPPED,
}
FINAL = frozenset({_S.PLAYED, _S.CUT, _S.MISSED, _S.STOPPED})


def after(state: UtteranceState, event: UtteranceEvent) -> UtteranceState:
    """The state after an event; IllegalEventError where the table has none."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalEventError("utterance", state, event) from None


@dataclass(frozen=True, slots=True)
class Utterance:
    id: str
    announcement_id: str
    revision: int
    rule_id: str  # of schedules, or "now/<uuid>" for speak-now
    due: datetime  # UTC
    output: str
    zones: tuple[str, ...]
    title: str
    level: Level
    order_no: int
    after_cut: AfterCut
    late_until: datetime  # later than this it is missed, not begun
    state: UtteranceState
    attempt: int  # how often it has begun
    sha256: str  # of what was begun, or else of what would be: the newest that is ready and approved; "": none
    duration_s: float
    started_at: datetime | None
    ended_at: datetime | None
    stop_wanted_by: str  # "" or the name of whoever asked
    late: Late = Late.PLAY  # how it begins, if it begins late
    times: int = 1  # how often the words are said
    pause_s: float = 0.0  # between two times
    lasts_s: float = 0.0  # of an emergency: it is repeated until so long after its first word
    reached_s: float = 0.0  # how far it had come when it was cut, if it goes on from there
    heard: Verdict | None = None  # None: nobody has listened
    heard_share: float = 0.0  # of the words' time, 0 to 1

    @property
    def whole_s(self) -> float:
        """All of its words with the pauses between; of an emergency, as long as it is repeated."""
        if self.level is Level.EMERGENCY:
            return max(self.lasts_s, self.duration_s)
        return self.times * self.duration_s + (self.times - 1) * self.pause_s

    @property
    def on_request(self) -> bool:
        return self.rule_id.startswith(ON_REQUEST)

    @property
    def precedence(self) -> tuple[int, int, datetime, str]:
        """The total order: level, the official's order, due time, id. Smallest first.

        The id is the rule's: an utterance's own is by chance, and another on each output.
        """
        return (self.level.rank, self.order_no, self.due, self.rule_id)


def raised_document(utterance: Utterance) -> dict[str, object]:
    """An emergency as it travels beside the store: in a ring, and in the file that the local contact plays from."""
    return {
        "id": utterance.id, "announcement_id": utterance.announcement_id, "revision": utterance.revision,
        "rule_id": utterance.rule_id, "due": utterance.due.isoformat(), "output": utterance.output,
        "zones": list(utterance.zones), "title": utterance.title, "order_no": utterance.order_no,
        "late_until": utterance.late_until.isoformat(), "sha256": utterance.sha256,
        "duration_s": utterance.duration_s, "lasts_s": utterance.lasts_s,
    }  # fmt: skip


def raised_from(document: Mapping[str, object]) -> Utterance:
    """The utterance of such a document; ValueError for what is none, or could not be counted with or written down."""
    try:
        zones = document["zones"]
        if not isinstance(zones, list | tuple):
            raise ValueError("zones")
        return Utterance(
            id=_text(document, "id"), announcement_id=_text(document, "announcement_id"),
            revision=_number(document, "revision"), rule_id=_text(document, "rule_id"),
            due=_instant(document, "due"), output=_text(document, "output"),
            zones=tuple(_text(dict(enumerate(zones)), place) for place in range(len(zones))),
            title=_text(document, "title"), level=Level.EMERGENCY, order_no=_number(document, "order_no"),
            after_cut=AfterCut.RESTART, late_until=_instant(document, "late_until"), state=UtteranceState.QUEUED,
            attempt=0, sha256=_text(document, "sha256"), duration_s=_seconds(document, "duration_s"), started_at=None,
            ended_at=None, stop_wanted_by="", lasts_s=_seconds(document, "lasts_s"),
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise ValueError(f"no emergency: {error}") from error


def _text(document: Mapping[Key, object], name: Key) -> str:
    text = str(document[name])
    text.encode()  # half a character, as JSON may carry it, is a ValueError
    return text


def _number(document: Mapping[str, object], name: str) -> int:
    number = int(str(document[name]))
    if abs(number) > _NUMBER_LIMIT:
        raise ValueError(f"no emergency: {name} is {number}")
    return number


def _seconds(document: Mapping[str, object], name: str) -> float:
    seconds = float(str(document[name]))
    if not 0.0 <= seconds <= _SECONDS_LIMIT:  # nor what is no number at all
        raise ValueError(f"no emergency: {name} is {seconds}")
    return seconds


def _instant(document: Mapping[str, object], name: str) -> datetime:
    at = datetime.fromisoformat(str(document[name]))
    if at.tzinfo is None:
        raise ValueError(f"no emergency: {name} says no zone")
    return at
