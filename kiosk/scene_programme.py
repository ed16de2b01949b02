"""Today's announcements: what is shown and sounds now, what was and will be spoken; each can be opened, read whole and
heard again."""

from __future__ import annotations

from datetime import date, timedelta

from controller.core.palette import BAMBOO, INK, PAPER, TURMERIC
from controller.core.showing import Item
from controller.core.words import upper_first
from kiosk.acts import GoTo
from kiosk.bar import Bar, Forward, bar
from kiosk.bulletin import AHEAD, Bulletin, Entry, Standing
from kiosk.controls import Badge
from kiosk.faults import fault_lines, fault_strip
from kiosk.look import GAP_MM
from kiosk.page import body, heading, listing, pages_of_text
from kiosk.rows import Row
from kiosk.setting import Setting
from kiosk.sheet import BADGES
from kiosk.state import DOORS, PROGRAMME, READING, State
from kiosk.widgets import Box, Scene, Shape

NOTICE: Badge = (Shape.PAPER, INK, TURMERIC)


def scene(state: State, setting: Setting) -> Scene:
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    bulletin = state.bulletin or Bulletin()
    top = heading(sheet, setting, words("kiosk.programme.title"))
    if faults := fault_lines(sheet, state, setting):
        fault_strip(sheet, state, setting, top)
        top += len(faults) * setting.frame.style(1).line + setting.frame.mm(GAP_MM / 2)
    rows = _rows(state, setting, bulletin)
    if rows:
        listing(sheet, setting, top, rows, state.page, GoTo(DOORS), lambda page: GoTo(PROGRAMME, page))
        return sheet.scene
    bottom = bar(sheet, setting, GoTo(DOORS))
    if state.bulletin is not None:
        said = words("kiosk.waiting.paused" if bulletin.clock_doubtful else "kiosk.programme.empty")
        body(sheet, Box(room.x, top, room.width, bottom - top), said)
    return sheet.scene


def _rows(state: State, setting: Setting, bulletin: Bulletin) -> list[Row]:
    """What sounds now, notices, today's and tomorrow's occurrences that are not shown already."""
    today = state.now.date()
    shown = {item.ident for item in bulletin.items}
    rows = [_item_row(item, setting) for item in bulletin.items]
    days = ((today, "kiosk.programme.entry"), (today + timedelta(days=1), "kiosk.programme.entry_tomorrow"))
    for day, key in days:
        for entry in bulletin.entries:
            if _is_of(entry, day, setting) and (day == today or entry.standing in AHEAD) and entry.ident not in shown:
                rows.append(_row(entry, setting, key))
    return rows


def _is_of(entry: Entry, day: date, setting: Setting) -> bool:
    return entry.due.astimezone(setting.tz).date() == day


def _item_row(item: Item, setting: Setting) -> Row:
    act, title = GoTo(READING, about=item.ident), item.title or item.text
    if not item.on_air:
        return Row(title, act, NOTICE)
    return Row(title, act, BADGES[Standing.ON_AIR], upper_first(setting.words("kiosk.standing.on_air")))


def _row(entry: Entry, setting: Setting, key: str) -> Row:
    standing = setting.words(f"kiosk.standing.{entry.standing}")
    note = setting.words(key, time=setting.clock_of(entry), standing=standing)
    if zones := setting.zones_of(entry):
        note = f"{note} · {zones}"
    return Row(entry.title, GoTo(READING, about=entry.ident), BADGES[entry.standing], note)


def reading(state: State, setting: Setting) -> Scene:
    """One of them, whole."""
    sheet, words, room = setting.sheet(PAPER), setting.words, setting.room
    found = (state.bulletin or Bulletin()).words_of(state.about)
    bottom = Bar.of(setting).top - setting.frame.mm(GAP_MM)
    if found is None:
        y = heading(sheet, setting, words("kiosk.programme.title"))
        body(sheet, Box(room.x, y, room.width, bottom - y), words("kiosk.programme.gone"), large=True)
        bar(sheet, setting, GoTo(PROGRAMME))
        return sheet.scene
    title, text = found[0] or words("kiosk.waiting.notices"), found[1] or words("kiosk.programme.no_words")
    styles = [setting.frame.style(1.25, bold=True), *setting.frame.titles(1)]
    style = sheet.fitting(title, room.width, (bottom - room.y) // 3, styles) or styles[-1]
    most = max(1, (bottom - room.y) // 3 // style.line)
    y = sheet.text(room.x, room.y, room.width, title, style, BAMBOO, most=most) + setting.frame.mm(GAP_MM / 2)
    plain = setting.frame.style(1)
    pages = pages_of_text(sheet, text, room.width, bottom - y, plain)
    page = min(state.page, len(pages) - 1)
    for line in pages[page]:
        y = sheet.text(room.x, y, room.width, line, plain, INK)
    more = Forward(words("kiosk.next"), GoTo(READING, page + 1, state.about)) if page + 1 < len(pages) else None
    bar(sheet, setting, GoTo(READING, page - 1, state.about) if page else GoTo(PROGRAMME), more)
    return sheet.scene


def reading_said(state: State, setting: Setting) -> str:
    """All of it, on whatever page: it goes on while the pages are turned."""
    found = (state.bulletin or Bulletin()).words_of(state.about)
    return "\n".join(part for part in found if part) if found else setting.words("kiosk.programme.gone")


def said(_: State, setting: Setting) -> str:
    return setting.words("kiosk.programme.said")
