"""The far end of a line in software: what an emulated device of any room is served with.

`Orders` are what other threads want of the one that serves; `PseudoLine` is a serial line that is not there. Knows
neither protocols nor speeds.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import select
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path


class Orders:
    """Things to be done by one thread, in the order in which others gave them. To be waited for with `select`."""

    def __init__(self) -> None:
        self._acts: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = queue.SimpleQueue()
        self._bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._is_over = False

    def give(self, act: Callable[[], None]) -> threading.Event:
        """From any thread. The answer is set when it has been done, which is never if nobody serves any more."""
        done = threading.Event()
        with self._lock:
            if not self._is_over:
                self._acts.put((act, done))
                with contextlib.suppress(BlockingIOError):  # it rings already
                    os.write(self._bell[1], b".")
        return done

    def fileno(self) -> int:
        """Readable when something is to be done."""
        return self._bell[0]

    def carry_out(self) -> None:
        """All that there is, in the thread that serves."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._bell[0], 4096)
        while not self._acts.empty():
            act, done = self._acts.get()
            act()
            done.set()

    def close(self) -> None:
        with self._lock:
            self._is_over = True
            for end in self._bell:
                os.close(end)


class PseudoLine:
    """The device's end of a pseudo-terminal; `link` names the other end, as long as it is plugged in. For one thread,
    but for `waiting`."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master = self._slave = -1
        self._lock = threading.Lock()  # whoever looks at the line while it goes

    @property
    def is_plugged(self) -> bool:
        return self._master >= 0

    def plug(self) -> None:
        if self.is_plugged:
            return
        with self._lock:
            self._master, self._slave = os.openpty()  # our own open slave keeps the line up between callers
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        fresh = self.link.with_name(f".{self.link.name}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self.link)

    def unplug(self) -> None:
        if not self.is_plugged:
            return
        self.link.unlink(missing_ok=True)
        with self._lock:
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = -1

    def fileno(self) -> int:
        """Readable when somebody has written; -1 while it is not plugged in."""
        return self._master

    def waiting(self) -> int:
        """Bytes that can be read; from any thread."""
        with self._lock:
            if not self.is_plugged:
                return 0
            return int.from_bytes(fcntl.ioctl(self._master, termios.FIONREAD, bytes(4)), "little")

    def read(self, most: int) -> bytes:
        """What has come, nothing if nothing has."""
        with contextlib.suppress(OSError):  # plugged in anew just now
            return os.read(self._master, most)
        return b""

    def caught_up(self, limit_s: float = 5.0) -> bytes:
        """All that has been written at the other end by now and was not read yet; on a busy machine the kernel takes
        its time, so a mark goes the same way behind it."""
        mark, came = os.urandom(16), bytearray()
        if self.is_plugged:
            os.write(self._slave, mark)
        while self.is_plugged and not came.endswith(mark) and select.select([self], [], [], limit_s)[0]:
            came += self.read(4096)
        return bytes(came.removesuffix(mark))

    def write(self, data: bytes) -> None:
        """What nobody reads is lost: a device does not wait for that."""
        with contextlib.suppress(OSError):
            os.write(self._master, data)
