"""The kiosk's process: reads once what every visit needs, then lets a process for each resident follow the last
(`kiosk/succession.py`; what such a process is made of: `kiosk/serving.py`)."""

from __future__ import annotations

import logging

from controller.core.errors import DeviceError
from controller.core.words import LANGUAGES
from controller.guides.places import gazetteer
from controller.runtime.catalogues import AT_KIOSK, load_words
from controller.runtime.config import StationConfig
from controller.runtime.doorbell import Doorway
from controller.runtime.notify import notify
from controller.runtime.places import Places
from controller.runtime.typefaces import find_typeface
from kiosk.link import Link
from kiosk.serving import Shelf, serve
from kiosk.succession import Stopping, Succession

NAME = "kiosk"
log = logging.getLogger(__name__)


def main(config: StationConfig, places: Places) -> int:
    """Run until stopped; the exit code."""
    try:
        typeface = find_typeface()
    except DeviceError as error:
        log.error("%s", error)
        notify(f"STATUS={error}")
        return 1
    words = {language: load_words(language, AT_KIOSK) for language in LANGUAGES}
    shelf = Shelf(config, places, typeface, words, gazetteer())
    doorway = Doorway(places, NAME)

    def serve_one(link: Link) -> int:
        return serve(shelf, link)

    try:
        return Succession(doorway, serve_one, places.room(NAME) / "visit").run(Stopping())
    finally:
        doorway.close()
