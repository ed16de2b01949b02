"""A kiosk under a real X server, and a finger for it; and what lies in the memory of its processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from kiosk.acts import Act, GoTo, Leave, SpeakTo
from kiosk.state import DOORS, LANGUAGE, SORRY, WAITING
from kiosk.widgets import Target
from tests.support.kiosk_cases import HOUSE, SMALL, Case, drawn, scene, state
from tests.support.kiosk_station import until
from tests.support.thief import in_memory, remembered

PACE_S = 0.5  # a person's: the second tap of a double tap is not one
PAGES = {name: Case(state(HOUSE, scene=name)) for name in (WAITING, LANGUAGE, DOORS, SORRY)}


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

    def leads(self, picture: Path, of: Case, act: Act, to: Case) -> None:
        """Touch, and wait until the page that it leads to is kept as it is drawn: nothing can be touched of one
        that has not come yet, and a button under the finger is a changed picture, too."""
        expected = drawn(to)
        self.touch(of, act)
        until(lambda: _kept(picture) == expected, f"the page {to.state.scene} after {act}")

    def leaves(self, picture: Path) -> None:
        """The visit, from the doors, when they are there."""
        expected = drawn(PAGES[DOORS])
        until(lambda: _kept(picture) == expected, "the doors")
        self.touch(PAGES[DOORS], Leave())

    def begins(self, picture: Path) -> None:
        """A visit, from the waiting screen (which is there) to the doors."""
        self.leads(picture, PAGES[WAITING], GoTo(LANGUAGE), PAGES[LANGUAGE])
        self.leads(picture, PAGES[LANGUAGE], SpeakTo("vi"), PAGES[DOORS])

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


def _kept(picture: Path) -> Image.Image:
    with Image.open(picture) as file:
        return file.convert("RGB")


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
