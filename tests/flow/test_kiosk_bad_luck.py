"""What befalls a kiosk in the middle of a visit: the window system goes, the sound server sleeps, the disk is full."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from controller.core.palette import PAPER
from controller.runtime.clocks import SystemClock
from controller.store import guides
from kiosk.acts import FileService
from kiosk.filing.acts import Forward, PickEvent, PickGuide
from kiosk.filing.state import At
from kiosk.happenings import Filed, NotFiled
from kiosk.state import DOORS
from kiosk.widgets import Target
from tests.support import kiosk_cases as cases
from tests.support import kiosk_filing as support
from tests.support.filed import office_in
from tests.support.full_disk import small_disk
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_station import Station, until
from tests.support.kiosk_touching import PAGES, Finger, children, x_server
from tests.support.kiosk_visitor import Visitor, next_acts
from tests.support.pulse import NullSink

pytestmark = [
    pytest.mark.alone,  # touched in a person\'s pace
    pytest.mark.skipif(not Path("/usr/bin/Xvfb").exists(), reason="needs Xvfb"),
]
SHORT = support.guide(
    "ngan", "Việc thử", events=("giay_to",), papers=(),
    questions=(support._question("ten", "text", "Họ, chữ đệm và tên", look="name"),),
)  # fmt: skip


def _begun(station: Station, display: str, pid: int) -> Visitor:
    finger = Finger(display)
    until(lambda: station.places.picture("kiosk").exists(), "the waiting screen")
    until(lambda: len(children(pid)) == 2, "a process behind the one that is shown")
    time.sleep(1.0)
    finger.begins(station.places.picture("kiosk"))
    finger.touch(PAGES[DOORS], FileService())
    visitor = Visitor(Resident(support.begun((SHORT,))), display)
    until(visitor.sees, "the first page of filing")
    return visitor


def _station(folder: Path) -> Station:
    station = Station.make(folder)
    store = station.store()
    with store.write() as tx:
        guides.put(tx, SystemClock().now(), SHORT, "test")
    store.close()
    return station


def test_a_full_disk_is_said_nothing_is_lost_and_taps_file_once(tmp_path: Path) -> None:
    with small_disk(tmp_path / "card", "16m") as disk:
        station, office = _station(disk.folder / "state"), office_in(disk.folder / "state", SystemClock())
        sitting = office.opened()
        with x_server() as display, station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy") as process:
            visitor = _begun(station, display, process.pid)
            resident = visitor.resident
            visitor.touches(PickEvent("giay_to"), PickGuide("ngan"), Forward())
            while not resident.here.agreed:
                acts = next_acts(resident)
                visitor.touches(*(acts[:1] if resident.here.where.at is At.CONSENT else acts))
            disk.fill()
            visitor.touches(Forward())
            resident.happens(NotFiled("disk"))
            until(visitor.sees, "that the disk is full")
            disk.clear()
            time.sleep(0.5)
            (box,) = (w.box for w in support.composed(resident.here) if isinstance(w, Target) and w.act == Forward())
            where = (str(box.x + box.width // 2), str(box.y + box.height // 2))
            Finger(display).does(["mousemove", *where, "click", "--repeat", "4", "--delay", "40", "1"])
            until(lambda: bool(office.desk.outlines()), "the file")
            opened = office.desk.open(sitting, office.desk.outlines()[0].id)
            resident.happens(Forward())
            assert resident.here.where.at is At.SENDING
            resident.happens(Filed(opened.number, ""))
            time.sleep(1.0)
            shown = _title(resident)
            until(lambda: _same(display, shown), "the receipt, which no tap has passed over")
            assert len(office.desk.outlines()) == 1
        office.store.close()
        assert "Traceback" not in station.log


def _title(resident: Resident) -> Image.Image:
    """The upper left of the page, where no token is drawn."""
    return cases.raster(support.composed(resident.here)).crop((0, 0, 800, 260))


def _same(display: str, wanted: Image.Image) -> bool:
    """Whether it stands on the screen."""
    command = ["import", "-window", "root", "-crop", "800x260+0+0", "-depth", "8", "rgb:-"]
    seen = subprocess.run(command, env=os.environ | {"DISPLAY": display}, capture_output=True, check=True, timeout=20)
    return seen.stdout == wanted.tobytes()


def test_a_window_system_that_goes_is_found_again(tmp_path: Path) -> None:
    station = _station(tmp_path)
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    first = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        display = f":{told.readline().strip()}"
    again: list[subprocess.Popen[bytes]] = []
    try:
        with station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy") as process:
            _begun(station, display, process.pid)
            served = children(process.pid)[0]
            first.kill()
            first.wait()
            until(lambda: served not in children(process.pid), "the end of the visit")
            until(lambda: _shows(station, PAPER), "that something went wrong, though nobody can see it")
            again.append(subprocess.Popen(["Xvfb", display, *command[3:]], stderr=subprocess.DEVNULL))
            until(lambda: station.log.count("screen: x11") == 2, "the screen, again")
            assert process.poll() is None
    finally:
        for server in (first, *again):
            server.kill()
            server.wait()
    assert station.log.count("no screen: no video device") == 1  # looked for every few seconds, and said once


def _shows(station: Station, colour: tuple[int, int, int]) -> bool:
    with Image.open(station.places.picture("kiosk")) as picture:
        return picture.convert("RGB").getpixel((3, 3)) == colour


ASLEEP = """
import os, sys, threading, time
from pathlib import Path
from controller.runtime.places import Places
from kiosk.devices.voice import Voice
threading.Thread(target=Voice(Places(Path(sys.argv[1]))).open, daemon=True).start()
for _ in range(10):
    time.sleep(0.1)
print("the others go on", flush=True)
os._exit(0)
"""


def test_a_sound_server_that_sleeps_holds_up_nothing_but_the_voice(tmp_path: Path) -> None:
    folder = tmp_path / "pulse"
    folder.mkdir()
    sink = NullSink(folder)
    try:
        with sink.asleep():
            done = subprocess.run(
                [sys.executable, "-c", ASLEEP, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True,
                env=os.environ | {"SDL_AUDIODRIVER": "pulseaudio", "PULSE_SERVER": sink.server},
            )  # fmt: skip
    finally:
        sink.stop()
    assert done.stdout == "the others go on\n"
