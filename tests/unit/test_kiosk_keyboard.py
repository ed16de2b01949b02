"""The on-screen keyboard: what presses make of a text, and keys that a thumb can hit on every screen."""

import math
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core import filing_codes
from kiosk.keyboard import layout, state
from kiosk.keyboard.layout import KEY_MM, KeyBox, bottom_keys, bottom_row, is_compact, keys_of, rows_of
from kiosk.keyboard.state import (
    CODE,
    DATE,
    DECIMAL,
    DELETE,
    LETTERS,
    METHOD,
    METHODS,
    MORE,
    NUMBER,
    PADS,
    PHONE,
    SHIFT,
    SIGNS,
    SPACE,
    UNDO,
    Keyboard,
    opened,
    pressed,
)  # fmt: skip
from kiosk.widgets import Box

SCREENS_MM = ((150.0, 88.0), (217.0, 136.0), (344.0, 194.0), (268.0, 476.0), (476.0, 268.0))
ALPHABET = set("aăâbcdđeêghiklmnoôơpqrstuưvxy")


def after(keys: list[str] | str, keyboard: Keyboard) -> Keyboard:
    for key in keys:
        keyboard = pressed(keyboard, key)
    return keyboard


def test_a_name_with_tone_keys() -> None:
    keyboard = after("hoang\u0300 van\u0306 an", opened("", names=True))
    assert keyboard.text == "Hoàng Văn An"
    assert after("hmông a pao\u0301", opened("", names=True)).text == "Hmông A Páo"
    assert after("h'mông", opened("", names=True)).text == "H'Mông"


def test_telex_and_vni_by_the_method_key() -> None:
    keyboard = pressed(opened("", names=True), METHOD)
    assert keyboard.method == "telex"
    keyboard = after("nguyeenx ", keyboard)
    keyboard = after("van8", pressed(keyboard, METHOD))
    assert (keyboard.text, keyboard.method) == ("Nguyễn Văn", "vni")
    assert pressed(keyboard, METHOD).method == METHODS[0]


def test_capitals_come_by_themselves_and_by_the_key() -> None:
    assert after("thôn na", opened("")).text == "Thôn na"
    assert after(["t", "h", SHIFT, "n", "a"], opened("")).text == "ThNa"
    assert after([SHIFT, "a", "b"], opened("")).text == "ab"
    assert after(["a", SHIFT, SHIFT, "b"], opened("")).text == "Ab"


def test_a_word_is_undone() -> None:
    keyboard = after("Seof", opened("", method="telex"))
    seen = [keyboard.text]
    for _ in range(3):
        keyboard = pressed(keyboard, UNDO)
        seen.append(keyboard.text)
    assert seen == ["Sèo", "Seof", "Seò", "Sèo"]


def test_delete_and_signs() -> None:
    keyboard = pressed(opened("Thôn 3"), MORE)
    assert keyboard.page == SIGNS
    assert after([DELETE, "4", ",", MORE], keyboard).text == "Thôn 4,"
    assert after([MORE], keyboard).page == LETTERS
    assert after([DELETE] * 9, keyboard).text == ""


@pytest.mark.parametrize(
    ("kind", "keys", "shown"),
    [
        (DATE, "24112026", "24/11/2026"),
        (DATE, "2411202677", "24/11/2026"),
        (DATE, "2a4/1", "24/1"),
        (DATE, "24" + DELETE, "2"),
        (NUMBER, "0a12,5", "0125"),
        (DECIMAL, "12,5,1", "12,51"),
        (PHONE, "+8491+2", "+84912"),
    ],
)
def test_pads_take_digits_only(kind: str, keys: str, shown: str) -> None:
    assert after(keys, opened("", kind)).text == shown


def test_a_kept_date_is_typed_on() -> None:
    assert after(DELETE + "7", opened("24/11/2026", DATE)).text == "24/11/2027"


def test_the_limit_is_kept() -> None:
    assert after("abcd", opened("", limit=3)).text == "Abc"
    assert after("1234", opened("", NUMBER, limit=3)).text == "123"
    assert len(opened("a" * 10_000).text) == state.TEXT_LIMIT


KEYS = [*"aăesfrxjdw19 -'.\u0301\u0300\u0306", SHIFT, DELETE, UNDO, METHOD, MORE, "?!", "\n"]


@given(st.lists(st.sampled_from(KEYS)), st.sampled_from([LETTERS, *sorted(PADS)]), st.booleans())
def test_any_keys_give_composed_text_within_the_limit(keys: list[str], kind: str, names: bool) -> None:
    keyboard = after(keys, opened("", kind, names, limit=12))
    assert unicodedata.is_normalized("NFC", keyboard.text)
    assert len(keyboard.typing.text) <= 12
    assert "\n" not in keyboard.text


def raw_mm(px_per_mm: float) -> Callable[[float], int]:
    return lambda mm: math.ceil(mm * px_per_mm)


def keyboards() -> list[Keyboard]:
    found = [opened("", kind) for kind in (*sorted(PADS), CODE)]
    found.append(pressed(opened("", CODE), MORE))
    for method in METHODS:
        found += [opened("", method=method), pressed(opened("", method=method), MORE)]
    return found


def shown(keyboard: Keyboard, width_mm: float, height_mm: float) -> tuple[KeyBox, ...]:
    mm = raw_mm(5.9)
    box = Box(mm(2), mm(20), mm(width_mm - 4), mm(min(height_mm, 150) - 38))
    bottom = Box(mm(35), mm(height_mm - 18), mm(width_mm - 80), mm(16))
    compact = is_compact(box.width, mm)
    return (*keys_of(keyboard, box, mm), *bottom_row(keyboard, bottom, mm, compact))


@pytest.mark.parametrize(("width_mm", "height_mm"), SCREENS_MM)
def test_keys_are_large_and_apart(width_mm: float, height_mm: float) -> None:
    for keyboard in keyboards():
        keys = shown(keyboard, width_mm, height_mm)
        smallest = min(min(each.box.width, each.box.height) for each in keys) / 5.9
        assert smallest >= KEY_MM - 0.2, (keyboard.kind, keyboard.method, keyboard.page)
        for each in keys:
            assert each.box.x >= 0 and each.box.right <= width_mm * 5.9
            meets = [o.key for o in keys if o is not each and _meet(o.box, each.box)]
            assert meets == []


def _meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("compact", [False, True])
def test_every_letter_and_tone_can_be_reached(compact: bool) -> None:
    keyboard = opened("")
    found = {key for page in (keyboard, pressed(keyboard, MORE)) for row in rows_of(page, compact) for key in row}
    found |= set(bottom_keys(keyboard, compact))
    assert found >= ALPHABET | set("fjwz0123456789'") | set(layout.TONES) | {SHIFT, DELETE, SPACE, UNDO, METHOD, MORE}
    for method in ("telex", "vni"):
        keyboard = opened("", method=method)
        found = {key for page in (keyboard, pressed(keyboard, MORE)) for row in rows_of(page, compact) for key in row}
        found |= set(bottom_keys(keyboard, compact))
        assert found >= set("abcdefghijklmnopqrstuvwxyz0123456789'") | {SHIFT, DELETE, SPACE, UNDO, METHOD, MORE}


@pytest.mark.parametrize("compact", [False, True])
def test_codes_are_typed_with_the_letters_that_codes_have(compact: bool) -> None:
    keyboard = opened("", CODE)
    pages = (keyboard, pressed(keyboard, MORE))
    found = [key for page in pages[: 1 + compact] for row in rows_of(page, compact) for key in row]
    assert {key for key in found if key != DELETE} == set(filing_codes.LETTERS)
    assert after("K7M4" + DELETE + "X", keyboard).text == "K7MX"


def test_a_touch_means_one_key() -> None:
    keyboard = opened("")
    assert [each.key for each in shown(keyboard, 217, 136)][:13] == [*"ăâđêôơư", *layout.TONES, "q"]
