"""What an Alpha sign makes of a text: still screens that follow each other, and tickers.

Its own reading of the text's control codes, and its own placing of characters. All text is drawn in
the 7-row font and in the sign's one colour, whatever the text asks for. Pure: the time is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.boards.emulated import Face
from controller.boards.picture import Field

CELL, LINE = 6, 8  # dots a character and a line take
HOLD_S = (5.0, 4.0, 3.0, 2.0, 1.0)  # of a still screen at speeds 1 to 5; the protocol says no seconds
DEFAULT_HOLD_S = 3.0
TICKER_DOTS_A_S = 50
REDRAW_S = 0.5  # of a ticker's picture: what passes between is not kept
TIME = "\x13"  # a character whose drawing is the time of day

_STYLE = re.compile(rb'\x1b([ "&0])([abce-mo-t]|n[0-7])')
_PIECE = re.compile(
    rb"(?P<text>[ -~]+)|(?P<time>\x13)|(?P<line>\x0d)|(?P<page>\x0c)|(?P<nohold>\x09)|(?P<speed>[\x15-\x19])"
    rb"|\x1a(?P<font>[1-9:;<=>])|\x1c(?P<colour>[1-9ABC])"
)


@dataclass(frozen=True, slots=True)
class Show:
    """A stretch of text in one manner."""

    position: str
    is_ticker: bool
    lines: tuple[str, ...]
    hold_s: float


def shows_of(text: bytes) -> list[Show] | None:
    """The stretches of a text file, or None where it has a byte that the sign does not know."""
    found: list[Show] = []
    position, mode, rest = " ", "a", text
    while rest:
        style = _STYLE.match(rest)
        if style:
            position, mode = style[1].decode(), style[2].decode()
            rest = rest[style.end() :]
        elif rest[:1] == b"\x1b":
            return None
        body, mark, tail = rest.partition(b"\x1b")
        pages = _pages(body)
        if pages is None:
            return None
        found += [Show(position, mode in ("a", "t"), lines, hold_s) for lines, hold_s in pages]
        rest = mark + tail
    return found


def _pages(body: bytes) -> list[tuple[tuple[str, ...], float]] | None:
    pages: list[list[str]] = [[""]]
    hold_s, at = DEFAULT_HOLD_S, 0
    while at < len(body):
        piece = _PIECE.match(body, at)
        if piece is None:
            return None
        at = piece.end()
        if piece["text"]:
            pages[-1][-1] += piece["text"].decode()
        elif piece["time"]:
            pages[-1][-1] += TIME
        elif piece["line"]:
            pages[-1].append("")
        elif piece["page"]:
            pages.append([""])
        elif piece["speed"]:
            hold_s = HOLD_S[piece["speed"][0] - 0x15]
        elif piece["nohold"]:
            hold_s = 0.0
    return [(tuple(page), hold_s) for page in pages]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is seen without a cut: one still screen, or one ticker from edge to edge."""

    file: str
    position: str
    is_ticker: bool
    lines: tuple[str, ...]
    lasts_s: float


def face_at(
    shows: Sequence[tuple[str, Show]], columns: int, rows: int, age_s: float, time_of_day: Callable[[], str]
) -> Face:
    """The face `age_s` after the shows began, each with its file's label."""
    field = Field(columns, rows)
    scenes = [scene for file, show in shows for scene in _scenes(file, show, columns, rows, time_of_day)]
    round_s = sum(scene.lasts_s for scene in scenes)
    if round_s <= 0:
        return Face("", "", field.frozen(), None)
    scene, into_s = _scene_at(scenes, age_s % round_s)
    if scene.is_ticker:
        gone = int(round(into_s * TICKER_DOTS_A_S, 6))
        field.stamp(scene.lines[0], columns - gone, _top(scene.position, 1, rows))
        lasts_s: float | None = min(REDRAW_S, scene.lasts_s - into_s)
    else:
        for number, line in enumerate(scene.lines):
            left = (columns - (len(line) * CELL - 1)) // 2
            field.stamp(line, left, _top(scene.position, len(scene.lines), rows) + number * LINE)
        has_clock = any(TIME in line for _, show in shows for line in show.lines)
        lasts_s = scene.lasts_s - into_s if len(scenes) > 1 else 1.0 if has_clock else None
    text = "\n\n".join("\n".join(show.lines) for _, show in shows).replace(TIME, "[time]")
    return Face(scene.file, text, field.frozen(), lasts_s)


def _scenes(file: str, show: Show, columns: int, rows: int, time_of_day: Callable[[], str]) -> list[_Scene]:
    lines = tuple(line.replace(TIME, time_of_day()) for line in show.lines)
    if show.is_ticker:
        said = " ".join(lines)
        return [_Scene(file, show.position, True, (said,), (len(said) * CELL + columns) / TICKER_DOTS_A_S)]
    return [_Scene(file, show.position, False, screen, show.hold_s) for screen in _screens(lines, columns, rows)]


def _scene_at(scenes: Sequence[_Scene], into_s: float) -> tuple[_Scene, float]:
    for scene in scenes[:-1]:
        if into_s < scene.lasts_s:
            return scene, into_s
        into_s -= scene.lasts_s
    return scenes[-1], into_s


def _screens(lines: tuple[str, ...], columns: int, rows: int) -> list[tuple[str, ...]]:
    """Lines that are too long go on in the next one, lines that are too many on the next screen."""
    room, per_screen = max(1, columns // CELL), max(1, (rows + 1) // LINE)
    fitting: list[str] = []
    for line in lines:
        while len(line) > room:
            end = line.rfind(" ", 1, room + 1)
            fitting.append(line[: end if end > 0 else room])
            line = line[end + 1 if end > 0 else room :]
        fitting.append(line)
    return [tuple(fitting[at : at + per_screen]) for at in range(0, len(fitting), per_screen)]


def _top(position: str, lines: int, rows: int) -> int:
    height = lines * LINE - 1
    return {'"': 0, "&": rows - height}.get(position, (rows - height) // 2)
