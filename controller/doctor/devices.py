"""`loalang doctor` on the kiosk's devices: how large its panel is, whether touches reach it, its camera, printer and
scanner, and where its voice comes out. Only of what is there or configured: many stations have no kiosk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from controller.doctor.examining import Finding, Saying, World
from controller.doctor.rights import line, may
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Kiosk

KIOSK = "kiosk"
SERIAL = "serial:"
ABS_MT_POSITION_X = 0x35  # linux/input-event-codes.h
OFF_BY = 0.1  # of a width: more, and keys are not as large as they should be
_EDID_MM, _EDID_CM = slice(66, 69), slice(21, 23)  # VESA E-EDID 1.4, 3.10.2 and 3.6.2
_EDID_SIZE = 128


def devices(say: Saying, config: StationConfig, world: World) -> Iterator[Finding]:
    yield from _size(say, config.kiosk, world)
    yield from _touch(say, world)
    yield from _camera(say, config.kiosk.camera, world)
    yield from _printer(say, config.kiosk.printer, world)
    if config.kiosk.scanner:
        yield line(say, "kiosk/scanner", config.kiosk.scanner.partition("@")[0], KIOSK, world)
    yield from _voice(say, config, world)


def panel_mm(edid: bytes) -> tuple[int, int]:
    """Width and height of the lit area as a panel says it; zeros where it does not."""
    if len(edid) < _EDID_SIZE:
        return 0, 0
    wide, high, upper = edid[_EDID_MM]
    exact = wide | (upper >> 4) << 8, high | (upper & 0x0F) << 8
    if all(exact):
        return exact
    wide, high = edid[_EDID_CM]
    return 10 * wide, 10 * high


def is_touch_panel(device: str) -> bool:
    """Of a paragraph of /proc/bus/input/devices: whether it reports fingers."""
    for each in device.splitlines():
        if each.startswith("B: ABS="):
            bits = 0
            for word in each.removeprefix("B: ABS=").split():  # the highest first, 64 bits each
                bits = bits << 64 | int(word, 16)
            return bool(bits >> ABS_MT_POSITION_X & 1)
    return False


def _screens(world: World) -> list[Path]:
    """The connectors that something hangs on."""
    statuses = sorted(world.path("/sys/class/drm").glob("card*-*/status"))
    return [status.parent for status in statuses if status.read_text().strip() == "connected"]


def _size(say: Saying, kiosk: Kiosk, world: World) -> Iterator[Finding]:
    name, screens = "kiosk/screen", _screens(world)
    if world.variables.get("SDL_VIDEODRIVER", "").lower() == "kmsdrm":
        cards = sorted(world.path("/dev/dri").glob("card*"))
        if cards and not any(may(world, KIOSK, card) for card in cards):
            yield say.fault(name, "kiosk_screen.closed")
            return
    if not screens:
        return
    said = [panel_mm(edid.read_bytes()) for screen in screens if (edid := screen / "edid").is_file()]
    upright = kiosk.height_px > kiosk.width_px
    widths = [high if upright else wide for wide, high in said if wide and high]
    if not widths:
        known = "width_mm" in kiosk.model_fields_set
        tell = say.ok if known else say.warning
        yield tell(name, "kiosk_screen.as_configured" if known else "kiosk_screen.unknown", mm=round(kiosk.width_mm))
    elif any(abs(width - kiosk.width_mm) <= OFF_BY * kiosk.width_mm for width in widths):
        yield say.ok(name, "kiosk_screen.fine", mm=round(kiosk.width_mm))
    else:
        yield say.warning(name, "kiosk_screen.differs", mm=round(kiosk.width_mm), found=widths[0])


def _touch(say: Saying, world: World) -> Iterator[Finding]:
    """Only where there is a screen of our own: on a desktop the desktop brings the touches."""
    name, listed = "kiosk/touch", world.path("/proc/bus/input/devices")
    if not _screens(world) or not listed.is_file():
        return
    devices = listed.read_text(encoding="utf-8", errors="replace").split("\n\n")
    if not any(map(is_touch_panel, devices)):
        yield say.warning(name, "kiosk_touch.absent")
        return
    events = list(world.path("/dev/input").glob("event*"))
    if not any(may(world, KIOSK, event) for event in events):
        yield say.fault(name, "kiosk_touch.closed")
        return
    yield say.ok(name, "kiosk_touch.fine")


def _camera(say: Saying, camera: str, world: World) -> Iterator[Finding]:
    name = "kiosk/camera"
    if not camera:
        return
    if not camera.startswith("/dev/"):
        yield say.warning(name, "kiosk_camera.picture", path=camera)
        return
    path = world.path(camera)
    if not path.exists():
        others = sorted(f"/dev/v4l/by-id/{link.name}" for link in world.path("/dev/v4l/by-id").glob("*"))
        names = ", ".join(others) or "-"
        yield say.fault(name, "kiosk_camera.absent", path=camera, names=names)
    elif not may(world, KIOSK, path):
        yield say.fault(name, "kiosk_camera.closed", path=camera)
    else:
        yield say.ok(name, "kiosk_camera.fine", path=camera)


def _printer(say: Saying, printer: str, world: World) -> Iterator[Finding]:
    """Where we may, it is asked what is wrong with it, as before each receipt."""
    name, port = "kiosk/printer", printer.removeprefix(SERIAL)
    if not printer:
        return
    if printer != port:
        port = port.partition("@")[0]
        found = line(say, name, port, KIOSK, world)
        if found.state != "ok":
            yield found
            return
    elif not world.path(port).exists():
        yield say.fault(name, "kiosk_printer.absent", path=port)
        return
    elif not may(world, KIOSK, world.path(port)):
        yield say.fault(name, "kiosk_printer.closed", path=port)
        return
    if not os.access(world.path(port), os.R_OK | os.W_OK):
        yield say.ok(name, "kiosk_printer.there", path=port)
        return
    wrong = world.ask_printer(printer)
    yield say.fault(name, f"kiosk_printer.{wrong}") if wrong else say.ok(name, "kiosk_printer.fine")


def _voice(say: Saying, config: StationConfig, world: World) -> Iterator[Finding]:
    """The kiosk's voice has an output of its own: it must not come out of the village's loudspeakers."""
    name, voice = "kiosk/sound", config.kiosk.voice
    if voice == "off" or not _screens(world):
        return
    loud = {output.device for output in config.outputs} - {"wav"}
    known = world.sound_devices()
    names = ", ".join(f'"{device}"' for device in known if device not in loud) or "-"
    if voice and known and voice not in known:
        yield say.fault(name, "kiosk_sound.unknown", device=voice, names=names)
    elif voice in loud or (not voice and "auto" in loud):
        yield say.warning(name, "kiosk_sound.loud", names=names)
    elif not known and not _has_card(world):
        yield say.warning(name, "kiosk_sound.absent")
    else:
        yield say.ok(name, "kiosk_sound.fine")


def _has_card(world: World) -> bool:
    """Not everybody who asks may know the names of what is there."""
    cards = world.path("/proc/asound/cards")
    return cards.is_file() and "no soundcards" not in cards.read_text(encoding="utf-8", errors="replace")
