"""The controller's clock: plans ahead at each alarm, ring, change or step of time, and keeps watch.

One loop in one thread. A store that cannot be used for a while (locked, full) is said once and tried
again: the schedule goes on where it stopped. While the clock is doubtful the schedule waits: nothing is
put in line and nothing is missed; both are done by each announcement's rule once the clock is believed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from controller.core.errors import StationError
from controller.core.journal import Kind
from controller.core.ports import Bell, Clock
from controller.runtime.doorbell import Doorway
from controller.runtime.logs import Lasting
from controller.store import journal
from controller.store.connection import Store
from controller.timing.clock_trust import ClockWatch
from controller.timing.planning import Planning
from schedules.clockwork import Clockwork

NAME = "controller"
POLL_S = 0.5
WATCH_S = 60.0  # how often what dead outputs left behind is looked for
log = logging.getLogger(__name__)


class Timekeeper:
    """`at_home(name)` says whether a process lives; `wake_boards` passes every ring on; `look_around`
    looks at the health of others and says whether there is news of it."""

    def __init__(
        self,
        planning: Planning,
        store: Store,
        clock: Clock,
        bell: Bell,
        doorway: Doorway,
        at_home: Callable[[str], bool],
        wake_boards: Callable[[], None],
        look_around: Callable[[], bool],
        watch: ClockWatch,
    ) -> None:
        self._planning, self._store, self._clock, self._bell = planning, store, clock, bell
        self._doorway, self._at_home, self._wake_boards = doorway, at_home, wake_boards
        self._look_around, self._clock_watch = look_around, watch
        self._clockwork = Clockwork(clock, lambda _rule_id: bell.ring(NAME), self._note_step)
        self._steps: list[float] = []  # not yet in the journal
        self._progress: Callable[[], None] = lambda: None
        self._seen_version = -1
        self._plan_by = self._watch_by = self._planned_at = clock.monotonic()
        self._trouble = Lasting(log, "the schedule cannot use the store")

    def work(self, stopping: Callable[[], bool], progress: Callable[[], None]) -> None:
        self._progress = progress
        self._write_line(Kind.STARTED)
        self._clockwork.start()
        try:
            while not stopping():
                self.turn(POLL_S)
                progress()
        finally:
            self._clockwork.stop()
        self._write_line(Kind.ENDED)
        self._clock_watch.keep()
        self._store.close()

    def turn(self, wait_s: float) -> None:
        """Wait for a ring at most so long, then do what there is to do."""
        rung = bool(self._doorway.wait(wait_s))
        if rung:
            self._wake_boards()
        stepped = self._clockwork.tick()
        try:
            self._write_steps()
            believed_anew = self._clock_watch.look(at_once=rung or stepped)
            if self._clock_watch.believed:
                if rung or stepped or believed_anew or self._clock.monotonic() >= self._plan_by or self._changed():
                    self._plan()
                if self._clock.monotonic() >= self._watch_by:
                    self._watch()
            if self._look_around():
                self._bell.ring("kiosk")
            self._trouble.ends()
        except StationError as error:
            self._trouble.begins(str(error))
            self._plan_by = self._clock.monotonic()
            self._store.close()  # a fresh connection for the next try

    def _plan(self) -> None:
        waited_s = self._clock.monotonic() - self._planned_at
        plan = self._planning.plan_ahead(self._clock.now(), waited_s, self._progress)
        self._planned_at = self._clock.monotonic()
        self._clockwork.set_alarms(plan.alarms)
        self._seen_version = self._store.version()
        # twice a lead, whatever is heard: no occurrence hangs on the alarm clock alone
        self._plan_by = self._clock.monotonic() + self._planning.lead_s / 2
        for output in sorted(plan.outputs):
            self._bell.ring(f"audio-{output}")
        if plan.outputs:
            self._bell.ring("kiosk")

    def _changed(self) -> bool:
        return self._store.version() != self._seen_version

    def _watch(self) -> None:
        now = self._clock.now()
        self._watch_by = self._clock.monotonic() + WATCH_S
        if self._planning.write_off(now, lambda output: self._at_home(f"audio-{output}")):
            self._bell.ring("kiosk")

    def _note_step(self, step_s: float) -> None:
        log.info("the wall clock was set by %+.1f s", step_s)
        self._steps.append(step_s)

    def _write_steps(self) -> None:
        if self._steps:
            with self._store.write() as tx:
                for step_s in self._steps:
                    journal.write(tx, self._clock.now(), Kind.CLOCK, "clock", step_s=round(step_s, 1))
            self._steps.clear()

    def _write_line(self, kind: Kind) -> None:
        try:
            seen = self._clock_watch.last_known if kind is Kind.STARTED else None
            with self._store.write() as tx:
                since = {"last_seen": seen.isoformat()} if seen else {}
                journal.write(tx, self._clock.now(), kind, f"process/{NAME}", **since)
        except StationError as error:
            self._trouble.begins(str(error))
