"""Long pages of filing, made of pieces: texts, rows that can be touched, papers, messages. Pure.

What does not fit is turned with two keys at the right side, where a thumb is, so that even on seven inches two rows
stand beside them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from controller.core.palette import INK, LACQUER, Rgb
from kiosk.controls import PAD_MM, Answer, error_panel, hint_panel, panel_height
from kiosk.filing.acts import Turn
from kiosk.look import GAP_MM, ROOMY_MM, TOUCH_MM, Style
from kiosk.rows import Row, draw_row, lettering, row_height
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Modules, Shape, Sign, Target

_CODE_MM, _PICTURE_MM, _LARGE_PICTURE_MM = 45.0, 13.0, 20.0
_SPACE_MM, _TIGHT_MM, _LOW_MM = 2.5, 1.0, 50.0  # between pieces; and where the box is lower than that


@dataclass(frozen=True, slots=True)
class Para:
    """A text, which may be split over pages. heads: it is a heading, and stays with what follows. style: of a part, so
    that it is broken into lines as the whole was."""

    text: str
    bold: bool = False
    colour: Rgb = INK
    step: float = 1.0
    heads: bool = False
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Warn:
    """What to mind."""

    text: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What went wrong."""

    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """A paper, what is said of it, and its answers side by side."""

    label: str
    note: str
    answers: tuple[Answer, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, as rows of modules."""

    rows: tuple[str, ...]


Piece: TypeAlias = Para | Warn | Wrong | Check | Code | Row


@dataclass(frozen=True, slots=True)
class _Layout:
    """Pieces by pages; the room for them; the place of the keys to turn, None if there is nothing to be turned."""

    pages: list[list[Piece]]
    box: Box
    keys: Box | None
    is_close: bool


def in_one_line(sheet: Sheet, width: int, text: str, colour: Rgb) -> Para:
    """A number or a code, as large as it can be without being broken."""
    room = width - sheet.frame.mm(TOUCH_MM + GAP_MM)  # the keys to turn may stand beside it
    step = next((s for s in (1.6, 1.25) if sheet.width(text, sheet.frame.style(s, bold=True)) <= room), 1.0)
    return Para(text, bold=True, colour=colour, step=step)


def parts_of(sheet: Sheet, box: Box, wanted: Sequence[Piece], keys: Box | None = None) -> list[int]:
    """How many pieces stand on each of the pages that `pieces` makes of them there."""
    return [len(page) for page in _laid_out(sheet, box, wanted, keys).pages]


def _laid_out(sheet: Sheet, box: Box, wanted: Sequence[Piece], keys: Box | None) -> _Layout:
    found = _spaced(sheet, box, wanted, keys)
    if len(found.pages) == 1 or keys is not None:
        return found
    keys = _turning_place(sheet, box)
    narrower = replace(box, width=keys.x - box.x - sheet.frame.mm(GAP_MM / 2))
    return _spaced(sheet, narrower, wanted, keys)


def _spaced(sheet: Sheet, box: Box, wanted: Sequence[Piece], keys: Box | None) -> _Layout:
    """Closer together where that saves a turn: a choice that has to be turned to is not seen."""
    pages, is_close = _pages(sheet, box.width, box.height, wanted), False
    if len(pages) > 1 and len(closer := _pages(sheet, box.width, box.height, wanted, is_close=True)) < len(pages):
        pages, is_close = closer, True
    return _Layout(pages, box, keys if len(pages) > 1 else None, is_close)


def pieces(
    sheet: Sheet, setting: Setting, box: Box, wanted: Sequence[Piece], page: int, keys: Box | None = None
) -> int:
    """The pieces of a page (0 is the first) in a box, with keys to turn where there are more: within the box, if they
    have no place of their own. Returns how many pages come after it."""
    found = _laid_out(sheet, box, wanted, keys)
    box, last = found.box, len(found.pages) - 1
    page = min(page, last)
    if found.keys is not None:
        _turning(sheet, setting, found.keys, page, last + 1)
    y = box.y
    for piece in found.pages[page]:
        height = min(_height(sheet, box.width, box.height, piece), box.bottom - y)
        _draw(sheet, Box(box.x, y, box.width, height), piece)
        y += height + _space(sheet, box.height, piece, found.is_close)
    return last - page


def _turning_place(sheet: Sheet, box: Box) -> Box:
    """At the right of a box: one key above the other, beside each other where it is too low for that."""
    key, gap = sheet.frame.mm(TOUCH_MM), sheet.frame.mm(1)
    width = key if box.height >= 2 * key + gap else 2 * key + gap
    return Box(box.right - width, box.y, width, box.height)


def _turning(sheet: Sheet, setting: Setting, box: Box, page: int, of: int) -> None:
    key, gap = sheet.frame.mm(TOUCH_MM), sheet.frame.mm(1)
    if box.width > key:
        places = (
            Box(box.x, box.y, key, min(box.height, 2 * key)),
            Box(box.right - key, box.y, key, min(box.height, 2 * key)),
        )
    else:
        height = min(sheet.frame.mm(TOUCH_MM * 1.5), (box.height - gap) // 2)
        places = Box(box.x, box.y, key, height), Box(box.x, box.bottom - height, key, height)
    for place, there, name, shape in (
        (places[0], page - 1, "up", Shape.UP),
        (places[1], page + 1, "down", Shape.DOWN),
    ):
        if 0 <= there < of:
            sheet.tool(place, setting.words(f"kiosk.list.{name}"), shape, Turn(there))


def _pages(sheet: Sheet, width: int, height: int, wanted: Sequence[Piece], is_close: bool = False) -> list[list[Piece]]:
    """The pieces by pages of that size; there is always one. Texts go on line by line."""
    pages: list[list[Piece]] = [[]]
    used = 0
    parts = deque(part for each in wanted for part in _split(sheet, width, height, each))
    while parts:
        piece = parts.popleft()
        needed = room = _height(sheet, width, height, piece)
        if isinstance(piece, Para) and piece.heads and parts:
            paper = parts[0]
            if isinstance(paper, Check) and room + _height(sheet, width, height, paper) > height:  # it would be alone
                parts.popleft()
                parts.extendleft(reversed(_words_first(sheet, width, height, paper)))
            room += _space(sheet, height, piece, is_close) + _height(sheet, width, height, parts[0])
        if pages[-1] and used + room > height:
            pages.append([])
            used = 0
        pages[-1].append(piece)
        used += needed + _space(sheet, height, piece, is_close)
    return pages


def _split(sheet: Sheet, width: int, height: int, piece: Piece) -> list[Piece]:
    """A text that is higher than half a page, in parts of whole lines; what else does not fit, after all of its words
    as such a text."""
    if isinstance(piece, Warn | Wrong) and panel_height(sheet, width, piece.text, len(piece.text)) > height:
        piece = Para(piece.text, bold=True, colour=LACQUER if isinstance(piece, Wrong) else INK)
    if isinstance(piece, Check) and _height(sheet, width, height, piece) > height:
        return _words_first(sheet, width, height, piece)
    if isinstance(piece, Row) and not lettering(sheet, width, height, piece).whole:
        return [*_split(sheet, width, height, Para(piece.label, bold=True)), piece]
    if not isinstance(piece, Para):
        return [piece]
    style = _style(sheet, width, piece)
    lines = sheet.lines(piece.text, width, style, len(piece.text) + 1)
    part = max(1, height // 2 // style.line)
    return [replace(piece, text="\n".join(lines[at : at + part]), style=style) for at in range(0, len(lines), part)]


def _words_first(sheet: Sheet, width: int, height: int, check: Check) -> list[Piece]:
    """A paper's name and what is said of it as texts, then its name once more with its answers."""
    name, note = Para(check.label, bold=True), Para(check.note)
    said = [part for text in (name, note) if text.text for part in _split(sheet, width, height, text)]
    return [*said, replace(check, note="")]


def _style(sheet: Sheet, width: int, para: Para) -> Style:
    """The largest, up to what is wanted, in which no word of a text is broken."""
    if para.style is not None:
        return para.style
    frame = sheet.frame
    sizes = [frame.style(para.step, para.bold), frame.style(1, para.bold), frame.ordinary.style(1, para.bold)]
    if para.heads and not frame.roomy:  # it leaves the room to what it heads
        sizes = sizes[-1:]
    return sheet.first_whole(para.text, width, 1 << 20, sizes)


def _space(sheet: Sheet, height: int, piece: Piece, is_close: bool) -> int:
    """Below a piece, in a box of this height."""
    tight = is_close or isinstance(piece, Para) or height < sheet.frame.mm(_LOW_MM)
    return sheet.frame.mm(_TIGHT_MM if tight else _SPACE_MM)


def _height(sheet: Sheet, width: int, height: int, piece: Piece) -> int:
    """Of a piece in a box; a message, a paper or a text may be higher than the box."""
    frame = sheet.frame
    match piece:
        case Para(text):
            style = _style(sheet, width, piece)
            return len(sheet.lines(text, width, style, len(text) + 1)) * style.line
        case Warn(text) | Wrong(text):
            return panel_height(sheet, width, text, len(text))
        case Check(label, note):
            keys, room = frame.mm(TOUCH_MM) + frame.mm(1), width - _picture_width(sheet)
            style, below = _check_style(sheet, width, height, piece), frame.style(1)
            most = len(label) if note else max(1, (height - keys) // style.line)
            words = len(sheet.lines(label, room, style, most)) * style.line
            words += len(sheet.lines(note, room, below, len(note))) * below.line
            return max(words, _picture_side(sheet)) + keys
        case Code():
            return min(frame.mm(_CODE_MM), height)
        case Row():
            return row_height(sheet, width, height, piece, frame.mm(TOUCH_MM))


def _draw(sheet: Sheet, box: Box, piece: Piece) -> None:
    match piece:
        case Para(text, _, colour):
            style = _style(sheet, box.width, piece)
            sheet.text(box.x, box.y, box.width, text, style, colour, most=max(1, box.height // style.line))
        case Warn(text):
            hint_panel(sheet, box, text, len(text))
        case Wrong(text):
            error_panel(sheet, box, text, len(text))
        case Check():
            _check(sheet, box, piece)
        case Code(rows):
            side = min(box.width, box.height)
            sheet.put(Modules(Box(box.x, box.y, side, side), rows))
        case Row():
            draw_row(sheet, box, piece)


def _picture_side(sheet: Sheet) -> int:
    frame = sheet.frame
    return frame.mm(_LARGE_PICTURE_MM if frame.height > frame.mm(ROOMY_MM) else _PICTURE_MM)


def _picture_width(sheet: Sheet) -> int:
    return _picture_side(sheet) + sheet.frame.mm(PAD_MM)


def _check_style(sheet: Sheet, width: int, height: int, check: Check) -> Style:
    """Of a paper's name. Where what is said of the paper stands before it, so does all of its name, if need be."""
    large, plain = sheet.frame.style(1, bold=True), sheet.frame.ordinary.style(1, bold=True)
    high = height - sheet.frame.mm(TOUCH_MM) - sheet.frame.mm(1)
    styles = [large] if check.note else [large, plain]
    return sheet.first_whole(check.label, width - _picture_width(sheet), high, styles)


def _check(sheet: Sheet, box: Box, check: Check) -> None:
    """The paper's picture, its name and what is said of it; below, its answers as keys."""
    frame = sheet.frame
    style, below = _check_style(sheet, box.width, box.height, check), frame.style(1)
    key, gap = frame.mm(TOUCH_MM), frame.mm(1)
    x, room, bottom = box.x + _picture_width(sheet), box.width - _picture_width(sheet), box.bottom - key - gap
    side = min(_picture_side(sheet), bottom - box.y)
    sheet.put(Sign(Box(box.x, box.y + gap // 2, side, side), check.shape, INK))
    y = sheet.text(x, box.y, room, check.label, style, INK, most=max(1, (bottom - box.y) // style.line))
    if check.note:
        sheet.text(x, y, room, check.note, below, INK, most=max(1, (bottom - y) // below.line))
    _answers(sheet, Box(box.x, box.bottom - key, box.width, key), check.answers, gap)


def _answers(sheet: Sheet, box: Box, answers: Sequence[Answer], gap: int) -> None:
    """Beside each other and alike: as large as all of their words can be, with their signs where there is room."""
    frame = sheet.frame
    width = (box.width - gap * (len(answers) - 1)) // len(answers)
    styles, edge = [frame.style(1, True), frame.ordinary.style(1, True)], frame.mm(1.5)
    beside = frame.ordinary.style(1).cap + edge
    written = [(style, beside) for style in styles] + [(style, 0) for style in styles]

    def fits(style: Style, beside: int) -> bool:
        room = width - 2 * edge - beside
        return all(sheet.whole(each.word, room, style, 1) for each in answers)

    style, beside = next((one for one in written if fits(*one)), (styles[-1], 0))
    for number, answer in enumerate(answers):
        _answer(sheet, Box(box.x + number * (width + gap), box.y, width, box.height), answer, style, beside)


def _answer(sheet: Sheet, place: Box, answer: Answer, style: Style, beside: int) -> None:
    """beside: what its sign takes before the word, 0 for none."""
    frame = sheet.frame
    colour, sign = sheet.key(place, answer.act, chosen=answer.chosen), frame.ordinary.style(1).cap
    room = place.width - frame.mm(1.5) - beside
    word = next(iter(sheet.lines(answer.word, room, style, 1)), "")
    left, middle = place.x + (place.width - beside - sheet.width(word, style)) // 2, place.y + place.height // 2
    if beside:
        sheet.put(Sign(Box(left, middle - sign // 2, sign, sign), answer.shape, colour))
    sheet.text(left + beside, middle + style.cap // 2 - style.baseline, room, word, style, colour)
    sheet.put(Target(place, answer.act))
