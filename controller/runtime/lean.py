"""Imports that must not drag in what they do not need, and memory that must not stay.

pygame imports numpy and pkg_resources wherever they are installed, for what the station never uses:
20 MB in each process on a machine with 1 GB.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Inside this block an import of these fails, as if they were not installed; afterwards it works again.

    pygame puts a placeholder where an optional part of it cannot be imported.
    """
    known: dict[str, Any] = sys.modules
    refused = [name for name in modules if name not in known]
    for name in refused:
        known[name] = None  # None makes an import fail (Python's reference, 5.3.1)
    try:
        yield
    finally:
        for name in refused:
            del known[name]


M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of mallopt(3)
LARGE_BLOCK = 256 * 1024  # bytes


def give_memory_back() -> None:
    """Have large blocks go back to the system as soon as they are freed, and all threads use one heap. Call before
    the first thread begins.

    Left alone, glibc keeps such a block for every thread that ever had one (19 MiB where a password was checked, the
    picture of a whole screen), and gives every thread a heap of its own, with gaps that no other thread may fill. Our
    threads take turns at Python's lock anyway. Without glibc nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
    mallopt(M_ARENA_MAX, 1)


def let_go() -> None:
    """Hand back what was freed in small blocks (malloc_trim(3)): the rows of a large picture lie between what stays.
    Without glibc nothing happens."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return


def settle() -> None:
    """Call once all parts are built: what is there now stays for the life of the process, and `tidy` passes it by."""
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Empty Python's free lists, which only a full collection does; left alone the audio process grows by a
    kilobyte with every play. After `settle` it takes 0.1 ms."""
    gc.collect()
