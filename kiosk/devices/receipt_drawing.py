"""The receipt as a picture, one dot of the printer a pixel. The only place besides the boards' lettering that draws
with Pillow; runs in the printer's child alone (printing_child.py), which ends with the receipt.
"""

from __future__ import annotations

from collections.abc import Sequence

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M

from controller.runtime.typefaces import Typeface
from kiosk.devices.receipt import Receipt, is_address

DOTS_A_MM = 8  # 203 dpi, as all these printers have
QUIET = 4  # modules of white around the code (ISO/IEC 18004)
_BODY_MM, _HEAD_MM, _NUMBER_MM = 3.2, 3.8, 8.0  # the height of a capital
_LINE = 1.9  # line height in capital heights: Ẳ under ợ do not meet
_CODE_MM, _ADDRESS_MM = 30, 22


def picture(receipt: Receipt, width: int, typeface: Typeface) -> Image.Image:
    """Mode "1", `width` dots wide, as long as it needs."""
    strip = _Strip(width, typeface)
    strip.text(receipt.site, _HEAD_MM, bold=True, centred=True)
    strip.rule()
    strip.text(receipt.title, _HEAD_MM, bold=True, centred=True)
    if receipt.number:
        strip.gap(1)
        strip.text(receipt.number_label, _BODY_MM, centred=True)
        strip.large(receipt.number)
    if receipt.code:
        strip.code(receipt.code, _CODE_MM)
    strip.rule()
    for line in receipt.lines:
        if is_address(line):
            strip.code(line, _ADDRESS_MM, centred=False)  # white at its left would be told to the printer
        strip.text(line, _BODY_MM)
        strip.gap(1)
    strip.rule()
    strip.text(receipt.keep, _BODY_MM, bold=True)
    if receipt.printed:
        strip.text(receipt.printed, _BODY_MM)
    return strip.done()


class _Strip:
    """Paper on which one thing comes under the other."""

    def __init__(self, width: int, typeface: Typeface) -> None:
        self._width, self._typeface = width, typeface
        self._pieces: list[tuple[int, int, Image.Image]] = []
        self._at = DOTS_A_MM

    def text(self, text: str, cap_mm: float, bold: bool = False, centred: bool = False) -> None:
        font = self._font(cap_mm, bold)
        height = round(cap_mm * _LINE * DOTS_A_MM)
        for line in _wrapped(text, self._width, font):
            piece = Image.new("1", (self._width, height), 1)
            x = (self._width - font.getlength(line)) / 2 if centred else 0
            baseline = round(cap_mm * 1.5 * DOTS_A_MM)
            ImageDraw.Draw(piece).text((max(0, round(x)), baseline), line, fill=0, font=font, anchor="ls")
            self._put(0, piece)

    def large(self, text: str) -> None:
        """On one line, as large as the paper is wide."""
        fits = _NUMBER_MM * min(1.0, self._width / self._font(_NUMBER_MM, True).getlength(text))
        self.text(text, max(_BODY_MM, int(fits * 10) / 10 - 0.1), bold=True, centred=True)

    def code(self, content: str, wide_mm: int, centred: bool = True) -> None:
        made = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=1, border=QUIET)
        made.add_data(content)
        modules = made.get_matrix()
        size = max(2, wide_mm * DOTS_A_MM // len(modules))
        piece = Image.new("1", (len(modules),) * 2, 1)
        piece.putdata([0 if dark else 1 for row in modules for dark in row])
        large = piece.resize((len(modules) * size,) * 2, Image.Resampling.NEAREST)
        self._put((self._width - large.width) // 2 if centred else 0, large)

    def rule(self) -> None:
        self.gap(1)
        self._put(0, Image.new("1", (self._width, 3), 0))
        self.gap(1.5)

    def gap(self, mm: float) -> None:
        self._at += round(mm * DOTS_A_MM)

    def done(self) -> Image.Image:
        whole = Image.new("1", (self._width, self._at + DOTS_A_MM), 1)
        for x, y, piece in self._pieces:
            whole.paste(piece, (x, y))
        return whole

    def _put(self, x: int, piece: Image.Image) -> None:
        self._pieces.append((x, self._at, piece))
        self._at += piece.height

    def _font(self, cap_mm: float, bold: bool) -> ImageFont.FreeTypeFont:
        path = str(self._typeface.weight(bold))
        probe = ImageFont.truetype(path, 256)
        capital = -probe.getbbox("I", anchor="ls")[1]
        return ImageFont.truetype(path, round(256 * cap_mm * DOTS_A_MM / capital))


def _wrapped(text: str, width: int, font: ImageFont.FreeTypeFont) -> Sequence[str]:
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if font.getlength(longer) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while font.getlength(word) > width:  # an address has no spaces
                fits = next(n for n in range(len(word), 0, -1) if font.getlength(word[:n]) <= width or n == 1)
                lines.append(word[:fits])
                word = word[fits:]
            line = word
        lines.append(line)
    return lines
