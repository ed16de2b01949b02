"""What a resident fills in and chooses from: a text field, lists of choices, a paper's row, progress, an error. Pure.

Each is drawn on a sheet, at a place, with sizes from the screen's millimetres; lists that do not fit have pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.core.palette import BAMBOO, INK, LACQUER, LEAF, MUTED, PAPER, TURMERIC, Rgb
from controller.core.words import Words
from kiosk.acts import Act
from kiosk.look import BUTTON_MM, GAP_MM, TOUCH_MM, Style
from kiosk.sheet import Sheet
from kiosk.typeset import cells
from kiosk.widgets import Box, Label, Modules, Panel, Picture, Shape, Sign, Target

PAD_MM = 3.0
Badge = tuple[Shape, Rgb, Rgb]  # shape, its colour, its ground
CHOSEN: Badge = (Shape.CHECK, PAPER, BAMBOO)
OPEN: Badge = (Shape.RING, INK, PAPER)
WARNED: Badge = (Shape.BANG, INK, TURMERIC)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list that can be touched: its badge, its words, and smaller ones below."""

    label: str
    act: Act
    badge: Badge | None = None
    note: str = ""


def row_height(sheet: Sheet, width: int, row: Row) -> int:
    frame = sheet.frame
    style, room = frame.style(1, bold=True), _row_room(sheet, width, row)
    lines = len(sheet.lines(row.label, room, style, 3))
    note = len(sheet.lines(row.note, room, frame.style(1), 3)) if row.note else 0
    least = frame.mm(BUTTON_MM if frame.height > frame.mm(110) else TOUCH_MM)
    return max(least, lines * style.line + note * frame.style(1).line + 2 * frame.mm(PAD_MM))


def pages_of_rows(sheet: Sheet, box: Box, rows: Sequence[Row], keys: bool = True) -> list[Sequence[Row]]:
    """The rows by pages of the box; where they do not fit on one, with room for two `keys` that turn them."""
    gap = sheet.frame.mm(GAP_MM)
    if sum(row_height(sheet, box.width, row) + gap for row in rows) - gap <= box.height:
        return [rows]
    room = box.height - (sheet.frame.mm(TOUCH_MM) + gap if keys else 0)
    pages: list[list[Row]] = [[]]
    used = 0
    for row in rows:
        height = row_height(sheet, box.width, row) + gap
        if pages[-1] and used + height - gap > room:
            pages.append([])
            used = 0
        pages[-1].append(row)
        used += height
    return list(pages)


def choices(sheet: Sheet, words: Words, box: Box, rows: Sequence[Row], page: int, turn: Callable[[int], Act]) -> int:
    """A page of rows from the box's top; below them the keys that turn (`turn(page)`), where there is more than one
    page. Returns where it ends."""
    frame = sheet.frame
    gap = frame.mm(GAP_MM)
    pages = pages_of_rows(sheet, box, rows)
    page = max(0, min(page, len(pages) - 1))
    end = list_page(sheet, box, pages[page])
    if len(pages) == 1:
        return end
    key, half = frame.mm(TOUCH_MM), (box.width - gap) // 2
    y = box.bottom - key
    if page:
        sheet.button(Box(box.x, y, half, key), words("kiosk.list.up"), turn(page - 1), shape=Shape.UP)
    if page + 1 < len(pages):
        sheet.button(Box(box.right - half, y, half, key), words("kiosk.list.down"), turn(page + 1), shape=Shape.DOWN)
    return box.bottom


def list_page(sheet: Sheet, box: Box, rows: Sequence[Row]) -> int:
    """Rows from the box's top; returns where they end."""
    gap = sheet.frame.mm(GAP_MM)
    y = box.y
    for row in rows:
        height = min(row_height(sheet, box.width, row), box.bottom - y)
        _row(sheet, Box(box.x, y, box.width, height), row)
        y += height + gap
    return y - gap


def _row_room(sheet: Sheet, width: int, row: Row) -> int:
    badge = sheet.badge_width(sheet.frame.style(1, bold=True)) if row.badge else 0
    return width - 2 * sheet.frame.mm(PAD_MM) - badge


def _row(sheet: Sheet, box: Box, row: Row) -> None:
    frame = sheet.frame
    pad, style, below = frame.mm(PAD_MM), frame.style(1, bold=True), frame.style(1)
    colour = sheet.key(box, row.act, chosen=row.badge == CHOSEN)
    room = _row_room(sheet, box.width, row)
    lines = sheet.lines(row.label, room, style, 3)
    notes = sheet.lines(row.note, room, below, 3) if row.note else []
    height = len(lines) * style.line + len(notes) * below.line
    y = box.y + max(0, (box.height - height) // 2)
    x = sheet.badge(box.x + pad, y, style, row.badge) if row.badge else box.x + pad
    y = sheet.text(x, y, room, row.label, style, colour, most=max(1, min(3, (box.bottom - y) // style.line)))
    if notes and y + below.line <= box.bottom:
        sheet.text(x, y, room, row.note, below, colour, most=min(3, (box.bottom - y) // below.line))
    sheet.put(Target(box, row.act))


@dataclass(frozen=True, slots=True)
class Answer:
    """One of a few short answers that stand beside each other."""

    word: str
    act: Act
    shape: Shape
    chosen: bool


def checklist_row(sheet: Sheet, box: Box, label: str, answers: Sequence[Answer]) -> int:
    """What is asked for (a paper), and under it its answers as keys; returns where it ends."""
    frame = sheet.frame
    style, gap, key = frame.style(1, bold=True), frame.mm(2), frame.mm(TOUCH_MM)
    most = max(1, (box.height - key - frame.mm(1)) // style.line)
    y = sheet.text(box.x, box.y, box.width, label, style, INK, most=min(3, most)) + frame.mm(1)
    width = (box.width - gap * (len(answers) - 1)) // len(answers)
    for number, answer in enumerate(answers):
        place = Box(box.x + number * (width + gap), y, width, key)
        colour = sheet.key(place, answer.act, chosen=answer.chosen)
        plain, sign = frame.ordinary.style(1, bold=True), frame.ordinary.style(1).cap
        beside = sign + frame.mm(1.5)
        room = width - beside - 2 * frame.mm(1.5)
        text_style = sheet.first_whole(answer.word, room, key, [style, plain])
        word = next(iter(sheet.lines(answer.word, room, text_style, 1)), "")
        left = place.x + (width - beside - sheet.width(word, text_style)) // 2
        middle = place.y + key // 2
        sheet.put(Sign(Box(left, middle - sign // 2, sign, sign), answer.shape, colour))
        top = middle + text_style.cap // 2 - text_style.baseline
        sheet.text(left + beside, top, room, word, text_style, colour)
        sheet.put(Target(place, answer.act))
    return y + key


def field(sheet: Sheet, box: Box, text: str, act: Act | None = None, caret: int | None = None, hint: str = "") -> None:
    """What has been typed so far, as many lines as the box holds, and a caret after `caret` letters (at the end if
    None). A hint stands there while it is empty. With an `act` the field can be touched."""
    frame = sheet.frame
    edge, pad = frame.mm(0.6), frame.mm(PAD_MM)
    sheet.panel(box, INK)
    sheet.put(Panel(box.inset(edge), PAPER, max(0, frame.mm(2.5) - edge)))
    inner = box.inset(pad)
    styles = [style for style in (frame.style(1.25), frame.style(1)) if style.line <= inner.height + pad]
    style = styles[0] if styles else frame.ordinary.style(1)
    most = max(1, (inner.height + pad) // style.line)
    at = len(text) if caret is None else max(0, min(caret, len(text)))
    thick = frame.mm(0.7)
    lines = cells(text, inner.width - thick, lambda part: sheet.width(part, style))
    row = max(number for number, (begin, _) in enumerate(lines) if begin <= at)
    first = max(0, min(row - most + 1, len(lines) - most))
    y = inner.y + max(-pad // 2, (inner.height - min(most, len(lines)) * style.line) // 2)
    if not text and hint:
        # beside the caret, not under it
        sheet.text(inner.x + 3 * thick, y, inner.width - 3 * thick, hint, style, MUTED)
    for number in range(first, min(len(lines), first + most)):
        begin, line = lines[number]
        if line.strip():
            width = min(inner.width, sheet.width(line, style))
            sheet.put(Label(Box(inner.x, y, max(1, width), style.line), line, style, INK))
        if number == row:
            x = inner.x + min(inner.width - thick, sheet.width(line[: at - begin], style))
            top = y + style.baseline - round(style.cap * 1.15)
            sheet.put(Panel(Box(x, top, thick, round(style.cap * 1.4)), BAMBOO))
        y += style.line
    if act is not None:
        sheet.put(Target(box, act))


def field_height(sheet: Sheet, lines: int = 1) -> int:
    frame = sheet.frame
    return max(frame.mm(TOUCH_MM), lines * frame.style(1.25).line + frame.mm(PAD_MM))


def progress(sheet: Sheet, words: Words, x: int, y: int, width: int, number: int, of: int) -> int:
    """ "3 trên 12" after a bar that is filled so far; returns where it ends."""
    frame = sheet.frame
    style: Style = frame.style(1)
    said = words("kiosk.progress", number=number, of=of)
    left = sheet.text_right(x + width, y, width, said, style, MUTED)
    length, thick = left - x - frame.mm(GAP_MM), frame.mm(2.4)
    if length > frame.mm(10):
        top = y + style.baseline - style.cap // 2 - thick // 2
        sheet.put(Panel(Box(x, top, length, thick), LEAF, thick // 2))
        done = max(thick, length * min(number, of) // max(1, of))
        sheet.put(Panel(Box(x, top, done, thick), BAMBOO, thick // 2))
    return y + style.line


def panel_height(sheet: Sheet, width: int, text: str, most: int = 3, height: int = 1 << 20) -> int:
    """What a message takes of at most `height`."""
    return _panel_of(sheet, width, height, text, most)[1]


def _panel_of(sheet: Sheet, width: int, height: int, text: str, most: int) -> tuple[Style, int, int]:
    """The style in which all of a message fits, else the smallest; its height; its lines."""
    frame = sheet.frame
    edge = frame.mm(1.5)
    for style in (frame.style(1), frame.ordinary.style(1)):
        room = width - 2 * frame.mm(PAD_MM) - sheet.badge_width(style)
        lines = max(1, min(most, (height - 2 * edge) // style.line))
        if sheet.whole(text, room, style, lines):
            break
    count = len(sheet.lines(text, room, style, lines))
    return style, count * style.line + 2 * edge, count


def error_panel(sheet: Sheet, box: Box, text: str, most: int = 3) -> int:
    """What is wrong and what to do, with its badge; returns where it ends. Whoever shows it has it said as well."""
    return _message(sheet, box, text, LACQUER, PAPER, (Shape.BANG, LACQUER, PAPER), most)


def hint_panel(sheet: Sheet, box: Box, text: str, most: int = 3) -> int:
    """A warning; returns where it ends."""
    return _message(sheet, box, text, TURMERIC, INK, (Shape.BANG, TURMERIC, INK), most)


def wait_panel(sheet: Sheet, box: Box, text: str, most: int = 3) -> int:
    """What is under way; returns where it ends."""
    return _message(sheet, box, text, TURMERIC, INK, (Shape.DOTS, TURMERIC, INK), most)


def done_panel(sheet: Sheet, box: Box, text: str, most: int = 3) -> int:
    """What is done; returns where it ends."""
    return _message(sheet, box, text, LEAF, INK, (Shape.CHECK, LEAF, INK), most)


def _message(sheet: Sheet, box: Box, text: str, ground: Rgb, colour: Rgb, badge: Badge, most: int) -> int:
    frame = sheet.frame
    pad, edge = frame.mm(PAD_MM), frame.mm(1.5)
    style, height, lines = _panel_of(sheet, box.width, box.height, text, most)
    sheet.panel(Box(box.x, box.y, box.width, height), ground)
    x = sheet.badge(box.x + pad, box.y + edge, style, badge)
    sheet.text(x, box.y + edge, box.right - pad - x, text, style, colour, most=lines)
    return box.y + height


def picture(sheet: Sheet, box: Box, width: int, height: int, rgb: bytes) -> None:
    """A picture (three bytes a pixel), as large as it can be in the box without being stretched."""
    scale = min(box.width / width, box.height / height)
    wide, high = max(1, int(width * scale)), max(1, int(height * scale))
    place = Box(box.x + (box.width - wide) // 2, box.y + (box.height - high) // 2, wide, high)
    sheet.put(Picture(place, width, height, rgb))


def qr_code(sheet: Sheet, box: Box, text: str) -> None:
    """A QR code of a text, with its quiet zone."""
    sheet.put(Modules(box, qr_rows(text)))


def qr_rows(text: str) -> tuple[str, ...]:
    """The modules of a text's QR code, "#" for dark, with a quiet zone of four (ISO/IEC 18004, 6.3.8)."""
    from qrcode.constants import ERROR_CORRECT_M  # few scenes need it
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    return tuple("".join("#" if dark else "." for dark in row) for row in code.get_matrix())
