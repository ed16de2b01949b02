"""`loalang run` as a newcomer starts it: every process, a null sink for its sound, a browser for its page."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from controller.core.journal import Entry
from controller.core.notices import BoardState
from controller.run import write_example
from controller.runtime.config import StationConfig
from controller.runtime.config_text import load_config
from controller.runtime.places import Places
from controller.store import journal, notices
from controller.store.connection import Store
from tests.support.listening import Listener
from tests.support.processes import Process, free_port
from tests.support.pulse import NullSink, null_sink

MARK = re.compile(r"^(\S+) +\| (.*)$", re.MULTILINE)


@dataclass
class Whole:
    places: Places
    config: StationConfig
    process: Process
    sink: NullSink
    listener: Listener

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.config.web.port}"

    def journal(self, title: str) -> list[Entry]:
        """The lines about a title, in order."""
        if not self.places.station_db.exists():
            return []
        store = Store(self.places.station_db)
        try:
            with store.read() as tx:
                return [entry for entry in journal.entries(tx) if entry.detail.get("title") == title]
        finally:
            store.close()

    def kinds(self, title: str) -> list[str]:
        return [entry.kind.value for entry in self.journal(title)]

    def code(self) -> str:
        """The one-time code of the first sign-in, as printed."""
        found = re.findall(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", self.process.said())
        return str(found[0])

    def pids(self, name: str) -> list[int]:
        """Every process number that `run` said it started under a name, oldest first."""
        said = MARK.findall(self.process.said())
        return [
            int(line.rsplit(" ", 1)[1]) for who, line in said if who == name and line.startswith("started, process")
        ]

    def sign_shows(self) -> str:
        """The words of what the emulated sign was last read back to show; "" while that is not proven."""
        store = Store(self.places.station_db)
        try:
            with store.read() as tx:
                known = notices.boards(tx)
        finally:
            store.close()
        return " ".join(known[0].text.split()) if known and known[0].state is BoardState.SHOWN else ""

    def kiosk_reads(self) -> str:
        """The words on the kiosk's picture, as a reading machine sees them."""
        picture = self.places.picture("kiosk")
        if not picture.exists():
            return ""
        reader = ["nice", "-n", "19", "tesseract", str(picture), "-", "-l", "vie", "--psm", "11"]
        variables = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(reader, capture_output=True, text=True, check=True, env=variables)
        return done.stdout

    def listening(self) -> set[tuple[str, int]]:
        """(protocol, port) of every network socket on which any of the station's processes listens."""
        inodes = set()
        for pid in _family(self.process.pid):
            for target in _open(pid):
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
        found = set()
        for protocol in ("tcp", "tcp6", "udp", "udp6"):
            for line in Path(f"/proc/net/{protocol}").read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[9] in inodes and (protocol.startswith("udp") or fields[3] == "0A"):
                    found.add((protocol, int(fields[1].rsplit(":", 1)[1], 16)))
        return found


def _open(pid: int) -> list[str]:
    """What a process holds open; what was closed meanwhile, or has ended with it, is left out."""
    found = []
    with suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.append(str(handle.readlink()))
    return found


def _family(pid: int) -> list[int]:
    """A process and all that came of it; a voice, say, may end while one looks."""
    children = list[str]()
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += file.read_text(encoding="ascii").split()
    return [pid, *(found for child in children for found in _family(int(child)))]


@contextmanager
def whole_station(folder: Path) -> Iterator[Whole]:
    places = Places(folder)
    places.make()
    write_example(places.config)
    text = places.config.read_text(encoding="utf-8").replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - taken out
    # a long buffer: what is heard is looked at here, not how soon, and a browser keeps both cores busy
    text = text.replace('device = "auto"', 'device = "auto"\nbuffer = 4096').replace("8080", str(free_port()))
    places.config.write_text(text, encoding="utf-8")
    with null_sink() as sink, Listener(sink) as listener:
        variables = {**sink.variables, "SDL_VIDEODRIVER": "dummy"}
        with Process("run", state=folder, variables=variables) as process:
            yield Whole(places, load_config(places.config), process, sink, listener)
