"""Lines of a list that can be touched, each with its badge, its words and smaller ones below; and lists by pages. Pure.

A row is as high as its words; where larger text would not hold all of them, they are of ordinary size. A question that
stands above its answer always is: the answer is what is read, and more of them are seen at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.palette import BAMBOO, INK, PAPER, TURMERIC
from kiosk.acts import Act
from kiosk.controls import PAD_MM, Badge
from kiosk.look import BUTTON_MM, GAP_MM, ROOMY_MM, TOUCH_MM, Style
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Shape, Target

CHOSEN: Badge = (Shape.CHECK, PAPER, BAMBOO)
OPEN: Badge = (Shape.RING, INK, PAPER)
WARNED: Badge = (Shape.BANG, INK, TURMERIC)


@dataclass(frozen=True, slots=True)
class Row:
    """label: all of it can be read, while there is room for it. note: what is said or was answered below it. asked: the
    label is a question, and the note its answer."""

    label: str
    act: Act
    badge: Badge | None = None
    note: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a row is written. whole: with all of its label."""

    style: Style
    lines: list[str]
    below: Style
    notes: list[str]
    whole: bool

    @property
    def height(self) -> int:
        return len(self.lines) * self.style.line + len(self.notes) * self.below.line


def lettering(sheet: Sheet, width: int, height: int, row: Row) -> Lettering:
    """In a box of that size."""
    badge = sheet.badge_width(sheet.frame.style(1, bold=True)) if row.badge else 0
    room, high = width - 2 * sheet.frame.mm(PAD_MM) - badge, height - sheet.frame.mm(PAD_MM)
    for frame in (sheet.frame, sheet.frame.ordinary):
        style, below = (sheet.frame.ordinary if row.asked else frame).style(1, bold=True), frame.style(1)
        whole = sheet.whole(row.label, room, style, max(1, high // style.line))
        lines = sheet.lines(row.label, room, style, max(1, high // style.line))
        left = max(0, (high - len(lines) * style.line) // below.line)
        notes = sheet.lines(row.note, room, below, len(row.note))
        found = Lettering(style, lines, below, sheet.lines(row.note, room, below, left) if left else [], whole)
        if whole and len(notes) <= left:
            break
    return found


def row_height(sheet: Sheet, width: int, height: int, row: Row, least: int) -> int:
    """What a row takes of a box; never lower than `least`."""
    return max(least, lettering(sheet, width, height, row).height + sheet.frame.mm(PAD_MM))


def draw_row(sheet: Sheet, box: Box, row: Row) -> None:
    frame, found = sheet.frame, lettering(sheet, box.width, box.height, row)
    colour = sheet.key(box, row.act, chosen=row.badge == CHOSEN)
    y = box.y + max(0, (box.height - found.height) // 2)
    x = box.x + frame.mm(PAD_MM)
    if row.badge:
        x = sheet.badge(x, y, found.style, row.badge)
    for style, lines in ((found.style, found.lines), (found.below, found.notes)):
        for line in lines:
            y = sheet.text(x, y, sheet.width(line, style), line, style, colour)
    sheet.put(Target(box, row.act))


def pages_of_rows(sheet: Sheet, box: Box, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The rows by pages of the box; there is always one."""
    gap, used = sheet.frame.mm(GAP_MM), 0
    pages: list[list[Row]] = [[]]
    for row in rows:
        height = row_height(sheet, box.width, box.height, row, _least(sheet)) + gap
        if pages[-1] and used + height - gap > box.height:
            pages.append([])
            used = 0
        pages[-1].append(row)
        used += height
    return list(pages)


def list_page(sheet: Sheet, box: Box, rows: Sequence[Row]) -> None:
    """Rows from the box's top."""
    y = box.y
    for row in rows:
        height = min(row_height(sheet, box.width, box.height, row, _least(sheet)), box.bottom - y)
        draw_row(sheet, Box(box.x, y, box.width, height), row)
        y += height + sheet.frame.mm(GAP_MM)


def _least(sheet: Sheet) -> int:
    frame = sheet.frame
    return frame.mm(BUTTON_MM if frame.height > frame.mm(ROOMY_MM) else TOUCH_MM)
