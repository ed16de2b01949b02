"""Every page of a visit on four screens, in both languages and three sizes of text: all of it is there, nothing
overlaps or leaves the screen, and everything that is touched is large enough and within reach."""

from dataclasses import replace
from itertools import combinations

import pytest

from kiosk.acts import Act, GoTo, Leave, NextTextSize, SayAgain, Stay, SwitchContrast
from kiosk.flow import State
from kiosk.look import Frame
from kiosk.typeset import ELLIPSIS
from kiosk.widgets import Box, Label, Scene, Target
from tests.support import kiosk_cases as cases
from tests.support.kiosk_cases import LARGE, SEVEN, SMALL, UPRIGHT, VISIT

FRAMES = {"7": SEVEN, "10.1": SMALL, "15.6": LARGE, "22 upright": UPRIGHT}
TOUCH_MM, LETTER_MM = 16.0, 4.8
TOOLS = {SayAgain(), NextTextSize(), SwitchContrast()}


def compose(value: State, frame: Frame) -> Scene:
    return cases.stage(frame).compose(value)


def targets(scene: Scene) -> list[Target]:
    return [w for w in scene if isinstance(w, Target)]


def acts(scene: Scene) -> list[Act]:
    return [w.act for w in targets(scene)]


@pytest.mark.parametrize("size", [0, 1, 2])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("name", VISIT)
def test_a_page_fits(name: str, frame: Frame, language: str, size: int) -> None:
    scene = compose(replace(VISIT[name], language=language, text_size=size), frame)
    whole = Box(0, 0, frame.width, frame.height)
    assert [w for w in scene if not w.box.within(whole)] == []
    assert [w for w in scene if w.box.width <= 0 or w.box.height <= 0] == []
    labels = [w for w in scene if isinstance(w, Label)]
    assert [(a.text, b.text) for a, b in combinations(labels, 2) if _overlap(_letters(a), _letters(b))] == []
    fonts = cases.fonts()
    assert [w.text for w in labels if fonts.width(w.text, w.style) > w.box.width] == []
    assert min(w.style.cap for w in labels) >= LETTER_MM * frame.px_per_mm
    boxes = [w.box for w in targets(scene)]
    assert [pair for pair in combinations(boxes, 2) if _overlap(*pair)] == []
    assert [box for box in boxes if min(box.width, box.height) < TOUCH_MM * frame.px_per_mm] == []
    assert [box for box in boxes if box.y < frame.reach] == []
    assert all(
        _letters(w).bottom <= box.y or box.within(w.box) or not _overlap(_letters(w), box) or _letters(w).within(box)
        for w in labels
        for box in boxes
    )


CUT = {
    "session",
    "session-full",
    "session-any",
    "session-asking",
    "session-seated",
    "session-beaten",
    "session-late",
    "session-failed",
    "training",
}  # an official's own words may be longer than a panel of seven inches


@pytest.mark.parametrize("size", [0, 1, 2])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("name", VISIT.keys() - CUT)
def test_no_words_of_our_own_are_cut_short(name: str, frame: Frame, language: str, size: int) -> None:
    scene = compose(replace(VISIT[name], language=language, text_size=size), frame)
    assert [w.text for w in scene if isinstance(w, Label) and ELLIPSIS in w.text] == []


def _letters(label: Label) -> Box:
    """Where the letters are: from a capital with one mark to a tail."""
    top = label.box.y + label.style.baseline - round(label.style.cap * 1.3)
    return Box(label.box.x, top, label.box.width, label.box.y + label.style.line - top)


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("name", VISIT.keys() - {"still-there"})
def test_every_page_can_be_heard_again_enlarged_and_left(name: str, frame: Frame) -> None:
    scene = compose(VISIT[name], frame)
    assert set(acts(scene)) >= TOOLS
    back = targets(scene)[[w.act for w in targets(scene)].index(SayAgain()) - 1]
    assert back.box.x == min(w.box.x for w in targets(scene) if w.box.y == back.box.y)


def test_whoever_is_asked_may_stay_or_leave() -> None:
    assert set(acts(compose(VISIT["still-there"], SMALL))) == {Stay(), Leave()}


def test_a_touch_of_a_door_opens_it() -> None:
    assert [type(act).__name__ for act in acts(compose(VISIT["doors"], SMALL))][-6:] == [
        "FileService", "GoTo", "GoTo", "GoTo", "GoTo", "GoTo",
    ]  # fmt: skip
    assert GoTo("status") in acts(compose(VISIT["doors"], SMALL))
