"""Where is my file: the receipt's number and the birth date on pads of large keys, or its code; then how it stands."""

from __future__ import annotations

from collections.abc import Sequence

from controller.core.filing_codes import LETTERS
from controller.core.palette import BAMBOO, INK, MUTED, PAPER
from kiosk.acts import Act, Confirm, Earlier, GoTo, Press
from kiosk.asking import FileAnswer, Found
from kiosk.bar import Bar, Forward, bar
from kiosk.controls import error_panel, field, field_height, panel_height
from kiosk.enquiry import BACK, BORN, DIGITS, MORE, NUMBER, Enquiry
from kiosk.look import GAP_MM, TOUCH_MM
from kiosk.page import below_reach, body, heading, pages_of_text
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.state import STATUS, State
from kiosk.widgets import Box, Scene, Shape, Target
from schedules.wording import day_words

TALLEST_MM = 24.0  # of a key


def scene(state: State, setting: Setting) -> Scene:
    return _typing(state.enquiry, setting) if state.enquiry.at in {NUMBER, BORN} else _answer(state, setting)


def said(state: State, setting: Setting) -> str:
    enquiry, words = state.enquiry, setting.words
    if enquiry.problem:
        return words(f"kiosk.status.problem.{enquiry.problem}")
    if enquiry.answer is not None and enquiry.answer.found is Found.FOUND:
        # what is asked for too: the names of papers lie ready; what an official has written is read
        return "\n".join((words(f"filing.said.{enquiry.answer.state}"), *enquiry.answer.lines))
    key = enquiry.answer.found if enquiry.answer is not None else enquiry.at
    return words(f"kiosk.status.{key}")


def _typing(enquiry: Enquiry, setting: Setting) -> Scene:
    sheet, words, room, frame = setting.sheet(PAPER), setting.words, setting.room, setting.frame
    number = enquiry.at == NUMBER
    forward = Forward(words("kiosk.forward" if number else "kiosk.status.find"), Confirm())
    bottom = bar(sheet, setting, Earlier(), forward)
    gap = frame.mm(2)
    keys = [*(LETTERS if number else DIGITS), BACK]
    # what is said above the keys is as much as they leave room for
    least = _least_height(setting, len(keys))
    typed = field_height(sheet)
    if bottom - room.y - typed - 2 * gap < least:  # keys go before large letters
        typed = frame.mm(TOUCH_MM)
    y = room.y
    if bottom - y - least - typed - 2 * gap >= frame.ordinary.style(1, bold=True).line + gap:
        y = heading(sheet, setting, words("kiosk.status.title"))
    lead = words(f"kiosk.status.problem.{enquiry.problem}" if enquiry.problem else f"kiosk.status.{enquiry.at}")
    spare = below_reach(setting, bottom - least - 2 * gap - typed) - y
    style = frame.ordinary.style(1)
    if enquiry.problem and panel_height(sheet, room.width, lead) > spare:
        return _problem(lead, setting)
    if enquiry.problem:
        y = error_panel(sheet, Box(room.x, y, room.width, spare), lead) + gap
    elif sheet.fitting(lead, room.width, spare, [style]):
        y = body(sheet, Box(room.x, y, room.width, spare), lead, MUTED) + gap
    y = below_reach(setting, y)
    box = Box(room.x, y, room.width, typed)
    hint = words("kiosk.status.number_hint" if number else "kiosk.status.born_hint")
    field(sheet, box, enquiry.shown_number if number else enquiry.shown_born, hint=hint)
    _pad(sheet, setting, Box(room.x, box.bottom + gap, room.width, bottom - box.bottom - gap), keys, enquiry.turned)
    return sheet.scene


def _problem(text: str, setting: Setting) -> Scene:
    """Where keys leave no room to say what is wrong: first that, then the keys again."""
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    y = heading(sheet, setting, words("kiosk.status.title"))
    bottom = bar(sheet, setting, Earlier(), Forward(words("kiosk.forward"), Press("")))
    error_panel(sheet, Box(room.x, y, room.width, bottom - y), text, most=6)
    return sheet.scene


def _answer(state: State, setting: Setting) -> Scene:
    sheet, words, room, frame = setting.sheet(PAPER), setting.words, setting.room, setting.frame
    answer = state.enquiry.answer
    y = heading(sheet, setting, words("kiosk.status.title"))
    bottom = Bar.of(setting).top - frame.mm(GAP_MM)
    back: Act = Earlier()
    again = Forward(words("kiosk.status.again"), Earlier(), None)
    if answer is None:
        body(sheet, Box(room.x, y, room.width, bottom - y), words("kiosk.status.asking"), large=True)
        bar(sheet, setting, back)
        return sheet.scene
    if answer.found is not Found.FOUND:
        error_panel(sheet, Box(room.x, y, room.width, bottom - y), words(f"kiosk.status.{answer.found}"), most=6)
        bar(sheet, setting, back, again)
        return sheet.scene
    if answer.number and y + 5 * frame.style(1).line < bottom:
        said = words("kiosk.status.found", number=answer.number)
        y = sheet.text(room.x, y, room.width, said, frame.style(1), INK)
    named = words(f"filing.state.{answer.state}")
    y = sheet.text(room.x, y, room.width, named, sheet.first_whole(named, room.width, 1, frame.titles(1.25, 1)), BAMBOO)
    text = "\n".join((words(f"filing.said.{answer.state}"), *answer.lines, *_besides(answer, setting)))
    style = frame.style(1) if bottom - y >= 2 * frame.style(1).line else frame.ordinary.style(1)
    pages = pages_of_text(sheet, text, room.width, bottom - y, style)
    page = min(state.page, len(pages) - 1)
    for line in pages[page]:
        y = sheet.text(room.x, y, room.width, line, style, INK)
    if page:
        back = GoTo(STATUS, page - 1)
    if page + 1 < len(pages):
        again = Forward(words("kiosk.next"), GoTo(STATUS, page + 1))
    bar(sheet, setting, back, again)
    return sheet.scene


def _besides(answer: FileAnswer, setting: Setting) -> list[str]:
    """What was promised, and how the national portal calls the file."""
    lines = []
    if answer.due is not None:
        day = day_words(answer.due.astimezone(setting.tz).date(), setting.words)
        lines.append(setting.words("kiosk.status.due", day=day))
    if answer.portal_code:
        lines.append(setting.words("kiosk.status.portal", code=answer.portal_code))
    return lines


def _shape(width: int, height: int, count: int, smallest: int) -> tuple[int, int]:
    """Columns and rows for so many keys, none smaller than `smallest`, as square as they can be; (0, 0) where there
    is no room for all of them."""
    best, found = 0, (0, 0)
    for rows in range(1, height // smallest + 1):
        columns = -(-count // rows)
        side = min(width // columns, height // rows)
        if side >= smallest and side > best:
            best, found = side, (columns, rows)
    return found


def _least_height(setting: Setting, count: int) -> int:
    """What the keys need at their smallest; where the screen is too small for all of them, two rows of them."""
    small = setting.frame.mm(TOUCH_MM)
    columns = setting.room.width // small
    return min(-(-count // columns), 3 if setting.frame.mm(1) * 110 < setting.room.height else 2) * small


def _pad(sheet: Sheet, setting: Setting, box: Box, keys: Sequence[str], turned: int) -> None:
    frame = setting.frame
    small = frame.mm(TOUCH_MM)
    columns, rows = _shape(box.width, box.height, len(keys), small)
    if not columns:  # a part of them, and a key for the rest
        columns, rows = box.width // small, max(1, box.height // small)
        room = max(1, columns * rows - 2)
        letters, pages = [key for key in keys if key != BACK], -(-(len(keys) - 1) // room)
        begin = turned % pages * room
        keys = [*letters[begin : begin + room], BACK, MORE]
    width, height = box.width // columns, min(box.height // rows, frame.mm(TALLEST_MM))
    edge = frame.mm(0.5)
    for place, key in enumerate(keys):
        area = Box(box.x + place % columns * width, box.y + place // columns * height, width, height)
        colour = sheet.key(area.inset(edge), Press(key))
        word = {BACK: "kiosk.status.delete", MORE: "kiosk.status.more"}.get(key)
        label = setting.words(word) if word else key
        inner = area.inset(2 * edge)
        style = sheet.fitting(label, inner.width, inner.height, frame.titles(1.25, 1))
        if style is not None:
            sheet.centred(inner, label, style, colour)
        else:
            sheet.shape(inner, {BACK: Shape.BACK, MORE: Shape.NEXT}.get(key, Shape.DOTS), colour)
        sheet.put(Target(area, Press(key)))
