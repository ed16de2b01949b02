"""The last known time, in a file of its own: the clock never starts before it.

The controller writes it about once a minute; at the next boot, before anything else looks at the
clock, `restore` sets a clock that is earlier forward to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from controller.core.errors import StationError
from controller.runtime.files import replace_file


def read(path: Path) -> datetime | None:
    """None where it was never written, or not as we write it."""
    try:
        at = datetime.fromisoformat(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return at if at.tzinfo else None


def write(path: Path, at: datetime) -> None:
    """For good, or StationError."""
    replace_file(path, f"{at.astimezone(UTC).isoformat()}\n".encode("ascii"))


def set_system_clock(at: datetime) -> None:
    """Needs CAP_SYS_TIME; StationError without."""
    try:
        time.clock_settime(time.CLOCK_REALTIME, at.timestamp())
    except OSError as error:
        raise StationError(f"cannot set the clock: {error.strerror or error}") from error


def restore(path: Path, now: datetime, set_clock: Callable[[datetime], None] = set_system_clock) -> datetime | None:
    """Set the clock forward to the last known time if it is earlier; the time it was set to, or None."""
    known = read(path)
    if known is None or now >= known:
        return None
    set_clock(known)
    return known
