"""Draws scenes with pygame, and only what changed since the last one. Knows nothing of the station."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from controller.core.palette import Rgb
from kiosk.fonts import Fonts
from kiosk.sdl import pygame
from kiosk.shapes import SHAPES, Polygon
from kiosk.widgets import Box, Label, Modules, Panel, Picture, Scene, Shape, Sign, Target, Widget

_FINER = 4  # shapes are drawn so many times larger and shrunk: pygame's own edges are ragged
_DARK, _LIGHT = (0, 0, 0), (255, 255, 255)  # what readers of QR codes expect


class Painter:
    """Keeps a surface showing the last scene given to `show`."""

    def __init__(self, surface: pygame.Surface, fonts: Fonts) -> None:
        self._surface, self._fonts = surface, fonts
        self._shown: Scene = ()
        self._kept = _Kept(limit=surface.get_width() * surface.get_height() * 6)

    def show(self, scene: Scene) -> list[pygame.Rect]:
        """Draw what differs; returns the areas that changed, none for the same scene."""
        areas = _changed(self._shown, scene)
        if areas is None:
            areas = [self._surface.get_rect()]
        self._shown = scene
        for area in areas:
            self._surface.set_clip(area)
            for widget in scene:
                if area.colliderect(_rect(widget.box)):
                    self._draw(widget)
        self._surface.set_clip(None)
        return areas

    def forget(self) -> None:
        """The next `show` draws everything: something else has been over the screen."""
        self._shown = ()

    def forget_all(self) -> None:
        """Keep nothing of what was drawn."""
        self._shown = ()
        self._kept = _Kept(limit=self._surface.get_width() * self._surface.get_height() * 6)

    def _draw(self, widget: Widget) -> None:
        match widget:
            case Panel(box, colour, 0):
                self._surface.fill(colour, _rect(box))
            case Panel(box, colour, corner):
                self._round_panel(box, colour, corner)
            case Label():
                self._label(widget)
            case Sign(box, shape, colour):
                picture = self._kept.get((shape, box.width, colour), lambda: _shape(shape, box.width, colour))
                self._surface.blit(picture, (box.x, box.y))
            case Picture(box):  # not kept: a camera's pictures come by the hundred
                self._surface.blit(_scaled(widget), (box.x, box.y))
            case Modules():
                self._modules(widget)
            case Target():
                pass

    def _label(self, label: Label) -> None:
        key = (label.text, label.style, label.colour)
        picture = self._kept.get(key, lambda: self._fonts.draw(label.text, label.style, label.colour))
        above = self._fonts.baseline(picture, label.style)
        self._surface.blit(picture, (label.box.x, label.box.y + label.style.baseline - above))

    def _modules(self, code: Modules) -> None:
        box, count = code.box, len(code.rows)
        size = max(1, min(box.width, box.height) // count)
        left, top = box.x + (box.width - size * count) // 2, box.y + (box.height - size * count) // 2
        self._surface.fill(_LIGHT, _rect(box))
        for row, line in enumerate(code.rows):
            for column, module in enumerate(line):
                if module == "#":
                    self._surface.fill(_DARK, (left + column * size, top + row * size, size, size))

    def _round_panel(self, box: Box, colour: Rgb, corner: int) -> None:
        corner = min(corner, box.width // 2, box.height // 2)
        rect = _rect(box)
        self._surface.fill(colour, rect.inflate(-2 * corner, 0))
        self._surface.fill(colour, rect.inflate(0, -2 * corner))
        disc = self._kept.get((corner, colour), lambda: _disc(corner, colour))
        for x, left in ((box.x, 0), (box.right - corner, corner)):
            for y, top in ((box.y, 0), (box.bottom - corner, corner)):
                self._surface.blit(disc, (x, y), (left, top, corner, corner))


def _rect(box: Box) -> pygame.Rect:
    return pygame.Rect(box.x, box.y, box.width, box.height)


def _changed(old: Scene, new: Scene) -> list[pygame.Rect] | None:
    """The areas in which two scenes differ; None for all of it."""
    if old == new:
        return []
    if not old or old[0] != new[0]:
        return None
    before, after = set(old), set(new)
    if before == after:  # the same widgets in another order
        return None
    areas: list[pygame.Rect] = []
    for widget in before ^ after:
        if isinstance(widget, Target):
            continue
        area = _rect(widget.box).inflate(4, 4)  # letters may lean a little over their box
        while (hit := area.collidelist(areas)) >= 0:  # areas that touch become one
            area = area.union(areas.pop(hit))
        areas.append(area)
    return areas


def _shape(shape: Shape, size: int, colour: Rgb) -> pygame.Surface:
    large = size * _FINER
    picture = _clear(large, colour)
    for part in SHAPES[shape]:
        ink = (*colour, 255 if part.solid else 0)
        if isinstance(part, Polygon):
            pygame.draw.polygon(picture, ink, [(x * large, y * large) for x, y in part.points])
        else:
            pygame.draw.circle(picture, ink, (part.x * large, part.y * large), part.radius * large)
    return pygame.transform.smoothscale(picture, (size, size))


def _scaled(picture: Picture) -> pygame.Surface:
    shown = pygame.image.frombuffer(picture.rgb, (picture.width, picture.height), "RGB")
    return pygame.transform.smoothscale(shown, (picture.box.width, picture.box.height))


def _disc(radius: int, colour: Rgb) -> pygame.Surface:
    large = radius * 2 * _FINER
    picture = _clear(large, colour)
    pygame.draw.circle(picture, colour, (large / 2, large / 2), large / 2)
    return pygame.transform.smoothscale(picture, (radius * 2, radius * 2))


def _clear(size: int, colour: Rgb) -> pygame.Surface:
    """All transparent, but of this colour, so that edges do not darken when shrunk."""
    picture = pygame.Surface((size, size), pygame.SRCALPHA)
    picture.fill((*colour, 0))
    return picture


class _Kept:
    """Pictures drawn before, up to a limit in bytes; the longest unused goes first."""

    def __init__(self, limit: int) -> None:
        self._limit, self._bytes = limit, 0
        self._pictures: OrderedDict[Hashable, pygame.Surface] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], pygame.Surface]) -> pygame.Surface:
        picture = self._pictures.get(key)
        if picture is not None:
            self._pictures.move_to_end(key)
            return picture
        picture = make()
        self._pictures[key] = picture
        self._bytes += _bytes(picture)
        while self._bytes > self._limit and len(self._pictures) > 1:
            self._bytes -= _bytes(self._pictures.popitem(last=False)[1])
        return picture


def _bytes(picture: pygame.Surface) -> int:
    return picture.get_pitch() * picture.get_height()
