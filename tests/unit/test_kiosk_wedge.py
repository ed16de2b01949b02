"""A scanner that types: whichever way its letters come, the code is whole; and where they do not come, it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.devices.keystrokes import composed
from kiosk.devices.wedge import Wedge
from kiosk.happenings import CardRead
from kiosk.sdl import pygame

CARD = "001099000123||NGUYỄN VĂN ƠÂ|01011999|Nữ|Thôn Nà Khau, Đắk|01012022"
ASCII = "001099000123||NGUYEN VAN AA|01011999|Nam|Thon Na Khau|01012022"


def keys(text: str, end: int = pygame.K_RETURN) -> list[pygame.event.Event]:
    typed = [pygame.event.Event(pygame.TEXTINPUT, text=char) for char in text]
    pressed = [pygame.event.Event(pygame.KEYDOWN, key=pygame.K_a), pygame.event.Event(pygame.KEYDOWN, key=end)]
    return [*typed, *pressed]


def test_what_a_scanner_types_is_a_code() -> None:
    wedge = Wedge()
    assert wedge.scans(keys(CARD), 1.0) == [CardRead(CARD)]
    half = keys(CARD)[:20]
    assert wedge.scans(half, 2.0) == []
    assert wedge.scans(keys(CARD)[20:], 2.03) == [CardRead(CARD)], "it comes in pieces"
    assert wedge.scans(keys(CARD, pygame.K_TAB)[:-1], 3.0) == []
    assert wedge.scans([], 3.2) == [CardRead(CARD)], "without an end, a pause is one"


def test_what_a_hand_types_is_nothing() -> None:
    wedge = Wedge()
    found = [wedge.scans(keys(char), 1.0 + number / 4) for number, char in enumerate("mật khẩu của ai đó")]
    assert found == [[]] * len(found)


def test_letters_that_were_left_out_are_known_to_be_missing() -> None:
    dropped = "".join(char for char in CARD if char.isascii())
    for text in (
        ASCII,
        dropped,
        CARD.replace("Ễ", "?"),
        CARD.replace("Ễ", "?").encode("ascii", "replace").decode(),
        dropped + "\ufffd",
    ):
        assert Wedge().scans(keys(text), 1.0) == [CardRead(text, letters_lost=True)]


def test_a_card_that_comes_while_we_are_late_is_not_cut() -> None:
    """A picture was drawn meanwhile: the rest of the scan lay ready."""
    wedge = Wedge()
    assert wedge.scans(keys(CARD)[:20], 1.0) == []
    assert wedge.scans(keys(CARD)[20:], 1.1) == [CardRead(CARD)]


Events = Iterator[pygame.event.Event]


def pressing(key: int, text: str = "", mod: int = 0) -> Events:
    yield pygame.event.Event(pygame.KEYDOWN, key=key, mod=mod)
    if text:
        yield pygame.event.Event(pygame.TEXTINPUT, text=text)
    yield pygame.event.Event(pygame.KEYUP, key=key, mod=mod)


def by_alt(numbers: list[int], digits: int) -> Events:
    for number in numbers:
        yield pygame.event.Event(pygame.KEYDOWN, key=pygame.K_LALT, mod=pygame.KMOD_LALT)
        for digit in str(number).zfill(digits):  # the X server gives their text too
            yield from pressing(getattr(pygame, f"K_KP{digit}"), digit, pygame.KMOD_LALT)
        yield pygame.event.Event(pygame.KEYUP, key=pygame.K_LALT, mod=0)


def by_code(number: int, ending: str) -> Events:
    held = pygame.KMOD_LCTRL | pygame.KMOD_LSHIFT
    while_typed = held if ending == "let go" else 0
    yield from pressing(pygame.K_u, "", held)
    for digit in f"{number:x}":
        yield from pressing(ord(digit), digit, while_typed)
    if ending == "let go":
        yield pygame.event.Event(pygame.KEYUP, key=pygame.K_LSHIFT, mod=pygame.KMOD_LCTRL)
        yield pygame.event.Event(pygame.KEYUP, key=pygame.K_LCTRL, mod=0)
    else:
        yield from pressing(pygame.K_SPACE if ending == " " else pygame.K_RETURN, ending.strip("\r"))


WAYS: dict[str, Callable[[str], Iterable[pygame.event.Event]]] = {
    "a number on the pad": lambda char: by_alt([ord(char)], 4),
    "a number on the pad for each byte": lambda char: by_alt(list(char.encode()), 4),
    "hexadecimal and Enter": lambda char: by_code(ord(char), "\r"),
    "hexadecimal and a blank": lambda char: by_code(ord(char), " "),
    "hexadecimal while Ctrl and Shift are held": lambda char: by_code(ord(char), "let go"),
    "each byte as a letter": lambda char: keys(char.encode().decode("latin-1"))[:-2],
}


def scanned(text: str, way: str) -> list[CardRead]:
    """Every event in a report of its own, 8 ms apart; then quiet."""
    wedge, found, at = Wedge(), [], 1.0
    for char in text + "\r":
        events = pressing(pygame.K_RETURN) if char == "\r" else keys(char)[:1] if char.isascii() else WAYS[way](char)
        for event in events:
            at += 0.008
            found += wedge.scans([event], at)
    return found + wedge.scans([], at + 1)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_letters_that_a_keyboard_does_not_have(way: str) -> None:
    assert scanned(CARD, way) == [CardRead(CARD)]


LETTERS = "0123456789|, abcdeNXYZ" + "ăâđêôơưĂÂĐÊÔƠƯếỄữộỷÀã"


@given(st.text(alphabet=LETTERS, min_size=8, max_size=80), st.sampled_from(sorted(WAYS)))
def test_every_text_of_a_card_arrives_intact(text: str, way: str) -> None:
    assert [read.text for read in scanned(text, way)] == [text]


def test_letters_of_windows_western_alphabet() -> None:
    """Bytes that are punctuation there: Ở is E1 BB 9E."""
    assert composed(CARD.encode().decode("latin-1")).text == CARD
    western = "".join(bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in CARD.encode())
    assert western != CARD.encode().decode("latin-1")
    assert composed(western).text == CARD
    assert composed("Hà Nội").text == "Hà Nội"
    assert composed("Nà Há").text == "Nà Há"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([pygame.KEYDOWN, pygame.KEYUP]),
            st.integers(0, 0x7FFFFFFF)
            | st.sampled_from(
                [
                    pygame.K_LALT,
                    pygame.K_KP0,
                    pygame.K_KP9,
                    pygame.K_u,
                    pygame.K_SPACE,
                    pygame.K_RETURN,
                    pygame.K_d,
                    pygame.K_LSHIFT,
                ]
            ),
            st.integers(0, 0xFFFF),
        ),
        max_size=60,
    )
)
def test_all_keys_at_once(found: list[tuple[int, int, int]]) -> None:
    wedge = Wedge()
    for number, (kind, key, mod) in enumerate(found):
        wedge.scans([pygame.event.Event(kind, key=key, mod=mod)], 1.0 + number / 500)
    wedge.scans([], 9.0)
    assert wedge.scans(keys(CARD), 10.0) == [CardRead(CARD)], "nothing is held up"
