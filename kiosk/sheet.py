"""A sheet on which a scene is laid out: text that fits, signs on a text's line, buttons.

Pure: it measures with the function it is given and collects widgets; nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from controller.core.palette import BAMBOO, INK, LACQUER, LEAF, MUTED, NIGHT, PAPER, TURMERIC, Rgb
from kiosk.acts import Act
from kiosk.bulletin import Standing
from kiosk.look import CORNER_MM, Frame, Style
from kiosk.typeset import wrap
from kiosk.widgets import Box, Label, Panel, Scene, Shape, Sign, Target, Widget

Measure = Callable[[str, Style], int]  # the width of one line in pixels

BADGES: dict[Standing, tuple[Shape, Rgb, Rgb]] = {  # shape, its colour, its ground
    Standing.COMING: (Shape.DOTS, INK, TURMERIC),
    Standing.ON_AIR: (Shape.DISC, PAPER, BAMBOO),
    Standing.PLAYED: (Shape.CHECK, INK, LEAF),
    Standing.MISSED: (Shape.BANG, PAPER, LACQUER),
    Standing.CUT: (Shape.BANG, PAPER, LACQUER),
    Standing.STOPPED: (Shape.SQUARE, PAPER, MUTED),
}
FAULT_BADGE = (Shape.BANG, PAPER, LACQUER)
WAIT_BADGE = (Shape.DOTS, INK, TURMERIC)


class Sheet:
    def __init__(self, frame: Frame, measure: Measure, ground: Rgb, pressed: Act | None = None) -> None:
        self.frame, self._measure, self._pressed = frame, measure, pressed
        self.ground = ground
        self.whole_screen = Box(0, 0, frame.width, frame.height)
        self._widgets: list[Widget] = [Panel(self.whole_screen, ground)]
        self._broken: dict[tuple[str, int, Style, int], list[str]] = {}  # asked for again and again

    @property
    def scene(self) -> Scene:
        return tuple(self._widgets)

    def width(self, text: str, style: Style) -> int:
        return self._measure(text, style)

    def lines(self, text: str, width: int, style: Style, most: int) -> list[str]:
        """At most so many, as they fit; not to be changed."""
        key = (text, width, style, most)
        if key not in self._broken:
            self._broken[key] = wrap(text, width, lambda part: self._measure(part, style), most)
        return self._broken[key]

    def text(self, x: int, y: int, width: int, text: str, style: Style, colour: Rgb, most: int = 1) -> int:
        """Lines of text from (x, y) down; returns where the next line would begin."""
        for line in self.lines(text, width, style, most):
            box = Box(x, y, min(width, self._measure(line, style)), style.line)
            self._widgets.append(Label(box, line, style, colour))
            y += style.line
        return y

    def text_right(self, right: int, y: int, width: int, text: str, style: Style, colour: Rgb) -> int:
        """One line that ends at `right`; returns where it begins."""
        line = next(iter(self.lines(text, width, style, 1)), "")
        x = right - self._measure(line, style)
        self.text(x, y, width, line, style, colour)
        return x

    def beside(self, y: int, style: Style, other: Style) -> int:
        """Where a line of `other` begins so that it stands on the baseline of a line of `style` at `y`."""
        return y + style.baseline - other.baseline

    def panel(self, box: Box, colour: Rgb, round_corners: bool = True) -> None:
        self._widgets.append(Panel(box, colour, self.frame.mm(CORNER_MM) if round_corners else 0))

    def badge(self, x: int, y: int, style: Style, kind: tuple[Shape, Rgb, Rgb]) -> int:
        """A shape on a disc, centred on the capitals of a line at `y`; returns where text goes on."""
        shape, colour, ground = kind
        size = round(style.cap * 1.7)
        top = y + style.baseline - style.cap // 2 - size // 2
        disc = Box(x, top, size, size)
        self._widgets.append(Panel(disc, ground, size // 2))
        self._widgets.append(Sign(disc.inset(round(size * 0.2)), shape, colour))
        return x + self.badge_width(style)

    def badge_width(self, style: Style) -> int:
        """The width of a badge and the gap after it."""
        return round(style.cap * 1.7) + round(style.cap * 0.7)

    def standing(self, x: int, y: int, width: int, standing: Standing, word: str, style: Style, colour: Rgb) -> int:
        """The badge of a standing with its word; returns where the word ends."""
        begin = self.badge(x, y, style, BADGES[standing])
        room = width - (begin - x)
        self.text(begin, y, room, word, style, colour)
        return begin + min(room, self._measure(word, style))

    def put(self, widget: Widget) -> None:
        self._widgets.append(widget)

    def is_pressed(self, act: Act) -> bool:
        return self._pressed == act

    def whole(self, text: str, width: int, style: Style, most: int) -> bool:
        """Whether all of it fits, with no word broken."""
        if any(self._measure(word, style) > width for word in text.split()):
            return False
        return len(self.lines(text, width, style, most + 1)) <= most

    def fitting(self, text: str, width: int, height: int, styles: Sequence[Style]) -> Style | None:
        """The first of these styles in which all of it fits."""
        return next((s for s in styles if s.line <= height and self.whole(text, width, s, height // s.line)), None)

    def first_whole(self, text: str, width: int, height: int, styles: Sequence[Style]) -> Style:
        """The same, else the last; where there is less height than a line, one line."""
        return next((s for s in styles if self.whole(text, width, s, max(1, height // s.line))), styles[-1])

    def button(
        self,
        box: Box,
        label: str,
        act: Act,
        primary: bool = False,
        shape: Shape | None = None,
        after: bool = False,
        reach: Box | None = None,
    ) -> None:
        """A button; its label is centred, with a shape before it or `after` it, in the largest size in which all of
        it fits. A touch within `reach` (the box, if none is given) counts.
        """  # fmt: skip
        frame = self.frame
        colour = self.key(box, act, primary)
        small, plain = frame.style(1, bold=True), frame.ordinary.style(1, bold=True)
        styles = [frame.style(1.25, bold=True), small, plain] if primary else [small, plain]
        sign = small.cap if shape else 0
        beside = sign + round(small.cap * 0.7) if shape else 0
        room, high = box.width - 2 * frame.mm(2) - beside, box.height - frame.mm(1)
        if shape and self.fitting(label, room, high, styles) is None:  # then the words go before the shape
            shape, room, sign, beside = None, room + beside, 0, 0
        style = self.first_whole(label, room, high, styles)
        lines = self.lines(label, room, style, max(1, (box.height - frame.mm(1)) // style.line))
        widest = max((self._measure(line, style) for line in lines), default=0)
        left = box.x + (box.width - widest - beside) // 2
        middle = box.y + box.height // 2
        if shape:
            x = left + widest + beside - sign if after else left
            self._widgets.append(Sign(Box(x, middle - sign // 2, sign, sign), shape, colour))
        self._centred(left if after else left + beside, widest, middle, lines, style, colour)
        self._widgets.append(Target(reach or box, act))

    def tool(self, box: Box, word: str, shape: Shape, act: Act, chosen: bool = False) -> None:
        """A small key with a shape over a word, which is left out where it does not fit."""
        colour = self.key(box, act, chosen=chosen)
        style = self.frame.ordinary.style(1)
        sign = round(style.cap * 1.5)
        worded = bool(word) and self._measure(word, style) <= box.width - 2 * self.frame.mm(0.6)
        gap = round(style.cap * 0.1)
        height = sign + (gap + style.line if worded else 0)
        y = box.y + (box.height - height) // 2
        self._widgets.append(Sign(Box(box.x + (box.width - sign) // 2, y, sign, sign), shape, colour))
        if worded:
            y += sign + gap - round(style.cap * 0.2)
            width = self._measure(word, style)
            self._widgets.append(
                Label(Box(box.x + (box.width - width) // 2, y, width, style.line), word, style, colour)
            )
        self._widgets.append(Target(box, act))

    def key(self, box: Box, act: Act, primary: bool = False, chosen: bool = False) -> Rgb:
        """The body of whatever can be touched; returns the colour of what is written on it."""
        frame, night = self.frame, self.ground == NIGHT
        colour, ground = (BAMBOO, PAPER) if night else (PAPER, BAMBOO)
        if not primary:
            colour, ground = (PAPER, NIGHT) if night else (INK, PAPER)
        if chosen or self.is_pressed(act):
            colour, ground = INK, LEAF
        flat = primary or self.is_pressed(act)
        self.panel(box, ground if flat else colour)
        if not flat:
            inner = box.inset(frame.mm(0.6))
            self._widgets.append(Panel(inner, ground, max(0, frame.mm(CORNER_MM) - frame.mm(0.6))))
        return colour

    def shape(self, box: Box, shape: Shape, colour: Rgb) -> None:
        """A shape in the middle of the box, as large as text."""
        size = min(box.width, box.height, round(self.frame.style(1).cap * 1.5))
        place = Box(box.x + (box.width - size) // 2, box.y + (box.height - size) // 2, size, size)
        self._widgets.append(Sign(place, shape, colour))

    def centred(self, box: Box, text: str, style: Style, colour: Rgb) -> None:
        """As many lines as fit, in the middle of the box."""
        lines = self.lines(text, box.width, style, max(1, box.height // style.line))
        self._centred(box.x, box.width, box.y + box.height // 2, lines, style, colour)

    def _centred(self, x: int, width: int, middle: int, lines: Sequence[str], style: Style, colour: Rgb) -> None:
        """Lines centred in `width` from x on, and about `middle`: on the capitals, not on the line box, which keeps
        room for stacked accents."""
        y = middle - style.cap // 2 - style.baseline + style.cap - (len(lines) - 1) * style.line // 2
        for line in lines:
            wide = self._measure(line, style)
            self._widgets.append(Label(Box(x + (width - wide) // 2, y, wide, style.line), line, style, colour))
            y += style.line
