"""The one who comes after: a resident has scanned a card, photographed a paper, filed and left, or the kiosk was killed
under them. Nothing of theirs is in the memory of any process, nor in any file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import tty
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from controller.core.palette import NIGHT, Rgb
from controller.runtime.clocks import SystemClock
from controller.store import guides
from kiosk.acts import FileService
from kiosk.filing import way
from kiosk.filing.acts import Forward, Have, PickEvent, PickGuide
from kiosk.filing.state import At
from kiosk.happenings import CameraSees, CardRead, Filed, PhotoTaken
from kiosk.state import DOORS
from tests.support import kiosk_filing as support
from tests.support import thief
from tests.support.chances import chances
from tests.support.filed import Office, office_in
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_station import Station, until
from tests.support.kiosk_touching import PAGES, Finger, children, x_server
from tests.support.kiosk_visitor import Visitor, next_acts
from tests.support.papers import page_of_print

pytestmark = [
    pytest.mark.alone,  # touched in a person\'s pace
    pytest.mark.skipif(not Path("/usr/bin/Xvfb").exists(), reason="needs Xvfb"),
]
CARD = "008153017926||ĐẶNG THỊ MƠ THỬ|17091953|Nữ|Thôn Thử Khuổi Quế, xã Bản Mẫu|05062021"
# as no part of the program has it in its own memory
SECRETS = ["ĐẶNG THỊ MƠ THỬ", "008153017926", "1953-09-17", "Thử Khuổi Quế"]
PHOTO = PhotoTaken(b"\xff\xd8", True, small=CameraSees(480, 270, bytes(480 * 270 * 3)))  # but for what is on it


class Kiosk:
    def __init__(self, folder: Path) -> None:
        self.sight, self.link, self.paper = folder / "sight.png", folder / "printer", folder / "paper.pbm"
        page_of_print(30).convert("RGB").save(self.sight)
        self.card, there = os.openpty()
        tty.setraw(there)
        self.station: Station = Station.make(folder / "state")
        self.office: Office = office_in(folder / "state", SystemClock())
        devices = (
            f'camera = "{self.sight}"\nprinter = "serial:{self.link}@115200"\nscanner = "{os.ttyname(there)}@9600"\n'
        )
        config = self.station.places.config.read_text(encoding="utf-8").replace("[kiosk]\n", "[kiosk]\n" + devices)
        self.station.places.config.write_text(config, encoding="utf-8")
        self.guide = support.guide(questions=support.QUESTIONS[1:2], papers=support.PAPERS[:1])
        store = self.station.store()
        with store.write() as tx:
            guides.put(tx, SystemClock().now(), self.guide, "test")
        store.close()

    def emulator(self) -> list[str]:
        command = [sys.executable, "-m", "kiosk.devices.printer_emulator", "--baud", "115200"]
        return [*command, "--link", str(self.link), "--paper", str(self.paper)]

    def shows(self, colour: Rgb) -> bool:
        file = self.station.places.picture("kiosk")
        if not file.exists():
            return False
        with Image.open(file) as picture:
            return picture.convert("RGB").getpixel((3, 3)) == colour

    def begun(self, display: str, pid: int) -> Visitor:
        finger, resident = Finger(display), Resident(support.begun((self.guide,)))
        until(lambda: self.shows(NIGHT) and len(children(pid)) == 2, "the waiting screen, and a process behind it")
        finger.begins(self.station.places.picture("kiosk"))
        finger.touch(PAGES[DOORS], FileService())
        visitor = Visitor(resident, display)
        until(visitor.sees, "the first page of filing")
        resident.touches = visitor.touches  # type: ignore[method-assign,assignment] # with a finger from now on
        visitor.touches(PickEvent("nguoi_cao_tuoi"), PickGuide(self.guide.id), Forward())
        return visitor

    def goes_on(self, visitor: Visitor, until_page: At) -> None:
        for _ in range(80):
            match visitor.resident.here.where.at:
                case at if at is until_page:
                    return
                case At.CARD:
                    visitor.resident.happens(CardRead(CARD))
                    until(partial(self._scanned, visitor), "what stands on the card", 40)
                case At.ASK:
                    visitor.touches(Forward())  # what no card answers may be left out
                case At.PAPERS:
                    for wanted in way.papers_of(visitor.resident.here):
                        ident = wanted.paper.id
                        visitor.touches(Have(ident, "yes"))
                    visitor.touches(Forward())
                case At.CONSENT:
                    visitor.touches(*next_acts(visitor.resident))
                case At.PHOTO:
                    visitor.touches(Forward(), look=False)
                    visitor.resident.happens(PHOTO)
                    until(visitor.reads, "that it is taken, and can be read")
                    visitor.touches(Forward())
                case _:
                    visitor.resident.goes_on()
        raise AssertionError(f"never came to {until_page}")

    def _scanned(self, visitor: Visitor) -> bool:
        """Hold the card before the scanner, and again where it was not understood."""
        time.sleep(0.5)
        os.write(self.card, CARD.encode() + b"\r\n")
        time.sleep(2.0)
        return visitor.sees()


def segments() -> set[str]:
    """Shared memory that pictures go to the screen through, and nobody holds any more."""
    rows = [row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines()]
    attached, ident = rows[0].index("nattch"), rows[0].index("shmid")
    return {row[ident] for row in rows[1:] if row[attached] == "0"}


def left(kiosk: Kiosk, pids: list[int], secrets: list[str | bytes], before: set[Path]) -> dict[str, set[str]]:
    """Where something of the resident's still is."""
    remembered, written = thief.remembered(secrets), thief.written(secrets)
    found = {f"process {pid}": seen for pid in pids if (seen := thief.in_memory(pid, remembered))}
    fresh = [path for path in Path(tempfile.gettempdir()).iterdir() if path not in before and "pytest" not in path.name]
    return found | thief.in_files([kiosk.station.places.state, Path("/dev/shm"), *fresh], written)  # noqa: S108 - looked at


@pytest.mark.timeout(300)  # two visits in a person's pace
def test_nothing_is_left_for_the_one_who_comes_after(tmp_path: Path) -> None:
    before, shared = set(Path(tempfile.gettempdir()).iterdir()), segments()
    kiosk = Kiosk(tmp_path)
    sitting = kiosk.office.opened()
    with (
        subprocess.Popen(kiosk.emulator()) as printer,
        x_server() as display,
        kiosk.station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy") as process,
    ):
        try:
            server = next(pid for pid in children(os.getpid()) if Path(f"/proc/{pid}/comm").read_text() == "Xvfb\n")
            # --- filed, and left
            visitor = kiosk.begun(display, process.pid)
            first = children(process.pid)[0]
            kiosk.goes_on(visitor, At.SENDING)
            until(lambda: bool(kiosk.office.desk.outlines()), "a file on the disk")
            until(kiosk.paper.exists, "the slip", 60)
            (outline,) = kiosk.office.desk.outlines()
            opened = kiosk.office.desk.open(sitting, outline.id)
            jpeg = kiosk.office.desk.photo(sitting, outline.id, opened.photos[0].place)
            assert opened.document.applicant.name == "ĐẶNG THỊ MƠ THỬ" and len(jpeg) > 50_000
            secrets: list[str | bytes] = [*SECRETS, opened.number, jpeg[len(jpeg) // 2 :][:48]]
            assert len(thief.in_memory(first, thief.remembered(secrets))) >= 4, "where it must be"
            visitor.resident.happens(Filed(opened.number, ""))
            while visitor.resident.filing is not None:
                until(visitor.reads, "the receipt, and what to do with it")
                visitor.touches(Forward(), look=False)
            Finger(display).leaves(kiosk.station.places.picture("kiosk"))
            until(lambda: first not in children(process.pid), "the end of the process that served them")
            until(lambda: len(children(process.pid)) == 2, "another one ready")
            assert left(kiosk, [process.pid, *children(process.pid), server], secrets, before) == {}
            # --- killed under them, while the camera watches and their card is read
            visitor = kiosk.begun(display, process.pid)
            second = children(process.pid)[0]
            kiosk.goes_on(visitor, At.CARD)
            until(lambda: bool(thief.children_of_all(second)), "the camera's process")
            seen = [second, *thief.children_of_all(second)]
            os.write(kiosk.card, CARD.encode() + b"\r\n")
            time.sleep(chances(10).uniform(0.1, 1.5))
            os.kill(second, signal.SIGKILL)
            until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in seen), "the end of all that had seen them")
            until(lambda: len(children(process.pid)) == 2, "another two")
            assert left(kiosk, [process.pid, *children(process.pid), server], secrets, before) == {}
        finally:
            printer.kill()
    assert segments() <= shared, "another program may have taken its own away meanwhile"
    assert left(kiosk, [], secrets, before) == {}, "the log included"
    assert kiosk.station.log.count("the screen's process ended") == 1
