"""Letters of a large screen: how wide a text is in its typeface, and which letters that lacks.

Widths are measured once at one size and scaled, so that finding the size in which a text fills its
room is plain arithmetic. Needs Pillow; draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from PIL import ImageFont

from controller.boards.lettering.texts import clean, itself_or_plain
from controller.core.errors import DeviceError
from controller.runtime.typefaces import Typeface, find_typeface

LINE = 1.36  # of the size, from baseline to baseline: stacked capitals (Ẳ) under tails (ợ) do not meet
ASCENT = 1.08  # of the size, from the top of a line to its baseline
ELLIPSIS = "…"
_PROBE = 100  # pixels; the size at which widths are measured
_SLACK = 1.01  # letters are set on whole pixels, which may make a line a little wider
_ABSENT = "\U0010ffff"  # no typeface has it
_VARIANTS = frozenset(map(chr, range(0xFE00, 0xFE10)))  # of the character before: an outline or a coloured picture


class Ruler:
    """Measures in one typeface."""

    def __init__(self, typeface: Typeface) -> None:
        self.typeface = typeface
        self._probes = {bold: self.font(_PROBE, bold) for bold in (False, True)}
        self._advances: dict[tuple[str, bool], float] = {}  # of letters, at the size of the probes
        self._known: dict[str, bool] = {}  # whether the typeface has a letter
        self._absent = self._ink(_ABSENT)

    def font(self, size: int, bold: bool) -> ImageFont.FreeTypeFont:
        path = self.typeface.weight(bold)
        try:
            return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
        except OSError as error:
            raise DeviceError(f"the typeface {path} cannot be used: {error}") from error

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Of one line, in pixels; letters that are drawn closer together (kerning) only leave room."""
        return sum([self._advance(letter, bold) for letter in text]) * _SLACK * size / _PROBE

    def _advance(self, letter: str, bold: bool) -> float:
        advance = self._advances.get((letter, bold))
        if advance is None:
            advance = self._advances[letter, bold] = self._probes[bold].getlength(letter)
        return advance

    def drawable(self, text: str) -> tuple[str, tuple[str, ...]]:
        """The text as it can be drawn, paragraphs apart by line ends, and the characters that it lost, each once; as on
        every other board."""
        said = [clean(paragraph, self._drawn) for paragraph in text.splitlines()]
        lost = dict.fromkeys(each for paragraph in said for each in paragraph.undrawable)
        return "\n".join(paragraph.text for paragraph in said if paragraph.text), tuple(lost)

    def _drawn(self, character: str) -> str | None:
        return "" if character in _VARIANTS else itself_or_plain(character, self._has)

    def _has(self, character: str) -> bool:
        has = self._known.get(character)
        if has is None:
            has = self._known[character] = self._ink(character) != self._absent
        return has

    def _ink(self, character: str) -> bytes:
        return bytes(self._probes[False].getmask(character, mode="1"))


@cache
def ruler() -> Ruler:
    """Of the typeface that is installed; looked for once."""
    return Ruler(find_typeface())


class Words:
    """The words of a text, measured once, to be broken into lines at any size."""

    def __init__(self, text: str, bold: bool, ruler: Ruler) -> None:
        self._ruler, self._bold = ruler, bold
        self._space = ruler.width(" ", 1.0, bold)
        self._paragraphs = [
            [(word, ruler.width(word, 1.0, bold)) for word in line.split()] for line in text.split("\n") if line.strip()
        ]

    def lines(self, width: float, size: float) -> list[str]:
        """No line is wider than `width` pixels; a word that is, is broken."""
        room = width / size
        return [line for paragraph in self._paragraphs for line in self._broken(paragraph, room)]

    def _broken(self, words: Sequence[tuple[str, float]], room: float) -> list[str]:
        lines: list[str] = []
        line: list[str] = []
        used = 0.0
        for word, wide in words:
            if line and used + self._space + wide > room:
                lines.append(" ".join(line))
                line, used = [], 0.0
            rest, rest_wide = word, wide
            while not line and rest_wide > room and len(rest) > 1:
                head = self._head(rest, room)
                lines.append(head)
                rest = rest[len(head) :]
                rest_wide = self._ruler.width(rest, 1.0, self._bold)
            used += rest_wide + (self._space if line else 0.0)
            line.append(rest)
        return [*lines, " ".join(line)] if line else lines

    def _head(self, word: str, room: float) -> str:
        """As many letters as fit, one at least (binary search: width grows with length)."""
        low, high = 1, len(word)
        while low < high:
            middle = (low + high + 1) // 2
            if self._ruler.width(word[:middle], 1.0, self._bold) <= room:
                low = middle
            else:
                high = middle - 1
        return word[:low]


def fitted(text: str, width: float, size: float, bold: bool, ruler: Ruler) -> str:
    """One line, cut at a word with an ellipsis where it is too wide; "" where not even a letter fits."""
    if ruler.width(text, size, bold) <= width:
        return text
    room = width - ruler.width(ELLIPSIS, size, bold)
    lines = Words(text, bold, ruler).lines(room, size) if room > 0 else []
    if not lines or ruler.width(lines[0], size, bold) > room:
        return ""
    return lines[0].rstrip(" ,;:.-–") + ELLIPSIS
