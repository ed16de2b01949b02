"""The serial line of a relay board, which may be pulled out and put in again."""

from __future__ import annotations

from controller.core.errors import DeviceError
from controller.runtime.serial_port import SerialPort


class Reopened:
    """A serial line that is opened when it is first needed, and once more when it fails.

    Pulled out and put in again, the old handle is dead and a new one may live.
    """

    def __init__(self, port: str, baud: int) -> None:
        self._port, self._baud = port, baud
        self._line: SerialPort | None = None

    def write(self, frame: bytes) -> SerialPort:
        """Send a frame; the line that it went out on."""
        try:
            line = self._open()
            line.discard_input()  # whatever came unasked is no answer to this
            line.write(frame)
        except DeviceError:
            self.close()
            line = self._open()
            line.write(frame)
        return line

    def close(self) -> None:
        if self._line:
            self._line.close()
            self._line = None

    def _open(self) -> SerialPort:
        if self._line is None:
            self._line = SerialPort(self._port, self._baud, read_timeout_s=0.01, write_timeout_s=0.05)
        return self._line


def passing_s(count: int, baud: int) -> float:
    """How long so many bytes are on the wire, in seconds: start, eight bits, stop."""
    return count * 10 / baud
