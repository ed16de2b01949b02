"""A process for each resident: nothing of one is left for the next, whatever way a visit ends."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from controller.core.palette import LEAF, NIGHT, PAPER, TURMERIC, Rgb
from controller.core.sessions import SessionDraft
from controller.kiosk_requests import HelpDesk, Requests
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.runtime.identifiers import NewIds
from controller.store import kiosk_requests
from controller.training import Training
from kiosk.acts import CallHelp, Confirm, Earlier, GoTo, Leave, Press, SignUp, SpeakTo
from kiosk.bulletin import Bulletin
from kiosk.bulletin import Training as Offered
from kiosk.enquiry import Enquiry
from kiosk.state import DOORS, HELP, LANGUAGE, SESSION, SORRY, STATUS, TRAINING
from tests.support.kiosk_cases import HOUSE, SMALL, Case, state
from tests.support.kiosk_station import Station, until
from tests.support.kiosk_touching import PAGES, Finger, children, lies_in, remembers, x_server
from tests.support.kiosk_visitor import Eye
from tests.support.stalls import within

pytestmark = pytest.mark.alone  # touched in a person's pace
NUMBER, BORN = "ZQXJ7W9K", "31121977"
CORNER = (3, 3)
TYPING = {
    name: Case(state(HOUSE, scene=STATUS, enquiry=enquiry))
    for name, enquiry in {
        "number": Enquiry(),
        "born": Enquiry(at="born", number=NUMBER),
        "number again": Enquiry(number=NUMBER),
    }.items()
}


class Kiosk:
    def __init__(self, station: Station, process: subprocess.Popen[bytes], display: str) -> None:
        self.station, self.process, self.finger = station, process, Finger(display)
        self.eye, self.picture = Eye(display), station.places.picture("kiosk")

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

    def colours(self) -> set[object]:
        with Image.open(self.station.places.picture("kiosk")) as picture:
            whole = picture.convert("RGB")
            page = whole.crop((0, 0, whole.width, SMALL.height * 3 // 4))  # without the bar
        return {colour for _, colour in page.getcolors(1_000_000) or []}

    def begin(self) -> None:
        self.finger.begins(self.picture)

    def type(self, page: str, keys: str) -> None:
        until(lambda: self.eye.finds(TYPING[page]), f"the page for the {page}")
        time.sleep(0.4)  # the page is new
        self.finger.touches(TYPING[page], [Press(key) for key in keys])


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
    until(lambda: kiosk.eye.finds(TYPING["number again"]), "the page for the number, as it was left")
    finger.touch(TYPING["number again"], Earlier())
    finger.leaves(kiosk.picture)
    until(lambda: first not in children(kiosk.process.pid), "the end of the process that served it")
    kiosk.rested()
    alive = [kiosk.process.pid, *children(kiosk.process.pid)]
    assert [(pid, text) for pid in alive for text in (NUMBER, BORN) if remembers(pid, text)] == []
    assert [lies_in(kiosk.station.places.state, text) for text in (NUMBER, BORN, "31/12/1977")] == [[], [], []]
    kiosk.begin()  # and the next resident is served by another process
    assert kiosk.shown != first


def morning(now: datetime) -> datetime:
    """In three days, so that what is said of it is the same whenever the test runs."""
    return (now + timedelta(days=3)).replace(hour=2, minute=0, second=0, microsecond=0)


def test_a_seat_and_help_are_asked_for_by_touches_and_answered(kiosk: Kiosk) -> None:
    station, finger = kiosk.station, kiosk.finger
    clock, bell, store = SystemClock(), Doorbell(station.places), station.store()
    requests, begins = Requests(store, station.places, bell, clock), morning(clock.now())
    draft = SessionDraft(title="VNeID", place="Nhà văn hóa", begins=begins, ends=begins + timedelta(hours=2), seats=1)
    ident = Training(store, bell, clock, NewIds(clock), station.config).add(draft, "test").id
    one = Bulletin(trainings=(Offered(ident, "VNeID", "Nhà văn hóa", begins, 1),))
    listed, chosen = (Case(state(one, scene=scene, about=ident, now=clock.now())) for scene in (TRAINING, SESSION))
    taken = replace(one, trainings=(replace(one.trainings[0], free=0),))
    full = Case(state(taken, scene=TRAINING, now=clock.now()))
    help_ = Case(state(HOUSE, scene=HELP))
    kiosk.begin()
    finger.leads(kiosk.picture, PAGES[DOORS], GoTo(TRAINING), listed)
    finger.leads(kiosk.picture, listed, GoTo(SESSION, about=ident), chosen)
    finger.touch(chosen, SignUp(ident))
    until(lambda: requests.take() == 1, "the request for a seat")
    until(lambda: LEAF in kiosk.colours(), "the number")
    with store.read() as tx:
        assert [number for _, number in kiosk_requests.tickets(tx, clock.now() - timedelta(days=1))] == [1]
    finger.leads(kiosk.picture, chosen, GoTo(TRAINING), full)
    finger.leads(kiosk.picture, full, GoTo(DOORS), PAGES[DOORS])
    finger.leads(kiosk.picture, PAGES[DOORS], GoTo(HELP), help_)
    finger.touch(help_, CallHelp())
    until(lambda: requests.take() == 1, "the call for help")
    until(lambda: TURMERIC in kiosk.colours(), "that it was heard")
    with store.read() as tx:
        (call,) = kiosk_requests.open_calls(tx)
    HelpDesk(store, bell, clock).answer(call.id, "test")
    until(lambda: TURMERIC not in kiosk.colours(), "that somebody is on the way")
    bell.close()
    store.close()


def test_a_whole_hand_on_the_glass_breaks_nothing(kiosk: Kiosk) -> None:
    chance, width, height = random.Random(1), SMALL.width, SMALL.height  # noqa: S311 - only to touch at random
    touches: list[str] = []
    for _ in range(200):
        where = [str(chance.randrange(width)), str(chance.randrange(height))]
        touches += ["mousemove", *where, chance.choice(["click", "mousedown", "mouseup"]), chance.choice("1112345")]
    for _ in range(50):
        touches += ["key", chance.choice(["a", "Return", "Escape", "Tab", "F4", "alt+F4", "ctrl+c", "ctrl+alt+Delete"])]
    kiosk.finger.does(touches)
    kiosk.finger.does(["mouseup", "1", "keyup", "ctrl", "keyup", "alt"])
    until(lambda: kiosk.process.poll() is None and len(children(kiosk.process.pid)) == 2, "both processes")
    assert "the screen's process ended" not in kiosk.station.log


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
    kiosk.finger.leads(kiosk.picture, PAGES[SORRY], GoTo(LANGUAGE), PAGES[LANGUAGE])
    assert "signal 11), during a visit" in kiosk.station.log
    assert kiosk.station.log.count("the screen's process ended") == 2


def test_one_that_dies_in_waiting_does_not_disturb_the_one_that_serves(kiosk: Kiosk) -> None:
    shown, ready = children(kiosk.process.pid)
    kiosk.begin()
    os.kill(ready, signal.SIGKILL)
    until(lambda: ready not in children(kiosk.process.pid), "the end of the one behind")
    kiosk.finger.touch(PAGES[DOORS], Leave())  # it is needed before its time
    until(lambda: shown not in children(kiosk.process.pid), "another process, though none was ready")
    kiosk.rested()
    assert kiosk.station.log.count("the screen's process ended") == 1


def _sorry(kiosk: Kiosk) -> bool:
    """Its title stands in lacquer."""
    if not kiosk.shows(PAPER):
        return False
    with Image.open(kiosk.station.places.picture("kiosk")) as picture:
        colours = picture.convert("RGB").crop((40, 40, 640, 110)).getcolors(100_000) or []
    return (0xA1, 0x1A, 0x14) in {colour for _, colour in colours}


def test_one_that_hangs_during_a_visit_is_not_left_on_the_screen(kiosk: Kiosk) -> None:
    first = kiosk.shown
    kiosk.begin()
    os.kill(first, signal.SIGSTOP)  # as one whose device never answers: what somebody was at stays on the screen
    until(lambda: first not in children(kiosk.process.pid), "its end")
    until(lambda: _sorry(kiosk), "that something went wrong")
    assert kiosk.station.log.count("no sign of life") == 1


def test_a_visit_that_ended_with_all_processes_is_owned_up_to(kiosk: Kiosk) -> None:
    station = kiosk.station
    kiosk.begin()
    until(lambda: (station.places.room("kiosk") / "visit").exists(), "the mark of a visit")
    kiosk.process.kill()
    kiosk.process.wait()
    with station.kiosk(DISPLAY=kiosk.finger.display, SDL_AUDIODRIVER="dummy") as process:
        again = Kiosk(station, process, kiosk.finger.display)
        until(lambda: _sorry(again), "that something went wrong")
        again.finger.leads(again.picture, PAGES[SORRY], GoTo(LANGUAGE), PAGES[LANGUAGE])
        again.finger.leads(again.picture, PAGES[LANGUAGE], SpeakTo("vi"), PAGES[DOORS])
        again.finger.leaves(again.picture)
        again.rested()
        assert not (station.places.room("kiosk") / "visit").exists()


def test_no_process_outlives_the_one_that_watches_over_them(kiosk: Kiosk) -> None:
    pids = children(kiosk.process.pid)
    assert len(pids) == 2
    kiosk.process.kill()
    until(lambda: not any(_lives(pid) for pid in pids), "the end of all of them")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_ends_at_once_when_it_is_told_to(kiosk: Kiosk) -> None:
    pids = children(kiosk.process.pid)
    with within(5.0):
        kiosk.process.terminate()
        assert kiosk.process.wait(30) == 0
    assert not any(_lives(pid) for pid in pids)
