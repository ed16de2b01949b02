"""A large screen as a notice board: laying out and drawing a page, an emergency from its row and ring to the first
changed pixel of a real X server, and what the process takes. `python -m bench screens`
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.table import percentile, table
from controller.boards.poster.poster import poster
from controller.core.levels import Level
from controller.core.palette import LACQUER
from tests.support.poster_cases import PHOTO, TEXT, facts, item, keep_photo, screen
from tests.support.processes import until
from tests.support.screens import CONFIG, Hall, x_server

SIZES = ((1280, 720), (1920, 1080))
ROUNDS = 30
IDLE_S = 40.0
TICKS = os.sysconf("SC_CLK_TCK")


def timed_ms(act: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - begun))
    return taken


def pages() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        keep_photo(Path(folder))
        known = facts(Path(folder))
        shown = {
            "a short text": item("Cắt nước 13 giờ – 17 giờ hôm nay"), "a text of two pages": item(TEXT, "Tiêm chủng"),
            "with picture and code": item("Họp thôn", "Mời họp", picture=PHOTO, qr="https://xa.example/hop"),
        }  # fmt: skip
        for columns, height in SIZES:
            board = screen(columns, height)
            for name, one in shown.items():
                page = poster(board, one, known).pages[0]
                laid = timed_ms(lambda board=board, one=one: poster(board, one, known))  # type: ignore[misc]
                drawn = timed_ms(lambda page=page: b"".join(page.dots))  # type: ignore[misc]
                rows.append(
                    (f"{columns} x {height}, {name}", *(f"{percentile(all_ms, 0.5):.1f}" for all_ms in (laid, drawn)))
                )
    table("A page of a screen, ms (median)", ("", "laid out", "drawn"), rows)


def process() -> None:
    rows = []
    for columns, height in SIZES:
        with tempfile.TemporaryDirectory() as name:
            config = CONFIG.replace("columns = 640", f"columns = {columns}").replace("rows = 360", f"rows = {height}")
            hall = Hall(Path(name), config)
            with x_server(Path(name), columns, height) as monitor, hall.screen(DISPLAY=monitor.display) as child:
                until(lambda hall=hall: hall.known("sanh")[0] == "sent", 30)  # type: ignore[misc]
                for number in range(10):
                    hall.notice(f"{number}. {TEXT}", ring=False)
                hall.ring()
                time.sleep(3)
                begun, used = time.monotonic(), _cpu_s(child.pid)
                time.sleep(IDLE_S)
                idle = 100 * (_cpu_s(child.pid) - used) / (time.monotonic() - begun)
                late_ms = []
                for _ in range(ROUNDS):
                    alarm = hall.notice("Lũ quét! Rời ngay lên điểm cao.", Level.EMERGENCY)
                    begun = time.perf_counter()
                    until(lambda monitor=monitor: monitor.corner() == LACQUER, every_s=0.001)  # type: ignore[misc]
                    late_ms.append(1000 * (time.perf_counter() - begun))
                    hall.withdraw(alarm)
                    until(lambda monitor=monitor: monitor.corner() != LACQUER, every_s=0.001)  # type: ignore[misc]
                    time.sleep(0.2)
                late = (f"{percentile(late_ms, share):.0f}" for share in (0.5, 1.0))
                rows.append((f"{columns} x {height}", *late, f"{idle:.2f}", f"{_pss_mb(child.pid):.0f}"))
            hall.store.close()
    table(
        "The process of a screen with ten notices of two pages",
        ("", "emergency, ms", "worst", "% of a core", "PSS, MB"),
        rows,
    )


def main() -> None:
    pages()
    process()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
