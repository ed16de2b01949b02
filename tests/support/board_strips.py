"""What is seen of a page at an instant: an account of its own, to hold against boards that move dots."""

from __future__ import annotations

from controller.boards.pages import Dots, Page


def field_at(page: Page, into_s: float, columns: int, colours: str = "one") -> Dots:
    """The field so many seconds after a page came: a ticker's dots enter at the right edge."""
    if not page.scrolls:
        return page.dots
    depth = 3 if colours == "full" else 1
    gone = int((len(page.dots[0]) // depth + columns) * min(1.0, into_s / page.dwell_s)) * depth
    size = columns * depth
    return tuple((bytes(size) + row)[gone : gone + size].ljust(size, b"\0") for row in page.dots)
