"""The player's decisions: `step(state, event, now, timing) -> (state, actions)`, pure and total.

One programme at a time: amplifier on and warm, opening chime (or alert signal), words, closing
chime, hold, amplifier off.

| phase    | Rows, Alert                     | Tick                           | Stop, Switch    | OutputLost |
|----------|---------------------------------|--------------------------------|-----------------|------------|
| idle     | due soon: warming               | the same                       | off: stopped    | faulted    |
| warming  | taken away: holding             | warm and due: opening          | holding         | faulted    |
| opening  | more urgent, loaded: it instead | over: speaking; stuck: faulted | holding         | faulted    |
| speaking | the same                        | over: closing; stuck: faulted  | holding         | faulted    |
| closing  | the same                        | over: holding                  | holding         | faulted    |
| holding  | due: opening                    | hold over: idle or stopped     | (goes on)       | faulted    |
| stopped  | as idle, for what may sound     | the same                       | on: idle        | faulted    |
| faulted  | waits (OutputBack: idle)        | misses what is too late        | leaves the line | -          |

What was cut is pre-empted: it waits in line with the place that it had reached, and resumes there,
begins again, or has ended, by its own rule. Nothing is cut for what is not loaded and known to be
playable. Whatever the rows say, nothing else begins that would sound in quiet hours, or against the
stop switch. Knows neither files nor store nor sound card; the player carries out what it decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audio import admission, transitions
from audio.programme import (
    RESTING,
    SOUNDING,
    Action,
    Alert,
    ClockSet,
    Event,
    Item,
    Lost,
    Move,
    Now,
    OutputBack,
    OutputLost,
    Phase,
    Play,
    Relay,
    Rows,
    State,
    Step,
    Stop,
    Switch,
    Tick,
    Timing,
    Unreadable,
)
from controller.core.utterances import UtteranceEvent

STALL_S = 2.0  # a segment that sounds so much longer than it is, and gets no further, has stalled
SWITCH = "loalang switch"  # who stops what the local switch silences


def step(state: State, event: Event, now: Now, timing: Timing) -> Step:
    """What becomes of the player, and what it must do. Every event is answered in every state."""
    match event:
        case Rows(items):
            state, actions = _take_rows(state, items, now, timing)
        case Alert(item):
            state, actions = _take_alert(state, item), ()
        case Tick(sounding):
            state, actions = _advance(state, sounding, now, timing)
            if any(isinstance(action, Play) for action in actions):
                now = replace(now, at_s=None)  # that was of the segment before
        case Stop(ident, by):
            state, actions = transitions.stop(state, ident, by, now, timing)
        case Switch(off):
            state, actions = _switch(state, off, now, timing)
        case Unreadable():
            state, actions = transitions.drop(state, now, timing)
        case OutputLost(reason, unheard_s):
            state, actions = transitions.lose(state, reason, now, timing, unheard_s)
        case OutputBack():
            state, actions = (transitions.rest(state) if state.phase is Phase.FAULTED else state), ()
        case ClockSet(doubt_s):
            state, actions = replace(state, doubt_until=now.mono + doubt_s), ()
    held = admission.held_for_the_clock(state, now)
    free = tuple(item for item in state.queue if item not in held)
    state, more = _settle(replace(state, queue=free), now, timing)
    return replace(state, queue=admission.ordered((*state.queue, *held))), (*actions, *more)


def wake_at(state: State, now: Now, timing: Timing) -> float | None:
    """The monotonic instant at which time alone will change something; None if it never will.

    While something sounds the player ticks by itself.
    """

    def mono(wall: float) -> float:
        return now.mono + (wall - now.wall)

    held = admission.held_for_the_clock(state, now)
    queue = [item for item in state.queue if item not in held]
    instants = [mono(admission.given_up_at(item, timing, now)) for item in queue]
    if held:
        instants.append(state.doubt_until)
    if state.phase not in SOUNDING and state.phase is not Phase.FAULTED:
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
    """The queue is what the rows say and what was raised here, less what has ended here already or is to be stopped."""
    known = {item.id for item in items}
    current = state.current.id if state.current else ""
    ours = {item.id: item for item in state.queue}
    waiting = [_newer(ours.get(item.id), item) for item in items if item.id != current and item.id not in state.done]
    local = [item for item in state.queue if item.local and item.id not in known]
    still = known | {item.id for item in local} | {current}  # its row may be closed before its closing chime is over
    state = replace(state, queue=admission.ordered((*waiting, *local)), done=state.done & still)
    actions: tuple[Action, ...] = ()
    for item in items:
        if item.stop_by and item.id not in state.done:
            state, stopped = transitions.stop(state, item.id, item.stop_by, now, timing)
            actions = (*actions, *stopped)
    return state, actions


def _newer(ours: Item | None, item: Item) -> Item:
    """The row of what was cut a moment ago does not know yet how far it had come, or only nearly."""
    if ours is None:
        return item
    item = replace(item, over_at=ours.over_at, said=ours.said)
    if ours.attempt < item.attempt:
        return item
    return replace(item, attempt=ours.attempt, reached_s=ours.reached_s)


def _take_alert(state: State, item: Item) -> State:
    known = {waiting.id for waiting in state.queue if waiting.loaded} | state.done
    if item.id in known or (state.current and state.current.id == item.id):
        return state
    others = (waiting for waiting in state.queue if waiting.id != item.id)
    return replace(state, queue=admission.ordered((*others, item)))


def _advance(state: State, sounding: bool, now: Now, timing: Timing) -> Step:
    """Go on to the next segment where one is over."""
    item = state.current
    if state.phase not in SOUNDING or item is None:
        return state, ()
    if sounding:
        state = _seen(state, now)
        if now.mono > max(state.ends, state.moved) + STALL_S:
            lost, actions = transitions.lose(state, "stalled", now, timing, STALL_S)
            return lost, (Lost("stalled"), *actions)
        return state, ()
    if state.phase is Phase.OPENING:
        return transitions.sound(state, item, Phase.SPEAKING, timing.words_of(item), now)
    if state.phase is Phase.CLOSING:
        return transitions.hold(state, now, timing), ()
    finished = Move(item.id, UtteranceEvent.FINISH)
    state = replace(state, done=state.done | {item.id})
    if timing.closing_of(item):
        state, play = transitions.sound(state, item, Phase.CLOSING, timing.closing_of(item), now)
        return state, (*play, finished)
    return transitions.hold(state, now, timing), (finished,)


def _seen(state: State, now: Now) -> State:
    """What gets on has not stalled, however late it is: a card's clock and ours differ, and either may have stood."""
    if now.at_s is None or now.at_s <= state.taken_s:
        return state
    return replace(state, taken_s=now.at_s, moved=now.mono)


def _switch(state: State, off: bool, now: Now, timing: Timing) -> Step:
    """What sounds is ended as if somebody had stopped it; what waits, waits for the switch as long as it may."""
    state = replace(state, switched_off=off)
    if state.phase in RESTING:
        return transitions.rest(state), ()
    if state.current and admission.silenced(state.current, state, timing):
        return transitions.stop(state, state.current.id, SWITCH, now, timing)
    return state, ()


# --- what follows from the state alone


def _settle(state: State, now: Now, timing: Timing) -> Step:
    """Give up what came too late, let what is more urgent in, begin what is due, warm up, switch off."""
    state, actions = _give_up(state, now, timing)
    if state.phase is Phase.FAULTED:
        return state, actions
    state, refused = _refuse(state, now, timing)
    actions = (*actions, *refused)
    ready = [item for item in state.queue if item.loaded and not admission.silenced(item, state, timing)]
    due = [item for item in ready if admission.is_due(item, now)]
    if state.phase in SOUNDING:
        state, more = _let_in(state, due, now, timing)
        return state, (*actions, *more)
    first = admission.first_of(due)
    if first:
        state, more = transitions.begin_warm(state, first, now, timing)
        return state, (*actions, *more)
    soon = (item for item in ready if item.due - timing.warm_up_s <= now.wall)
    if any(not admission.forbidden(item, item.due, timing) for item in soon):
        state, warming = transitions.warm(state, now, timing)
        return state, (*actions, *warming)
    if state.phase is Phase.WARMING:  # what it warmed for has been taken away
        state = transitions.hold(state, now, timing)
    if state.phase is Phase.HOLDING and now.mono >= state.ends:
        return transitions.rest(replace(state, amplifier_on=False, zones=frozenset())), (*actions, Relay(False))
    return state, actions


def _let_in(state: State, due: Sequence[Item], now: Now, timing: Timing) -> Step:
    """Cut what sounds for what goes before it and may sound. The others are not even judged: a long line takes time."""
    rivals = [item for item in due if admission.rivals(item, state.current)]
    allowed = [item for item in rivals if not admission.forbidden(item, now.wall, timing)]
    found = admission.challenger(state, allowed, now, timing)
    if found is None:
        return state, ()
    rival, reason = found
    state, cut = transitions.interrupt(state, reason, now, timing)
    state, begun = transitions.begin(state, rival, now, timing)
    return state, (*begun, *cut)


def _give_up(state: State, now: Now, timing: Timing) -> Step:
    actions: tuple[Action, ...] = ()
    for item in state.queue:
        if now.wall > admission.given_up_at(item, timing, now):
            state, ended = transitions.end_waiting(state, item, _why_late(state, item, timing))
            actions = (*actions, *ended)
    return state, actions


def _why_late(state: State, item: Item, timing: Timing) -> str:
    if not item.loaded:
        return item.obstacle
    if admission.silenced(item, state, timing):
        return "switched_off"
    return "no_output" if state.phase is Phase.FAULTED else "late"


def _refuse(state: State, now: Now, timing: Timing) -> Step:
    """Drop what is due, could begin now, and would sound in quiet hours."""
    actions: tuple[Action, ...] = ()
    if state.phase in SOUNDING:
        return state, actions
    for item in state.queue:
        if item.loaded and admission.is_due(item, now) and admission.forbidden(item, now.wall, timing):
            state, ended = transitions.end_waiting(state, item, "quiet_hours")
            actions = (*actions, *ended)
    return state, actions
