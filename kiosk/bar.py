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
# the widths of back, each tool, forward, and of the gaps; the first that fits
_SIZES_MM = (
    (48.0, 20.0, 76.0, 4.0),
    (42.0, 18.0, 62.0, 3.0),
    (20.0, 16.0, 44.0, 2.0),
    (18.0, 16.0, 42.0, 2.0),
)
_TOOL_COUNT = 4
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
    """The places of the buttons. On a screen that is tall, or narrow for them, they stand in two rows."""

    back: Box
    tools: tuple[Box, ...]
    forward: Box

    @classmethod
    def of(cls, setting: Setting) -> Bar:
        frame, room = setting.frame, setting.room
        height = frame.mm(BUTTON_MM)
        bottom = room.bottom - height
        count = _TOOL_COUNT
        for widths in () if frame.reach else _SIZES_MM:
            back, tool, forward, gap = (frame.mm(width) for width in widths)
            free = room.width - back - forward - count * tool
            if free >= (count + 1) * gap:
                left = room.x + back + (free - (count - 1) * gap) // 2
                tools = tuple(Box(left + n * (tool + gap), bottom, tool, height) for n in range(count))
                return cls(Box(room.x, bottom, back, height), tools, Box(room.right - forward, bottom, forward, height))
        gap, tool = frame.mm(GAP_MM), frame.mm(_SIZES_MM[0][1])
        upper, half = bottom - height - gap, (room.width - gap) // 2
        left = room.x + (room.width - count * tool - (count - 1) * gap) // 2
        return cls(
            Box(room.x, bottom, half, height),
            tuple(Box(left + n * (tool + gap), upper, tool, height) for n in range(count)),
            Box(room.right - half, bottom, half, height),
        )

    @property
    def top(self) -> int:
        return min(box.y for box in (self.back, *self.tools))


def bar(sheet: Sheet, setting: Setting, back: Act | None, forward: Forward | None = None, leaves: bool = False) -> int:
    """Draw it; returns how far down what stands above it may reach. leaves: back is out of the visit."""
    places, words = Bar.of(setting), setting.words
    if back is not None:
        way_back(sheet, setting, places.back, back, leaves)
    for box, (name, shape, act) in zip(places.tools, (*_TOOLS, _CALL), strict=True):
        chosen = name == "text" and setting.frame.text > TEXT_SIZES[0]
        sheet.tool(box, words(f"kiosk.tool.{name}"), shape, act, chosen or (name == "contrast" and setting.contrast))
    if forward is not None:
        sheet.button(places.forward, forward.label, forward.act, primary=True, shape=forward.shape, after=True)
    return places.top - setting.frame.mm(GAP_MM)


def way_back(sheet: Sheet, setting: Setting, box: Box, act: Act, leaves: bool = False) -> None:
    """The button at the bottom left; where it is narrow, a shape over a shorter word."""
    key, shape = ("leave", Shape.CROSS) if leaves else ("back", Shape.BACK)
    word, style = setting.words(f"kiosk.{key}"), setting.frame.ordinary.style(1, bold=True)
    if sheet.fitting(word, box.width - 2 * setting.frame.mm(2), box.height - setting.frame.mm(1), [style]):
        sheet.button(box, word, act, shape=shape)
    else:
        sheet.tool(box, setting.words(f"kiosk.tool.{key}"), shape, act)
