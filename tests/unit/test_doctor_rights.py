"""The doctor on who may use what, where each process has a user of its own: real files, the units as they are shipped,
and the rules that the documentation shows."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller.doctor.examining import Finding, Saying, World
from controller.doctor.rights import RULES, line, may, rooms, rule_for
from controller.runtime.catalogues import load_words
from controller.runtime.places import Places
from tests.support.installed import UNITS, USERS, Installed, install
from tests.support.others import reachable_folder

PORT = "/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.1:1.0-port0"
SAY = Saying(load_words("en"))


def with_units(root: Path) -> World:
    folder = root / "etc/systemd/system"
    folder.mkdir(parents=True)
    for unit in UNITS.glob("*.service"):
        shutil.copy(unit, folder)
    return World(root, {})


class Machine:
    """Its only device belongs to whoever runs the test; who that is on it, and their group, is written as is wished."""

    def __init__(self, root: Path) -> None:
        self.root, self.device = root, root / "dev/ttyUSB0"
        link = root / PORT.lstrip("/")
        link.parent.mkdir(parents=True)
        link.symlink_to("../../ttyUSB0")
        self.device.touch()
        self.world = with_units(root)
        self.users(audio=1, controller=2, kiosk=3)

    def users(self, group: str = "dialout", **numbers: int) -> None:
        users = "".join(f"loalang-{kind}:x:{n}:{n}::/:/bin/false\n" for kind, n in numbers.items())
        (self.root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n" + users, encoding="utf-8")
        gid = self.device.stat().st_gid
        (self.root / "etc/group").write_text(f"{group}:x:{gid}:\nloalang:x:{gid + 1}:\n", encoding="utf-8")

    def line(self, kind: str, port: str = PORT) -> Finding:
        return line(SAY, "x", port, kind, self.world)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_adapter_that_a_rule_has_given_to_one_process_is_fine(machine: Machine) -> None:
    machine.device.chmod(0o600)
    machine.users(audio=os.getuid() or 9, controller=2, kiosk=3)
    os.chown(machine.device, os.getuid() or 9, -1)
    assert [may(machine.world, kind, machine.device) for kind in ("audio", "controller", "kiosk")] == [
        True, False, False,
    ]  # fmt: skip
    assert machine.line("audio").state == "ok"
    found = machine.line("controller")
    assert (found.state, found.what) == ("fault", f"port {PORT} is closed to loalang-controller, who is to use it")


def test_an_adapter_of_dialout_works_and_it_is_said_who_else_may_and_what_to_write(machine: Machine) -> None:
    machine.device.chmod(0o660)
    found = machine.line("audio")
    assert found.state == "warning"
    assert found.what.endswith("not by loalang-audio alone: loalang-controller, loalang-kiosk can, too")
    rule = f'SUBSYSTEM=="tty", SYMLINK=="{PORT.removeprefix("/dev/")}", OWNER="loalang-audio", MODE="0600"'
    assert rule in found.what_to_do and "/etc/udev/rules.d/70-loalang.rules" in found.what_to_do
    assert rule_for("/dev/ttyUSB0", "kiosk", is_link=False) == (
        'SUBSYSTEM=="tty", KERNEL=="ttyUSB0", OWNER="loalang-kiosk", MODE="0600"'
    )


def test_what_belongs_to_nobody_of_the_station_is_a_fault(machine: Machine) -> None:
    machine.device.chmod(0o660)
    machine.users("plugdev", audio=1, controller=2, kiosk=3)
    assert [machine.line(kind).state for kind in ("audio", "controller", "kiosk")] == ["fault"] * 3
    assert machine.line("kiosk", "/dev/ttyUSB9").what == "there is no port /dev/ttyUSB9"


def test_elsewhere_processes_run_as_whoever_asks(machine: Machine) -> None:
    shutil.rmtree(machine.root / "etc/systemd")
    machine.device.chmod(0o600)
    assert [machine.line(kind).state for kind in ("audio", "controller", "kiosk")] == ["ok"] * 3


def test_the_rules_in_the_documentation_are_those_that_are_told() -> None:
    page = Path("docs/wiring.md").read_text(encoding="utf-8")
    shown = re.findall(r"^(SUBSYSTEM.*)$", page, re.MULTILINE)
    links = re.findall(r'SYMLINK=="([^"]+)", OWNER="loalang-(\w+)"', page)
    assert [kind for _, kind in links] == ["controller", "audio", "audio", "kiosk"]
    assert shown == [rule_for(f"/dev/{link}", kind, is_link=True) for link, kind in links]
    assert RULES in page


# --- the rooms of doorbells


@pytest.fixture
def station() -> Iterator[Installed]:
    with reachable_folder() as folder:
        yield install(folder / "pi")


def test_rooms_as_they_are_made_are_fine_and_whatever_opens_them_is_told(station: Installed) -> None:
    world, places = with_units(station.root), station.places

    def found() -> list[tuple[str, str]]:
        return [(each.state, each.what) for each in rooms(SAY, places, world)]

    assert [state for state, _ in found()] == ["ok"]
    run, room = places.run.resolve(), places.room("audio")
    ways: tuple[tuple[Callable[[], None], Callable[[], None], Path], ...] = (
        (lambda: run.chmod(0o3770), lambda: run.chmod(0o750), places.run),
        (lambda: room.chmod(0o2770), lambda: room.chmod(0o2750), room),
        (lambda: os.chown(room, USERS["loalang-kiosk"], -1), lambda: os.chown(room, USERS["loalang-audio"], -1), room),
    )
    for spoil, mend, path in ways:
        spoil()
        ((state, what),) = found()
        assert (state, f"others can write to {path}:" in what) == ("fault", True)
        mend()
    room.rmdir()
    assert found() == [("fault", f"there is no folder {room}")]


def test_a_station_in_a_folder_of_its_own_has_one_user_for_all(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    places.make()
    assert list(rooms(SAY, places, World(tmp_path, {}))) == []
    assert list(rooms(SAY, places, with_units(tmp_path))) == [], "tried out on the Pi, as any user"
