"""A page of a large screen as a list of marks, and the dots of it, drawn when somebody looks at them.

Sheets are small and can be compared; a drawn page of 1920 x 1080 dots is 6 MB. The foot is drawn
apart from the rest: it changes every minute, and the rest does not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from PIL import Image, ImageDraw

from controller.boards.poster.typeface import Ruler, ruler
from controller.core.palette import Rgb

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text that begins at `x`; `y` is its baseline."""

    text: str
    x: int
    y: int
    size: int
    bold: bool
    colour: Rgb


@dataclass(frozen=True, slots=True)
class Area:
    """A filled box; `round` makes its corners."""

    box: Box
    colour: Rgb
    round: int = 0


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle with a sign in it."""

    box: Box
    colour: Rgb
    sign: str
    sign_colour: Rgb


@dataclass(frozen=True, slots=True)
class Photo:
    """A kept picture, as large as its box allows, in the middle of it."""

    box: Box
    path: Path


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: rows of modules, True is dark; each is `module` dots wide, four of them left free around."""

    x: int
    y: int
    modules: tuple[tuple[bool, ...], ...]
    module: int

    @property
    def side(self) -> int:
        return (len(self.modules) + 2 * QUIET) * self.module


QUIET = 4  # modules around a QR code (ISO/IEC 18004, 6.3.8)
Mark = Line | Area | Disc | Photo | Code


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the page, over its whole width, and what stands on it; marks count from its own top."""

    width: int
    height: int
    ground: Rgb
    marks: tuple[Mark, ...]

    def pixels(self) -> bytes:
        """Red, green and blue of each dot, row after row."""
        image = Image.new("RGB", (self.width, self.height), self.ground)
        pen = ImageDraw.Draw(image)
        letters = ruler()
        for mark in self.marks:
            _draw(mark, image, pen, letters)
        return image.tobytes()


@dataclass(frozen=True, slots=True)
class Sheet(Sequence[bytes]):
    """A page: `body` above, `foot` below. As a sequence: its rows of dots, drawn anew each time."""

    body: Part
    foot: Part

    @property
    def width(self) -> int:
        return self.body.width

    @property
    def height(self) -> int:
        return self.body.height + self.foot.height

    def pixels(self) -> bytes:
        return self.body.pixels() + self.foot.pixels()

    def __len__(self) -> int:
        return self.height

    def __iter__(self) -> Iterator[bytes]:
        pixels, row = self.pixels(), 3 * self.width
        return (pixels[at : at + row] for at in range(0, len(pixels), row))

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        return tuple(self)[index]


def _draw(mark: Mark, image: Image.Image, pen: ImageDraw.ImageDraw, letters: Ruler) -> None:
    match mark:
        case Line(text, x, y, size, bold, colour):
            pen.text((x, y), text, fill=colour, font=letters.font(size, bold), anchor="ls")
        case Area(box, colour, corner):
            edges = (box.x, box.y, box.right - 1, box.bottom - 1)
            pen.rounded_rectangle(edges, corner, fill=colour)
        case Disc(box, colour, sign, sign_colour):
            pen.ellipse((box.x, box.y, box.right - 1, box.bottom - 1), fill=colour)
            middle = (box.x + box.width / 2, box.y + box.height / 2)
            font = letters.font(max(1, round(box.height * 0.72)), True)
            pen.text(middle, sign, fill=sign_colour, font=font, anchor="mm")
        case Photo(box, path):
            _draw_photo(box, path, image)
        case Code():
            pen.rectangle((mark.x, mark.y, mark.x + mark.side - 1, mark.y + mark.side - 1), fill=(255, 255, 255))
            for row, modules in enumerate(mark.modules, QUIET):
                for column, dark in enumerate(modules, QUIET):
                    if dark:
                        left, top = mark.x + column * mark.module, mark.y + row * mark.module
                        pen.rectangle((left, top, left + mark.module - 1, top + mark.module - 1), fill=(0, 0, 0))


def _draw_photo(box: Box, path: Path, image: Image.Image) -> None:
    """A picture that cannot be read leaves its place empty: the words are more than it."""
    try:
        with Image.open(path) as file:
            file.draft("RGB", (box.width, box.height))
            kept = file.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        log.warning("a picture of a notice cannot be shown: %s", error)
        return
    scale = min(box.width / kept.width, box.height / kept.height)
    size = (max(1, round(kept.width * scale)), max(1, round(kept.height * scale)))
    shown = kept.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
    image.paste(shown, (box.x + (box.width - size[0]) // 2, box.y + (box.height - size[1]) // 2))
