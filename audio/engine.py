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

from audio import admission
from audio.programme import (
    RESTING,
    SOUNDING,
    Action,
    Alert,
    ClockSet,
    Cut,
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
    Route,
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
            state, actions = _stop(state, ident, by, now, timing)
        case Switch(off):
            state, actions = _switch(state, off, now, timing)
        case Unreadable():
            state, actions = _drop(state, now, timing)
        case OutputLost(reason, unheard_s):
            state, actions = _lose(state, reason, now, timing, unheard_s)
        case OutputBack():
            state, actions = (_rest(state) if state.phase is Phase.FAULTED else state), ()
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
    still = known | {item.id for item in local} | ({current} if state.current and state.current.local else set())
    state = replace(state, queue=admission.ordered((*waiting, *local)), done=state.done & still)
    actions: tuple[Action, ...] = ()
    for item in items:
        if item.stop_by and item.id not in state.done:
            state, stopped = _stop(state, item.id, item.stop_by, now, timing)
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
            lost, actions = _lose(state, "stalled", now, timing, STALL_S)
            return lost, (Lost("stalled"), *actions)
        return state, ()
    if state.phase is Phase.OPENING:
        return _sound(state, item, Phase.SPEAKING, timing.words_of(item), now)
    if state.phase is Phase.CLOSING:
        return _hold(state, now, timing), ()
    finished = Move(item.id, UtteranceEvent.FINISH)
    state = replace(state, done=state.done | {item.id})
    if timing.closing_of(item):
        state, play = _sound(state, item, Phase.CLOSING, timing.closing_of(item), now)
        return state, (*play, finished)
    return _hold(state, now, timing), (finished,)


def _seen(state: State, now: Now) -> State:
    """What gets on has not stalled, however late it is: a card's clock and ours differ, and either may have stood."""
    if now.at_s is None or now.at_s <= state.taken_s:
        return state
    return replace(state, taken_s=now.at_s, moved=now.mono)


def _stop(state: State, ident: str, by: str, now: Now, timing: Timing) -> Step:
    stopped = Move(ident, UtteranceEvent.STOP, (("by", by),))
    if state.current and state.current.id == ident:
        silent = _hold(state, now, timing)
        if ident in state.done:  # only its closing chime was left
            return silent, (Cut(),)
        return replace(silent, done=state.done | {ident}), (Cut(), stopped)
    if any(item.id == ident for item in state.queue):
        return _without(state, ident), (stopped,)
    return state, ()


def _switch(state: State, off: bool, now: Now, timing: Timing) -> Step:
    """What sounds is ended as if somebody had stopped it; what waits, waits for the switch as long as it may."""
    state = replace(state, switched_off=off)
    if state.phase in RESTING:
        return _rest(state), ()
    if state.current and admission.silenced(state.current, state, timing):
        return _stop(state, state.current.id, SWITCH, now, timing)
    return state, ()


def _drop(state: State, now: Now, timing: Timing) -> Step:
    """Go on without what cannot be read."""
    item = state.current
    if item is None:
        return state, ()
    silent = _hold(state, now, timing)
    if item.id in state.done:
        return silent, (Cut(),)
    ended = Move(item.id, UtteranceEvent.ABANDON, (("reason", "file_missing"),))
    return replace(silent, done=state.done | {item.id}), (Cut(), ended)


def _lose(state: State, reason: str, now: Now, timing: Timing, unheard_s: float = 0.0) -> Step:
    if state.phase is Phase.FAULTED:
        return state, ()
    state, actions = _interrupt(state, reason, now, timing, unheard_s)
    relay: tuple[Action, ...] = (Relay(False),) if state.amplifier_on else ()
    return replace(state, phase=Phase.FAULTED, amplifier_on=False, zones=frozenset()), (*actions, *relay)


def _interrupt(state: State, reason: str, now: Now, timing: Timing, unheard_s: float = 0.0) -> Step:
    """Take the current item off the air; by its rule it waits to go on, or has ended."""
    item = state.current
    if item is None:
        return state, ()
    said_s = min(state.reached_s(now), timing.words_of(item)) if state.phase is Phase.SPEAKING else 0.0
    reached_s = max(0.0, said_s - unheard_s)
    over = state.phase is Phase.SPEAKING and timing.words_of(item) - reached_s <= admission.OVER_S
    state = replace(state, current=None)
    if item.id in state.done:
        return state, ()
    if over:
        return replace(state, done=state.done | {item.id}), (Move(item.id, UtteranceEvent.FINISH),)
    detail: tuple[tuple[str, object], ...] = (("reason", reason), ("again", item.again))
    if not item.again:
        return replace(state, done=state.done | {item.id}), (Move(item.id, UtteranceEvent.ABANDON, detail),)
    if item.resumes:
        reached_s = max(reached_s, item.reached_s)
        detail = (*detail, ("reached_s", round(reached_s, 3)))
    said = item.said or (state.phase is Phase.SPEAKING and reached_s >= item.words_s - admission.OVER_S)
    item = replace(item, reached_s=reached_s if item.resumes else 0.0, said=said)
    queue = admission.ordered((*state.queue, item))
    return replace(state, queue=queue), (Move(item.id, UtteranceEvent.INTERRUPT, detail),)


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
        state, more = _begin_warm(state, first, now, timing)
        return state, (*actions, *more)
    soon = (item for item in ready if item.due - timing.warm_up_s <= now.wall)
    if any(not admission.forbidden(item, item.due, timing) for item in soon):
        state, warming = _warm(state, now, timing)
        return state, (*actions, *warming)
    if state.phase is Phase.WARMING:  # what it warmed for has been taken away
        state = _hold(state, now, timing)
    if state.phase is Phase.HOLDING and now.mono >= state.ends:
        return _rest(replace(state, amplifier_on=False, zones=frozenset())), (*actions, Relay(False))
    return state, actions


def _let_in(state: State, due: Sequence[Item], now: Now, timing: Timing) -> Step:
    """Cut what sounds for what goes before it and may sound. The others are not even judged: a long line takes time."""
    rivals = [item for item in due if admission.rivals(item, state.current)]
    allowed = [item for item in rivals if not admission.forbidden(item, now.wall, timing)]
    found = admission.challenger(state, allowed, now, timing)
    if found is None:
        return state, ()
    rival, reason = found
    state, cut = _interrupt(state, reason, now, timing)
    state, begun = _begin(state, rival, now, timing)
    return state, (*begun, *cut)


def _begin_warm(state: State, item: Item, now: Now, timing: Timing) -> Step:
    """Begin, if the amplifier is warm, or need not be; else warm it."""
    if state.amplifier_on and now.mono >= state.warm_at:
        return _begin(state, item, now, timing)
    state, warming = _warm(state, now, timing)
    if warming and timing.warm_up_s == 0:
        state, begun = _begin(state, item, now, timing)
        return state, (*warming, *begun)
    return state, warming


def _give_up(state: State, now: Now, timing: Timing) -> Step:
    actions: tuple[Action, ...] = ()
    for item in state.queue:
        if now.wall > admission.given_up_at(item, timing, now):
            state, ended = _end_waiting(state, item, _why_late(state, item, timing))
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
            state, ended = _end_waiting(state, item, "quiet_hours")
            actions = (*actions, *ended)
    return state, actions


def _end_waiting(state: State, item: Item, reason: str) -> Step:
    if item.emergency and item.said:  # its time ran out while others had their turns, or there was no output
        return _without(state, item.id), (Move(item.id, UtteranceEvent.FINISH),)
    event = UtteranceEvent.ABANDON if item.attempt else UtteranceEvent.MISS
    return _without(state, item.id), (Move(item.id, event, (("reason", reason),)),)


def _begin(state: State, item: Item, now: Now, timing: Timing) -> Step:
    """From its beginning; at the offset, if it joins; or where it was cut, without another chime."""
    begun = replace(item, attempt=item.attempt + 1)
    if item.emergency:
        over_at = admission.lasts_until(item, now)
        begun = replace(begun, over_at=over_at, times=timing.rounds_of(item, over_at - now.mono))
    state = replace(state, queue=tuple(waiting for waiting in state.queue if waiting.id != item.id))
    route: tuple[Action, ...] = () if state.zones == item.zones else (Route(item.zones),)
    state = replace(state, zones=item.zones)
    offset_s, opening_s = admission.offset_s(item, now.wall), timing.opening_of(item)
    where: tuple[tuple[str, object], ...] = ()
    if item.reached_s:
        where = (("resumed_s", round(item.reached_s, 3)),)
        state, play = _sound(state, begun, Phase.SPEAKING, timing.words_of(begun), now, item.reached_s)
    elif offset_s < opening_s:
        state, play = _sound(state, begun, Phase.OPENING, opening_s, now, offset_s)
    else:
        state, play = _sound(state, begun, Phase.SPEAKING, timing.words_of(begun), now, offset_s - opening_s)
    if offset_s:
        where = (("joined_s", round(offset_s, 2)),)
    detail: tuple[tuple[str, object], ...] = (("attempt", begun.attempt), *where)
    # relays take their time: an alert signal does not wait for them
    begin = (*play, *route) if item.emergency else (*route, *play)
    return state, (*begin, Move(item.id, UtteranceEvent.BEGIN, detail))


def _sound(state: State, item: Item, segment: Phase, length_s: float, now: Now, from_s: float = 0.0) -> Step:
    began = now.mono - from_s
    sounding = replace(state, phase=segment, current=item, began=began, ends=began + length_s, taken_s=0.0, moved=0.0)
    return sounding, (Play(item, segment, from_s),)


def _warm(state: State, now: Now, timing: Timing) -> Step:
    if state.phase is Phase.WARMING:
        return state, ()
    if state.amplifier_on:
        return replace(state, phase=Phase.WARMING), ()
    warm_at = now.mono + timing.warm_up_s
    return replace(state, phase=Phase.WARMING, amplifier_on=True, warm_at=warm_at), (Relay(True),)


def _hold(state: State, now: Now, timing: Timing) -> State:
    return replace(state, phase=Phase.HOLDING, current=None, ends=now.mono + timing.hold_s)


def _rest(state: State) -> State:
    return replace(state, phase=Phase.STOPPED if state.switched_off else Phase.IDLE)


def _without(state: State, ident: str) -> State:
    queue = tuple(item for item in state.queue if item.id != ident)
    return replace(state, queue=queue, done=state.done | {ident})
