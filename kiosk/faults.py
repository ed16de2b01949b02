"""What is wrong with the station, in a resident's words, as a line of a scene. Pure."""

from __future__ import annotations

from controller.core.palette import LEAF, MUTED, NIGHT, Rgb
from kiosk.setting import Setting
from kiosk.sheet import FAULT_BADGE, WAIT_BADGE, Sheet
from kiosk.state import State
from schedules.wording import time_words


def fault_words(state: State, setting: Setting) -> str:
    """What is wrong, as a resident needs to know it; "" while all is in order."""
    words = setting.words
    if state.bulletin is None:
        return words("kiosk.not_yet")
    if state.lost_since is not None:
        return words("kiosk.fault.stale", time=time_words(state.lost_since.time(), words))
    for kind in (*state.faults, *state.bulletin.faults):
        key = f"kiosk.fault.{kind}"
        return words(key if words.has(key) else "kiosk.fault.device")
    return ""


def fault_lines(sheet: Sheet, state: State, setting: Setting) -> list[str]:
    said = fault_words(state, setting)
    style = setting.frame.style(1)
    return sheet.lines(said, setting.room.width - sheet.badge_width(style), style, 2)


def fault_strip(sheet: Sheet, state: State, setting: Setting, y: int) -> None:
    """What is wrong, with its badge, from `y` down."""
    style, room = setting.frame.style(1), setting.room
    colour: Rgb = LEAF if sheet.ground == NIGHT else MUTED
    lines = fault_lines(sheet, state, setting)
    begin = sheet.badge(room.x, y, style, FAULT_BADGE if state.bulletin else WAIT_BADGE)
    sheet.text(begin, y, room.right - begin, " ".join(lines), style, colour, most=len(lines))
