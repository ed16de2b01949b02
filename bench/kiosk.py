"""The kiosk under a real X server: touch (as a click) to changed pixels, seen by another client of the
server; how soon the next resident's process is there; what all take when nobody is. `python -m bench.kiosk`
"""

from __future__ import annotations

import ctypes
import os
import random
import tempfile
import time
from collections.abc import Mapping
from math import nan
from pathlib import Path

from PIL import ImageChops

from bench.memory import compiled, mb, shares_mb
from bench.table import percentile, table
from kiosk.acts import Act, GoTo, Leave, SpeakTo
from kiosk.look import Frame
from kiosk.state import DOORS, LANGUAGE, PROGRAMME, WAITING
from kiosk.widgets import Box, Target
from tests.support import kiosk_cases as cases
from tests.support.kiosk_station import Station, add_notice
from tests.support.kiosk_touching import children, x_server
from tests.support.processes import until

SIZES = ((1280, 800), (1920, 1080))
WIDTH_MM = 217.0
TOUCHES = 100
VISITS = 10
PACE_S = 0.4  # longer than what a double tap is taken for
IDLE_S = 60.0
END_LIMIT_S = 10.0
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


def main() -> None:
    touches: list[list[str]] = []
    idle: list[list[str]] = []
    handed: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        variables = compiled(Path(folder))
        _off_screen(variables)  # compiles
        for width, height in SIZES:
            with tempfile.TemporaryDirectory() as place, x_server(width, height) as display:
                station = _station(Path(place), width, height)
                with station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy", **variables) as process:
                    hand = Hand(Eye(display), Frame.of(width, height, WIDTH_MM))
                    _until_lit(hand.eye)
                    for what, times in _touches(hand).items():
                        touches.append([f"{what}, {width} x {height}", *_shares(times)])
                    for what, times in _hand_overs(hand, process.pid).items():
                        handed.append([f"{what}, {width} x {height}", *_shares(times)])
                    idle += _idle(process.pid, station, f"X11, {width} x {height}")
        idle += _off_screen(variables, IDLE_S)
    table(
        f"touch to changed pixels, {TOUCHES} each, ms",
        ["what", "p50", "p99", "most"],
        [*touches, ["target", "", "33.0", ""]],
    )
    table(
        f"from the end of a visit, {VISITS} each, ms",
        ["to", "p50", "p99", "most"],
        [*handed, ["target for the next process", "", "300.0", ""]],
    )
    table(
        f"nobody there, {IDLE_S:.0f} s",
        ["screen", "PSS, MB", "as alone, MB (root)", "RSS of the largest, MB", "% of one core", "pictures drawn"],
        [*idle, ["target, all processes", "70", "", "110", "1.00", "1 a minute"]],
    )


def _off_screen(variables: Mapping[str, str], seconds: float = 0.0) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        station = _station(Path(folder), *SIZES[0])
        with station.kiosk(SDL_VIDEODRIVER="dummy", **variables) as process:
            until(lambda: len(children(process.pid)) == 2, 60, what="the one that is shown and the next")
            return _idle(process.pid, station, "off-screen, 1280 x 800", seconds)


def _shares(times: list[float]) -> list[str]:
    return [f"{percentile(times, share):.1f}" for share in (0.5, 0.99, 1.0)]


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


class Hand:
    """Touches what stands for an act on a page, and sees where one page differs from another."""

    def __init__(self, eye: Eye, frame: Frame) -> None:
        self.eye, self._frame = eye, frame
        self._stage = cases.stage(frame)

    def box(self, scene: str, act: Act) -> Box:
        found = self._stage.compose(cases.state(cases.ORDINARY, scene=scene))
        return next(w.box for w in found if isinstance(w, Target) and w.act == act)

    def over(self, scene: str, act: Act) -> None:
        """Go there, in a person's pace."""
        box = self.box(scene, act)
        self.eye.move(box.x + box.width // 2, box.y + box.height // 2)
        time.sleep(PACE_S + random.uniform(0, 0.05))  # noqa: S311 - only to come at any moment

    def touch(self, scene: str, act: Act) -> None:
        self.over(scene, act)
        self.eye.button(True)
        time.sleep(0.05)
        self.eye.button(False)

    def apart(self, one: str, other: str) -> tuple[int, int]:
        """A pixel of their titles in which two pages differ."""
        drawn = [cases.drawn(cases.Case(cases.state(cases.ORDINARY, scene=s), self._frame)) for s in (one, other)]
        apart = ImageChops.difference(*drawn).convert("L").tobytes()
        width, margin = self._frame.width, self._frame.mm(7)
        for y in range(margin, margin + self._frame.mm(8)):
            for x in range(margin, width // 2):
                if apart[y * width + x] > 100:
                    return x, y
        raise LookupError(f"{one} and {other} look alike")


def _touches(hand: Hand) -> dict[str, list[float]]:
    """A press is seen at the button's edge, a new page in its title."""
    hand.touch(WAITING, GoTo(LANGUAGE))
    hand.touch(LANGUAGE, SpeakTo("vi"))
    ways = ((DOORS, GoTo(PROGRAMME)), (PROGRAMME, GoTo(DOORS)))
    title, edge = hand.apart(DOORS, PROGRAMME), 12
    found: dict[str, list[float]] = {"press": [], "new page": []}
    for number in range(TOUCHES):
        page, act = ways[number % 2]
        hand.over(page, act)
        box = hand.box(page, act)
        seen = (box.x + edge, box.y + edge)
        ground, before = hand.eye.pixel(*title), hand.eye.pixel(*seen)
        begin = time.perf_counter()
        hand.eye.button(True)
        found["press"].append(hand.eye.ms_until_other(*seen, before, begin))
        time.sleep(random.uniform(0.05, 0.15))  # noqa: S311 - the same
        begin = time.perf_counter()
        hand.eye.button(False)
        found["new page"].append(hand.eye.ms_until_other(*title, ground, begin))
    hand.touch(DOORS, Leave())
    time.sleep(1)
    return found


def _hand_overs(hand: Hand, pid: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"the waiting screen": [], "the end of the process that served it": []}
    for _ in range(VISITS):
        hand.touch(WAITING, GoTo(LANGUAGE))
        hand.touch(LANGUAGE, SpeakTo("vi"))
        hand.over(DOORS, Leave())
        served, ground = children(pid)[0], hand.eye.pixel(3, 3)
        hand.eye.button(True)
        time.sleep(0.05)
        begin = time.perf_counter()
        hand.eye.button(False)
        found["the waiting screen"].append(hand.eye.ms_until_other(3, 3, ground, begin))
        while served in children(pid):
            if time.perf_counter() - begin > END_LIMIT_S:
                raise TimeoutError("the visit did not end: a touch before it was lost, the machine is too busy")
            time.sleep(0.001)
        found["the end of the process that served it"].append((time.perf_counter() - begin) * 1000)
        time.sleep(1)  # the next one makes itself ready
    return found


def _idle(pid: int, station: Station, what: str, seconds: float = IDLE_S) -> list[list[str]]:
    """The one that watches, the one that is shown, and the one behind it; all of them together."""
    time.sleep(5)
    picture, drawn = station.places.picture("kiosk"), set()
    pids = [pid, *children(pid)]
    begin = sum(map(_cpu_s, pids))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        drawn.add(picture.stat().st_mtime_ns)
        time.sleep(0.4)
    busy = 100 * (sum(map(_cpu_s, pids)) - begin) / IDLE_S
    own, pss, rss = shares_mb({what: pids}).get(what, nan), sum(map(mb, pids)), max(mb(one, "Rss") for one in pids)
    return [[what, f"{pss:.1f}", f"{own:.1f}", f"{rss:.1f}", f"{busy:.2f}", str(len(drawn) - 1)]]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
