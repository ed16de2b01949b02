"""Measures and draws text in the kiosk's typeface (pygame.font).

Sizes are asked for by the height of a capital, since that is what people read and what the standards name.
"""

from __future__ import annotations

from collections import OrderedDict

from controller.core.errors import DeviceError
from controller.runtime.typefaces import Typeface
from kiosk.look import Style
from kiosk.sdl import pygame

_PROBE = 256  # pixels; the size at which the proportion of a capital is measured
_WIDTHS_KEPT = 2000


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
        path = self._typeface.weight(bold)
        try:
            return pygame.font.Font(str(path), size)
        except (pygame.error, OSError) as error:
            raise DeviceError(f"the typeface {path} cannot be used: {error}") from error
