"""Draws scenes with pygame, and only what changed since the last one. Knows nothing of the station."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from controller.core.palette import Rgb
from kiosk.fonts import Fonts
from kiosk.sdl import pygame
from kiosk.widgets import Box, Label, Panel, Scene, Shape, Sign, Target, Widget

_FINER = 4  # shapes are drawn so many times larger and shrunk: pygame's own edges are ragged
_SHAPES: dict[Shape, tuple[tuple[tuple[float, float], ...], ...]] = {  # polygons in a unit square
    Shape.CHECK: (((0.02, 0.52), (0.16, 0.38), (0.38, 0.6), (0.84, 0.12), (0.98, 0.26), (0.38, 0.88)),),
    Shape.BANG: (
        ((0.37, 0.0), (0.63, 0.0), (0.59, 0.64), (0.41, 0.64)),
        ((0.38, 0.76), (0.62, 0.76), (0.62, 1.0), (0.38, 1.0)),
    ),
    Shape.SQUARE: (((0.14, 0.14), (0.86, 0.14), (0.86, 0.86), (0.14, 0.86)),),
    Shape.BACK: (((0.66, 0.02), (0.82, 0.18), (0.48, 0.5), (0.82, 0.82), (0.66, 0.98), (0.16, 0.5)),),
    Shape.NEXT: (((0.34, 0.02), (0.18, 0.18), (0.52, 0.5), (0.18, 0.82), (0.34, 0.98), (0.84, 0.5)),),
}
_DISCS: dict[Shape, tuple[tuple[float, float, float], ...]] = {  # x, y, radius
    Shape.DISC: ((0.5, 0.5, 0.36),),
    Shape.DOTS: ((0.14, 0.5, 0.13), (0.5, 0.5, 0.13), (0.86, 0.5, 0.13)),
}


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
            case Target():
                pass

    def _label(self, label: Label) -> None:
        key = (label.text, label.style, label.colour)
        picture = self._kept.get(key, lambda: self._fonts.draw(label.text, label.style, label.colour))
        above = self._fonts.baseline(picture, label.style)
        self._surface.blit(picture, (label.box.x, label.box.y + label.style.baseline - above))

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
    for polygon in _SHAPES.get(shape, ()):
        pygame.draw.polygon(picture, colour, [(x * large, y * large) for x, y in polygon])
    for x, y, radius in _DISCS.get(shape, ()):
        pygame.draw.circle(picture, colour, (x * large, y * large), radius * large)
    return pygame.transform.smoothscale(picture, (size, size))


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
