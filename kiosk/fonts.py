"""Finds a typeface with full Vietnamese and measures text in it (pygame.font).

Be Vietnam Pro where it is installed, DejaVu Sans otherwise; two weights. Sizes are asked for by the
height of a capital, since that is what people read and what the standards name.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from controller.core.errors import DeviceError
from kiosk.look import Style
from kiosk.sdl import pygame

_FOLDERS = (Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))
_TYPEFACES = (("BeVietnamPro-Regular", "BeVietnamPro-Bold"), ("DejaVuSans", "DejaVuSans-Bold"))
_PROBE = 256  # pixels; the size at which the proportion of a capital is measured
_WIDTHS_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Typeface:
    regular: Path
    bold: Path


def find_typeface(folders: Iterable[Path] = _FOLDERS) -> Typeface:
    """The first typeface of which both weights are installed, or DeviceError that says what to install."""
    found: dict[str, Path] = {}
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                file = Path(parent, name)
                if file.suffix.lower() in {".ttf", ".otf"}:
                    found.setdefault(file.stem, file)
    for regular, bold in _TYPEFACES:
        if regular in found and bold in found:
            return Typeface(found[regular], found[bold])
    raise DeviceError("no typeface for the kiosk: install the Debian package fonts-dejavu-core")


class Fonts:
    """Sizes of one typeface, opened when first used. `pygame.font` must be initialised."""

    def __init__(self, typeface: Typeface) -> None:
        self._typeface = typeface
        self._capital = {bold: self._measure_capital(bold) for bold in (False, True)}
        self._fonts: dict[Style, pygame.font.Font] = {}
        self._widths: OrderedDict[tuple[str, Style], int] = OrderedDict()

    def width(self, text: str, style: Style) -> int:
        """How far a line of text reaches, in pixels."""
        key = (text, style)
        width = self._widths.get(key)
        if width is None:
            width = self.font(style).size(text)[0]
            self._widths[key] = width
            if len(self._widths) > _WIDTHS_KEPT:
                self._widths.popitem(last=False)
        return width

    def draw(self, text: str, style: Style, colour: tuple[int, int, int]) -> pygame.Surface:
        return self.font(style).render(text, True, colour)

    def baseline(self, picture: pygame.Surface, style: Style) -> int:
        """How far below the top edge of a drawn text its baseline runs.

        SDL_ttf makes the picture taller, upwards, for letters that rise above the font's ascent
        (Ủ, Ẫ), so the baseline is not where the ascent alone would put it.
        """
        font = self.font(style)
        return font.get_ascent() + picture.get_height() - font.get_height()

    def font(self, style: Style) -> pygame.font.Font:
        font = self._fonts.get(style)
        if font is None:
            font = self._open(style.bold, -(-style.cap * _PROBE // self._capital[style.bold]))
            self._fonts[style] = font
        return font

    def _measure_capital(self, bold: bool) -> int:
        metrics = self._open(bold, _PROBE).metrics("I")[0]
        return int(metrics[3])

    def _open(self, bold: bool, size: int) -> pygame.font.Font:
        path = self._typeface.bold if bold else self._typeface.regular
        try:
            return pygame.font.Font(str(path), size)
        except (pygame.error, OSError) as error:
            raise DeviceError(f"the typeface {path} cannot be used: {error}") from error
