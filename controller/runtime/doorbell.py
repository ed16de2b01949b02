"""The doorbell: one Unix datagram socket a process, in the run directory.

The row in the store is the truth; a ring only hurries whoever cares, so it never blocks the
ringer and a lost one costs the listener a poll. A ring may carry a small message (JSON), for what
must work even while the database is locked: an emergency's prepared file, a stop. The kernel says
who rang: of the kiosk and the screens, which stand in public rooms, only the ring itself is heard.
"""

from __future__ import annotations

import json
import logging
import os
import pwd
import select
import socket
import struct
from collections.abc import Mapping
from pathlib import Path

from controller.core.errors import StationError
from controller.runtime.places import Places

MESSAGE_LIMIT = 8192  # bytes; far below the kernel's limit for one datagram
MOST_AT_ONCE = 64  # rings: whoever rings without end must not keep the listener from its work
TELLING = ("loalang-web", "loalang-controller", "loalang-audio")  # users on the Pi whose rings may carry a message
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7), SCM_CREDENTIALS
log = logging.getLogger(__name__)


class Doorbell:
    """Rings others. One an object may be shared by threads."""

    def __init__(self, places: Places) -> None:
        self._addresses: dict[str, str] = {}  # a path built anew for every ring would churn what Python interns
        self._places = places
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def ring(self, whom: str, message: Mapping[str, object] | None = None) -> None:
        data = json.dumps(dict(message or {}), ensure_ascii=False).encode()
        if len(data) > MESSAGE_LIMIT:
            raise StationError(f"a ring of {len(data)} bytes; {MESSAGE_LIMIT} at most")
        if whom not in self._addresses:
            self._addresses[whom] = str(self._places.bell(whom))
        try:
            self._socket.sendto(data, self._addresses[whom])
        except OSError as error:  # nobody at home, or their queue is full: they will poll
            log.debug("ring %s: %s", whom, error)

    def close(self) -> None:
        self._socket.close()


def at_home(places: Places, name: str) -> bool:
    """Whether a process of that name hears its doorbell. Rings nobody."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(str(places.bell(name)))
        except OSError:  # no such socket, or nobody behind it
            return False
    return True


class Doorway:
    """Hears the rings for one process. `fileno` serves `select`."""

    def __init__(self, places: Places, name: str) -> None:
        self._path: Path = places.bell(name)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._path.unlink(missing_ok=True)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._socket.bind(str(self._path))
            self._path.chmod(0o660)
        except OSError as error:
            self._socket.close()
            raise StationError(f"cannot open the doorbell {self._path}: {error}") from error
        self._socket.setblocking(False)
        self._believed, self._warned = _telling_users(), set[int]()

    def fileno(self) -> int:
        return self._socket.fileno()

    def wait(self, timeout_s: float) -> list[dict[str, object]]:
        """The messages that have come, waiting for the first at most `timeout_s`; [] if none. Of very many the first
        ones, the others with the next call."""
        ready, _, _ = select.select([self._socket], [], [], max(0.0, timeout_s))
        messages: list[dict[str, object]] = []
        for _ in range(MOST_AT_ONCE if ready else 0):
            try:
                data, said, _, _ = self._socket.recvmsg(MESSAGE_LIMIT + 1, socket.CMSG_SPACE(_CREDENTIALS.size))
            except BlockingIOError:
                break
            if not self._may_tell(said, data):
                messages.append({})
                continue
            try:
                message = json.loads(data)
            except (ValueError, RecursionError):
                log.warning("a ring that is not JSON was dropped (%d bytes)", len(data))
                continue
            messages.append(message if isinstance(message, dict) else {})
        return messages

    def _may_tell(self, said: list[tuple[int, int, bytes]], data: bytes) -> bool:
        """Whether a message is of somebody who may command; a bare ring anybody may ring."""
        whose = [_CREDENTIALS.unpack(fact)[1] for level, kind, fact in said if kind == socket.SCM_CREDENTIALS]
        if data == b"{}" or (whose and whose[0] in self._believed):
            return True
        for user in set(whose) - self._warned:
            log.warning("what a ring of the user %d carried was not listened to", user)
        self._warned.update(whose)
        return False

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)


def _telling_users() -> frozenset[int]:
    """Root, this process's own user, and those of the processes that nobody in the public touches."""
    found = {0, os.geteuid()}
    for name in TELLING:
        try:
            found.add(pwd.getpwnam(name).pw_uid)
        except KeyError:  # no user of their own for each process here
            continue
    return frozenset(found)
