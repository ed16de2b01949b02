from __future__ import annotations

from kiosk.devices.wedge import Wedge
from kiosk.happenings import CardRead
from kiosk.sdl import pygame

CARD = "001099000123||NGUYEN VAN AA|01011999|Nam|Thon Na Khau|01012022"


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
