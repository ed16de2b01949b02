"""The surface of an HDMI screen: the one place of this room that knows pygame. Used by one thread.

SDL_VIDEODRIVER is obeyed; otherwise SDL looks for Wayland, X11 and the bare screen. Where there is no screen it draws
into memory and says so, and looks again now and then.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from controller.boards.display.display import NO_SCREEN
from controller.boards.display.screen_power import ScreenPower, plugged
from controller.boards.pages import Dots
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Board
from controller.runtime.lean import without
from controller.runtime.logs import Lasting

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")  # SIGTERM is the crew's
with without(
    "numpy", "pkg_resources", "pygame.mixer", "pygame.mixer_music", "pygame.scrap", "pygame.sndarray",
    "pygame.surfarray", "pygame.font",
):  # fmt: skip
    import pygame

OFF_SCREEN = frozenset({"dummy", "offscreen"})
DRIVER = "SDL_VIDEODRIVER"
log = logging.getLogger(__name__)


class ScreenSurface:
    """Opens the screen; the dots of a board that are not as many as the screen's are fitted into it."""

    def __init__(self, board: Board, power: ScreenPower, fault: Lasting, drm: Path = Path("/sys/class/drm")) -> None:
        self._board, self._power, self._drm = board, power, drm
        self._asked_off = os.environ.get(DRIVER, "") in OFF_SCREEN
        self._missing = ""
        self._surface = self._open()
        self._driver = pygame.display.get_driver()
        if self._missing:
            fault.begins(f"{self._missing}; drawing off-screen")
        else:
            fault.ends()
            log.info("screen: %s, %d x %d", self._driver, *self._surface.get_size())

    @property
    def unseen(self) -> str:
        if self._missing:
            return NO_SCREEN
        return "unplugged" if not self._asked_off and plugged(self._drm) is False else ""

    def present(self, dots: Dots) -> None:
        size = self._board.columns, self._board.rows
        picture = pygame.image.frombuffer(b"".join(dots), size, "RGB")
        room = self._surface.get_size()
        if size != room:
            scale = min(room[0] / size[0], room[1] / size[1])
            picture = picture.convert(self._surface)
            picture = pygame.transform.smoothscale(picture, (round(size[0] * scale), round(size[1] * scale)))
            self._surface.fill((0, 0, 0))
        width, height = picture.get_size()
        self._surface.blit(picture, ((room[0] - width) // 2, (room[1] - height) // 2))
        self._flip()
        self._power.on()

    def darken(self) -> str:
        self._surface.fill((0, 0, 0))
        self._flip()
        return "off_hours" if self._power.off() else "off_black"

    def beat(self) -> None:
        """A frame of one dot, and SDL's own work: an exposed window is drawn again by SDL itself."""
        try:
            events = pygame.event.get()
            if any(event.type == pygame.QUIT for event in events):
                raise DeviceError("the window was closed")
            if any(event.type in {pygame.VIDEOEXPOSE, pygame.WINDOWEXPOSED} for event in events):
                pygame.display.flip()
            else:
                pygame.display.update(pygame.Rect(0, 0, 1, 1))
        except pygame.error as error:
            raise DeviceError(f"the screen takes no frames: {error}") from error

    def close(self) -> None:
        pygame.display.quit()

    def _flip(self) -> None:
        try:
            pygame.event.pump()
            pygame.display.flip()
        except pygame.error as error:
            raise DeviceError(f"the screen takes no frames: {error}") from error

    def _open(self) -> pygame.Surface:
        asked = os.environ.pop(DRIVER, "")
        if asked:  # SDL takes an empty one for a name
            os.environ[DRIVER] = asked
        if not self._asked_off:
            try:
                if not asked and not may_be_there():
                    raise pygame.error("no window system and no graphics device")
                pygame.display.init()
                if pygame.display.get_driver() in OFF_SCREEN:  # SDL's last resort, with OpenGL and 70 MB
                    raise pygame.error("no video device")
                return self._full_screen()
            except pygame.error as error:
                self._missing = str(error)
                pygame.display.quit()
        os.environ[DRIVER] = asked if self._asked_off else "dummy"
        try:
            pygame.display.init()
            return pygame.display.set_mode((self._board.columns, self._board.rows))
        except pygame.error as error:
            raise DeviceError(f"no screen, and none to be made up: {error}") from error
        finally:
            os.environ.pop(DRIVER)
            if asked:
                os.environ[DRIVER] = asked

    def _full_screen(self) -> pygame.Surface:
        if pygame.display.get_driver() == "x11":  # else SDL loads OpenGL only to copy a picture: 75 MB
            os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
        surface = pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        pygame.mouse.set_visible(False)
        pygame.display.set_caption("Loa Làng")
        pygame.event.set_blocked(None)
        pygame.event.set_allowed([pygame.QUIT, pygame.VIDEOEXPOSE, pygame.WINDOWEXPOSED])
        return surface


def may_be_there() -> bool:
    """Whether it is worth looking for a screen."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return named or any(Path("/dev/dri").glob("card*"))
