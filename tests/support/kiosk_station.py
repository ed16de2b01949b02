"""A station on disk for tests of the kiosk process: state directory, configuration, store, the process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from controller.core.announcements import Announcement, Draft
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.core.utterances import Utterance, UtteranceEvent, UtteranceState
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.config_text import load_config
from controller.runtime.doorbell import Doorbell
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import announcements, notices, utterances
from controller.store.connection import Store
from tests.support.kiosk_cases import ZONES

CONFIG = """
[site]
name = "Xã Hương Sơn"
{zones}
[[outputs]]
name = "main"
zones = [{names}]
[kiosk]
width_px = {width}
height_px = {height}
width_mm = 217.0
full_screen = {full_screen}
[policy]
quiet_hours = []
approval = "off"
[clock]
trust = "off"
"""
START = """
import sys, pathlib
from controller.runtime.config_text import load_config
from controller.runtime.discretion import be_discreet
from controller.runtime.lean import give_memory_back
from controller.runtime.logs import set_up_logs
from controller.runtime.places import Places
from kiosk.daemon import main
give_memory_back()
set_up_logs()
be_discreet()
sys.exit(main(load_config(pathlib.Path(sys.argv[1])), Places(pathlib.Path(sys.argv[2]))))
"""


@dataclass(frozen=True, slots=True)
class Station:
    places: Places
    config: StationConfig

    @classmethod
    def make(cls, folder: Path, width: int = 1280, height: int = 800, full_screen: bool = True) -> Station:
        places = Places(folder)
        places.make()
        zones = "".join(f'[[zones]]\nid = "{ident}"\nname = "{name}"\n' for ident, name in ZONES.items())
        names = ", ".join(f'"{ident}"' for ident in ZONES)
        places.config.write_text(
            CONFIG.format(zones=zones, names=names, width=width, height=height, full_screen=str(full_screen).lower()),
            encoding="utf-8",
        )
        return cls(places, load_config(places.config))

    def store(self) -> Store:
        return Store(self.places.station_db)

    def ring(self) -> None:
        bell = Doorbell(self.places)
        bell.ring("kiosk")
        bell.close()

    @contextmanager
    def kiosk(self, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """The kiosk as a process of its own, with these variables; ended afterwards."""
        clean = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}}
        with (self.places.state / "kiosk.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", START, str(self.places.config), str(self.places.state)],
                stderr=log,
                env=clean | environment,
            )
            try:
                yield process
            finally:
                process.terminate()
                process.wait(30)

    @property
    def log(self) -> str:
        return (self.places.state / "kiosk.log").read_text(encoding="utf-8")


def add_announcement(store: Store, title: str, text: str, level: Level = Level.NORMAL) -> Announcement:
    clock = SystemClock()
    with store.write() as tx:
        return announcements.add(tx, clock.now(), NewIds(clock)(), Draft(title, text, tuple(ZONES), level), "test")


def add_rule(store: Store, announcement: Announcement, document: dict[str, object], at: datetime) -> None:
    with store.write() as tx:
        announcements.add_rule(tx, at, NewIds(SystemClock())(), announcement.id, document)


def put_on_air(store: Store, announcement: Announcement, output: str = "main") -> Utterance:
    clock = SystemClock()
    now = clock.now()
    utterance = Utterance(
        id=NewIds(clock)(), announcement_id=announcement.id, revision=1, rule_id="now/test", due=now, output=output,
        zones=announcement.zones, title=announcement.title, level=announcement.level, order_no=0,
        after_cut=announcement.after_cut, late_until=now + timedelta(minutes=10), state=UtteranceState.QUEUED,
        attempt=0, sha256="", duration_s=0.0, started_at=None, ended_at=None, stop_wanted_by="",
    )  # fmt: skip
    with store.write() as tx:
        utterances.queue(tx, now, utterance)
        return utterances.move(tx, now, utterance.id, UtteranceEvent.BEGIN)


def add_notice(store: Store, text: str, level: Level = Level.NORMAL) -> None:
    clock = SystemClock()
    now = clock.now()
    notice = Notice(
        id=NewIds(clock)(), text=text, level=level, shown_from=now - timedelta(minutes=1),
        shown_until=now + timedelta(hours=1), created_at=now,
    )  # fmt: skip
    with store.write() as tx:
        notices.add(tx, now, notice, "test")


def until(what: Callable[[], bool], said: str, limit_s: float = 40.0) -> None:
    """Wait for something that another process does, or fail with `said`."""
    end = time.monotonic() + limit_s
    while not what():
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit_s} s: {said}")
        time.sleep(0.02)
