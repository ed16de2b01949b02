"""The shapes that stand beside words, as polygons and discs in a unit square. Data only; `paint.py` draws them.

A part that is not solid is cut out of what was drawn before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.widgets import Shape

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Polygon:
    points: tuple[Point, ...]
    solid: bool = True


@dataclass(frozen=True, slots=True)
class Disc:
    x: float
    y: float
    radius: float
    solid: bool = True


def _box(left: float, top: float, right: float, bottom: float, solid: bool = True) -> Polygon:
    return Polygon(((left, top), (right, top), (right, bottom), (left, bottom)), solid)


def _frame(left: float, top: float, right: float, bottom: float, edge: float = 0.09) -> tuple[Polygon, Polygon]:
    return _box(left, top, right, bottom), _box(left + edge, top + edge, right - edge, bottom - edge, solid=False)


_CHECK = ((0.02, 0.52), (0.16, 0.38), (0.38, 0.6), (0.84, 0.12), (0.98, 0.26), (0.38, 0.88))
_BACK = ((0.66, 0.02), (0.82, 0.18), (0.48, 0.5), (0.82, 0.82), (0.66, 0.98), (0.16, 0.5))
_HORN = ((0.0, 0.32), (0.22, 0.32), (0.56, 0.04), (0.56, 0.96), (0.22, 0.68), (0.0, 0.68))


def _mirrored(points: tuple[Point, ...]) -> tuple[Point, ...]:
    return tuple((1 - x, y) for x, y in points)


def _turned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    return tuple((y, x) for x, y in points)


SHAPES: dict[Shape, tuple[Polygon | Disc, ...]] = {
    Shape.CHECK: (Polygon(_CHECK),),
    Shape.CROSS: (
        Polygon(((0.04, 0.18), (0.18, 0.04), (0.96, 0.82), (0.82, 0.96))),
        Polygon(((0.82, 0.04), (0.96, 0.18), (0.18, 0.96), (0.04, 0.82))),
    ),
    Shape.BANG: (
        Polygon(((0.37, 0.0), (0.63, 0.0), (0.59, 0.64), (0.41, 0.64))),
        _box(0.38, 0.76, 0.62, 1.0),
    ),
    Shape.SQUARE: (_box(0.14, 0.14, 0.86, 0.86),),
    Shape.BACK: (Polygon(_BACK),),
    Shape.NEXT: (Polygon(_mirrored(_BACK)),),
    Shape.UP: (Polygon(_turned(_BACK)),),
    Shape.DOWN: (Polygon(_turned(_mirrored(_BACK))),),
    Shape.DISC: (Disc(0.5, 0.5, 0.36),),
    Shape.DOTS: (Disc(0.14, 0.5, 0.13), Disc(0.5, 0.5, 0.13), Disc(0.86, 0.5, 0.13)),
    Shape.RING: (Disc(0.5, 0.5, 0.46), Disc(0.5, 0.5, 0.36, solid=False)),
    Shape.HALF: (Disc(0.5, 0.5, 0.48), Disc(0.5, 0.5, 0.38, solid=False), Polygon(
        ((0.5, 0.06), (0.72, 0.1), (0.88, 0.26), (0.94, 0.5), (0.88, 0.74), (0.72, 0.9), (0.5, 0.94)))),
    Shape.LARGER: (
        Polygon(((0.0, 0.96), (0.24, 0.2), (0.38, 0.2), (0.62, 0.96), (0.48, 0.96), (0.31, 0.4), (0.14, 0.96))),
        _box(0.14, 0.64, 0.48, 0.75), _box(0.64, 0.24, 1.0, 0.35), _box(0.765, 0.11, 0.875, 0.48),
    ),
    Shape.SPEAKER: (
        Polygon(_HORN),
        Polygon(((0.68, 0.3), (0.76, 0.24), (0.86, 0.5), (0.76, 0.76), (0.68, 0.7), (0.74, 0.5))),
        Polygon(((0.86, 0.16), (0.93, 0.1), (1.0, 0.34), (1.0, 0.66), (0.93, 0.9), (0.86, 0.84), (0.92, 0.5))),
    ),
    Shape.PAPER: (
        Polygon(((0.14, 0.0), (0.62, 0.0), (0.86, 0.24), (0.86, 1.0), (0.14, 1.0))),
        Polygon(((0.23, 0.09), (0.56, 0.09), (0.56, 0.3), (0.77, 0.3), (0.77, 0.91), (0.23, 0.91)), solid=False),
        _box(0.32, 0.44, 0.68, 0.52), _box(0.32, 0.6, 0.68, 0.68), _box(0.32, 0.76, 0.56, 0.84),
    ),
    Shape.SEARCH: (
        Disc(0.4, 0.4, 0.4), Disc(0.4, 0.4, 0.29, solid=False),
        Polygon(((0.66, 0.76), (0.76, 0.66), (1.0, 0.9), (0.9, 1.0))),
    ),
    Shape.PHONE: (
        _box(0.2, 0.0, 0.8, 1.0), _box(0.29, 0.13, 0.71, 0.8, solid=False), Disc(0.5, 0.9, 0.05, solid=False),
    ),
    Shape.HORN: (
        _box(0.0, 0.36, 0.2, 0.64), Polygon(((0.26, 0.34), (0.78, 0.06), (0.78, 0.94), (0.26, 0.66))),
        _box(0.3, 0.7, 0.46, 0.98), _box(0.86, 0.36, 1.0, 0.64),
    ),
    Shape.PEOPLE: (
        Disc(0.3, 0.26, 0.17), Disc(0.73, 0.32, 0.14),
        Polygon(((0.0, 0.94), (0.04, 0.64), (0.18, 0.5), (0.42, 0.5), (0.56, 0.64), (0.6, 0.94))),
        Polygon(((0.66, 0.94), (0.63, 0.66), (0.56, 0.54), (0.84, 0.52), (0.96, 0.64), (1.0, 0.94))),
    ),
    Shape.HAND: (
        Disc(0.5, 0.22, 0.2),
        Polygon(((0.08, 1.0), (0.14, 0.64), (0.32, 0.48), (0.68, 0.48), (0.86, 0.64), (0.92, 1.0))),
        _box(0.44, 0.6, 0.56, 0.92, solid=False), _box(0.34, 0.7, 0.66, 0.82, solid=False),
    ),
    Shape.CARD: (
        *_frame(0.0, 0.16, 1.0, 0.84), Disc(0.27, 0.42, 0.1),
        Polygon(((0.14, 0.7), (0.17, 0.57), (0.37, 0.57), (0.4, 0.7))),
        _box(0.52, 0.36, 0.84, 0.44), _box(0.52, 0.52, 0.84, 0.6),
    ),
    Shape.CODE: (
        *_frame(0.02, 0.02, 0.44, 0.44), *_frame(0.56, 0.02, 0.98, 0.44), *_frame(0.02, 0.56, 0.44, 0.98),
        _box(0.18, 0.18, 0.28, 0.28), _box(0.72, 0.18, 0.82, 0.28), _box(0.18, 0.72, 0.28, 0.82),
        _box(0.56, 0.56, 0.7, 0.7), _box(0.84, 0.56, 0.98, 0.7), _box(0.7, 0.7, 0.84, 0.84),
        _box(0.56, 0.84, 0.7, 0.98),
        _box(0.84, 0.84, 0.98, 0.98),
    ),
    Shape.KEY: (
        Disc(0.26, 0.5, 0.26), Disc(0.26, 0.5, 0.13, solid=False), _box(0.48, 0.44, 1.0, 0.56),
        _box(0.74, 0.56, 0.82, 0.72), _box(0.9, 0.56, 0.98, 0.76),
    ),
    Shape.GLOBE: (
        Disc(0.5, 0.5, 0.48), Disc(0.5, 0.5, 0.39, solid=False), _box(0.46, 0.06, 0.54, 0.94),
        _box(0.06, 0.46, 0.94, 0.54), _box(0.14, 0.24, 0.86, 0.3), _box(0.14, 0.7, 0.86, 0.76),
    ),
    Shape.DOWNLOAD: (
        _box(0.42, 0.0, 0.58, 0.4), Polygon(((0.2, 0.36), (0.8, 0.36), (0.5, 0.7))), _box(0.06, 0.84, 0.94, 0.96),
        _box(0.06, 0.64, 0.16, 0.96), _box(0.84, 0.64, 0.94, 0.96),
    ),
    Shape.FACE: (
        Disc(0.5, 0.5, 0.48), Disc(0.5, 0.5, 0.39, solid=False), Disc(0.34, 0.4, 0.06), Disc(0.66, 0.4, 0.06),
        Polygon(((0.28, 0.6), (0.36, 0.58), (0.5, 0.68), (0.64, 0.58), (0.72, 0.6), (0.62, 0.74), (0.38, 0.74))),
    ),
    Shape.FORM: (
        *_frame(0.06, 0.0, 0.8, 1.0), _box(0.2, 0.2, 0.66, 0.28), _box(0.2, 0.38, 0.6, 0.46),
        Polygon(((0.28, 1.0), (0.36, 0.62), (0.84, 0.14), (1.0, 0.3), (1.0, 0.56), (0.6, 0.94)), solid=False),
        Polygon(((0.38, 0.9), (0.44, 0.68), (0.86, 0.26), (1.0, 0.4), (0.58, 0.82))), _box(0.06, 0.91, 0.4, 1.0),
    ),
    Shape.SIGNED: (
        *_frame(0.1, 0.0, 0.9, 1.0), _box(0.24, 0.18, 0.76, 0.26), _box(0.24, 0.36, 0.76, 0.44),
        Polygon(((0.22, 0.76), (0.34, 0.56), (0.42, 0.7), (0.54, 0.56), (0.62, 0.72), (0.8, 0.66), (0.8, 0.75),
                 (0.58, 0.84), (0.52, 0.7), (0.42, 0.84), (0.34, 0.7), (0.27, 0.84))),
    ),
    Shape.SEALED: (
        *_frame(0.06, 0.0, 0.82, 1.0), _box(0.2, 0.18, 0.68, 0.26), _box(0.2, 0.36, 0.68, 0.44),
        Disc(0.7, 0.72, 0.29, solid=False), Disc(0.7, 0.72, 0.25), Disc(0.7, 0.72, 0.17, solid=False),
        Disc(0.7, 0.72, 0.09),
    ),
    Shape.COPIES: (
        *_frame(0.0, 0.0, 0.66, 0.8), _box(0.26, 0.14, 1.0, 1.0, solid=False), *_frame(0.34, 0.22, 1.0, 1.0),
        _box(0.48, 0.4, 0.86, 0.47), _box(0.48, 0.56, 0.86, 0.63), _box(0.48, 0.72, 0.74, 0.79),
    ),
    Shape.MOURNING: (
        *_frame(0.1, 0.0, 0.9, 1.0, 0.18), _box(0.36, 0.32, 0.64, 0.4), _box(0.36, 0.48, 0.64, 0.56),
        _box(0.36, 0.64, 0.54, 0.72),
    ),
    Shape.BABY: (
        Disc(0.5, 0.25, 0.25), Disc(0.5, 0.25, 0.16, solid=False), Disc(0.43, 0.23, 0.035), Disc(0.57, 0.23, 0.035),
        Polygon(((0.24, 0.46), (0.76, 0.46), (0.84, 0.66), (0.62, 1.0), (0.38, 1.0), (0.16, 0.66))),
        Polygon(((0.24, 0.5), (0.32, 0.5), (0.74, 0.82), (0.69, 0.88)), solid=False),
    ),
    Shape.RINGS: (
        Disc(0.31, 0.62, 0.31), Disc(0.31, 0.62, 0.22, solid=False), Polygon(((0.31, 0.3), (0.2, 0.16), (0.42, 0.16))),
        Disc(0.69, 0.62, 0.31), Disc(0.69, 0.62, 0.22, solid=False), Polygon(((0.69, 0.3), (0.58, 0.16), (0.8, 0.16))),
    ),
    Shape.HOUSE: (
        Polygon(((0.5, 0.02), (1.0, 0.5), (0.88, 0.5), (0.88, 0.98), (0.12, 0.98), (0.12, 0.5), (0.0, 0.5))),
        _box(0.4, 0.6, 0.6, 0.98, solid=False),
    ),
}  # fmt: skip
