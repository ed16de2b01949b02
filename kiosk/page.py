"""How most pages begin, and text that is as large as its room allows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from controller.core.palette import BAMBOO, INK, Rgb
from kiosk.acts import Act
from kiosk.bar import Bar, Forward, bar
from kiosk.look import GAP_MM, Style
from kiosk.rows import Row, list_page, pages_of_rows
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box

Turn = Callable[[int], Act]  # to a page of a list


def heading(sheet: Sheet, setting: Setting, text: str, colour: Rgb = BAMBOO) -> int:
    """A title at the top, in the largest size in which it is one line; returns where the page goes on."""
    frame, room = setting.frame, setting.room
    styles = frame.titles(1.25, 1)
    styles = tuple(style for style in styles if style.line * 6 <= room.height) or styles[-1:]
    style = sheet.first_whole(text, room.width, 1, styles)
    return sheet.text(room.x, room.y, room.width, text, style, colour) + frame.mm(GAP_MM / 2)


def body(sheet: Sheet, box: Box, text: str, colour: Rgb = INK, large: bool = False) -> int:
    """Text from the box's top, in the largest size in which all of it fits; returns where it ends."""
    frame = sheet.frame
    steps = (1.6, 1.25, 1.0) if large else (1.0,)
    styles = [frame.style(step) for step in steps] + [frame.ordinary.style(1)]
    style = sheet.first_whole(text, box.width, box.height, styles)
    return sheet.text(box.x, box.y, box.width, text, style, colour, most=max(1, box.height // style.line))


def below_reach(setting: Setting, y: int) -> int:
    """Where what can be touched may begin, below y."""
    return max(y, setting.frame.reach)


def pages_of_text(sheet: Sheet, text: str, width: int, height: int, style: Style) -> list[list[str]]:
    """All of a text as pages of lines."""
    lines = sheet.lines(text, width, style, len(text) + 1)
    most = max(1, height // style.line)
    return [lines[begin : begin + most] for begin in range(0, len(lines), most)] or [[]]


def listing(sheet: Sheet, setting: Setting, top: int, rows: Sequence[Row], page: int, out: Act, turn: Turn) -> None:
    """A list that fills the page, turned by the bar's own buttons: forward to more of it, back to the page before and
    at last `out`."""
    room, gap = setting.room, setting.frame.mm(GAP_MM)
    top = max(top, setting.frame.reach)
    box = Box(room.x, top, room.width, Bar.of(setting).top - gap - top)
    pages = pages_of_rows(sheet, box, rows)
    page = max(0, min(page, len(pages) - 1))
    list_page(sheet, box, pages[page])
    more = Forward(setting.words("kiosk.next"), turn(page + 1)) if page + 1 < len(pages) else None
    bar(sheet, setting, turn(page - 1) if page else out, more)
