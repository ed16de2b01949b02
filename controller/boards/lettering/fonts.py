"""The fonts that texts are drawn with on boards of 13 rows and more: the one user of Pillow's fonts.

Which font a board gets is a table by its height; every font in it has all 134 letters of Vietnamese, no two
of them alike (`alike` finds those that are). Fonts come from Debian's packages and are opened when
the first letter is drawn. Knows neither texts nor pages.
"""

from __future__ import annotations

import gzip
import io
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import digits
from typing import TYPE_CHECKING, NamedTuple

from controller.boards.lettering.lamps import FEWEST_ROWS
from controller.core.errors import DeviceError

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

X11 = Path("/usr/share/fonts/X11/misc")
Ink = tuple[bytes, ...]  # rows of one byte a dot, 0 or 1
MOST_GLYPHS = 4096  # kept of one font
LARGEST_SCALE = 8
_UNASSIGNED = "\uffff"  # no font has it: drawn as what stands for a missing character
_TALLEST = "ẴẲẪẨẶẬỄỂỆỖỔỘỠỮgjpqyỵự|"

_BARE = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_LOWER = [unicodedata.normalize("NFC", letter + tone) for letter in _BARE for tone in _TONES]
LETTERS = tuple(dict.fromkeys([*_LOWER, *map(str.upper, _LOWER), "đ", "Đ", *"bcdghklmnpqrstvxBCDGHKLMNPQRSTVX"]))
"""Every letter of Vietnamese, of which 134 have marks."""


class Glyph(NamedTuple):
    """The dots of a character; the next one begins `advance` dots behind its left edge, perhaps under its marks."""

    ink: Ink
    advance: int


class Font:
    """One font at one size. Its glyphs are `height` rows; all stand on the row `ascent`."""

    def __init__(
        self, name: str, path: Path, px: int, package: str, fallback: Font | None = None, gap: int = 1
    ) -> None:
        self.gap = gap  # rows between two lines, where marks above and below fill the whole height
        self.name, self._path, self._px, self._package, self._fallback = name, path, px, package, fallback
        self._glyphs: dict[str, Glyph | None] = {}
        self._drawing = threading.Lock()  # FreeType draws with one face one glyph at a time
        self._face: FreeTypeFont | None = None
        self._missing: tuple[object, ...] = ()
        self._digit = 0  # the width of every one of them
        self._top = self._bottom = self._ascent = 0  # of the face: the highest mark, the lowest tail, its base line

    @property
    def height(self) -> int:
        with self._drawing:
            self._open()
        return self._bottom - self._top

    @property
    def ascent(self) -> int:
        with self._drawing:
            self._open()
        return self._ascent - self._top

    def glyph(self, character: str) -> Glyph | None:
        """Its dots, 0 and 1; None if neither this font nor the fallback can draw it in these rows.

        DeviceError if the font is not installed."""
        try:
            return self._glyphs[character]
        except KeyError:
            pass
        with self._drawing:
            found = self._drawn(self._open(), character)
        if found is None and self._fallback is not None:
            found = self._lent(self._fallback, character)
        if len(self._glyphs) >= MOST_GLYPHS:
            self._glyphs.clear()
        self._glyphs[character] = found
        return found

    def _open(self) -> FreeTypeFont:
        if self._face is not None:
            return self._face
        from PIL import ImageFont  # takes 6 MB: only where a font is really used

        try:
            # Out of its gzip first: FreeType would unpack it anew for every letter that stands before the last one.
            is_packed = self._path.suffix == ".gz"
            file = io.BytesIO(gzip.decompress(self._path.read_bytes())) if is_packed else self._path
            face = ImageFont.truetype(file, self._px, layout_engine=ImageFont.Layout.BASIC)
            face.path = str(self._path)  # else it keeps the whole font a second time
        except (OSError, EOFError) as error:
            raise DeviceError(
                f"the font {self._path} cannot be read; it comes with the package {self._package}"
            ) from error
        boxes = [face.getmask2(letter, mode="1") for letter in _TALLEST]
        self._top = min(offset[1] for _, offset in boxes)
        self._bottom = max(offset[1] + mask.size[1] for mask, offset in boxes)
        self._ascent = face.getmetrics()[0]
        ink = (face.getmask2(digit, mode="1")[0].size[0] for digit in digits)
        self._digit = max(*ink, *(round(face.getlength(digit)) for digit in digits))
        mask, offset = face.getmask2(_UNASSIGNED, mode="1")
        self._missing = (bytes(mask), mask.size, offset)
        self._face = face
        return face

    def _drawn(self, face: FreeTypeFont, character: str) -> Glyph | None:
        mask, (left, top) = face.getmask2(character, mode="1")
        ink = bytes(mask)
        if (ink, mask.size, (left, top)) == self._missing:
            return None
        (wide, high), height = mask.size, self._bottom - self._top
        advance = round(face.getlength(character))
        left, top = max(0, left), top - self._top
        if character in digits:  # all in cells of one width, so that a clock's other digits stay where they are
            advance = self._digit
            left = max(0, min(left, advance - wide))
        width = max(advance, left + wide)
        rows = [bytes(width)] * height
        for y in range(high):
            row = ink[y * wide : (y + 1) * wide].replace(b"\xff", b"\1")
            if 0 <= top + y < height:
                rows[top + y] = (bytes(left) + row).ljust(width, b"\0")
            elif any(row):
                return None  # it does not fit into the rows that Vietnamese takes
        return Glyph(tuple(rows), advance) if width else None

    def _lent(self, font: Font, character: str) -> Glyph | None:
        """Another font's glyph on our base line, or as near to it as it fits; a board can do without that font."""
        try:
            drawn = font.glyph(character)
        except DeviceError:
            return None
        if drawn is None:
            return None
        inked = [number for number, row in enumerate(drawn.ink) if any(row)] or [0]
        ink = drawn.ink[inked[0] : inked[-1] + 1]
        if len(ink) > self.height:
            return None
        top = min(max(0, self.ascent - font.ascent + inked[0]), self.height - len(ink))
        blank = (bytes(len(ink[0])),)
        return Glyph(blank * top + ink + blank * (self.height - top - len(ink)), drawn.advance)


@dataclass(frozen=True, slots=True)
class Style:
    """A font, each of its dots `scale` x `scale` dots of the board."""

    font: Font
    scale: int = 1

    @property
    def height(self) -> int:
        return self.font.height * self.scale

    @property
    def gap(self) -> int:
        """Rows between two lines."""
        return self.font.gap * self.scale

    def lines(self, rows: int) -> int:
        """How many stand one above the other."""
        return (rows + self.gap) // (self.height + self.gap)

    def width(self, text: str) -> int:
        """Dots; every character of the text is one that the font can draw."""
        glyphs = self._glyphs(text)
        if not glyphs:
            return 0
        overhang = max(0, len(glyphs[-1].ink[0]) - glyphs[-1].advance)
        return (sum(glyph.advance for glyph in glyphs) + overhang) * self.scale

    def line(self, text: str) -> Ink:
        """The dots of a text on one line."""
        glyphs = self._glyphs(text)
        if not glyphs:
            return (b"",) * self.height
        if all(len(glyph.ink[0]) == glyph.advance for glyph in glyphs):
            rows = [b"".join(parts) for parts in zip(*(glyph.ink for glyph in glyphs), strict=True)]
        else:
            rows = self._overlapping(glyphs, self.width(text) // self.scale)
        scale = self.scale
        if scale > 1:
            rows = [
                row.replace(b"\0", bytes(scale)).replace(b"\1", b"\1" * scale) for row in rows for _ in range(scale)
            ]
        return tuple(rows)

    def _glyphs(self, text: str) -> list[Glyph]:
        return [glyph for character in text if (glyph := self.font.glyph(character))]

    def _overlapping(self, glyphs: Sequence[Glyph], width: int) -> list[bytes]:
        """Marks of one letter stand above the next one where they are wider than their own."""
        rows = [bytearray(width) for _ in range(self.font.height)]
        left = 0
        for ink, advance in glyphs:
            for row, dots in zip(rows, ink, strict=True):
                if 1 in dots:
                    for x, dot in enumerate(dots[: width - left], left):
                        row[x] |= dot
            left += advance
        return [bytes(row) for row in rows]


@cache
def named(name: str, px: int = 0) -> Font:
    """A font of the table, the same one each time; `px` only for those that have no size of their own."""
    if name == "unifont":
        return Font(name, Path("/usr/share/fonts/opentype/unifont/unifont.otf"), 16, "fonts-unifont", gap=0)
    if name == "dejavu":
        path = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
        return Font(f"{name} {px}", path, px, "fonts-dejavu-core", named("unifont"))
    rows = int(name.partition("x")[2].rstrip("B"))
    return Font(name, X11 / f"{name}.pcf.gz", rows, "xfonts-base", named("unifont"))


@lru_cache(maxsize=32)
def styles(rows: int, wanted: str = "auto") -> tuple[Style, ...]:
    """The table: what texts on so many rows may be drawn with, the largest first. Empty below 13 rows.

    | rows  | drawn with                                                                      |
    |-------|---------------------------------------------------------------------------------|
    | 13-14 | DejaVu Sans, 9 or 10 px to the em, cut to one bit                               |
    | 15-19 | misc-fixed 9x15                                                                 |
    | 20-   | misc-fixed 9x15 and 10x20, and both with larger dots where there is room for it |

    A font that is `wanted` is taken as it is where it fits, DejaVu in every size that fills a number of lines.
    """
    if rows < FEWEST_ROWS:
        return ()
    if wanted == "dejavu" or rows < 15:
        lines = range(1, (rows + 1) // (FEWEST_ROWS + 1) + 1)
        return tuple(dict.fromkeys(Style(_dejavu((rows + 1) // count - 1)) for count in lines))
    if wanted != "auto" and named(wanted).height <= rows:
        return (Style(named(wanted)),)
    names = ("9x15", "10x20") if rows >= 20 else ("9x15",)
    every = [Style(named(name), scale) for name in names for scale in range(1, LARGEST_SCALE + 1)]
    return tuple(
        sorted((style for style in every if style.height <= rows), key=lambda style: (-style.height, style.scale))
    )


def narrow(rows: int, wanted: str = "auto") -> tuple[Style, ...]:
    """What a text is tried with that would else have to run, for one that stands still is read more easily: letters
    that are narrower than the table's, Unifont before DejaVu Sans, in which some marks differ by a single dot."""
    if wanted != "auto" or rows < 15:
        return ()
    return tuple(style for style in (Style(named("unifont")), Style(_dejavu(15))) if style.height <= rows)


def are_installed(rows: int, wanted: str = "auto") -> bool:
    """Whether the fonts of the table for so many rows are there. `loalang doctor` names the package that lacks."""
    try:
        return all(style.height > 0 for style in (*styles(rows, wanted), *narrow(rows, wanted)))
    except DeviceError:
        return False


def _dejavu(rows: int) -> Font:
    """The largest that has room in so many rows; its height grows with its size, but not evenly."""
    sizes = [px for px in range(9, rows + 1) if named("dejavu", px).height <= rows]
    return named("dejavu", sizes[-1])


@cache
def alike(font: Font) -> tuple[str, ...]:
    """Groups of Vietnamese letters that this font draws the same ("ỚỜ"); at least one of each has a mark."""
    groups: dict[Glyph | None, str] = {}
    for letter in LETTERS:
        drawn = font.glyph(letter)
        groups[drawn] = groups.get(drawn, "") + letter
    return tuple(group for group in groups.values() if len(group) > 1 and not group.isascii())
