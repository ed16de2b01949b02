"""The flow, as a table of what happens and what becomes of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.acts import GoTo, SpeakTo
from kiosk.flow import (
    ALERT,
    IDLE_S,
    PROGRAMME,
    SETTLE_S,
    WAITING,
    Down,
    Input,
    NewsCame,
    NewsLost,
    Passed,
    ReadNews,
    State,
    Up,
    scene_of,
    step,
)  # fmt: skip
from tests.support.kiosk_cases import EMERGENCY, NOW, ON_AIR, ORDINARY, state

OPEN, BACK, ENGLISH = GoTo(PROGRAMME), GoTo(WAITING), SpeakTo("en")
LATER = 100.0


def after(begin: State, *inputs: Input) -> State:
    for event in inputs:
        begin, _ = step(begin, event)
    return begin


@pytest.mark.parametrize(
    ("begin", "event", "changes", "effects"),
    [
        pytest.param(state(ORDINARY), Passed(NOW.replace(second=59), LATER), {}, (), id="within the minute"),
        pytest.param(
            state(ORDINARY), Passed(NOW + timedelta(seconds=61), LATER),
            {"now": NOW + timedelta(minutes=1)}, (ReadNews(),), id="the next minute",
        ),
        pytest.param(
            state(None, lost_since=NOW), NewsCame(ON_AIR), {"bulletin": ON_AIR, "lost_since": None}, (), id="news",
        ),
        pytest.param(state(ORDINARY), NewsLost(), {"lost_since": NOW}, (), id="news lost: the last stays"),
        pytest.param(
            state(ORDINARY, lost_since=NOW - timedelta(hours=1)), NewsLost(), {}, (), id="still lost, since then",
        ),
        pytest.param(state(ORDINARY), Down(OPEN, LATER), {"pressed": OPEN, "touched_at": LATER}, (), id="pressed"),
        pytest.param(state(ORDINARY), Down(None, LATER), {"touched_at": LATER}, (), id="touched beside"),
        pytest.param(
            state(ORDINARY, pressed=OPEN), Up(OPEN, LATER),
            {"scene": PROGRAMME, "touched_at": LATER, "entered_at": LATER, "pressed": None}, (), id="opened",
        ),
        pytest.param(
            state(ORDINARY, pressed=OPEN), Up(None, LATER), {"touched_at": LATER, "pressed": None}, (), id="slid off",
        ),
        pytest.param(
            state(ORDINARY, pressed=OPEN), Up(ENGLISH, LATER), {"touched_at": LATER, "pressed": None}, (),
            id="slid onto another",
        ),
        pytest.param(state(ORDINARY), Up(OPEN, LATER), {"touched_at": LATER}, (), id="slid on from outside"),
        pytest.param(
            state(ORDINARY, pressed=ENGLISH), Up(ENGLISH, LATER),
            {"language": "en", "touched_at": LATER, "entered_at": LATER, "pressed": None}, (), id="English",
        ),
        pytest.param(
            state(ORDINARY, scene=PROGRAMME, page=2, language="en", touched_at=LATER),
            Passed(NOW, LATER + IDLE_S - 0.1), {}, (), id="still here",
        ),
        pytest.param(
            state(ORDINARY, scene=PROGRAMME, page=2, language="en", touched_at=LATER), Passed(NOW, LATER + IDLE_S),
            {"scene": WAITING, "page": 0, "language": "vi", "entered_at": LATER + IDLE_S}, (), id="gone away",
        ),
        pytest.param(
            state(ORDINARY, language="en", touched_at=LATER), Passed(NOW, LATER + IDLE_S),
            {"language": "vi", "entered_at": LATER + IDLE_S}, (), id="gone away, in English",
        ),
    ],
)  # fmt: skip
def test_step(begin: State, event: Input, changes: dict[str, object], effects: tuple[object, ...]) -> None:
    assert step(begin, event) == (replace(begin, **changes), effects)  # type: ignore[arg-type]  # fields by name


def test_a_double_tap_does_not_press_what_comes_under_the_finger() -> None:
    opened = after(state(ORDINARY), Down(OPEN, LATER), Up(OPEN, LATER + 0.1))
    forward = GoTo(PROGRAMME, 1)
    quick, calm = LATER + 0.1 + SETTLE_S / 2, LATER + 0.11 + SETTLE_S
    assert after(opened, Down(forward, quick), Up(forward, quick + 0.1)).page == 0
    assert after(opened, Down(forward, calm), Up(forward, calm + 0.1)).page == 1


def test_the_same_touch_told_twice_is_carried_out_once() -> None:
    ended = after(
        state(ORDINARY),
        Down(OPEN, LATER),
        Down(OPEN, LATER),
        Up(OPEN, LATER + 0.1),
        Up(GoTo(PROGRAMME, 1), LATER + 0.1),
    )
    assert (ended.scene, ended.page) == (PROGRAMME, 0)


def test_an_alert_covers_the_scene_without_ending_it() -> None:
    reading = state(ORDINARY, scene=PROGRAMME, page=1)
    alarmed = after(reading, NewsCame(EMERGENCY))
    assert scene_of(alarmed) == ALERT
    calm = after(alarmed, NewsCame(ORDINARY))
    assert (scene_of(calm), calm.page) == (PROGRAMME, 1)


def test_equal_news_is_no_change() -> None:
    begin = state(ORDINARY)
    assert after(begin, NewsCame(replace(ORDINARY))) == begin
