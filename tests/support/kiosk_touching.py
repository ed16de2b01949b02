"""A kiosk under a real X server, and a finger for it; and what lies in the memory of its processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.acts import Act
from kiosk.widgets import Target
from tests.support.kiosk_cases import SMALL, Case, scene
from tests.support.thief import in_memory, remembered

PACE_S = 0.5  # a person's: the second tap of a double tap is not one


@contextmanager
def x_server(width: int = SMALL.width, height: int = SMALL.height) -> Iterator[str]:
    """An X server of the kiosk's size; gives its DISPLAY."""
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


@dataclass(frozen=True, slots=True)
class Finger:
    display: str

    def touch(self, of: Case, act: Act, pace_s: float = PACE_S) -> None:
        """Touch what stands for an act on a page, in a person's pace."""
        time.sleep(pace_s)
        self.touches(of, [act])

    def touches(self, of: Case, acts: Iterable[Act]) -> None:
        """One after the other, faster than anybody types."""
        boxes = {w.act: w.box for w in scene(of) if isinstance(w, Target)}
        what: list[str] = []
        for box in (boxes[act] for act in acts):
            what += [
                "mousemove",
                str(box.x + box.width // 2),
                str(box.y + box.height // 2),
                "click",
                "1",
                "sleep",
                "0.05",
            ]
        self.does(what)

    def at(self, x: int, y: int) -> None:
        self.does(["mousemove", str(x), str(y), "click", "1"])

    def does(self, what: list[str]) -> None:
        """As xdotool is told it, as fast as it can."""
        subprocess.run(["xdotool", *what], env=os.environ | {"DISPLAY": self.display}, check=True, timeout=60)


def children(pid: int) -> list[int]:
    """The oldest first."""
    try:
        return sorted(int(part) for part in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    except FileNotFoundError:
        return []


def remembers(pid: int, text: str) -> bool:
    """Whether a text lies anywhere in what a process may write to."""
    return bool(in_memory(pid, remembered([text])))


def lies_in(folder: Path, text: str) -> list[Path]:
    """The files below a folder that have a text in them."""
    needle = text.encode()
    return [file for file in folder.rglob("*") if file.is_file() and needle in file.read_bytes()]
