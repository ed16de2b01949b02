"""The programme, page by page, on paper: what is on air and what is coming today and tomorrow, then
the words of what is shown now, whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from controller.core.palette import BAMBOO, INK, LEAF, MUTED, PAPER
from kiosk.acts import GoTo
from kiosk.bar import Bar, Forward, bar
from kiosk.bulletin import AHEAD, Bulletin, Entry
from kiosk.faults import fault_lines, fault_strip
from kiosk.flow import DOORS, PROGRAMME, State
from kiosk.look import GAP_MM
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Scene
from schedules.wording import day_words


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an item's words."""

    text: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the station."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece that is not split over pages; `height` in pixels, the gap below included."""

    content: Heading | Entry | Line | Fault
    height: int


def scene(state: State, setting: Setting) -> Scene:
    frame, words, room = setting.frame, setting.words, setting.room
    sheet = setting.sheet(PAPER)
    gap = frame.mm(GAP_MM)
    title, style = frame.style(1.25, bold=True), frame.style(1)
    top = room.y + title.line + frame.mm(1)
    bulletin = state.bulletin or Bulletin()
    height = Bar.of(setting).top - gap - top
    columns = Columns.of(sheet, setting, height)
    blocks = [*_days(sheet, state, setting, columns, bulletin), *_words(sheet, setting, bulletin)]
    empty = not blocks
    if faults := fault_lines(sheet, state, setting):
        blocks.insert(0, Block(Fault(), len(faults) * style.line + gap))
    pages = paged(blocks, height)
    page = min(state.page, len(pages) - 1)

    right = room.right
    if len(pages) > 1:
        numbered = words("kiosk.programme.page", page=page + 1, pages=len(pages))
        y = sheet.beside(room.y, title, style)
        right = sheet.text_right(right, y, room.width // 3, numbered, style, MUTED) - gap
    sheet.text(room.x, room.y, right - room.x, words("kiosk.programme.title"), title, BAMBOO)
    y = top
    for block in pages[page]:
        if isinstance(block.content, Fault):
            fault_strip(sheet, state, setting, y)
        else:
            _draw(sheet, setting, columns, block, y)
        y += block.height
    if empty and state.bulletin:
        said = words("kiosk.waiting.paused" if bulletin.clock_doubtful else "kiosk.programme.empty")
        sheet.text(room.x, y, room.width, said, style, INK, most=(top + height - y) // style.line)

    back = GoTo(PROGRAMME, page - 1) if page else GoTo(DOORS)
    more = Forward(words("kiosk.next"), GoTo(PROGRAMME, page + 1)) if page + 1 < len(pages) else None
    bar(sheet, setting, back, more)
    return sheet.scene


@dataclass(frozen=True, slots=True)
class Columns:
    """Where an entry's title and standing stand; `standing_width` is 0 where it goes under the title."""

    title: int
    title_width: int
    title_lines: int
    standing: int
    standing_width: int

    @classmethod
    def of(cls, sheet: Sheet, setting: Setting, height: int) -> Columns:
        """For pages of a height in pixels: an entry has to fit on one, with its heading."""
        frame, words, room = setting.frame, setting.words, setting.room
        style, gap = frame.style(1), frame.mm(GAP_MM)
        title = room.x + sheet.width("00:00", frame.style(1, bold=True)) + gap
        widest = max(sheet.width(words(f"kiosk.standing.{s}"), style) for s in AHEAD) + sheet.badge_width(style)
        wide = room.right - title - gap - widest >= 2 * widest
        lines = 2 if (5 if wide else 6) * style.line + 2 * gap <= height else 1
        if wide:
            return cls(title, room.right - widest - gap - title, lines, room.right - widest, widest)
        return cls(title, room.right - title, lines, title, 0)


def _days(sheet: Sheet, state: State, setting: Setting, columns: Columns, bulletin: Bulletin) -> list[Block]:
    today = state.now.date()
    blocks: list[Block] = []
    for key, day in (("today", today), ("tomorrow", today + timedelta(days=1))):
        if entries := _ahead(bulletin, day, setting):
            blocks.append(_heading(setting, setting.words(f"kiosk.programme.{key}", day=day_words(day, setting.words))))
            blocks += [Block(entry, _entry_height(sheet, setting, columns, entry)) for entry in entries]
    return blocks


def _ahead(bulletin: Bulletin, day: date, setting: Setting) -> list[Entry]:
    return [e for e in bulletin.entries if e.standing in AHEAD and e.due.astimezone(setting.tz).date() == day]


def _entry_height(sheet: Sheet, setting: Setting, columns: Columns, entry: Entry) -> int:
    style = setting.frame.style(1)
    lines = len(sheet.lines(entry.title, columns.title_width, style, columns.title_lines))
    lines += bool(setting.zones_of(entry)) + (columns.standing_width == 0)
    return lines * style.line + setting.frame.mm(GAP_MM)


def _words(sheet: Sheet, setting: Setting, bulletin: Bulletin) -> list[Block]:
    """The items that are shown now, with all their words."""
    width, gap = setting.room.width, setting.frame.mm(GAP_MM)
    blocks: list[Block] = []
    for item in bulletin.items:
        for text, bold in ((item.title, True), (item.text, False)):
            style = setting.frame.style(1, bold)
            blocks += [Block(Line(line, bold), style.line) for line in sheet.lines(text, width, style, len(text))]
        blocks[-1] = Block(blocks[-1].content, blocks[-1].height + gap)
    return [_heading(setting, setting.words("kiosk.programme.notices")), *blocks] if blocks else []


def _heading(setting: Setting, text: str) -> Block:
    return Block(Heading(text), setting.frame.style(1).line + setting.frame.mm(2))


def paged(blocks: list[Block], height: int) -> list[list[Block]]:
    """The blocks on pages of that height. There is always a page, and never an empty one among others.

    A heading stays with what follows it, and is said again on the page where its part goes on.
    """
    pages: list[list[Block]] = [[]]
    used = 0
    begun = False  # more than a heading stands on the page
    heading: Block | None = None
    for index, block in enumerate(blocks):
        needed = block.height
        if isinstance(block.content, Heading):
            heading = block
            needed += blocks[index + 1].height
        if begun and used + needed > height:
            pages.append([])
            used, begun = 0, False
            if heading and heading is not block:
                pages[-1].append(heading)
                used = heading.height
        pages[-1].append(block)
        used += block.height
        begun = begun or heading is not block
    return pages


def _draw(sheet: Sheet, setting: Setting, columns: Columns, block: Block, y: int) -> None:
    frame, room = setting.frame, setting.room
    style = frame.style(1)
    match block.content:
        case Heading(text):
            sheet.panel(Box(room.x, y + round(style.cap * 0.12), room.width, style.line), LEAF)  # about the capitals
            sheet.text(room.x + frame.mm(3), y, room.width - frame.mm(6), text, style, INK)
        case Line(text, bold):
            sheet.text(room.x, y, room.width, text, frame.style(1, bold), INK)
        case Entry() as entry:
            _draw_entry(sheet, setting, columns, entry, y)


def _draw_entry(sheet: Sheet, setting: Setting, columns: Columns, entry: Entry, y: int) -> None:
    room, style = setting.room, setting.frame.style(1)
    time = setting.frame.style(1, bold=True)
    sheet.text(room.x, y, columns.title - room.x, setting.clock_of(entry), time, INK)
    below = sheet.text(columns.title, y, columns.title_width, entry.title, style, INK, most=columns.title_lines)
    if zones := setting.zones_of(entry):
        below = sheet.text(columns.title, below, columns.title_width, zones, style, MUTED)
    word = setting.words(f"kiosk.standing.{entry.standing}")
    if columns.standing_width:
        sheet.standing(columns.standing, y, columns.standing_width, entry.standing, word, style, MUTED)
    else:
        sheet.standing(columns.title, below, columns.title_width, entry.standing, word, style, MUTED)
