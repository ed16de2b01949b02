"""What residents ask for at the kiosk, taken over from the folder that is all the kiosk may write.

The kiosk's user may not write the station's database: whoever breaks into a screen in a public room shall not change
the programme. It leaves small files, whole or not at all; here each is judged, becomes a row in the transaction that
also has its journal line, and goes. One that is none is thrown away. What an official does with a call is here too.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path

from controller.core.errors import StationError
from controller.core.ports import Bell, Clock
from controller.runtime.files import read_of_others
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import kiosk_requests, training
from controller.store.connection import Store, Tx

SEAT, HELP = "seat", "help"
LOOK_S = 1.0  # should a ring be lost
LARGEST = 1024  # bytes
MOST = 50  # at a time
OPEN_LIMIT = 20  # calls that nobody has ended: more do not help anybody
_IDENT = re.compile(r"[0-9a-f-]{8,64}")
log = logging.getLogger(__name__)


class Requests:
    """Takes requests over, in a thread of the controller."""

    def __init__(self, store: Store, places: Places, bell: Bell, clock: Clock) -> None:
        self._store, self._places, self._bell, self._clock = store, places, bell, clock
        self._rung = threading.Event()
        self._fault = Lasting(log, "requests of the kiosk")

    def wake(self) -> None:
        self._rung.set()

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        while not stopping.is_set():
            progress()
            try:
                self.take()
                self._fault.ends()
            except StationError as error:
                self._fault.begins(str(error))
            self._rung.wait(LOOK_S)
            self._rung.clear()
        self._store.close()

    def take(self) -> int:
        """Take over what lies there; how many were. StationError if that could not be: they are tried again."""
        files = sorted(file for file in self._places.kiosk_requests.glob("*.json") if file.is_file())[:MOST]
        if not files:
            return 0
        wanted = [(file.stem, request) for file in files if (request := _read(file)) is not None]
        if wanted:
            with self._store.write() as tx:
                for ident, (kind, about) in wanted:
                    self._note(tx, ident, kind, about)
        for file in files:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise StationError(f"{file}: {error.strerror or error}") from error
        if wanted:
            self._bell.ring("kiosk")
        return len(wanted)

    def _note(self, tx: Tx, ident: str, kind: str, about: str) -> None:
        now = self._clock.now()
        if kind == HELP:
            if len(kiosk_requests.open_calls(tx)) < OPEN_LIMIT:
                kiosk_requests.call(tx, now, ident)
            return
        session = training.find(tx, about)
        if session is not None and session.withdrawn_at is None and session.ends > now:
            kiosk_requests.take_seat(tx, now, ident, session.id, session.seats)


class HelpDesk:
    """What an official does with a call for help; row and journal line, then the kiosk is rung."""

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store, self._bell, self._clock = store, bell, clock

    def answer(self, ident: str, by: str) -> bool:
        """I go there. False if somebody does already."""
        return self._change(lambda tx: kiosk_requests.answer(tx, self._clock.now(), ident, by))

    def end(self, ident: str, by: str) -> bool:
        """They have been helped. False if it was over already."""
        return self._change(lambda tx: kiosk_requests.end(tx, self._clock.now(), ident, by))

    def _change(self, change: Callable[[Tx], bool]) -> bool:
        with self._store.write() as tx:
            changed = change(tx)
        if changed:
            self._bell.ring("kiosk")
        return changed


def _read(file: Path) -> tuple[str, str] | None:
    """Kind and subject of a request; None for what is none."""
    try:
        if not _IDENT.fullmatch(file.stem):
            raise ValueError("no request")
        request = json.loads(read_of_others(file, LARGEST))
        kind, about = request["kind"], request["about"]
        if kind not in {SEAT, HELP} or not isinstance(about, str):
            raise ValueError("no request")
        about.encode()  # half a character, which JSON can write and the database not
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        log.warning("a request of the kiosk was thrown away: %s", type(error).__name__)
        return None
    return kind, about
