"""`loalang doctor` on boards: their lines and addresses, their fonts, screens and panels; USB adapters that only their
plugs tell apart; notices for boards that there are no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from controller.boards.display.screen_power import plugged, tools
from controller.boards.lettering.lamps import FEWEST_ROWS
from controller.core.errors import StationError
from controller.doctor.examining import Finding, Saying, World
from controller.doctor.rights import line
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Board
from controller.runtime.places import Places
from controller.runtime.serial_port import Adapter
from controller.store import notices
from controller.store.connection import Store

FONTS = {"X11/misc/9x15.pcf.gz": "xfonts-base", "opentype/unifont/unifont.otf": "fonts-unifont"}
HUIDU_PORT = 10001
BY_PATH = "/dev/serial/by-path"
MOVING = ("/dev/tty", "/dev/serial/by-id/")  # names that say nothing of the plug


def boards(say: Saying, config: StationConfig, world: World) -> Iterator[Finding]:
    if any(board.driver != "screen" and board.rows >= FEWEST_ROWS for board in config.boards):
        yield _fonts(say, world)
    for board in config.boards:
        yield _board(say, board, world)
    screens = [board for board in config.boards if board.driver == "screen"]
    if len(screens) > 1:
        yield say.warning("screens", "screens.many", count=len(screens))
    yield from _twins(say, config, world)


def strays(say: Saying, config: StationConfig, places: Places, world: World) -> Iterator[Finding]:
    """Notices that name boards or zones which the configuration does not have, as after a change of their ids."""
    if not places.station_db.is_file():
        return
    store = Store(places.station_db, read_only=True)
    try:
        with store.read() as tx:
            live = notices.live(tx, world.now())
    except StationError:  # the database has a check of its own
        return
    finally:
        store.close()
    known = {board.id for board in config.boards}, {zone.id for zone in config.zones}
    lost = [(set(notice.boards) - known[0]) | (set(notice.zones) - known[1]) for notice in live]
    if names := sorted(set().union(*lost)):
        yield say.warning("notices", "notices.lost", count=sum(map(bool, lost)), names=", ".join(names))


def _twins(say: Saying, config: StationConfig, world: World) -> Iterator[Finding]:
    """Adapters of one make and one serial number (or none), where the configuration names one by anything but its plug:
    after the next start that name may be the other's."""
    alike = defaultdict[tuple[str, str], list[Adapter]](list)
    for adapter in world.adapters():
        alike[adapter.make, adapter.number].append(adapter)
    for (make, _), group in sorted(alike.items()):
        if len({adapter.plug for adapter in group}) < 2:
            continue
        lines = sorted(Path(adapter.device).name for adapter in group)
        moving = sorted(port for port in _ports(config) if world.path(port).resolve().name in lines)
        if moving:
            by_plug = _by_plug(world)
            names = ", ".join(f'{line} = "{by_plug[line]}"' if line in by_plug else line for line in lines)
            yield say.warning(
                f"adapters/{make}", "adapters.twins", count=len(group), make=make, ports=", ".join(moving), names=names
            )


def _ports(config: StationConfig) -> set[str]:
    """The configured names of serial lines that do not go by the plug."""
    wired = [board.port for board in config.boards]
    for output in config.outputs:
        wired += [relay.port for relay in (output.amplifier, *output.zone_relays.values())]
        wired += [output.stop_switch.port, output.emergency_contact.port]
    return {port for port in wired if port.startswith(MOVING)}


def _by_plug(world: World) -> dict[str, str]:
    """The lasting name of each line, by its device's."""
    found: dict[str, str] = {}
    for link in sorted(world.path(BY_PATH).glob("*")):  # some systems have two links for a plug: the shorter way
        found.setdefault(link.resolve().name, f"{BY_PATH}/{link.name}")
    return found


def _fonts(say: Saying, world: World) -> Finding:
    lacking = [package for file, package in FONTS.items() if not world.path(f"/usr/share/fonts/{file}").is_file()]
    if lacking:
        return say.fault("fonts/boards", "board_fonts.absent", packages=" ".join(lacking))
    return say.ok("fonts/boards", "board_fonts.fine")


def _board(say: Saying, board: Board, world: World) -> Finding:
    name = f"board/{board.id}"
    if board.driver == "screen":
        return _screen(say, name, board, world)
    if board.driver == "hub75":
        if world.find_module("rgbmatrix") is None:
            return say.warning(name, "panel.emulated")
        return say.ok(name, "panel.fine", columns=board.columns, rows=board.rows)
    if board.port == "emulator":
        return say.ok(name, "line.emulated")
    if board.driver == "huidu":
        host, _, port = board.port.partition(":")
        if world.reach(host, int(port) if port.isdecimal() else HUIDU_PORT):
            return say.ok(name, "address.fine", address=board.port)
        return say.warning(name, "address.silent", address=board.port)
    return line(say, name, board.port, "controller", world)


def _screen(say: Saying, name: str, board: Board, world: World) -> Finding:
    desktop = any(world.variables.get(variable) for variable in ("WAYLAND_DISPLAY", "DISPLAY"))
    there = plugged(world.path("/sys/class/drm"))
    if there is False or (there is None and not desktop):
        return say.fault(name, "board_screen.absent")
    if board.on_hours and not tools({"WAYLAND_DISPLAY": "?"}, lambda tool: world.find_program(tool) is not None, False):
        return say.warning(name, "board_screen.stays_on")
    return say.ok(name, "board_screen.fine", columns=board.columns, rows=board.rows)
