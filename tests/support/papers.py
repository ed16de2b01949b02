"""Papers as a camera over the table sees them."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from controller.runtime.typefaces import find_typeface

WORDS = "Họ và tên mẹ, sinh ngày, nơi thường trú: xã Nà Khau, tỉnh Tuyên Quang"


def page_of_print(size: int) -> Image.Image:
    whole = Image.new("L", (1920, 1080), 212)
    font = ImageFont.truetype(str(find_typeface().regular), size)
    for y in range(60, 1000, round(size * 1.7)):
        ImageDraw.Draw(whole).text((200, y), WORDS, 40, font=font)
    return whole
