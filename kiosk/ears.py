"""Waits for a touch without looking for one all the time.

SDL's own waiting wakes every millisecond with several drivers. Touches reach SDL through files that
can be waited for: the sockets of X11 and Wayland, and on the bare screen /dev/input. They are found
among this process's open files. Where none is found, the wait is short, and the caller looks.
"""

from __future__ import annotations

import os
import select
import socket
import stat
import time
from pathlib import Path

POLL_S = 0.012  # where nothing can be waited for: often enough that a finger does not feel it
FIND_AGAIN_S = 5.0  # touch panels come and go
_OPEN = Path("/proc/self/fd")
_DISPLAYS = (".X11-unix", "wayland-")


class Ears:
    """One thread waits; any thread may `wake` it."""

    def __init__(self) -> None:
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._files: list[int] = []
        self._found_at = float("-inf")

    def wake(self) -> None:
        os.eventfd_write(self._bell, 1)

    def wait(self, limit_s: float, touchable: bool) -> bool:
        """Wait until something may have come, at most `limit_s`; True if SDL should have heard something.

        Where the screen is `touchable` and nothing can be waited for, the wait is cut short.
        """
        if time.monotonic() - self._found_at > FIND_AGAIN_S:
            self.find()
        try:
            blind = touchable and not self._files
            ready, _, _ = select.select([self._bell, *self._files], [], [], min(limit_s, POLL_S) if blind else limit_s)
        except OSError:  # closed since it was found
            self._found_at = float("-inf")
            return False
        if self._bell in ready:
            os.eventfd_read(self._bell)
        return ready not in ([], [self._bell])

    def find(self) -> None:
        """Look through the open files; after the screen was opened, and now and then."""
        self._found_at = time.monotonic()
        self._files = [number for file in _OPEN.iterdir() if _brings_touches(number := int(file.name))]


def _brings_touches(number: int) -> bool:
    try:
        mode = os.fstat(number).st_mode
        if stat.S_ISCHR(mode):
            return str((_OPEN / str(number)).readlink()).startswith("/dev/input/event")
        return stat.S_ISSOCK(mode) and any(part in _peer(number) for part in _DISPLAYS)
    except OSError:  # the listing's own file, or closed meanwhile
        return False


def _peer(number: int) -> str:
    """The path that a Unix socket is connected to, "" for any other."""
    with socket.socket(fileno=os.dup(number)) as copy:
        if copy.family != socket.AF_UNIX:
            return ""
        name = copy.getpeername()
        return name.decode(errors="replace") if isinstance(name, bytes) else str(name)
