"""Call for help: the desk hears of it, and whether somebody is on the way is seen here."""

from __future__ import annotations

from controller.core.palette import INK, PAPER
from kiosk.acts import Act, CallHelp, FileService, GoTo
from kiosk.asking import HELP as CALL
from kiosk.bar import Forward, bar
from kiosk.bulletin import Bulletin, CallState
from kiosk.look import GAP_MM
from kiosk.page import body, heading
from kiosk.setting import Setting
from kiosk.sheet import FAULT_BADGE, WAIT_BADGE
from kiosk.state import DOORS, State
from kiosk.widgets import Box, Scene, Shape

_ASKS_AGAIN = frozenset({"lead", "failed", "over"})
_BADGES = {"calling": WAIT_BADGE, "called": WAIT_BADGE, "failed": FAULT_BADGE, "late": FAULT_BADGE}


def scene(state: State, setting: Setting) -> Scene:
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    standing = _standing(state)
    y = heading(sheet, setting, words("kiosk.help.title"))
    # the filing, if one is begun, goes on where it was
    back: Act = FileService() if state.visit is not None else GoTo(DOORS)
    call = Forward(words("kiosk.help.call"), CallHelp(), Shape.HAND) if standing in _ASKS_AGAIN else None
    bottom = bar(sheet, setting, back, call)
    if standing in _BADGES and y + 3 * setting.frame.style(2).line < bottom:
        style = setting.frame.style(2)
        sheet.badge(room.x, y, style, _BADGES[standing])
        y += style.line + setting.frame.mm(GAP_MM)
    body(sheet, Box(room.x, y, room.width, bottom - y), words(f"kiosk.help.{standing}"), INK, large=True)
    return sheet.scene


def said(state: State, setting: Setting) -> str:
    return setting.words(f"kiosk.help.{_standing(state)}")


def _standing(state: State) -> str:
    request = state.request
    if request is None or request.kind != CALL:
        return "lead"
    if request.failed:
        return "failed"
    calls = (state.bulletin or Bulletin()).calls
    call = next((one for one in calls if request.ident and one.id == request.ident), None)
    if call is None:
        return "late" if request.late else "calling"
    return _STANDINGS[call.state]


_STANDINGS = {CallState.OPEN: "called", CallState.ANSWERED: "answered", CallState.OVER: "over"}
