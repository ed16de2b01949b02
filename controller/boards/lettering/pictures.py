"""A kept picture in the dots of a board: fitted, and dithered where the board has few colours. Loaded only where a
picture is drawn.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from controller.boards.lettering.blocks import Block, Ground

_LAMPS = bytes((0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 0))  # in the order of `pages.Colour`


def picture_of(ground: Ground, path: Path) -> Block | None:
    """The picture as large as it fits; None where there is none that can be read."""
    try:
        return _fitted(ground, path)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # all that Pillow says of a broken file
        return None


@lru_cache(maxsize=16)
def _fitted(ground: Ground, path: Path) -> Block:
    with Image.open(path) as file:
        seen = file.convert("RGBA")
    backed = Image.new("RGBA", seen.size, (0, 0, 0, 255))
    backed.alpha_composite(seen)
    image = ImageOps.contain(backed.convert("RGB"), (ground.columns, ground.rows), Image.Resampling.LANCZOS)
    width = image.width * ground.depth
    dots = _dots(image, ground.colours)
    return tuple(dots[at : at + width] for at in range(0, len(dots), width))


def _dots(image: Image.Image, colours: str) -> bytes:
    """Floyd and Steinberg's dithering, as Pillow does it."""
    if colours == "full":
        return image.tobytes()
    if colours == "three":
        red, green, _ = image.split()
        palette = Image.new("P", (1, 1))
        palette.putpalette(_LAMPS)
        mixed = Image.merge("RGB", (red, green, Image.new("L", image.size)))  # there are no blue lamps
        return mixed.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).tobytes()
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    return grey.convert("1").convert("L").tobytes().replace(b"\xff", b"\1")
