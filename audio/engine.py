"""The player's decisions: `step(state, event, now) -> (state, actions)`, pure and total.

One programme at a time: amplifier on and warm, opening chime (or alert signal), words, closing
chime, hold, amplifier off. An emergency cuts what is less urgent, but only once it is loaded and
known to be playable. Whatever the rows say, nothing else begins that would sound in quiet hours.
Knows neither files nor store nor sound card; the player carries out what it decides, the keeper
writes it down. Longer than other files: events, actions and what follows from them are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from controller.core.announcements import Late
from controller.core.levels import Level
from controller.core.utterances import UtteranceEvent

STALL_S = 2.0  # a segment that sounds so much longer than it is has stalled
GRACE_S = 2.0  # even what may not be late at all may be late by so much
AGAIN_S = 600.0  # an interrupted item may start again so long after its late window
LEAST_S = 1.0  # where less than so much of the words is left, nobody joins


class Phase(StrEnum):
    IDLE = "idle"
    WARMING = "warming"  # the amplifier's relay is on, nothing sounds yet
    OPENING = "opening"  # chime or alert signal
    SPEAKING = "speaking"
    CLOSING = "closing"
    HOLDING = "holding"  # silent; the amplifier stays on for what may follow
    FAULTED = "faulted"  # no output


SOUNDING = frozenset({Phase.OPENING, Phase.SPEAKING, Phase.CLOSING})


@dataclass(frozen=True, slots=True)
class Now:
    """Both clocks at one instant: `wall` decides what is due, `mono` how long something took. Seconds."""

    wall: float
    mono: float


@dataclass(frozen=True, slots=True)
class Item:
    """An utterance in line. Instants are wall-clock seconds since the epoch."""

    id: str
    precedence: tuple[int, int, datetime, str]
    level: Level
    due: float
    late_until: float
    again: bool  # once cut, it starts again; otherwise it ends
    words_s: float
    attempt: int = 0  # how often it has begun
    loaded: bool = False  # its file was opened and is what its name says
    obstacle: str = "not_prepared"  # why it is not loaded
    stop_by: str = ""  # who wants it stopped, by the rows
    late: Late = Late.PLAY  # how it begins, if it begins late
    by_clock: bool = False  # only the time of day calls for it


def never_quiet(_begin: float, _end: float) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `opening_s` and `closing_s` are 0 where no chime is wanted.

    `quiet` tells whether any of [begin, end), wall-clock seconds, is quiet where this output is heard.
    """

    warm_up_s: float
    hold_s: float
    opening_s: float
    closing_s: float
    alert_s: float
    quiet: Callable[[float, float], bool] = never_quiet

    def opening_of(self, item: Item) -> float:
        return self.alert_s if item.level is Level.EMERGENCY else self.opening_s

    def closing_of(self, item: Item) -> float:
        return 0.0 if item.level is Level.EMERGENCY else self.closing_s


@dataclass(frozen=True, slots=True)
class State:
    phase: Phase = Phase.IDLE
    queue: tuple[Item, ...] = ()  # in the total order; without `current`
    current: Item | None = None
    ends: float = 0.0  # mono: when the sounding segment should be over, or the hold
    amplifier_on: bool = False
    warm_at: float = 0.0  # mono
    done: frozenset[str] = frozenset()  # ended here; the rows may not say so yet
    doubt_until: float = 0.0  # mono: the clock was set, and nobody has said yet whether it may be believed


# --- events


@dataclass(frozen=True, slots=True)
class Rows:
    """What the store has for this output now, all of it."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """An emergency that came with the ring, loaded; the rows may follow later."""

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
class OutputLost:
    reason: str


@dataclass(frozen=True, slots=True)
class OutputBack:
    pass


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The wall clock was set; for `doubt_s` nothing begins or is missed that only the time of day calls for."""

    doubt_s: float


Event = Rows | Alert | Tick | Stop | OutputLost | OutputBack | ClockSet


# --- actions, to be carried out in order


@dataclass(frozen=True, slots=True)
class Relay:
    on: bool


@dataclass(frozen=True, slots=True)
class Play:
    """Sound one segment of an item: OPENING, SPEAKING or CLOSING; from its beginning, or from so many seconds on."""

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


Action = Relay | Play | Cut | Lost | Move
Step = tuple[State, tuple[Action, ...]]


def step(state: State, event: Event, now: Now, timing: Timing) -> Step:
    """What becomes of the player, and what it must do. Every event is answered in every state."""
    match event:
        case Rows(items):
            state, actions = _take_rows(state, items, now, timing)
        case Alert(item):
            state, actions = _take_alert(state, item), ()
        case Tick(sounding):
            state, actions = _advance(state, sounding, now, timing)
        case Stop(ident, by):
            state, actions = _stop(state, ident, by, now, timing)
        case OutputLost(reason):
            state, actions = _lose(state, reason)
        case OutputBack():
            state, actions = (replace(state, phase=Phase.IDLE) if state.phase is Phase.FAULTED else state), ()
        case ClockSet(doubt_s):
            state, actions = replace(state, doubt_until=now.mono + doubt_s), ()
    held = _held(state, now)
    free = tuple(item for item in state.queue if item not in held)
    state, more = _settle(replace(state, queue=free), now, timing)
    return replace(state, queue=_ordered((*state.queue, *held))), (*actions, *more)


def _held(state: State, now: Now) -> tuple[Item, ...]:
    """What waits until somebody has looked at the clock."""
    return tuple(item for item in state.queue if item.by_clock) if now.mono < state.doubt_until else ()


def wake_at(state: State, now: Now, timing: Timing) -> float | None:
    """The monotonic instant at which time alone will change something; None if it never will.

    While something sounds the player ticks by itself.
    """

    def mono(wall: float) -> float:
        return now.mono + (wall - now.wall)

    held = _held(state, now)
    queue = [item for item in state.queue if item not in held]
    instants = [mono(_given_up_at(item, timing)) for item in queue]
    if held:
        instants.append(state.doubt_until)
    if state.phase in {Phase.IDLE, Phase.HOLDING, Phase.WARMING}:
        instants += [mono(item.due - timing.warm_up_s) for item in queue if item.loaded]
        instants += [mono(item.due) for item in queue if item.loaded]
    if state.phase is Phase.WARMING:
        instants.append(state.warm_at)
    if state.phase is Phase.HOLDING:
        instants.append(state.ends)
    later = [instant for instant in instants if instant > now.mono]
    return min(later, default=None)


# --- how each event changes the state


def _take_rows(state: State, items: tuple[Item, ...], now: Now, timing: Timing) -> Step:
    """The queue is what the rows say, less what has ended here already or is to be stopped."""
    known = {item.id for item in items}
    current = state.current.id if state.current else ""
    waiting = (item for item in items if item.id != current and item.id not in state.done)
    state = replace(state, queue=_ordered(waiting), done=state.done & known)
    actions: tuple[Action, ...] = ()
    for item in items:
        if item.stop_by and item.id not in state.done:
            state, stopped = _stop(state, item.id, item.stop_by, now, timing)
            actions = (*actions, *stopped)
    return state, actions


def _take_alert(state: State, item: Item) -> State:
    known = {waiting.id for waiting in state.queue if waiting.loaded} | state.done
    if item.id in known or (state.current and state.current.id == item.id):
        return state
    others = (waiting for waiting in state.queue if waiting.id != item.id)
    return replace(state, queue=_ordered((*others, item)))


def _advance(state: State, sounding: bool, now: Now, timing: Timing) -> Step:
    """Go on to the next segment where one is over."""
    item = state.current
    if state.phase not in SOUNDING or item is None:
        return state, ()
    if sounding:
        if now.mono > state.ends + STALL_S:
            lost, actions = _lose(state, "stalled")
            return lost, (Lost("stalled"), *actions)
        return state, ()
    if state.phase is Phase.OPENING:
        return _sound(state, item, Phase.SPEAKING, item.words_s, now)
    finished: tuple[Action, ...] = ()
    if state.phase is Phase.SPEAKING:
        finished = (Move(item.id, UtteranceEvent.FINISH),)
        state = replace(state, done=state.done | {item.id})
        if timing.closing_of(item):
            state, play = _sound(state, item, Phase.CLOSING, timing.closing_of(item), now)
            return state, (*play, *finished)
    return replace(state, phase=Phase.HOLDING, current=None, ends=now.mono + timing.hold_s), finished


def _stop(state: State, ident: str, by: str, now: Now, timing: Timing) -> Step:
    detail = (("by", by),)
    if state.current and state.current.id == ident:
        silent = replace(state, phase=Phase.HOLDING, current=None, ends=now.mono + timing.hold_s)
        if ident in state.done:  # only its closing chime was left
            return silent, (Cut(),)
        return replace(silent, done=state.done | {ident}), (Cut(), Move(ident, UtteranceEvent.STOP, detail))
    if any(item.id == ident for item in state.queue):
        return _without(state, ident), (Move(ident, UtteranceEvent.STOP, detail),)
    return state, ()


def _lose(state: State, reason: str) -> Step:
    if state.phase is Phase.FAULTED:
        return state, ()
    state, actions = _interrupt(state, reason)
    relay: tuple[Action, ...] = (Relay(False),) if state.amplifier_on else ()
    return replace(state, phase=Phase.FAULTED, amplifier_on=False), (*actions, *relay)


def _interrupt(state: State, reason: str) -> Step:
    """Take the current item off the air; by its rule it waits to start again, or has ended."""
    item = state.current
    if item is None:
        return state, ()
    state = replace(state, current=None)
    if item.id in state.done:
        return state, ()
    detail = (("reason", reason), ("again", item.again))
    if not item.again:
        return replace(state, done=state.done | {item.id}), (Move(item.id, UtteranceEvent.ABANDON, detail),)
    return replace(state, queue=_ordered((*state.queue, item))), (Move(item.id, UtteranceEvent.INTERRUPT, detail),)


# --- what follows from the state alone


def _settle(state: State, now: Now, timing: Timing) -> Step:
    """Give up what came too late, let an alert in, begin what is due, warm up, switch off."""
    state, actions = _give_up(state, now, timing)
    if state.phase is Phase.FAULTED:
        return state, actions
    state, refused = _refuse(state, now, timing)
    actions = (*actions, *refused)
    due = [item for item in state.queue if item.loaded and item.due <= now.wall]
    alert = next((item for item in due if item.level is Level.EMERGENCY), None)
    if alert and state.current and state.current.level is not Level.EMERGENCY:
        state, cut = _interrupt(state, "emergency")
        state, begun = _begin(state, alert, now, timing)
        return state, (*actions, Cut(), *begun, *cut)
    if state.phase in SOUNDING:
        return state, actions
    if due:
        if state.amplifier_on and now.mono >= state.warm_at:
            state, begun = _begin(state, due[0], now, timing)
            return state, (*actions, *begun)
        state, warming = _warm(state, now, timing)
        if warming and timing.warm_up_s == 0:
            state, begun = _begin(state, due[0], now, timing)
            return state, (*actions, *warming, *begun)
        return state, (*actions, *warming)
    soon = (item for item in state.queue if item.loaded and item.due - timing.warm_up_s <= now.wall)
    if any(not _forbidden(item, item.due, timing) for item in soon):
        state, warming = _warm(state, now, timing)
        return state, (*actions, *warming)
    if state.phase is Phase.WARMING:  # what it warmed for has been taken away
        state = replace(state, phase=Phase.HOLDING, ends=now.mono + timing.hold_s)
    if state.phase is Phase.HOLDING and now.mono >= state.ends:
        return replace(state, phase=Phase.IDLE, amplifier_on=False), (*actions, Relay(False))
    return state, actions


def _give_up(state: State, now: Now, timing: Timing) -> Step:
    actions: tuple[Action, ...] = ()
    for item in state.queue:
        if now.wall > _given_up_at(item, timing):
            reason = item.obstacle if not item.loaded else "no_output" if state.phase is Phase.FAULTED else "late"
            state, ended = _end_waiting(state, item, reason)
            actions = (*actions, *ended)
    return state, actions


def _given_up_at(item: Item, timing: Timing) -> float:
    """Wall clock: later than this it does not begin."""
    late_until = item.late_until
    if item.late is Late.SKIP:
        late_until = item.due
    elif _joins(item):
        late_until = min(late_until, item.due + timing.opening_of(item) + item.words_s - LEAST_S)
    return max(late_until, item.due + GRACE_S) + (AGAIN_S if item.attempt else 0.0)


def _joins(item: Item) -> bool:
    """Whether it begins at an offset, if it begins late. An emergency is said whole, and so is what was cut."""
    return item.late is Late.JOIN and item.loaded and not item.attempt and item.level is not Level.EMERGENCY


def _refuse(state: State, now: Now, timing: Timing) -> Step:
    """Drop what is due, could begin now, and would sound in quiet hours."""
    actions: tuple[Action, ...] = ()
    if state.phase in SOUNDING:
        return state, actions
    for item in state.queue:
        if item.loaded and item.due <= now.wall and _forbidden(item, now.wall, timing):
            state, ended = _end_waiting(state, item, "quiet_hours")
            actions = (*actions, *ended)
    return state, actions


def _forbidden(item: Item, begin: float, timing: Timing) -> bool:
    if item.level is Level.EMERGENCY:
        return False
    whole_s = timing.opening_of(item) + item.words_s + timing.closing_of(item)
    return timing.quiet(begin, begin + whole_s - _offset_s(item, begin))


def _end_waiting(state: State, item: Item, reason: str) -> Step:
    event = UtteranceEvent.ABANDON if item.attempt else UtteranceEvent.MISS
    return _without(state, item.id), (Move(item.id, event, (("reason", reason),)),)


def _offset_s(item: Item, wall: float) -> float:
    """How far into its programme it begins at an instant."""
    late_s = wall - item.due
    return late_s if _joins(item) and late_s > GRACE_S else 0.0


def _begin(state: State, item: Item, now: Now, timing: Timing) -> Step:
    begun = replace(item, attempt=item.attempt + 1)
    state = replace(state, queue=tuple(waiting for waiting in state.queue if waiting.id != item.id))
    offset_s, opening_s = _offset_s(item, now.wall), timing.opening_of(item)
    joined: tuple[tuple[str, object], ...] = (("joined_s", round(offset_s, 2)),) if offset_s else ()
    move = Move(item.id, UtteranceEvent.BEGIN, (("attempt", begun.attempt), *joined))
    if offset_s < opening_s:
        state, play = _sound(state, begun, Phase.OPENING, opening_s, now, offset_s)
    else:
        state, play = _sound(state, begun, Phase.SPEAKING, item.words_s, now, offset_s - opening_s)
    return state, (*play, move)


def _sound(state: State, item: Item, segment: Phase, length_s: float, now: Now, from_s: float = 0.0) -> Step:
    sounding = replace(state, phase=segment, current=item, ends=now.mono + length_s - from_s)
    return sounding, (Play(item, segment, from_s),)


def _warm(state: State, now: Now, timing: Timing) -> Step:
    if state.phase is Phase.WARMING:
        return state, ()
    if state.amplifier_on:
        return replace(state, phase=Phase.WARMING), ()
    warm_at = now.mono + timing.warm_up_s
    return replace(state, phase=Phase.WARMING, amplifier_on=True, warm_at=warm_at), (Relay(True),)


def _without(state: State, ident: str) -> State:
    queue = tuple(item for item in state.queue if item.id != ident)
    return replace(state, queue=queue, done=state.done | {ident})


def _ordered(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: item.precedence))
