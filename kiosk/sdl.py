"""The one door to pygame for this room, without the parts that the kiosk never uses.

`import pygame` alone pulls in numpy, pkg_resources and the whole of SDL_mixer: 22 MB of memory and
a third of a second for nothing. pygame puts a placeholder where an optional part cannot be
imported, so those parts are refused here while it loads, and are importable again afterwards.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_UNUSED = (
    "numpy", "pkg_resources", "pygame.mixer", "pygame.mixer_music", "pygame.scrap", "pygame.sndarray",
    "pygame.surfarray",
)  # fmt: skip


@contextmanager
def _refused(modules: tuple[str, ...]) -> Iterator[None]:
    known: dict[str, Any] = sys.modules
    refused = [name for name in modules if name not in known]
    for name in refused:
        known[name] = None  # None makes an import fail (Python's reference, 5.3.1)
    try:
        yield
    finally:
        for name in refused:
            del known[name]


os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")  # SIGTERM is the crew's
with _refused(_UNUSED):
    import pygame

__all__ = ["pygame"]
