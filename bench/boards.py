"""How fast and how light a board is. Real worker, real pty, shipped emulator."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.table import percentile, table
from controller.boards.alpha import Message
from controller.boards.alpha_bytes import encode
from controller.boards.alpha_stream import Decoder
from controller.boards.emulator import AlphaSign, Physics
from controller.boards.emulator_line import LineEmulator
from controller.boards.facts import Facts
from controller.boards.link import Timing
from controller.boards.preview import draft, frames_for, png_of_rotation
from controller.boards.typesetting import typeset
from controller.boards.worker import BoardWorker
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.runtime.clocks import SystemClock
from controller.runtime.config_tables import Board, Site
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import notices
from controller.store.connection import Store

BOARD = Board(id="bench", name="Bench")
STILL = "Tiêm chủng mở rộng: 8 giờ thứ Sáu tại trạm y tế"
TICKER = "Mời bà con mang căn cước đến nhà văn hoá thôn để cài đặt VNeID, từ 7 giờ 30 đến 11 giờ. " * 3


def main() -> None:
    facts = Facts("Bench", datetime(2026, 11, 24, 19, 30, tzinfo=UTC))
    frame = frames_for(BOARD, draft(TICKER), facts)
    message = decoded(frame)
    table(
        "Boards: work",
        ("what", "p50 ms", "p99 ms"),
        [
            each("typeset a still text", lambda: typeset(BOARD, draft(STILL), facts), 1000),
            each("typeset a ticker", lambda: typeset(BOARD, draft(TICKER), facts), 1000),
            each(
                "preview picture, two still pages",
                lambda: png_of_rotation(BOARD, typeset(BOARD, draft(STILL), facts)),
                200,
            ),
            each(f"decode a frame of {len(frame)} bytes", lambda: decoded(frame), 200),
            each(f"encode a frame of {len(frame)} bytes", lambda: encode(message), 1000),
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        live(Places(Path(folder)))


def live(places: Places) -> None:
    places.make()
    stopping, clock, store = threading.Event(), SystemClock(), Store(places.station_db)
    ids = NewIds(clock)
    obeyed: list[tuple[float, str]] = []

    def noted(note: dict[str, str]) -> None:
        obeyed.append((time.monotonic(), note["command"]))

    sign = AlphaSign(BOARD.columns, BOARD.rows, Physics(clear_s=0.1, configure_s=0.1), noted)
    emulator = LineEmulator(BOARD, places, sign)
    worker = BoardWorker(
        BOARD, Site(), 600, places, store, clock, stopping,
        timing=replace(Timing(), clear_s=0.2, configure_s=0.2),
    )  # fmt: skip
    threads = [threading.Thread(target=emulator.serve, args=(stopping,)), threading.Thread(target=worker.run)]
    for thread in threads:
        thread.start()
    time.sleep(4)

    def show(text: str, level: Level = Level.NORMAL) -> None:
        now = clock.now()
        with store.write() as tx:
            until = now + timedelta(seconds=2)
            made = Notice(id=ids(), text=text, level=level, shown_from=now, shown_until=until, created_at=now)
            notices.add(tx, now, made, "b")
        worker.wake()

    late = []
    for number in range(40):
        show(f"Tin {number}", Level.PRIORITY)
        begun = time.monotonic()
        while not any(f"Tin {number}" in command for _, command in obeyed):
            time.sleep(0.001)
        at, command = next(entry for entry in obeyed if f"Tin {number}" in entry[1])
        late.append((at - begun) * 1000 - (len(command) + 15) * 10_000 / BOARD.baud)
        obeyed.clear()
        time.sleep(0.4)
    time.sleep(3)
    still = idle(20)
    now = clock.now()
    with store.write() as tx:
        until = now + timedelta(hours=1)
        notices.add(
            tx,
            now,
            Notice(id=ids(), text=TICKER, level=Level.NORMAL, shown_from=now, shown_until=until, created_at=now),
            "b",
        )
    worker.wake()
    time.sleep(2)
    ticker = idle(20)
    stopping.set()
    worker.wake()
    for thread in threads:
        thread.join()
    late_row = series("notice saved -> last byte at the sign, less its time on the wire", late)
    table("Boards: a notice on its way", ("what", "p50 ms", "p99 ms"), [late_row])
    table("Boards: worker and emulator at rest", ("what", "% of a core"), [("still", still), ("ticker", ticker)])


def decoded(frame: bytes) -> Message:
    decoder = Decoder()
    return next(message for byte in frame if (message := decoder.feed(byte)) is not None)


def each(what: str, work: Callable[[], object], times: int) -> tuple[str, str, str]:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    return series(what, spent)


def series(what: str, values_ms: Sequence[float]) -> tuple[str, str, str]:
    return what, f"{percentile(values_ms, 0.5):.2f}", f"{percentile(values_ms, 0.99):.2f}"


def idle(seconds: float) -> str:
    before = os.times()
    time.sleep(seconds)
    after = os.times()
    return f"{(after.user + after.system - before.user - before.system) / seconds * 100:.2f}"


if __name__ == "__main__":
    main()
