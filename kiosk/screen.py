"""The loop of the screen: inputs to the flow, states to scenes, scenes to pixels, in one thread.

It draws only when the scene has changed, and sleeps until a touch or news comes.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from controller.core.ports import Clock
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.runtime.logs import Lasting
from controller.runtime.notify import notify
from controller.runtime.typefaces import Typeface
from kiosk.display import Display, feels_touches, may_be_there, open_display
from kiosk.ears import Ears
from kiosk.flow import Down, Effect, Input, Passed, State, Up, step
from kiosk.fonts import Fonts
from kiosk.look import LETTER_MM, Frame
from kiosk.paint import Painter
from kiosk.picture import PictureKeeper, Shot
from kiosk.scenes import Stage
from kiosk.sdl import pygame
from kiosk.touch import Touch
from kiosk.widgets import Scene, act_at

PASSED_S = 0.25  # how exactly the minute is kept
DEAF_S = 0.01  # after a wake that brought nothing, so that a broken device cannot keep us busy
PICTURE_S = 0.5
LOOK_AGAIN_S = 30.0
log = logging.getLogger(__name__)


class Screen:
    def __init__(
        self,
        config: StationConfig,
        clock: Clock,
        typeface: Typeface,
        words: Mapping[str, Words],
        keeper: PictureKeeper,
        carry_out: Callable[[Effect], None],
    ) -> None:
        self._config, self._clock, self._typeface, self._words = config, clock, typeface, words
        self._keeper, self._carry_out = keeper, carry_out
        self._inbox: queue.SimpleQueue[Input] = queue.SimpleQueue()
        self._ears = Ears()
        self._missing = Lasting(log, "no screen")
        language = config.site.language
        now = clock.now().astimezone(config.site.tz).replace(second=0, microsecond=0)
        self._state = State(now, language, language)
        self._composed: State | None = None
        self._scene: Scene = ()
        self._passed_at = self._pictured_at = self._looked_at = float("-inf")
        self._picture_due = False

    def tell(self, event: Input) -> None:
        """Let something happen; from any thread."""
        self._inbox.put(event)
        self._ears.wake()

    def wake(self) -> None:
        """Let `run` see that it is to stop."""
        self._ears.wake()

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        pygame.font.init()
        self._fonts = Fonts(self._typeface)
        self._set_up(open_display(self._config.kiosk))
        try:
            while not stopping.is_set():
                progress()
                for event in self._inputs(stopping):
                    self._state, effects = step(self._state, event)
                    for effect in effects:
                        self._carry_out(effect)
                self._show()
                self._keep_picture()
                if self._display.missing:
                    self._look_again()
        finally:
            pygame.display.quit()
            pygame.font.quit()

    def _set_up(self, display: Display) -> None:
        self._display = display
        self._ears.find()
        width, height = display.surface.get_size()
        frame = Frame.of(width, height, self._config.kiosk.width_mm)
        self._touch = Touch(width, height, frame.px_per_mm)
        self._painter = Painter(display.surface, self._fonts)
        self._stage = Stage(
            frame,
            self._fonts.width,
            self._words,
            self._config.site.name,
            {zone.id: zone.name for zone in self._config.zones},
            self._config.site.tz,
        )
        self._composed = None
        self._looked_at = self._clock.monotonic()
        faults = () if feels_touches(display.driver) else ("touch",)
        if faults:
            log.error("no touches: /dev/input cannot be read; put the user into the group input")
            notify("STATUS=no touches: the user is not in the group input")
        self._state = replace(self._state, faults=faults)
        if display.missing:
            if self._missing.begins(f"{display.missing}; drawing off-screen"):
                notify(f"STATUS=no screen: {display.missing}")
        elif self._missing.ends():
            notify("STATUS=")
        if frame.growth < 1:
            log.warning("the screen is too small: letters are %.1f mm high", LETTER_MM * frame.growth)
        log.info("screen: %s, %d x %d, %.1f mm wide", display.driver, width, height, self._config.kiosk.width_mm)

    def _inputs(self, stopping: threading.Event) -> list[Input]:
        """What has happened, after a wait for it."""
        # drawing may have let SDL's libraries read ahead: then there is nothing left to wait for
        events = pygame.event.get()
        if not events:
            heard = self._ears.wait(PASSED_S, touchable=not self._display.off_screen)
            events = pygame.event.get()
            if heard and not events:
                stopping.wait(DEAF_S)
        found: list[Input] = []
        while not self._inbox.empty():
            found.append(self._inbox.get_nowait())
        at = self._clock.monotonic()
        for event in events:
            if event.type == pygame.QUIT:
                stopping.set()
            if event.type == pygame.VIDEOEXPOSE:
                self._painter.forget()
                self._composed = None
        for contact in self._touch.contacts(events, at):
            act = act_at(self._scene, contact.x, contact.y)
            found.append(Down(act, at) if contact.down else Up(act, at))
        if at - self._passed_at >= PASSED_S:
            self._passed_at = at
            found.append(Passed(self._clock.now().astimezone(self._config.site.tz), at))
        return found

    def _show(self) -> None:
        if self._state == self._composed:
            return
        self._composed = self._state
        self._scene = self._stage.compose(self._state)
        areas = self._painter.show(self._scene)
        if areas:
            pygame.display.update(areas)
            self._picture_due = True

    def _keep_picture(self) -> None:
        at = self._clock.monotonic()
        if not self._picture_due or at - self._pictured_at < PICTURE_S:
            return
        surface = self._display.surface
        shot = Shot(*surface.get_size(), pygame.image.tobytes(surface, "RGB"))
        self._pictured_at = at
        self._picture_due = not self._keeper.offer(shot)

    def _look_again(self) -> None:
        """A screen that was switched on after the station is found without a restart."""
        if self._clock.monotonic() - self._looked_at < LOOK_AGAIN_S:
            return
        self._looked_at = self._clock.monotonic()
        if may_be_there():
            pygame.display.quit()
            self._set_up(open_display(self._config.kiosk))
