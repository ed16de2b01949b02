"""What can be learnt: the lessons, and a lesson step by step, each with a picture."""

from __future__ import annotations

from controller.core.palette import INK, LEAF, PAPER
from kiosk.acts import GoTo
from kiosk.bar import Forward, bar
from kiosk.controls import progress
from kiosk.lessons import LESSONS, SIGNS
from kiosk.look import GAP_MM
from kiosk.page import body, heading, listing
from kiosk.rows import Row
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.state import DOORS, LEARN, LESSON, State
from kiosk.widgets import Box, Scene, Shape, Sign


def scene(state: State, setting: Setting) -> Scene:
    sheet, words = setting.sheet(PAPER), setting.words
    top = heading(sheet, setting, words("kiosk.learn.title"))
    rows = [
        Row(words(f"kiosk.learn.{name}.title"), GoTo(LESSON, about=name), (SIGNS[name], INK, LEAF)) for name in LESSONS
    ]
    listing(sheet, setting, top, rows, state.page, GoTo(DOORS), lambda page: GoTo(LEARN, page))
    return sheet.scene


def said(_: State, setting: Setting) -> str:
    return "\n".join(setting.words(f"kiosk.learn.{key}") for key in ("said", *(f"{name}.title" for name in LESSONS)))


def lesson(state: State, setting: Setting) -> Scene:
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    gap = setting.frame.mm(GAP_MM)
    pictures = LESSONS[state.about]
    page = min(state.page, len(pictures) - 1)
    top = heading(sheet, setting, words(f"kiosk.learn.{state.about}.title"))
    back = GoTo(LESSON, page - 1, state.about) if page else GoTo(LEARN)
    if page + 1 < len(pictures):
        forward = Forward(words("kiosk.forward"), GoTo(LESSON, page + 1, state.about))
    else:
        forward = Forward(words("kiosk.learn.done"), GoTo(LEARN), Shape.CHECK)
    bottom = bar(sheet, setting, back, forward)
    text = words(f"kiosk.learn.{state.about}.step{page + 1}")
    numbered, side = _room_for(sheet, setting, text, bottom - top)
    if numbered:
        top = progress(sheet, words, room.x, top, room.width, page + 1, len(pictures)) + gap // 2
    if side:
        sheet.panel(Box(room.x, top, side, side), LEAF)
        sheet.put(Sign(Box(room.x, top, side, side).inset(side // 5), pictures[page], INK))
    wide = room.width > room.height
    x, y = (room.x + (side + gap) * bool(side), top) if wide else (room.x, top + (side + gap) * bool(side))
    body(sheet, Box(x, y, room.right - x, bottom - y), text, large=True)
    return sheet.scene


def _room_for(sheet: Sheet, setting: Setting, text: str, height: int) -> tuple[bool, int]:
    """Whether there is room to say which step it is, and how large the picture may be, so that all of the text fits."""
    frame, room = setting.frame, setting.room
    style, smallest, gap = frame.style(1), frame.ordinary.style(1), frame.mm(GAP_MM)
    wide = room.width > room.height
    largest = min(frame.mm(60), room.width // 4 if wide else room.height // 4)
    for numbered in (True, False):
        high = height - (style.line + gap // 2 if numbered else 0)
        for side in (min(largest, high), min(largest * 2 // 3, high), 0):
            width = room.width - (side + gap if wide and side else 0)
            left = high - (0 if wide or not side else side + gap)
            if sheet.fitting(text, width, left, [smallest]):
                return numbered, side
    return False, 0


def lesson_said(state: State, setting: Setting) -> str:
    page = min(state.page, len(LESSONS[state.about]) - 1)
    step = setting.words(f"kiosk.learn.{state.about}.step{page + 1}")
    return f"{setting.words(f'kiosk.learn.{state.about}.title')}\n{step}" if page == 0 else step
