"""A scanner on a real line (a pty): whole codes, half ones, a babbling line, an unplugged one."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.devices.scanner import Scanner
from kiosk.happenings import CardRead, DeviceFailed
from tests.support.processes import until

CARD = "001099000123|012345678|Nguyễn Văn A|01011999|Nam|Thôn Nà Khau, Xã Nà Khau|01012022"


@contextmanager
def listening(line: str) -> Iterator[list[CardRead | DeviceFailed]]:
    told: list[CardRead | DeviceFailed] = []
    stop = threading.Event()
    thread = threading.Thread(target=Scanner(line, told.append).run, args=(stop, lambda: None))
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_codes_come_whole() -> None:
    here, there = os.openpty()
    tty.setraw(there)
    os.write(here, b"scanned while nobody was here\r")
    with listening(f"{os.ttyname(there)}@9600") as told:
        time.sleep(0.5)
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


def test_no_scanner_is_said_once(tmp_path: Path) -> None:
    with listening(str(tmp_path / "none")) as told:
        until(lambda: told, what="that there is none")
    assert told == [DeviceFailed("scanner", "scanner_gone")]
