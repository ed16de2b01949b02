"""Turns pygame's events into contacts: one finger, down and up, in pixels.

A touch panel reports a finger, and many drivers report a mouse as well for the same touch: the
second report is dropped, by SDL's own mark where there is one, else because it comes at the same
time and place. More fingers than one are a hand that leans on the screen, and do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.sdl import pygame

SAME_TOUCH_S = 0.7
SAME_TOUCH_MM = 10.0
LOST_S = 5.0  # a finger of which no end was reported
LEFT_BUTTON = 1

WANTED = (
    pygame.FINGERDOWN, pygame.FINGERUP, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP, pygame.QUIT, pygame.VIDEOEXPOSE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contact:
    down: bool
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Finger:
    ident: tuple[int, int]  # device, finger
    at: float


class Touch:
    """Follows the one finger that counts on a screen of `width` x `height` pixels."""

    def __init__(self, width: int, height: int, px_per_mm: float) -> None:
        self._width, self._height = width, height
        self._near = SAME_TOUCH_MM * px_per_mm
        self._finger: _Finger | None = None
        self._last: tuple[float, float, float] | None = None  # where a finger was last, and when

    def contacts(self, events: Iterable[pygame.event.Event], at: float) -> list[Contact]:
        """The contacts in these events, read at monotonic second `at`."""
        return [contact for event in events if (contact := self._contact(event, at)) is not None]

    def _contact(self, event: pygame.event.Event, at: float) -> Contact | None:
        if event.type in {pygame.FINGERDOWN, pygame.FINGERUP}:
            return self._by_finger(event, at)
        if event.type in {pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP}:
            return self._by_mouse(event, at)
        return None

    def _by_finger(self, event: pygame.event.Event, at: float) -> Contact | None:
        ident = (event.touch_id, event.finger_id)
        down = event.type == pygame.FINGERDOWN
        held = self._held(at)
        if held is not None and held.ident != ident:
            return None
        if held is None and not down:
            return None
        self._finger = _Finger(ident, at) if down else None
        x, y = event.x * self._width, event.y * self._height
        self._last = (x, y, at)
        return Contact(down, x, y)

    def _by_mouse(self, event: pygame.event.Event, at: float) -> Contact | None:
        x, y = event.pos
        if event.button != LEFT_BUTTON or event.touch or self._is_echo(x, y, at):
            return None
        return Contact(event.type == pygame.MOUSEBUTTONDOWN, x, y)

    def _is_echo(self, x: float, y: float, at: float) -> bool:
        if self._held(at):
            return True
        if self._last is None:
            return False
        last_x, last_y, last_at = self._last
        return at - last_at < SAME_TOUCH_S and abs(x - last_x) <= self._near and abs(y - last_y) <= self._near

    def _held(self, at: float) -> _Finger | None:
        """The finger that is down, unless its end seems lost."""
        return self._finger if self._finger is not None and at - self._finger.at < LOST_S else None
