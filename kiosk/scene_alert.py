"""An emergency: it fills the screen in lacquer, in the largest letters in which all of it fits."""

from __future__ import annotations

from itertools import pairwise

from controller.core.palette import LACQUER, PAPER
from controller.core.words import upper_first
from kiosk.look import GAP_MM, STEPS, Frame
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.state import State
from kiosk.widgets import Box, Scene, Shape

Part = tuple[str, bool]  # a text, and whether it is a title


def scene(state: State, setting: Setting) -> Scene:
    frame, words, room = setting.frame, setting.words, setting.room
    sheet = setting.sheet(LACQUER)
    alerts = state.bulletin.alerts if state.bulletin else ()
    head = frame.style(1.6, bold=True)
    begin = sheet.badge(room.x, room.y, head, (Shape.BANG, LACQUER, PAPER))
    left = sheet.text_right(room.right, room.y, room.width // 2, state.now.strftime("%H:%M"), head, PAPER)
    sheet.text(begin, room.y, left - begin, words("kiosk.alert.heading"), head, PAPER)
    top, bottom = room.y + head.line + frame.mm(GAP_MM), room.bottom
    if any(alert.on_air for alert in alerts):
        style = frame.style(1, bold=True)
        bottom -= style.line
        word = upper_first(words("kiosk.standing.on_air"))
        begin = sheet.badge(room.x, bottom, style, (Shape.DISC, LACQUER, PAPER))
        sheet.text(begin, bottom, room.right - begin, word, style, PAPER)
        bottom -= frame.mm(GAP_MM)
    parts = [part for alert in alerts for part in ((alert.title, True), (alert.text, False)) if part[0]]
    _fill(sheet, frame, Box(room.x, top, room.width, bottom - top), parts)
    return sheet.scene


def _fill(sheet: Sheet, frame: Frame, box: Box, parts: list[Part]) -> None:
    """The parts one under the other, titles a step larger than texts, in the largest steps in which
    all of it fits; cut only at the smallest."""
    for text_step, title_step in reversed(tuple(pairwise(STEPS))):
        styles = {True: frame.style(title_step, bold=True), False: frame.style(text_step)}
        height = sum(
            len(sheet.lines(text, box.width, styles[title], box.height)) * styles[title].line for text, title in parts
        )
        if height <= box.height:
            break
    y = box.y
    for text, title in parts:
        y = sheet.text(box.x, y, box.width, text, styles[title], PAPER, most=(box.bottom - y) // styles[title].line)
