"""Every kind of relay under one suite: boards in software behind a pty, pins in software, and a line that fails."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio.relay_emulator import LcusRelays, ModbusRelays, RelayEmulator
from audio.switchboard import LINE_LIMIT_S, Switchboard, Trouble
from controller.runtime.config_tables import Amplifier, Output, Relay
from tests.support.relay_boards import ZONES, Kind, board_of, mock_pins, output_on, served

PARTS = ("relay/main", *(f"relay/main/{zone}" for zone in ZONES))
LATEST_S = LINE_LIMIT_S + 0.25  # a machine with other work
FINE = [Trouble(part, "") for part in PARTS]


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


def timed(call: Callable[[], list[Trouble]]) -> list[Trouble]:
    begun = time.monotonic()
    troubles = call()
    assert time.monotonic() - begun < LATEST_S
    return troubles


def test_it_switches_what_it_is_told_and_nothing_else(rig: Rig) -> None:
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
        assert timed(step) == []
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
    assert timed(rig.switchboard.refresh) == []
    assert rig.really() == (True, True, False, False)


def test_a_plug_that_is_pulled_is_told_once_and_works_when_it_is_back(wired: tuple[Rig, RelayEmulator]) -> None:
    rig, emulator = wired
    rig.switchboard.power(False)
    emulator.unplug()
    begun = timed(lambda: rig.switchboard.power(True))
    assert [(trouble.part, bool(trouble.reason)) for trouble in begun] == [("relay/main", True)]
    assert timed(lambda: rig.switchboard.power(False)) == []
    assert timed(lambda: rig.switchboard.power(True)) == []
    emulator.plug()
    assert timed(lambda: rig.switchboard.power(True)) == [Trouble("relay/main", "")]
    assert rig.really() == (True, False, False, False)


def test_pulled_and_put_in_again_between_two_switches_nobody_notices(wired: tuple[Rig, RelayEmulator]) -> None:
    rig, emulator = wired
    rig.switchboard.power(False)
    rig.really()
    emulator.unplug()
    emulator.plug()
    assert timed(lambda: rig.switchboard.power(True)) == []
    assert rig.really() == (True, False, False, False)


@pytest.mark.parametrize("count", range(0, 28, 3))
def test_a_plug_pulled_at_any_byte(wired: tuple[Rig, RelayEmulator], count: int) -> None:
    rig, emulator = wired
    rig.switchboard.power(False)
    rig.switchboard.route(frozenset())
    rig.really()
    emulator.unplug_after = count
    timed(lambda: rig.switchboard.route(frozenset({"cho", "trung-tam"})))
    timed(lambda: rig.switchboard.power(True))
    rig.really()
    emulator.unplug_after = None
    emulator.plug()
    timed(rig.switchboard.refresh)
    assert rig.really() == (True, True, False, True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=40), on=st.booleans())
def test_whatever_a_board_babbles_it_is_over_in_time(tmp_path: Path, noise: bytes, on: bool) -> None:
    with rig_of("modbus", tmp_path) as rig:
        assert rig.emulator is not None
        rig.emulator.babble = noise
        assert timed(lambda: rig.switchboard.power(on)) == [Trouble("relay/main", "")], "noise before an answer"
        assert rig.really()[0] is on


@pytest.mark.parametrize("kind", ["lcus1", "modbus"])
def test_a_line_that_is_never_silent(kind: Kind) -> None:
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
        troubles = timed(lambda: switchboard.power(True))
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
        assert timed(lambda: rig.switchboard.power(True)) == []
        assert rig.really()[0]
        assert bytes(rig.emulator.heard[8:]) == bytes.fromhex("01 05 00 00 FF 00 8C 3A") * 2


def test_a_board_that_is_deaf_keeps_no_other_from_switching(tmp_path: Path) -> None:
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
        timed(lambda: switchboard.route(frozenset({"a"})))
        first = timed(lambda: switchboard.route(frozenset({"b"})))
        assert first == [], "the one is as deaf as it was"
        sound.wait_until_idle()
        assert sound.board.states == [False, True, False, False]
        deaf.cut_power(back=True)
        assert timed(lambda: switchboard.route(frozenset({"a"}))) == [Trouble("relay/main/a", "")]
        sound.wait_until_idle()
        assert (deaf.board.states[0], sound.board.states[1]) == (True, False)


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
        assert timed(lambda: switchboard.power(True)) == [
            Trouble("relay/main", "unit 1 refuses: it has no such relay"),
        ]
        assert timed(lambda: switchboard.route(frozenset({"a"}))) == [
            Trouble("relay/main/a", "unit 9 does not answer"),
        ]
        assert emulator.board.states == [False] * 4


def test_two_units_on_one_line(tmp_path: Path) -> None:
    """Both are asked one after the other on a port that only one may open."""
    with served(board_of("modbus", tmp_path)) as emulator:
        emulator.board = _Both(ModbusRelays(4, 1), ModbusRelays(4, 2))
        zones = {f"z{unit}": Relay(relay="modbus", port=str(emulator.link), unit=unit, baud=115200) for unit in (1, 2)}
        switchboard = Switchboard(Output(name="main", zones=("z1", "z2"), zone_relays=zones))
        assert timed(lambda: switchboard.route(frozenset({"z2"}))) == [
            Trouble("relay/main/z1", ""),
            Trouble("relay/main/z2", ""),
        ]
        assert emulator.board.states == [False] * 4 + [True] + [False] * 3
        assert timed(switchboard.refresh) == []


class _Both:
    """Two boards on one pair of wires."""

    def __init__(self, *boards: ModbusRelays) -> None:
        self._boards = boards

    @property
    def states(self) -> list[bool]:
        return [on for board in self._boards for on in board.states]

    def hear(self, byte: int) -> None:
        for board in self._boards:
            board.hear(byte)

    def silence(self) -> bytes:
        return b"".join([board.silence() for board in self._boards])

    def lose_power(self) -> None:
        for board in self._boards:
            board.lose_power()


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
    (trouble,) = timed(lambda: Switchboard(output_on("gpio")).power(True))
    assert trouble.part == "relay/main"
    assert trouble.reason.startswith("the pins of the Pi: ")
    assert sorted(path.name for path in Path.cwd().iterdir()) == before, "lgpio's pipe stays nowhere"
