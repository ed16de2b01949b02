"""A resident whose card is scanned, whose paper is photographed, and who takes a slip home: the real kiosk with a
scanner's line, a picture for a camera and a printer in software."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tty
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from controller.core.filings import FileState
from controller.runtime.clocks import SystemClock
from controller.runtime.config_text import load_config
from controller.store import guides
from kiosk.acts import FileService
from kiosk.devices.receipt import token_in
from kiosk.filing import way
from kiosk.filing.acts import Forward, Have, PickEvent, PickGuide
from kiosk.filing.state import At
from kiosk.happenings import CameraSees, CardRead, Filed, PhotoTaken
from kiosk.state import DOORS
from tests.support import kiosk_filing as support
from tests.support.filed import office_in
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_station import Station, until
from tests.support.kiosk_touching import PAGES, Finger, x_server
from tests.support.kiosk_visitor import Visitor, next_acts
from tests.support.papers import page_of_print

pytestmark = [
    pytest.mark.alone,  # touched in a person\'s pace
    pytest.mark.skipif(not Path("/usr/bin/Xvfb").exists(), reason="needs Xvfb"),
]
SETTLED_S = 0.35  # a page that came by itself takes no touch that may have been meant for the one before
PHOTO = PhotoTaken(b"\xff\xd8", True, small=CameraSees(480, 270, bytes(480 * 270 * 3)))  # but for what is on it
CARD = "008148012345||NÔNG THỊ BƯỞI THỬ|03021948|Nữ|Thôn Nà Khau, xã Bản Mẫu|01012022"


@pytest.mark.timeout(300)  # a visit in a person's pace
def test_a_card_a_photograph_and_a_slip(tmp_path: Path) -> None:
    guide = next(guide for guide in support.shipped() if guide.id == "khai_tu")
    sight, link, paper = tmp_path / "sight.png", tmp_path / "printer", tmp_path / "paper.pbm"
    page_of_print(30).convert("RGB").save(sight)
    here, there = os.openpty()
    tty.setraw(there)
    station, office = Station.make(tmp_path / "state"), office_in(tmp_path / "state", SystemClock())
    devices = f'camera = "{sight}"\nprinter = "serial:{link}@115200"\nscanner = "{os.ttyname(there)}@9600"\n'
    config = station.places.config.read_text(encoding="utf-8").replace("[kiosk]\n", "[kiosk]\n" + devices)
    station.places.config.write_text(config, encoding="utf-8")
    assert load_config(station.places.config).kiosk.camera == str(sight)
    sitting = office.opened()
    store = station.store()
    with store.write() as tx:
        guides.put(tx, SystemClock().now(), guide, "test")
    store.close()
    emulator = [sys.executable, "-m", "kiosk.devices.printer_emulator", "--link", str(link), "--paper", str(paper)]
    with (
        subprocess.Popen([*emulator, "--baud", "115200"]) as printer,
        x_server() as display,
        station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy"),
    ):
        try:
            visitor = _begun(station, display, Resident(support.begun((guide,))))
            visitor.touches(PickEvent("qua_doi"), PickGuide(guide.id), Forward())
            for _ in range(80):
                match visitor.resident.here.where.at:
                    case At.SENDING:
                        break
                    case At.CARD:
                        time.sleep(0.5)
                        os.write(here, CARD.encode() + b"\r\n")
                        visitor.resident.happens(CardRead(CARD))
                        until(visitor.sees, "what stands on the card")
                        time.sleep(SETTLED_S)
                    case At.PAPERS:
                        _papers(visitor)
                    case At.CONSENT:
                        visitor.touches(*next_acts(visitor.resident))
                    case At.PHOTO:
                        visitor.touches(Forward(), look=False)
                        visitor.resident.happens(PHOTO)
                        until(visitor.reads, "that it is taken, and can be read")
                        visitor.touches(Forward())
                    case _:
                        visitor.resident.goes_on()
            until(lambda: bool(office.desk.outlines()), "a file on the disk")
            opened = office.desk.open(sitting, office.desk.outlines()[0].id)
            visitor.resident.happens(Filed(opened.number, ""))
            until(paper.exists, "the slip", 60)
        finally:
            printer.kill()
    assert opened.document.applicant.name == "NÔNG THỊ BƯỞI THỬ"
    assert opened.document.applicant.birth_date == "1948-02-03"
    assert opened.document.applicant.id_number == "008148012345"
    photos = [office.desk.photo(sitting, opened.outline.id, photo.place) for photo in opened.photos]
    assert [photo[:2] for photo in photos] == [b"\xff\xd8"] and len(photos[0]) > 50_000, "of the page of print"
    with Image.open(paper) as slip:
        codes = {code.text for code in zxingcpp.read_barcodes(slip.convert("L"))}
    (portal,) = (step.address for step in guide.handover if step.address)
    (code,) = codes - {portal}
    assert len(codes) == 2
    standing = office.filing.state_of_token(token_in(code))
    assert standing is not None and standing.state is FileState.REGISTERED
    assert "Traceback" not in station.log


def _begun(station: Station, display: str, resident: Resident) -> Visitor:
    finger = Finger(display)
    until(lambda: station.places.picture("kiosk").exists(), "the waiting screen")
    time.sleep(1.0)
    finger.begins(station.places.picture("kiosk"))
    finger.touch(PAGES[DOORS], FileService())
    visitor = Visitor(resident, display)
    until(visitor.sees, "the first page of filing")
    resident.touches = visitor.touches  # type: ignore[method-assign,assignment] # with a finger from now on
    return visitor


def _papers(visitor: Visitor) -> None:
    """They have the first that is photographed, and nothing else."""
    for wanted in way.papers_of(visitor.resident.here):
        ident = wanted.paper.id
        visitor.touches(Have(ident, "yes" if ident == "giay_bao_tu" else "no"))
    visitor.touches(Forward())
