"""The web process: builds the officials' page from its parts and serves it with waitress.

Nothing but this port listens on a network. One worker turns the server's loop; eight threads
answer. What draws boards and reads abbreviations is loaded when it is first asked for.
"""

from __future__ import annotations

import io
import logging
import tempfile
import wave
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from waitress.server import create_server

from audio.normaliser import Normaliser, load_abbreviations
from audio.normaliser.live import LiveNormaliser
from audio.preparing.intake import Intake
from controller.announcing import Announcing
from controller.core.errors import StationError
from controller.core.ports import Clock
from controller.core.recordings import SignalName
from controller.core.showing import Item
from controller.core.words import LANGUAGES
from controller.desk import Desk
from controller.dictionary import Dictionary
from controller.filing.desk import FilingDesk
from controller.filing.keys import DeskKeys
from controller.filing.office_days import office_of
from controller.filing.sittings import Sittings
from controller.noticing import Noticing
from controller.pictures.bringing import Picturing
from controller.runtime.catalogues import load_words
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.doorbell import Doorbell, at_home
from controller.runtime.identifiers import NewIds
from controller.runtime.page_key import PageKey
from controller.runtime.places import Places
from controller.runtime.workers import Crew
from controller.sounding import Sounding
from controller.store import filings
from controller.store.connection import Store
from controller.training import Training
from controller.walling import Wall
from controller.web import BoardNow, BoardPage, Unshown, WebParts, create_app
from controller.web.bodies import channel_for
from controller.web.context import SESSION_COOKIE
from controller.web.doors import FORM_BODY
from controller.web.passwords import Passwords
from controller.web.recordings import UPLOAD_BODY, large_body_allowed

if TYPE_CHECKING:  # what draws boards
    from controller.boards.faces import Faces

log = logging.getLogger(__name__)
THREADS = 8
TURN_S = 1.0  # the longest turn of the server's loop
SLOW_CLIENT_S = 30
KEPT_IN_MEMORY = 1 << 30  # bytes of an answer: on the disk opened files of residents would lie in clear


def wav_of(pcm: bytes) -> bytes:
    """A WAV file of mono, 48 kHz, s16le."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.writeframes(pcm)
    return file.getvalue()


class Boards:
    """The boards for the page, in its own words. What draws them is loaded when it is first asked for."""

    def __init__(self, config: StationConfig, store: Store, clock: Clock) -> None:
        self._made = config, store, clock

    @cached_property
    def _faces(self) -> Faces:
        from controller.boards.faces import Faces

        return Faces(*self._made)

    def preview(self, board: str, item: Item) -> bytes:
        return self._faces.picture_of_draft(board, item)

    def unshown(self, board: str, item: Item) -> Unshown:
        shown = self._faces.of_draft(board, item)
        return Unshown(
            stripped=shown.text if shown.is_stripped else "", replaced=shown.undrawable, left_out=shown.left_out,
            alike=shown.alike, without=shown.without, pages=len(shown.pages), round_s=shown.round_s,
            scrolls=any(page.scrolls for page in shown.pages),
        )  # fmt: skip

    def now(self, board: str) -> BoardNow:
        standing = self._faces.now(board)
        pages = tuple(
            BoardPage(key, page.lines, page.dwell_s, page.scrolls, page.item)
            for key, page in zip(standing.keys, standing.pages, strict=True)
        )
        return BoardNow(pages, standing.at, standing.content.urgent is not None, standing.content.live.text)

    def page(self, board: str, key: str) -> bytes | None:
        return self._faces.picture(board, key)


def main(config: StationConfig, places: Places) -> int:
    """Serve until stopped; the exit code. StationError if the address cannot be taken."""
    crew = Crew()
    store, clock, bell = Store(places.station_db), SystemClock(), Doorbell(places)
    ids = NewIds(clock)
    normaliser, boards = LiveNormaliser(store), Boards(config, store, clock)
    page_key = PageKey(places.page_key)
    wall = Wall(places, page_key, clock)
    wall.attend()  # before anybody can come in
    files, sittings = filings.opened(places.filings_db, at_once=False), Sittings()  # broken, it is not to stop the page

    @cache
    def built_in_signal(name: SignalName) -> bytes:
        from audio import chimes

        return wav_of({"opening": chimes.opening, "closing": chimes.closing, "alert": chimes.alert}[name]())

    app = create_app(
        WebParts(
            config=config, store=store, clock=clock, bell=bell, ids=ids,
            announcing=Announcing(store, bell, clock, ids, config), spoken=normaliser.spoken,
            board_preview=boards.preview, board_unshown=boards.unshown, board_now=boards.now, board_page=boards.page,
            words={name: load_words(name) for name in LANGUAGES}, places=places, clock_signs=ClockSigns(clock.now),
            intake=Intake(places, config.policy, config.speech), sounding=Sounding(store, bell, clock, config),
            dictionary=Dictionary(store, bell, clock, ids, config, load_abbreviations(), Normaliser({}).spoken),
            built_in_signal=built_in_signal, noticing=Noticing(store, bell, clock, ids, config),
            at_home=partial(at_home, places),
            picturing=Picturing(store, places, clock, config.policy), desk=Desk(store, bell, clock, config),
            training=Training(store, bell, clock, ids, config),
            filing_desk=FilingDesk(files, bell, clock, ids, partial(office_of, store, config.site.tz)),
            desk_keys=DeskKeys(files, bell, clock, ids, page_key), sittings=sittings, passwords=Passwords(),
            page_key=page_key,
        )
    )  # fmt: skip
    try:
        server = create_server(
            app, host=config.web.host, port=config.web.port, threads=THREADS, ident=None,
            max_request_body_size=UPLOAD_BODY, channel_timeout=SLOW_CLIENT_S, connection_limit=200,
            clear_untrusted_proxy_headers=True, asyncore_use_poll=True, outbuf_overflow=KEPT_IN_MEMORY,
        )  # fmt: skip
    except OSError as error:
        raise StationError(f"cannot serve on {config.web.host}:{config.web.port}: {error.strerror or error}") from error

    tempfile.tempdir = str(places.uploads)  # where the server keeps large bodies; /tmp may be memory
    server.channel_class = channel_for(partial(large_body_allowed, app), 2 * FORM_BODY, SESSION_COOKIE)

    def serve() -> None:
        while not crew.stopping.is_set():
            server.asyncore.loop(timeout=TURN_S, map=server._map, use_poll=True, count=1)
            crew.progress("web")
            sittings.forget_idle()
            wall.attend()
        server.task_dispatcher.shutdown(timeout=1)

    log.info("the page is served on port %d", config.web.port)
    crew.start("web", serve, wake=server.pull_trigger)
    code = crew.run()
    server.close()
    bell.close()
    store.close()
    return code
