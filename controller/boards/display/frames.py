"""Which dots a display with a process of its own presents at an instant, and when others are due. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from controller.boards.pages import Content, Dots, Page


@dataclass(frozen=True, slots=True)
class Frame:
    """A page, and of a ticker the column of its strip at the left edge, negative while it comes in. None: dark."""

    page: Page | None
    first: int = 0


def frame_at(content: Content, columns: int, depth: int, seconds: float) -> tuple[Frame, float]:
    """What is presented at an instant of the wall clock, and how many seconds later something else may be."""
    rotation = content.live
    if not content.is_lit or not rotation.pages:
        return Frame(None), inf
    number, into_s, left_s = rotation.at(seconds)
    page = rotation.pages[number]
    if not page.scrolls:
        return Frame(page), left_s if len(rotation.pages) > 1 else inf
    steps = columns + len(page.dots[0]) // depth
    step = min(steps - 1, int(into_s / page.dwell_s * steps))
    return Frame(page, step - columns), min(left_s, page.dwell_s * (step + 1) / steps - into_s)


def dots_of(frame: Frame, columns: int, rows: int, depth: int) -> Dots:
    """What stands on a display of so many dots."""
    if frame.page is None:
        return (bytes(columns * depth),) * rows
    if not frame.page.scrolls:
        return frame.page.dots
    return window(frame.page.dots, frame.first, columns, depth)


def window(strip: Dots, first: int, columns: int, depth: int) -> Dots:
    """What is seen of a strip whose column `first` is at the left edge; dark beside it."""
    before = bytes(depth * max(0, min(columns, -first)))
    begin, end = depth * max(0, first), depth * max(0, first + columns)
    return tuple((before + row[begin:end]).ljust(depth * columns, b"\0") for row in strip)
