"""The process that serves one resident: built here from its parts, warm before it is shown, gone after the visit.

The news comes from one thread, the screen lives in another, what takes time on a resident's behalf is done in a third,
and a fourth writes the picture file, which never shows a resident's own pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from controller.core.errors import StationError
from controller.core.words import Words
from controller.filing.receiving import Filing, new_ident
from controller.guides.places import Gazetteer
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.discretion import stay_in_memory
from controller.runtime.doorbell import Doorbell
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.runtime.typefaces import Typeface
from controller.runtime.workers import Crew
from controller.store import filings
from controller.store.connection import Store
from controller.timing.clock_trust import finding
from kiosk import link as words_of
from kiosk.devices.camera import Camera
from kiosk.devices.printer import Printer
from kiosk.devices.scanner import Scanner
from kiosk.devices.voice import Voice
from kiosk.filing.visiting import GuidedFiling
from kiosk.guidebook import Guidebook
from kiosk.hands import Hands, Mouth, Paper
from kiosk.happenings import PrintReceipt, PrintSlip, Say, TakePhoto, WatchCamera
from kiosk.link import Link
from kiosk.news import NewsReader, Rings
from kiosk.picture import PictureKeeper
from kiosk.screen import Screen
from kiosk.state import Effect, Input, ReadNews, VisitBegan

NEWS_LIMIT_S = 30.0  # a locked database is waited for, twice
HANDS_LIMIT_S = 60.0
CAMERA_LIMIT_S = 20.0  # a device that hangs is waited for so long
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What every visit needs and no visit changes."""

    config: StationConfig
    places: Places
    typeface: Typeface
    words: Mapping[str, Words]
    gazetteer: Gazetteer


def serve(shelf: Shelf, link: Link) -> int:
    """Wait until it is time to be seen, serve a resident, end; the exit code."""
    stay_in_memory()
    config, places = shelf.config, shelf.places
    clock, crew = SystemClock(), Crew(link.say)
    ids, bell = NewIds(clock), Doorbell(places)
    keeper = PictureKeeper(places.picture("kiosk"))
    rings = Rings(link, crew.stopping)

    def tell(event: Input) -> None:
        screen.tell(event)

    mouth = Mouth(Voice(places, config.kiosk.voice), tell)
    printer = Printer(config.kiosk, places, config.site.name)
    words = shelf.words[config.site.language]

    signs = ClockSigns(clock.now, config.clock.chip)

    def believed() -> bool:
        try:
            return finding(config, store, signs, None).believed
        except StationError:
            return False

    def opened() -> Filing:
        return Filing(filings.opened(places.filings_db), bell, clock, ids, believed)

    def printed(wish: PrintReceipt | PrintSlip) -> None:
        if isinstance(wish, PrintSlip):
            wish = PrintReceipt(wish.code, "", wish.title, wish.lines)
        now = clock.now().astimezone(config.site.tz) if believed() else None
        printer.print(wish, words, now, crew.stopping)

    camera = Camera(config.kiosk.camera, places, tell)
    hands, paper = Hands(places, clock, ids, bell, opened, tell), Paper(printed, tell)

    def carry_out(effect: Effect) -> None:
        match effect:
            case Say():
                mouth.say(effect)
            case WatchCamera(on):
                camera.watch(on)
            case PrintReceipt() | PrintSlip():
                paper.print(effect)
            case TakePhoto():
                camera.take_photo()
            case ReadNews():
                rings.ring()
            case VisitBegan():
                link.say(words_of.VISIT)
            case _:
                hands.do(effect)

    guidebook, store = Guidebook(), Store(places.station_db, read_only=True)

    def found(text: str) -> tuple[str, ...]:
        return tuple(place.full for place in shelf.gazetteer.find(text))

    old_place = config.kiosk.tone_place == "old"
    filing = GuidedFiling(lambda: guidebook.guides, shelf.words, found, new_ident, old_place)
    screen = Screen(config, clock, shelf.typeface, shelf.words, keeper, carry_out, filing, link.say)
    screen.warm_up()
    try:
        with store.read() as tx:
            guidebook.read(tx)
    except StationError as error:
        log.info("no guides yet: %s", error)
    store.close()
    word = _called(link)
    if word == words_of.LEAVE:
        return 0
    reader = NewsReader(store, rings, config, clock, tell, guidebook.read)
    sorry = word == words_of.SHOW_SORRY

    def working(name: str, limit_s: float = 8.0) -> Callable[[], None]:
        crew.progress(name, limit_s)  # from now on: the first piece of work may be the one that never ends
        return lambda: crew.progress(name, limit_s)

    crew.start("news", lambda: reader.run(crew.stopping, working("news", NEWS_LIMIT_S)), rings.ring)
    crew.start("screen", lambda: screen.run(crew.stopping, working("screen"), sorry), screen.wake)
    crew.start("hands", lambda: hands.run(crew.stopping, working("hands", HANDS_LIMIT_S)), hands.wake)
    crew.start("paper", lambda: paper.run(crew.stopping), paper.wake)
    crew.start("mouth", lambda: mouth.run(crew.stopping), mouth.wake)
    crew.start("camera", lambda: camera.run(crew.stopping, working("camera", CAMERA_LIMIT_S)), camera.wake)
    if config.kiosk.scanner:
        scanner = Scanner(config.kiosk.scanner, tell)
        crew.start("scanner", lambda: scanner.run(crew.stopping, working("scanner", CAMERA_LIMIT_S)))
    crew.start("picture", lambda: keeper.run(crew.stopping), keeper.wake)
    return crew.run()


def _called(link: Link) -> str:
    """The first word that is for one that waits."""
    while True:
        for word in link.heard(None):
            if word in {words_of.SHOW, words_of.SHOW_SORRY, words_of.LEAVE}:
                return word
            if word == words_of.GONE:
                return words_of.LEAVE
