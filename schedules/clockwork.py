"""The alarm clock, and the only user of APScheduler: it wakes, it decides nothing.

One date job for each rule, in memory; a job that is late fires all the same (lateness is the
station's own policy). APScheduler waits by the wall clock's difference, so whoever owns the
clockwork calls `tick` at least once a second: it compares wall and monotonic clock and tells of a
step. Knows nothing of store, rules or sound.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from controller.core.ports import Clock

STEP_S = 0.25  # a wall clock that moved by more than this against the monotonic one was set


class Clockwork:
    """`on_alarm(rule_id)` is called in the scheduler's thread, `on_step(seconds)` in that of `tick`."""

    def __init__(self, clock: Clock, on_alarm: Callable[[str], None], on_step: Callable[[float], None]) -> None:
        self._clock, self._on_alarm, self._on_step = clock, on_alarm, on_step
        self._lock = threading.Lock()
        self._set: dict[str, datetime] = {}
        self._offset_s: float | None = None
        self.tick()
        # the jobs only ring a bell, so they run in the scheduler's own thread
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": DebugExecutor()}, job_defaults={"misfire_grace_time": None}
        )

    def start(self) -> None:
        self._scheduler.start()

    def set_alarms(self, alarms: Mapping[str, datetime]) -> None:
        """Make these the alarms, by rule id; those that stay the same are not touched."""
        with self._lock:
            gone = self._set.keys() - alarms.keys()
            changed = {ident: at for ident, at in alarms.items() if self._set.get(ident) != at}
            self._set = dict(alarms)
        for ident in gone:
            with contextlib.suppress(JobLookupError):  # it has just fired
                self._scheduler.remove_job(ident)
        for ident, at in changed.items():
            self._scheduler.add_job(self._fire, "date", run_date=at, id=ident, args=(ident, at), replace_existing=True)

    def alarms(self) -> dict[str, datetime]:
        """Those that have not fired yet."""
        with self._lock:
            return dict(self._set)

    def tick(self) -> bool:
        """Look at both clocks. True, after telling `on_step`, if the wall clock was set."""
        offset_s = self._wall_less_monotonic()
        if offset_s is None:
            return False  # too busy a machine to tell; the next tick will
        step_s = 0.0 if self._offset_s is None else offset_s - self._offset_s
        self._offset_s = offset_s  # a slow drift adds up to nothing
        if abs(step_s) <= STEP_S:
            return False
        self._on_step(step_s)
        if self._scheduler.running:
            self._scheduler.wakeup()  # it still waits by the old time
        return True

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _fire(self, ident: str, at: datetime) -> None:
        with self._lock:
            if self._set.get(ident) == at:
                del self._set[ident]
        self._on_alarm(ident)

    def _wall_less_monotonic(self) -> float | None:
        """None if something came between the two readings, so that a stall is not taken for a step."""
        before_s = self._clock.monotonic()
        wall_s = self._clock.now().timestamp()
        after_s = self._clock.monotonic()
        return wall_s - (before_s + after_s) / 2 if after_s - before_s < STEP_S / 2 else None
