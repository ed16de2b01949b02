"""What the kiosk's processes say to each other: short words over a pair of sockets (SOCK_SEQPACKET). Never a resident's
data: a process that has served one takes everything about them with it.

| from      | word                | meaning                                                       |
|-----------|---------------------|---------------------------------------------------------------|
| succession | show, show sorry   | open the screen; the one before has failed somebody           |
|           | ring                | somebody has rung the kiosk's doorbell                        |
|           | leave               | end                                                           |
| child     | ready DRIVER        | its first picture is on the screen                            |
|           | visit               | somebody has begun                                            |
|           | over                | the visit has ended; nothing of it is on the screen any more  |
|           | A=B                 | for systemd, as in sd_notify(3)                               |
"""

from __future__ import annotations

import os
import select
import socket

SHOW, SHOW_SORRY, RING, LEAVE = "show", "show sorry", "ring", "leave"
READY, VISIT, OVER = "ready", "visit", "over"
GONE = ""  # the other end is no more
_LIMIT = 512  # bytes


class Link:
    """One end. One thread listens; any thread may speak, or `wake` the one that listens."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._end.setblocking(False)
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        return self._end.fileno()

    def say(self, word: str) -> bool:
        """False where nobody listens any more, or has not for long."""
        try:
            self._end.send(word.encode()[:_LIMIT])
        except OSError:
            return False
        return True

    def wake(self) -> None:
        os.eventfd_write(self._bell, 1)

    def heard(self, timeout_s: float | None) -> list[str]:
        """The words that have come, after a wait for the first; [] if none came, or it was woken. GONE is the last."""
        waits: list[socket.socket | int] = [self._end, self._bell]
        ready, _, _ = select.select(waits, [], [], timeout_s)
        if self._bell in ready:
            os.eventfd_read(self._bell)
        words: list[str] = []
        while self._end in ready and GONE not in words:
            try:
                words.append(self._end.recv(_LIMIT).decode(errors="replace"))
            except BlockingIOError:
                break
            except OSError:
                words.append(GONE)
        return words

    def close(self) -> None:
        self._end.close()
        os.close(self._bell)


def pair() -> tuple[Link, Link]:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return Link(one), Link(other)
