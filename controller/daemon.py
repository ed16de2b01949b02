"""The controller's process: the clock of the schedule, and one worker for each board."""

from __future__ import annotations

from functools import partial

from controller.planning import Planning
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.doorbell import Doorbell, Doorway, at_home
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.runtime.workers import Crew
from controller.store.connection import Store
from controller.timekeeping import NAME, Timekeeper


def main(config: StationConfig, places: Places) -> int:
    clock = SystemClock()
    store = Store(places.station_db)
    bell = Doorbell(places)
    doorway = Doorway(places, NAME)
    crew = Crew()
    planning = Planning(store, NewIds(clock), config)
    keeper = Timekeeper(planning, store, clock, bell, doorway, partial(at_home, places), lambda: None)
    crew.start(
        "clock",
        lambda: keeper.work(crew.stopping.is_set, lambda: crew.progress("clock")),
        lambda: bell.ring(NAME),
    )
    try:
        return crew.run()
    finally:
        doorway.close()
        bell.close()
