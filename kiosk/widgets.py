"""What a scene is made of: flat values in pixels that the painter draws in order.

Widgets are compared and hashed, so that only what changed is drawn again. They know no pygame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from controller.core.palette import Rgb
from kiosk.acts import Act
from kiosk.look import Style


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def within(self, other: Box) -> bool:
        return other.x <= self.x and self.right <= other.right and other.y <= self.y and self.bottom <= other.bottom

    def inset(self, by: int) -> Box:
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


class Shape(StrEnum):
    """The shapes that stand beside a word, so that nothing is told by colour alone."""

    CHECK = "check"
    DOTS = "dots"
    BANG = "bang"
    DISC = "disc"
    SQUARE = "square"
    BACK = "back"
    NEXT = "next"
    UP = "up"
    DOWN = "down"
    CROSS = "cross"
    RING = "ring"  # not chosen
    HALF = "half"  # contrast
    LARGER = "larger"  # text
    SPEAKER = "speaker"
    PAPER = "paper"
    SEARCH = "search"
    PHONE = "phone"
    HORN = "horn"
    PEOPLE = "people"
    HAND = "hand"
    CARD = "card"
    CODE = "code"
    KEY = "key"
    GLOBE = "globe"
    DOWNLOAD = "download"
    FACE = "face"
    FORM = "form"  # papers, by what they are
    SIGNED = "signed"
    SEALED = "sealed"
    COPIES = "copies"
    MOURNING = "mourning"
    BABY = "baby"
    RINGS = "rings"
    HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Panel:
    """A filled area; `corner` is the radius of its corners."""

    box: Box
    colour: Rgb
    corner: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text that fits its box; the baseline runs where its style says."""

    box: Box
    text: str
    style: Style
    colour: Rgb


@dataclass(frozen=True, slots=True)
class Sign:
    """A shape in a square box."""

    box: Box
    shape: Shape
    colour: Rgb


@dataclass(frozen=True, slots=True)
class Target:
    """An area that can be touched, and what a touch of it asks for. Nothing is drawn for it."""

    box: Box
    act: Act


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of `width` x `height` pixels, drawn as large as its box. May show a resident's papers."""

    box: Box
    width: int
    height: int
    rgb: bytes = field(repr=False)  # three a pixel, row by row


@dataclass(frozen=True, slots=True)
class Modules:
    """A QR code, dark on light with its quiet zone, as large as whole pixels a module allow, centred in its box."""

    box: Box
    rows: tuple[str, ...] = field(repr=False)  # "#" is dark


Widget = Panel | Label | Sign | Picture | Modules | Target
Scene = tuple[Widget, ...]


def act_at(scene: Scene, x: float, y: float) -> Act | None:
    """What a touch of this point asks for; the topmost target counts."""
    return next((w.act for w in reversed(scene) if isinstance(w, Target) and w.box.holds(x, y)), None)
