"""Pictures that somebody brings for notices: judged before they are kept, made small and bare, given up when unused.

The judging runs in a child with limits of memory and time (controller/pictures/child.py), one at a time. The name of
a file is believed by nobody. What is kept is a PNG that has nothing but its pixels, named by its SHA-256.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from controller.core.errors import InputError, Problem, StationError
from controller.core.ports import Clock
from controller.runtime.children import Limits
from controller.runtime.config_tables import Policy
from controller.runtime.fates import Fate, fate_of, told
from controller.runtime.files import adopt_file
from controller.runtime.places import Places
from controller.store import pictures
from controller.store.connection import Store
from controller.store.pictures import Picture

FILE_LIMIT = 15 << 20  # bytes of what is brought
NAME_LIMIT = 80  # characters
KEPT = timedelta(days=30)  # so long after its last notice has left a picture can be used again
YOUNG = timedelta(days=1)  # whoever brought it may still be writing the notice
_LIMIT_S = 20.0
_BUSY_S = 30.0  # so long one waits for another's picture to be judged
_MEMORY = 256 << 20  # bytes of address space; what is let through takes 160 MB for a second
_MADE_LIMIT = 16 << 20  # bytes of what is made: the pixels themselves take six
_LIMITS = Limits(_MEMORY, _MADE_LIMIT, nice=5, cpu_s=int(_LIMIT_S))
_CHILD = _LIMITS.before([sys.executable, "-P", "-m", "controller.pictures.child"])
_REFUSALS = {Fate.MEMORY: "picture_memory", Fate.TIME: "picture_slow", Fate.FAULT: "picture_fault"}
_FOLDER = ".picture-"
log = logging.getLogger(__name__)


class Picturing:
    """Every call blocks until the picture is judged. Several threads may call."""

    def __init__(self, store: Store, places: Places, clock: Clock, policy: Policy) -> None:
        self._store, self._places, self._clock = store, places, clock
        self._reserve = policy.disk_reserve_mb << 20
        self._judging, self._keeping = Lock(), Lock()

    def take(self, file: Path, name: str, by: str) -> Picture:
        """Keep a picture as `places.notice_picture(sha256)` and know of it; the very same twice is one.

        `file` lies in `places.uploads` and is gone afterwards, whatever comes of it. InputError (field "picture")
        saying what is wrong with it.
        """
        try:
            size = file.stat().st_size
            if size > FILE_LIMIT:
                raise _refused("picture_heavy", megabytes=-(-size >> 20), limit=FILE_LIMIT >> 20)
            if shutil.disk_usage(self._places.uploads).free < self._reserve:
                raise _refused("no_room")
            picture = self._kept(file, _called(name), by)
        except OSError as error:
            raise StationError(f"cannot judge what was brought: {error}") from error
        finally:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
        self.collect()
        return picture

    def collect(self) -> int:
        """Give up the pictures that no notice has needed for long; how many that were. What a power cut has left
        behind goes with them."""
        with self._keeping:
            return self._collect(self._clock.now())

    def _collect(self, at: datetime) -> int:
        with self._store.write() as tx:
            gone = pictures.unused(tx, at - KEPT, at - YOUNG)
            for picture in gone:
                pictures.remove(tx, at, picture)
            known = {picture.sha256 for picture in pictures.every(tx)}
        given_up, old = {picture.sha256 for picture in gone}, (at - YOUNG).timestamp()
        for file in self._places.notice_pictures.iterdir():
            if file.stem in given_up or (file.stem not in known and _before(file, old)):
                with contextlib.suppress(OSError):
                    file.unlink()
        for folder in self._places.uploads.glob(f"{_FOLDER}*"):
            if _before(folder, old):
                shutil.rmtree(folder, ignore_errors=True)
        return len(gone)

    def _kept(self, file: Path, name: str, by: str) -> Picture:
        with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=self._places.uploads) as folder:
            made = Path(folder, "made.png")
            answer = self._judged(file, made, name)
            with made.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            size = made.stat().st_size
            picture = Picture(sha256, name, answer["width"], answer["height"], size, by, self._clock.now())
            with self._keeping:  # nobody gives it up between file and row
                adopt_file(made, self._places.notice_picture(sha256))
                with self._store.write() as tx:
                    return pictures.add(tx, picture)

    def _judged(self, file: Path, made: Path, name: str) -> dict[str, Any]:
        if not self._judging.acquire(timeout=_BUSY_S):
            raise _refused("picture_busy")
        try:
            job = json.dumps({"file": str(file), "out": str(made)}).encode()
            found = subprocess.run(_CHILD, input=job, capture_output=True, timeout=_LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            raise _refused(_REFUSALS[Fate.TIME]) from None
        finally:
            self._judging.release()
        if found.returncode or not found.stdout:
            said = found.stderr.decode("utf-8", "replace")
            fate = fate_of(found.returncode, said)
            log.log(
                logging.ERROR if fate is Fate.FAULT else logging.INFO,
                "judging %r: %s",
                name,
                told(found.returncode, said),
            )
            raise _refused(_REFUSALS[fate])
        answer: dict[str, Any] = json.loads(found.stdout)
        if "refused" in answer:
            raise _refused(answer["refused"], **answer["facts"])
        return answer


def _before(path: Path, at: float) -> bool:
    """Whether it was last written before an instant (seconds of the wall clock)."""
    try:
        return path.stat().st_mtime < at
    except OSError:  # somebody else was quicker
        return False


def _called(name: str) -> str:
    """A file's name as it may be shown: one line, of characters that can be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME_LIMIT]


def _refused(code: str, **facts: object) -> InputError:
    return InputError(Problem.of("picture", code, **facts))
