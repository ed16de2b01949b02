"""One process of a name in a state directory: a second one is refused, for the two would fight.

Both would hear the doorbell by turns, speak everything twice and overwrite each other's progress.
The lock is the kernel's (flock(2)): it goes with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from controller.core.errors import StationError
from controller.runtime.places import Places

TRY_EVERY_S = 0.05


@contextmanager
def alone(places: Places, name: str, patience_s: float = 0.0) -> Iterator[None]:
    """Be the only one of that name inside this block; StationError if another still is after the patience."""
    path = places.lock(name)
    deadline = time.monotonic() + patience_s
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)  # whoever may open it might hold it
    except OSError as error:
        raise StationError(f"{path}: {error.strerror or error}") from error
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    who = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "?"
                    raise StationError(f"{name} runs here already (process {who}, {places.state})") from None
                time.sleep(TRY_EVERY_S)
        _sign(handle)
        yield
    finally:
        os.close(handle)


def _sign(handle: int) -> None:
    """Leave the process number, for whoever is refused; without room for it the lock holds all the same."""
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    except OSError:
        return
