"""The signs of a clock, furnished in a folder: what synchronises it, its chip, the boot."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from controller.core.ports import Clock
from controller.runtime.clock_signs import BOOT_ID, SYNCHRONISED, ClockSigns

CHIP = "/dev/rtc0"


class Furnished:
    """A machine's / for `ClockSigns`; `kernel` is what adjtimex(2) would say."""

    def __init__(self, root: Path, boot: str = "boot-1") -> None:
        self.root, self.kernel = root, False
        self.boot(boot)

    def put(self, path: str, text: str = "") -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def boot(self, name: str) -> None:
        """A new boot: nothing is synchronised any more."""
        self.put(BOOT_ID, f"{name}\n")
        (self.root / SYNCHRONISED).unlink(missing_ok=True)
        self.kernel = False

    def synchronise(self, at: datetime) -> None:
        """As systemd-timesyncd does, at that instant of the (right) wall clock."""
        os.utime(self.put(SYNCHRONISED), (at.timestamp(), at.timestamp()))

    def chip_says(self, at: datetime | None) -> None:
        """None: its battery is flat."""
        text = "" if at is None else f"{int(at.timestamp())}\n"
        self.put(CHIP)
        self.put("/sys/class/rtc/rtc0/since_epoch", text)

    def signs(self, clock: Clock, chip: str = "") -> ClockSigns:
        """On a fake clock, whose monotonic time serves as the boot clock."""
        return ClockSigns(clock.now, chip, self.root, lambda: self.kernel, clock.monotonic)
