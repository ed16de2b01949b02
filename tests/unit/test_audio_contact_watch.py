"""The stop switch and the emergency contact: what counts as pressed, and what does not."""

from __future__ import annotations

import os
import tty
from collections.abc import Callable
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from audio.wall.contacts import LOOK_S, SETTLE_S, ContactWatch, ControlLineOf, Settled, line_of
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Contact
from controller.runtime.serial_port import SerialPort
from tests.support.relay_boards import mock_pins

STOP = Contact(contact="gpio", pin=27)
SERIAL = Contact(contact="serial", port="/dev/serial/by-path/x", line="dsr")
LATEST_S = SETTLE_S + 2 * LOOK_S + 1e-6


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([(0.0, False), (1.0, False)], []),
        ([(0.0, True), (0.02, True), (0.031, True), (0.05, True)], [(0.031, True)]),
        ([(0.0, True), (0.02, False), (0.031, True), (0.05, True), (0.062, True)], [(0.062, True)]),  # it bounced
        ([(0.0, True), (0.04, True), (0.05, False), (0.07, True), (0.1, True)], [(0.04, True)]),
        ([(0.0, True), (0.04, True), (0.05, False), (0.09, False)], [(0.04, True), (0.09, False)]),
    ],
)
def test_what_has_settled(looks: list[tuple[float, bool]], told: list[tuple[float, bool]]) -> None:
    settled = Settled()
    assert [(now, new) for now, pressed in looks if (new := settled.sees(pressed, now)) is not None] == told


@given(st.lists(st.booleans(), max_size=60))
def test_it_never_says_the_same_twice(looks: list[bool]) -> None:
    settled = Settled()
    told = [new for n, pressed in enumerate(looks) if (new := settled.sees(pressed, n * LOOK_S)) is not None]
    assert told == [n % 2 == 0 for n in range(len(told))]


class Bench:
    """A watch in simulated time: `deeds` happen at their instants, `said` is what it told and reported."""

    def __init__(self, contact: Contact, open_line: Callable[[Contact], object] = line_of) -> None:
        self.now, self.said = 0.0, list[tuple[float, object]]()
        self._deeds: list[tuple[float, Callable[[], object]]] = []
        self._watch = ContactWatch(
            contact, self._say, self._say, open_line, lambda: self.now, self._sleep  # type: ignore[arg-type]  # a fake
        )  # fmt: skip
        self.looks = 0

    def at(self, instant: float, deed: Callable[[], object]) -> None:
        self._deeds.append((instant, deed))

    def run(self, until: float) -> list[object]:
        self._watch.work(lambda: self.now >= until, self._progress)
        return [what for _, what in self.said]

    def _progress(self) -> None:
        self.looks += 1

    def _say(self, what: object) -> None:
        self.said.append((self.now, what))

    def _sleep(self, seconds: float) -> None:
        end = self.now + seconds
        for instant, deed in sorted(self._deeds, key=lambda deed: deed[0]):
            if self.now < instant <= end:
                deed()
        self.now = end


class FakeLine:
    """The lines of an adapter: `on` as it is, or pulled out."""

    def __init__(self) -> None:
        self.on, self.is_plugged, self.is_open = False, True, False

    def __call__(self, contact: Contact) -> FakeLine:
        if not self.is_plugged:
            raise DeviceError(f"{contact.port}: cannot be opened: no such file")
        self.is_open = True
        return self

    def closed(self) -> bool:
        if not self.is_plugged:
            raise DeviceError("Input/output error")
        return self.on

    def close(self) -> None:
        self.is_open = False

    def set(self, **state: bool) -> Callable[[], None]:
        return lambda: self.__dict__.update(state)


def test_a_pin_that_is_pressed_bounces_and_is_let_go() -> None:
    with mock_pins() as pins:
        bench = Bench(STOP)
        pin = pins.pin(27)
        for n in range(8):
            bench.at(1.0 + n * 0.001, pin.drive_low if n % 2 == 0 else pin.drive_high)
        bench.at(1.0081, pin.drive_low)
        bench.at(2.0, pin.drive_high)
        assert bench.run(3.0) == ["", True, False]
        _, pressed, released = [instant for instant, _ in bench.said]
        assert 1.0081 + SETTLE_S <= pressed <= 1.0081 + LATEST_S
        assert 2.0 + SETTLE_S <= released <= 2.0 + LATEST_S


@pytest.mark.parametrize(
    ("on", "closed", "told"),
    [("closed", True, [True]), ("closed", False, []), ("open", False, [True]), ("open", True, [])],
)
def test_its_state_at_the_start_is_told_if_it_is_pressed(on: str, closed: bool, told: list[bool]) -> None:
    line = FakeLine()
    line.on = closed
    contact = SERIAL.model_copy(update={"on": on})
    assert Bench(contact, line).run(1.0) == ["", *told]


def test_pulled_out_is_neither_pressed_nor_let_go() -> None:
    line = FakeLine()
    bench = Bench(SERIAL, line)
    bench.at(1.0, line.set(on=True))
    bench.at(2.0, line.set(is_plugged=False, on=False))
    bench.at(6.0, line.set(is_plugged=True, on=True))
    bench.at(8.0, line.set(on=False))
    assert bench.run(9.0) == ["", True, "Input/output error", "", False]
    assert 6.0 < bench.said[3][0] <= 7.3 and not line.is_open


def test_let_go_while_it_was_pulled_out_is_told_when_it_is_back() -> None:
    line = FakeLine()
    line.on = True
    bench = Bench(SERIAL, line)
    bench.at(2.0, line.set(is_plugged=False))
    bench.at(5.0, line.set(is_plugged=True, on=False))
    assert bench.run(9.0) == ["", True, "Input/output error", "", False]


def test_it_lives_on_without_its_adapter() -> None:
    line = FakeLine()
    line.is_plugged = False
    bench = Bench(SERIAL, line)
    bench.at(10.0, line.set(is_plugged=True))
    assert bench.run(20.0) == [f"{SERIAL.port}: cannot be opened: no such file", ""]
    assert bench.looks > 10 / 0.2, "it says that it lives at every look"


def test_no_contact_no_work() -> None:
    assert Bench(Contact()).run(1.0) == []


def test_two_contacts_share_the_pins() -> None:
    with mock_pins() as pins:
        lines = [line_of(STOP), line_of(Contact(contact="gpio", pin=22))]
        pins.pin(22).drive_low()
        assert isinstance(pins, MockFactory)
        assert (pins.pin(27).pull, [line.closed() for line in lines]) == ("up", [False, True])
        with pytest.raises(DeviceError, match="already in use"):
            line_of(STOP)
        for line in lines:
            line.close()


@pytest.mark.skipif(Path("/dev/gpiochip0").exists(), reason="there are pins")
def test_a_pin_without_a_pi_says_so() -> None:
    with pytest.raises(DeviceError, match="the pins of the Pi: "):
        line_of(STOP)


@pytest.mark.parametrize("line", ["cts", "dsr", "cd", "ri"])
def test_a_line_without_control_lines_is_no_contact(line: str, tmp_path: Path) -> None:
    """Pseudo-terminals have none: neither pressed nor not, but a fault, after which the port is closed."""
    master, slave = os.openpty()
    tty.setraw(slave)
    port = Contact.model_validate({"contact": "serial", "port": os.ttyname(slave), "line": line})
    with pytest.raises(DeviceError, match="Inappropriate ioctl"):
        line_of(port).closed()
    os.close(slave)
    os.close(master)
    with pytest.raises(DeviceError, match="cannot be opened"):
        ControlLineOf(str(tmp_path / "none"), "cts")


@pytest.mark.parametrize("name", ["cts", "dsr", "cd", "ri"])
def test_which_line_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyserial asks the driver for all four in one word (TIOCMGET of ioctl_tty(2))."""
    bits = {"cts": 0x020, "dsr": 0x100, "cd": 0x040, "ri": 0x080}
    master, slave = os.openpty()
    with SerialPort(os.ttyname(slave), 9600) as port:
        for word in (bits[name], 0x1E0 & ~bits[name]):
            monkeypatch.setattr("fcntl.ioctl", lambda *_, word=word: word.to_bytes(4, "little"))
            assert port.control_line(name) is (word == bits[name])  # type: ignore[arg-type]  # one of the four
        monkeypatch.undo()
    os.close(slave)
    os.close(master)


def test_two_contacts_share_an_adapter_and_a_relay_board_does_not() -> None:
    master, slave = os.openpty()
    stop, emergency = ControlLineOf(os.ttyname(slave), "cts"), ControlLineOf(os.ttyname(slave), "dsr")
    stop.close()
    with SerialPort(os.ttyname(slave), 9600), pytest.raises(DeviceError, match="cannot be opened"):
        SerialPort(os.ttyname(slave), 9600)
    emergency.close()
    os.close(slave)
    os.close(master)
