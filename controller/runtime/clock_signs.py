"""Reads the signs by which a clock is believed: what synchronises it, the battery-backed chip, the boot.

Reads only. What the signs mean is `core.trust`'s affair. `root` stands for / with its /dev, /proc,
/run and /sys, so that a test can furnish one.
"""

from __future__ import annotations

import ctypes
import fcntl
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from controller.core.trust import Mark

SYNCHRONISED = "run/systemd/timesync/synchronized"  # touched at every synchronisation (systemd-timesyncd(8))
BOOT_ID = "proc/sys/kernel/random/boot_id"
STA_UNSYNC, TIME_ERROR = 0x0040, 5  # adjtimex(2)
RTC_RD_TIME = 0x80247009  # rtc(4): struct rtc_time, nine ints
RTC_TIME = struct.Struct("9i")
TRIES, APART_S = 5, 0.1  # two clocks read one after the other are read at one instant if no more lies between


def kernel_says_synchronised() -> bool:
    """The kernel's own view of the clock (adjtimex(2), read only). False where it may not be asked."""

    class Timex(ctypes.Structure):
        # modes, then longs; only `status` is read. The rest of the struct is left to the kernel.
        _fields_ = (
            ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
            ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long), ("status", ctypes.c_int),
            ("rest", ctypes.c_char * 512),
        )  # fmt: skip

    timex = Timex()
    answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    return 0 <= answer != TIME_ERROR and not timex.status & STA_UNSYNC


def since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockSigns:
    """`now` is the wall clock in UTC, `uptime` gives seconds since boot; `chip` is the configured device, which
    runs on UTC ("" for none)."""

    def __init__(
        self,
        now: Callable[[], datetime],
        chip: str = "",
        root: Path = Path("/"),
        kernel: Callable[[], bool] = kernel_says_synchronised,
        uptime: Callable[[], float] = since_boot,
    ) -> None:
        self.now, self._chip, self._root = now, chip, root
        self.kernel, self.uptime = kernel, uptime
        self.boot_id = _read(root / BOOT_ID)  # "" where it cannot be read: no boot of ours

    def mark(self) -> Mark:
        """This instant on both clocks; read again if something came between: a stall is no step."""
        for _ in range(TRIES):
            before = self.uptime()
            wall = self.now().timestamp()
            after = self.uptime()
            if after - before < APART_S:
                break
        at = (before + after) / 2
        return Mark(at, wall - at)

    def touched(self) -> float | None:
        """The wall clock (seconds since the epoch) at the last synchronisation of this boot; None before."""
        try:
            return (self._root / SYNCHRONISED).stat().st_mtime
        except OSError:
            return None

    def chip_time(self) -> datetime | None:
        """What the configured chip says; None if there is none, or it cannot be read (a flat battery)."""
        if not self._chip:
            return None
        device = self._root / self._chip.lstrip("/")
        seconds = _read(self._root / "sys/class/rtc" / device.resolve().name / "since_epoch")
        try:
            if seconds:
                return datetime.fromtimestamp(int(seconds), UTC)
            with device.open("rb") as file:
                answer = fcntl.ioctl(file.fileno(), RTC_RD_TIME, bytes(RTC_TIME.size))
            second, minute, hour, day, month, year, *_ = RTC_TIME.unpack(answer)
            return datetime(1900 + year, 1 + month, day, hour, minute, second, tzinfo=UTC)
        except (OSError, ValueError, OverflowError):
            return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
