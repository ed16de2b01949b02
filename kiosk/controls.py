"""What a resident fills in and is told: a text field, progress, an error, a QR code. Pure.

Each is drawn on a sheet, at a place, with sizes from the screen's millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.palette import BAMBOO, INK, LACQUER, LEAF, MUTED, PAPER, TURMERIC, Rgb
from controller.core.words import Words
from kiosk.acts import Act
from kiosk.look import GAP_MM, TOUCH_MM, Style
from kiosk.sheet import Sheet
from kiosk.typeset import cells
from kiosk.widgets import Box, Label, Panel, Picture, Shape, Target

PAD_MM = 3.0
Badge = tuple[Shape, Rgb, Rgb]  # shape, its colour, its ground


@dataclass(frozen=True, slots=True)
class Answer:
    """One of a few short answers that stand beside each other."""

    word: str
    act: Act
    shape: Shape
    chosen: bool


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
        small = sheet.first_whole(hint, inner.width - 3 * thick, 1, [style, frame.style(1), frame.ordinary.style(1)])
        below = sheet.beside(y, style, small)
        sheet.text(inner.x + 3 * thick, below, inner.width - 3 * thick, hint, small, MUTED)
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


def qr_rows(text: str) -> tuple[str, ...]:
    """The modules of a text's QR code, "#" for dark, with a quiet zone of four (ISO/IEC 18004, 6.3.8)."""
    from qrcode.constants import ERROR_CORRECT_M  # few scenes need it
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    return tuple("".join("#" if dark else "." for dark in row) for row in code.get_matrix())
