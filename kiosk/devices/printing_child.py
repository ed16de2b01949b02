"""Runs in a child process: draws one receipt and prints it, so that nothing of it stays in the kiosk's memory.

One JSON object on standard input: {"printer", "width", "cut", "receipt": {...}}; one line of answer: {"printed": true}
or {"failed": "paper" | "cover" | "gone" | "busy"}. With `--look PRINTER` nothing is printed: {"looked": true}, or
what is in the way. The one owner of python-escpos (bytes only) and of the line to the printer: a file of the kernel's
usblp ("/dev/usb/lp0") or a serial line ("serial:/dev/...", optionally "@BAUD").
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import select
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from typing import Protocol

from escpos.printer import Dummy
from PIL import Image, ImageChops

from controller.core.errors import DeviceError
from controller.runtime.discretion import be_discreet, stay_in_memory
from controller.runtime.serial_port import SerialPort
from controller.runtime.typefaces import find_typeface
from kiosk.devices.receipt import Receipt
from kiosk.devices.receipt_drawing import picture

SERIAL = "serial:"
BAUD = 19_200
_ROWS = 4  # at a time that are white or not
FRAGMENT = 256  # rows at a time: a cheap printer's buffer holds a few kilobytes
WRITE_LIMIT_S = 20.0  # in which the printer must take the next piece
ANSWER_S = 0.5
LAST_ANSWER_S = 10.0  # of one that has answered before: it first prints what it holds
_STATUS = {"offline": b"\x10\x04\x02", "paper": b"\x10\x04\x04"}  # DLE EOT n (ESC/POS, "transmit real-time status")
_COVER_OPEN, _PAPER_GONE = 0x04, 0x60
_LPGETSTATUS = 0x060B  # linux/lp.h: the IEEE 1284 status lines
_LP_NO_PAPER, _LP_NO_ERROR = 0x20, 0x08


class NotPrintedError(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def main() -> int:
    be_discreet()  # its last words go to the log
    stay_in_memory()
    job = json.loads(sys.stdin.readline())
    receipt = Receipt(**{**job["receipt"], "lines": tuple(job["receipt"]["lines"])})
    try:
        drawn = picture(receipt, job["width"], find_typeface())
        printed(job["printer"], commands(drawn, job["cut"]))
        answer: dict[str, object] = {"printed": True}
    except NotPrintedError as error:
        answer = {"failed": error.reason}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def commands(drawn: Image.Image, cut: bool) -> bytes:
    """ESC/POS: the picture as raster (GS v 0), fed out and cut. A line of 9,600 baud must have it out in a minute, so
    nothing is sent of the white beside and between what is printed."""
    made = Dummy()
    made.hw("INIT")
    with contextlib.redirect_stdout(sys.stderr):  # it prints what it thinks of its own profile
        for piece in _pieces(drawn):
            made.image(piece, impl="bitImageRaster", fragment_height=FRAGMENT)
    made.print_and_feed(4)
    if cut:
        made.cut(mode="PART", feed=False)
    return bytes(made.output)


def _pieces(drawn: Image.Image) -> Iterator[Image.Image]:
    """From the top down, each as wide as its ink; white rows are as narrow as a raster can be."""
    ink = ImageChops.invert(drawn.convert("L"))
    black = [ink.crop((0, top, ink.width, top + _ROWS)).getbbox() is not None for top in range(0, ink.height, _ROWS)]
    top = 0
    for is_black, rows in groupby(black):
        high = min(_ROWS * len(list(rows)), ink.height - top)
        box = ink.crop((0, top, ink.width, top + high)).getbbox() if is_black else None
        wide = -(-box[2] // 8) * 8 if box else 8
        yield drawn.crop((0, top, min(wide, ink.width), top + high))
        top += high


def printed(printer: str, data: bytes) -> None:
    """All of it handed over; NotPrintedError as soon as it is known that it will not come out."""
    with _line(printer) as line:
        line.look()
        for first in range(0, len(data), 4096):
            line.write(data[first : first + 4096])
        line.look()


def looked(printer: str) -> dict[str, object]:
    try:
        with _line(printer) as line:
            line.look()
    except NotPrintedError as error:
        return {"failed": error.reason}
    return {"looked": True}


class _Line(Protocol):
    def look(self) -> None:
        """NotPrintedError if the printer says that it cannot print. One that says nothing is believed to."""

    def write(self, data: bytes) -> None: ...
    def __enter__(self) -> _Line: ...
    def __exit__(self, *_: object) -> None: ...


def _line(printer: str) -> _Line:
    if printer.startswith(SERIAL):
        device, _, baud = printer.removeprefix(SERIAL).partition("@")
        return _Serial(device, int(baud or BAUD))
    return _File(printer)


class _Serial:
    def __init__(self, device: str, baud: int) -> None:
        try:
            self._port = SerialPort(device, baud, read_timeout_s=ANSWER_S, write_timeout_s=WRITE_LIMIT_S)
        except DeviceError as error:
            raise NotPrintedError("gone") from error
        self._answers = False

    def look(self) -> None:
        for kind, query in _STATUS.items():
            self.write(query)
            answer = self._answer()
            if not answer and self._answers:  # it has been switched off, or unplugged behind the adapter
                raise NotPrintedError("gone")
            self._answers = self._answers or bool(answer)
            _judge(kind, answer)

    def _answer(self) -> bytes:
        deadline = time.monotonic() + (LAST_ANSWER_S if self._answers else ANSWER_S)
        try:
            while not (answer := self._port.read()) and time.monotonic() < deadline:
                continue
        except DeviceError as error:
            raise NotPrintedError("gone") from error
        return answer

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
            self._port.drain()
        except DeviceError as error:
            raise NotPrintedError("gone") from error

    def __enter__(self) -> _Serial:
        return self

    def __exit__(self, *_: object) -> None:
        self._port.close()


class _File:
    """usblp: it has no answers to queries everywhere, but the kernel knows the status lines."""

    def __init__(self, path: str) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            raise NotPrintedError("busy" if error.errno == errno.EBUSY else "gone") from error

    def look(self) -> None:
        status = bytearray(4)
        try:
            fcntl.ioctl(self._file, _LPGETSTATUS, status)
        except OSError:
            return  # not a printer of the kernel's, or one that does not say
        if status[0] & _LP_NO_PAPER:
            raise NotPrintedError("paper")
        if not status[0] & _LP_NO_ERROR:
            raise NotPrintedError("cover")

    def write(self, data: bytes) -> None:
        deadline = time.monotonic() + WRITE_LIMIT_S
        while data:
            if not select.select([], [self._file], [], max(0.0, deadline - time.monotonic()))[1]:
                self.look()
                raise NotPrintedError("busy")
            try:
                data = data[os.write(self._file, data) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise NotPrintedError("paper" if error.errno == errno.ENOSPC else "gone") from error

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


def _judge(kind: str, answer: bytes) -> None:
    if not answer:
        return
    if kind == "paper" and answer[-1] & _PAPER_GONE:
        raise NotPrintedError("paper")
    if kind == "offline" and answer[-1] & _COVER_OPEN:
        raise NotPrintedError("cover")


if __name__ == "__main__":
    sys.exit(main())
