"""Touches: fingers and mice, and the same touch told twice."""

from dataclasses import dataclass

import pytest

from kiosk.sdl import pygame
from kiosk.touch import LOST_S, SAME_TOUCH_S, Contact, Touch

Event = pygame.event.Event
WIDTH, HEIGHT, PX_PER_MM = 1000, 500, 5.0


def finger(down: bool, x: float, y: float, ident: int = 7) -> Event:
    return Event(pygame.FINGERDOWN if down else pygame.FINGERUP, touch_id=1, finger_id=ident, x=x / WIDTH, y=y / HEIGHT)


def mouse(down: bool, x: float, y: float, button: int = 1, touch: bool = False) -> Event:
    kind = pygame.MOUSEBUTTONDOWN if down else pygame.MOUSEBUTTONUP
    return Event(kind, pos=(x, y), button=button, touch=touch)


def down(x: float, y: float) -> Contact:
    return Contact(True, x, y)


def up(x: float, y: float) -> Contact:
    return Contact(False, x, y)


@dataclass(frozen=True)
class Told:
    at: float
    event: Event


@pytest.mark.parametrize(
    ("told", "contacts"),
    [
        pytest.param([Told(1, finger(True, 100, 200)), Told(1.1, finger(False, 101, 201))],
                     [down(100, 200), up(101, 201)], id="a finger"),
        pytest.param([Told(1, mouse(True, 100, 200)), Told(1.1, mouse(False, 101, 201))],
                     [down(100, 200), up(101, 201)], id="a mouse"),
        pytest.param([Told(1, mouse(True, 1, 1, button=3)), Told(1, mouse(True, 1, 1, button=4))], [],
                     id="other buttons and the wheel"),
        pytest.param(
            [Told(1, finger(True, 100, 200)), Told(1, mouse(True, 100, 200, touch=True)),
             Told(1.1, finger(False, 100, 200)), Told(1.1, mouse(False, 100, 200, touch=True))],
            [down(100, 200), up(100, 200)], id="SDL's mark"),
        pytest.param(
            [Told(1, finger(True, 100, 200)), Told(1, mouse(True, 102, 199)),
             Told(1.1, finger(False, 100, 200)), Told(1.12, mouse(False, 102, 199))],
            [down(100, 200), up(100, 200)], id="an unmarked echo beside each"),
        pytest.param(
            [Told(1, finger(True, 100, 200)), Told(1.1, finger(False, 100, 200)),
             Told(1.3, mouse(True, 102, 199)), Told(1.3, mouse(False, 102, 199))],
            [down(100, 200), up(100, 200)], id="an unmarked echo after the finger has left"),
        pytest.param(
            [Told(1, finger(True, 100, 200)), Told(1.1, finger(False, 100, 200)),
             Told(1.2 + SAME_TOUCH_S, mouse(True, 100, 200))],
            [down(100, 200), up(100, 200), down(100, 200)], id="later at the same place: a mouse of its own"),
        pytest.param(
            [Told(1, finger(True, 100, 200)), Told(1.1, finger(False, 100, 200)), Told(1.2, mouse(True, 400, 200))],
            [down(100, 200), up(100, 200), down(400, 200)], id="elsewhere at once: a mouse of its own"),
        pytest.param(
            [Told(1, finger(True, 100, 200, 1)), Told(1.1, finger(True, 300, 200, 2)),
             Told(1.2, finger(False, 300, 200, 2)), Told(1.3, finger(False, 100, 200, 1))],
            [down(100, 200), up(100, 200)], id="a second finger does not count"),
        pytest.param(
            [Told(1, finger(True, 100, 200, 1)), Told(1.5 + LOST_S, finger(True, 300, 200, 2))],
            [down(100, 200), down(300, 200)], id="a finger whose end was lost is forgotten"),
        pytest.param(
            [Told(1, finger(True, 100, 200, 1)), Told(1.5 + LOST_S, mouse(True, 300, 200))],
            [down(100, 200), down(300, 200)], id="and a mouse works again"),
        pytest.param([Told(1, finger(False, 100, 200))], [], id="an end without a beginning"),
        pytest.param([Told(1, Event(pygame.VIDEOEXPOSE))], [], id="something else"),
    ],
)  # fmt: skip
def test_contacts(told: list[Told], contacts: list[Contact]) -> None:
    touch = Touch(WIDTH, HEIGHT, PX_PER_MM)
    found = [contact for t in told for contact in touch.contacts([t.event], t.at)]
    assert [Contact(c.down, round(c.x, 3), round(c.y, 3)) for c in found] == contacts
