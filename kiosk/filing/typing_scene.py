"""The page with the keyboard: the question and what was typed above, the keys below, back and forward at the corners.

The keys come first: on small screens the question has one line, and a touch of it shows the page behind.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from controller.core.palette import BAMBOO, INK, LACQUER, MUTED, PAPER, TURMERIC
from kiosk.acts import Act, SayAgain
from kiosk.controls import error_panel, field, hint_panel, panel_height
from kiosk.filing.acts import Back, Key, OpenKeys
from kiosk.filing.frame import band_height, way_out, who_is_at_it
from kiosk.keyboard import layout
from kiosk.keyboard.layout import TONES, KeyBox
from kiosk.keyboard.state import DELETE, LETTERS, METHOD, METHODS, MORE, PADS, SHIFT, SIGNS, SPACE, UNDO, Keyboard
from kiosk.look import LETTER_MM, MARGIN_MM, Frame, Style
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Label, Panel, Scene, Shape, Sign, Target

_EDGE_MM = 1.5  # the margin where every millimetre is a key's
_CORNERS_MM, _WIDE_CORNERS_MM = (17.0, 32.0), (40.0, 46.0)  # back and forward, on small and on large screens
_FIELD_MM = 16.0
_LAST = 150  # letters, at least, that stand in the field
_TONE_LETTERS = dict(zip(TONES, "áàảãạ", strict=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """label: what is asked. hint: stands in the empty field. wrong: what is the matter with what was typed, "" for
    nothing; warns: it may stand. forward: what the primary action is called, and what it asks for."""

    label: str
    hint: str
    wrong: str
    warns: bool
    forward: str
    act: Act


def scene(setting: Setting, keyboard: Keyboard, asked: Asked) -> Scene:
    sheet, frame = setting.sheet(PAPER), setting.frame
    unit = _unit(frame)
    compact = layout.is_compact(frame.width - 2 * unit(_EDGE_MM), unit)
    room = Box(0, 0, frame.width, frame.height).inset(unit(_EDGE_MM if compact else MARGIN_MM / 2))
    bottom = _bottom(sheet, setting, keyboard, room, compact, asked)
    least, most = layout.height_of(keyboard, room.width, unit)
    free = bottom - room.y - least
    strip = _strip_height(sheet, setting, room.width, asked.wrong, free, compact)
    if setting.helped and (band := band_height(setting) - room.y) <= free - _strip_least(sheet, compact):
        strip = min(strip, free - band)
        room = Box(room.x, room.y + band, room.width, room.height - band)
        who_is_at_it(sheet, setting, max(0, frame.reach - band_height(setting)))
    top = max(room.y + strip, bottom - most)
    keys = Box(room.x, top, room.width, bottom - top)
    begin = max(room.y, min(frame.reach, top - strip)) if frame.reach else room.y
    _strip(sheet, setting, keyboard, Box(room.x, begin, room.width, top - begin), asked)
    for each in layout.keys_of(keyboard, keys, unit):
        _key(sheet, setting, keyboard, each, compact)
    return sheet.scene


def _unit(frame: Frame) -> Callable[[float], int]:
    """Millimetres in pixels: grown with the screen as far as a row of twelve keys still fits."""
    width_mm = frame.width / frame.px_per_mm - 2 * MARGIN_MM
    grown = max(1.0, min(frame.growth, width_mm / (12 * layout.KEY_MM)))
    return lambda mm: math.ceil(mm * grown * frame.px_per_mm)


def _field_height(frame: Frame) -> int:
    """Of a field for one line of text."""
    return max(_unit(frame)(_FIELD_MM), frame.style(1).line + frame.mm(4))


def _bottom(sheet: Sheet, setting: Setting, keyboard: Keyboard, room: Box, compact: bool, asked: Asked) -> int:
    """The bottom row; returns how far down the keys above it may reach."""
    unit = _unit(sheet.frame)
    frame, words = setting.frame, setting.words
    height = unit(layout.KEY_MM if compact else 18.0)
    back, on = (unit(mm) for mm in (_CORNERS_MM if compact else _WIDE_CORNERS_MM))
    y, gap = room.bottom - height, unit(1.0)
    place, label = Box(room.x, y, back, height), words("kiosk.back")
    style = frame.ordinary.style(1, bold=True)
    if sheet.whole(label, back - 2 * unit(2.0), style, 1):
        sheet.button(place, label, Back())
    else:
        sheet.tool(place, "", Shape.BACK, Back())
    sheet.button(Box(room.right - on, y, on, height), asked.forward, asked.act, primary=True)
    middle = Box(room.x + back + gap, y, room.width - back - on - 2 * gap, height)
    for each in layout.bottom_row(keyboard, middle, unit, compact):
        _key(sheet, setting, keyboard, each, compact)
    return y - gap


def _strip_height(sheet: Sheet, setting: Setting, width: int, wrong: str, free: int, compact: bool) -> int:
    """Of what stands above the keys: the question, what is wrong with the answer, and the field."""
    unit = _unit(sheet.frame)
    frame = sheet.frame
    style, typed = frame.ordinary.style(1, bold=True), _field_height(frame) + unit(2)
    if compact:
        return max(_strip_least(sheet, compact), free)
    panel = panel_height(sheet, width - _beside_width(sheet, setting), wrong, 3) if wrong else style.line
    return min(typed + style.line + max(panel, unit(layout.KEY_MM) - style.line), free)


def _strip_least(sheet: Sheet, compact: bool) -> int:
    """In which it can still be read and touched."""
    unit, line = _unit(sheet.frame), sheet.frame.ordinary.style(1, bold=True).line
    return max(unit(layout.KEY_MM), line + unit(10.0)) if compact else _field_height(sheet.frame) + unit(2) + line


def _strip(sheet: Sheet, setting: Setting, keyboard: Keyboard, box: Box, asked: Asked) -> None:
    unit = _unit(sheet.frame)
    frame = sheet.frame
    line = frame.ordinary.style(1, bold=True).line
    typed = min(_field_height(frame), max(unit(9.0), box.height - line - unit(1.0)))
    is_flat = box.height - typed - unit(1.0) < unit(layout.KEY_MM)
    sheet.put(Target(box, OpenKeys(False)))
    if is_flat:  # one key beside both lines
        wide = _narrow_stop_width(sheet, setting)
        _stop_key(sheet, setting, Box(box.right - wide, box.y, wide, min(box.height, unit(_CORNERS_MM[0]))))
        box = Box(box.x, box.y, box.width - wide - unit(1.0), box.height)
    above = Box(box.x, box.y, box.width, box.height - typed - unit(1.0))
    if not is_flat:
        _beside(sheet, setting, above)
        above = Box(above.x, above.y, above.width - _beside_width(sheet, setting), above.height)
    hint = asked.hint if _asked(sheet, above, asked) else asked.label
    place = Box(box.x, box.bottom - typed - unit(0.5), box.width, typed)
    text = _end_of(keyboard.text)
    if typed < unit(_FIELD_MM):
        _line(sheet, place, text, hint)
    else:
        field(sheet, place, text, hint=hint)


def _end_of(text: str) -> str:
    """As much of a long text as can be seen: what is measured anew at every key has to be short. It is cut at the same
    places for a while, so that its lines stay as they are."""
    return text[max(0, len(text) - _LAST) // _LAST * _LAST :]


def _asked(sheet: Sheet, above: Box, asked: Asked) -> bool:
    """The question, and what is wrong with the answer; where there is room for one of them only, that. Whether the
    question is there."""
    line = sheet.frame.ordinary.style(1, bold=True).line
    if not asked.wrong:
        _question(sheet, above, asked.label)
        return True
    panel = panel_height(sheet, above.width, asked.wrong, 3)
    if above.height >= line + panel:
        _question(sheet, Box(above.x, above.y, above.width, above.height - panel), asked.label)
        _wrong(sheet, Box(above.x, above.bottom - panel, above.width, panel), asked)
        return True
    _wrong(sheet, Box(above.x, above.y + max(0, above.height - panel) // 2, above.width, above.height), asked)
    return False


def _line(sheet: Sheet, box: Box, text: str, hint: str) -> None:
    """A field of one line and no more: the end of what was typed, and the caret."""
    unit, style = _unit(sheet.frame), sheet.frame.ordinary.style(1)
    sheet.panel(box, INK)
    sheet.panel(box.inset(unit(0.5)), PAPER)
    x, y = box.x + unit(2), box.y + box.height // 2 + style.cap // 2 - style.baseline
    room = box.width - unit(6)
    shown = next((text[at:] for at in range(len(text)) if sheet.width(text[at:], style) <= room), "")
    if not text:
        sheet.text(x + unit(2), y, room, hint, style, MUTED)
    elif shown.strip():
        sheet.put(Label(Box(x, y, sheet.width(shown, style), style.line), shown, style, INK))
    caret = Box(
        x + sheet.width(shown, style), y + style.baseline - round(style.cap * 1.1), unit(0.7), round(style.cap * 1.3)
    )
    sheet.put(Panel(caret, BAMBOO))


def _wrong(sheet: Sheet, box: Box, asked: Asked) -> None:
    """What is the matter, in as many lines as there is room for; all of it is said as well."""
    frame = sheet.frame
    style = frame.ordinary.style(1)
    if box.height >= frame.style(1).line + frame.mm(3):
        (hint_panel if asked.warns else error_panel)(sheet, box, asked.wrong, 3)
    else:
        sheet.text(box.x, box.y, box.width, asked.wrong, style, INK if asked.warns else LACQUER)


def _question(sheet: Sheet, box: Box, label: str) -> None:
    """As much of it as there is room for."""
    frame = sheet.frame
    styles = [frame.style(1.25, bold=True), frame.style(1, bold=True), frame.ordinary.style(1, bold=True)]
    fitting = [style for style in styles if style.line <= box.height]
    style = sheet.first_whole(label, box.width, box.height, fitting or styles[-1:])
    lines = max(1, box.height // style.line)
    height = len(sheet.lines(label, box.width, style, lines)) * style.line
    sheet.text(box.x, box.y + max(0, (box.height - height) // 2), box.width, label, style, BAMBOO, most=lines)


def _beside(sheet: Sheet, setting: Setting, box: Box) -> None:
    """Keys at the right of the question: to stop, and to hear it again."""
    unit = _unit(sheet.frame)
    key, stop = unit(layout.KEY_MM), _stop_width(sheet, setting)
    y = box.y + (box.height - key) // 2
    sheet.tool(Box(box.right - key, y, key, key), setting.words("kiosk.tool.again"), Shape.SPEAKER, SayAgain())
    sheet.button(Box(box.right - key - unit(2.0) - stop, y, stop, key), *way_out(setting))


def _beside_width(sheet: Sheet, setting: Setting) -> int:
    unit = _unit(sheet.frame)
    return unit(layout.KEY_MM) + _stop_width(sheet, setting) + unit(4.0)


def _narrow_stop_width(sheet: Sheet, setting: Setting) -> int:
    unit = _unit(sheet.frame)
    return max(unit(layout.KEY_MM), sheet.width(way_out(setting)[0], Style(unit(LETTER_MM))) + unit(3.0))


def _stop_key(sheet: Sheet, setting: Setting, box: Box) -> None:
    """To stop, where there is little room."""
    body, (word, act) = box.inset(_unit(sheet.frame)(0.5)), way_out(setting)
    _written(sheet, body, word, sheet.key(body, act), wordy=True)
    sheet.put(Target(box, act))


def _stop_width(sheet: Sheet, setting: Setting) -> int:
    word = sheet.width(way_out(setting)[0], sheet.frame.ordinary.style(1, bold=True))
    return max(_unit(sheet.frame)(layout.KEY_MM), word + sheet.frame.mm(5))


def _key(sheet: Sheet, setting: Setting, keyboard: Keyboard, each: KeyBox, compact: bool) -> None:
    """A key's body is a little smaller than the area in which a touch is meant for it."""
    unit = _unit(sheet.frame)
    frame, act = sheet.frame, Key(each.key)
    body = each.box.inset(unit(0.5))
    if each.key in TONES and not sheet.is_pressed(act):
        sheet.panel(body, TURMERIC)
        colour = INK
    else:
        colour = sheet.key(body, act, chosen=each.key == SHIFT and keyboard.capital)
    shape = Shape.UP if each.key == SHIFT else None
    if shape is not None:
        side = min(frame.ordinary.style(1.25).cap, body.height // 2)
        sheet.put(
            Sign(Box(body.x + (body.width - side) // 2, body.y + (body.height - side) // 2, side, side), shape, colour)
        )
    else:
        _written(
            sheet,
            body,
            _name(setting, keyboard, each.key, compact),
            colour,
            wordy=len(each.key) > 1 or each.key in {SPACE, DELETE},
        )
    sheet.put(Target(each.box, act))


def _name(setting: Setting, keyboard: Keyboard, key: str, compact: bool) -> str:
    words = setting.words
    if key == MORE:
        if keyboard.page == SIGNS:
            return words("kiosk.keyboard.letters")
        marks = compact and keyboard.kind == LETTERS and keyboard.method == METHODS[0]  # stand behind it as well
        return words("kiosk.keyboard.more_marks" if marks else "kiosk.keyboard.more")
    if key == METHOD:
        return words(f"kiosk.keyboard.{keyboard.method}")
    if key == UNDO:
        return words("kiosk.keyboard.undo")
    if key == DELETE:
        return words("kiosk.keyboard.delete")
    if key == SPACE:
        return words("kiosk.keyboard.space")
    if key in _TONE_LETTERS:
        return _TONE_LETTERS[key]
    return key.upper() if keyboard.kind not in PADS and keyboard.capital else key


def _written(sheet: Sheet, box: Box, text: str, colour: tuple[int, int, int], wordy: bool) -> None:
    unit = _unit(sheet.frame)
    sizes = [Style(unit(LETTER_MM * step)) for step in ((1.0,) if wordy else (1.6, 1.25, 1.0))]
    styles = [style for style in sizes if style.line <= box.height] or sizes[-1:]
    style = sheet.first_whole(text, box.width - unit(1.0), styles[0].line, styles)
    lines = sheet.lines(text, box.width - 2, style, max(1, box.height // style.line))
    y = box.y + box.height // 2 - style.cap // 2 - style.baseline + style.cap - (len(lines) - 1) * style.line // 2
    for line in lines:
        width = sheet.width(line, style)
        sheet.put(Label(Box(box.x + (box.width - width) // 2, y, width, style.line), line, style, colour))
        y += style.line
