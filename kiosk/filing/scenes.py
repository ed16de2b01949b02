"""The pages of filing as scenes: `scene(filing, setting)`. Pure; one function a page, the table at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller.core.palette import MUTED
from controller.guides.forms import Page
from controller.guides.model import DATE, NOTE, SELECT_MULTIPLE, said
from kiosk.controls import field, field_height
from kiosk.filing import ends_scenes, file_scenes, finding, typing_scene
from kiosk.filing.acts import Choose, DoNotKnow, Forward, OpenKeys, PickEvent, PickGuide, PickPlace, Resume
from kiosk.filing.frame import filled, headed, opened, troubles
from kiosk.filing.pieces import Para, Piece, pieces
from kiosk.filing.saying import event_name, guides_of, label_of, title_of, trouble_words
from kiosk.filing.state import At, Filing
from kiosk.filing.way import is_typed, pages_of, written
from kiosk.look import GAP_MM
from kiosk.rows import CHOSEN, OPEN, Row
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Scene


def scene(filing: Filing, setting: Setting) -> Scene:
    """What is seen of a filing; its words are those of the setting."""
    setting = replace(setting, helped=filing.helping)
    if filing.typing and (filing.trouble is None or setting.frame.roomy):
        return _typing(filing, setting)
    return _SCENES[filing.where.at](filing, setting)


def _events(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    rows: list[Piece] = []
    for event in finding.events_of(filing.guides):
        rows.append(Row(event_name(event, words), PickEvent(event)))
    if filing.guides:
        rows.append(Row(words("kiosk.filing.events.by_name"), PickEvent("")))
    else:
        rows.append(Para(words("kiosk.filing.none")))
    rows.append(Row(words("kiosk.filing.events.resume"), Resume()))
    sheet, _ = filled(setting, title_of(filing, words), rows, filing.shown_page, stops=False)
    return sheet.scene


def _guides(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    title, part, rows = title_of(filing, words), filing.shown_page, list[Piece]()
    for guide in guides_of(filing, words):
        rows.append(Row(said(guide.title, words.language), PickGuide(guide.id)))
    rows = rows or [Para(words("kiosk.filing.guides.nothing"))]
    if filing.keyboard is None:
        return filled(setting, title, rows, part, stops=False)[0].scene
    query, hint = filing.keyboard.text, words("kiosk.filing.guides.search")
    if not setting.frame.roomy:  # what was found stands first
        listed = [*rows, _field_row(query, hint)] if query else [_field_row(query, hint), *rows]
        return filled(setting, title, listed, part, stops=False)[0].scene
    sheet, box = opened(setting, title, stops=False)
    pieces(sheet, setting, _field(sheet, setting, box, query, hint), rows, part)
    return sheet.scene


def _ask(filing: Filing, setting: Setting) -> Scene:
    page, words = filing.asked, setting.words
    if page is None:
        return _events(filing, setting)
    of = pages_of(filing)
    number = next((n for n, each in enumerate(of, 1) if each.path == page.path), 1)
    label, hint, is_note = label_of(page, words), said(page.question.hints, words.language), page.question.kind == NOTE
    shown = troubles(filing, setting)
    title, whole = headed(setting, label, words("kiosk.filing.ask.hidden"))
    if is_note:
        title, whole = words("kiosk.filing.ask.note"), label
    if whole:
        shown.append(Para(whole, bold=not is_note, step=1.25 if is_note else 1.0))
    if hint:
        shown.append(Para(hint, colour=MUTED))
    is_written, typed = is_typed(page.question), filing.keyboard.text if filing.keyboard else ""
    touch = words("kiosk.filing.ask.touch")
    places = _places(filing, setting) if is_written else []
    if filing.found and not setting.frame.roomy:  # what was found stands first, so that it is seen
        shown[1 if filing.trouble else 0 : 0] = [*places, _field_row(typed, touch)]
    elif is_written:
        if not setting.frame.roomy:  # below what went wrong, if anything
            shown.insert(1 if filing.trouble else 0, _field_row(typed, touch))
        shown += places
    elif page.question.kind != NOTE:
        shown += _choices(filing, page, setting)
    if page.question.required is None and page.question.kind != NOTE:
        shown.append(Row(words("kiosk.filing.ask.optional"), DoNotKnow()))
    forward, step = words("kiosk.filing.go.on"), (number, len(of))
    if not is_written or not setting.frame.roomy:
        return filled(setting, title, shown, filing.shown_page, forward, step=step)[0].scene
    sheet, box = opened(setting, title, forward, step=step)
    pieces(sheet, setting, _field(sheet, setting, box, typed, touch), shown, filing.shown_page)
    return sheet.scene


def _choices(filing: Filing, page: Page, setting: Setting) -> list[Piece]:
    if filing.form is None:
        return []
    value = filing.answers.get(page.path)
    chosen = set(value) if isinstance(value, list) else {value}
    several = page.question.kind == SELECT_MULTIPLE
    rows: list[Piece] = [Para(setting.words("kiosk.filing.ask.choose_many"), colour=MUTED)] if several else []
    for choice in filing.form.choices(page, filing.answers):
        badge = CHOSEN if choice.name in chosen else OPEN
        rows.append(Row(said(choice.labels, setting.words.language), Choose(choice.name), badge))
    return rows


def _places(filing: Filing, setting: Setting) -> list[Piece]:
    page = filing.asked
    if page is None or page.question.look != "place":
        return []
    if filing.found:
        return [Row(name, PickPlace(name)) for name in filing.found]
    typed = filing.keyboard.text.strip() if filing.keyboard else ""
    known = written(page.question, filing.answers.get(page.path))
    key = "places_none" if typed and typed != known else "place"
    return [Para(setting.words(f"kiosk.filing.ask.{key}"))]


def _field_row(text: str, hint: str) -> Row:
    """The field that opens the keyboard, where there is little room: it may be turned away."""
    return Row(text or hint, OpenKeys(True))


def _field(sheet: Sheet, setting: Setting, box: Box, text: str, hint: str) -> Box:
    """The field that opens the keyboard, at the top of a box; returns what is left below."""
    height = min(field_height(sheet), max(setting.frame.mm(16.0), box.height // 3))
    field(sheet, Box(box.x, box.y, box.width, height), text, OpenKeys(True), hint=hint)
    below = box.y + height + setting.frame.mm(GAP_MM / 2)
    return Box(box.x, below, box.width, box.bottom - below)


def _typing(filing: Filing, setting: Setting) -> Scene:
    words, page, keyboard = setting.words, filing.asked, filing.keyboard
    if keyboard is None:
        return _SCENES[filing.where.at](filing, setting)
    hint = said(page.question.hints, words.language) if page else ""
    if page is not None and page.question.kind == DATE:
        hint = hint or words("kiosk.filing.ask.date")
    searches = filing.where.at is At.GUIDES or (page is not None and page.question.look == "place")
    skips = page is not None and page.question.required is None and not keyboard.text
    forward = "filing.go.search" if searches else "filing.go.skip" if skips else "forward"
    asked = typing_scene.Asked(
        label=label_of(page, words) if page else title_of(filing, words),
        hint=hint,
        wrong=trouble_words(filing.trouble, words) if filing.trouble else "",
        warns=filing.trouble is not None and filing.trouble.warning,
        forward=words(f"kiosk.{forward}"),
        act=OpenKeys(False) if searches else Forward(),
    )
    return typing_scene.scene(setting, keyboard, asked)


_SCENES: dict[At, Callable[[Filing, Setting], Scene]] = {
    At.EVENTS: _events,
    At.GUIDES: _guides,
    At.ABOUT: file_scenes.about,
    At.ASK: _ask,
    At.UNFIT: file_scenes.unfit,
    At.PAPERS: file_scenes.papers,
    At.CARD: file_scenes.card,
    At.PHOTO: file_scenes.photo,
    At.REVIEW: file_scenes.review,
    At.CONSENT: ends_scenes.consent,
    At.SENDING: ends_scenes.sending,
    At.NOT_SENT: ends_scenes.not_sent,
    At.RECEIPT: ends_scenes.receipt,
    At.HANDOVER: ends_scenes.handover,
    At.STOP: ends_scenes.stop,
    At.HELPER: ends_scenes.code,
    At.KEPT: ends_scenes.kept,
    At.RESUME: ends_scenes.code,
}
