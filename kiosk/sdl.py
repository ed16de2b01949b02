"""The one door to pygame for this room, without the parts that the kiosk never uses.

`import pygame` alone pulls in numpy, pkg_resources and the whole of SDL_mixer: 22 MB of memory and
a third of a second for nothing. pygame puts a placeholder where an optional part cannot be
imported, so those parts are refused here while it loads, and are importable again afterwards.
"""

from __future__ import annotations

import os

from controller.runtime.lean import without

_UNUSED = (
    "numpy", "pkg_resources", "pygame.mixer", "pygame.mixer_music", "pygame.scrap", "pygame.sndarray",
    "pygame.surfarray",
)  # fmt: skip


os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")  # SIGTERM is the crew's
with without(*_UNUSED):
    import pygame

__all__ = ["pygame"]
