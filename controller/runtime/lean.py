"""Imports that must not drag in what they do not need.

pygame imports numpy wherever it is installed, only to offer arrays that the station never uses:
20 MB in each process on a machine with 1 GB.
"""

from __future__ import annotations

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
