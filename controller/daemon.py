"""The controller's process: the clock of the schedule, and one worker for each board."""

from __future__ import annotations

from functools import partial

from controller.attendance import Attendance, free_on
from controller.boards.worker import BoardWorker
from controller.clock_trust import ClockWatch
from controller.planning import Planning
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.doorbell import Doorbell, Doorway, at_home
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.runtime.workers import Crew
from controller.store.connection import Store
from controller.timekeeping import NAME, Timekeeper

BOARD_LIMIT_S = 30.0  # a sign's line may be slow; the watchdog is patient with it


def main(config: StationConfig, places: Places, signs: ClockSigns | None = None) -> int:
    """`signs` of the clock: this machine's, unless a test has furnished others."""
    clock = SystemClock()
    store = Store(places.station_db)
    bell = Doorbell(places)
    doorway = Doorway(places, NAME)
    crew = Crew()
    boards = [
        BoardWorker(
            board, config.site, config.policy.board_after_s, places, store, clock, crew.stopping,
            partial(crew.progress, f"board-{board.id}", BOARD_LIMIT_S),
        )
        for board in config.boards
    ]  # fmt: skip

    def wake_boards() -> None:
        for worker in boards:
            worker.wake()

    planning = Planning(store, NewIds(clock), config)
    lives = partial(at_home, places)
    attendance = Attendance(config, store, clock, lives, partial(free_on, places))
    watch = ClockWatch(config, store, signs or ClockSigns(clock.now, config.clock.chip), bell, places.last_known)
    keeper = Timekeeper(planning, store, clock, bell, doorway, lives, wake_boards, attendance.look, watch)
    crew.start(
        "clock",
        lambda: keeper.work(crew.stopping.is_set, partial(crew.progress, "clock")),
        partial(bell.ring, NAME),
    )
    for board, worker in zip(config.boards, boards, strict=True):
        crew.start(f"board-{board.id}", worker.run, worker.wake)
    try:
        return crew.run()
    finally:
        doorway.close()
        bell.close()
