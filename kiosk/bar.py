"""The row of buttons at the bottom, the same in every scene of a visit: back at the left, the primary action at the
right, and between them what helps with the page itself: hear it again, larger text, high contrast, call for help. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.acts import Act, GoTo, NextTextSize, SayAgain, SwitchContrast
from kiosk.look import BUTTON_MM, GAP_MM, TEXT_SIZES
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Shape

HELP = "help"  # a scene
# the widths of back, each tool, forward, of the gaps, and how many tools; the first that fits
_SIZES_MM = (
    (48.0, 20.0, 76.0, 4.0, 4),
    (42.0, 18.0, 62.0, 3.0, 4),
    (34.0, 16.0, 44.0, 3.0, 3),
    (31.0, 16.0, 42.0, 2.5, 3),
)
_TOOLS: tuple[tuple[str, Shape, Act], ...] = (
    ("again", Shape.SPEAKER, SayAgain()),
    ("text", Shape.LARGER, NextTextSize()),
    ("contrast", Shape.HALF, SwitchContrast()),
)
_CALL = ("help", Shape.HAND, GoTo(HELP))


@dataclass(frozen=True, slots=True)
class Forward:
    """The primary action."""

    label: str
    act: Act
    shape: Shape | None = Shape.NEXT  # stands after the label


@dataclass(frozen=True, slots=True)
class Bar:
    """The places of the buttons. On a screen that is narrow for them they stand in two rows."""

    back: Box
    tools: tuple[Box, ...]
    forward: Box

    @classmethod
    def of(cls, setting: Setting) -> Bar:
        frame, room = setting.frame, setting.room
        height = frame.mm(BUTTON_MM)
        bottom = room.bottom - height
        for *widths, count in _SIZES_MM:
            back, tool, forward, gap = (frame.mm(width) for width in widths)
            free = room.width - back - forward - count * tool
            if free >= (count + 1) * gap:
                left = room.x + back + (free - (count - 1) * gap) // 2
                tools = tuple(Box(left + n * (tool + gap), bottom, tool, height) for n in range(count))
                return cls(Box(room.x, bottom, back, height), tools, Box(room.right - forward, bottom, forward, height))
        gap, tool = frame.mm(GAP_MM), frame.mm(_SIZES_MM[0][1])
        upper, half = bottom - height - gap, (room.width - gap) // 2
        left = room.x + (room.width - 3 * tool - 2 * gap) // 2
        return cls(
            Box(room.x, bottom, half, height),
            tuple(Box(left + n * (tool + gap), upper, tool, height) for n in range(3)),
            Box(room.right - half, bottom, half, height),
        )

    @property
    def top(self) -> int:
        return min(box.y for box in (self.back, *self.tools))


def bar(sheet: Sheet, setting: Setting, back: Act | None, forward: Forward | None = None, back_label: str = "") -> int:
    """Draw it; returns how far down what stands above it may reach."""
    places, words = Bar.of(setting), setting.words
    if back is not None:
        sheet.button(places.back, back_label or words("kiosk.back"), back, shape=Shape.BACK)
    for box, (name, shape, act) in zip(places.tools, (*_TOOLS, _CALL), strict=False):
        chosen = name == "text" and setting.frame.text > TEXT_SIZES[0]
        sheet.tool(box, words(f"kiosk.tool.{name}"), shape, act, chosen or (name == "contrast" and setting.contrast))
    if forward is not None:
        sheet.button(places.forward, forward.label, forward.act, primary=True, shape=forward.shape, after=True)
    return places.top - setting.frame.mm(GAP_MM)
