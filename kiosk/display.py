"""Opens the screen, or draws off-screen where there is none.

SDL_VIDEODRIVER is obeyed; otherwise SDL looks for Wayland, X11 and the bare screen. Without any of
them, or with "dummy", the kiosk draws into memory, and its picture file is all there is to see.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controller.runtime.config_tables import Kiosk
from kiosk import touch
from kiosk.devices import wedge
from kiosk.sdl import pygame

OFF_SCREEN = frozenset({"dummy", "offscreen"})


@dataclass(frozen=True, slots=True)
class Display:
    surface: pygame.Surface
    driver: str
    missing: str = ""  # why there is none, where one was looked for

    @property
    def off_screen(self) -> bool:
        return self.driver in OFF_SCREEN


def open_display(kiosk: Kiosk) -> Display:
    """Open it in the calling thread, which alone may use it from then on."""
    asked = os.environ.get("SDL_VIDEODRIVER", "")
    if asked in OFF_SCREEN:
        return Display(_open(kiosk), asked)
    try:
        if not asked and not may_be_there():
            raise pygame.error("no window system and no graphics device")
        pygame.display.init()
        if pygame.display.get_driver() in OFF_SCREEN:  # SDL's last resort, with OpenGL and 70 MB
            raise pygame.error("no video device")
        return Display(_open(kiosk), pygame.display.get_driver())
    except pygame.error as error:
        missing = str(error)
        pygame.display.quit()
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    try:
        return Display(_open(kiosk), "dummy", missing)
    finally:
        os.environ.pop("SDL_VIDEODRIVER")
        if asked:
            os.environ["SDL_VIDEODRIVER"] = asked


def _open(kiosk: Kiosk) -> pygame.Surface:
    pygame.display.init()
    driver = pygame.display.get_driver()
    if driver == "x11":  # else SDL loads OpenGL only to copy a picture: 75 MB
        os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
    if kiosk.full_screen and driver not in OFF_SCREEN:
        surface = pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        # a hidden cursor can take the touches with it; a transparent one does not
        pygame.mouse.set_cursor((8, 8), (0, 0), (0,) * 8, (0,) * 8)
    else:
        surface = pygame.display.set_mode((kiosk.width_px, kiosk.height_px))
    pygame.display.set_caption("Loa Làng")
    pygame.event.set_blocked(None)
    pygame.event.set_allowed((*touch.WANTED, *wedge.WANTED))
    return surface


def may_be_there() -> bool:
    """Whether it is worth looking for a screen again."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return named or any(Path("/dev/dri").glob("card*"))


def feels_touches(
    driver: str,
    inputs: Path = Path("/dev/input"),
    may_read: Callable[[Path], bool] = lambda path: os.access(path, os.R_OK),
) -> bool:
    """Whether touches can reach us. On the bare screen SDL itself reads /dev/input, and where it may
    not (the user is not in the group `input`) it says nothing at all."""
    return driver.lower() != "kmsdrm" or any(may_read(device) for device in inputs.glob("event*"))
