"""A text to the lines of pages in one of the fonts that a board may use. Pure; knows no dots.

What a font cannot draw becomes "?" and is named; so is what is invisible, or written from right to left:
a board shows letters one after the other from the left.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.boards.lettering.fonts import Style

FALLBACK, MORE = "?", "…"
LAST_OF_PLANE_0 = 0xFFFF
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
_LEFTWARD = frozenset({"R", "AL", "AN"})
# What is read in one breath stays on one line: a time always, the others where that costs no line.
_BEFORE_NUMBERS = re.compile(r"giờ|ngày|tháng|năm|số|quý|lớp|khoá|khóa|tổ|đội|thôn|xóm|khu", re.IGNORECASE)
_BEHIND_NUMBERS = re.compile(
    r"(giờ|phút|giây|ngày|tháng|năm|tuổi|đồng|triệu|nghìn|người|hộ|kg|km|m)[.,;:!?]*", re.IGNORECASE
)
_ONE_DAY = re.compile(r"(thứ (hai|ba|tư|năm|sáu|bảy)|chủ nhật|hôm nay|ngày mai)[.,;:!?]*", re.IGNORECASE)
_HOUR = re.compile(r"giờ[.,;:!?]*", re.IGNORECASE)
_DASHES = frozenset("-–—")
_NUMBER = re.compile(r"\W*(\d[\d.,:/]*|[IVX]+)\W*")
_CLAUSE = re.compile(r"[.,;:!?…](?=\s|$)|\s[-–—]\s")
UNIT_S, WORD_S, SHORTEST_S = 2.0, 1.0, 2.0  # reading: the longer of both, and at least so long


@dataclass(frozen=True, slots=True)
class Clean:
    """A text as it can be drawn, on one line, spaces single."""

    text: str
    undrawable: tuple[str, ...] = ()
    left_out: str = ""


def clean(text: str, drawn: Callable[[str], str | None], limit: int = sys.maxsize) -> Clean:
    """At most `limit` characters of a text; `drawn`: what a board draws for a character, None if it cannot."""
    shown, left_out = cut(" ".join(unicodedata.normalize("NFC", text).split()), limit)
    found: list[str] = []
    undrawable: dict[str, None] = {}
    was_drawn = True  # what belongs to a character that is not drawn (the colour of an emoji's skin) goes with it
    for character in shown:
        if character == " ":
            found.append(character)
            was_drawn = True
            continue
        kind = unicodedata.category(character)
        if kind in _INVISIBLE or kind in _MARKS:  # a mark that is part of no letter
            if was_drawn and not (kind in _MARKS and drawn(character) == ""):
                undrawable[f"U+{ord(character):04X}"] = None
            continue
        seen = None if unicodedata.bidirectional(character) in _LEFTWARD else drawn(character)
        was_drawn = seen is not None
        if seen is None:
            undrawable[character] = None
        found.append(FALLBACK if seen is None else seen)
    return Clean(" ".join("".join(found).split()), tuple(undrawable), left_out)


def with_fonts(ladder: Sequence[Style]) -> Callable[[str], str | None]:
    """What fonts draw, every one of them, for a character: itself, or the plain ones that it is made of (ﬁ, ②)."""
    fonts = dict.fromkeys(style.font for style in ladder)

    def has(character: str) -> bool:
        return all(font.glyph(character) is not None for font in fonts)

    def drawn(character: str) -> str | None:
        if ord(character) > LAST_OF_PLANE_0 and unicodedata.category(character) == "So":
            return None  # emoji: a face of ten dots says nothing
        return itself_or_plain(character, has)

    return drawn


def itself_or_plain(character: str, has: Callable[[str], bool]) -> str | None:
    """A character that there is, or the plain ones that it is made of."""
    if has(character):
        return character
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain not in ("", character) and all(map(has, plain)) else None


def cut(text: str, limit: int, more: str = MORE) -> tuple[str, str]:
    """As much of a text as fits, ended at a word where that costs no more than half, and the rest."""
    if len(text) <= limit:
        return text, ""
    room = max(0, limit - len(more))
    end = room if text[room] == " " else text.rfind(" ", room // 2, room)
    end = end if end > 0 else room
    return text[:end].rstrip(" ,;:–-") + more[:limit], text[end:].strip()


def lines_of(text: str, style: Style, columns: int, breaks_words: bool = False) -> list[str] | None:
    """The text on as few lines as there may be, all about equally long; None if a word is too wide."""
    words = text.split()
    if breaks_words:
        words = [piece for word in words for piece in _pieces(word, style, columns)]
    widths, space = [style.width(word) for word in words], style.width(" ")
    if max(widths, default=0) > columns:
        return None
    words = _bound(words, style, columns, _is_time)
    widths = [style.width(word) for word in words]
    fewest = len(_greedy(widths, space, columns))
    bound = _bound(words, style, columns, _belongs)
    bound_widths = [style.width(word) for word in bound]
    if len(_greedy(bound_widths, space, columns)) == fewest:  # it costs no line
        words, widths = bound, bound_widths
    low, high = max(widths, default=0), columns  # the narrowest column that needs no more lines than the widest
    while low < high:
        middle = (low + high) // 2
        if len(_greedy(widths, space, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return [" ".join(words[first:last]) for first, last in _greedy(widths, space, low)]


def _bound(words: Sequence[str], style: Style, columns: int, belongs: Callable[[str, str], object]) -> list[str]:
    """Words, those that belong together as one where a line has room for it: "7 giờ 30", "số 9"."""
    found: list[str] = []
    for word in words:
        if found and belongs(found[-1].rpartition(" ")[2], word) and style.width(f"{found[-1]} {word}") <= columns:
            found[-1] = f"{found[-1]} {word}"
        else:
            found.append(word)
    return found


def _is_time(last: str, word: str) -> bool:
    return bool(last.isdigit() and _HOUR.fullmatch(word)) or bool(last.lower() == "giờ" and _NUMBER.fullmatch(word))


def _belongs(last: str, word: str) -> bool:
    return bool(
        word in _DASHES
        or (_NUMBER.fullmatch(word) and _BEFORE_NUMBERS.fullmatch(last))
        or (last[-1:].isdigit() and _BEHIND_NUMBERS.fullmatch(word))
        or _ONE_DAY.fullmatch(f"{last} {word}")
    )


def _greedy(widths: Sequence[int], space: int, columns: int) -> list[tuple[int, int]]:
    """First and last word (behind) of each line that is filled before the next one begins."""
    spans: list[tuple[int, int]] = []
    first, taken = 0, 0
    for number, width in enumerate(widths):
        more = width if number == first else taken + space + width
        if more > columns and number > first:
            spans.append((first, number))
            first, more = number, width
        taken = more
    return [*spans, (first, len(widths))] if widths else spans


def _pieces(word: str, style: Style, columns: int) -> list[str]:
    """A word in pieces no wider than a line."""
    found = [""]
    for character in word:
        if found[-1] and style.width(found[-1] + character) > columns:
            found.append("")
        found[-1] += character
    return found


def paged(lines: Sequence[str], per_page: int) -> list[tuple[str, ...]]:
    """Lines on as few pages as there may be, none with much more than the others."""
    pages = -(-len(lines) // per_page)
    if pages <= 1:
        return [tuple(lines)] if lines else []
    even = -(-len(lines) // pages)
    return [tuple(lines[at : at + even]) for at in range(0, len(lines), even)]


def reading_s(lines: Sequence[str]) -> float:
    """How long a page stands: 2 s for each clause, or 1 s a word if that is longer (NAP 14396)."""
    said = " ".join(lines)
    units = sum(any(map(str.isalnum, clause)) for clause in _CLAUSE.split(said))
    return max(SHORTEST_S, UNIT_S * units, WORD_S * len(said.split()))
