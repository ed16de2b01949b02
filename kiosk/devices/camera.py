"""Shows what the camera sees, reads codes and takes photographs, while somebody wants it to: a thread of the kiosk with
a child process (camera_child.py), which is killed when nobody does, and takes with it all that was seen.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable

from controller.runtime.children import Child, Limits
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from kiosk.happenings import CameraSees, CardRead, DeviceFailed, PhotoTaken

_MEMORY, _FILE = 1 << 30, 8 << 20
_LIMITS = Limits(_MEMORY, _FILE, nice=5)
_CHILD = (sys.executable, "-P", "-m", "kiosk.devices.camera_child")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
FIRST_S, NEXT_S = 10.0, 5.0  # for the first picture, and for each after it
TICK_S = 0.2
log = logging.getLogger(__name__)
Seen = CameraSees | CardRead | PhotoTaken | DeviceFailed


class Camera:
    """`camera`: as camera_child.py takes it; "" for none. `tell` is called in the thread of `run`."""

    def __init__(self, camera: str, places: Places, tell: Callable[[Seen], None]) -> None:
        self._camera, self._places, self._tell = camera, places, tell
        self._wanted, self._photo, self._turn = False, False, threading.Event()
        self._fault = Lasting(log, "camera")

    def watch(self, on: bool) -> None:
        """From any thread."""
        self._wanted = on
        self._turn.set()

    def take_photo(self) -> None:
        """From any thread; answered by PhotoTaken or DeviceFailed."""
        self._photo = self._wanted = True
        self._turn.set()

    def wake(self) -> None:
        self._turn.set()

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        while not stopping.is_set():
            progress()
            self._turn.wait(TICK_S)
            self._turn.clear()
            if self._wanted and not stopping.is_set():
                self._session(stopping, progress)

    def _session(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        if not self._camera:
            self._failed("camera_none")
            return
        view, photo = (os.memfd_create(name, os.MFD_CLOEXEC) for name in ("view", "photo"))
        said = self._places.room("kiosk") / f"camera-{os.getpid()}.log"
        command = (*_CHILD, self._camera, str(view), str(photo))
        try:
            with Child(command, _LIMITS, said, None, _ONE_THREAD, (view, photo)) as child:
                self._look(child, view, photo, stopping, progress)
        except OSError as error:
            self._fault.begins(str(error))
            self._failed("camera_gone")
        finally:
            os.close(view)
            os.close(photo)
            said.unlink(missing_ok=True)

    def _look(
        self, child: Child, view: int, photo: int, stopping: threading.Event, progress: Callable[[], None]
    ) -> None:
        silent_s, patience_s = 0.0, FIRST_S
        while self._wanted and not stopping.is_set():
            progress()
            if self._photo:
                self._photo = False
                child.tell(b"photo")
            try:
                line = child.answer(TICK_S)
            except TimeoutError:
                silent_s += TICK_S
                if silent_s < patience_s:
                    continue
                line = None
            if line is None or not self._told(json.loads(line), view, photo):
                self._fault.begins(child.last_words() or "it says nothing any more")
                self._failed("camera_gone")
                return
            silent_s, patience_s = 0.0, NEXT_S
            self._fault.ends()

    def _told(self, seen: dict[str, object], view: int, photo: int) -> bool:
        match seen:
            case {"view": [int(width), int(height)]}:
                self._tell(CameraSees(width, height, os.pread(view, width * height * 3, 0)))
            case {"code": str(text)}:
                self._tell(CardRead(text))
            case {"photo": int(size), "small": [int(width), int(height)], "complaint": str(complaint)}:
                small = CameraSees(width, height, os.pread(photo, width * height * 3, size))
                self._tell(PhotoTaken(os.pread(photo, size, 0), not complaint, complaint, small))
            case _:
                return False
        return True

    def _failed(self, reason: str) -> None:
        self._wanted = self._photo = False
        self._tell(DeviceFailed("camera", reason))
