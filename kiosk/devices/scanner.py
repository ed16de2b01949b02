"""Reads a scanner on a serial line (or one on USB that speaks like one): a code is what comes before a pause.

A thread of the kiosk. Knows no resident: a code is told at once, and forgotten.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from controller.core.errors import DeviceError
from controller.runtime.logs import Lasting
from controller.runtime.serial_port import SerialPort
from kiosk.happenings import CardRead, DeviceFailed

QUIET_S = 0.1  # after the last byte of a code
AGAIN_S = 1.0
HELD_S = 5.0  # the process of the visit before may hold the line for so long
MOST_BYTES = 8192  # more than a QR code holds: a babbling line
_ENDS = b"\r\n\t\x03\x04\0"
log = logging.getLogger(__name__)


class Scanner:
    """`line`: "DEVICE" or "DEVICE@BAUD"."""

    def __init__(self, line: str, tell: Callable[[CardRead | DeviceFailed], None]) -> None:
        self._device, _, baud = line.partition("@")
        self._baud, self._tell = int(baud or 9600), tell
        self._fault = Lasting(log, "scanner")

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        """One that is not there is told of again and again: whoever stands before it now has not heard it yet."""
        begun, opened = time.monotonic(), False
        while not stopping.is_set():
            try:
                with SerialPort(self._device, self._baud, read_timeout_s=QUIET_S) as port:
                    port.discard_input()  # what was scanned while nobody stood here
                    self._fault.ends()
                    opened = True
                    self._listen(port, stopping, progress)
            except DeviceError as error:
                if opened or time.monotonic() - begun > HELD_S:
                    self._fault.begins(str(error))
                    self._tell(DeviceFailed("scanner", "scanner_gone"))
            progress()
            stopping.wait(AGAIN_S)

    def _listen(self, port: SerialPort, stopping: threading.Event, progress: Callable[[], None]) -> None:
        held = b""
        while not stopping.is_set():
            progress()
            came = port.read()
            held = (held + came)[-MOST_BYTES:]
            if held and not came:
                self._heard(held.strip(_ENDS))
                held = b""

    def _heard(self, code: bytes) -> None:
        if not code:
            return
        try:
            text = code.decode("utf-8")
            self._tell(CardRead(text, letters_lost=text.isascii()))
        except UnicodeDecodeError:  # half a code, or a scanner set to another alphabet
            self._tell(DeviceFailed("scanner", "scanner_unreadable"))
