"""Every page of a visit on four screens, in both languages and three sizes of text: all of it is there, nothing
overlaps or leaves the screen, and everything that is touched is large enough and within reach."""

from dataclasses import replace
from itertools import combinations, product

import pytest

from controller.clips import SAID
from controller.core.clips import clips_of
from controller.core.errors import StationError
from controller.core.words import Words
from controller.runtime.catalogues import load_words
from kiosk.acts import Act, GoTo, Leave, NextTextSize, SayAgain, Stay, SwitchContrast
from kiosk.look import Frame
from kiosk.state import State
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


# an official's own words may be longer than a panel of seven inches holds on one page
MAY_BE_CUT = {name for name in VISIT if name.startswith(("session", "training", "reading"))}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("name", VISIT)
def test_a_page_fits_in_every_language_and_size(name: str, frame: Frame) -> None:
    for language, size in product(("vi", "en"), range(3)):
        scene = compose(replace(VISIT[name], language=language, text_size=size), frame)
        assert _faults(scene, frame) == {}, (language, size)
        cut = [w.text for w in scene if isinstance(w, Label) and ELLIPSIS in w.text]
        assert name in MAY_BE_CUT or cut == [], (language, size)


def _faults(scene: Scene, frame: Frame) -> dict[str, list[object]]:
    """What is wrong with a page, by kind."""
    whole, fonts = Box(0, 0, frame.width, frame.height), cases.fonts()
    labels, boxes = [w for w in scene if isinstance(w, Label)], [w.box for w in targets(scene)]
    least = TOUCH_MM * frame.px_per_mm
    found: dict[str, list[object]] = {
        "leaves the screen": [w for w in scene if not w.box.within(whole)],
        "is nothing": [w for w in scene if w.box.width <= 0 or w.box.height <= 0],
        "lies on another": [(a.text, b.text) for a, b in combinations(labels, 2) if _overlap(_letters(a), _letters(b))],
        "is wider than its box": [w.text for w in labels if fonts.width(w.text, w.style) > w.box.width],
        "is too small to read": [w.text for w in labels if w.style.cap < LETTER_MM * frame.px_per_mm],
        "are touched at once": [pair for pair in combinations(boxes, 2) if _overlap(*pair)],
        "is too small to touch": [box for box in boxes if min(box.width, box.height) < least],
        "is out of reach": [box for box in boxes if box.y < frame.reach],
        "lies across a key's edge": [
            w.text for w in labels for box in boxes if _overlap(_capitals(w), box) and not _capitals(w).within(box)
        ],
    }
    return {kind: things for kind, things in found.items() if things}


def _capitals(label: Label) -> Box:
    top = label.box.y + label.style.baseline - label.style.cap
    return Box(label.box.x, top, label.box.width, label.style.cap)


def _letters(label: Label) -> Box:
    """Where the letters are: from a capital with one mark to a tail."""
    top = label.box.y + label.style.baseline - round(label.style.cap * 1.3)
    return Box(label.box.x, top, label.box.width, label.box.y + label.style.line - top)


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("name", sorted(VISIT.keys() - {"still-there"}))
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


@pytest.mark.parametrize("name", sorted(VISIT.keys() - {"reading", "reading-long", "reading-sound"}))
def test_what_a_page_says_lies_ready_to_be_heard(name: str) -> None:
    words = load_words("vi")
    ready = clips_of(
        (text for key in sorted(words.keys()) if key.startswith(SAID) for text in _whole(words, key)), "vi"
    )
    said = clips_of([cases.stage(SMALL).said(VISIT[name]) or ""], "vi")
    answer = VISIT[name].enquiry.answer
    of_the_desk = clips_of(answer.lines, "vi") if answer else frozenset()  # names of papers lie ready with their guide
    assert said - of_the_desk <= ready
    assert said or name in {"session", "session-any"}  # there the words are an official's


def _whole(words: Words, key: str) -> list[str]:
    """The text of a key, if it has no blanks."""
    try:
        return [words(key)]
    except StationError:
        return []


def test_an_announcement_is_heard_in_the_very_words_that_are_prepared() -> None:
    heard = cases.stage(SMALL).said(VISIT["reading"]) or ""
    assert clips_of([heard], "vi") == clips_of(["Nhắc hạn nộp thuế đất", "Hạn nộp thuế đất: hết ngày 30/11."], "vi")
