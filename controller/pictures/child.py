"""Runs in a child process: judges a picture that somebody has brought, and makes of it the one that is kept.

One JSON object on standard input, {"file", "out"}; one line of answer, {"width", "height"} of what was written to
`out`, or {"refused": code, "facts": {...}}. What is kept is upright, has nothing but its pixels, and is no larger
than a large screen.
"""

from __future__ import annotations

import contextlib
import json
import struct
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from controller.pictures.headers import cut_short, held_bytes, kind_of, size_of
from controller.runtime.discretion import be_discreet

PIXELS_LIMIT = 40_000_000
HELD_LIMIT = 128_000_000  # bytes of a picture in its decoder: a small station has one gigabyte for everything
STRIP = 1 << 20  # pixels that are made small at a time
SCREEN = (1920, 1080)
_ORIENTATION = 0x0112  # Exif 2.3, 4.6.4
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_ON_ITS_SIDE = frozenset(_TURNS[number] for number in (5, 6, 7, 8))  # its rows are our columns
_PAPER = (255, 255, 255)  # shines through where a picture is transparent


class RefusedError(Exception):
    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, {name: str(value) for name, value in facts.items()}
        super().__init__(code)


def main() -> int:
    be_discreet()  # its last words go to the log, and the file may be anything
    job = json.loads(sys.stdin.readline())
    try:
        with Path(job["file"]).open("rb") as file:
            width, height = kept(file, Path(job["out"]))
        answer: dict[str, object] = {"width": width, "height": height}
    except RefusedError as error:
        answer = {"refused": error.code, "facts": error.facts}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def kept(file: BinaryIO, out: Path) -> tuple[int, int]:
    """Write what is kept; its width and height."""
    kind = kind_of(file)
    if not kind:
        raise RefusedError("picture_none")
    size = size_of(file, kind)
    if size is None or cut_short(file, kind):
        raise RefusedError("picture_cut")
    _refuse_large(size, min(PIXELS_LIMIT, int(HELD_LIMIT / max(1.0, held_bytes(file, kind)))))
    Image.MAX_IMAGE_PIXELS = None  # judged above
    try:
        picture = _opened(file, kind)
        picture.save(out, "PNG")
    except (OSError, SyntaxError, ValueError, EOFError, zlib.error) as error:
        raise RefusedError(_broken(error)) from error
    return picture.size


def _refuse_large(size: tuple[int, int], limit: int = PIXELS_LIMIT) -> None:
    pixels = size[0] * size[1]
    if pixels > limit:
        raise RefusedError("picture_pixels", megapixels=-(-pixels // 10**6), limit=limit // 10**6)


def _opened(file: BinaryIO, kind: str) -> Image.Image:
    with Image.open(file, formats=(kind.upper(),)) as image:  # of several frames the first
        _refuse_large(image.size)
        turn = _turn_of(image)
        box = SCREEN[::-1] if turn in _ON_ITS_SIDE else SCREEN
        size = _within(image.size, box)
        image.draft("RGB", size)  # a JPEG is decoded no larger than needed
        image.load()
        small = _reduced(image, size)
        small = small if small.size == size else small.resize(size, Image.Resampling.LANCZOS)
        return small if turn is None else small.transpose(turn)


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """How to turn it upright; a picture is not refused for what else stands in its Exif."""
    with contextlib.suppress(OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return None


def _within(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """No larger than the box, in its own proportions."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _reduced(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """On paper, and made small by whole numbers as far as `size` allows; strip by strip, so that no second picture of
    the whole is held."""
    factor = max(1, min(image.width // size[0], image.height // size[1]))
    across, down = min(factor, image.width), min(factor, image.height)
    small = Image.new("RGB", (-(-image.width // across), -(-image.height // down)))
    high = down * max(1, STRIP // (image.width * down))
    for top in range(0, image.height, high):
        strip = _plain(image.crop((0, top, image.width, min(top + high, image.height))))
        small.paste(strip.reduce((across, down)) if factor > 1 else strip, (0, top // down))
    return small


def _plain(image: Image.Image) -> Image.Image:
    """On paper, and without anything that came along: place, time, camera, words."""
    if image.mode.startswith("I"):  # 16 bits
        image = image.point(lambda value: value / 256).convert("L")
    if "A" not in image.getbands() and "transparency" not in image.info:
        bare = image.convert("RGB")
        bare.info = {}
        return bare
    own, ground = image.convert("RGBA"), Image.new("RGB", image.size, _PAPER)
    ground.paste(own, mask=own.getchannel("A"))
    return ground


def _broken(error: Exception) -> str:
    said = str(error).lower()
    return "picture_cut" if "truncated" in said or "unexpected end" in said else "picture_broken"


if __name__ == "__main__":
    sys.exit(main())
