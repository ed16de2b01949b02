"""Which item may begin, when, and where in it; and what has no time any more. Pure.

The engine asks here about single items. Whatever the rows say, nothing but an emergency sounds in
quiet hours, and nothing begins later than its own window allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audio.programme import Item, Now, State, Timing
from controller.core.announcements import Late
from controller.core.levels import Level

GRACE_S = 2.0  # even what may not be late at all may be late by so much
AGAIN_S = 600.0  # an interrupted item may start again so long after its late window
LEAST_S = 1.0  # where less than so much of the words is left, nobody joins
OVER_S = 0.25  # so near to their end, words count as said: the rest is fade and silence


def ordered(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: item.precedence))


def held_for_the_clock(state: State, now: Now) -> tuple[Item, ...]:
    """What waits until somebody has looked at the clock that was set."""
    return tuple(item for item in state.queue if item.by_clock) if now.mono < state.doubt_until else ()


def is_due(item: Item, now: Now) -> bool:
    """What has begun once, or somebody asked for, stays due wherever the clock goes: after a power cut it may be back
    before either."""
    return item.due <= now.wall or item.attempt > 0 or item.asked


def lasts_until(item: Item, now: Now) -> float:
    """Mono: the mandatory end of an emergency. Once it has begun a clock that is set moves it no more."""
    return now.mono + min(item.lasts_s, item.due + item.lasts_s - now.wall) if item.over_at is None else item.over_at


def given_up_at(item: Item, timing: Timing, now: Now) -> float:
    """Wall: later than this it does not begin. An emergency that was said has as long as it lasts; one that was cut
    before that a while longer, in this process or the one before: a warning that nobody has heard whole is said whole,
    once, though its end is past, but not hours after."""
    if item.emergency and item.said:
        return now.wall + lasts_until(item, now) - now.mono
    if item.over_at is not None:
        return now.wall + item.over_at + AGAIN_S - now.mono
    if item.emergency and item.attempt:  # begun by the process before this one
        return item.due + item.lasts_s + AGAIN_S
    late_until = item.late_until
    if item.late is Late.SKIP:
        late_until = item.due
    elif joins(item):
        late_until = min(late_until, item.due + timing.opening_of(item) + timing.words_of(item) - LEAST_S)
    return max(late_until, item.due + GRACE_S) + (AGAIN_S if item.attempt else 0.0)


def joins(item: Item) -> bool:
    """Whether it begins at an offset, if it begins late. An emergency is said whole, and so is what was cut."""
    return item.late is Late.JOIN and item.loaded and not item.attempt and not item.emergency


def offset_s(item: Item, wall: float) -> float:
    """How far into its programme, chime included, it begins at an instant because it is late."""
    late_s = wall - item.due
    return late_s if joins(item) and late_s > GRACE_S else 0.0


def forbidden(item: Item, begin: float, timing: Timing) -> bool:
    """Whether some of it would sound in quiet hours, if it began at an instant."""
    if item.emergency:
        return False
    opening_s = 0.0 if item.reached_s else timing.opening_of(item)
    whole_s = opening_s + timing.left_of(item) + timing.closing_of(item)
    return timing.quiet(begin, begin + whole_s - offset_s(item, begin), item.zones)


def silenced(item: Item, state: State, timing: Timing) -> bool:
    """Whether the local stop switch keeps it from sounding."""
    return state.switched_off and (timing.switch_stops_emergency or not item.emergency)


def first_of(due: Sequence[Item]) -> Item | None:
    """What goes next of what is due; of several emergencies the one that has had the fewest turns."""
    if not due:
        return None
    if due[0].emergency:
        return min((item for item in due if item.emergency), key=lambda item: (item.attempt, item.precedence))
    return due[0]


def rivals(item: Item, current: Item | None) -> bool:
    """Whether something could ever cut what sounds."""
    return item.emergency or (current is not None and item.level.rank < current.level.rank)


def challenger(state: State, due: Sequence[Item], now: Now, timing: Timing) -> tuple[Item, str] | None:
    """What cuts what sounds, and why: an emergency at once, priority unless little is left of the words, and another
    emergency between two rounds."""
    current, rival = state.current, first_of(due)
    if current is None or rival is None or rival.level.rank > current.level.rank:
        return None
    if rival.emergency and not current.emergency:
        return rival, "emergency"
    if rival.emergency and between_rounds(state, now, timing):
        return rival, "turn"
    if rival.level is Level.PRIORITY and current.level is Level.NORMAL:
        over = current.id in state.done
        left_s = timing.left_of(current) if not over and state.phase == "opening" else _words_left(state, now, timing)
        if not over and left_s > timing.finish_s:
            return rival, "priority"
    return None


def between_rounds(state: State, now: Now, timing: Timing) -> bool:
    """Whether an emergency has just said its words and has not begun them again."""
    item = state.current
    if item is None or state.phase != "speaking" or not timing.round_of(item):
        return False
    return state.reached_s(now) % timing.round_of(item) >= item.words_s


def _words_left(state: State, now: Now, timing: Timing) -> float:
    return timing.words_of(state.current) - state.reached_s(now) if state.current else 0.0
