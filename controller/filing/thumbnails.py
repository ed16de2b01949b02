"""Small pictures of an opened file's photos, so that a phone loads ten kilobytes of each instead of two megabytes.

All of a file's are made at once, in a child with limits (controller/filing/thumbnail_child.py), and lie in the sitting
until it ends: nowhere else. Of a photo at a time, no more than that is in this process's memory.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import IO

from controller.core.opened_files import Photo
from controller.filing.desk import FilingDesk
from controller.filing.sittings import Sitting
from controller.runtime.children import Limits
from controller.runtime.sealing import SealError

LENGTH = 4  # bytes of a length on the pipe
LONGEST_SIDE = 320  # pixels
LIMIT_S = 20.0
_LARGEST = 256 << 10  # bytes of a small picture; more is none of ours
_LIMITS = Limits(memory_bytes=512 << 20, file_bytes=0, nice=5, cpu_s=20)


def thumbnail(desk: FilingDesk, sitting: Sitting, ident: str, place: int) -> bytes:
    """The JPEG of one; b"" where there is none to be had, as of a photo that cannot be read. NotFoundError if the file
    is gone; LockedError."""
    photos = desk.photos(sitting, ident)
    if sitting.pictures(ident) is None:
        with desk.drawing:
            if sitting.pictures(ident) is None:
                made = drawn(_contents(desk, sitting, ident, photos))
                sitting.keep_pictures(ident, dict(zip([photo.place for photo in photos], made, strict=False)))
    return (sitting.pictures(ident) or {}).get(place, b"")


def _contents(desk: FilingDesk, sitting: Sitting, ident: str, photos: Iterable[Photo]) -> Iterator[bytes]:
    for photo in photos:
        try:
            yield desk.photo(sitting, ident, photo.place)
        except SealError:
            yield b""  # somebody has changed it: none is shown, as on the large one's address


def drawn(jpegs: Iterable[bytes]) -> list[bytes]:
    """Theirs in their order, b"" of those that cannot be read; fewer of them if the child came to an end before."""
    command = _LIMITS.before([sys.executable, "-P", "-m", "controller.filing.thumbnail_child"])
    made: list[bytes] = []
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return made
    over = threading.Timer(LIMIT_S, child.kill)
    over.start()
    assert child.stdin and child.stdout  # noqa: S101 - of a child with pipes
    try:
        for jpeg in jpegs:
            child.stdin.write(len(jpeg).to_bytes(LENGTH, "big") + jpeg)
            child.stdin.flush()
            made.append(_answer(child.stdout))
    except (BrokenPipeError, EOFError):
        pass  # it ran out of memory or time, or fell over a photo: what was made till then is shown
    finally:
        over.cancel()
        child.kill()
        child.wait()
        child.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # something was still to be written to it
            child.stdin.close()
    return made


def _answer(pipe: IO[bytes]) -> bytes:
    head = pipe.read(LENGTH)
    length = int.from_bytes(head, "big")
    if len(head) < LENGTH or length > _LARGEST:
        raise EOFError
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return content
