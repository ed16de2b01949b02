"""A station with a screen and panels, and an X server whose pixels can be looked at."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from PIL import Image

from controller.boards.display.reports import Reports
from controller.boards.looking import Looking
from controller.boards.pages import Page
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.config_text import load_config
from controller.runtime.doorbell import Doorbell, at_home
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import journal, notices
from controller.store.connection import Store
from tests.support.processes import Process

WIDTH, HEIGHT = 640, 360
CONFIG = f"""
[site]
name = "Xã Hương Sơn"
[[zones]]
id = "a"
name = "A"
[[outputs]]
name = "main"
zones = ["a"]
device = "wav"
[[boards]]
id = "sanh"
name = "Sảnh"
driver = "screen"
columns = {WIDTH}
rows = {HEIGHT}
[[boards]]
id = "cong"
name = "Cổng"
driver = "hub75"
columns = 128
rows = 64
[clock]
trust = "off"
"""


class Hall:
    """A station with a screen and panels on disk. It listens to what they say of themselves, as the controller does."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        self.places = Places(folder)
        self.places.make()
        self.places.config.write_text(config, encoding="utf-8")
        self.config: StationConfig = load_config(self.places.config)
        self.store = Store(self.places.station_db)
        self.clock = SystemClock()
        self.bell = Doorbell(self.places)
        self._reports = Reports(self.config, self.store, self.clock, self.places, partial(at_home, self.places))

    def notice(self, text: str, level: Level = Level.NORMAL, ring: bool = True) -> str:
        now, ident = self.clock.now(), NewIds(self.clock)()
        notice = Notice(
            id=ident, text=text, level=level, shown_from=now - timedelta(seconds=1),
            shown_until=now + timedelta(hours=1), created_at=now,
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
        for name in self.config.displays:
            self.bell.ring(name)

    def known(self, board: str) -> tuple[str, str, str]:
        self._reports.look()
        with self.store.read() as tx:
            return next(
                ((b.state.value, b.text, b.detail) for b in notices.boards(tx) if b.board == board), ("", "", "")
            )

    def faults(self, board: str) -> list[str]:
        with self.store.read() as tx:
            lines = journal.entries(tx, subject=f"board/{board}")
        return [line.kind for line in lines if line.kind in {Kind.FAULT, Kind.RECOVERED}]

    def preview(self, board: str) -> bytes:
        """The dots that the board shows now, as the officials' page would have them: of its only page."""
        (page,) = self.pages(board)
        return b"".join(page.dots)

    def pages(self, board: str) -> tuple[Page, ...]:
        content = Looking(self.config.board(board), self.config.site, 600, self.store, self.clock).look(True)
        assert content is not None
        return content.live.pages

    def screen(self, **variables: str) -> Process:
        return Process("screen", "sanh", state=self.places.state, variables={"SDL_VIDEODRIVER": "", **variables})


class Monitor:
    """What an X server has on its screen: it keeps its pixels in a file (xwd(1), version 7)."""

    def __init__(self, display: str, file: Path, pid: int) -> None:
        self.display, self._file, self._pid = display, file, pid

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes no more frames inside this block."""
        os.kill(self._pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._pid, signal.SIGCONT)

    def pixels(self) -> bytes:
        """Red, green and blue of each dot, row after row."""
        data = self._file.read_bytes()
        size, _, _, _, width, height = struct.unpack(">6I", data[:24])
        line, colours = struct.unpack(">I", data[48:52])[0], struct.unpack(">I", data[76:80])[0]
        begin = size + 12 * colours
        return Image.frombytes(
            "RGB", (width, height), data[begin : begin + line * height], "raw", "BGRX", line
        ).tobytes()

    def corner(self) -> tuple[int, int, int]:
        """The upper left pixel."""
        with self._file.open("rb") as file:
            head = file.read(100)
            file.seek(struct.unpack(">I", head[:4])[0] + 12 * struct.unpack(">I", head[76:80])[0])
            blue, green, red = file.read(3)
        return red, green, blue


@contextmanager
def x_server(folder: Path, width: int = WIDTH, height: int = HEIGHT) -> Iterator[Monitor]:
    """An X server with a screen of a size."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    server = subprocess.Popen([*command, "-fbdir", str(folder)], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield Monitor(f":{told.readline().strip()}", folder / "Xvfb_screen0", server.pid)
    finally:
        server.terminate()
        server.wait(10)
