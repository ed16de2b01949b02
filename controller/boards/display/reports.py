"""What is known of a board with a process of its own. That process may read the station and write nothing of it: it
leaves what it knows as a small file in its own room, and the controller, which trusts none of it, makes a row of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict

from controller.boards.link import Status
from controller.core.errors import StationError
from controller.core.notices import BoardState
from controller.core.ports import Clock
from controller.runtime.config import StationConfig
from controller.runtime.files import read_of_others, replace_file
from controller.runtime.places import Places
from controller.store import notices
from controller.store.connection import Store, StoreBusyError

LARGEST = 1 << 18  # bytes
LOOK_S = 0.5  # between looks, however often somebody rings
STATES = frozenset({BoardState.SENT, BoardState.OFF, BoardState.DOWN})  # nobody reads a screen back
REASONS = frozenset({"", "no_screen", "unplugged", "output_gone", "off_hours", "off_black"})
log = logging.getLogger(__name__)


class Reporter:
    """In the board's process; `told` says that there is news."""

    def __init__(self, places: Places, process: str, told: Callable[[], None]) -> None:
        """What the process said in its last life is over."""
        self._path, self._told = places.report(process), told
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise StationError(f"{self._path}: {error.strerror or error}") from error

    def report(self, status: Status) -> None:
        """StationError if it cannot be left there."""
        replace_file(self._path, json.dumps(asdict(status), ensure_ascii=False).encode(), durable=False)
        self._told()


class Reports:
    """In the controller: takes over what the processes that live have left, each file once."""

    def __init__(
        self, config: StationConfig, store: Store, clock: Clock, places: Places, at_home: Callable[[str], bool]
    ) -> None:
        self._boards = {name: board.id for name, board in config.displays.items()}
        self._store, self._clock, self._places, self._at_home = store, clock, places, at_home
        self._seen: dict[str, tuple[int, int]] = {}  # the file that was taken over last
        self._look_by = clock.monotonic()

    def look(self) -> bool:
        """Look, if it is time; True if something was written down. StationError if that could not be; where somebody
        else writes, it is done at the next look: what the controller has to do beside it waits for nothing."""
        now = self._clock.monotonic()
        if now < self._look_by:
            return False
        self._look_by = now + LOOK_S
        found = {name: file for name in self._boards if (file := self._left(name)) != self._seen.get(name)}
        changed = False
        for name, file in found.items():
            if file is not None and self._at_home(name):
                if (status := self._read(name)) is not None:
                    try:
                        changed |= self._note(self._boards[name], status)
                    except StoreBusyError:
                        continue
                self._seen[name] = file
        return changed

    def _left(self, name: str) -> tuple[int, int] | None:
        """Which file lies there; None if none."""
        try:
            found = self._places.report(name).lstat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _read(self, name: str) -> Status | None:
        try:
            return judged(read_of_others(self._places.report(name), LARGEST))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("what %s said of itself was not listened to: %s", name, type(error).__name__)
            return None

    def _note(self, board: str, status: Status) -> bool:
        with self._store.write(patient=False) as tx:
            return notices.report_board(tx, self._clock.now(), board, status.state, status.text, None, status.reason)


def judged(said: bytes) -> Status:
    """What a process says of its board; ValueError, KeyError, TypeError or RecursionError if it cannot be that."""
    told = json.loads(said)
    state, text, reason = BoardState(told["state"]), told["text"], told["reason"]
    if state not in STATES or not isinstance(text, str) or reason not in REASONS:
        raise ValueError("no report")
    text.encode()  # half a character, which JSON can write and the database not
    return Status(state, text, reason)
