"""Imports that must not drag in what they do not need, and memory that must not stay.

pygame imports numpy wherever it is installed, only to offer arrays that the station never uses:
20 MB in each process on a machine with 1 GB.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lean_pygame() -> Iterator[None]:
    """Import pygame inside this block: without numpy, and without its greeting."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # None makes an import fail (importlib's rule)
    try:
        yield
    finally:
        del sys.modules["numpy"]


M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of mallopt(3)
LARGE_BLOCK = 256 * 1024  # bytes


def give_memory_back() -> None:
    """Have large blocks go back to the system as soon as they are freed.

    Left alone, glibc keeps one such block for every thread that ever had one: 19 MiB for each
    thread in which a password was checked. Without glibc nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
    mallopt(M_ARENA_MAX, 2)
