"""Training sessions: which are coming, and one of them with a seat for whoever wants it. No name is asked for."""

from __future__ import annotations

from controller.core.palette import BAMBOO, INK, LEAF, MUTED, PAPER
from kiosk.acts import GoTo, SignUp
from kiosk.asking import SEAT
from kiosk.bar import Forward, bar
from kiosk.bulletin import Bulletin, Training
from kiosk.controls import Row, done_panel, error_panel, hint_panel, panel_height, wait_panel
from kiosk.flow import DOORS, SESSION, TRAINING, Request, State
from kiosk.look import GAP_MM
from kiosk.page import body, heading, listing
from kiosk.setting import Setting
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
    sheet, words, room, frame = setting.sheet(PAPER), setting.words, setting.room, setting.frame
    one, standing = _chosen(state), _standing(state)
    forward = None
    if standing in {"free", "failed"}:
        forward = Forward(words("kiosk.training.ask"), SignUp(state.about), Shape.CHECK)
    bottom = bar(sheet, setting, GoTo(TRAINING), forward)
    if one is None:
        y = heading(sheet, setting, words("kiosk.training.title"))
        body(sheet, Box(room.x, y, room.width, bottom - y), words("kiosk.training.gone"), large=True)
        return sheet.scene
    message = "" if standing == "free" else _message(state, setting)
    gap = frame.mm(GAP_MM)
    styles = [frame.style(1.25, bold=True), *frame.titles(1)]
    height = bottom - room.y
    title = sheet.fitting(one.title, room.width, height // 3, styles) or styles[-1]
    y = sheet.text(room.x, room.y, room.width, one.title, title, BAMBOO, most=max(1, height // 3 // title.line))
    number = _number(state)
    if number:
        said_number = words("kiosk.training.number", number=number)
        large = sheet.first_whole(said_number, room.width, 1, frame.titles(1.6, 1))
        y = sheet.text(room.x, y, room.width, said_number, large, INK)
    most = bottom
    if message:
        most -= panel_height(sheet, room.width, message, height=bottom - y) + gap
    style = frame.style(1) if y + 2 * frame.style(1).line <= most else frame.ordinary.style(1)
    for text, colour in (
        (_when(one, state, setting), INK), (words("kiosk.training.place", place=one.place), INK),
        ("" if number else _seats(one, setting), MUTED),
    ):  # fmt: skip
        lines = min(2, (most - y) // style.line)
        if text and lines > 0:
            y = sheet.text(room.x, y, room.width, text, style, colour, most=lines)
    if message:
        y = max(room.y, min(y + gap, most + gap))
        _PANELS.get(standing, hint_panel)(sheet, Box(room.x, y, room.width, bottom - y), message)
    return sheet.scene


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
