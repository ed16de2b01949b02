"""The pages at the end: consent, sending, the receipt, handing over, and the ways to stop. Pure."""

from __future__ import annotations

from controller.core.palette import BAMBOO, INK, MUTED
from controller.guides.model import said
from kiosk.acts import GoTo
from kiosk.bar import HELP
from kiosk.controls import field, field_height, qr_rows
from kiosk.filing.acts import Agree, CallHelper, Discard, Forward, HandBack, Keep, OpenKeys, Turn
from kiosk.filing.frame import filled, opened, primary, troubles
from kiosk.filing.pieces import Code, Para, Piece, Wrong, in_one_line, pieces
from kiosk.filing.saying import begun_before, consent_lines, title_of
from kiosk.filing.state import Filing
from kiosk.look import GAP_MM
from kiosk.rows import CHOSEN, OPEN, Row
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Modules, Scene

_CODE_MM = 60.0


def consent(filing: Filing, setting: Setting) -> Scene:
    """All of it has to be seen before it can be sent."""
    words = setting.words
    badge = CHOSEN if filing.agreed else OPEN
    shown = troubles(filing, setting)
    shown += [Para(line) for line in consent_lines(filing, words)]
    if filing.helping:
        shown.append(Row(words("kiosk.filing.helper.hand_back"), HandBack()))
    else:
        shown.append(Row(words("kiosk.filing.consent.yes"), Agree(not filing.agreed), badge))
    sheet, after = filled(setting, title_of(filing, words), shown, filing.shown_page)
    if after:
        primary(sheet, setting, words("kiosk.next"), Turn(filing.shown_page + 1))
    elif filing.agreed:
        primary(sheet, setting, words("kiosk.filing.go.send"), Forward())
    return sheet.scene


def sending(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    shown = [Para(words("kiosk.filing.sending.wait"), step=1.25)]
    sheet, _ = filled(setting, title_of(filing, words), shown, filing.shown_page, stops=False, back=False)
    return sheet.scene


def not_sent(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    forward = "" if filing.waiting else words("kiosk.filing.go.again")
    shown: list[Piece] = [Wrong(words(f"kiosk.filing.not_sent.{filing.where.name}"))]
    shown += troubles(filing, setting)
    if filing.waiting:
        shown = [Para(words("kiosk.filing.stop_here.keeping"), step=1.25)]
    else:
        shown.append(Row(words("kiosk.filing.not_sent.keep"), Keep()))
    sheet, _ = filled(setting, title_of(filing, words), shown, filing.shown_page, forward)
    return sheet.scene


def receipt(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    steps = filing.guide is not None and bool(filing.guide.handover)
    forward = words("kiosk.filing.go.how" if steps else "kiosk.filing.go.done")
    title = title_of(filing, words)
    sheet, box = opened(setting, title, forward, stops=False, back=False)
    if filing.filed is None:
        return sheet.scene
    is_beside = setting.frame.roomy or setting.frame.text <= 1  # larger words need the width of a small screen
    if is_beside:
        box = _with_code(sheet, setting, box, filing.filed.token)
    shown: list[Piece] = [
        Para(words("kiosk.filing.receipt.number"), colour=MUTED),
        in_one_line(sheet, box.width, filing.filed.number, BAMBOO),
    ]
    shown += troubles(filing, setting)
    shown += [Para(words("kiosk.filing.receipt.keep")), Para(words("kiosk.filing.receipt.next"))]
    if not is_beside:
        shown.append(Code(qr_rows(filing.filed.token)))
        return filled(setting, title, shown, filing.shown_page, forward, stops=False, back=False)[0].scene
    pieces(sheet, setting, box, shown, filing.shown_page)
    return sheet.scene


def _with_code(sheet: Sheet, setting: Setting, box: Box, text: str) -> Box:
    """A QR code at the right of a box, on tall screens above it; returns what is left."""
    frame, gap = setting.frame, setting.frame.mm(GAP_MM)
    side = min(frame.mm(_CODE_MM), box.height, box.width // 2)
    if box.width > box.height:
        sheet.put(Modules(Box(box.right - side, box.y, side, side), qr_rows(text)))
        return Box(box.x, box.y, box.width - side - gap, box.height)
    side = min(frame.mm(_CODE_MM), box.height // 3, box.width)
    sheet.put(Modules(Box(box.x + (box.width - side) // 2, box.y, side, side), qr_rows(text)))
    return Box(box.x, box.y + side + gap, box.width, box.height - side - gap)


def handover(filing: Filing, setting: Setting) -> Scene:
    words, guide = setting.words, filing.guide
    number = int(filing.where.name)
    last = guide is None or number + 1 >= len(guide.handover)
    title, forward = title_of(filing, words), words("kiosk.filing.go.done" if last else "kiosk.filing.go.on")
    sheet, box = opened(setting, title, forward, stops=False)
    if guide is None:
        return sheet.scene
    step = guide.handover[number]
    shown: list[Piece] = [Para(said(step.labels, words.language), step=1.25)]
    shown += troubles(filing, setting)
    if step.address:
        shown.append(Para(words("kiosk.filing.handover.address"), colour=MUTED))
        if setting.frame.roomy:
            box = _with_code(sheet, setting, box, step.address)
        else:  # an address would be broken beside it
            shown.append(Code(qr_rows(step.address)))
        shown.append(Para(step.address, bold=True))
    if number == 0:  # once, before anything is asked of them elsewhere
        shown.append(Para(words("kiosk.filing.handover.password")))
    if not setting.frame.roomy:
        return filled(setting, title, shown, filing.shown_page, forward, stops=False)[0].scene
    pieces(sheet, setting, box, shown, filing.shown_page)
    return sheet.scene


def stop(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    shown = troubles(filing, setting)
    if filing.waiting:
        shown.append(Para(words("kiosk.filing.stop_here.keeping"), step=1.25))
    else:
        if title := begun_before(filing, words):
            shown += [Para(words("kiosk.filing.stop_here.unfinished"), heads=True), Para(title, bold=True, heads=True)]
        if filing.form is not None:
            shown.append(Row(words("kiosk.filing.stop_here.call"), GoTo(HELP)))
            if filing.helping:
                shown.append(Row(words("kiosk.filing.helper.hand_back"), HandBack()))
            else:
                shown.append(Row(words("kiosk.filing.stop_here.helper"), CallHelper()))
            note = words("kiosk.filing.stop_here.keep_note")
            shown.append(Row(words("kiosk.filing.stop_here.keep"), Keep(), note=note))
        shown.append(Row(words("kiosk.filing.stop_here.discard"), Discard()))
    sheet, _ = filled(setting, title_of(filing, words), shown, filing.shown_page, stops=False)
    return sheet.scene


def code(filing: Filing, setting: Setting) -> Scene:
    """Of the helper, or of a slip; the field opens the keyboard."""
    words = setting.words
    sheet, box = opened(setting, title_of(filing, words), words("kiosk.filing.go.enter"), stops=False)
    text = filing.keyboard.text if filing.keyboard else ""
    height = min(field_height(sheet), max(setting.frame.mm(16.0), box.height // 3))
    field(sheet, Box(box.x, box.y, box.width, height), text, OpenKeys(True), hint=words("kiosk.filing.ask.touch"))
    below = box.y + height + setting.frame.mm(GAP_MM / 2)
    shown = troubles(filing, setting)
    shown.append(Para(words(f"kiosk.filing.{filing.where.at}.how")))
    pieces(sheet, setting, Box(box.x, below, box.width, box.bottom - below), shown, filing.shown_page)
    return sheet.scene


def kept(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    sheet, box = opened(setting, title_of(filing, words), words("kiosk.filing.go.done"), stops=False)
    box = _with_code(sheet, setting, box, filing.code)
    shown: list[Piece] = [in_one_line(sheet, box.width, filing.code, BAMBOO)]
    shown += troubles(filing, setting)
    shown += [Para(words("kiosk.filing.kept.days")), Para(words("kiosk.filing.kept.how"), colour=INK)]
    pieces(sheet, setting, box, shown, filing.shown_page)
    return sheet.scene
