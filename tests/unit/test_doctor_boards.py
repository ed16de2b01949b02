"""The doctor on USB adapters that only their plugs tell apart, in made-up trees of /dev, and on notices for boards that
there are no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import serial.tools.list_ports

from controller.core.levels import Level
from controller.core.notices import Notice
from controller.doctor.boards import boards, strays
from controller.doctor.examining import Finding, Saying, World
from controller.runtime.catalogues import load_words
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.runtime.places import Places
from controller.runtime.serial_port import Adapter, adapters
from controller.store import notices
from controller.store.connection import Store

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
PLUGS = {
    "ttyUSB0": "platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.1:1.0-port0",
    "ttyUSB1": "platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.2:1.0-port0",
}
BY_ID = "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"
TWINS = [Adapter("/dev/ttyUSB0", "1a86:7523", "", "1-1.1"), Adapter("/dev/ttyUSB1", "1a86:7523", "", "1-1.2")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A /dev with two lines, the links of their plugs (a newer udev makes two), and one link for their make."""
    by_path, by_id = tmp_path / "dev/serial/by-path", tmp_path / "dev/serial/by-id"
    by_path.mkdir(parents=True)
    by_id.mkdir()
    for line, plug in PLUGS.items():
        (tmp_path / "dev" / line).touch()
        for name in (plug, plug.replace("-usb-", "-usbv2-")):
            (by_path / name).symlink_to(f"../../{line}")
    (by_id / Path(BY_ID).name).symlink_to("../../ttyUSB1")
    return tmp_path


def config_of(board: str, relay: str = "") -> StationConfig:
    return parse_config(
        f"""
[[zones]]
id = "a"
name = "A"
[[outputs]]
name = "main"
zones = ["a"]
[outputs.amplifier]
relay = "lcus1"
port = "{relay or "/dev/serial/by-path/x"}"
[[boards]]
id = "gate"
name = "Gate"
port = "{board}"
""",
        "test",
    )


def twins(root: Path, config: StationConfig, found: list[Adapter]) -> list[Finding]:
    say = Saying(load_words("vi"))
    world = World(root, {}, adapters=lambda: found)
    return [finding for finding in boards(say, config, world) if finding.name.startswith("adapters/")]


def test_the_name_of_a_make_that_two_adapters_have_is_warned_of_and_the_plugs_are_named(root: Path) -> None:
    (found,) = twins(root, config_of(BY_ID), TWINS)
    assert (found.name, found.state) == ("adapters/1a86:7523", "warning")
    assert found.what == (
        "2 đầu chuyển USB giống hệt nhau (1a86:7523), máy chỉ phân biệt được theo lỗ cắm: "
        f"sau khi khởi động lại, {BY_ID} có thể là đầu kia"
    )
    assert found.what_to_do == (
        f'Trong tệp cấu hình, hãy ghi tên theo lỗ cắm: ttyUSB0 = "/dev/serial/by-path/{PLUGS["ttyUSB0"]}", '
        f'ttyUSB1 = "/dev/serial/by-path/{PLUGS["ttyUSB1"]}". '
        "Chưa rõ đầu nào ở lỗ nào thì rút thử một đầu rồi chạy lại."
    )


def test_the_line_of_a_relay_counts_as_well_and_every_moving_name_is_told(root: Path) -> None:
    (found,) = twins(root, config_of(BY_ID, relay="/dev/ttyUSB0"), TWINS)
    assert f"{BY_ID}, /dev/ttyUSB0" in found.what


def test_without_names_of_plugs_the_lines_are_told(root: Path) -> None:
    for link in (root / "dev/serial/by-path").iterdir():
        link.unlink()
    (found,) = twins(root, config_of("/dev/ttyUSB0"), TWINS)
    assert "theo lỗ cắm: ttyUSB0, ttyUSB1." in found.what_to_do


def test_whatever_can_be_told_apart_is_not_warned_of(root: Path) -> None:
    numbered = [Adapter(each.device, "0403:6001", f"B00{at}", each.plug) for at, each in enumerate(TWINS)]
    of_one_plug = [Adapter(each.device, "0403:6011", "", "1-1.1") for each in TWINS]  # one adapter of several lines
    cases: tuple[tuple[StationConfig, list[Adapter]], ...] = (
        (config_of(f"/dev/serial/by-path/{PLUGS['ttyUSB0']}"), TWINS),
        (config_of("/dev/ttyAMA0"), TWINS),
        (config_of("emulator"), TWINS),
        (config_of(BY_ID), TWINS[:1]),
        (config_of(BY_ID), numbered),
        (config_of(BY_ID), of_one_plug),
        (config_of(BY_ID), []),
    )
    assert [twins(root, config, found) for config, found in cases] == [[]] * len(cases)


def test_notices_for_a_board_that_was_renamed_are_told(tmp_path: Path) -> None:
    say, config = Saying(load_words("vi")), config_of("emulator")
    places = Places(tmp_path)
    places.make()
    world = World(tmp_path, {}, now=lambda: START)
    assert list(strays(say, config, places, world)) == [], "there is no database yet"
    store = Store(places.station_db)
    cases = ((), ("gate",), ("gate", "cong-cu"), ("cho",))
    with store.write() as tx:
        for number, named in enumerate(cases):
            notice = Notice(
                id=f"n{number}", text="x", level=Level.NORMAL, boards=named, zones=("a",), created_at=START,
                shown_from=START, shown_until=START + timedelta(hours=1),
            )  # fmt: skip
            notices.add(tx, START, notice, "lan")
    (found,) = strays(say, config, places, world)
    assert (found.name, found.state) == ("notices", "warning")
    assert found.what == "2 tin ghi cho bảng hay cụm không có trong cấu hình: cho, cong-cu"
    over = World(tmp_path, {}, now=lambda: START + timedelta(hours=1))
    assert list(strays(say, config, places, over)) == []
    store.close()


def test_adapters_are_those_on_usb_as_pyserial_knows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def port(device: str, vid: int | None, number: str | None = None, location: str | None = None) -> object:
        found = serial.tools.list_ports_common.ListPortInfo(device)
        found.vid, found.pid, found.serial_number, found.location = vid, 0x7523, number, location
        return found

    told = [
        port("/dev/ttyS0", None),
        port("/dev/ttyUSB0", 0x1A86, None, "1-1.1"),
        port("/dev/ttyUSB3", 0x403, "A1", "1-2:1.3"),
    ]
    monkeypatch.setattr(serial.tools.list_ports, "comports", lambda: told)
    assert adapters() == [
        Adapter("/dev/ttyUSB0", "1a86:7523", "", "1-1.1"),
        Adapter("/dev/ttyUSB3", "0403:7523", "A1", "1-2"),
    ]

    def pulled_out() -> list[object]:
        raise TypeError("int() can't convert non-string")  # pyserial, of a file that has just gone

    monkeypatch.setattr(serial.tools.list_ports, "comports", pulled_out)
    assert adapters() == []
