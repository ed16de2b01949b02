"""Runs in a child process: watches a camera, reads QR codes in what it sees, and takes photographs of papers.
What it has seen goes with it.

    python -m kiosk.devices.camera_child CAMERA VIEW PHOTO

CAMERA is a device ("/dev/video0") or, to try it without one, a picture's file, which may be replaced meanwhile. VIEW
and PHOTO are numbers of open memory files for the small picture (RGB) and the photograph (JPEG). Lines on standard
output: {"view": [width, height]}, {"code": text}, {"photo": bytes, "small": [width, height],
"complaint": ""}, {"failed": reason}; the line "photo" on standard input asks for one.
The one owner of zxing-cpp, and in this room of PyAV and Pillow's JPEG.
"""

from __future__ import annotations

import io
import json
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from controller.runtime.discretion import be_discreet, stay_in_memory
from kiosk.devices.legibility import complaint

Picture = NDArray[np.uint8]  # rows, columns, RGB
VIEW = (480, 360)
VIEW_S, CODE_S, SAME_CODE_S = 0.1, 0.2, 3.0
PHOTO_BYTES = 2_000_000  # the portal refuses more
OF = 3  # frames of which the sharpest is kept
_OPTIONS = {"video_size": "1920x1080", "framerate": "15", "input_format": "mjpeg"}
_QUALITIES = (88, 80, 70, 60, 50, 40)


def main() -> int:
    be_discreet()  # its last words go to the log
    stay_in_memory()
    camera, view, photo = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        frames = _frames(camera)
        _watch(frames, view, photo)
    except (av.error.FFmpegError, OSError, StopIteration):
        _say({"failed": "camera_gone"})
        return 1
    return 0


def _watch(frames: Iterator[Picture], view: int, photo: int) -> None:
    viewed = looked = code_at = 0.0
    last = ""
    while True:
        picture = next(frames)
        now = time.monotonic()
        if now - viewed >= VIEW_S:
            viewed = now
            small = Image.fromarray(picture)
            small.thumbnail(VIEW)
            os.pwrite(view, small.tobytes(), 0)
            _say({"view": small.size})
        if now - looked >= CODE_S:
            looked = now
            for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
                if code.text and (code.text != last or now - code_at > SAME_CODE_S):
                    _say({"code": code.text})
                last, code_at = code.text, now
        if select.select([sys.stdin], [], [], 0)[0]:
            if sys.stdin.readline().strip() != "photo":
                return  # whoever asked is gone
            best = max((next(frames) for _ in range(OF)), key=_sharpness)
            jpeg, small = small_enough(best), Image.fromarray(best)
            small.thumbnail(VIEW)
            os.pwrite(photo, jpeg + small.tobytes(), 0)
            _say({"photo": len(jpeg), "small": small.size, "complaint": complaint(_grey(best))})


def small_enough(picture: Picture) -> bytes:
    """JPEG of at most PHOTO_BYTES, as good as goes."""
    image = Image.fromarray(picture)
    while True:
        for quality in _QUALITIES:
            made = io.BytesIO()
            image.save(made, "JPEG", quality=quality)
            if made.tell() <= PHOTO_BYTES:
                return made.getvalue()
        image = image.resize((image.width * 3 // 4, image.height * 3 // 4))


def _frames(camera: str) -> Iterator[Picture]:
    if not camera.startswith("/dev/"):
        yield from _still(Path(camera))
        return
    with av.open(camera, format="v4l2", options=_OPTIONS, timeout=5.0) as source:
        for frame in source.decode(video=0):
            yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _still(file: Path) -> Iterator[Picture]:
    """A picture's file as a camera: at a camera's pace, and whatever is put in its place comes into sight."""
    seen, picture = 0, np.zeros((1080, 1920, 3), np.uint8)
    while True:
        stamp = file.stat().st_mtime_ns
        if stamp != seen:
            with Image.open(file) as image:
                picture, seen = np.asarray(image.convert("RGB")), stamp
        yield picture
        time.sleep(1 / 15)


def _sharpness(picture: Picture) -> float:
    return float(np.abs(np.diff(_grey(picture)[::2, ::2].astype(np.int16), axis=1)).mean())


def _grey(picture: Picture) -> Picture:
    return picture[:, :, 1]  # the green of it is nearly all of its brightness


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
