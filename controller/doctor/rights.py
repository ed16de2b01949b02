"""Which of the station's users may use a device or a folder, where each process has a user of its own (systemd/):
asked of owners and modes, whoever asks here; elsewhere processes run as whoever asks.

What belongs to one process and can be used by another is told: whoever took that one over could use it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from controller.doctor.examining import Finding, Saying, World
from controller.runtime.places import Places

UNITS = "/etc/systemd/system/loalang-{}.service"
TEMPLATES = frozenset({"audio", "screen", "panel"})  # of their units there is one for each output or board
ROOMS = ("audio", "controller", "web", "kiosk", "screen", "panel")
WIRED = ("audio", "controller", "kiosk")  # whose units have serial lines
RULES = "/etc/udev/rules.d/70-loalang.rules"
OTHERS_WRITE = 0o022
_GROUPS = "SupplementaryGroups="


def may(world: World, kind: str, path: Path) -> bool:
    """Whether a process of this kind may read and write a device. With its unit installed it has a user of its own,
    with the unit's groups and its own; elsewhere it runs as whoever asks."""
    unit = _unit(world, kind)
    if not unit.is_file():
        return os.access(path, os.R_OK | os.W_OK)
    lines = unit.read_text(encoding="utf-8").splitlines()
    groups = {name for each in lines if each.startswith(_GROUPS) for name in each.removeprefix(_GROUPS).split()}
    ours = {int(number) for name, _, number, who in _entries(world, "group") if name in groups or user(kind) in who}
    found = path.stat()
    if found.st_uid == _number(world, kind):
        bits = found.st_mode >> 6
    else:
        bits = found.st_mode >> 3 if found.st_gid in ours else found.st_mode
    return bits & 0o6 == 0o6


def line(say: Saying, name: str, port: str, kind: str, world: World) -> Finding:
    """Of a serial line for a process of this kind: whether it is there, and that one's to use, and nobody else's."""
    path = world.path(port)
    if not path.exists():
        return say.fault(name, "line.absent", port=port)
    is_installed = _unit(world, kind).is_file()
    if not is_installed or not port.startswith("/dev/"):
        return say.ok(name, "line.fine", port=port) if may(world, kind, path) else say.fault(
            name, "line.closed", port=port
        )  # fmt: skip
    rule = {"user": user(kind), "file": RULES, "rule": rule_for(port, kind, path.is_symlink())}
    if not may(world, kind, path):
        return say.fault(name, "line.foreign", port=port, **rule)
    others = [user(other) for other in WIRED if other != kind and may(world, other, path)]
    if others:
        return say.warning(name, "line.shared", port=port, others=", ".join(others), **rule)
    return say.ok(name, "line.fine", port=port)


def rule_for(port: str, kind: str, is_link: bool) -> str:
    """The line of udev(7) that gives a device to the user of one process alone."""
    named = "SYMLINK" if is_link else "KERNEL"
    return f'SUBSYSTEM=="tty", {named}=="{port.removeprefix("/dev/")}", OWNER="{user(kind)}", MODE="0600"'


def rooms(say: Saying, places: Places, world: World) -> Iterator[Finding]:
    """Whether nobody else can take the place of a process's doorbell, lock or progress; nothing where the station is
    not installed (there one user is all of them)."""
    if not _unit(world, "controller").is_file() or not places.run.is_symlink():
        return
    owners = {places.run: 0} | {places.room(kind): _number(world, kind) for kind in ROOMS}
    for path, owner in owners.items():
        try:
            found = path.stat()
        except OSError:
            yield say.fault("rooms", "rooms.absent", path=path)
            return
        if found.st_uid != owner or found.st_mode & OTHERS_WRITE:
            yield say.fault("rooms", "rooms.open", path=path)
            return
    yield say.ok("rooms", "rooms.fine")


def user(kind: str) -> str:
    return f"loalang-{kind}"


def _unit(world: World, kind: str) -> Path:
    return world.path(UNITS.format(f"{kind}@" if kind in TEMPLATES else kind))


def _number(world: World, kind: str) -> int | None:
    """The user's; None where there is no such user."""
    return next((int(number) for name, _, number, *_ in _entries(world, "passwd") if name == user(kind)), None)


def _entries(world: World, file: str) -> list[tuple[str, str, str, list[str]]]:
    """Of /etc/passwd or /etc/group: name, password, number, and what stands fourth, taken apart at commas."""
    path = world.path(f"/etc/{file}")
    if not path.is_file():
        return []
    lines = (each.split(":") for each in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return [(each[0], each[1], each[2], each[3].split(",")) for each in lines if len(each) > 3]
