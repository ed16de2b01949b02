"""A receipt printer whose cable is pulled, whose cover is opened, that is slow, or asked for the same slip twice."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from controller.core.errors import DeviceError
from controller.guides.model import Guide
from controller.runtime.catalogues import load_words
from controller.runtime.config_tables import Kiosk
from controller.runtime.typefaces import find_typeface
from kiosk.devices import printer as printing
from kiosk.devices.printer import Printer
from kiosk.devices.printer_emulator import DOTS, Roll
from kiosk.devices.printing_child import commands
from kiosk.devices.receipt import CODE, receipt_of
from kiosk.devices.receipt_drawing import picture
from kiosk.filing.document import printed_lines
from kiosk.happenings import PrintReceipt
from tests.flow.test_kiosk_printing import NOW, WISH, places_in
from tests.support import kiosk_filing as support

Turn = Callable[[Roll], bool]  # after each piece of bytes; false: the cable is pulled


@contextmanager
def plugged_in(roll: Roll, turn: Turn) -> Iterator[str]:
    """A printer on a line of its own, which takes 1,000 bytes at a time."""
    here, there = os.openpty()
    tty.setraw(there)
    stop, plugged = threading.Event(), [True]

    def serve() -> None:
        while not stop.is_set() and plugged:
            os.set_blocking(here, False)
            try:
                data = os.read(here, 1000)
            except BlockingIOError:
                time.sleep(0.002)
                continue
            os.set_blocking(here, True)
            os.write(here, roll.feed(data))
            if not turn(roll):
                plugged.clear()
                os.close(here)

    worker = threading.Thread(target=serve)
    worker.start()
    try:
        yield f"serial:{os.ttyname(there)}@115200"
    finally:
        stop.set()
        worker.join(10)
        os.close(there)
        if plugged:
            os.close(here)


def said(line: str, folder: Path) -> str:
    """What the resident is told; "" where the slip came out."""
    words = load_words("vi")
    try:
        Printer(Kiosk.model_validate({"printer": line}), places_in(folder), "Xã Nà Khau").print(
            WISH, words, NOW, threading.Event()
        )
    except DeviceError as error:
        assert words(f"kiosk.device.{error}")
        return str(error)
    return ""


def test_the_cable_is_pulled_in_the_middle(tmp_path: Path) -> None:
    roll, begun = Roll(), time.monotonic()
    with plugged_in(roll, lambda roll: len(roll.rows) < 300) as line:
        assert said(line, tmp_path) == "printer_gone"
    assert time.monotonic() - begun < 30 and len(roll.rows) >= 300
    assert list((tmp_path / "state").glob("run/*/*")) == [], "nothing of it stays"


def test_the_cover_is_opened_in_the_middle_and_closed_again(tmp_path: Path) -> None:
    def opens(roll: Roll) -> bool:
        roll.cover_open = roll.cover_open or len(roll.rows) > 300
        return True

    roll = Roll()
    with plugged_in(roll, opens) as line:
        assert said(line, tmp_path) == "printer_cover"
    roll = Roll()
    with plugged_in(roll, lambda _: True) as line:
        assert said(line, tmp_path) == "", "the next one comes out"
    assert len(roll.cuts) == 1


def test_the_same_slip_twice_is_two_slips(tmp_path: Path) -> None:
    roll = Roll()
    with plugged_in(roll, lambda _: True) as line:
        assert [said(line, tmp_path), said(line, tmp_path)] == ["", ""]
    first, second = roll.cuts
    assert roll.rows[:first] == roll.rows[first:second]
    seen = Image.frombytes("L", (DOTS, first), bytes(255 * (1 - dot) for row in roll.rows[:first] for dot in row))
    assert [code.text for code in zxingcpp.read_barcodes(seen)] == [CODE + WISH.token]


PORTAL = replace(
    WISH, lines=(*WISH.lines[:2], "3. Cách thứ hai: quét mã này.", "https://dichvucong.gov.vn", "4. Xong.")
)


@pytest.mark.parametrize("dots", [384, 576])
def test_what_is_to_be_opened_on_a_phone_has_its_own_code_below_its_step(dots: int) -> None:
    """ "Quét mã này" stood on paper whose only code opens nothing on a phone."""
    drawn = picture(receipt_of(PORTAL, "Xã Nà Khau", load_words("vi"), NOW), dots, find_typeface()).convert("L")
    codes = sorted(zxingcpp.read_barcodes(drawn), key=lambda code: code.position.top_left.y)
    assert [code.text for code in codes] == [CODE + WISH.token, "https://dichvucong.gov.vn"]
    data = commands(drawn.convert("1"), cut=True)
    assert len(data) * 10 / 9600 < 0.95 * printing.LIMIT_S


@pytest.mark.parametrize("guide", support.shipped(), ids=lambda guide: guide.id)
def test_the_slip_of_each_guide_is_told_to_a_slow_printer_in_time(guide: Guide) -> None:
    title, lines = printed_lines(guide, load_words("vi"))
    wish = PrintReceipt(WISH.number, WISH.token, title, lines)
    drawn = picture(receipt_of(wish, "Xã Nà Khau", load_words("vi"), NOW), 576, find_typeface())
    assert len(commands(drawn, cut=True)) * 10 / 9600 < 0.95 * printing.SLOW_LIMIT_S


LONG = PrintReceipt(WISH.number, WISH.token, WISH.title, WISH.lines * 3)


@pytest.mark.parametrize("dots", [384, 576])
def test_what_is_left_out_of_the_bytes_is_white(dots: int) -> None:
    """And so a slip is told to a printer of 9,600 baud within its time, a very long one too."""
    words = load_words("vi")
    for wish, limit_s in ((WISH, printing.LIMIT_S), (LONG, printing.SLOW_LIMIT_S)):
        drawn = picture(receipt_of(wish, "Xã Nà Khau", words, NOW), dots, find_typeface())
        data = commands(drawn, cut=True)
        roll = Roll(dots=dots)
        roll.feed(data)
        rows = [bytes(drawn.getpixel((x, y)) == 0 for x in range(dots)) for y in range(drawn.height)]
        assert roll.rows[: drawn.height] == rows
        assert len(data) * 10 / 9600 < 0.95 * limit_s


def test_a_slow_line_has_longer() -> None:
    lines = ("serial:/dev/ttyUSB0@9600", "serial:/dev/ttyUSB0@19200", "serial:/dev/ttyUSB0", "/dev/usb/lp0")
    assert [printing._limit_s(line) for line in lines] == [120, 60, 60, 60]
