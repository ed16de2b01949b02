"""What happens at the kiosk: `step(state, input, visiting) -> (state, effects)`. Pure; no pixels, no words.

| input      | what becomes of it                                                                  |
|------------|-------------------------------------------------------------------------------------|
| Passed     | the minute moves on and news is read; nobody touches for long: a warning, then the visit is over |
|            | a key that is held repeats                                                          |
| NewsCame   | the bulletin is replaced                                                            |
| NewsLost   | the last bulletin stays, and the screen says since when                             |
| Down, Up   | an act is pressed; released on the same act, it is carried out                      |
| Stirred    | somebody is there, though nothing was touched                                       |
| Answer     | what was asked of the station has been noted, or found                              |
| Happening  | is the filing's, or a receipt before the reader                                     |

An alert covers every scene without ending it: `scene_of` says what is shown. Another scene is a name
in `kiosk.scenes`; another act is a class in `kiosk.acts` and a line in `_CARRY_OUT`. Acts that are not known here are
the filing's (`kiosk/visiting.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk import enquiry as enquiries
from kiosk.acts import (
    Act,
    CallHelp,
    Confirm,
    Earlier,
    FileService,
    GoTo,
    Leave,
    Listen,
    NextTextSize,
    Press,
    SayAgain,
    SignUp,
    SpeakTo,
    Stay,
    SwitchContrast,
)  # fmt: skip
from kiosk.asking import HELP as HELP_CALL
from kiosk.asking import SEAT, Ask, Asked, FileAnswer, NotAsked
from kiosk.enquiry import Enquiry
from kiosk.happenings import CardRead, Happening, Say
from kiosk.look import TEXT_SIZES
from kiosk.moments import Passed
from kiosk.state import (
    ALERT,
    DOORS,
    FILING,
    LANGUAGE,
    STATUS,
    STILL_THERE,
    WAITING,
    Down,
    Effect,
    Input,
    NewsCame,
    NewsLost,
    ReadNews,
    Repeat,
    Request,
    State,
    Stirred,
    Up,
    VisitBegan,
    scene_of,
)  # fmt: skip
from kiosk.visiting import Visiting

WARN_S = 20.0  # WCAG 2.2.1
ALERT_PATIENCE_S = 600.0  # whoever runs for it does not come back to a page
HELD_S = 0.6  # a key that is held so long repeats
SETTLE_S = 0.3  # the second tap of a double tap must not press what has just come under the finger
JUST_NOW = math.inf  # when a page was entered that no touch has turned, until time passes
NOTED_S = 6.0  # the controller takes a request over much sooner
Stepped = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Input, visiting: Visiting) -> Stepped:
    """Once a visit is over nothing happens any more."""
    return (state, ()) if state.over else _STEPS.get(type(event), _happened)(state, event, visiting)


def _passed(state: State, event: Passed, visiting: Visiting) -> Stepped:
    minute = event.now.replace(second=0, microsecond=0)
    effects: tuple[Effect, ...] = ()
    if minute != state.now:
        state, effects = replace(state, now=minute), (ReadNews(),)
    if state.entered_at == JUST_NOW:
        state = replace(state, entered_at=event.at)
    request = state.request
    if request and not request.late and event.at - request.at >= NOTED_S:
        state = replace(state, request=replace(request, late=True))
    if not state.visited:
        return state, effects
    alarmed = scene_of(state) == ALERT
    left = (ALERT_PATIENCE_S if alarmed else state.patience_s) - (event.at - state.touched_at)
    if left <= 0:
        return _ended(state), effects
    warned = math.ceil(left) if left <= WARN_S and not alarmed else 0
    state = state if warned == state.left_s else replace(state, left_s=warned)
    if state.visit is None:
        return state, effects
    state, wishes = _filed_on(state, event, event.at, visiting)
    held = state.pressed
    if held is not None and held.repeats and event.at - state.touched_at >= HELD_S:
        state, more = _filed_on(state, held, event.at, visiting)
        wishes = (*wishes, *more)
    return state, (*effects, *wishes)


def _news_came(state: State, event: NewsCame, _: Visiting) -> Stepped:
    return replace(state, bulletin=event.bulletin, lost_since=None), ()


def _news_lost(state: State, _event: NewsLost, _: Visiting) -> Stepped:
    return (state if state.lost_since else replace(state, lost_since=state.now)), ()


def _down(state: State, event: Down, _: Visiting) -> Stepped:
    if scene_of(state) == STILL_THERE:  # a touch anywhere is an answer
        return replace(state, touched_at=event.at, entered_at=event.at, left_s=0, pressed=None), ()
    settled = event.at - state.entered_at >= SETTLE_S
    return replace(state, touched_at=event.at, pressed=event.act if settled else None), ()


def _stirred(state: State, event: Stirred, _: Visiting) -> Stepped:
    return (replace(state, touched_at=event.at, left_s=0) if state.visited else state), ()


def _up(state: State, event: Up, visiting: Visiting) -> Stepped:
    pressed, state = state.pressed, replace(state, touched_at=event.at, pressed=None)
    if pressed is None or pressed != event.act:
        return state, ()
    carry_out = _CARRY_OUT.get(type(pressed))
    if carry_out is None:
        return _filed_on(state, pressed, event.at, visiting)
    return carry_out(state, pressed, event.at, visiting)


def _answered(state: State, event: Asked | NotAsked, _: Visiting) -> Stepped:
    request = state.request
    if request is None or request.ident or request.kind != event.kind:
        return state, ()
    if isinstance(event, NotAsked):
        return replace(state, request=replace(request, failed=True)), ()
    return replace(state, request=replace(request, ident=event.ident)), ()


def _found(state: State, event: FileAnswer, _: Visiting) -> Stepped:
    return replace(state, enquiry=enquiries.answered(state.enquiry, event), entered_at=JUST_NOW), ()


def _happened(state: State, event: Happening, visiting: Visiting) -> Stepped:
    if state.scene == STATUS:
        return _scanned(state, event) if isinstance(event, CardRead) else (state, ())
    return _filed_on(state, event, None, visiting)


def _scanned(state: State, event: CardRead) -> Stepped:
    enquiry, wish = enquiries.scanned(state.enquiry, event.text)
    return replace(state, enquiry=enquiry), (wish,) if wish else ()


def _filed_on(state: State, event: Act | Happening | Passed, at: float | None, visiting: Visiting) -> Stepped:
    """What the filing makes of it. A page that has changed is not pressed by a tap that was meant for the one before:
    the receipt that comes while somebody taps again is not passed over."""
    if state.visit is None:
        return state, ()
    visit, wishes = visiting.step(state.visit, event)
    if visit is None:
        state = replace(state, visit=None)
        state = _entered(state, GoTo(DOORS), JUST_NOW if at is None else at)
    elif visit != state.visit:
        turned = visiting.page(visit) != visiting.page(state.visit)
        entered_at = JUST_NOW if at is None else at
        state = replace(state, visit=visit, entered_at=entered_at if turned else state.entered_at)
    return state, wishes


def _go_to(state: State, act: GoTo, at: float, _: Visiting) -> Stepped:
    begins = not state.visited and act.scene != WAITING
    return _entered(state, act, at), (VisitBegan(),) if begins else ()


def _file(state: State, _: FileService, at: float, visiting: Visiting) -> Stepped:
    state = _entered(state, GoTo(FILING), at)
    if state.visit is None:
        state = replace(state, visit=visiting.begun(state.language, Passed(state.now, at)))
    return state, (Say(visiting.spoken(state.visit), state.language),)


def _speak_to(state: State, act: SpeakTo, at: float, visiting: Visiting) -> Stepped:
    state = replace(state, language=act.language, entered_at=at)
    if state.scene == LANGUAGE:
        state = _entered(state, GoTo(DOORS), at)
    return _filed_on(state, act, at, visiting)


def _text_size(state: State, _act: Act, at: float, _: Visiting) -> Stepped:
    return replace(state, text_size=(state.text_size + 1) % len(TEXT_SIZES), entered_at=at), ()


def _contrast(state: State, _act: Act, at: float, _: Visiting) -> Stepped:
    return replace(state, contrast=not state.contrast, entered_at=at), ()


def _say_again(state: State, _act: Act, _at: float, _: Visiting) -> Stepped:
    return state, (Repeat(),)


def _listen(state: State, act: Listen, _at: float, _: Visiting) -> Stepped:
    return state, (Say(act.text, state.language),)


def _stay(state: State, _act: Act, at: float, _: Visiting) -> Stepped:
    return replace(state, left_s=0, entered_at=at), ()


def _leave(state: State, _act: Act, _at: float, _: Visiting) -> Stepped:
    return _ended(state), ()


def _sign_up(state: State, act: SignUp, at: float, _: Visiting) -> Stepped:
    return _asked(state, Ask(SEAT, act.session), at)


def _call_help(state: State, _act: Act, at: float, _: Visiting) -> Stepped:
    return _asked(state, Ask(HELP_CALL), at)


def _asked(state: State, ask: Ask, at: float) -> Stepped:
    """Once: a second tap while it is on its way asks for nothing more."""
    old = state.request
    if old and (old.kind, old.about) == (ask.kind, ask.about) and not old.failed:
        return state, ()
    return replace(state, request=Request(ask.kind, ask.about, at), entered_at=at), (ask,)


def _press(state: State, act: Press, _at: float, _: Visiting) -> Stepped:
    return replace(state, enquiry=enquiries.pressed(state.enquiry, act.key)), ()


def _confirm(state: State, _act: Act, at: float, _: Visiting) -> Stepped:
    enquiry, wish = enquiries.confirmed(state.enquiry, state.now.date())
    return replace(state, enquiry=enquiry, entered_at=at), (wish,) if wish else ()


def _earlier(state: State, _act: Act, at: float, _: Visiting) -> Stepped:
    earlier = enquiries.earlier(state.enquiry)
    if earlier is None:
        return _entered(state, GoTo(DOORS), at), ()
    return replace(_entered(state, GoTo(STATUS), at), enquiry=earlier), ()


def _ended(state: State) -> State:
    """Nothing of the visit is left in what the process goes on with, which is not long."""
    return State(
        now=state.now, home_language=state.home_language, language=state.home_language, bulletin=state.bulletin,
        lost_since=state.lost_since, over=True,
    )  # fmt: skip


def _entered(state: State, where: GoTo, at: float) -> State:
    if where.scene != STATUS:
        state = replace(state, enquiry=Enquiry())
    return replace(state, scene=where.scene, page=where.page, about=where.about, pressed=None, entered_at=at)


_STEPS: dict[type[Input], Callable[[State, Any, Visiting], Stepped]] = {
    Passed: _passed,
    NewsCame: _news_came,
    NewsLost: _news_lost,
    Down: _down,
    Up: _up,
    Stirred: _stirred,
    Asked: _answered,
    NotAsked: _answered,
    FileAnswer: _found,
}
_CARRY_OUT: dict[type[Act], Callable[[State, Any, float, Visiting], Stepped]] = {
    GoTo: _go_to,
    SpeakTo: _speak_to,
    FileService: _file,
    NextTextSize: _text_size,
    SwitchContrast: _contrast,
    SayAgain: _say_again,
    Listen: _listen,
    Stay: _stay,
    Leave: _leave,
    SignUp: _sign_up,
    CallHelp: _call_help,
    Press: _press,
    Confirm: _confirm,
    Earlier: _earlier,
}
