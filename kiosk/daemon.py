"""The kiosk process: builds its parts and runs them. The news comes from one thread, the screen lives
in another, its picture file is written by a third."""

from __future__ import annotations

import logging

from controller.core.errors import DeviceError
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.notify import notify
from controller.runtime.places import Places
from controller.runtime.typefaces import find_typeface
from controller.runtime.workers import Crew
from controller.store.connection import Store
from kiosk.flow import Effect, ReadNews
from kiosk.news import NewsReader
from kiosk.picture import PictureKeeper
from kiosk.screen import Screen

NAME = "kiosk"
NEWS_LIMIT_S = 30.0  # a locked database is waited for, twice
log = logging.getLogger(__name__)


def main(config: StationConfig, places: Places) -> int:
    """Run until stopped; the exit code."""
    try:
        typeface = find_typeface()
    except DeviceError as error:
        log.error("%s", error)
        notify(f"STATUS={error}")
        return 1
    clock, crew = SystemClock(), Crew()
    doorway, bell = Doorway(places, NAME), Doorbell(places)
    keeper = PictureKeeper(places.picture(NAME))

    def carry_out(effect: Effect) -> None:
        match effect:
            case ReadNews():
                bell.ring(NAME)

    words = {language: load_words(language) for language in LANGUAGES}
    screen = Screen(config, clock, typeface, words, keeper, carry_out)
    reader = NewsReader(Store(places.station_db, read_only=True), doorway, config, clock, screen.tell)
    crew.start(
        "news",
        lambda: reader.run(crew.stopping, lambda: crew.progress("news", NEWS_LIMIT_S)),
        wake=lambda: bell.ring(NAME),
    )
    crew.start("screen", lambda: screen.run(crew.stopping, lambda: crew.progress("screen")), wake=screen.wake)
    crew.start("picture", lambda: keeper.run(crew.stopping), wake=keeper.wake)
    try:
        return crew.run()
    finally:
        doorway.close()
        bell.close()
