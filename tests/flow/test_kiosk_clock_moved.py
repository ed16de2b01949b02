"""The wall clock of a real kiosk is set, by hours and over days, while somebody stands there and while nobody does.
Only what the process takes for the wall clock is moved; time goes on as it does."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from kiosk.acts import GoTo, SpeakTo
from kiosk.bulletin import Bulletin
from kiosk.state import DOORS, LANGUAGE
from tests.support import kiosk_station
from tests.support.kiosk_cases import TZ, Case, drawn, state
from tests.support.kiosk_station import Station, until
from tests.support.kiosk_touching import Finger, children, x_server
from tests.support.stalls import within

pytestmark = pytest.mark.alone  # touched in a person's pace
MOVED = """
import pathlib, sys
from datetime import timedelta
from controller.runtime.clocks import SystemClock
true, moved = SystemClock.now, pathlib.Path(sys.argv[2], "moved-by-s")
SystemClock.now = lambda self: true(self) + timedelta(seconds=float(moved.read_text()))
"""


def test_a_clock_that_is_set_ends_no_visit_and_is_shown_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kiosk_station, "START", MOVED + kiosk_station.START)
    station = Station.make(tmp_path)
    station.store().close()

    def moved(by_s: float) -> None:
        new = station.places.state / "moved-by-s.new"
        new.write_text(str(by_s), encoding="ascii")
        new.replace(station.places.state / "moved-by-s")

    def shows(case: Case) -> bool:
        file = station.places.picture("kiosk")
        if not file.exists():
            return False
        with Image.open(file) as picture:
            return bool(picture.convert("RGB") == drawn(case))

    def waits(by_s: float) -> bool:
        """With the time that it is by the moved clock; a minute may just have turned."""
        now = datetime.now(UTC) + timedelta(seconds=by_s)
        minutes = (now.astimezone(TZ), (now - timedelta(seconds=2)).astimezone(TZ))
        cases = (Case(state(Bulletin(), now=at.replace(second=0, microsecond=0))) for at in minutes)
        return any(shows(case) for case in cases)

    moved(0)
    with x_server() as display, station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy") as process:
        finger = Finger(display)
        until(lambda: waits(0), "the waiting screen")
        for by_s in (7 * 3600.0, -9 * 3600.0, 40 * 86400.0):
            moved(by_s)
            with within(5.0):
                until(lambda by_s=by_s: waits(by_s), "the clock as it was set")  # type: ignore[misc] # the loop's own
        until(lambda: len(children(process.pid)) == 2, "a process behind the one that is shown")
        shown = children(process.pid)[0]
        finger.touch(Case(state(Bulletin())), GoTo(LANGUAGE))
        doors = Case(state(Bulletin(), scene=DOORS))
        until(lambda: shows(Case(state(Bulletin(), scene=LANGUAGE))), "the choice of a language")
        finger.touch(Case(state(Bulletin(), scene=LANGUAGE)), SpeakTo("vi"))
        until(lambda: shows(doors), "the doors")
        for by_s in (47 * 86400.0, -20000 * 86400.0, 0.0):
            moved(by_s)
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                assert shows(doors), by_s
                time.sleep(0.05)
        assert children(process.pid)[0] == shown  # nobody was sent away
    assert "Traceback" not in station.log
