"""The choice of a language, and the six doors behind which everything lies."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.palette import PAPER
from controller.core.words import LANGUAGES
from kiosk.acts import Act, FileService, GoTo, Leave, SpeakTo
from kiosk.bar import Bar, bar
from kiosk.look import BUTTON_MM, GAP_MM, Frame, Style
from kiosk.page import below_reach, heading
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.state import HELP, LEARN, PROGRAMME, STATUS, TRAINING, State
from kiosk.widgets import Box, Scene, Shape, Sign, Target

TALL_MM = 60.0  # a door is no higher
TITLED_MM = 64.0  # the height that holds two rows of doors and a title
# the grids, as columns: the first whose doors hold their long names
_COLUMNS = (3, 2)
_DOORS: tuple[tuple[str, Shape, Act], ...] = (
    ("file", Shape.PAPER, FileService()),
    ("status", Shape.SEARCH, GoTo(STATUS)),
    ("learn", Shape.PHONE, GoTo(LEARN)),
    ("programme", Shape.HORN, GoTo(PROGRAMME)),
    ("training", Shape.PEOPLE, GoTo(TRAINING)),
    ("help", Shape.HAND, GoTo(HELP)),
)


def languages(_: State, setting: Setting) -> Scene:
    sheet = setting.sheet(PAPER)
    frame, room, gap = setting.frame, setting.room, setting.frame.mm(GAP_MM)
    top = below_reach(setting, heading(sheet, setting, setting.words("kiosk.language.title")))
    bottom = bar(sheet, setting, Leave(), leaves=True)
    height = min(frame.mm(TALL_MM), (bottom - top - gap) // 2, max(frame.mm(BUTTON_MM), (bottom - top) // 3))
    y = top
    for language in LANGUAGES:
        label, chosen = setting.words(f"kiosk.language.{language}"), language == LANGUAGES[0]
        sheet.button(Box(room.x, y, room.width, height), label, SpeakTo(language), primary=chosen)
        y += height + gap
    return sheet.scene


def languages_said(_: State, setting: Setting) -> str:
    return setting.words("kiosk.language.title")


def scene(_: State, setting: Setting) -> Scene:
    sheet, words = setting.sheet(PAPER), setting.words
    bottom = bar(sheet, setting, Leave(), leaves=True)
    top = setting.room.y
    if bottom - top > setting.frame.mm(TITLED_MM):
        top = below_reach(setting, heading(sheet, setting, words("kiosk.doors.title")))
    other = next(language for language in LANGUAGES if language != words.language)
    sheet.button(Bar.of(setting).forward, words(f"kiosk.language.{other}"), SpeakTo(other))
    _grid(sheet, setting, Box(setting.room.x, top, setting.room.width, bottom - top))
    return sheet.scene


def said(_: State, setting: Setting) -> str:
    """With the names of the doors, for whoever does not read them."""
    return "\n".join(setting.words(f"kiosk.doors.{name}") for name in ("said", *(door[0] for door in _DOORS)))


def _grid(sheet: Sheet, setting: Setting, box: Box) -> None:
    gap = setting.frame.mm(GAP_MM if box.width > setting.frame.mm(150) else 2.0)
    columns = next((c for c in _COLUMNS if box.width > box.height or c == 2), 2)
    rows = len(_DOORS) // columns
    width = (box.width - (columns - 1) * gap) // columns
    height = min(setting.frame.mm(TALL_MM), (box.height - (rows - 1) * gap) // rows)
    look = _look(sheet, setting, width, height)
    for number, (name, shape, act) in enumerate(_DOORS):
        x, y = box.x + number % columns * (width + gap), box.y + number // columns * (height + gap)
        _door(sheet, setting, Box(x, y, width, height), look, name, shape, act)


@dataclass(frozen=True, slots=True)
class _Look:
    """How all doors look: `beside` is the room for the name where the shape stands at its left, else under it."""

    words: str
    style: Style
    sign: int
    beside: bool


def _look(sheet: Sheet, setting: Setting, width: int, height: int) -> _Look:
    """A shape over a name; beside it where there is more width than height; without it where there is neither. Long
    names where all of them fit."""
    frame = setting.frame
    styles = (*frame.titles(1.25, 1)[:2], frame.ordinary.style(1.25, bold=True), frame.ordinary.style(1, bold=True))
    sign = min(frame.mm(16), height // 3)
    for words in ("kiosk.doors", "kiosk.doors.short"):
        names = [setting.words(f"{words}.{name}") for name, _, _ in _DOORS]
        for beside, size in ((False, sign), (True, sign), (False, 0)):
            room = _name_box(frame, Box(0, 0, width, height), size, beside)
            for style in styles:
                if all(sheet.fitting(name, room.width, room.height, [style]) for name in names):
                    return _Look(words, style, size, beside)
    return _Look("kiosk.doors.short", styles[-1], 0, False)


def _name_box(frame: Frame, box: Box, sign: int, beside: bool) -> Box:
    if not sign:
        return box.inset(frame.mm(1))
    inner = box.inset(frame.mm(2.5))
    if beside:
        return Box(inner.x + sign + frame.mm(2), inner.y, inner.width - sign - frame.mm(2), inner.height)
    return Box(inner.x, inner.y + sign + frame.mm(1), inner.width, inner.height - sign - frame.mm(1))


def _door(sheet: Sheet, setting: Setting, box: Box, look: _Look, name: str, shape: Shape, act: Act) -> None:
    colour = sheet.key(box, act, primary=name == "file")
    place = _name_box(setting.frame, box, look.sign, look.beside)
    if look.sign:
        inner = box.inset(setting.frame.mm(2.5))
        x = inner.x if look.beside else box.x + (box.width - look.sign) // 2
        y = box.y + (box.height - look.sign) // 2 if look.beside else inner.y
        sheet.put(Sign(Box(x, y, look.sign, look.sign), shape, colour))
    sheet.centred(place, setting.words(f"{look.words}.{name}"), look.style, colour)
    sheet.put(Target(box, act))
