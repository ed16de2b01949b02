"""How little a board sends, how fast, and at what cost. Real workers, real ptys, shipped emulators.

The least that the protocol allows for changed tiles is one frame that holds them all, without checksums: 9 bytes of
head and 1 of end, and for each tile 8 bytes and, of each row, its dots and an end. (One tile alone needs no ETX.)
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.table import percentile, table
from controller.boards.alpha.encoding import encode
from controller.boards.alpha.pages import Filing, frame_of
from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.alpha.stream import Decoder
from controller.boards.alpha.words import Message, WriteDots
from controller.boards.emulated.line import LineEmulator
from controller.boards.facts import Facts
from controller.boards.link import Timing
from controller.boards.preview import draft, frames_for, png_of_rotation
from controller.boards.rotation import content_of
from controller.boards.typesetting import typeset
from controller.boards.worker import BoardWorker
from controller.core.levels import Level
from controller.core.notices import BoardState, Notice
from controller.runtime.clocks import SystemClock
from controller.runtime.config_tables import Board, Site
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import notices
from controller.store.connection import Store

BOARD = Board(id="bench", name="Bench")
SIZES = (BOARD, Board(id="w", name="W", columns=192, colours="three"), Board(id="h", name="H", columns=255, rows=31))
STILL = "Tiêm chủng mở rộng"
TICKER = "Mời bà con mang căn cước đến nhà văn hoá thôn để cài đặt VNeID, từ 7 giờ 30 đến 11 giờ. "
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
BRISK = replace(Timing(), clear_s=0.2, configure_s=0.2)
BRISK_SIGN = Physics(clear_s=0.1, configure_s=0.1, gap_s=0.06)
FLEET, PERIOD_S, FLEET_S = 20, 10.0, 60.0
NOTICES, ALARMS = 10, 5


def main() -> None:
    facts = Facts("Na Khau", MORNING)
    frame = frames_for(BOARD, draft(TICKER), facts)
    message = decoded(frame)[-1]
    table(
        "Boards: work",
        ("what", "p50 ms", "p99 ms"),
        [
            each("typeset a still text", lambda: typeset(BOARD, draft(STILL), facts), 200),
            each("typeset a ticker", lambda: typeset(BOARD, draft(TICKER), facts), 200),
            each("preview picture", lambda: png_of_rotation(BOARD, typeset(BOARD, draft(STILL), facts)), 100),
            each(f"decode frames of {len(frame)} bytes", lambda: decoded(frame), 50),
            each("encode a text", lambda: encode(message), 1000),
        ],
    )
    table(
        "Boards: an hour of the clock, minute by minute",
        ("board", "tiles a minute", "bytes a minute", "least", "ratio", "worst minute"),
        [a_clock(board) for board in SIZES],
    )
    with tempfile.TemporaryDirectory() as folder:
        live(Places(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        fleet(Places(Path(folder)))


def a_clock(board: Board) -> tuple[str, ...]:
    """The page of a board with nothing to say: the place's name and the time."""
    filing, tiles, sent, least, worst = Filing(board), [], [], [], 0.0
    held = dict(filing.files_of(content_of(board, (), (), Facts("Na Khau", MORNING))).ordinary.pictures)
    for minute in range(1, 62):
        facts = Facts("Na Khau", MORNING + timedelta(minutes=minute))
        wanted = filing.files_of(content_of(board, (), (), facts)).ordinary.pictures
        changed = [dots for label, dots in wanted.items() if held.get(label) != dots]
        held |= wanted
        if minute > 1 and changed:  # in the first the tiles settle around the digit
            tiles.append(len(changed))
            sent.append(sum(len(encode(WriteDots("!", dots))) for dots in changed))
            bodies = [8 + sum(len(row) + 1 for row in dots) for dots in changed]
            least.append(10 + sum(bodies) - (len(bodies) == 1))
            worst = max(worst, sent[-1] / least[-1])
    name = f"{board.columns}x{board.rows} {board.colours}"
    counts = sum(tiles) / len(tiles), sum(sent) / len(sent), sum(least) / len(least)
    return (
        name,
        f"{counts[0]:.2f}",
        f"{counts[1]:.0f}",
        f"{counts[2]:.0f}",
        f"{counts[1] / counts[2]:.3f}",
        f"{worst:.3f}",
    )


class TimedSign(AlphaSign):
    """Notes when a byte comes after a rest, and when an emergency is up."""

    began = 0.0  # when the first byte since `wait` went onto the line
    raised = 0.0
    is_waiting = False

    def wait(self) -> None:
        self.began, self.raised, self.is_waiting = 0.0, 0.0, True

    def hear(self, byte: int, now: float) -> None:
        if self.is_waiting:
            self.began, self.is_waiting = now - 10 / BOARD.baud, False
        super().hear(byte, now)
        if not self.raised and b"0" in self._files.texts:
            self.raised = now


class Desk:
    """Somebody who saves notices."""

    def __init__(self, store: Store, clock: SystemClock, workers: Sequence[BoardWorker]) -> None:
        self._store, self._clock, self._workers, self._ids = store, clock, workers, NewIds(clock)

    def show(self, text: str, level: Level = Level.NORMAL, seconds: float = 3600.0) -> str:
        now, ident = self._clock.now(), self._ids()
        until = now + timedelta(seconds=seconds)
        with self._store.write() as tx:
            notices.add(
                tx,
                now,
                Notice(id=ident, text=text, level=level, shown_from=now, shown_until=until, created_at=now),
                "bench",
            )
        self._ring()
        return ident

    def withdraw(self, ident: str) -> None:
        with self._store.write() as tx:
            notices.withdraw(tx, self._clock.now(), ident, "bench")
        self._ring()

    def until(self, state: BoardState, text: str) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with self._store.read() as tx:
                if any(board.state is state and text in board.text for board in notices.boards(tx)):
                    return
            time.sleep(0.02)
        raise AssertionError(f"not {state} with {text!r}")

    def _ring(self) -> None:
        for worker in self._workers:
            worker.wake()


def live(places: Places) -> None:
    places.make()
    stopping, clock, store = threading.Event(), SystemClock(), Store(places.station_db)
    sign = TimedSign(BOARD.columns, BOARD.rows, BRISK_SIGN)
    emulator = LineEmulator(BOARD, places, sign)
    worker = BoardWorker(BOARD, Site(), 600, places, store, clock, stopping, timing=BRISK)
    threads = [threading.Thread(target=emulator.serve, args=(stopping,)), threading.Thread(target=worker.run)]
    for thread in threads:
        thread.start()
    desk = Desk(store, clock, [worker])
    desk.until(BoardState.SHOWN, "")
    first, late = [], []
    for number in range(NOTICES):
        time.sleep(0.3 + number % 7 * 0.2)
        ident = desk.show(f"Tin {number}")
        sign.wait()
        begun = time.monotonic()
        while not sign.began:
            time.sleep(0.001)
        first.append(max(0.0, sign.began - begun) * 1000)
        desk.until(BoardState.SHOWN, f"Tin {number}")
        desk.withdraw(ident)
        desk.until(BoardState.SHOWN, "--:--")
    facts = Facts("Site", clock.now())
    for number in range(ALARMS):
        ident = desk.show(f"{number} {TICKER}")
        time.sleep(0.4 + number * 0.13)  # in the middle of a picture of 96 x 16 dots
        text = f"BÃO {number}"
        sign.wait()
        begun = time.monotonic()
        alarm = desk.show(text, Level.EMERGENCY)
        while not sign.raised:
            time.sleep(0.001)
        late.append((sign.raised - begun - own_s(text, facts)) * 1000)
        desk.withdraw(alarm)
        desk.withdraw(ident)
        desk.until(BoardState.SHOWN, "--:--")
    still = idle(10)
    stopping.set()
    worker.wake()
    for thread in threads:
        thread.join()
    table(
        "Boards: a notice on its way (96x16, 9600 baud)",
        ("what", "p50 ms", "p99 ms"),
        [
            series("notice saved -> first byte on the line", first),
            series("emergency saved -> its last byte, less its own wire time, while pictures are sent", late),
        ],
    )
    table("Boards: worker and emulator at rest", ("what", "% of a core"), [("a clock", still)])


def own_s(text: str, facts: Facts) -> float:
    """The wire time of an emergency's own frames, with the silence that the protocol asks for in each picture."""
    content = content_of(BOARD, (), (draft(text, Level.EMERGENCY),), facts)
    filed = Filing(BOARD).files_of(content).live
    frames = [frame_of(WriteDots("!", dots)) for dots in filed.pictures.values()]
    size = sum(len(frame.data) for frame in frames) + len(filed.data) + 17
    return size * 10 / BOARD.baud + sum(pause for frame in frames for _, pause in frame.pauses)


def fleet(places: Places) -> None:
    """Twenty boards in one process, their emulators in another."""
    places.make()
    boards = [Board(id=f"b{number}", name="B") for number in range(FLEET)]
    emulators = multiprocessing.get_context("spawn").Process(target=serve, args=(places.state, FLEET), daemon=True)
    emulators.start()
    stopping, clock, store = threading.Event(), SystemClock(), Store(places.station_db)
    while not all(places.emulated_sign(board.id).exists() for board in boards):
        time.sleep(0.05)
    with ExitStack() as ends:
        workers = [BoardWorker(b, Site(), 600, places, store, clock, stopping, timing=BRISK) for b in boards]
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
            ends.callback(thread.join)
        for worker in workers:
            ends.callback(worker.wake)
        ends.callback(stopping.set)
        desk = Desk(store, clock, workers)
        desk.show("Tin 0", seconds=PERIOD_S)
        time.sleep(20)
        before, begun, number = os.times(), time.monotonic(), 0
        while time.monotonic() - begun < FLEET_S:
            number += 1
            desk.show(f"Tin {number}", seconds=PERIOD_S)
            time.sleep(PERIOD_S)
        after, spent_s = os.times(), time.monotonic() - begun
        resting = idle(20)
    used = (after.user + after.system - before.user - before.system) / spent_s * 100
    emulators.terminate()
    table(
        f"Boards: {FLEET} boards on {FLEET} lines at 9600 baud, one process",
        ("what", "% of a core"),
        [(f"another page every {PERIOD_S:.0f} s", f"{used:.2f}"), ("nothing new", resting)],
    )


def serve(state: Path, count: int) -> None:
    places, stopping = Places(state), threading.Event()
    for number in range(count):
        board = Board(id=f"b{number}", name="B")
        emulator = LineEmulator(board, places, AlphaSign(board.columns, board.rows, BRISK_SIGN))
        threading.Thread(target=emulator.serve, args=(stopping,), daemon=True).start()
    stopping.wait()


def decoded(frame: bytes) -> list[Message]:
    decoder = Decoder()
    return [message for byte in frame if (message := decoder.feed(byte)) is not None]


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
