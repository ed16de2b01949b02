"""How the kiosk looks: which colours stand on which, and the sizes, in millimetres. Pure.

Sizes come from the screen's physical size: letters are never lower than 4.8 mm (ADA 707.7.2), what
is touched never smaller than 16 mm, on any panel from seven inches. A larger screen is read from
further away, so everything grows with it, more slowly than the screen does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from controller.core.palette import BAMBOO, INK, LACQUER, LEAF, MUTED, NIGHT, PAPER, TURMERIC, Rgb

# every pair (text, ground) that a scene may use; a test holds each to 7:1
PAIRS: tuple[tuple[Rgb, Rgb], ...] = (
    (INK, PAPER), (MUTED, PAPER), (PAPER, MUTED), (BAMBOO, PAPER), (PAPER, BAMBOO), (INK, LEAF), (INK, TURMERIC),
    (PAPER, LACQUER), (LACQUER, PAPER), (PAPER, NIGHT), (LEAF, NIGHT), (TURMERIC, NIGHT), (TURMERIC, INK), (LEAF, INK),
)  # fmt: skip

# high contrast: what becomes of each colour; a test holds every pair to 12:1 then
_STRONG: dict[Rgb, Rgb] = {
    PAPER: (255, 255, 255), INK: (0, 0, 0), MUTED: (0, 0, 0), BAMBOO: (0, 51, 26), LEAF: (255, 242, 128),
    TURMERIC: (255, 224, 0), LACQUER: (107, 0, 0), NIGHT: (0, 0, 0),
}  # fmt: skip

LETTER_MM = 4.8  # the height of a capital of the smallest text
TOUCH_MM = 16.0
BUTTON_MM = 20.0
STEPS = (1.0, 1.25, 1.6, 2.0, 2.5)  # the scale of text sizes
TEXT_SIZES = (1.0, 1.25, 1.5)  # of which a resident chooses
CLOCK_STEP = 4.0  # the clock is read from the yard; it is a picture more than a text
MARGIN_MM = 7.0
GAP_MM = 4.0
CORNER_MM = 2.5

ROOMY_MM = 110.0  # a screen of this height has room between things
SMALLEST_MM = (150.0, 88.0)  # a panel of seven inches: the least that holds the scenes
_READ_AT_ARM_MM = 134.4  # the short side (28 lines) up to which text keeps its smallest size
_GROWTH = 0.7
_LINE = 1.87  # line height in capital heights: stacked capitals (Ẳ) under tails (ợ) do not meet
_BASELINE = 1.55


@dataclass(frozen=True, slots=True)
class Style:
    """One size and weight of text. `cap` is the height of a capital in pixels."""

    cap: int
    bold: bool = False

    @property
    def line(self) -> int:
        """The height of a line, in pixels."""
        return round(self.cap * _LINE)

    @property
    def baseline(self) -> int:
        """How far below the line's top its baseline runs, in pixels."""
        return round(self.cap * _BASELINE)


@dataclass(frozen=True, slots=True)
class Frame:
    """The screen: pixels, and how many of them make a millimetre."""

    width: int
    height: int
    px_per_mm: float
    text: float = 1.0  # how much larger than ordinary a resident wants text

    @classmethod
    def of(cls, width: int, height: int, width_mm: float) -> Frame:
        return cls(width, height, width / width_mm)

    @property
    def growth(self) -> float:
        """How much larger everything is than on a panel of ten inches; below 1 only where the screen
        is too small for legible letters."""
        width_mm, height_mm = self.width / self.px_per_mm, self.height / self.px_per_mm
        if width_mm < SMALLEST_MM[0] or height_mm < SMALLEST_MM[1]:
            return min(width_mm / SMALLEST_MM[0], height_mm / SMALLEST_MM[1])
        return max(1.0, float((min(width_mm, height_mm) / _READ_AT_ARM_MM) ** _GROWTH))

    def mm(self, mm: float) -> int:
        """A length in pixels, grown with the screen; never a pixel too short."""
        return math.ceil(mm * self.growth * self.px_per_mm)

    @property
    def roomy(self) -> bool:
        """Whether there is room between things; not on seven inches."""
        return self.height >= ROOMY_MM * self.px_per_mm * self.growth

    def style(self, step: float, bold: bool = False) -> Style:
        return Style(self.mm(LETTER_MM * step * self.text), bold)

    def titles(self, *steps: float) -> tuple[Style, ...]:
        """Bold styles, as a title tries them one after the other: these steps, and the smallest that there is."""
        return (*(self.style(step, bold=True) for step in steps), self.ordinary.style(1, bold=True))

    @property
    def ordinary(self) -> Frame:
        """The same screen with text of ordinary size: for words that have no more room."""
        return replace(self, text=1.0)

    @property
    def reach(self) -> int:
        """How far down the screen begins what somebody seated can touch: the lower two thirds of a tall screen."""
        return -(-self.height // 3) if self.height > self.width * 1.2 else 0


def strong(colour: Rgb) -> Rgb:
    """The same role in high contrast."""
    return _STRONG[colour]
