"""Prints receipts: one child process each, which takes everything it knew with it.

Paper is slow, and whoever has their number on the screen goes: what is being printed comes out all the same, after the
process of their visit has ended. Its child knows what stands on the slip, and has a minute, or two on a slow line.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from dataclasses import asdict
from datetime import datetime

from controller.core.errors import DeviceError
from controller.core.words import Words
from controller.runtime.children import Child, Limits
from controller.runtime.config_tables import Kiosk
from controller.runtime.places import Places
from kiosk.devices.receipt import receipt_of
from kiosk.happenings import PrintReceipt

LIMIT_S = 60  # a metre of paper at the slowest printer's pace
SLOW_BAUD, SLOW_LIMIT_S = 19_200, 120  # below it a long slip alone takes a minute to be told to the printer
TICK_S = 0.2
_CHILD = (sys.executable, "-P", "-m", "kiosk.devices.printing_child")
_MEMORY, _FILE = 512 << 20, 1 << 20
log = logging.getLogger(__name__)


class Printer:
    def __init__(self, config: Kiosk, places: Places, site_name: str) -> None:
        self._config, self._places, self._site = config, places, site_name

    def print(self, wish: PrintReceipt, words: Words, now: datetime | None, stopping: threading.Event) -> None:
        """Until it is out, or somebody stops us: then it comes out without us. `now`: local; None if nobody believes
        the clock. DeviceError (a reason below `kiosk.device` in the catalogues) if it does not come."""
        if not self._config.printer:
            raise DeviceError("printer_none")
        job = {
            "printer": self._config.printer, "width": self._config.printer_dots, "cut": self._config.printer_cuts,
            "receipt": asdict(receipt_of(wish, self._site, words, now)),
        }  # fmt: skip
        limit_s = _limit_s(self._config.printer)
        limits = Limits(_MEMORY, _FILE, nice=5, outlives_s=limit_s)
        said = self._places.room("kiosk") / f"printing-{os.getpid()}.log"
        try:
            with Child(_CHILD, limits, said, None, {}) as child:
                child.tell(json.dumps(job).encode())
                line = _answer(child, stopping, limit_s)
                if line is None and not stopping.is_set():
                    log.error("a receipt could not be printed: %s", child.last_words())
        except TimeoutError as error:
            raise DeviceError("printer_busy") from error
        except OSError as error:
            raise DeviceError("printer_gone") from error
        finally:
            said.unlink(missing_ok=True)
        answer = json.loads(line) if line else {"failed": "gone"}
        if "failed" in answer and not stopping.is_set():  # nobody is there any more who could be told
            raise DeviceError(f"printer_{answer['failed']}")


def _limit_s(printer: str) -> int:
    """By the speed that the line has: "serial:/dev/ttyUSB0@9600"."""
    baud = printer.rpartition("@")[2]
    return SLOW_LIMIT_S if baud.isdecimal() and int(baud) < SLOW_BAUD else LIMIT_S


def _answer(child: Child, stopping: threading.Event, limit_s: float) -> bytes | None:
    """None if it died, or goes on without us; TimeoutError."""
    end = time.monotonic() + limit_s
    while not stopping.is_set():
        try:
            return child.answer(TICK_S)
        except TimeoutError:
            if time.monotonic() > end:
                raise
    child.let_go()
    return None
