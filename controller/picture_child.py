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

from controller.picture_headers import cut_short, kind_of, size_of

PIXELS_LIMIT = 40_000_000
WEBP_LIMIT = 16_000_000  # its decoder holds three of the whole picture at once
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
    _refuse_large(size, WEBP_LIMIT if kind == "webp" else PIXELS_LIMIT)
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
        image.draft("RGB", box)  # a JPEG is decoded no larger than needed
        image.load()
        shown = image.point(lambda value: value / 256).convert("L") if image.mode.startswith("I") else image  # 16 bits
        small = _fitting(shown, box)
        return _plain(small if turn is None else small.transpose(turn))


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """How to turn it upright; a picture is not refused for what else stands in its Exif."""
    with contextlib.suppress(OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return None


def _fitting(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """No larger than the box, in its own proportions."""
    scale = min(box[0] / image.width, box[1] / image.height)
    if scale >= 1:
        return image
    if image.mode in ("P", "1"):  # colours by number cannot be mixed
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _plain(image: Image.Image) -> Image.Image:
    """On paper, and without anything that came along: place, time, camera, words."""
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
