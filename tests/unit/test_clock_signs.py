"""The signs of the clock read from real files, and the last known time kept in one."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.errors import StationError
from controller.runtime import last_known
from controller.runtime.clock_signs import ClockSigns, kernel_says_synchronised, since_boot
from controller.runtime.clocks import FakeClock, SystemClock
from tests.support.clocks import CHIP, Furnished

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path) -> Furnished:
    return Furnished(tmp_path / "root")


def test_the_file_of_the_synchronisation(machine: Furnished) -> None:
    signs = machine.signs(FakeClock(NOW))
    assert signs.touched() is None
    machine.synchronise(NOW - timedelta(seconds=30))
    assert signs.touched() == (NOW - timedelta(seconds=30)).timestamp()


def test_the_boot(machine: Furnished, tmp_path: Path) -> None:
    clock = FakeClock(NOW)
    assert machine.signs(clock).boot_id == "boot-1"
    machine.boot("boot-2")
    assert machine.signs(clock).boot_id == "boot-2"
    assert ClockSigns(clock.now, root=tmp_path / "nowhere").boot_id == ""
    assert len(ClockSigns(SystemClock().now).boot_id) == 36


def test_the_chip(machine: Furnished) -> None:
    clock = FakeClock(NOW)
    assert machine.signs(clock, CHIP).chip_time() is None
    machine.chip_says(NOW)
    assert machine.signs(clock, CHIP).chip_time() == NOW
    assert machine.signs(clock).chip_time() is None, "none is configured"
    (machine.root / "dev/rtc").symlink_to("rtc0")
    assert machine.signs(clock, "/dev/rtc").chip_time() == NOW
    machine.chip_says(None)
    assert machine.signs(clock, CHIP).chip_time() is None
    machine.put("/sys/class/rtc/rtc0/since_epoch", "a while")
    assert machine.signs(clock, CHIP).chip_time() is None


def test_a_chip_without_its_file_is_asked_itself(machine: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.put(CHIP)
    asked = []

    def ioctl(_file: int, request: int, _room: bytes) -> bytes:
        asked.append(request)
        return b"".join(n.to_bytes(4, "little") for n in (5, 4, 3, 21, 10, 126, 6, 324, 0))

    monkeypatch.setattr("controller.runtime.clock_signs.fcntl.ioctl", ioctl)
    assert machine.signs(FakeClock(NOW), CHIP).chip_time() == datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
    assert asked == [0x80247009]


def test_both_clocks_at_one_instant(machine: Furnished) -> None:
    clock = FakeClock(NOW)
    signs = machine.signs(clock)
    first = signs.mark()
    clock.tick(100)
    assert signs.mark().since(first).holds is True
    assert first.since(signs.mark()).set_s == 0.0
    clock.step(5)
    assert first.since(signs.mark()).age_s == 100.0
    assert first.since(signs.mark()).set_s == pytest.approx(5.0)


def test_a_stall_between_the_two_readings_is_no_step() -> None:
    stalls = iter([0.0, 9.0, 9.0, 9.01])  # before and after the wall clock, twice
    mark = ClockSigns(FakeClock(NOW).now, uptime=lambda: next(stalls)).mark()
    assert mark.at == pytest.approx(9.005)


def test_this_machine_answers() -> None:
    assert kernel_says_synchronised() in {True, False}
    assert since_boot() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=5)


def test_the_last_known_time_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "last-known-time"
    assert last_known.read(path) is None
    last_known.write(path, NOW)
    assert (last_known.read(path), path.read_text("ascii")) == (NOW, "2026-11-21T12:00:00+00:00\n")
    for broken in ("", "soon\n", "2026-11-21T12:00:00\n", "\x00" * 24):
        path.write_text(broken)
        assert last_known.read(path) is None
    with pytest.raises(StationError, match="cannot write"):
        last_known.write(tmp_path / "nowhere" / "file", NOW)


def test_the_clock_is_set_forward_to_it_and_never_back(tmp_path: Path) -> None:
    path, was_set = tmp_path / "last-known-time", list[datetime]()
    hour = timedelta(hours=1)
    assert last_known.restore(path, NOW, was_set.append) is None
    last_known.write(path, NOW)
    assert last_known.restore(path, NOW + hour, was_set.append) is None
    assert last_known.restore(path, NOW, was_set.append) is None
    assert last_known.restore(path, NOW - hour, was_set.append) == NOW
    assert was_set == [NOW]
