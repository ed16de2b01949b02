"""Every kind of relay under one suite: boards in software behind a pty, pins in software, and a line that fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio.wall import switchboard
from audio.wall.relay_emulator import LcusRelays, ModbusRelays, RelayEmulator
from audio.wall.switchboard import LINE_LIMIT_S, Switchboard, Trouble
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Amplifier, Output, Relay
from tests.support.relay_boards import ZONES, Kind, TwoBoards, board_of, mock_pins, output_on, served
from tests.support.stalls import Stalls

InTime = Callable[[Callable[[], list[Trouble]]], list[Trouble]]
PARTS = ("relay/main", *(f"relay/main/{zone}" for zone in ZONES))
LATEST_S = LINE_LIMIT_S + 0.7  # a machine with other work
FINE = [Trouble(part, "") for part in PARTS]


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not about time works on a busy machine too, where an emulated board may be slow to answer."""
    if "in_time" not in request.fixturenames:
        monkeypatch.setattr("audio.wall.switchboard.LINE_LIMIT_S", 10.0)
        monkeypatch.setattr("audio.wall.modbus_board.ANSWER_S", 1.0)


@pytest.fixture(scope="module")
def machine() -> Iterator[Stalls]:
    with Stalls() as stalls:
        yield stalls


@pytest.fixture
def in_time(machine: Stalls) -> InTime:
    """Calls, and sees to it that the call is over in time, but for what the machine took."""

    def timed(call: Callable[[], list[Trouble]]) -> list[Trouble]:
        begun = time.monotonic()
        troubles = call()
        ended = time.monotonic()
        assert ended - begun < LATEST_S + machine.taken_s(begun, ended)
        return troubles

    return timed


@dataclass
class Rig:
    """A switchboard and how its four relays really stand: the amplifier's, then the zones'."""

    switchboard: Switchboard
    really: Callable[[], tuple[bool, ...]]
    emulator: RelayEmulator | None = None


@contextmanager
def rig_of(kind: Kind, folder: Path) -> Iterator[Rig]:
    if kind == "gpio":
        with mock_pins() as pins:
            yield Rig(Switchboard(output_on("gpio")), lambda: tuple(bool(pins.pin(n).state) for n in (17, 22, 23, 24)))
        return
    with served(board_of(kind, folder)) as emulator:

        def really() -> tuple[bool, ...]:
            emulator.wait_until_idle()
            return tuple(emulator.board.states[:4])

        yield Rig(Switchboard(output_on(kind, emulator.link)), really, emulator)


@pytest.fixture(params=["lcus1", "modbus", "gpio"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with rig_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=["lcus1", "modbus"])
def wired(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Rig, RelayEmulator]]:
    with rig_of(request.param, tmp_path) as made:
        assert made.emulator is not None
        yield made, made.emulator


def test_it_switches_what_it_is_told_and_nothing_else(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "LINE_LIMIT_S", 5.0)  # what is done is judged here, not a busy machine's time
    board = rig.switchboard
    assert board.zones_apart == frozenset(ZONES)
    assert board.power(False) + board.route(frozenset()) == FINE, "the first time it also says that all is well"
    stood = [rig.really()]
    steps: list[Callable[[], list[Trouble]]] = [
        lambda: board.power(True),
        lambda: board.route(frozenset({"cho", "trung-tam"})),
        lambda: board.route(frozenset({"na-khau", "of another output"})),
        lambda: board.refresh(),
        lambda: board.power(False),
        lambda: board.route(frozenset()),
    ]
    for step in steps:
        assert step() == []
        stood.append(rig.really())
    assert stood == [
        (False, False, False, False),
        (True, False, False, False),
        (True, True, False, True),
        (True, False, True, False),
        (True, False, True, False),
        (False, False, True, False),
        (False, False, False, False),
    ]


def test_everything_is_off_when_it_is_closed(rig: Rig) -> None:
    rig.switchboard.power(True)
    rig.switchboard.route(frozenset(ZONES))
    assert rig.really() == (True, True, True, True)
    rig.switchboard.close()
    assert rig.really() == (False, False, False, False)


def test_only_what_differs_is_sent_and_off_comes_before_on(wired: tuple[Rig, RelayEmulator]) -> None:
    rig, emulator = wired
    rig.switchboard.power(True)
    rig.switchboard.route(frozenset({"cho"}))
    rig.really()
    emulator.heard.clear()
    rig.switchboard.power(True)
    rig.switchboard.route(frozenset({"cho"}))
    assert (rig.really(), bytes(emulator.heard)) == ((True, True, False, False), b"")
    moved = []
    emulator.moved = lambda: moved.append(tuple(emulator.board.states[:4]))
    rig.switchboard.route(frozenset({"trung-tam"}))
    rig.really()
    assert moved == [(True, False, False, False), (True, False, False, True)]


def test_a_board_that_lost_its_power_is_told_again(wired: tuple[Rig, RelayEmulator]) -> None:
    rig, emulator = wired
    rig.switchboard.power(True)
    rig.switchboard.route(frozenset({"cho"}))
    assert rig.really() == (True, True, False, False)
    emulator.cut_power()
    assert rig.really() == (False, False, False, False)
    assert rig.switchboard.refresh() == []
    assert rig.really() == (True, True, False, False)


def test_a_plug_that_is_pulled_is_told_once_and_works_when_it_is_back(wired: tuple[Rig, RelayEmulator]) -> None:
    rig, emulator = wired
    rig.switchboard.power(False)
    emulator.unplug()
    begun = rig.switchboard.power(True)
    assert [(trouble.part, bool(trouble.reason)) for trouble in begun] == [("relay/main", True)]
    assert rig.switchboard.power(False) == []
    assert rig.switchboard.power(True) == []
    emulator.plug()
    assert rig.switchboard.power(True) == [Trouble("relay/main", "")]
    assert rig.really() == (True, False, False, False)


def test_pulled_and_put_in_again_between_two_switches_nobody_notices(wired: tuple[Rig, RelayEmulator]) -> None:
    rig, emulator = wired
    rig.switchboard.power(False)
    rig.really()
    emulator.unplug()
    emulator.plug()
    assert rig.switchboard.power(True) == []
    assert rig.really() == (True, False, False, False)


@pytest.mark.alone
@pytest.mark.parametrize("count", range(0, 28, 3))
def test_a_plug_pulled_at_any_byte(wired: tuple[Rig, RelayEmulator], count: int, in_time: InTime) -> None:
    rig, emulator = wired
    rig.switchboard.power(False)
    rig.switchboard.route(frozenset())
    rig.really()
    emulator.unplug_after = count
    in_time(lambda: rig.switchboard.route(frozenset({"cho", "trung-tam"})))
    in_time(lambda: rig.switchboard.power(True))
    rig.really()
    emulator.unplug_after = None
    emulator.plug()
    for _ in range(5):  # refreshes; the first is enough where the machine has nothing else to do
        in_time(rig.switchboard.refresh)
        if rig.really() == (True, True, False, True):
            break
    assert rig.really() == (True, True, False, True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=40), on=st.booleans())
def test_whatever_a_board_babbles_it_is_over_in_time(tmp_path: Path, noise: bytes, on: bool) -> None:
    with rig_of("modbus", tmp_path) as rig:
        assert rig.emulator is not None
        rig.emulator.babble = noise
        assert rig.switchboard.power(on) == [Trouble("relay/main", "")], "noise before an answer"
        assert rig.really()[0] is on


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["lcus1", "modbus"])
def test_a_line_that_is_never_silent(kind: Kind, in_time: InTime) -> None:
    master, slave = os.openpty()
    os.set_blocking(master, False)
    stopping = threading.Event()

    def babble() -> None:
        while not stopping.wait(0.001):
            try:
                os.write(master, bytes((1, 5, 0, 0)) * 8)  # the beginnings of answers
                os.read(master, 100)
            except BlockingIOError:
                continue

    thread = threading.Thread(target=babble)
    thread.start()
    try:
        switchboard = Switchboard(output_on(kind, os.ttyname(slave)))
        troubles = in_time(lambda: switchboard.power(True))
        assert [bool(trouble.reason) for trouble in troubles] == [kind == "modbus"], "the LCUS type never answers"
    finally:
        stopping.set()
        thread.join()
        os.close(master)
        os.close(slave)


def test_a_byte_that_is_lost_is_made_good_by_asking_again(tmp_path: Path) -> None:
    with rig_of("modbus", tmp_path) as rig:
        assert rig.emulator is not None
        rig.switchboard.power(False)
        lost = iter([False, False, True])
        rig.emulator.lose = lambda byte: next(lost, False)
        assert rig.switchboard.power(True) == []
        assert rig.really()[0]
        assert bytes(rig.emulator.heard[8:]) == bytes.fromhex("01 05 00 00 FF 00 8C 3A") * 2


@pytest.mark.alone
def test_a_board_that_is_deaf_keeps_no_other_from_switching(tmp_path: Path, in_time: InTime) -> None:
    with ExitStack() as stack:
        deaf = stack.enter_context(served(RelayEmulator(ModbusRelays(4), tmp_path / "modbus")))
        sound = stack.enter_context(served(RelayEmulator(LcusRelays(4), tmp_path / "lcus")))
        deaf.cut_power(back=False)
        output = Output(
            name="main",
            zones=("a", "b", "c"),
            amplifier=Amplifier(),
            zone_relays={
                "a": Relay(relay="modbus", port=str(deaf.link)),
                "b": Relay(relay="lcus1", port=str(sound.link), channel=2),
                "c": Relay(relay="none"),
            },
        )
        switchboard = Switchboard(output)
        assert switchboard.zones_apart == frozenset({"a", "b"}), "without a relay it cannot be switched apart"
        assert switchboard.power(True) == []
        assert in_time(lambda: switchboard.route(frozenset({"a"}))) == [
            Trouble("relay/main/a", "unit 1 does not answer"), Trouble("relay/main/b", ""),
        ]  # fmt: skip
        assert in_time(lambda: switchboard.route(frozenset({"b"}))) == [], "the one is as deaf as it was"
        sound.wait_until_idle()
        assert sound.board.states == [False, True, False, False]
        deaf.cut_power(back=True)
        troubles: list[Trouble] = []
        for _ in range(5):  # as above
            troubles += in_time(lambda: switchboard.route(frozenset({"a"})))
        sound.wait_until_idle()
        assert troubles == [Trouble("relay/main/a", "")]
        assert (deaf.board.states[0], sound.board.states[1]) == (True, False)


class _Noted:
    """A board that does nothing but say that it was its turn."""

    def __init__(self, port: str, turns: list[str]) -> None:
        self._port, self._turns = port, turns

    def switch(self, changes: Mapping[Relay, bool], limit_s: float) -> None:
        self._turns += [f"{self._port} {'on' if on else 'off'}" for on in changes.values()]
        if self._port == "deaf":
            raise DeviceError("no")

    def read(self, relays: Iterable[Relay], limit_s: float) -> dict[Relay, bool]:
        return {}

    def close(self) -> None:
        pass


def test_what_worked_last_time_comes_first_and_what_has_failed_is_not_tried_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns: list[str] = []
    monkeypatch.setattr("audio.wall.switchboard.board_at", lambda place: _Noted(place.port, turns))
    ports = {"a": "deaf", "b": "sound", "c": "deaf"}
    zones = {zone: Relay(relay="lcus1", port=port, channel=n) for n, (zone, port) in enumerate(ports.items(), 1)}
    switchboard = Switchboard(Output(name="main", zones=tuple(zones), zone_relays=zones))
    switchboard.route(frozenset({"b", "c"}))
    assert turns == ["deaf off", "sound on"], "deaf is not asked to switch on: it has just failed"
    turns.clear()
    switchboard.route(frozenset())
    assert turns == ["sound off", "deaf off", "deaf off"]


@pytest.mark.alone
def test_a_late_answer_to_something_else_is_no_answer(tmp_path: Path, in_time: InTime) -> None:
    with rig_of("modbus", tmp_path) as rig:
        assert rig.emulator is not None
        rig.emulator.cut_power(back=False)
        rig.emulator.babble = bytes.fromhex("01 05 00 01 FF 00 DD FA")  # of the second relay
        assert in_time(lambda: rig.switchboard.power(True)) == [Trouble("relay/main", "unit 1 does not answer")]


def test_the_trouble_says_what_the_board_said(tmp_path: Path) -> None:
    with served(board_of("modbus", tmp_path, channels=4)) as emulator:
        port = str(emulator.link)
        output = Output(
            name="main",
            zones=("a", "b"),
            amplifier=Amplifier(relay="modbus", port=port, channel=5, baud=115200),
            zone_relays={"a": Relay(relay="modbus", port=port, unit=9, baud=115200)},
        )
        switchboard = Switchboard(output)
        assert switchboard.power(True) == [
            Trouble("relay/main", "unit 1 refuses: it has no such relay"),
        ]
        assert switchboard.route(frozenset({"a"})) == [
            Trouble("relay/main/a", "unit 9 does not answer"),
        ]
        assert emulator.board.states == [False] * 4


def test_two_units_on_one_line(tmp_path: Path) -> None:
    """Both are asked one after the other on a port that only one may open."""
    with served(board_of("modbus", tmp_path)) as emulator:
        emulator.board = TwoBoards(ModbusRelays(4, 1), ModbusRelays(4, 2))
        zones = {f"z{unit}": Relay(relay="modbus", port=str(emulator.link), unit=unit, baud=115200) for unit in (1, 2)}
        switchboard = Switchboard(Output(name="main", zones=("z1", "z2"), zone_relays=zones))
        assert switchboard.route(frozenset({"z2"})) == [
            Trouble("relay/main/z1", ""),
            Trouble("relay/main/z2", ""),
        ]
        assert emulator.board.states == [False] * 4 + [True] + [False] * 3
        assert switchboard.refresh() == []


def test_a_pin_may_be_active_low() -> None:
    with mock_pins() as pins:
        switchboard = Switchboard(
            Output(name="main", zones=("a",), amplifier=Amplifier(relay="gpio", pin=17, active_low=True))
        )
        switchboard.power(False)
        assert pins.pin(17).state is True
        switchboard.power(True)
        assert pins.pin(17).state is False
        states = pins.pin(17).states
        switchboard.close()
        assert [state.state for state in states][-2:] == [False, True], "off before it is let go of"


@pytest.mark.skipif(Path("/dev/gpiochip0").exists(), reason="there are pins")
def test_where_there_are_no_pins_that_is_said() -> None:
    before = sorted(path.name for path in Path.cwd().iterdir())
    (trouble,) = Switchboard(output_on("gpio")).power(True)
    assert trouble.part == "relay/main"
    assert trouble.reason.startswith("the pins of the Pi: ")
    assert sorted(path.name for path in Path.cwd().iterdir()) == before, "lgpio's pipe stays nowhere"


def test_the_libraries_are_imported_only_where_such_a_relay_is_configured() -> None:
    program = """
import sys
from audio.wall.contacts import ContactWatch
from audio.wall.switchboard import Switchboard
from controller.runtime.config_tables import Amplifier, Contact, Output
ContactWatch(Contact(), print, print).work(lambda: True, lambda: None)
for kind in ("none", "log", "lcus1", "modbus", "gpio"):
    switchboard = Switchboard(Output(name="m", zones=("a",), amplifier=Amplifier(relay=kind, port="/none", pin=17)))
    switchboard.power(True)
    print(kind, *sorted({"pymodbus", "gpiozero"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["none", "log", "lcus1", "modbus pymodbus", "gpio gpiozero pymodbus"]
