"""The page with the keyboard, on every screen and in every size of text: nobody is held there, whatever went wrong."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from kiosk.acts import SayAgain
from kiosk.filing import typing_scene
from kiosk.filing.acts import Back, Forward, Key, OpenKeys, PickEvent, PickGuide, Stop
from kiosk.filing.saying import spoken
from kiosk.keyboard.layout import TONES
from kiosk.keyboard.state import CODE, DATE, DELETE, LETTERS, MORE, NUMBER, PHONE, Keyboard, opened, pressed
from kiosk.look import TEXT_SIZES, Frame, Style
from kiosk.widgets import Box, Label, Scene, Target
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import SCREENS, Resident

LONG = "Họ, chữ đệm và tên của người được trợ cấp, viết đúng như trên thẻ căn cước hoặc giấy khai sinh"
WRONG = "Số định danh có 12 chữ số. Xin xem lại trên thẻ căn cước, hoặc nhờ cán bộ xem giúp."
KEY_MM = 16.0
KEYBOARDS = [opened("", kind) for kind in (LETTERS, NUMBER, DATE, PHONE, CODE)]
KEYBOARDS += [opened("Giàng", method=method) for method in ("telex", "vni")]
KEYBOARDS += [pressed(keyboard, MORE) for keyboard in KEYBOARDS if keyboard.kind in {LETTERS, CODE}]


def page(frame: Frame, keyboard: Keyboard, label: str = LONG, wrong: str = "") -> Scene:
    asked = typing_scene.Asked(label, "Viết có dấu", wrong, False, "Tiếp", Forward())
    return typing_scene.scene(support.setting(support.begun(), frame), keyboard, asked)


@pytest.mark.parametrize("size", TEXT_SIZES)
@pytest.mark.parametrize("name", sorted(SCREENS))
def test_there_is_a_way_out_and_every_key_is_large(name: str, size: float) -> None:
    frame = replace(SCREENS[name], text=size)
    for keyboard in KEYBOARDS:
        for wrong in ("", WRONG):
            targets = [w for w in page(frame, keyboard, wrong=wrong) if isinstance(w, Target)]
            acts = [target.act for target in targets]
            assert {Back(), Forward(), Stop()} <= set(acts), (keyboard.kind, wrong)
            assert SayAgain() in acts or OpenKeys(False) in acts
            for target in targets:
                if not isinstance(target.act, OpenKeys):
                    least = min(target.box.width, target.box.height) / frame.px_per_mm
                    assert least >= KEY_MM - 0.2, (target.act, least)
            keys = [target for target in targets if not isinstance(target.act, OpenKeys)]
            assert [(a.act, b.act) for a in keys for b in keys if a is not b and _meet(a.box, b.box)] == []
            assert all(t.box.x >= 0 and t.box.right <= frame.width and t.box.bottom <= frame.height for t in targets)


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_what_is_asked_typed_and_wrong_stands_clear_of_the_keys(name: str) -> None:
    for wrong in ("", WRONG):
        scene = page(SCREENS[name], opened("Giàng Seo"), wrong=wrong)
        keys = [w.box for w in scene if isinstance(w, Target) and not isinstance(w.act, OpenKeys)]
        words = [
            w for w in scene if isinstance(w, Label) and (w.text in LONG or w.text in WRONG or w.text == "Giàng Seo")
        ]
        lines = [word.box for word in words if len(word.text) > 2]
        assert lines and not any(_meet(line, key) for line in lines for key in keys)
        assert not any(_meet(one, other) for one, other in pairwise(sorted(lines, key=lambda box: box.y)))


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_while_something_is_wrong_one_still_sees_what_is_asked(name: str) -> None:
    asked = "Họ và tên?"
    scene = page(SCREENS[name], opened(""), asked, WRONG)
    assert asked in [w.text for w in scene if isinstance(w, Label)]


def test_the_word_on_the_key_is_whole() -> None:
    for name, frame in SCREENS.items():
        assert "Dừng" in [w.text for w in page(frame, opened("")) if isinstance(w, Label)], name


def test_a_long_text_shows_its_end() -> None:
    """The caret stands after what was typed last, and nothing runs over the field."""
    for name, frame in SCREENS.items():
        text = "Giàng Seò Phử " * 30 + "cuối"
        scene = page(frame, opened(text))
        shown = [w for w in scene if isinstance(w, Label) and w.text.endswith("cuối")]
        assert len(shown) == 1, name
        assert shown[0].box.right <= frame.width
        assert Key("a") in [w.act for w in scene if isinstance(w, Target)]


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_a_text_of_any_length_costs_little_at_every_key(name: str) -> None:
    """What is measured for a page does not grow with the text."""
    measured: list[str] = []

    def costs(text: str) -> int:
        setting = support.setting(support.begun(), SCREENS[name])

        def measure(part: str, style: Style) -> int:
            measured.append(part)
            return setting.measure(part, style)

        asked = typing_scene.Asked(LONG, "", "", False, "Tiếp", Forward())
        measured.clear()
        typing_scene.scene(replace(setting, measure=measure), opened(text, limit=len(text)), asked)
        return sum(map(len, measured))

    words = "Giàng Seò Phử "
    assert costs(words * 700) < 5 * costs(words * 20)


def test_a_full_field_says_so_and_keeps_what_it_has() -> None:
    resident = Resident(support.begun())
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"), Forward())
    while resident.here.where.path[-1:] != ("noi_o",):
        resident.goes_on()
    assert resident.here.keyboard is not None
    resident.filing = replace(resident.here, keyboard=replace(resident.here.keyboard, limit=6))
    for letter in "tam bac":
        resident.happens(Key(letter))
    here = resident.here
    assert here.keyboard is not None and here.keyboard.text == "Tam ba"
    assert here.trouble is not None and here.trouble.problem is not None
    said = spoken(here, support.kit().words["vi"])
    assert said == support.kit().words["vi"]("guide.problem.too_long", limit="6")
    resident.happens(Key(TONES[0]))
    assert resident.here.keyboard is not None
    assert (resident.here.keyboard.text, resident.here.trouble) == ("Tam bá", None), "a tone takes no room"
    resident.happens(Key(DELETE))
    assert resident.here.trouble is None


def _meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
