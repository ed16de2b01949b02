"""Title and text to the pages of one board, in the largest letters with which they fit. Pure.

On 13 rows and more with all marks, in the fonts of the table (`fonts.styles`); below, stripped, in the sign's own
seven rows (`stripped`). What needs too many pages passes over the board; where it cannot, it is cut.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from controller.boards.lettering.blocks import Block, Ground, Role, roles_of
from controller.boards.lettering.fonts import Style, alike, are_installed, narrow, styles
from controller.boards.lettering.glyphs import Field
from controller.boards.lettering.lamps import FEWEST_ROWS, TEXT_LIMIT, Lamps
from controller.boards.lettering.stripped import CELL_PX, LINE_PX, lay_out
from controller.boards.lettering.texts import MORE, clean, cut, lines_of, paged, reading_s, with_fonts
from controller.boards.pages import Page, Rotation
from controller.core.levels import Level

TITLE_LIMIT = 120
CELL_PX_PER_S = 50 / 9  # of a ticker: 50 dots a second for letters of 9
IN_SIGHT = 8  # letters of a ticker at once, at least, if there are letters so small
ONE_TEXT = 2 / 3  # of a sign's memory for one ticker in wide letters: others want to be shown too
CODE_GAP = 2  # dark columns between text and code
CODE_S = 10.0  # to take out a phone


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of one page, of which the first `titles` are the title's."""

    style: Style
    lines: tuple[str, ...]
    titles: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code in ink, and what it says."""

    ink: Block
    address: str
    caption: str  # stands beside it where it has a page of its own


def worded(
    lamps: Lamps, title: str, text: str, level: Level = Level.NORMAL, ident: str = "", tag: str = "",
    code: Code | None = None,
) -> Rotation:  # fmt: skip
    """The pages of a text. `tag` heads it in place of a title where it costs nothing; `code` stands beside it, or on
    a page of its own behind it."""
    if not keeps_marks(lamps):
        return _stripped(lamps, sentence(title, text), level, ident)
    ground = Ground.of(lamps)
    ladder, spare = styles(lamps.rows, lamps.font), narrow(lamps.rows, lamps.font)
    ladders = (ladder, *((style,) for style in spare))
    drawn = with_fonts((*ladder, *spare))
    heading, body = clean(title, drawn, TITLE_LIMIT), clean(text, drawn, TEXT_LIMIT)
    left_out = " ".join(each for each in (heading.left_out, body.left_out) if each)
    said = sentence(heading.text, body.text)
    pages: list[Page] = []
    if code is not None and said:
        beside = Ground(ground.columns - len(code.ink) - CODE_GAP, ground.rows, ground.colours)
        sheets = _fitted(beside, ladders, heading.text, body.text, 1, tag)
        if sheets:
            pages = [_coded(ground, _set(beside, sheets[0], level), code, sheets[0].lines, ident)]
    if not pages and said:
        most = 1 if lamps.manner == "scroll" and lamps.strip else min(lamps.pages_at_most, lamps.room)
        sheets = _fitted(ground, ladders, heading.text, body.text, most, tag)
        if not sheets and not lamps.strip:
            sheets = _fitted(ground, ((*ladder, *spare),), heading.text, body.text, lamps.room)
        more = ""
        if sheets:
            pages = [_still(ground, sheet, level, ident) for sheet in sheets]
        elif lamps.strip:
            page, more = _ticker(lamps, ground, (*ladder, *spare), said, level, ident)
            pages = [page]
        else:
            sheets, more = _cut(ground, (*ladder, *spare)[-1], said, lamps.room)
            pages = [_still(ground, sheet, level, ident) for sheet in sheets]
        left_out = " ".join(each for each in (more.removesuffix(MORE) if left_out else more, left_out) if each)
    if code is not None and not (pages and code.address in pages[0].lines):
        pages.append(_code_page(ground, ladder, code, ident))
    groups = dict.fromkeys(group for style in (*ladder, *spare) for group in alike(style.font))
    same = tuple(group for group in groups if any(letter in said for letter in group))
    undrawable = tuple(dict.fromkeys((*heading.undrawable, *body.undrawable)))
    return Rotation(tuple(pages), undrawable, same, left_out)


def keeps_marks(lamps: Lamps) -> bool:
    """Whether texts are drawn with the fonts of the table. Where these are not installed the sign's own letters, which
    stand in this code, show the text without marks rather than nothing."""
    return lamps.rows >= FEWEST_ROWS and are_installed(lamps.rows, lamps.font)


def sentence(title: str, text: str) -> str:
    """Both as one."""
    if not title or not text:
        return text or title
    return f"{title}: {text}" if title[-1].isalnum() else f"{title} {text}"


def _fitted(
    ground: Ground, ladders: Sequence[Sequence[Style]], title: str, text: str, most: int, tag: str = ""
) -> list[Sheet] | None:
    """On as few pages as there may be, and on these in the largest letters of the first ladder, else of the next one;
    None where `most` are too few."""
    said, has_title = sentence(title, text), bool(title and text)
    headings = (title, "") if has_title else (tag, "")  # on lines of its own; without one all is one sentence
    for ladder, pages in itertools.product(ladders if ground.columns > 0 else (), range(1, most + 1)):
        if has_title:  # on its own line it is worth smaller letters, the tag is not
            tries = [(heading, style) for heading in headings for style in ladder]
        else:
            tries = [(heading, style) for style in ladder for heading in dict.fromkeys(headings)]
        for heading, style in tries:
            if style.width(said) > (ground.columns + style.width(" ")) * style.lines(ground.rows) * pages:
                continue
            sheets = _sheets(ground, style, heading, text if has_title and heading else said)
            if sheets and len(sheets) <= pages:
                return sheets
    return None


def _sheets(ground: Ground, style: Style, heading: str, text: str) -> list[Sheet] | None:
    """In letters of one size; None where a word is too wide, or the heading has no room on the page of its text."""
    head, body = lines_of(heading, style, ground.columns), lines_of(text, style, ground.columns)
    if head is None or body is None:
        return None
    pages = paged([*head, *body], style.lines(ground.rows))
    if head and pages and len(pages[0]) <= len(head):
        return None
    return [Sheet(style, page, 0 if number else len(head)) for number, page in enumerate(pages)]


def _cut(ground: Ground, style: Style, said: str, most: int) -> tuple[list[Sheet], str]:
    """The first pages of a text that is too long for a board on which nothing moves, and the rest of it."""
    lines = lines_of(said, style, ground.columns, breaks_words=True) or []
    per_page = style.lines(ground.rows)
    room = most * per_page
    rest = " ".join(lines[room:])
    if rest:
        words = lines[room - 1].split()
        while len(words) > 1 and style.width(" ".join(words) + MORE) > ground.columns:
            rest = f"{words.pop()} {rest}"
        last = " ".join(words)
        while last and style.width(last + MORE) > ground.columns:
            rest, last = last[-1] + rest, last[:-1]
        lines = [*lines[: room - 1], last.rstrip() + MORE]
    return [Sheet(style, page) for page in paged(lines, per_page)], rest


def _set(ground: Ground, sheet: Sheet, level: Level) -> Block:
    """The lines of a page in the middle of the ground."""
    title, text = roles_of(level)
    inked = [
        ground.inked(sheet.style.line(line), title if number < sheet.titles else text)
        for number, line in enumerate(sheet.lines)
    ]
    return ground.page(ground.stacked(inked, sheet.style.gap))


def _still(ground: Ground, sheet: Sheet, level: Level, ident: str) -> Page:
    return Page(_set(ground, sheet, level), reading_s(sheet.lines), sheet.lines, item=ident)


def _ticker(
    lamps: Lamps, ground: Ground, ladder: Sequence[Style], said: str, level: Level, ident: str
) -> tuple[Page, str]:
    """A text that passes over the board, in letters of which several are seen at once, and what of it is too long."""
    apt = [style for style in ladder if IN_SIGHT * style.width("0") <= ground.columns] or [ladder[-1]]
    most, room = lamps.strip, int(lamps.strip * ONE_TEXT)
    style = next((style for style in apt if style.width(said) <= room), apt[-1])
    shown, rest = said, ""
    while style.width(shown) > most:
        shown, _ = cut(said, len(shown) * most // style.width(shown))
        rest = said[len(shown) - len(MORE) :].strip()
    strip = ground.strip(ground.inked(style.line(shown), roles_of(level)[1]))
    per_s = lamps.px_per_s or CELL_PX_PER_S * style.width("0")
    dwell_s = (ground.width(strip) + ground.columns) / per_s
    return Page(strip, dwell_s, (shown,), scrolls=True, item=ident), rest


def _coded(ground: Ground, text: Block, code: Code, lines: tuple[str, ...], ident: str) -> Page:
    both = ground.beside(text, ground.inked(code.ink, Role.CODE), CODE_GAP)
    return Page(ground.page(both), max(CODE_S, reading_s(lines)), (*lines, code.address), item=ident)


def _code_page(ground: Ground, ladder: Sequence[Style], code: Code, ident: str) -> Page:
    """A code, and its caption where there is room for it."""
    beside = Ground(ground.columns - len(code.ink) - CODE_GAP, ground.rows, ground.colours)
    sheets = _fitted(beside, (ladder,), "", code.caption, 1)
    if sheets:
        return _coded(ground, _set(beside, sheets[0], Level.NORMAL), code, sheets[0].lines, ident)
    return Page(ground.page(ground.inked(code.ink, Role.CODE)), CODE_S, (code.address,), item=ident)


def _stripped(lamps: Lamps, said: str, level: Level, ident: str) -> Rotation:
    """In the seven rows that such a sign draws by itself."""
    layout = lay_out(
        said, lamps.columns, lamps.rows, lamps.alert_letters if level is Level.EMERGENCY else TEXT_LIMIT,
        most=1 if lamps.manner == "scroll" else lamps.pages_at_most,
        still=0 if lamps.strip else lamps.room,
    )  # fmt: skip
    pages = tuple(
        Page(seven_rows(lamps, page.lines, level, page.scrolls), page.dwell_s, page.lines, page.scrolls, ident)
        for page in layout.pages
    )
    return Rotation(pages, layout.replaced, (), layout.left_out, is_stripped=layout.is_stripped)


def seven_rows(lamps: Lamps, lines: Sequence[str], level: Level = Level.NORMAL, scrolls: bool = False) -> Block:
    """Lines in the seven-row font, in the middle of the board or as a strip. A sign that writes itself has one
    colour for text."""
    ground = Ground.of(lamps)
    role = Role.TEXT if lamps.writes_itself else roles_of(level)[1]
    columns = len(lines[0]) * CELL_PX - 1 if scrolls else lamps.columns
    field = Field(columns, lamps.rows)
    top = (lamps.rows - len(lines) * LINE_PX + 1) // 2
    for number, line in enumerate(lines):
        field.stamp(line, 0 if scrolls else (columns - len(line) * CELL_PX + 1) // 2, top + number * LINE_PX)
    return ground.inked(field.frozen(), role)
