"""The kiosk under a real X server: touch (as a click) to changed pixels, seen by another client of the
server, and what the process takes when nobody is there. `python -m bench.kiosk`
"""

from __future__ import annotations

import ctypes
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.table import percentile, table
from kiosk.acts import Act, GoTo
from kiosk.flow import PROGRAMME, WAITING
from kiosk.look import Frame
from kiosk.widgets import Box, Scene, Target
from tests.support import kiosk_cases as cases
from tests.support.kiosk_station import Station, add_notice

SIZES = ((1280, 800), (1920, 1080))
WIDTH_MM = 217.0
TOUCHES = 100
PACE_S = 0.4  # longer than what a double tap is taken for
IDLE_S = 60.0
TICKS = os.sysconf("SC_CLK_TCK")
ALL_PLANES, Z_PIXMAP = 0xFFFFFFFF, 2


class Eye:
    """A client of the X server that sees single pixels and moves the pointer (XTEST)."""

    def __init__(self, display: str) -> None:
        self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        for name in ("XOpenDisplay", "XGetImage", "XDefaultRootWindow"):
            getattr(self._x, name).restype = ctypes.c_void_p
        self._x.XGetPixel.restype = ctypes.c_ulong
        self._server = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        self._root = ctypes.c_void_p(self._x.XDefaultRootWindow(self._server))

    def pixel(self, x: int, y: int) -> int:
        image = ctypes.c_void_p(
            self._x.XGetImage(self._server, self._root, x, y, 1, 1, ctypes.c_ulong(ALL_PLANES), Z_PIXMAP)
        )
        value = int(self._x.XGetPixel(image, 0, 0)) & 0xFFFFFF
        self._x.XDestroyImage(image)
        return value

    def move(self, x: int, y: int) -> None:
        self._test.XTestFakeMotionEvent(self._server, -1, x, y, ctypes.c_ulong(0))
        self._x.XSync(self._server, 0)

    def button(self, down: bool) -> None:
        self._test.XTestFakeButtonEvent(self._server, 1, down, ctypes.c_ulong(0))
        self._x.XFlush(self._server)

    def ms_until_other(self, x: int, y: int, than: int, since: float, limit_s: float = 5.0) -> float:
        while self.pixel(x, y) == than:
            if time.perf_counter() - since > limit_s:
                raise TimeoutError(f"pixel {x}, {y} did not change")
        return (time.perf_counter() - since) * 1000


@contextmanager
def x_server(width: int, height: int) -> Iterator[str]:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


def main() -> None:
    touches: list[list[str]] = []
    idle: list[list[str]] = []
    for width, height in SIZES:
        with tempfile.TemporaryDirectory() as folder, x_server(width, height) as display:
            station = _station(Path(folder), width, height)
            with station.kiosk(DISPLAY=display) as process:
                eye = Eye(display)
                _until_lit(eye)
                for what, times in _touches(eye, Frame.of(width, height, WIDTH_MM)).items():
                    row = [f"{percentile(times, share):.1f}" for share in (0.5, 0.99, 1.0)]
                    touches.append([f"{what}, {width} x {height}", *row])
                idle.append([f"X11, {width} x {height}", *_idle(process.pid, station)])
    with tempfile.TemporaryDirectory() as folder:
        station = _station(Path(folder), *SIZES[0])
        with station.kiosk(SDL_VIDEODRIVER="dummy") as process:
            time.sleep(3)
            idle.append(["off-screen, 1280 x 800", *_idle(process.pid, station)])
    table(
        f"touch to changed pixels, {TOUCHES} each, ms",
        ["what", "p50", "p99", "most"],
        [*touches, ["target", "", "33.0", ""]],
    )
    table(
        f"nobody there, {IDLE_S:.0f} s",
        ["screen", "PSS, MB", "% of one core", "pictures drawn"],
        [*idle, ["target", "70", "0.50", "1 a minute"]],
    )


def _station(folder: Path, width: int, height: int) -> Station:
    station = Station.make(folder, width, height)
    store = station.store()
    add_notice(store, cases.LONG_TEXT)
    store.close()
    return station


def _until_lit(eye: Eye) -> None:
    begin = time.perf_counter()
    eye.ms_until_other(3, 3, 0, begin, 20)
    time.sleep(2)


def _touches(eye: Eye, frame: Frame) -> dict[str, list[float]]:
    """A press is seen at the button's edge, a new scene at the screen's corner."""
    stage = cases.stage(frame)
    waiting = _box(stage.compose(cases.state(cases.ORDINARY)), GoTo(PROGRAMME))
    programme = _box(stage.compose(cases.state(cases.ORDINARY, scene=PROGRAMME)), GoTo(WAITING))
    edge = 12
    found: dict[str, list[float]] = {"press": [], "new scene": []}
    for number in range(TOUCHES):
        box = programme if number % 2 else waiting
        eye.move(box.x + box.width // 2, box.y + box.height // 2)
        time.sleep(PACE_S + random.uniform(0, 0.05))  # noqa: S311 - only to come at any moment
        seen, corner = (box.x + edge, box.y + edge), (3, 3)
        ground, before = eye.pixel(*corner), eye.pixel(*seen)
        begin = time.perf_counter()
        eye.button(True)
        found["press"].append(eye.ms_until_other(*seen, before, begin))
        time.sleep(random.uniform(0.05, 0.15))  # noqa: S311 - the same
        begin = time.perf_counter()
        eye.button(False)
        found["new scene"].append(eye.ms_until_other(*corner, ground, begin))
    return found


def _box(scene: Scene, act: Act) -> Box:
    return next(w.box for w in scene if isinstance(w, Target) and w.act == act)


def _idle(pid: int, station: Station) -> list[str]:
    time.sleep(5)
    picture, drawn = station.places.picture("kiosk"), set()
    begin = _cpu_s(pid)
    end = time.monotonic() + IDLE_S
    while time.monotonic() < end:
        drawn.add(picture.stat().st_mtime_ns)
        time.sleep(0.4)
    busy = 100 * (_cpu_s(pid) - begin) / IDLE_S
    return [f"{_pss_mb(pid):.1f}", f"{busy:.2f}", str(len(drawn) - 1)]


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
