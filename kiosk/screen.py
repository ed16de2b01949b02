"""The loop of the screen: inputs to the flow, states to scenes, scenes to pixels, in one thread.

It draws only when the scene has changed, and sleeps until a touch or news comes.
"""

from __future__ import annotations

import gc
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from controller.core.ports import Clock
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.runtime.logs import Lasting
from controller.runtime.typefaces import Typeface
from kiosk.devices.wedge import Wedge
from kiosk.display import Display, feels_touches, may_be_there, open_display
from kiosk.ears import Ears
from kiosk.flow import step
from kiosk.fonts import Fonts
from kiosk.happenings import CardRead, Say, WatchCamera
from kiosk.link import OVER, READY
from kiosk.look import LETTER_MM, Frame
from kiosk.moments import Passed
from kiosk.paint import Painter
from kiosk.picture import PictureKeeper, Shot
from kiosk.scenes import Stage
from kiosk.sdl import pygame
from kiosk.state import SORRY, WAITING, Down, Effect, Input, Repeat, State, Stirred, Up
from kiosk.touch import Touch
from kiosk.visiting import Visiting
from kiosk.widgets import Scene, act_at

PASSED_S = 0.25  # how exactly the minute is kept
DEAF_S = 0.01  # after a wake that brought nothing, so that a broken device cannot keep us busy
PICTURE_S = 0.5
LOOK_AGAIN_S = 5.0
FIRST_NEWS_S = 0.15
SCANS = 3  # after a touch, that say that somebody is there: a card left on the reader says so for ever
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
        visiting: Visiting,
        report: Callable[[str], object],
    ) -> None:
        """`report` takes the words of `kiosk.link`."""
        self._config, self._clock, self._typeface, self._words = config, clock, typeface, words
        self._keeper, self._carry_out, self._visiting, self._report = keeper, carry_out, visiting, report
        self._inbox: queue.SimpleQueue[Input] = queue.SimpleQueue()
        self._ears = Ears()
        self._wedge = Wedge()
        self._missing = Lasting(log, "no screen")
        language = config.site.language
        self._state = State(self._minute(), language, language, patience_s=config.kiosk.patience_s)
        self._composed: State | None = None
        self._scene: Scene = ()
        self._passed_at = self._pictured_at = self._looked_at = float("-inf")
        self._picture_due = self._covered = self._over_said = False
        self._said: str | None = ""
        self._found = ""
        self._scans = 0  # since the last touch
        self._last_said = Say("")

    def tell(self, event: Input) -> None:
        """Let something happen; from any thread."""
        self._inbox.put(event)
        self._ears.wake()

    def wake(self) -> None:
        """Let `run` see that it is to stop."""
        self._ears.wake()

    def warm_up(self) -> None:
        """What can be done before there is a screen: in the process that waits behind the one that is shown."""
        pygame.font.init()
        self._fonts = Fonts(self._typeface)
        kiosk = self._config.kiosk
        stage = self._stage_of(Frame.of(kiosk.width_px, kiosk.height_px, kiosk.width_mm))
        Painter(pygame.Surface((16, 16)), self._fonts).show(stage.compose(self._state))

    def run(self, stopping: threading.Event, progress: Callable[[], None], sorry: bool = False) -> None:
        """Until the visit has ended and somebody says so. `sorry`: begin by owning up to a failure."""
        at, scene = self._clock.monotonic(), SORRY if sorry else WAITING
        self._state = replace(self._state, now=self._minute(), scene=scene, touched_at=at, entered_at=at)
        self._set_up(open_display(self._config.kiosk))
        self._wait_for_news(stopping)
        self._show()
        self._report(f"{READY} {self._display.driver}")
        try:
            while not stopping.is_set():
                progress()
                for event in self._inputs(stopping):
                    self._state, effects = step(self._state, event, self._visiting)
                    for effect in effects:
                        self._do(effect)
                self._show()
                self._keep_picture()
                if self._state.over:
                    self._end()
                elif self._display.missing:
                    self._look_again()
        finally:
            pygame.display.quit()
            pygame.font.quit()

    def _minute(self) -> datetime:
        """Local; it may be long after the process was made ready."""
        return self._clock.now().astimezone(self._config.site.tz).replace(second=0, microsecond=0)

    def _wait_for_news(self, stopping: threading.Event) -> None:
        """A moment: so that the first picture is already the right one."""
        end = self._clock.monotonic() + FIRST_NEWS_S
        while self._inbox.empty() and not stopping.is_set() and self._clock.monotonic() < end:
            self._ears.wait(end - self._clock.monotonic(), touchable=False)
        while not self._inbox.empty():
            self._state, _ = step(self._state, self._inbox.get_nowait(), self._visiting)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Repeat():
                self._carry_out(self._last_said)
            case Say():
                self._last_said = effect
                self._carry_out(effect)
            case _:
                self._carry_out(effect)

    def _end(self) -> None:
        """The waiting screen stands over the visit; another process will draw its own over this one."""
        if self._over_said:
            return
        self._over_said = True
        self._carry_out(Say(""))
        self._carry_out(WatchCamera(False))
        self._last_said, self._said = Say(""), ""
        self._painter.forget_all()
        pygame.event.clear()
        gc.collect()
        self._report(OVER)

    def _set_up(self, display: Display) -> None:
        self._display = display
        self._ears.find()
        width, height = display.surface.get_size()
        frame = Frame.of(width, height, self._config.kiosk.width_mm)
        self._touch = Touch(width, height, frame.px_per_mm)
        self._painter = Painter(display.surface, self._fonts)
        self._stage = self._stage_of(frame)
        self._composed = None
        self._looked_at = self._clock.monotonic()
        faults = () if feels_touches(display.driver) else ("touch",)
        if faults:
            log.error("no touches: /dev/input cannot be read; put the user into the group input")
            self._report("STATUS=no touches: the user is not in the group input")
        self._state = replace(self._state, faults=faults)
        if display.missing:
            if self._missing.begins(f"{display.missing}; drawing off-screen"):
                self._report(f"STATUS=no screen: {display.missing}")
        elif self._missing.ends():
            self._report("STATUS=")
        if frame.growth < 1:
            log.warning("the screen is too small: letters are %.1f mm high", LETTER_MM * frame.growth)
        found = f"{display.driver}, {width} x {height}, {self._config.kiosk.width_mm:.1f} mm wide"
        if found != self._found:  # where there is none it is looked for again and again
            log.info("screen: %s", found)
        self._found = found

    def _stage_of(self, frame: Frame) -> Stage:
        return Stage(
            frame,
            self._fonts.width,
            self._words,
            self._config.site.name,
            {zone.id: zone.name for zone in self._config.zones},
            self._config.site.tz,
            self._visiting,
        )

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
        found += self._wedge.scans(events, at)
        if any(isinstance(event, CardRead) for event in found) and self._scans < SCANS:
            self._scans += 1
            found.append(Stirred(at))
        if found:  # a page that one of them turns stands there from now on
            found.append(self._time(at))
        for contact in self._touch.contacts(events, at):
            self._scans = 0
            act = act_at(self._scene, contact.x, contact.y)
            found.append(Down(act, at) if contact.down else Up(act, at))
        if at - self._passed_at >= PASSED_S:
            found.append(self._time(at))
        return found

    def _time(self, at: float) -> Passed:
        self._passed_at = at
        return Passed(self._clock.now().astimezone(self._config.site.tz), at)

    def _show(self) -> None:
        if self._state == self._composed:
            return
        self._composed = self._state
        self._scene = self._stage.compose(self._state)
        # first, so that the voice begins while it is drawn
        said, before = self._stage.said(self._state), self._said
        self._said = said
        if said is not None and said != before:
            self._do(Say(said, self._state.language))
        areas = self._painter.show(self._scene)
        if areas:
            pygame.display.update(areas)
            self._picture_due = True

    def _keep_picture(self) -> None:
        at = self._clock.monotonic()
        if not self._picture_due or at - self._pictured_at < PICTURE_S:
            return
        surface = self._display.surface
        private = self._state.private
        if private and self._covered:
            self._picture_due = False
            return
        if private:  # of a resident's own pages nothing is kept: the file says that somebody is there
            surface = pygame.Surface(surface.get_size())
            Painter(surface, self._fonts).show(self._stage.covered(self._state))
        shot = Shot(*surface.get_size(), pygame.image.tobytes(surface, "RGB"))
        self._pictured_at = at
        self._picture_due = not self._keeper.offer(shot)
        self._covered = private and not self._picture_due

    def _look_again(self) -> None:
        """A screen that was switched on after the station is found without a restart."""
        if self._clock.monotonic() - self._looked_at < LOOK_AGAIN_S:
            return
        self._looked_at = self._clock.monotonic()
        if may_be_there():
            pygame.display.quit()
            self._set_up(open_display(self._config.kiosk))
