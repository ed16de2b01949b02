"""The ways from one phase to the next: pure, all of them here, each with what must be done for it.

Each gives `(state, actions)`, or the state alone where nothing is to be done. When one is taken is the engine's to say
(engine.py, whose table names the phases), who may begin admission's.
"""

from __future__ import annotations

from dataclasses import replace

from audio import admission
from audio.programme import Action, Cut, Item, Move, Now, Phase, Play, Relay, Route, State, Step, Timing
from controller.core.utterances import UtteranceEvent

# --- onto the air


def begin_warm(state: State, item: Item, now: Now, timing: Timing) -> Step:
    """Begin, if the amplifier is warm, or need not be; else warm it."""
    if state.amplifier_on and now.mono >= state.warm_at:
        return begin(state, item, now, timing)
    state, warming = warm(state, now, timing)
    if warming and timing.warm_up_s == 0:
        state, begun = begin(state, item, now, timing)
        return state, (*warming, *begun)
    return state, warming


def begin(state: State, item: Item, now: Now, timing: Timing) -> Step:
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
        state, play = sound(state, begun, Phase.SPEAKING, timing.words_of(begun), now, item.reached_s)
    elif offset_s < opening_s:
        state, play = sound(state, begun, Phase.OPENING, opening_s, now, offset_s)
    else:
        state, play = sound(state, begun, Phase.SPEAKING, timing.words_of(begun), now, offset_s - opening_s)
    if offset_s:
        where = (("joined_s", round(offset_s, 2)),)
    detail: tuple[tuple[str, object], ...] = (("attempt", begun.attempt), *where)
    # relays take their time: an alert signal does not wait for them
    first = (*play, *route) if item.emergency else (*route, *play)
    return state, (*first, Move(item.id, UtteranceEvent.BEGIN, detail))


def warm(state: State, now: Now, timing: Timing) -> Step:
    """Switch the amplifier on and wait for it; or only wait, where it is on already."""
    if state.phase is Phase.WARMING:
        return state, ()
    if state.amplifier_on:
        return replace(state, phase=Phase.WARMING), ()
    warm_at = now.mono + timing.warm_up_s
    return replace(state, phase=Phase.WARMING, amplifier_on=True, warm_at=warm_at), (Relay(True),)


def sound(state: State, item: Item, segment: Phase, length_s: float, now: Now, from_s: float = 0.0) -> Step:
    """One segment, `length_s` seconds in all, from `from_s` on."""
    began = now.mono - from_s
    sounding = replace(state, phase=segment, current=item, began=began, ends=began + length_s, taken_s=0.0, moved=0.0)
    return sounding, (Play(item, segment, from_s),)


# --- off the air


def hold(state: State, now: Now, timing: Timing) -> State:
    """Silent; the amplifier stays on for a while."""
    return replace(state, phase=Phase.HOLDING, current=None, ends=now.mono + timing.hold_s)


def rest(state: State) -> State:
    """The amplifier is off, or the output has just been opened."""
    return replace(state, phase=Phase.STOPPED if state.switched_off else Phase.IDLE)


def stop(state: State, ident: str, by: str, now: Now, timing: Timing) -> Step:
    """Somebody wants it stopped, whether it sounds or waits."""
    stopped = Move(ident, UtteranceEvent.STOP, (("by", by),))
    if state.current and state.current.id == ident:
        silent = hold(state, now, timing)
        if ident in state.done:  # only its closing chime was left
            return silent, (Cut(),)
        return replace(silent, done=state.done | {ident}), (Cut(), stopped)
    if any(item.id == ident for item in state.queue):
        return without(state, ident), (stopped,)
    return state, ()


def drop(state: State, now: Now, timing: Timing) -> Step:
    """Go on without what cannot be read."""
    item = state.current
    if item is None:
        return state, ()
    silent = hold(state, now, timing)
    if item.id in state.done:
        return silent, (Cut(),)
    ended = Move(item.id, UtteranceEvent.ABANDON, (("reason", "file_missing"),))
    return replace(silent, done=state.done | {item.id}), (Cut(), ended)


def lose(state: State, reason: str, now: Now, timing: Timing, unheard_s: float = 0.0) -> Step:
    """The output is gone, and the last `unheard_s` of what was given to it were not heard."""
    if state.phase is Phase.FAULTED:
        return state, ()
    state, actions = interrupt(state, reason, now, timing, unheard_s)
    relay: tuple[Action, ...] = (Relay(False),) if state.amplifier_on else ()
    return replace(state, phase=Phase.FAULTED, amplifier_on=False, zones=frozenset()), (*actions, *relay)


def interrupt(state: State, reason: str, now: Now, timing: Timing, unheard_s: float = 0.0) -> Step:
    """Take the current item off the air; by its rule it waits to go on, or has ended."""
    item = state.current
    if item is None:
        return state, ()
    said_s = min(state.reached_s(now), timing.words_of(item)) if state.phase is Phase.SPEAKING else 0.0
    reached_s = max(0.0, said_s - unheard_s)
    over = all_but_said(state, now, timing, unheard_s)
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


def all_but_said(state: State, now: Now, timing: Timing, unheard_s: float = 0.0) -> bool:
    """Whether so little of the words is left that they count as said."""
    if state.phase is not Phase.SPEAKING or state.current is None:
        return False
    whole_s = timing.words_of(state.current)
    return whole_s - max(0.0, min(state.reached_s(now), whole_s) - unheard_s) <= admission.OVER_S


# --- out of the line


def end_waiting(state: State, item: Item, reason: str) -> Step:
    """It does not begin any more."""
    if item.emergency and item.said:  # its time ran out while others had their turns, or there was no output
        return without(state, item.id), (Move(item.id, UtteranceEvent.FINISH),)
    event = UtteranceEvent.ABANDON if item.attempt else UtteranceEvent.MISS
    return without(state, item.id), (Move(item.id, event, (("reason", reason),)),)


def without(state: State, ident: str) -> State:
    """It has ended here, whatever the rows may say a while longer."""
    queue = tuple(item for item in state.queue if item.id != ident)
    return replace(state, queue=queue, done=state.done | {ident})
