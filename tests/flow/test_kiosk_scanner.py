"""A scanner on a real line (a pty): whole codes, half ones, a babbling line, an unplugged one."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from controller.runtime.serial_port import SerialPort
from kiosk.devices import scanner
from kiosk.devices.scanner import Scanner
from kiosk.happenings import CardRead, DeviceFailed
from tests.support.processes import until

CARD = "001099000123|012345678|Nguyễn Văn A|01011999|Nam|Thôn Nà Khau, Xã Nà Khau|01012022"


@contextmanager
def listening(line: str) -> Iterator[list[CardRead | DeviceFailed]]:
    told: list[CardRead | DeviceFailed] = []
    stop = threading.Event()
    turns: list[int] = []
    thread = threading.Thread(target=Scanner(line, told.append).run, args=(stop, lambda: turns.append(1)))
    thread.start()
    try:
        until(lambda: turns, what="that it listens, and has thrown away what came before")
        yield told
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def test_codes_come_whole() -> None:
    here, there = os.openpty()
    tty.setraw(there)
    os.write(here, b"scanned while nobody was here\r")
    with listening(f"{os.ttyname(there)}@9600") as told:
        data = CARD.encode() + b"\r\n"
        for first in range(0, len(data), 7):  # as it comes over a slow line, cut in the middle of letters
            os.write(here, data[first : first + 7])
            time.sleep(0.007)
        until(lambda: told, what="the card")
        os.write(here, CARD.encode()[:-60] + b"\xe1\r")
        until(lambda: len(told) == 2, what="the broken one")
        os.close(here)  # unplugged
        until(lambda: len(told) == 3, what="that it is gone")
    assert told == [CardRead(CARD), DeviceFailed("scanner", "scanner_unreadable"),
                    DeviceFailed("scanner", "scanner_gone")]  # fmt: skip


def test_no_scanner_is_said_to_everybody_and_logged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scanner, "HELD_S", 0.1)
    monkeypatch.setattr(scanner, "AGAIN_S", 0.1)
    with listening(str(tmp_path / "none")) as told:
        until(lambda: len(told) > 2, what="that there is none, again and again")
    assert set(told) == {DeviceFailed("scanner", "scanner_gone")}
    assert len(caplog.records) == 1


def test_a_line_that_the_visit_before_still_holds_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    here, there = os.openpty()
    tty.setraw(there)
    with SerialPort(os.ttyname(there), 9600), listening(f"{os.ttyname(there)}@9600") as told:
        time.sleep(0.3)
    with listening(f"{os.ttyname(there)}@9600") as told:
        os.write(here, CARD.encode() + b"\r")
        until(lambda: told, what="the card")
    os.close(here)
    os.close(there)
    assert (told, caplog.records) == ([CardRead(CARD)], [])
