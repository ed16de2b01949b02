"""The screen's real loop in a thread, on a display in memory and a clock that the test ticks and sets; touched by
events of SDL, heard and looked at from outside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from controller.core.words import LANGUAGES
from controller.runtime.catalogues import AT_KIOSK, load_words
from controller.runtime.clocks import FakeClock
from controller.runtime.typefaces import find_typeface
from kiosk.acts import Act
from kiosk.filing.state import Filing
from kiosk.filing.visiting import GuidedFiling
from kiosk.happenings import Happening, Say, Wish
from kiosk.link import OVER, READY
from kiosk.look import Frame
from kiosk.moments import Passed
from kiosk.picture import PictureKeeper
from kiosk.screen import Screen
from kiosk.sdl import pygame
from kiosk.state import Effect, NewsCame
from kiosk.widgets import Box
from tests.support import kiosk_cases as cases
from tests.support import kiosk_filing as support
from tests.support.kiosk_station import Station, until

FRAME = Frame.of(1280, 800, 217.0)


class Watched(GuidedFiling):
    """Guided filing, with what became of it and when it was last told of the time."""

    def __init__(self) -> None:
        words = {language: load_words(language, AT_KIOSK) for language in LANGUAGES}
        super().__init__(lambda: support.GUIDES, words, lambda _: support.PLACES, lambda: support.SEED)
        self.filing: Filing | None = None
        self.passed: Passed | None = None

    def step(self, visit: object, event: Act | Happening | Passed) -> tuple[object | None, tuple[Wish, ...]]:
        after, wishes = super().step(visit, event)
        self.filing = after if isinstance(after, Filing) else None
        if isinstance(event, Passed):
            self.passed = event
        return after, wishes


class Run:
    """`clock.tick` lets time pass, `clock.step` sets the wall clock; after either `sees_it` waits until the loop has
    seen the time."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.clock, self.visiting = FakeClock(now.astimezone(UTC)), Watched()
        self.said: list[str] = []
        self.effects: list[Effect] = []
        self.stopping, self.over, self._ready = threading.Event(), threading.Event(), threading.Event()
        self.station = Station.make(folder)
        self.words = {language: load_words(language, AT_KIOSK) for language in LANGUAGES}
        self.screen = Screen(
            self.station.config, self.clock, find_typeface(), self.words, PictureKeeper(folder / "none"),
            self._carry_out, self.visiting, self._hear,
        )  # fmt: skip

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Say):
            self.said.append(effect.text)
        else:
            self.effects.append(effect)

    def _hear(self, word: str) -> None:
        if word == OVER:
            self.over.set()
        if word.startswith(READY):
            self._ready.set()

    def begin(self) -> None:
        self.screen.warm_up()
        self.screen.tell(NewsCame(cases.ORDINARY))
        self._worker = threading.Thread(target=self.screen.run, args=(self.stopping, lambda: None), daemon=True)
        self._worker.start()
        assert self._ready.wait(60)

    def end(self) -> None:
        self.stopping.set()
        self.screen.wake()
        self._worker.join(10)
        pygame.font.init()  # `run` has ended it, and others in this process go on
        cases.fonts.cache_clear()
        cases.stage.cache_clear()

    def touch(self, box: Box) -> None:
        """As a finger does, at what the clock says now."""
        where = {"pos": (box.x + box.width // 2, box.y + box.height // 2), "button": 1, "touch": False}
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, where))
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, where))
        self.screen.wake()

    def sees_it(self) -> None:
        """The loop has told the filing of the time that it is now."""
        now = self.clock.now(), self.clock.monotonic()

        self.screen.tell(NewsCame(cases.ORDINARY))  # no touch; whatever comes is told after the time

        def seen() -> bool:
            passed = self.visiting.passed
            return passed is not None and (passed.now.astimezone(UTC), passed.at) == now

        until(seen, "the loop has seen the time")

    def pixels(self) -> bytes:
        return pygame.image.tobytes(pygame.display.get_surface(), "RGB")


@contextmanager
def running(folder: Path, now: datetime) -> Iterator[Run]:
    """Needs SDL_VIDEODRIVER=dummy."""
    run = Run(folder, now)
    run.begin()
    try:
        yield run
    finally:
        run.end()
