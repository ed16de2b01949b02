"""A rotation for boards that cannot move dots smoothly. Typesetting gives them still pages; should there be a strip
all the same (a long name in a place too small), it is shown in steps and nothing of it is lost. Pure."""

from __future__ import annotations

from dataclasses import replace

from controller.boards.pages import Dots, Page, Rotation, depth_of
from controller.runtime.config_tables import Board

GAP = 3  # dark columns: the space between two words at least, in every font
LEAST_STEP = 0.5  # of the board: less than that is not given up for whole words


def stills(board: Board, rotation: Rotation) -> Rotation:
    """The same pages in the same time, a strip as windows of the board's size one after the other."""
    pages = tuple(still for page in rotation.pages for still in _windows(board, page))
    return replace(rotation, pages=pages)


def dark(board: Board) -> Dots:
    return (bytes(board.columns * depth_of(board.colours)),) * board.rows


def _windows(board: Board, page: Page) -> list[Page]:
    if not page.scrolls:
        return [page]
    size, steps = depth_of(board.colours), spans(board, page)
    return [
        replace(
            page,
            dots=tuple(row[left * size : right * size].ljust(board.columns * size, b"\0") for row in page.dots),
            dwell_s=page.dwell_s / len(steps),
            scrolls=False,
        )
        for left, right in steps
    ]


def spans(board: Board, page: Page) -> list[tuple[int, int]]:
    """Stretches of a strip's columns no wider than the board, cut between words where a word ends late enough."""
    size = depth_of(board.colours)
    lit = [any(any(row[x : x + size]) for row in page.dots) for x in range(0, len(page.dots[0]), size)]
    found, left = list[tuple[int, int]](), 0
    while len(lit) - left > board.columns:
        right, least = left + board.columns, left + int(board.columns * LEAST_STEP)
        while right > least and any(lit[right - GAP : right]):
            right -= 1
        if right == least:
            right = left + board.columns
        found.append((left, right))
        left = right
    return [*found, (left, len(lit))]


def rgb_of(board: Board, dots: Dots) -> Dots:
    """The same dots with three bytes each: red, green, blue. What is lit on a board of one colour is white, which
    lights whatever lamps it has."""
    if board.colours == "full":
        return dots
    lamps = _THREE if board.colours == "three" else _ONE
    return tuple(b"".join([lamps[dot] for dot in row]) for row in dots)


_ONE = (b"\0\0\0", b"\xff\xff\xff")
_THREE = (b"\0\0\0", b"\xff\0\0", b"\0\xff\0", b"\xff\xff\0")  # in the order of `Colour`
