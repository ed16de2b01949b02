"""What every check of `loalang doctor` is made of: where it looks, what it finds, how that is said."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from controller.core.errors import DeviceError
from controller.core.words import Words
from controller.runtime.clock_signs import kernel_says_synchronised
from controller.runtime.clocks import SystemClock
from controller.runtime.config_tables import Email
from controller.runtime.serial_port import Adapter, adapters

LIMIT_S = 5.0  # for a program or a connection that is tried


@dataclass(frozen=True, slots=True)
class Finding:
    name: str  # "disk", "output/main", "board/cong-uy-ban", ...
    state: Literal["ok", "warning", "fault"]
    what: str
    what_to_do: str  # "" where nothing is to be done

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def knock_at(email: Email) -> None:
    """Connect to the mail server and sign in; UntoldError saying what is in the way."""
    from controller.telling.mail import Mail

    Mail(email, SystemClock(), word_limit_s=LIMIT_S, whole_limit_s=2 * LIMIT_S).knock()


def sound_devices() -> list[str]:
    """What an output's `device` and `fallback` may be called here, as far as whoever asks may know."""
    from audio.sdl import device_names

    try:
        return device_names()
    except DeviceError:
        return []


def ask_printer(printer: str) -> str:
    """What a receipt printer says is wrong with it: "paper", "cover", "gone" or "busy"; "" if nothing is."""
    command = [sys.executable, "-P", "-m", "kiosk.devices.printing_child", "--look", printer]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=4 * LIMIT_S)
        return str(json.loads(done.stdout).get("failed", ""))
    except (subprocess.TimeoutExpired, ValueError):
        return "busy"


def reach(host: str, port: int) -> bool:
    """Whether somebody answers at an address."""
    try:
        socket.create_connection((host, port), timeout=LIMIT_S).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class World:
    """Where the checks look. `root` stands for / with its /dev, /proc, /run, /sys and /usr."""

    root: Path = Path("/")
    variables: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    find_program: Callable[[str], str | None] = shutil.which
    find_library: Callable[[str], str | None] = ctypes.util.find_library
    find_module: Callable[[str], object] = find_spec
    synchronised: Callable[[], bool] = kernel_says_synchronised
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    knock: Callable[[Email], None] = knock_at
    sound_devices: Callable[[], list[str]] = sound_devices
    ask_printer: Callable[[str], str] = ask_printer
    reach: Callable[[str, int], bool] = reach
    adapters: Callable[[], list[Adapter]] = adapters

    def path(self, absolute: str) -> Path:
        return self.root / absolute.lstrip("/")


@dataclass(frozen=True, slots=True)
class Saying:
    """Findings in the station's language: `doctor.<key>`, and what to do under `doctor.<key>_do`."""

    words: Words

    def ok(self, name: str, key: str, /, **facts: object) -> Finding:
        return Finding(name, "ok", self.words(f"doctor.{key}", **facts), "")

    def warning(self, name: str, key: str, /, **facts: object) -> Finding:
        return Finding(name, "warning", self.words(f"doctor.{key}", **facts), self.words(f"doctor.{key}_do", **facts))

    def fault(self, name: str, key: str, /, **facts: object) -> Finding:
        return Finding(name, "fault", self.words(f"doctor.{key}", **facts), self.words(f"doctor.{key}_do", **facts))
