"""What an Alpha sign makes of a text: still screens that follow each other, and tickers.

Its own reading of the text's control codes, and its own placing of characters and pictures. All text is drawn in the
7-row font, whatever the text asks for. Pure: the time is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from controller.boards.emulated.board import Face
from controller.boards.lettering.glyphs import glyphs

CELL, LINE = 6, 8  # dots a character and a line of text take
HOLD_S = (5.0, 4.0, 3.0, 2.0, 1.0)  # of a still screen at speeds 1 to 5; the protocol says no seconds
DEFAULT_HOLD_S = 3.0
TICKER_DOTS_A_S = 50
REDRAW_S = 0.5  # of a ticker's picture: what passes between is not kept
AUTOMATIC = "C"

_STYLE = re.compile(rb'\x1b([ "&0])([abce-mo-t]|n[0-7])')
_PIECE = re.compile(
    rb"(?P<text>[ -~])|(?P<time>\x13)|(?P<line>\x0d)|(?P<page>\x0c)|(?P<nohold>\x09)|(?P<speed>[\x15-\x19])"
    rb"|\x1a(?P<font>[1-9:;<=>])|\x1c(?P<colour>[1-9ABC])|\x10(?P<string>[ -~])|\x14(?P<picture>[ -~])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is text (one character), time, string or picture (then `text` is the label)."""

    kind: str
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class Show:
    """A stretch of text in one manner."""

    position: str
    is_ticker: bool
    lines: tuple[tuple[Piece, ...], ...]
    hold_s: float


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands beside what: a character with its gap, or a picture. `is_space`: a line may be cut there."""

    dots: tuple[bytes, ...]
    is_picture: bool = False
    is_space: bool = False

    @property
    def width(self) -> int:
        return len(self.dots[0])


class Surroundings(Protocol):
    """What a text calls: files, and the clock."""

    def picture(self, label: str) -> tuple[bytes, ...] | None:
        """Its dots as they are lit; None if it was never allocated."""

    def string(self, label: str) -> bytes | None: ...

    def time_of_day(self) -> str: ...

    def lamp(self, colour: str) -> int:
        """How a dot of text is lit in a colour of the protocol."""


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


def _pages(body: bytes) -> list[tuple[tuple[tuple[Piece, ...], ...], float]] | None:
    pages: list[list[list[Piece]]] = [[[]]]
    hold_s, colour, at = DEFAULT_HOLD_S, AUTOMATIC, 0
    while at < len(body):
        piece = _PIECE.match(body, at)
        if piece is None:
            return None
        at = piece.end()
        kind = piece.lastgroup or ""
        if kind in ("text", "time", "string", "picture"):
            pages[-1][-1].append(Piece(kind, piece[kind].decode(), colour))
        elif kind == "line":
            pages[-1].append([])
        elif kind == "page":
            pages.append([[]])
        elif kind == "speed":
            hold_s = HOLD_S[piece["speed"][0] - 0x15]
        elif kind == "colour":
            colour = piece["colour"].decode()
        elif kind == "nohold":
            hold_s = 0.0
    return [(tuple(map(tuple, page)), hold_s) for page in pages]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is seen without a cut: one still screen, or one ticker from edge to edge."""

    file: str
    position: str
    is_ticker: bool
    lines: tuple[tuple[Cell, ...], ...]
    lasts_s: float


def face_at(shows: Sequence[tuple[str, Show]], columns: int, rows: int, age_s: float, around: Surroundings) -> Face:
    """The face `age_s` after the shows began, each with its file's label."""
    field = [bytearray(columns) for _ in range(rows)]
    scenes = _merged([scene for file, show in shows for scene in _scenes(file, show, columns, rows, around)])
    round_s = sum(scene.lasts_s for scene in scenes)
    if round_s <= 0:
        return Face("", "", tuple(map(bytes, field)), None)
    scene, into_s = _scene_at(scenes, age_s % round_s)
    top = _top(scene.position, _height(scene.lines), rows)
    if scene.is_ticker:
        _place(field, scene.lines[0], columns - int(round(into_s * TICKER_DOTS_A_S, 6)), top)
        lasts_s: float | None = min(REDRAW_S, scene.lasts_s - into_s)
    else:
        for line in scene.lines:
            _place(field, line, (columns - _width(line)) // 2, top)
            top += _height_of(line) + _gap_below(line)
        has_clock = any(piece.kind == "time" for _, show in shows for line in show.lines for piece in line)
        lasts_s = scene.lasts_s - into_s if len(scenes) > 1 else 1.0 if has_clock else None
    text = "\n\n".join("\n".join(_said(line) for line in show.lines) for _, show in shows)
    return Face(scene.file, text, tuple(map(bytes, field)), lasts_s)


def _said(line: Sequence[Piece]) -> str:
    """What can be read of a line by who sees no dots."""
    names = {"time": "[time]", "string": "[string]", "picture": "#"}
    return "".join(names.get(piece.kind, piece.text) for piece in line)


def _scenes(file: str, show: Show, columns: int, rows: int, around: Surroundings) -> list[_Scene]:
    lines = tuple(tuple(_cells(line, around)) for line in show.lines)
    if show.is_ticker:
        strip = tuple(
            cell for number, line in enumerate(lines) for cell in ((_glyph(" ", 1),) if number else ()) + line
        )
        width = sum(cell.width for cell in strip)
        return [_Scene(file, show.position, True, (strip,), (width + columns) / TICKER_DOTS_A_S)]
    return [_Scene(file, show.position, False, screen, show.hold_s) for screen in _screens(lines, columns, rows)]


def _merged(scenes: Sequence[_Scene]) -> list[_Scene]:
    """A screen that follows itself is one that stands longer."""
    found: list[_Scene] = []
    for scene in scenes:
        last = found[-1] if found else None
        if last and not scene.is_ticker and (last.file, last.position, last.lines) == (
            scene.file, scene.position, scene.lines,
        ):  # fmt: skip
            found[-1] = _Scene(last.file, last.position, False, last.lines, last.lasts_s + scene.lasts_s)
        else:
            found.append(scene)
    return found


def _scene_at(scenes: Sequence[_Scene], into_s: float) -> tuple[_Scene, float]:
    for scene in scenes[:-1]:
        if into_s < scene.lasts_s:
            return scene, into_s
        into_s -= scene.lasts_s
    return scenes[-1], into_s


def _cells(line: Sequence[Piece], around: Surroundings, within: str = "") -> list[Cell]:
    """The line's pieces as dots. A picture or string that was never allocated shows its letter."""
    found: list[Cell] = []
    for piece in line:
        lamp = around.lamp(piece.colour)
        text = around.time_of_day() if piece.kind == "time" else piece.text
        if piece.kind == "picture" and (dots := around.picture(piece.text)) is not None:
            found.append(Cell(dots, is_picture=True))
        elif piece.kind == "string" and not within and (called := around.string(piece.text)) is not None:
            pages = _pages(called) or [(((),), 0.0)]
            found += _cells(pages[0][0][0], around, piece.text)
        else:
            found += [_glyph(character, lamp) for character in text]
    return found


@lru_cache(512)
def _glyph(character: str, lamp: int) -> Cell:
    lit = bytes((0, lamp))
    dots = tuple(bytes(lit[dot] for dot in row) + b"\0" for row in glyphs()[character])
    return Cell(dots, is_space=character == " ")


def _screens(lines: Sequence[tuple[Cell, ...]], columns: int, rows: int) -> list[tuple[tuple[Cell, ...], ...]]:
    """Lines that are too long go on in the next one, lines that are too many on the next screen."""
    fitting: list[tuple[Cell, ...]] = []
    for line in lines:
        while sum(cell.width for cell in line) > columns and len(line) > 1:
            end, width = 0, 0
            while width + line[end].width <= columns:
                width, end = width + line[end].width, end + 1
            space = next((at for at in range(min(end, len(line) - 1), 0, -1) if line[at].is_space), 0)
            fitting.append(line[: space or max(1, end)])
            line = line[space + 1 if space else max(1, end) :]
        fitting.append(line)
    screens: list[tuple[tuple[Cell, ...], ...]] = [()]
    for line in fitting:
        if screens[-1] and _height((*screens[-1], line)) > rows:
            screens.append(())
        screens[-1] += (line,)
    return screens


def _width(line: Sequence[Cell]) -> int:
    """Without the gap behind the last character."""
    return sum(cell.width for cell in line) - (1 if line and not line[-1].is_picture else 0)


def _height_of(line: Sequence[Cell]) -> int:
    return max((len(cell.dots) for cell in line), default=LINE - 1)


def _gap_below(line: Sequence[Cell]) -> int:
    return 0 if any(cell.is_picture for cell in line) else 1


def _height(lines: Sequence[Sequence[Cell]]) -> int:
    return sum(_height_of(line) + _gap_below(line) for line in lines) - _gap_below(lines[-1])


def _top(position: str, height: int, rows: int) -> int:
    return {'"': 0, "&": rows - height}.get(position, (rows - height) // 2)


def _place(field: list[bytearray], line: Sequence[Cell], left: int, top: int) -> None:
    """Light a line's dots; what lies outside the field is cut off."""
    columns = len(field[0])
    for cell in line:
        first, last = max(0, -left), min(cell.width, columns - left)
        if first < last:
            for y, row in enumerate(cell.dots, top):
                if 0 <= y < len(field):
                    field[y][left + first : left + last] = row[first:last]
        left += cell.width
