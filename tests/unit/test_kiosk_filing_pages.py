"""Every page of filing on every screen and in every size of text: nothing leaves the screen, nothing meets, what is
touched is large; and what is said of each page lies ready, with nothing that was typed in it."""

from dataclasses import replace

import pytest

from controller.clips import SAID, said_of
from controller.core.clips import clips_of
from controller.guides.model import NOTE, Guide
from kiosk.filing.acts import OpenKeys, PickEvent, PickGuide
from kiosk.filing.saying import spoken
from kiosk.filing.state import At
from kiosk.look import TEXT_SIZES, TOUCH_MM
from kiosk.widgets import Box, Label, Scene, Target
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import SCREENS, Resident
from tests.support.kiosk_filing_pages import pages

LARGE_ENOUGH_MM = TOUCH_MM - 0.1  # a pixel or two are lost in rounding


def capitals(label: Label) -> Box:
    """The area of a label's capitals: line boxes may overlap, since they keep room for stacked accents."""
    top = label.box.y + label.style.baseline - label.style.cap
    return Box(label.box.x, top, label.box.width, label.style.cap)


def meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def faults(scene: Scene, whole: Box, px_per_mm: float) -> list[str]:
    targets = [w for w in scene if isinstance(w, Target)]
    touched = [w for w in targets if not isinstance(w.act, OpenKeys)]  # behind the keyboard's question lie other keys
    labels = [w for w in scene if isinstance(w, Label)]
    found = [f"outside: {w}" for w in scene if not w.box.within(whole) or w.box.width <= 0 or w.box.height <= 0]
    found += [f"small: {w}" for w in targets if min(w.box.width, w.box.height) / px_per_mm < LARGE_ENOUGH_MM]
    found += [f"meet: {a} {b}" for n, a in enumerate(touched) for b in touched[n + 1 :] if meet(a.box, b.box)]
    found += [
        f"over: {a.text!r} {b.text!r}"
        for n, a in enumerate(labels)
        for b in labels[n + 1 :]
        if meet(capitals(a), capitals(b))
    ]
    found += [
        f"cut: {label.text!r} by {target.act}" for label in labels for target in touched
        if meet(capitals(label), target.box) and not capitals(label).within(target.box)
    ]  # fmt: skip
    return found


@pytest.mark.parametrize("text", TEXT_SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_everything_has_its_place(screen: str, text: float) -> None:
    frame = replace(SCREENS[screen], text=text)
    whole = Box(0, 0, frame.width, frame.height)
    wrong = {name: faults(support.composed(filing, frame), whole, frame.px_per_mm) for name, filing in pages().items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_both_languages_have_their_place() -> None:
    frame = SCREENS["10in"]
    whole = Box(0, 0, frame.width, frame.height)
    for name, filing in pages().items():
        scene = support.composed(replace(filing, language="en"), frame)
        assert faults(scene, whole, frame.px_per_mm) == [], name


def test_there_is_a_picture_of_every_page() -> None:
    assert {filing.where.at for filing in pages().values()} == set(At)


# --- the voice


def ready() -> set[str]:
    """All that lies ready as sound: the kiosk's own words without blanks, and the guides'."""
    words = support.kit().words["vi"]
    texts = []
    for key in words.keys():  # noqa: SIM118 - Words is no mapping
        if key.startswith(SAID):
            try:
                texts.append(words(key))
            except Exception:  # noqa: S112 - has blanks to fill in, so is not said
                continue
    for guide in support.GUIDES:
        texts += said_of(guide)
    return {clip.text for clip in clips_of(texts, "vi")}


def test_what_is_said_of_each_page_lies_ready() -> None:
    words, known = support.kit().words["vi"], ready()
    for name, filing in pages().items():
        lines = spoken(filing, words).splitlines()
        assert lines, name
        unknown = [line for line in lines if line not in known]
        assert unknown == [] or (filing.where.at is At.HANDOVER and len(unknown) == 1), (name, unknown)


@pytest.mark.parametrize("guide", support.shipped(), ids=lambda guide: guide.id)
def test_what_is_said_of_each_guide_lies_ready(guide: Guide) -> None:
    """But for notes that reckon with answers: those are read."""
    known = ready() | {clip.text for clip in clips_of(said_of(guide), "vi")}
    words, unknown = support.kit().words["vi"], set()
    resident = Resident(support.begun((guide,)))
    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    while resident.here.where.at is not At.RECEIPT:
        page = resident.here.asked
        if page is None or page.question.kind != NOTE:
            unknown |= {line for line in spoken(resident.here, words).splitlines() if line not in known}
        resident.goes_on()
    assert unknown == set()


def test_what_went_wrong_is_said_alone() -> None:
    words = support.kit().words["vi"]
    assert spoken(pages()["card_bad"], words) == "Chưa đọc được thẻ. Xin đặt lại thẻ."
    assert spoken(pages()["required"], words) == words("guide.problem.required")


def test_nothing_that_was_typed_is_said() -> None:
    words = support.kit().words["vi"]
    for filing in pages().values():
        text = spoken(filing, words)
        assert "Nguyễn Văn" not in text
        assert "012058678901" not in text
