"""A button or switch that the station reads: the local stop switch, the emergency contact.

One thread each. A contact that cannot be read is neither pressed nor let go: its state is kept, the
fault is told once, and it is looked for again every second. Must not know what pressing means.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from controller.core.errors import DeviceError
from controller.runtime.config_tables import Contact
from controller.runtime.serial_port import ControlLine, SerialPort

LOOK_S = 0.015  # pressed to told: at most SETTLE_S and two looks
SETTLE_S = 0.03  # a contact bounces for some milliseconds
RETRY_S = 1.0
PATIENCE_S = 0.2  # the longest sleep: how fast `stopping` is seen


class Line(Protocol):
    """What a contact is wired to."""

    def closed(self) -> bool:
        """DeviceError if it cannot be read."""

    def close(self) -> None: ...


class ControlLineOf:
    """A contact between an outgoing control line (RTS or DTR, which are on) and an incoming one."""

    def __init__(self, port: str, line: ControlLine) -> None:
        self._port, self._line = SerialPort(port, 9600, exclusive=False), line  # two contacts may share an adapter

    def closed(self) -> bool:
        return self._port.control_line(self._line)

    def close(self) -> None:
        self._port.close()


def line_of(contact: Contact) -> Line:
    """DeviceError if it cannot be opened."""
    if contact.contact == "serial":
        return ControlLineOf(contact.port, contact.line)
    from audio.wall.gpio_pins import PinLine  # its library costs 2 MB

    return PinLine(contact.pin)


class Settled:
    """Whether it is pressed, once it has been so for SETTLE_S. Pure: the time is given."""

    def __init__(self) -> None:
        self._pressed = False
        self._since: float | None = None  # when the contact began to say otherwise

    def sees(self, pressed: bool, now: float) -> bool | None:
        """A look at monotonic instant `now`, in seconds: the new state if there is one."""
        if pressed == self._pressed:
            self._since = None
            return None
        if self._since is None:
            self._since = now
        if now - self._since < SETTLE_S:
            return None
        self._pressed, self._since = pressed, None
        return pressed

    def sees_nothing(self) -> None:
        self._since = None


class ContactWatch:
    """Tells by `tell` when it is pressed and let go, by `report` why it cannot be read, "" when it can.

    A contact that is pressed at the start is told at once, one that is not only after it was.
    """

    def __init__(
        self,
        contact: Contact,
        tell: Callable[[bool], None],
        report: Callable[[str], None],
        open_line: Callable[[Contact], Line] = line_of,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._contact, self._tell, self._report = contact, tell, report
        self._open_line, self._now, self._sleep = open_line, now, sleep
        self._line: Line | None = None
        self._open_at = 0.0  # the next attempt
        self._fault: str | None = None  # what was reported last; None: nothing yet
        self._settled = Settled()

    def work(self, stopping: Callable[[], bool], progress: Callable[[], None]) -> None:
        """Until `stopping`. Returns at once if there is no contact."""
        if self._contact.contact == "none":
            return
        try:
            while not stopping():
                progress()
                self._sleep(self._look())
        finally:
            self._drop()

    def _look(self) -> float:
        """One look; how long to sleep after it, in seconds."""
        if self._line is None and self._now() < self._open_at:
            return min(PATIENCE_S, self._open_at - self._now())
        try:
            self._line = self._line or self._open_line(self._contact)
            closed = self._line.closed()
        except DeviceError as error:
            self._drop()
            self._open_at = self._now() + RETRY_S
            self._settled.sees_nothing()
            self._note(str(error))
            return PATIENCE_S
        self._note("")
        change = self._settled.sees(closed == (self._contact.on == "closed"), self._now())
        if change is not None:
            self._tell(change)
        return LOOK_S

    def _note(self, fault: str) -> None:
        if self._fault is None or bool(self._fault) != bool(fault):
            self._report(fault)
        self._fault = fault

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line:
            try:
                line.close()
            except DeviceError:
                return  # gone already
