"""What happens at the kiosk: `step(state, input) -> (state, effects)`. Pure; no pixels, no words.

| input      | what becomes of it                                                                  |
|------------|-------------------------------------------------------------------------------------|
| Passed     | the minute moves on and news is read; nobody touches for a minute: the waiting screen |
| NewsCame   | the bulletin is replaced                                                            |
| NewsLost   | the last bulletin stays, and the screen says since when                             |
| Down, Up   | an act is pressed; released on the same act, it is carried out                      |

An alert covers every scene without ending it: `scene_of` says what is shown. Another scene is a name
in `kiosk.scenes`; another act is a class in `kiosk.acts` and a line in `_CARRY_OUT`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kiosk.acts import Act, GoTo, SpeakTo
from kiosk.bulletin import Bulletin

WAITING, PROGRAMME, ALERT = "waiting", "programme", "alert"
IDLE_S = 60.0
SETTLE_S = 0.3  # the second tap of a double tap must not press what has just come under the finger


@dataclass(frozen=True, slots=True)
class State:
    now: datetime  # local time, to the minute
    home_language: str
    language: str
    scene: str = WAITING
    page: int = 0
    pressed: Act | None = None
    touched_at: float = 0.0  # monotonic seconds
    entered_at: float = 0.0
    bulletin: Bulletin | None = None  # None until the first news
    lost_since: datetime | None = None  # news cannot be read
    faults: tuple[str, ...] = ()  # of the kiosk itself, by kind


@dataclass(frozen=True, slots=True)
class Passed:
    now: datetime  # local
    at: float  # monotonic


@dataclass(frozen=True, slots=True)
class NewsCame:
    bulletin: Bulletin


@dataclass(frozen=True, slots=True)
class NewsLost:
    pass


@dataclass(frozen=True, slots=True)
class Down:
    act: Act | None
    at: float


@dataclass(frozen=True, slots=True)
class Up:
    act: Act | None
    at: float


@dataclass(frozen=True, slots=True)
class ReadNews:
    """Effect: read the store again, even if nobody has changed it (time has)."""


Input = Passed | NewsCame | NewsLost | Down | Up
Effect = ReadNews
Stepped = tuple[State, tuple[Effect, ...]]


def scene_of(state: State) -> str:
    return ALERT if state.bulletin and state.bulletin.alerts else state.scene


def step(state: State, event: Input) -> Stepped:
    return _STEPS[type(event)](state, event)


def _passed(state: State, event: Passed) -> Stepped:
    minute = event.now.replace(second=0, microsecond=0)
    effects: tuple[Effect, ...] = ()
    if minute != state.now:
        state, effects = replace(state, now=minute), (ReadNews(),)
    away = state.scene != WAITING or state.language != state.home_language
    if away and event.at - state.touched_at >= IDLE_S:
        state = replace(_entered(state, GoTo(WAITING), event.at), language=state.home_language)
    return state, effects


def _news_came(state: State, event: NewsCame) -> Stepped:
    return replace(state, bulletin=event.bulletin, lost_since=None), ()


def _news_lost(state: State, event: NewsLost) -> Stepped:
    return (state if state.lost_since else replace(state, lost_since=state.now)), ()


def _down(state: State, event: Down) -> Stepped:
    settled = event.at - state.entered_at >= SETTLE_S
    return replace(state, touched_at=event.at, pressed=event.act if settled else None), ()


def _up(state: State, event: Up) -> Stepped:
    pressed, state = state.pressed, replace(state, touched_at=event.at, pressed=None)
    if pressed is None or pressed != event.act:
        return state, ()
    return _CARRY_OUT[type(pressed)](state, pressed, event.at)


def _go_to(state: State, act: GoTo, at: float) -> Stepped:
    return _entered(state, act, at), ()


def _speak_to(state: State, act: SpeakTo, at: float) -> Stepped:
    return replace(state, language=act.language, entered_at=at), ()


def _entered(state: State, where: GoTo, at: float) -> State:
    return replace(state, scene=where.scene, page=where.page, pressed=None, entered_at=at)


_STEPS: dict[type[Input], Callable[[State, Any], Stepped]] = {
    Passed: _passed,
    NewsCame: _news_came,
    NewsLost: _news_lost,
    Down: _down,
    Up: _up,
}
_CARRY_OUT: dict[type[Act], Callable[[State, Any, float], Stepped]] = {
    GoTo: _go_to,
    SpeakTo: _speak_to,
}
