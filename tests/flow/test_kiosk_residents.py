"""A process for each resident: nothing of one is left for the next, whatever way a visit ends."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from controller.core.palette import NIGHT, PAPER, Rgb
from kiosk.acts import Confirm, Earlier, GoTo, Leave, Press, SpeakTo
from kiosk.enquiry import Enquiry
from kiosk.flow import DOORS, LANGUAGE, SORRY, STATUS, WAITING
from tests.support.kiosk_cases import HOUSE, Case, state
from tests.support.kiosk_station import Station, until
from tests.support.kiosk_touching import Finger, children, lies_in, remembers, x_server

NUMBER, BORN = "ZQXJ7W9K", "31121977"
CORNER = (3, 3)
PAGES = {name: Case(state(HOUSE, scene=name)) for name in (WAITING, LANGUAGE, DOORS, SORRY)}
TYPING = {at: Case(state(HOUSE, scene=STATUS, enquiry=Enquiry(at=at))) for at in ("number", "born")}


class Kiosk:
    def __init__(self, station: Station, process: subprocess.Popen[bytes], display: str) -> None:
        self.station, self.process, self.finger = station, process, Finger(display)

    @property
    def shown(self) -> int:
        return children(self.process.pid)[0]

    def shows(self, colour: Rgb) -> bool:
        file = self.station.places.picture("kiosk")
        if not file.exists():
            return False
        with Image.open(file) as picture:
            return picture.convert("RGB").getpixel(CORNER) == colour

    def rested(self) -> None:
        """The waiting screen is there, and another process behind it."""
        until(lambda: self.shows(NIGHT), "the waiting screen")
        until(lambda: len(children(self.process.pid)) == 2, "a process behind the one that is shown")

    def begin(self) -> None:
        self.finger.touch(PAGES[WAITING], GoTo(LANGUAGE))
        until(lambda: self.shows(PAPER), "the choice of a language")
        self.finger.touch(PAGES[LANGUAGE], SpeakTo("vi"))

    def type(self, page: str, keys: str) -> None:
        time.sleep(0.4)  # the page is new
        for key in keys:
            self.finger.touch(TYPING[page], Press(key), 0.12)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    with _kiosk(tmp_path) as running:
        yield running
    assert "Traceback" not in running.station.log


@contextmanager
def _kiosk(folder: Path) -> Iterator[Kiosk]:
    station = Station.make(folder)
    station.store().close()
    with x_server() as display, station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy") as process:
        running = Kiosk(station, process, display)
        running.rested()
        yield running


def test_nothing_that_was_typed_is_left_when_a_visit_is_over(kiosk: Kiosk) -> None:
    finger, first = kiosk.finger, kiosk.shown
    kiosk.begin()
    finger.touch(PAGES[DOORS], GoTo(STATUS))
    kiosk.type("number", NUMBER)
    until(lambda: remembers(first, NUMBER), "what was typed, where it must be")  # so the search finds what there is
    finger.touch(TYPING["number"], Confirm())
    kiosk.type("born", BORN)
    until(lambda: remembers(first, BORN), "the birth date, where it must be")
    assert not kiosk.shows(PAPER)  # the picture that is kept shows that somebody is there, not what they do
    assert lies_in(kiosk.station.places.state, NUMBER) == []
    finger.touch(TYPING["born"], Earlier())
    finger.touch(TYPING["number"], Earlier())
    finger.touch(PAGES[DOORS], Leave())
    until(lambda: first not in children(kiosk.process.pid), "the end of the process that served it")
    kiosk.rested()
    alive = [kiosk.process.pid, *children(kiosk.process.pid)]
    assert [(pid, text) for pid in alive for text in (NUMBER, BORN) if remembers(pid, text)] == []
    assert [lies_in(kiosk.station.places.state, text) for text in (NUMBER, BORN, "31/12/1977")] == [[], [], []]
    kiosk.begin()  # and the next resident is served by another process
    assert kiosk.shown != first


def test_a_crash_during_a_visit_is_owned_up_to_and_one_before_it_is_not(kiosk: Kiosk) -> None:
    first = kiosk.shown
    os.kill(first, signal.SIGKILL)
    until(lambda: kiosk.shown != first, "another process")
    kiosk.rested()
    second = kiosk.shown
    kiosk.begin()
    os.kill(second, signal.SIGSEGV)
    until(lambda: kiosk.shown != second and len(children(kiosk.process.pid)) == 2, "another process")
    until(lambda: _sorry(kiosk), "that something went wrong")
    kiosk.finger.touch(PAGES[SORRY], GoTo(LANGUAGE))
    until(lambda: not _sorry(kiosk), "a new beginning")
    assert "signal 11), during a visit" in kiosk.station.log
    assert kiosk.station.log.count("the screen's process ended") == 2


def _sorry(kiosk: Kiosk) -> bool:
    """Its title stands in lacquer."""
    if not kiosk.shows(PAPER):
        return False
    with Image.open(kiosk.station.places.picture("kiosk")) as picture:
        colours = picture.convert("RGB").crop((40, 40, 640, 110)).getcolors(100_000) or []
    return (0xA1, 0x1A, 0x14) in {colour for _, colour in colours}


def test_no_process_outlives_the_one_that_watches_over_them(kiosk: Kiosk) -> None:
    pids = children(kiosk.process.pid)
    assert len(pids) == 2
    kiosk.process.kill()
    until(lambda: not any(_lives(pid) for pid in pids), "the end of all of them", 10)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_ends_at_once_when_it_is_told_to(kiosk: Kiosk) -> None:
    pids = children(kiosk.process.pid)
    begun = time.monotonic()
    kiosk.process.terminate()
    assert kiosk.process.wait(10) == 0
    assert time.monotonic() - begun < 5
    assert not any(_lives(pid) for pid in pids)
