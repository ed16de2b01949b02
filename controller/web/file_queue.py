"""Which of the files an official has before them: those of one tray, those that were looked for, a page at a time, and
what comes before and after one. Pure; whoever looks for a name has it nowhere but in the memory of their sitting.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from controller.core.filing_codes import bare
from controller.core.filings import FINAL, FileState
from controller.core.opened_files import Outline, QueueLine

PAGE = 30  # files
SHORTEST = 3  # letters of a number or a code, of which many have any two
NEW, LATE, TODAY = "new", "late", "today"  # trays besides those of the states, which are called as these


@dataclass(frozen=True, slots=True)
class Tray:
    """`key` is "" of all files, else what `in_tray` takes."""

    key: str
    count: int


def trays(outlines: Sequence[Outline], day_of: Callable[[datetime], date], today: date) -> tuple[Tray, ...]:
    """Those that have anything in them. The first has all."""
    keys = (NEW, LATE, TODAY, *(state.key for state in FileState))
    counted = [Tray(key, len(in_tray(outlines, key, day_of, today))) for key in keys]
    return (Tray("", len(outlines)), *(tray for tray in counted if tray.count))


def in_tray(
    outlines: Iterable[Outline], key: str, day_of: Callable[[datetime], date], today: date
) -> tuple[Outline, ...]:
    """In their order. "today": what is promised for today at the latest."""

    def belongs(outline: Outline) -> bool:
        match key:
            case "":
                return True
            case "new":
                return outline.is_new
            case "late":
                return outline.timing.late
            case "today":
                due = outline.timing.due
                return due is not None and outline.state not in FINAL | {FileState.DONE} and day_of(due) <= today
            case _:
                return outline.state.key == key

    return tuple(filter(belongs, outlines))


def looked_for(lines: Iterable[QueueLine], wanted: str) -> tuple[QueueLine, ...]:
    """Those whose name has every word of `wanted`, however it is accented, or whose receipt number or code in the
    portal has it."""
    words, code = folded(wanted).split(), bare(wanted)

    def fits(line: QueueLine) -> bool:
        named = folded(line.name).split()
        if words and all(any(name.startswith(word) for name in named) for word in words):
            return True
        return len(code) >= SHORTEST and (code in bare(line.number) or code in bare(line.portal_code))

    return tuple(filter(fits, lines))


def folded(text: str) -> str:
    """Without case and accents: "đặng thị ỷ" is found by "Dang Thi Y"."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def neighbours(outlines: Sequence[Outline], here: Outline) -> tuple[str, str]:
    """The ids of the files before and after one, which need not be among them any more; "" at the ends."""
    place = (here.filed_at, here.id)
    before = [each.id for each in outlines if (each.filed_at, each.id) < place]
    after = [each.id for each in outlines if (each.filed_at, each.id) > place]
    return before[-1] if before else "", after[0] if after else ""


def page_of(outlines: Sequence[Outline], here: Outline) -> int:
    """On which page of a list a file stands, or would stand."""
    return sum((each.filed_at, each.id) < (here.filed_at, here.id) for each in outlines) // PAGE + 1


def pages(count: int) -> int:
    return max(1, -(-count // PAGE))
