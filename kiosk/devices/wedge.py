"""A scanner that is a keyboard to us: what it types becomes a code that was read, and never letters in a field."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.devices.bursts import Bursts, Scan
from kiosk.devices.keystrokes import Keystrokes, composed
from kiosk.happenings import CardRead
from kiosk.sdl import pygame

WANTED = (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT)
_ENDS = (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_TAB)
_PAD = {getattr(pygame, f"K_KP{digit}"): str(digit) for digit in range(10)}
_DIGITS = {ord(char): char for char in "0123456789abcdef"}
_HELD = (pygame.K_LCTRL, pygame.K_RCTRL, pygame.K_LSHIFT, pygame.K_RSHIFT)


class Wedge:
    """For the thread of the screen. What is typed by hand is dropped: there is no keyboard at a kiosk."""

    def __init__(self) -> None:
        self._bursts, self._keys = Bursts(), Keystrokes()

    def scans(self, events: Iterable[pygame.event.Event], at: float) -> list[CardRead]:
        """The codes in these events, read at monotonic second `at`; to be asked without events too."""
        keys = [event for event in events if event.type in WANTED]
        typed = "".join(map(self._typed, keys))
        self._bursts, runs = self._bursts.took(typed, at) if keys else self._bursts.passed(at)
        if not keys and not self._bursts.held:
            self._keys = Keystrokes()  # a key whose end was lost holds nothing up
        found = [composed(run.text) for run in runs if isinstance(run, Scan)]
        return [CardRead(each.text, each.letters_lost) for each in found]

    def _typed(self, event: pygame.event.Event) -> str:
        typed = ""
        if event.type == pygame.TEXTINPUT:
            self._keys, typed = self._keys.text(str(event.text))
        elif event.type == pygame.KEYUP:
            if event.key == pygame.K_LALT and self._keys.alt is not None:
                self._keys, typed = self._keys.alt_up()
            elif event.key in _HELD and self._keys.code and not event.mod & (pygame.KMOD_CTRL | pygame.KMOD_SHIFT):
                self._keys, typed = self._keys.code_ended()
        elif event.key == pygame.K_LALT:
            self._keys = self._keys.alt_down()
        elif event.key == pygame.K_u and event.mod & pygame.KMOD_CTRL and event.mod & pygame.KMOD_SHIFT:
            self._keys = self._keys.code_begun()
        elif event.key in (*_ENDS, pygame.K_SPACE) and self._keys.code:
            self._keys, typed = self._keys.code_ended(" " if event.key == pygame.K_SPACE else "")
        elif event.key in _ENDS:
            typed = "\r"
        elif digit := _PAD.get(event.key) or _DIGITS.get(event.key):
            self._keys = self._keys.digit(digit)
        return typed
