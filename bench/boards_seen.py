"""What the street sees of a text on its way to an Alpha sign of 96x16 dots: when it can be read, when it stands there
in its own letters, when that is known, and how long nothing is lit before it is read. A real worker, a real pty at
9600 baud, the shipped emulator.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bench.table import table
from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.emulated.line import LineEmulator
from controller.boards.facts import Facts
from controller.boards.lettering.stripped import plain
from controller.boards.preview import draft
from controller.boards.rotation import content_of
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
SIGN = Physics(gap_s=0.06)  # bytes off a pty have coarse times
STILL = "Cắt nước 13 giờ"
TICKER = "Mời bà con mang căn cước đến nhà văn hoá thôn để cài đặt VNeID, từ 7 giờ 30 đến 11 giờ."
OTHER = "Thông báo: sáng mai Uỷ ban xã tổ chức tiêm phòng cho đàn trâu bò tại sân chợ."
STORM, FLOOD = "BÃO SỐ 9", "Lũ về: bà con ven suối lên chỗ cao ngay, không qua ngầm tràn"
AHEAD_S = 28.0  # a notice that begins later
LIMIT_S, STEP_S = 90.0, 0.005


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        street = Street(Places(Path(folder)))
        try:
            table(
                "Boards: what the street sees, s", ("what", "read", "whole", "shown", "dark until read"), scenes(street)
            )
        finally:
            street.close()


def scenes(street: Street) -> list[tuple[str, ...]]:
    """One after the other, on one sign."""
    found = [street.see("a new sign: a notice", STILL)]
    time.sleep(5)
    found.append(street.see("a ticker instead", TICKER))
    found.append(street.see("another ticker instead", OTHER))
    time.sleep(20)  # everything is read back
    found.append(street.see(f"a ticker that was known for {AHEAD_S:.0f} s", TICKER, Level.PRIORITY, AHEAD_S))
    found.append(street.see("an emergency", STORM, Level.EMERGENCY))
    found.append(street.see("another emergency", FLOOD, Level.EMERGENCY))
    found.append(street.see("its end", TICKER))
    return found


class Street:
    def __init__(self, places: Places) -> None:
        places.make()
        self._clock, self._store, self._stopping = SystemClock(), Store(places.station_db), threading.Event()
        self._sign = AlphaSign(BOARD.columns, BOARD.rows, SIGN)
        emulator = LineEmulator(BOARD, places, self._sign)
        self._worker = BoardWorker(BOARD, Site(), 600, places, self._store, self._clock, self._stopping)
        self._ids = NewIds(self._clock)
        self._threads = [
            threading.Thread(target=work) for work in (lambda: emulator.serve(self._stopping), self._worker.run)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stopping.set()
        self._worker.wake()
        for thread in self._threads:
            thread.join()

    def see(self, what: str, text: str, level: Level = Level.NORMAL, in_s: float = 0.0) -> tuple[str, ...]:
        """Show it, in place of everything of that level and above; seconds from when it is due."""
        content = content_of(BOARD, [draft(text, level)], (), Facts("Bench", self._clock.now())).live
        windows = {window for page in content.pages for window in _windows(page.dots)}
        letters = plain(content.pages[0].lines[0])[0][:8]
        begun = self._put(text, level, in_s) + in_s
        reached: dict[str, float] = {}
        dark_s, lit_at = 0.0, begun
        while len(reached) < 3 and time.monotonic() < begun + LIMIT_S:
            now = time.monotonic()
            face = self._sign.face(now)
            is_lit, dots = any(map(any, face.dots)), tuple(map(bytes, face.dots))
            lit_at = now if is_lit else lit_at
            dark_s = dark_s if "read" in reached else max(dark_s, now - lit_at)
            checks: dict[str, Callable[[], bool]] = {
                "read": lambda: is_lit and (letters in face.text or dots in windows),  # noqa: B023 - asked at once
                "whole": lambda: is_lit and dots in windows,  # noqa: B023 - asked at once
                "shown": lambda: self._is_known(content.text),
            }
            for name, check in checks.items():
                if name not in reached and check():
                    reached[name] = now - begun
            time.sleep(STEP_S)
        return (what, *(f"{reached.get(name, LIMIT_S):.2f}" for name in ("read", "whole", "shown")), f"{dark_s:.2f}")

    def _put(self, text: str, level: Level, in_s: float) -> float:
        now = self._clock.now()
        due = now + timedelta(seconds=in_s)
        with self._store.write() as tx:
            live = notices.live(tx, now)
            for one in live:
                waits_underneath = level is Level.EMERGENCY and one.level is not level
                if one.text != text and not in_s and not waits_underneath:
                    notices.withdraw(tx, now, one.id, "bench")
            if text not in [one.text for one in live]:
                until = due + timedelta(hours=1)
                made = Notice(id=self._ids(), text=text, level=level, shown_from=due, shown_until=until, created_at=now)
                notices.add(tx, now, made, "bench")
        self._worker.wake()
        return time.monotonic()

    def _is_known(self, text: str) -> bool:
        with self._store.read() as tx:
            return any(board.state is BoardState.SHOWN and text in board.text for board in notices.boards(tx))


def _windows(dots: object) -> set[tuple[bytes, ...]]:
    """What is seen of a page while it stands, or passes and is on a third of the board at least."""
    assert isinstance(dots, tuple)
    pad = bytes(BOARD.columns * 2 // 3) if len(dots[0]) > BOARD.columns else b""
    rows = [pad + row + pad for row in dots]
    return {tuple(row[left : left + BOARD.columns] for row in rows) for left in range(len(rows[0]) - BOARD.columns + 1)}


if __name__ == "__main__":
    main()
