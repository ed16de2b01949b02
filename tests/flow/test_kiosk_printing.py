"""A receipt on a printer in software: the bytes become paper again, and a reader finds the code on it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from controller.core.errors import DeviceError
from controller.runtime.catalogues import load_words
from controller.runtime.config_tables import Kiosk
from controller.runtime.places import Places
from kiosk.devices import printing_child
from kiosk.devices.printer import Printer
from kiosk.devices.printer_emulator import DOTS_A_MM
from kiosk.devices.receipt import CODE, token_in
from kiosk.happenings import PrintReceipt
from tests.support.processes import until

NOW = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 - local, as it stands on paper
WISH = PrintReceipt(
    "K7M4-XP2Q",
    "q3Jx0bYvTn2fW8sLrZ5aGg",
    "Đăng ký khai sinh",
    (
        "1. Chờ điện thoại của bộ phận một cửa trong ngày làm việc.",
        "2. Mang giấy chứng sinh bản chính và thẻ căn cước khi được gọi.",
        "3. Nộp trên Cổng Dịch vụ công: https://dichvucong.gov.vn, đăng nhập bằng VNeID trên điện thoại của bà con.",
    ),
)


@contextmanager
def emulator(folder: Path, paper_mm: float = 1000.0, baud: int = 115_200) -> Iterator[tuple[str, Path]]:
    link, paper = folder / "printer", folder / "paper.pbm"
    command = [sys.executable, "-m", "kiosk.devices.printer_emulator", "--link", str(link), "--paper", str(paper)]
    with subprocess.Popen([*command, "--paper-mm", str(paper_mm), "--baud", str(baud)]) as process:
        try:
            until(link.exists, what="the printer")
            yield f"serial:{link}@{baud}", paper
            assert process.poll() is None, "it understood every byte"
        finally:
            process.kill()


def places_in(folder: Path) -> Places:
    places = Places(folder / "state")
    places.make()
    return places


@pytest.mark.parametrize(("dots", "most_mm"), [(384, 240), (576, 180)])
def test_the_paper_says_what_it_should_and_its_code_is_read(tmp_path: Path, dots: int, most_mm: int) -> None:
    with emulator(tmp_path) as (line, paper):
        config = Kiosk.model_validate({"printer": line, "printer_dots": dots})
        places = places_in(tmp_path)
        Printer(config, places, "Xã Nà Khau").print(WISH, load_words("vi"), NOW, threading.Event())
        until(paper.exists, what="the cut")
    with Image.open(paper) as printed:
        picture = printed.convert("L")
    (code,) = zxingcpp.read_barcodes(picture)
    assert (code.text, token_in(code.text)) == (CODE + WISH.token, WISH.token)
    black = picture.point(lambda grey: 255 - grey).getbbox()
    assert black is not None and black[2] <= dots
    assert picture.height / DOTS_A_MM < most_mm
    assert list(places.room("kiosk").iterdir()) == [], "nothing of it stays"


def test_out_of_paper_is_said_in_the_resident_s_words(tmp_path: Path) -> None:
    words = load_words("vi")
    with emulator(tmp_path, paper_mm=20.0) as (line, _):
        printer = Printer(Kiosk.model_validate({"printer": line}), places_in(tmp_path), "Xã Nà Khau")
        for _ in range(2):  # the roll ends in the middle; the next finds none
            with pytest.raises(DeviceError) as caught:
                printer.print(WISH, words, NOW, threading.Event())
            assert str(caught.value) == "printer_paper"
            assert "hết giấy" in words(f"kiosk.device.{caught.value}")


@pytest.mark.parametrize(("printer", "reason"), [("", "printer_none"), ("/dev/usb/lp9", "printer_gone"),
                                                 ("serial:/dev/ttyNONE", "printer_gone")])  # fmt: skip
def test_without_a_printer_it_is_said(tmp_path: Path, printer: str, reason: str) -> None:
    with pytest.raises(DeviceError) as caught:
        Printer(Kiosk(printer=printer), places_in(tmp_path), "Xã").print(WISH, load_words("vi"), NOW, threading.Event())
    assert str(caught.value) == reason


STOPPED = """
import sys, threading, time
from datetime import datetime
from pathlib import Path
from controller.runtime.catalogues import load_words
from controller.runtime.config_tables import Kiosk
from controller.runtime.places import Places
from kiosk.devices import printing_child
from kiosk.devices.printer import Printer
from tests.flow.test_kiosk_printing import NOW, WISH
stopping, over = threading.Event(), []
def leave():
    over.append(time.monotonic())
    stopping.set()
threading.Timer(1.5, leave).start()
printer = Printer(Kiosk.model_validate({"printer": sys.argv[1]}), Places(Path(sys.argv[2])), "Xã Nà Khau")
printer.print(WISH, load_words("vi"), NOW, stopping)
print(time.monotonic() - over[0])
"""


def test_a_slip_comes_out_whole_though_its_visit_is_over(tmp_path: Path) -> None:
    places = places_in(tmp_path)
    with emulator(tmp_path, baud=57_600) as (line, paper):
        command = [sys.executable, "-c", STOPPED, line, str(places.state)]
        done = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)
        assert not paper.exists(), "the visit was over first"
        assert float(done.stdout) < 6.5, "and waited for no printer"
        until(paper.exists, 60, what="the cut")
    with Image.open(paper) as printed:
        (code,) = zxingcpp.read_barcodes(printed.convert("L"))
    assert token_in(code.text) == WISH.token


def test_a_printer_that_falls_silent_in_the_middle_has_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing_child, "ANSWER_S", 2.0)  # a busy machine may answer late
    monkeypatch.setattr(printing_child, "LAST_ANSWER_S", 2.5)
    printer, line = os.openpty()
    tty.setraw(line)
    answered, taken = 0, bytearray()

    def takes_all_and_answers_the_first_two() -> None:
        nonlocal answered
        while len(taken) < 60_000:
            taken.extend(os.read(printer, 4096))
            if answered < min(2, taken.count(b"\x10\x04")):
                answered += 1
                os.write(printer, b"\x12")

    worker = threading.Thread(target=takes_all_and_answers_the_first_two, daemon=True)
    worker.start()
    with pytest.raises(printing_child.NotPrintedError) as caught:
        printing_child.printed(f"serial:{os.ttyname(line)}@115200", bytes(60_000))
    assert (caught.value.reason, answered) == ("gone", 2)
    worker.join(30)
    os.close(printer)
    os.close(line)
