"""The units for the Pi: valid, hardened, and never silenced by a start limit."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
PROCESSES = {"audio@", "controller", "web", "kiosk", "screen@", "panel@"}
CLOCK = "loalang-clock.service"  # no process: done and over at every boot


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units with a program that is here, and an instance of the template."""
    program = Path(sys.executable).parent / "loalang"
    for path in UNITS.iterdir():
        if path.suffix in {".service", ".target"}:
            text = path.read_text(encoding="utf-8").replace("/opt/loalang/.venv/bin/loalang", str(program))
            text = text.replace("/usr/bin/cage", str(program))  # needed on the Pi only
            (tmp_path / path.name.replace("@.", "@main.")).write_text(text, encoding="utf-8")
    return tmp_path


def verified(folder: Path) -> str:
    """What systemd-analyze has to say; it exits 0 even on unknown keys, so every line counts."""
    paths = [str(path) for path in sorted(folder.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    return done.stderr


def test_systemd_has_nothing_to_say_about_them(installed: Path) -> None:
    assert verified(installed) == ""


def test_the_check_would_notice_a_wrong_key(installed: Path) -> None:
    unit = installed / "loalang-web.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace("WatchdogSec", "WatchdogSecs"), encoding="utf-8")
    assert "WatchdogSecs" in verified(installed)


def test_each_process_has_its_unit() -> None:
    assert {name.removeprefix("loalang-").removesuffix(".service") for name in SERVICES} == {*PROCESSES, "clock"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != CLOCK])
def test_it_is_watched_restarted_for_ever_and_its_own_user(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # keys of units keep their case
    unit.read(UNITS / name, encoding="utf-8")
    service = unit["Service"]
    process = name.removeprefix("loalang-").removesuffix(".service").rstrip("@")
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert (service["Type"], service["Restart"], service["WatchdogSec"]) == ("notify", "always", "15s")
    assert (service["User"], service["Group"]) == (f"loalang-{process}", "loalang")


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_hardened(installed: Path, name: str) -> None:
    unit = installed / name.replace("@.", "@main.")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-300:]


def test_the_clock_is_set_before_anybody_looks_at_it_and_nothing_else_may_be_done() -> None:
    text = (UNITS / CLOCK).read_text(encoding="utf-8")
    for line in (
        "DefaultDependencies=no", "Type=oneshot", "RemainAfterExit=yes", "CapabilityBoundingSet=CAP_SYS_TIME",
        "AmbientCapabilities=CAP_SYS_TIME", "User=loalang-controller", "ReadOnlyPaths=/var/lib/loalang",
        "ExecStart=/opt/loalang/.venv/bin/loalang clock --restore", "WantedBy=loalang.target",
    ):  # fmt: skip
        assert f"\n{line}\n" in text
    assert "\nBefore=systemd-timesyncd.service chrony.service" in text
    for name in SERVICES:
        if name != CLOCK:
            unit = (UNITS / name).read_text(encoding="utf-8")
            assert CLOCK in next(line for line in unit.splitlines() if line.startswith("After="))
            waits = [line for line in unit.splitlines() if line.startswith(("After=", "Wants=", "Requires="))]
            assert "time-sync.target" not in "".join(waits), "which may never come where there is no network"
            assert "CAP_SYS_TIME" not in unit


def test_who_looks_at_the_clock_may() -> None:
    controller = (UNITS / "loalang-controller.service").read_text(encoding="utf-8")
    web = (UNITS / "loalang-web.service").read_text(encoding="utf-8")
    assert controller.index("\nSystemCallFilter=~@privileged\n") < controller.index("\nSystemCallFilter=adjtimex clock")
    assert "\nProtectClock=" not in controller and "\nCapabilityBoundingSet=\n" in controller
    assert "\nDeviceAllow=char-rtc r\n" in controller
    assert "ProcSubset=" not in web, "which would hide the boot's id"


def test_the_kiosk_cannot_write_the_station() -> None:
    text = (UNITS / "loalang-kiosk.service").read_text(encoding="utf-8")
    assert "ReadOnlyPaths=/var/lib/loalang\n" in text
    assert "ReadWritePaths=/run/loalang\n" in text
    closed = next(line for line in text.splitlines() if line.startswith("InaccessiblePaths="))
    folders = {path.rpartition("/")[2] for path in closed.partition("=")[2].split()}
    assert folders == {"uploads", "sounds", "renditions", "recordings"}, "nor see what it never shows"


def test_residents_files_are_for_kiosk_page_and_controller_only() -> None:
    users = (UNITS / "sysusers.conf").read_text(encoding="utf-8")
    members = {line.split()[1] for line in users.splitlines() if line.startswith("m ") and "loalang-filings" in line}
    assert members == {"loalang-kiosk", "loalang-web", "loalang-controller"}
    folders = (UNITS / "tmpfiles.conf").read_text(encoding="utf-8")
    assert "\nd /var/lib/loalang/filings 2770 root loalang-filings -\n" in folders
    for name in SERVICES:
        text = (UNITS / name).read_text(encoding="utf-8")
        closed = [line for line in text.splitlines() if line.startswith("InaccessiblePaths=")]
        shut = any("-/var/lib/loalang/filings" in line.split("=")[1].split() for line in closed)
        assert shut is (name in {"loalang-audio@.service", "loalang-screen@.service", "loalang-panel@.service"}), name
    assert "\nReadWritePaths=/var/lib/loalang/filings\n" in (UNITS / "loalang-kiosk.service").read_text(
        encoding="utf-8"
    )


def test_the_key_under_which_passwords_are_locked_is_for_the_page_only() -> None:
    folders = (UNITS / "tmpfiles.conf").read_text(encoding="utf-8")
    assert "\nd /var/lib/loalang/page 0700 loalang-web loalang -\n" in folders
    for name in SERVICES:
        text = (UNITS / name).read_text(encoding="utf-8")
        shut = [path for line in text.splitlines() if line.startswith("InaccessiblePaths=") for path in line.split()]
        assert any("-/var/lib/loalang/page" in path for path in shut) is (name != "loalang-web.service"), name


@pytest.mark.parametrize("process", ["web", "kiosk"])
def test_what_residents_file_reaches_the_disk_by_no_other_way(process: str) -> None:
    text = (UNITS / f"loalang-{process}.service").read_text(encoding="utf-8")
    assert "\nLimitCORE=0\n" in text and "\nMemorySwapMax=0\n" in text


def test_what_units_start_may_ask_what_it_asks() -> None:
    """Both were seen to be killed without these: every speech engine, and the screen."""
    audio = (UNITS / "loalang-audio@.service").read_text(encoding="utf-8")
    kiosk = (UNITS / "loalang-kiosk.service").read_text(encoding="utf-8")
    assert audio.index("\nSystemCallFilter=~@privileged\n") < audio.index("\nSystemCallFilter=capset\n")
    assert kiosk.index("\nSystemCallFilter=~@privileged\n") < kiosk.index("\nSystemCallFilter=@setuid\n")


def test_a_screen_is_owned_by_one_program_and_cage_waits_for_no_keyboard() -> None:
    text = (UNITS / "loalang-screen@.service").read_text(encoding="utf-8")
    assert "\nConflicts=getty@tty1.service loalang-kiosk.service\n" in text
    assert "\nEnvironment=WLR_LIBINPUT_NO_DEVICES=1\n" in text
    assert "char-input" not in text
    assert text.index("\nSystemCallFilter=~@privileged\n") < text.index("\nSystemCallFilter=@setuid\n")


def test_panels_are_driven_without_root() -> None:
    text = (UNITS / "loalang-panel@.service").read_text(encoding="utf-8")
    for line in ("User=loalang-panel", "CapabilityBoundingSet=CAP_SYS_NICE", "AmbientCapabilities=CAP_SYS_NICE"):
        assert f"\n{line}\n" in text
    assert [line for line in text.splitlines() if line.startswith("DeviceAllow=")] == ["DeviceAllow=/dev/gpiomem rw"]
    assert "RestrictRealtime" not in text, "the refreshing thread is one of real time"


def test_nobody_has_pins_that_are_anothers() -> None:
    """The group is one for all pins: what a unit sees of it is its own."""
    pins = dict[str, list[str]]()
    for name in SERVICES:
        for line in (UNITS / name).read_text(encoding="utf-8").splitlines():
            if "Allow=" in line and "gpio" in line:
                pins.setdefault(name, []).append(line)
    assert pins == {
        "loalang-audio@.service": ["DeviceAllow=char-gpiochip rw"],
        "loalang-panel@.service": ["DeviceAllow=/dev/gpiomem rw"],
    }
    users = (UNITS / "sysusers.conf").read_text(encoding="utf-8").splitlines()
    assert {line.split()[2] for line in users if line.startswith("m ")} == {
        "loalang", "loalang-filings", "loalang-ringers",
    }  # fmt: skip


def test_only_the_page_reaches_the_network() -> None:
    reaching = [name for name in SERVICES if "PrivateNetwork=yes" not in (UNITS / name).read_text(encoding="utf-8")]
    assert reaching == ["loalang-web.service"]


@pytest.mark.parametrize("file", ["controller-mail.conf", "controller-huidu.conf"])
def test_a_station_that_writes_letters_lets_its_controller_reach_the_network_and_nothing_else(
    installed: Path, file: str
) -> None:
    added = (UNITS / file).read_text(encoding="utf-8").partition("[Service]\n")[2]
    assert {line.partition("=")[0] for line in added.split()} - {"AF_INET6", "AF_NETLINK"} == {
        "PrivateNetwork", "RestrictAddressFamilies",
    }  # fmt: skip
    unit = installed / "loalang-controller.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace("\n[Install]", f"\n{added}\n[Install]"), encoding="utf-8")
    assert verified(installed) == ""


def test_the_users_of_the_units_are_made() -> None:
    made = subprocess.run(
        ["systemd-sysusers", "--dry-run", str(UNITS / "sysusers.conf")], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stderr.count("not a valid")) == (0, 0)
    text = (UNITS / "sysusers.conf").read_text(encoding="utf-8")
    for process in ("audio", "controller", "web", "kiosk", "screen", "panel"):
        assert f"\nu loalang-{process} " in text
