"""Drawing only what changed gives the same pixels as drawing everything."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from controller.core.palette import INK
from kiosk.acts import GoTo
from kiosk.look import Style
from kiosk.paint import Painter
from kiosk.sdl import pygame
from kiosk.state import PROGRAMME
from kiosk.widgets import Scene
from tests.support import kiosk_cases as cases
from tests.support.kiosk_cases import BUSY, EMERGENCY, NOW, ON_AIR, ORDINARY, SMALL, state

CAPITALS = "AĂÂEÊIOÔƠUƯYĐ"
TONES = "\u0300\u0301\u0303\u0309\u0323"


def blank() -> pygame.Surface:
    return pygame.Surface((SMALL.width, SMALL.height))


def pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def fresh(scene: Scene) -> bytes:
    surface = blank()
    Painter(surface, cases.fonts()).show(scene)
    return pixels(surface)


def test_each_step_of_an_afternoon_leaves_the_pixels_of_a_fresh_drawing() -> None:
    minute = timedelta(minutes=1)
    afternoon = [
        state(None), state(ORDINARY), state(ORDINARY, now=NOW + minute), state(ON_AIR, now=NOW + 2 * minute),
        state(ON_AIR, pressed=GoTo(PROGRAMME)), state(ON_AIR, scene=PROGRAMME), state(BUSY, scene=PROGRAMME),
        state(BUSY, scene=PROGRAMME, page=1), state(BUSY, scene=PROGRAMME, page=1, language="en"),
        state(EMERGENCY, scene=PROGRAMME), state(EMERGENCY, now=NOW + minute), state(BUSY), state(ORDINARY),
    ]  # fmt: skip
    surface = blank()
    painter = Painter(surface, cases.fonts())
    for value in afternoon:
        scene = cases.stage().compose(value)
        painter.show(scene)
        assert pixels(surface) == fresh(scene)


def test_the_same_scene_draws_nothing() -> None:
    painter = Painter(blank(), cases.fonts())
    scene = cases.stage().compose(state(ORDINARY))
    assert painter.show(scene) == [pygame.Rect(0, 0, SMALL.width, SMALL.height)]
    assert painter.show(cases.stage().compose(state(replace(ORDINARY)))) == []


def test_a_new_minute_draws_the_clock_alone() -> None:
    painter = Painter(blank(), cases.fonts())
    painter.show(cases.stage().compose(state(ORDINARY)))
    (area,) = painter.show(cases.stage().compose(state(ORDINARY, now=NOW + timedelta(minutes=1))))
    assert area.width * area.height < SMALL.width * SMALL.height / 8
    assert area.right < SMALL.width / 2 and area.bottom < SMALL.height / 2


def test_what_was_covered_is_drawn_again_when_asked() -> None:
    surface = blank()
    painter = Painter(surface, cases.fonts())
    scene = cases.stage().compose(state(ORDINARY))
    painter.show(scene)
    surface.fill((255, 0, 255))
    painter.forget()
    painter.show(scene)
    assert pixels(surface) == fresh(scene)


@pytest.mark.parametrize("bold", [False, True])
def test_stacked_capitals_stand_on_the_same_line_as_their_neighbours(bold: bool) -> None:
    fonts, style = cases.fonts(), Style(29, bold)
    letters = [letter + tone for letter in CAPITALS.replace("Đ", "") for tone in ("", *TONES)]
    for letter in letters:
        picture = fonts.draw(f"H{letter}", style, INK)
        stem = picture.subsurface((0, 0, fonts.width("H", style), picture.get_height()))
        baseline = stem.get_bounding_rect().bottom
        assert baseline == fonts.baseline(picture, style), letter
        above = fonts.baseline(picture, style) - picture.get_bounding_rect().top
        assert above <= style.baseline, letter  # the line has room for it


def test_every_letter_of_the_language_has_a_picture() -> None:
    missing = cases.fonts().draw("\ue123", Style(29), INK)
    for letter in CAPITALS + CAPITALS.lower() + "ỦỢẪỸđ0123456789…“”–₫":
        drawn = cases.fonts().draw(letter, Style(29), INK)
        assert pygame.image.tobytes(drawn, "RGBA") != pygame.image.tobytes(missing, "RGBA"), letter


def test_the_kiosk_does_without_the_heavy_parts_of_pygame() -> None:
    told = "import sys, kiosk.daemon; print(sorted({'numpy', 'pygame.mixer', 'PIL', 'flask'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout == "[]\n"
    told = "import kiosk.sdl, pygame.mixer, pygame.surfarray; print(pygame.mixer.get_init())"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.endswith("None\n")
