"""A resident at the real kiosk, with a finger on a real X server: every page on the screen is the one that flow and
scenes say, pixel by pixel where it is looked at, and the desk opens what was filed."""

import time
from pathlib import Path

import pytest

from controller.runtime.clocks import SystemClock
from controller.store import guides
from kiosk.acts import FileService
from kiosk.filing.acts import Choose, Forward, PickEvent, PickGuide
from kiosk.filing.state import At
from kiosk.state import DOORS
from tests.support import kiosk_filing as support
from tests.support.filed import office_in
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_station import Station, until
from tests.support.kiosk_touching import PAGES, Finger, x_server
from tests.support.kiosk_visitor import Visitor, next_acts

pytestmark = [
    pytest.mark.alone,  # touched in a person\'s pace
    pytest.mark.skipif(not Path("/usr/bin/Xvfb").exists(), reason="needs Xvfb"),
]


def test_a_resident_files_and_the_desk_opens_it(tmp_path: Path) -> None:
    guide = next(guide for guide in support.shipped() if guide.id == "chung_thuc_ban_sao")
    station, office = Station.make(tmp_path), office_in(tmp_path, SystemClock())
    sitting = office.opened()
    store = station.store()
    with store.write() as tx:
        guides.put(tx, SystemClock().now(), guide, "test")
    store.close()
    with x_server() as display, station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy"):
        finger = Finger(display)
        until(lambda: station.places.picture("kiosk").exists(), "the waiting screen")
        time.sleep(1.0)
        finger.begins(station.places.picture("kiosk"))
        finger.touch(PAGES[DOORS], FileService())
        visitor = Visitor(Resident(support.begun((guide,))), display)
        until(visitor.sees, "the first page of filing")
        visitor.touches(PickEvent("giay_to"), PickGuide(guide.id), Forward())
        for choice in ("co", "khong"):
            visitor.touches(Choose(choice), Forward())
        for _ in range(60):
            where = visitor.resident.here.where
            if where.at is At.SENDING:
                break
            visitor.touches(*next_acts(visitor.resident))
        until(lambda: bool(office.desk.outlines()), "a file on the disk")
        (outline,) = office.desk.outlines()
        opened = office.desk.open(sitting, outline.id)
    document = opened.document
    assert (document.guide, document.applicant.name) == (guide.id, "Lý")
    assert [paper.have for paper in document.papers] == ["no"] * len(document.papers)
    assert "Traceback" not in station.log
