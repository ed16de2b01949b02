"""A station with a board of every kind: its signs in this process, everything else in processes of its own, which may
be killed; and whether each board shows what it should, dot by dot."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.emulated.board import Sign
from controller.boards.emulated.emulator import Emulator
from controller.boards.emulated.line import LineEmulator
from controller.boards.emulated.tcp import TcpEmulator
from controller.boards.emulators import COARSE_GAP_S
from controller.boards.hanover.sign import HanoverSign
from controller.boards.huidu.sign import HuiduSign
from controller.boards.lettering.stills import dark, stills
from controller.boards.looking import Looking
from controller.boards.pages import Content
from controller.boards.preview import png_of_page
from controller.core.levels import Level
from controller.core.notices import Hours, Notice
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.config_text import load_config
from controller.runtime.doorbell import Doorbell
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import notices
from controller.store.connection import Store
from tests.support.processes import Process
from tests.support.screens import Monitor, x_server

WIDTH, HEIGHT = 640, 360
STATION = """
[site]
name = "Xã Hương Sơn"
[[zones]]
id = "a"
name = "A"
[[outputs]]
name = "main"
zones = ["a"]
device = "wav"
[clock]
trust = "off"
"""
KINDS = {
    "alpha": 'driver = "alpha"',
    "hanover": 'driver = "hanover"',
    "huidu": 'driver = "huidu"\ncolumns = 128\nrows = 32\ncolours = "full"',
    "screen": f'driver = "screen"\ncolumns = {WIDTH}\nrows = {HEIGHT}',
    "panel": 'driver = "hub75"',
}
PROCESSES: Mapping[str, tuple[str, ...]] = {
    "controller": ("daemon",), "screen": ("screen", "screen"), "panel": ("panel", "panel"),
}  # fmt: skip


def configured(*kinds: str, more: str = "") -> str:
    """A configuration with these boards (or all), each called as its kind; `more`: keys of each of them."""
    boards = (f'[[boards]]\nid = "{kind}"\nname = "{kind}"\n{KINDS[kind]}\n{more}\n' for kind in kinds or KINDS)
    return STATION + "".join(boards)


class Town:
    """`signs` and `emulators` by the board's id."""

    def __init__(self, folder: Path, config: str) -> None:
        self.places = Places(folder)
        self.places.make()
        self.places.config.write_text(config, encoding="utf-8")
        self.config: StationConfig = load_config(self.places.config)
        self.clock = SystemClock()
        self.store, self.bell, self._ids = Store(self.places.station_db), Doorbell(self.places), NewIds(self.clock)
        self.signs: dict[str, Sign] = {}
        self.emulators: dict[str, Emulator] = {}
        self.processes: dict[str, Process] = {}
        self.monitor: Monitor | None = None

    def post(
        self, text: str, level: Level = Level.NORMAL, lasts_s: float = 3600, boards: tuple[str, ...] = (),
        from_s: float = -1.0, hours: tuple[Hours, ...] = (), ring: bool = True,
    ) -> str:  # fmt: skip
        """A notice from so many seconds ahead, for so many."""
        now, ident = self.clock.now(), self._ids()
        notice = Notice(
            id=ident, text=text, level=level, shown_from=now + timedelta(seconds=from_s), boards=boards, hours=hours,
            shown_until=now + timedelta(seconds=max(from_s, 0) + lasts_s), created_at=now,
        )  # fmt: skip
        with self.store.write() as tx:
            notices.add(tx, now, notice, "test")
        if ring:
            self.ring()
        return ident

    def withdraw(self, ident: str) -> None:
        with self.store.write() as tx:
            notices.withdraw(tx, self.clock.now(), ident, "test")
        self.ring()

    def ring(self) -> None:
        for name in self.config.faces:
            self.bell.ring(name)

    def known(self, board: str) -> tuple[str, str, str]:
        """Its state, text and reason as they are stored."""
        with self.store.read() as tx:
            found = [(b.state.value, b.text, b.detail) for b in notices.boards(tx) if b.board == board]
        return found[0] if found else ("", "", "")

    def wanted(self, ident: str) -> Content:
        """What a board is to show now, found anew from the rows."""
        board = self.config.board(ident)
        content = Looking(board, self.config.site, self.config.policy.board_after_s, self.store, self.clock).look(True)
        assert content is not None
        return content

    def shows(self, ident: str) -> bool:
        """Whether a board shows one of the pages that it is to show, or is dark as it is to be."""
        board, content = self.config.board(ident), self.wanted(ident)
        pages = [page.dots for page in stills(board, content.live).pages] if content.is_lit else [dark(board)]
        if board.driver == "screen":
            assert self.monitor is not None
            return self.monitor.pixels() in [b"".join(dots) for dots in pages]
        if board.driver == "hub75":
            picture = self.places.picture(f"board-{ident}")
            shown = [png_of_page(board, page) for page in stills(board, content.live).pages]
            return picture.exists() and picture.read_bytes() in shown
        face = self.signs[ident].face(time.monotonic()).dots  # by the clock of the emulators
        return tuple(face) in [tuple(dots) for dots in pages]

    def missing(self, *boards: str) -> list[str]:
        """The boards (of all, or of these) that do not show what they should."""
        return [ident for ident in boards or tuple(b.id for b in self.config.boards) if not self.shows(ident)]

    def settles(self, limit_s: float, *boards: str) -> None:
        """Wait until they do."""
        deadline = time.monotonic() + limit_s
        while missing := self.missing(*boards):
            told = {ident: (self.known(ident), self.wanted(ident).live.text) for ident in missing}
            assert time.monotonic() < deadline, f"after {limit_s:.1f} s known and wanted: {told}"
            time.sleep(0.1)


@contextmanager
def town(folder: Path, config: str = "", screen_in: Path | None = None) -> Iterator[Town]:
    """Running, with an X server for its screen (which keeps its pixels in `screen_in`). What the processes have said is
    told where the block fails."""
    with ExitStack() as stack:
        found = Town(folder, config or configured())
        stack.callback(found.store.close)
        stack.callback(found.bell.close)
        stopping = threading.Event()
        for board in found.config.boards:
            if board.port == "emulator":
                stack.enter_context(_served(found, board.id, stopping))
        variables = {"WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": ""}
        kinds = {"controller", *(board.id for board in found.config.boards)}
        if "screen" in kinds:
            found.monitor = stack.enter_context(x_server(screen_in or folder, WIDTH, HEIGHT))
            variables["DISPLAY"] = found.monitor.display
        for name in sorted(kinds & PROCESSES.keys()):
            child = Process(*PROCESSES[name], state=folder, variables=variables)
            found.processes[name] = stack.enter_context(child)
        yield found


@contextmanager
def _served(found: Town, ident: str, stopping: threading.Event) -> Iterator[None]:
    board = found.config.board(ident)
    emulator: Emulator
    if board.driver == "huidu":
        sign = HuiduSign(board.columns, board.rows, board.colours)
        emulator, found.signs[ident] = TcpEmulator(board, found.places, sign), sign
    else:
        line: Sign = (
            AlphaSign(board.columns, board.rows, Physics(gap_s=COARSE_GAP_S))
            if board.driver == "alpha"
            else HanoverSign(board.columns, board.rows, board.address)
        )
        emulator, found.signs[ident] = LineEmulator(board, found.places, line), line
    found.emulators[ident] = emulator
    thread = threading.Thread(target=emulator.serve, args=(stopping,), name=f"sign-{ident}")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(10)
