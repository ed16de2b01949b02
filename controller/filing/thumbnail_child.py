"""Runs in a child process: makes small pictures of one file's photos. What a photo does to the decoder, it does here.

On standard input photo after photo, on standard output for each its small picture, or nothing of one that cannot be
read; before each its length in four bytes. Nothing is written to the disk.
"""

from __future__ import annotations

import io
import sys

from PIL import Image

from controller.filing.thumbnails import LENGTH, LONGEST_SIDE
from controller.runtime.discretion import stay_in_memory

QUALITY = 65
_LARGEST = 50_000_000  # pixels


def main() -> int:
    stay_in_memory()
    Image.MAX_IMAGE_PIXELS = _LARGEST
    arriving, leaving = sys.stdin.buffer, sys.stdout.buffer
    while head := arriving.read(LENGTH):
        made = small(arriving.read(int.from_bytes(head, "big")))
        leaving.write(len(made).to_bytes(LENGTH, "big") + made)
        leaving.flush()
    return 0


def small(jpeg: bytes) -> bytes:
    """At most LONGEST_SIDE pixels each way; b"" of what is no photo."""
    try:
        image = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # decoded at a fraction of its size
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        made = io.BytesIO()
        image.convert("RGB").save(made, "JPEG", quality=QUALITY)
        return made.getvalue()
    except Exception:  # whatever is wrong with one photo, the others are to be seen
        return b""


if __name__ == "__main__":
    sys.exit(main())
