"""Prints receipts: one child process each, which takes everything it knew with it."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from datetime import datetime

from controller.core.errors import DeviceError
from controller.core.words import Words
from controller.runtime.children import Child, Limits
from controller.runtime.config_tables import Kiosk
from controller.runtime.places import Places
from kiosk.devices.receipt import receipt_of
from kiosk.happenings import PrintReceipt

LIMIT_S = 60.0  # a metre of paper at the slowest printer's pace
_CHILD = (sys.executable, "-P", "-m", "kiosk.devices.printing_child")
_LIMITS = Limits(512 << 20, 1 << 20, nice=5)
log = logging.getLogger(__name__)


class Printer:
    def __init__(self, config: Kiosk, places: Places, site_name: str) -> None:
        self._config, self._places, self._site = config, places, site_name

    def print(self, wish: PrintReceipt, words: Words, now: datetime) -> None:
        """Until it is out; DeviceError (a reason below `kiosk.device` in the catalogues) if it does not come."""
        if not self._config.printer:
            raise DeviceError("printer_none")
        job = {
            "printer": self._config.printer, "width": self._config.printer_dots, "cut": self._config.printer_cuts,
            "receipt": asdict(receipt_of(wish, self._site, words, now)),
        }  # fmt: skip
        said = self._places.run / f"printing-{os.getpid()}.log"
        try:
            with Child(_CHILD, _LIMITS, said, None, {}) as child:
                line = child.ask(json.dumps(job).encode(), LIMIT_S)
                if line is None:
                    log.error("a receipt could not be printed: %s", child.last_words())
        except TimeoutError as error:
            raise DeviceError("printer_busy") from error
        except OSError as error:
            raise DeviceError("printer_gone") from error
        finally:
            said.unlink(missing_ok=True)
        answer = json.loads(line) if line else {"failed": "gone"}
        if "failed" in answer:
            raise DeviceError(f"printer_{answer['failed']}")
