"""Text to what a sign of few dots can show: plain ASCII, in at most two still pages, else as a ticker.

Signs of 7-8 rows have no room for Vietnamese diacritics and their fonts have no such letters, so the
text is stripped, and whoever writes sees exactly that before it is shown. Pure; knows no protocol.
"""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from controller.boards.lettering.texts import clean, cut, reading_s

CELL_PX, LINE_PX = 6, 8  # the 5 x 7 font with one dot between characters and lines
PAGES_AT_MOST = 2  # a passer-by reads no more
SCROLL_PX_PER_S = 50.0
CLOCK = "\x13"  # stands in a line for the time of day, which the sign itself puts there
CLOCK_CHARACTERS = 5  # "19:30"
LOOKED_AT = 4  # times the limit: of a text without end no more is read
MORE = "..."  # ends a text that was cut

_BY_HAND = str.maketrans(
    {
        "đ": "d", "Đ": "D", "₫": "d", "‘": "'", "’": "'", "‚": ",", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"',
        "«": '"', "»": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "•": "-", "·": "-",
        "×": "x", "÷": ":", "°": "o", "⁄": "/", "…": "...", "→": "->", "±": "+/-",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the sign at one time, or passes over it (`scrolls`, then one line)."""

    lines: tuple[str, ...]
    dwell_s: float
    scrolls: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """`replaced` are the characters that the sign shows as "?" or not at all; `left_out` is what found no room."""

    pages: tuple[Page, ...]
    replaced: tuple[str, ...] = ()
    left_out: str = ""
    is_stripped: bool = False  # letters have lost their marks

    @property
    def text(self) -> str:
        """What can be read on the sign, pages apart by an empty line."""
        return "\n\n".join("\n".join(page.lines) for page in self.pages).replace(CLOCK, "--:--")


def plain(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in printable ASCII on one line, and the characters that have no such form, in order.

    Compatibility forms are taken apart (NFKD: ② is 2, ﬁ is fi), marks dropped, invisible characters
    and control codes left out.
    """
    said = clean(text, _stripped)
    return said.text, said.undrawable


@lru_cache(maxsize=4096)
def _stripped(character: str) -> str | None:
    parts = unicodedata.normalize("NFKD", character.translate(_BY_HAND)).translate(_BY_HAND)
    parts = "".join(c for c in parts if not unicodedata.combining(c))
    return parts if all(" " <= c <= "~" for c in parts) else None


def lay_out(text: str, columns: int, rows: int, limit: int, most: int = PAGES_AT_MOST, still: int = 0) -> Layout:
    """The pages of one text on a sign of so many dots; `limit` is the most characters it may have. What needs more
    than `most` pages runs; on a sign that moves nothing it takes up to `still` pages, and is cut then."""
    looked_at, beyond = text[: LOOKED_AT * limit], text[LOOKED_AT * limit :]
    said, replaced = plain(looked_at)
    is_stripped = any(not c.isascii() and c.isalpha() for c in looked_at)
    shown, left_out = cut(said, limit, MORE)
    left_out = " ".join([left_out, *beyond.split()]).strip()
    if not shown:
        return Layout((), replaced)
    room, per_page = columns // CELL_PX, lines_of(rows)
    lines = textwrap.wrap(shown, room, break_on_hyphens=False)
    if len(lines) > most * per_page or any(len(word) > room for word in shown.split()):
        if not still:
            page = Page((shown,), scroll_s(len(shown), columns), scrolls=True)
            return Layout((page,), replaced, left_out, is_stripped)
        if len(lines) > still * per_page:
            last, rest = lines[still * per_page - 1], lines[still * per_page :]
            kept = last[: max(0, room - len(MORE))]
            left_out = " ".join(each for each in (last[len(kept) :], *rest, left_out) if each)
            lines = [*lines[: still * per_page - 1], kept + MORE[:room]]
    pages = tuple(_still(lines[at : at + per_page]) for at in range(0, len(lines), per_page))
    return Layout(pages, replaced, left_out, is_stripped)


def waiting(name: str, columns: int, rows: int, limit: int) -> Layout:
    """What a sign shows when there is nothing to say: the place's name and the time of day."""
    named = lay_out(name, columns, rows, limit)
    if columns < CLOCK_CHARACTERS * CELL_PX:
        return named
    if len(named.pages) == 1 and not named.pages[0].scrolls and len(named.pages[0].lines) < lines_of(rows):
        return Layout((_still([*named.pages[0].lines, CLOCK]),), named.replaced)
    return Layout((*named.pages, _still([CLOCK])), named.replaced)


def lines_of(rows: int) -> int:
    """How many lines of the 7-row font stand one above the other."""
    return max(1, (rows + 1) // LINE_PX)


def scroll_s(characters: int, columns: int) -> float:
    """How long a ticker takes, from its first dot at the right edge to its last at the left."""
    return (characters * CELL_PX + columns) / SCROLL_PX_PER_S


def _still(lines: list[str]) -> Page:
    return Page(tuple(lines), reading_s([line.replace(CLOCK, "0:00") for line in lines]))
