"""The doctor on the kiosk's devices in made-up worlds: each thing that keeps a resident from filing has its words."""

from __future__ import annotations

import os
import tty
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.doctor.devices import devices, is_touch_panel, panel_mm
from controller.doctor.examining import Finding, Saying, World
from controller.runtime.catalogues import load_words
from controller.runtime.config_text import parse_config
from kiosk.devices.printing_child import looked

STATION = '[[zones]]\nid = "a"\nname = "A"\n[[outputs]]\nname = "main"\nzones = ["a"]\ndevice = "{device}"\n[kiosk]\n'
# a touch panel, and a keyboard, as /proc/bus/input/devices has them
PANEL = 'I: Bus=0003\nN: Name="ILITEK ILITEK-TP"\nH: Handlers=mouse0 event0\nB: EV=1b\nB: ABS=3273800000000003\n'
KEYS = 'I: Bus=0003\nN: Name="A keyboard"\nH: Handlers=sysrq kbd event1\nB: EV=120013\n'


def edid(wide_mm: int, high_mm: int, exactly: bool = True) -> bytes:
    made = bytearray(128)
    made[21:23] = wide_mm // 10, high_mm // 10
    if exactly:
        made[66:69] = wide_mm & 0xFF, high_mm & 0xFF, (wide_mm >> 8) << 4 | high_mm >> 8
    return bytes(made)


class Bed:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.variables: dict[str, str] = {}
        self.sounds = ["Tai nghe USB", "Loa hội trường"]
        self.printer = ""
        self.put("/sys/class/drm/card1-HDMI-A-1/status", b"connected\n")
        self.put("/sys/class/drm/card1-HDMI-A-1/edid", edid(217, 136))
        self.put("/proc/bus/input/devices", f"{KEYS}\n{PANEL}".encode())
        self.put("/dev/input/event0", b"")
        self.put("/dev/v4l/by-id/usb-cam", b"")
        self.put("/dev/usb/lp0", b"")

    def put(self, path: str, content: bytes) -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def found(self, kiosk: str = "", device: str = "Loa hội trường", language: str = "vi") -> dict[str, Finding]:
        world = World(
            self.root, self.variables, sound_devices=lambda: self.sounds, ask_printer=lambda printer: self.printer,
        )  # fmt: skip
        config = parse_config(STATION.format(device=device) + kiosk, "test")
        return {each.name: each for each in devices(Saying(load_words(language)), config, world)}


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    return Bed(tmp_path)


ALL = 'camera = "/dev/v4l/by-id/usb-cam"\nprinter = "/dev/usb/lp0"\nvoice = "Tai nghe USB"\n'


def test_a_kiosk_in_order(bed: Bed) -> None:
    found = bed.found(ALL)
    assert {name: finding.state for name, finding in found.items()} == {
        "kiosk/screen": "ok", "kiosk/touch": "ok", "kiosk/camera": "ok", "kiosk/printer": "ok", "kiosk/sound": "ok",
    }  # fmt: skip


def _nothing(_: Bed) -> None:
    pass


WRONG: list[tuple[str, str, str, Callable[[Bed], object], str]] = [
    ("kiosk/screen", "warning", "220 mm", lambda bed: bed.put("/sys/class/drm/card1-HDMI-A-1/edid", bytes(128)),
     'width_mm = 220\n'),
    ("kiosk/screen", "warning", "217 mm", lambda bed: bed.put("/sys/class/drm/card1-HDMI-A-1/edid", bytes(128)), ""),
    ("kiosk/screen", "warning", "344 mm",
     lambda bed: bed.put("/sys/class/drm/card1-HDMI-A-1/edid", edid(344, 193)), ""),
    ("kiosk/touch", "warning", "USB", lambda bed: bed.put("/proc/bus/input/devices", KEYS.encode()), ""),
    ("kiosk/touch", "fault", "nhóm input", lambda bed: (bed.root / "dev/input/event0").unlink(), ""),
    ("kiosk/camera", "fault", "/dev/v4l/by-id/usb-cam", _nothing, 'camera = "/dev/video7"\n'),
    ("kiosk/camera", "warning", "để thử", _nothing, 'camera = "/tmp/paper.png"\n'),
    ("kiosk/printer", "fault", "usblp", _nothing, 'printer = "/dev/usb/lp7"\n'),
    ("kiosk/printer", "fault", "/dev/ttyNONE", _nothing, 'printer = "serial:/dev/ttyNONE@9600"\n'),
    ("kiosk/printer", "fault", "hết giấy", lambda bed: setattr(bed, "printer", "paper"), 'printer = "/dev/usb/lp0"\n'),
    ("kiosk/printer", "fault", "nắp", lambda bed: setattr(bed, "printer", "cover"), 'printer = "/dev/usb/lp0"\n'),
    ("kiosk/printer", "fault", "không trả lời", lambda bed: setattr(bed, "printer", "gone"),
     'printer = "/dev/usb/lp0"\n'),
    ("kiosk/printer", "fault", "bận", lambda bed: setattr(bed, "printer", "busy"), 'printer = "/dev/usb/lp0"\n'),
    ("kiosk/scanner", "fault", "/dev/ttyNONE", _nothing, 'scanner = "/dev/ttyNONE@9600"\n'),
    ("kiosk/sound", "fault", "Tai nghe USB", _nothing, 'voice = "Không có"\n'),
    ("kiosk/sound", "warning", "cả làng", _nothing, 'voice = "Loa hội trường"\n'),
    ("kiosk/sound", "warning", "không nghe được", lambda bed: bed.sounds.clear(), ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "state", "said", "spoil", "kiosk"), WRONG)
def test_what_is_wrong_is_said_and_what_to_do(
    bed: Bed, name: str, state: str, said: str, spoil: Callable[[Bed], object], kiosk: str
) -> None:
    spoil(bed)
    found = bed.found(kiosk)[name]
    if kiosk.startswith("width_mm"):  # who has measured it need not be told again
        assert (found.state, said in found.what) == ("ok", True)
        return
    assert (found.state, bool(found.what_to_do)) == (state, True)
    assert said in found.what + found.what_to_do
    english = bed.found(kiosk, language="en")[name]
    assert english.state == state and english.what_to_do


def test_what_counts_is_what_the_kiosk_s_own_user_may(bed: Bed) -> None:
    """With its unit installed: officials run the doctor as somebody else, or as root, who may everything."""
    number = bed.root.stat().st_gid
    bed.put("/etc/group", f"root:x:{number + 1}:\ninput:x:{number}:\nlp:x:{number}:\nvideo:x:{number}:\n".encode())
    for device in ("dev/input/event0", "dev/usb/lp0", "dev/v4l/by-id/usb-cam"):
        (bed.root / device).chmod(0o660)
    unit = b"[Service]\nUser=loalang-kiosk\nSupplementaryGroups=video input lp\n"
    bed.put("/etc/systemd/system/loalang-kiosk.service", unit)
    assert {finding.state for finding in bed.found(ALL).values()} == {"ok"}
    bed.put("/etc/systemd/system/loalang-kiosk.service", unit.replace(b"video input lp", b"audio"))
    found = bed.found(ALL)
    assert [found[f"kiosk/{name}"].state for name in ("touch", "camera", "printer")] == ["fault"] * 3
    assert ["nhóm input" in found["kiosk/touch"].what_to_do, "nhóm lp" in found["kiosk/printer"].what_to_do] == [
        True
    ] * 2


def test_the_kiosk_is_not_to_speak_where_the_village_hears_it(bed: Bed) -> None:
    loud = bed.found("", device="auto")["kiosk/sound"]
    assert (loud.state, "kiosk.voice" in loud.what_to_do) == ("warning", True)
    assert bed.found('voice = "Tai nghe USB"\n', device="auto")["kiosk/sound"].state == "ok"
    assert "kiosk/sound" not in bed.found('voice = "off"\n', device="auto")


def test_a_station_without_a_kiosk_hears_nothing_of_one(bed: Bed) -> None:
    bed.put("/sys/class/drm/card1-HDMI-A-1/status", b"disconnected\n")
    assert bed.found() == {}


def test_of_an_upright_panel_the_height_is_its_width(bed: Bed) -> None:
    upright = "width_px = 800\nheight_px = 1280\nwidth_mm = 136\n"
    assert bed.found(upright)["kiosk/screen"].state == "ok"


def test_a_panel_says_its_size_in_millimetres_or_in_centimetres() -> None:
    assert [panel_mm(edid(344, 193)), panel_mm(edid(344, 193, exactly=False)), panel_mm(b"short")] == [
        (344, 193), (340, 190), (0, 0),
    ]  # fmt: skip
    assert [is_touch_panel(device) for device in (PANEL, KEYS, "B: ABS=3")] == [True, False, False]


def test_a_printer_is_asked_without_printing(tmp_path: Path) -> None:
    assert looked(str(tmp_path / "none")) == {"failed": "gone"}
    printer, there = os.openpty()
    tty.setraw(there)
    assert looked(f"serial:{os.ttyname(there)}@115200") == {"looked": True}
    assert os.read(printer, 64) == b"\x10\x04\x02\x10\x04\x04"
    os.write(printer, b"\x12\x72")  # both answers at once: the second query's is the last byte
    os.close(printer)
    os.close(there)
