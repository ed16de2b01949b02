"""The one owner of pyserial: a line that times out on every call and says plainly when it is gone.

After an unplug pyserial's `is_open` stays true while `in_waiting` raises OSError and `flush` raises
termios.error: all are turned into DeviceError here, and the dead handle is closed.
"""

from __future__ import annotations

import contextlib
import termios
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, TypeVar

import serial

from controller.core.errors import DeviceError

ControlLine = Literal["cts", "dsr", "cd", "ri"]
T = TypeVar("T")
GONE = (serial.SerialException, OSError, termios.error)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A serial line on USB. `make` is its vendor and product ("1a86:7523"), `number` its serial number ("" for none),
    `plug` where it is in the tree of plugs ("1-1.2")."""

    device: str
    make: str
    number: str
    plug: str


def adapters() -> list[Adapter]:
    """Those that are plugged in now, as far as the system tells."""
    from serial.tools.list_ports import comports  # only the doctor asks

    try:
        found = [port for port in comports() if port.vid is not None and port.pid is not None]
    except (OSError, TypeError, ValueError):  # one was pulled out while it was looked at
        return []
    return [
        Adapter(
            port.device, f"{port.vid:04x}:{port.pid:04x}", port.serial_number or "",
            (port.location or "").partition(":")[0],  # without the line's number, of an adapter that has several
        )
        for port in found
    ]  # fmt: skip


class SerialPort:
    """An open serial line. `parity` is "N", "E" or "O"; `bits` 7 or 8.

    Its outgoing control lines (RTS, DTR) are on as long as it is open. `exclusive`: nobody else may
    open it meanwhile, this process included.
    """

    def __init__(
        self,
        device: str,
        baud: int,
        bits: int = 8,
        parity: str = "N",
        stop_bits: int = 1,
        read_timeout_s: float = 0.2,
        write_timeout_s: float = 5.0,
        exclusive: bool = True,
    ) -> None:
        self.device = device
        try:
            self._serial = serial.Serial(
                port=device,
                baudrate=baud,
                bytesize=bits,
                parity=parity,
                stopbits=stop_bits,
                timeout=read_timeout_s,
                write_timeout=write_timeout_s,
                exclusive=exclusive,
            )
        except (*GONE, ValueError) as error:
            raise DeviceError(f"{device}: cannot be opened: {error}") from error

    def write(self, data: bytes) -> None:
        """Hand all bytes to the driver, or raise DeviceError within the write timeout."""

        def send() -> None:
            sent = self._serial.write(data)
            if sent != len(data):
                raise serial.SerialException(f"only {sent} of {len(data)} bytes went out")

        self._guarded(send)

    def drain(self) -> None:
        """Wait until the driver has put every byte on the line."""
        self._guarded(self._serial.flush)

    def read(self, limit: int = 4096) -> bytes:
        """What has come, waiting at most the read timeout for the first byte; b"" if nothing."""

        def take() -> bytes:
            first = self._serial.read(1)
            if not first:
                return b""
            return bytes(first) + bytes(self._serial.read(min(limit - 1, self._serial.in_waiting)))

        return self._guarded(take)

    def discard_input(self) -> None:
        """Forget what has come and was not read."""
        self._guarded(self._serial.reset_input_buffer)

    def discard_output(self) -> None:
        """Forget what was written and has not left the kernel's buffer yet (tcflush TCOFLUSH)."""
        self._guarded(self._serial.reset_output_buffer)

    def fileno(self) -> int:
        """For select: readable when bytes have come, or when the line is gone."""
        return self._guarded(lambda: int(self._serial.fileno()))

    def control_line(self, name: ControlLine) -> bool:
        """Whether an incoming control line is on; DeviceError where the line has none (a pseudo-terminal)."""
        return bool(self._guarded(lambda: getattr(self._serial, name)))

    def close(self) -> None:
        with contextlib.suppress(*GONE):  # gone already: just what was wanted
            self._serial.close()

    def _guarded(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except (*GONE, TypeError) as error:  # TypeError: closed in another thread
            self.close()
            raise DeviceError(f"{self.device}: {error}") from error

    def __enter__(self) -> SerialPort:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
