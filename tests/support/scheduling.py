"""A small station on disk for the tests of planning: two zones on two outputs, a real database."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from controller.announcing import Announcing
from controller.core.announcements import AfterCut, Announcement, Draft
from controller.core.ids import uuid7
from controller.core.levels import Level
from controller.runtime.clocks import FakeClock
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.store import announcements, journal, utterances
from controller.store.connection import Store
from controller.timing.planning import Planning

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # 19:00 in Vietnam
CONFIG = """
[[zones]]
id = "tren"
name = "Bản Trên"
[[zones]]
id = "duoi"
name = "Bản Dưới"
[[outputs]]
name = "main"
zones = ["tren"]
device = "wav"
[[outputs]]
name = "far"
zones = ["duoi"]
device = "wav"
[policy]
quiet_hours = []
approval = "off"
[clock]
trust = "off"
"""


class CountingIds:
    """UUIDv7 of a clock with a counter for randomness: the same ids in every run."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock, self._count = clock, itertools.count(1)

    def __call__(self) -> str:
        return uuid7(self._clock.now(), next(self._count).to_bytes(10, "big"))


@dataclass
class KeptBell:
    """Remembers who was rung, and with what."""

    rings: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def ring(self, whom: str, message: Mapping[str, object] | None = None) -> None:
        self.rings.append((whom, dict(message or {})))


class ScheduledStation:
    def __init__(self, folder: Path, now: datetime = START, config: str = CONFIG) -> None:
        self.clock = FakeClock(now)
        self.store = Store(folder / "station.db")
        self.config: StationConfig = parse_config(config, "test")
        self.bell = KeptBell()
        ids = CountingIds(self.clock)
        self.announcing = Announcing(self.store, self.bell, self.clock, ids, self.config)
        self.planning = Planning(self.store, ids, self.config)

    def announce(
        self, *rules: Mapping[str, object], zones: Sequence[str] = ("tren",), late_s: int = 600,
        text: str = "Mời bà con.", ident: str = "", level: Level = Level.NORMAL,
    ) -> Announcement:  # fmt: skip
        draft = Draft("Họp bản", text, tuple(zones), level, 0, AfterCut.RESTART, late_s)
        return self.announcing.save(draft, rules, "tester", ident)

    def plan(self) -> frozenset[str]:
        """Plan at the clock's now; the outputs with something new."""
        return self.planning.plan_ahead(self.clock.now()).outputs

    def rows(self) -> list[tuple[str, str, str]]:
        """(due, output, state) of every utterance that no other stands in for, in order."""
        with self.store.read() as tx:
            found = utterances.between(tx, datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC))
        return [(f"{u.due:%m-%d %H:%M:%S}", u.output, u.state.value) for u in found]

    def lines(self, *kinds: str) -> list[tuple[str, str]]:
        """(kind, due or subject) of the journal's lines of some kinds."""
        with self.store.read() as tx:
            found = journal.entries(tx, limit=100_000)
        return [
            (e.kind.value, str(e.detail.get("due", e.subject))) for e in found if not kinds or e.kind.value in kinds
        ]

    def rule_ids(self, ident: str) -> list[str]:
        with self.store.read() as tx:
            return [rule.id for rule in announcements.rules(tx, ident)]


def once(at: datetime) -> dict[str, object]:
    return {"kind": "once", "at": at.isoformat()}


def daily(at: str, first: str = "2026-11-01", last: str | None = None) -> dict[str, object]:
    return {"kind": "daily", "at": at, "first": first, "last": last}
