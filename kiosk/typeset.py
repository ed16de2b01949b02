"""Breaks text into lines that fit. Pure: the caller says how wide a text is.

Nothing overflows: what does not fit ends in an ellipsis, and a word longer than a line is broken.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

ELLIPSIS = "…"
_LOOSE_ENDS = " ,;:.-"
WidthOf = Callable[[str], int]  # pixels of a text in one style


def wrap(text: str, width: int, width_of: WidthOf, most: int) -> list[str]:
    """At most `most` lines no wider than `width`; the last ends in an ellipsis if words are left over."""
    lines: list[str] = []
    for paragraph in unicodedata.normalize("NFC", text).splitlines():
        rest = paragraph.split()
        while rest:
            if len(lines) == most:
                return [*lines[:-1], _ended(lines[-1], width, width_of)] if lines else []
            line, rest = _line(rest, width, width_of)
            lines.append(line)
    return lines


def fit(text: str, width: int, width_of: WidthOf) -> str:
    """The text as one line, cut with an ellipsis where it is too wide."""
    return next(iter(wrap(" ".join(text.split()), width, width_of, 1)), "")


def cells(text: str, width: int, width_of: WidthOf) -> list[tuple[int, str]]:
    """All of a text that is being typed as lines no wider than `width`, each with the number of letters before it:
    no space is lost, so that a caret can stand between any two letters. Broken after a space where there is one.
    """
    lines: list[tuple[int, str]] = []
    begin = 0
    while begin < len(text):
        rest = text[begin:]
        if width_of(rest) <= width:
            lines.append((begin, rest))
            break
        count = _most(rest, lambda n, rest=rest: width_of(rest[:n]) <= width)  # type: ignore[misc]  # bound at once
        between = rest.rfind(" ", 0, count) + 1
        count = between or count
        lines.append((begin, rest[:count]))
        begin += count
    return lines or [(0, "")]


def _line(words: list[str], width: int, width_of: WidthOf) -> tuple[str, list[str]]:
    """As many words as fit, at least a letter of the first; and the rest."""
    line = words[0]
    if width_of(line) > width:
        count = _most(line, lambda n: width_of(line[:n]) <= width)
        return line[:count], [line[count:], *words[1:]]
    for taken, word in enumerate(words[1:], 1):
        longer = f"{line} {word}"
        if width_of(longer) > width:
            return line, words[taken:]
        line = longer
    return line, []


def _ended(line: str, width: int, width_of: WidthOf) -> str:
    whole = line.rstrip(_LOOSE_ENDS)
    if width_of(whole + ELLIPSIS) <= width:
        return whole + ELLIPSIS
    count = _most(line, lambda n: width_of(line[:n].rstrip() + ELLIPSIS) <= width)
    between = line.rfind(" ", 0, count + 1)  # after a whole word, where there is one
    return line[: between if between > 0 else count].rstrip(_LOOSE_ENDS) + ELLIPSIS


def _most(text: str, fits: Callable[[int], bool]) -> int:
    """The largest number of letters that fit, at least 1 (binary search: width grows with length)."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
