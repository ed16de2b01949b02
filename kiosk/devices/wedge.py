"""A scanner that is a keyboard to us: what it types becomes a code that was read, and never letters in a field."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.devices.bursts import Bursts, Scan
from kiosk.happenings import CardRead
from kiosk.sdl import pygame

WANTED = (pygame.KEYDOWN, pygame.TEXTINPUT)
_ENDS = (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_TAB)


class Wedge:
    """For the thread of the screen. What is typed by hand is dropped: there is no keyboard at a kiosk."""

    def __init__(self) -> None:
        self._bursts = Bursts()

    def scans(self, events: Iterable[pygame.event.Event], at: float) -> list[CardRead]:
        """The codes in these events, read at monotonic second `at`; to be asked without events too."""
        typed = "".join(text for event in events if (text := _text(event)))
        self._bursts, runs = self._bursts.took(typed, at) if typed else self._bursts.passed(at)
        return [CardRead(run.text) for run in runs if isinstance(run, Scan)]


def _text(event: pygame.event.Event) -> str:
    if event.type == pygame.TEXTINPUT:
        return str(event.text)
    return "\r" if event.type == pygame.KEYDOWN and event.key in _ENDS else ""
