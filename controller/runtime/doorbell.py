"""The doorbell: one Unix datagram socket a process, in the run directory.

The row in the store is the truth; a ring only hurries whoever cares, so it never blocks the
ringer and a lost one costs the listener a poll. A ring may carry a small message (JSON), for what
must work even while the database is locked: an emergency's prepared file, a stop.
"""

from __future__ import annotations

import json
import logging
import select
import socket
from collections.abc import Mapping
from pathlib import Path

from controller.core.errors import StationError
from controller.runtime.places import Places

MESSAGE_LIMIT = 8192  # bytes; far below the kernel's limit for one datagram
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
            self._socket.bind(str(self._path))
            self._path.chmod(0o660)
        except OSError as error:
            self._socket.close()
            raise StationError(f"cannot open the doorbell {self._path}: {error}") from error
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def wait(self, timeout_s: float) -> list[dict[str, object]]:
        """The messages that have come, waiting for the first at most `timeout_s`; [] if none."""
        ready, _, _ = select.select([self._socket], [], [], max(0.0, timeout_s))
        messages: list[dict[str, object]] = []
        while ready:
            try:
                data = self._socket.recv(MESSAGE_LIMIT + 1)
            except BlockingIOError:
                break
            try:
                message = json.loads(data)
            except (ValueError, RecursionError):
                log.warning("a ring that is not JSON was dropped (%d bytes)", len(data))
                continue
            messages.append(message if isinstance(message, dict) else {})
        return messages

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)
