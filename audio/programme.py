"""The words of the engine: what is in line, what the player may be told and what it is told to do. Pure data.

Lengths are seconds; `wall` instants are seconds since the epoch, `mono` ones of the monotonic clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.core.announcements import AfterCut, Late
from controller.core.lengths import ALARM_PAUSE_S as ALARM_PAUSE_S  # whoever makes programmes asks here
from controller.core.levels import Level
from controller.core.utterances import UtteranceEvent


class Phase(StrEnum):
    IDLE = "idle"
    WARMING = "warming"  # the amplifier's relay is on, nothing sounds yet
    OPENING = "opening"  # chime or alert signal
    SPEAKING = "speaking"
    CLOSING = "closing"
    HOLDING = "holding"  # silent; the amplifier stays on for what may follow
    STOPPED = "stopped"  # the local stop switch is on: at rest, and nothing may begin that it forbids
    FAULTED = "faulted"  # no output


SOUNDING = frozenset({Phase.OPENING, Phase.SPEAKING, Phase.CLOSING})
RESTING = frozenset({Phase.IDLE, Phase.STOPPED})


@dataclass(frozen=True, slots=True)
class Now:
    """Both clocks at one instant: `wall` decides what is due, `mono` how long something took.

    `at_s`: how far the output has taken the segment that sounds; None where it does not say.
    """

    wall: float
    mono: float
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An utterance in line."""

    id: str
    precedence: tuple[int, int, datetime, str]
    level: Level
    due: float  # wall
    late_until: float  # wall
    words_s: float  # said once
    times: int = 1
    pause_s: float = 0.0  # between two times
    lasts_s: float = 0.0  # of an emergency: it is repeated until so long after it is due
    over_at: float | None = (
        None  # mono; of an emergency that has begun here: its mandatory end, wherever the clock goes
    )
    said: bool = False  # its words have sounded whole here, once at least
    after_cut: AfterCut = AfterCut.RESTART
    zones: frozenset[str] = frozenset()
    sha256: str = ""
    attempt: int = 0  # how often it has begun
    reached_s: float = 0.0  # of its words: from where it goes on
    loaded: bool = False  # its file was opened and is what its name says
    obstacle: str = "not_prepared"  # why it is not loaded
    stop_by: str = ""  # who wants it stopped, by the rows
    late: Late = Late.PLAY  # how it begins, if it begins late
    by_clock: bool = False  # only the time of day calls for it
    asked: bool = False  # somebody wants it now, whatever the clock says
    local: bool = False  # it was raised here: that the rows do not know it means nothing
    pressed: bool = False  # by the button on the wall
    bare: bool = False  # it has neither chime nor signal around it

    @property
    def emergency(self) -> bool:
        return self.level is Level.EMERGENCY

    @property
    def again(self) -> bool:
        """Whether it comes back after it was cut. An emergency always does, and is said whole."""
        return self.emergency or self.after_cut is not AfterCut.END

    @property
    def resumes(self) -> bool:
        return self.after_cut is AfterCut.RESUME and not self.emergency


def never_quiet(_begin: float, _end: float, _zones: frozenset[str]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Timing:
    """`opening_s` and `closing_s` are 0 where no chime is wanted.

    `quiet` tells whether any of [begin, end), wall, is quiet where some zones of this output are heard.
    `finish_s`: what has no more of its words left than this is not cut for something of priority.
    """

    warm_up_s: float
    hold_s: float
    opening_s: float
    closing_s: float
    alert_s: float
    quiet: Callable[[float, float, frozenset[str]], bool] = never_quiet
    finish_s: float = 0.0
    switch_stops_emergency: bool = True

    def opening_of(self, item: Item) -> float:
        return 0.0 if item.bare else self.alert_s if item.emergency else self.opening_s

    def closing_of(self, item: Item) -> float:
        return 0.0 if item.bare or item.emergency else self.closing_s

    def between(self, item: Item) -> float:
        """From the end of the words to their next beginning."""
        return ALARM_PAUSE_S + self.alert_s if item.emergency else item.pause_s

    def round_of(self, item: Item) -> float:
        return item.words_s + self.between(item)

    def words_of(self, item: Item) -> float:
        """All its words with what is between them."""
        return item.times * item.words_s + (item.times - 1) * self.between(item)

    def left_of(self, item: Item) -> float:
        """The same, as far as it has not been said yet."""
        return max(0.0, self.words_of(item) - item.reached_s)

    def rounds_of(self, item: Item, left_s: float) -> int:
        """How often an emergency that begins now is said until its mandatory end; once at least."""
        left_s += self.between(item) - self.alert_s
        return max(1, math.floor(left_s / self.round_of(item))) if self.round_of(item) else 1


@dataclass(frozen=True, slots=True)
class State:
    phase: Phase = Phase.IDLE
    queue: tuple[Item, ...] = ()  # in the total order; without `current`
    current: Item | None = None
    began: float = 0.0  # mono: when the segment that sounds would have begun at its beginning
    ends: float = 0.0  # mono: when the sounding segment should be over, or the hold
    taken_s: float = 0.0  # how far the output was last seen to have taken it
    moved: float = 0.0  # mono: when it was seen to get there
    amplifier_on: bool = False
    warm_at: float = 0.0  # mono
    zones: frozenset[str] = frozenset()  # to which the amplifier is switched through
    done: frozenset[str] = frozenset()  # ended here; the rows may not say so yet
    doubt_until: float = 0.0  # mono: the clock was set, and nobody has said yet whether it may be believed
    switched_off: bool = False  # by the local stop switch

    def reached_s(self, now: Now) -> float:
        """How far the segment that sounds has come."""
        return max(0.0, now.mono - self.began if now.at_s is None else now.at_s)


# --- events


@dataclass(frozen=True, slots=True)
class Rows:
    """What the store has for this output now, all of it."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """An emergency that came with the ring or from the local contact, loaded; the rows may follow later."""

    item: Item


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; `sounding` is what the output says of itself."""

    sounding: bool


@dataclass(frozen=True, slots=True)
class Stop:
    id: str
    by: str


@dataclass(frozen=True, slots=True)
class Switch:
    """The local stop switch was thrown."""

    off: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The file of what sounds cannot be read any further."""


@dataclass(frozen=True, slots=True)
class OutputLost:
    """`unheard_s`: how much of what was given to it before has surely not been heard."""

    reason: str
    unheard_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OutputBack:
    pass


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The wall clock was set; for `doubt_s` nothing begins or is missed that only the time of day calls for."""

    doubt_s: float


Event = Rows | Alert | Tick | Stop | Switch | Unreadable | OutputLost | OutputBack | ClockSet


# --- actions, to be carried out in order


@dataclass(frozen=True, slots=True)
class Relay:
    """The amplifier's."""

    on: bool


@dataclass(frozen=True, slots=True)
class Route:
    """Switch the amplifier through to these zones and no others, as far as they are switched apart."""

    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class Play:
    """Sound one segment of an item in place of whatever sounds: OPENING, SPEAKING or CLOSING; from its beginning, or
    from so many seconds on."""

    item: Item
    segment: Phase
    from_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Cut:
    """Silence the output with a short fade."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The output does not do what it says; close it and open it anew."""

    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """Something happened to an utterance: to be written into store and journal."""

    id: str
    event: UtteranceEvent
    detail: tuple[tuple[str, object], ...] = ()


Action = Relay | Route | Play | Cut | Lost | Move
Step = tuple[State, tuple[Action, ...]]
