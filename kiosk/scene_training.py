"""Training sessions: which are coming, and one of them with a seat for whoever wants it. No name is asked for."""

from __future__ import annotations

from controller.core.palette import BAMBOO, INK, LEAF, MUTED, PAPER, Rgb
from kiosk.acts import GoTo, SignUp
from kiosk.asking import SEAT
from kiosk.bar import Bar, Forward, bar
from kiosk.bulletin import Bulletin, Training
from kiosk.controls import done_panel, error_panel, hint_panel, panel_height, wait_panel
from kiosk.look import GAP_MM, Style
from kiosk.page import body, heading, listing, pages_of_text
from kiosk.rows import Row
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.state import DOORS, SESSION, TRAINING, Request, State
from kiosk.widgets import Box, Scene, Shape
from schedules.wording import when_words


def scene(state: State, setting: Setting) -> Scene:
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    top = heading(sheet, setting, words("kiosk.training.title"))
    trainings = _trainings(state)
    if not trainings:
        bottom = bar(sheet, setting, GoTo(DOORS))
        body(sheet, Box(room.x, top, room.width, bottom - top), words("kiosk.training.empty"), large=True)
        return sheet.scene
    rows = [
        Row(one.title, GoTo(SESSION, about=one.id), (Shape.PEOPLE, INK, LEAF), _when(one, state, setting))
        for one in trainings
    ]
    listing(sheet, setting, top, rows, state.page, GoTo(DOORS), lambda page: GoTo(TRAINING, page))
    return sheet.scene


def said(state: State, setting: Setting) -> str:
    return setting.words("kiosk.training.said" if _trainings(state) else "kiosk.training.empty")


def session(state: State, setting: Setting) -> Scene:
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    one, standing = _chosen(state), _standing(state)
    if one is None:
        y, bottom = heading(sheet, setting, words("kiosk.training.title")), bar(sheet, setting, GoTo(TRAINING))
        body(sheet, Box(room.x, y, room.width, bottom - y), words("kiosk.training.gone"), large=True)
        return sheet.scene
    ask = None
    if standing in {"free", "failed"}:
        ask = Forward(words("kiosk.training.ask"), SignUp(state.about), Shape.CHECK)
    message = "" if standing == "free" else _message(state, setting)
    gap = setting.frame.mm(GAP_MM)
    bottom = Bar.of(setting).top - gap
    panel = panel_height(sheet, room.width, message, _PANEL_LINES) + gap if message else 0
    laid = _laid(sheet, state, setting, one, bottom - room.y - panel)
    if laid is None:
        return _in_parts(state, setting, one, message, ask)
    y = room.y
    for text, style, colour in laid:
        y = sheet.text(room.x, y, room.width, text, style, colour, most=len(text))
    if message:
        place = Box(room.x, y + gap, room.width, bottom - y - gap)
        _PANELS.get(standing, hint_panel)(sheet, place, message, _PANEL_LINES)
    bar(sheet, setting, GoTo(TRAINING), ask)
    return sheet.scene


def _laid(
    sheet: Sheet, state: State, setting: Setting, one: Training, height: int
) -> list[tuple[str, Style, Rgb]] | None:
    """What is told of a session, in the largest size in which all of it fits; None where it does not."""
    frame, number = setting.frame, _number(state)
    rest = _rest(state, setting, one)
    for look, title, large in ((frame, 1.25, 1.6), (frame, 1.0, 1.25), (frame.ordinary, 1.0, 1.0)):
        found = [(one.title, look.style(title, bold=True), BAMBOO)]
        if number:
            said_number = setting.words("kiosk.training.number", number=number)
            found.append((said_number, look.style(large, bold=True), INK))
        found += [(text, look.style(1), colour) for text, colour in rest]
        lines = ((len(sheet.lines(text, setting.room.width, style, len(text))), style) for text, style, _ in found)
        if sum(count * style.line for count, style in lines) <= height:
            return found
    return None


def _rest(state: State, setting: Setting, one: Training) -> list[tuple[str, Rgb]]:
    rest = [(_when(one, state, setting), INK), (setting.words("kiosk.training.place", place=one.place), INK)]
    return rest if _number(state) else [*rest, (_seats(one, setting), MUTED)]


def _in_parts(state: State, setting: Setting, one: Training, message: str, ask: Forward | None) -> Scene:
    """Where there is no room for all of it: what matters most first, the rest is turned to."""
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    y = heading(sheet, setting, words("kiosk.training.title"))
    number = words("kiosk.training.number", number=_number(state)) if _number(state) else ""
    text = "\n".join((number, message, one.title, *(each for each, _ in _rest(state, setting, one))))
    bottom, style = Bar.of(setting).top - setting.frame.mm(GAP_MM), setting.frame.ordinary.style(1)
    parts = pages_of_text(sheet, text, room.width, bottom - y, style)
    part = min(state.page, len(parts) - 1)
    for line in parts[part]:
        y = sheet.text(room.x, y, room.width, line, style, INK)
    more = Forward(words("kiosk.next"), GoTo(SESSION, part + 1, state.about)) if part + 1 < len(parts) else ask
    bar(sheet, setting, GoTo(SESSION, part - 1, state.about) if part else GoTo(TRAINING), more)
    return sheet.scene


_PANEL_LINES = 6
_PANELS = {"failed": error_panel, "late": error_panel, "asking": wait_panel, "seated": done_panel}


def session_said(state: State, setting: Setting) -> str:
    """What has been asked for, and otherwise nothing: the session is there to be read."""
    return _message(state, setting) if _chosen(state) else setting.words("kiosk.training.gone")


def _message(state: State, setting: Setting) -> str:
    key = {"free": "", "full": "full_said", "seated": "keep"}.get(_standing(state), _standing(state))
    return setting.words(f"kiosk.training.{key}") if key else ""


def _standing(state: State) -> str:
    """ "free", "asking", "seated", "full", "late" or "failed": how it stands with a seat for this resident."""
    request = _request(state)
    one = _chosen(state)
    if request is None:
        return "full" if one and one.free == 0 else "free"
    if request.failed:
        return "failed"
    number = _ticket(state, request)
    if number is None:
        return "late" if request.late else "asking"
    return "seated" if number else "full"


def _number(state: State) -> int:
    request = _request(state)
    return (_ticket(state, request) or 0) if request else 0


def _request(state: State) -> Request | None:
    request = state.request
    return request if request and (request.kind, request.about) == (SEAT, state.about) else None


def _ticket(state: State, request: Request) -> int | None:
    """The number given, 0 where no seat was left, None while nobody has answered."""
    bulletin = state.bulletin or Bulletin()
    return next((number for ident, number in bulletin.tickets if request.ident and ident == request.ident), None)


def _trainings(state: State) -> tuple[Training, ...]:
    return state.bulletin.trainings if state.bulletin else ()


def _chosen(state: State) -> Training | None:
    return next((one for one in _trainings(state) if one.id == state.about), None)


def _when(one: Training, state: State, setting: Setting) -> str:
    return when_words(one.begins, setting.tz, setting.words, state.now)


def _seats(one: Training, setting: Setting) -> str:
    if one.free is None:
        return setting.words("kiosk.training.any")
    return setting.words("kiosk.training.free", count=one.free) if one.free else setting.words("kiosk.training.full")
