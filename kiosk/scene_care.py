"""Pages about the visit itself: is anybody still there, and what is said after a failure."""

from __future__ import annotations

from controller.core.palette import INK, LACQUER, MUTED, NIGHT, PAPER
from kiosk.acts import GoTo, Leave, Stay
from kiosk.bar import Bar, Forward, bar, way_back
from kiosk.look import GAP_MM
from kiosk.page import body, heading
from kiosk.setting import Setting
from kiosk.state import LANGUAGE, State
from kiosk.widgets import Box, Scene


def still_there(state: State, setting: Setting) -> Scene:
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    frame = setting.frame
    y = heading(sheet, setting, words("kiosk.still_there.title"))
    places = Bar.of(setting)
    bottom = places.top - frame.mm(GAP_MM)
    left = words("kiosk.still_there.left", seconds=state.left_s)
    style = sheet.first_whole(left, room.width, 1, [frame.style(2, bold=True), frame.ordinary.style(1.25, bold=True)])
    if y + 3 * style.line > bottom:
        style = frame.ordinary.style(1, bold=True)
    y = sheet.text(room.x, y, room.width, left, style, INK)
    body(sheet, Box(room.x, y, room.width, bottom - y), words("kiosk.still_there.lead"), MUTED)
    way_back(sheet, setting, places.back, Leave(), leaves=True)
    stay = Box(places.tools[0].x, places.forward.y, places.forward.right - places.tools[0].x, places.forward.height)
    if places.tools[0].y != places.forward.y:
        stay = places.forward
    sheet.button(stay, words("kiosk.still_there.stay"), Stay(), primary=True)
    return sheet.scene


def still_there_said(_: State, setting: Setting) -> str:
    return setting.words("kiosk.still_there.said")


def sorry(_: State, setting: Setting) -> Scene:
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    y = heading(sheet, setting, words("kiosk.sorry.title"), LACQUER)
    bottom = bar(sheet, setting, Leave(), Forward(words("kiosk.sorry.again"), GoTo(LANGUAGE)), leaves=True)
    body(sheet, Box(room.x, y, room.width, bottom - y), words("kiosk.sorry.lead"), large=True)
    return sheet.scene


def sorry_said(_: State, setting: Setting) -> str:
    return f"{setting.words('kiosk.sorry.title')}\n{setting.words('kiosk.sorry.lead')}"


def covered(setting: Setting) -> Scene:
    """What the kept picture shows while a resident's own pages are on the screen."""
    sheet = setting.sheet(NIGHT)
    sheet.centred(setting.room, setting.words("kiosk.covered"), setting.frame.style(1.25), PAPER)
    return sheet.scene
