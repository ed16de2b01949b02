"""The real clock and the fake one. Everything else is handed one of them."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Its durations count on while the machine is suspended: a mandatory end, a desk that locks itself, and somebody's
    visit at the kiosk are meant in the time of people. Never to be compared with `time.monotonic()`, which stands still
    then; waiting counts by that, and so every wait here is short and looks again."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


class FakeClock:
    """A clock that a test ticks. `step` moves the wall only, as a wrong or corrected clock does."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock's time is aware")
        self._now = now.astimezone(UTC)
        self._monotonic = 1000.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        with self._lock:
            return self._monotonic

    def tick(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic += seconds

    def step(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
