"""A board's worker, its store and its emulator on a real pseudo-terminal, with short waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.emulated.leavings import Record
from controller.boards.emulated.line import LineEmulator
from controller.boards.link import Timing
from controller.boards.worker import BoardWorker
from controller.core.journal import Entry
from controller.core.levels import Level
from controller.core.notices import BoardState, Notice
from controller.runtime.clocks import SystemClock
from controller.runtime.config_tables import Board, Site
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import journal, notices
from controller.store.connection import Store

BRISK = Timing(
    look_s=0.05, poll_s=0.3, reply_s=0.5, digest_s=0.01, clear_s=0.05, configure_s=0.1, reopen_first_s=0.05,
    reopen_last_s=0.2, read_s=0.02, write_s=0.4,
)  # fmt: skip
BRISK_SIGN = Physics(clear_s=0.03, configure_s=0.06)
LIMIT_S = 40.0  # for what takes a moment on an idle machine


class ShiftedClock(SystemClock):
    """The real clock, whose wall a test may set."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class BoardStation:
    def __init__(self, state: Path, baud: int = 38400, port: str = "emulator", rows: int = 7) -> None:
        self.places = Places(state)
        self.places.make()
        self.board = Board.model_validate(
            {"id": "cong-lang", "name": "Cổng làng", "baud": baud, "port": port, "rows": rows}
        )
        self.clock = ShiftedClock()
        self.store = Store(self.places.station_db)
        self.sign: AlphaSign | None = None
        self.emulator: LineEmulator | None = None
        self.worker: BoardWorker | None = None
        self.turns: list[float] = []  # when the worker said that it makes progress
        self._ids = NewIds(self.clock)
        self._stops: list[tuple[threading.Event, threading.Thread]] = []

    def start_sign(self, physics: Physics = BRISK_SIGN) -> AlphaSign:
        self.sign = AlphaSign(self.board.columns, self.board.rows, physics, Record(self.board.id, self.places))
        self.emulator = LineEmulator(self.board, self.places, self.sign)
        self._start(self.emulator.serve)
        wait_for(self.places.emulated_sign(self.board.id).exists)
        return self.sign

    def start_worker(self, timing: Timing = BRISK) -> Callable[[], None]:
        """Begin; the answer ends it."""
        stopping = threading.Event()
        worker = BoardWorker(
            self.board, Site(name="Na Khau"), 600, self.places, self.store, self.clock, stopping,
            lambda: self.turns.append(time.monotonic()), timing,
        )  # fmt: skip
        self.worker = worker
        thread = self._start(lambda _: worker.run(), stopping)

        def stop() -> None:
            stopping.set()
            worker.wake()
            thread.join(LIMIT_S)
            assert not thread.is_alive()

        return stop

    def notice(self, text: str, level: Level = Level.NORMAL, boards: tuple[str, ...] = ()) -> str:
        now, ident = self.clock.now(), self._ids()
        with self.store.write() as tx:
            notice = Notice(
                id=ident, text=text, boards=boards, level=level, shown_from=now,
                shown_until=now + timedelta(hours=1), created_at=now,
            )  # fmt: skip
            notices.add(tx, now, notice, "test")
        self._wake()
        return ident

    def withdraw(self, ident: str) -> None:
        with self.store.write() as tx:
            notices.withdraw(tx, self.clock.now(), ident, "test")
        self._wake()

    def known(self) -> notices.Board | None:
        with self.store.read() as tx:
            return next(iter(notices.boards(tx)), None)

    def until(self, state: BoardState, text: str = "") -> notices.Board:
        def found() -> bool:
            known = self.known()
            return known is not None and known.state is state and text in known.text

        wait_for(found, lambda: f"{state} with {text!r}, not {self.known()}")
        known = self.known()
        assert known is not None
        return known

    def journal(self) -> list[Entry]:
        with self.store.read() as tx:
            return journal.entries(tx, subject=f"board/{self.board.id}")

    def close(self) -> None:
        for stopping, thread in reversed(self._stops):
            stopping.set()
            self._wake()
            thread.join(LIMIT_S)
        self.store.close()

    def _wake(self) -> None:
        if self.worker is not None:
            self.worker.wake()

    def _start(
        self, work: Callable[[threading.Event], None], stopping: threading.Event | None = None
    ) -> threading.Thread:
        stopping = stopping or threading.Event()
        thread = threading.Thread(target=work, args=(stopping,), daemon=True)
        self._stops.append((stopping, thread))
        thread.start()
        return thread


def wait_for(condition: Callable[[], bool], what: Callable[[], str] = lambda: "it") -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < LIMIT_S, f"waited {LIMIT_S} s for {what()}"
        time.sleep(0.01)
    return time.monotonic() - begun
