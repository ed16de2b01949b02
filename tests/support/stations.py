"""A station of one's own in a folder: configuration, places, store, clock, announcing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from controller.announcing import Announcing
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.core.ports import Ids
from controller.core.utterances import Utterance, UtteranceState
from controller.runtime.clocks import FakeClock, SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store.connection import Store

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
CONFIG = """
[site]
name = "Xã Thử"
[[zones]]
id = "trung-tam"
name = "Trung tâm xã"
[[zones]]
id = "na-khau"
name = "Cụm Nà Khau"
[[outputs]]
name = "main"
zones = ["trung-tam", "na-khau"]
device = "wav"
[policy]
quiet_hours = []
approval = "off"
[clock]
trust = "off"
"""


class SilentBell:
    """Keeps what was rung."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, dict[str, object]]] = []

    def ring(self, whom: str, message: Mapping[str, object] | None = None) -> None:
        self.rung.append((whom, dict(message or {})))


class CountedIds:
    def __init__(self) -> None:
        self._next = count(1)

    def __call__(self) -> str:
        return f"id-{next(self._next):04d}"


@dataclass
class Station:
    places: Places
    config: StationConfig
    store: Store
    clock: FakeClock | SystemClock
    bell: SilentBell
    announcing: Announcing
    ids: Ids


def station_in(folder: Path, config: str = CONFIG, clock: FakeClock | SystemClock | None = None) -> Station:
    places = Places(folder)
    places.make()
    parsed = parse_config(config, "test")
    (folder / "station.toml").write_text(config, encoding="utf-8")
    store, bell = Store(places.station_db), SilentBell()
    clock = clock or FakeClock(START)
    ids: Ids = NewIds(clock) if isinstance(clock, SystemClock) else CountedIds()
    return Station(places, parsed, store, clock, bell, Announcing(store, bell, clock, ids, parsed), ids)


def utterance(ident: str = "u1", **more: object) -> Utterance:
    values: dict[str, object] = {
        "id": ident, "announcement_id": "a1", "revision": 1, "rule_id": "r1", "due": START, "output": "main",
        "zones": ("trung-tam",), "title": "Tin", "level": Level.NORMAL, "order_no": 0,
        "after_cut": AfterCut.RESTART, "late_until": START + timedelta(minutes=10),
        "state": UtteranceState.QUEUED, "attempt": 0, "sha256": "", "duration_s": 5.0, "started_at": None,
        "ended_at": None, "stop_wanted_by": "", **more,
    }  # fmt: skip
    return Utterance(**values)  # type: ignore[arg-type]  # a test gives what the field takes
