"""What the station's parts cannot say of themselves: that their process is gone, or the card nearly full.

Looked at every few seconds and written down once on every change. A process that is only being
started again is not called gone; nor is a kiosk that was never there, for a station need not have one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

from controller.core.notices import BoardState
from controller.core.ports import Clock
from controller.runtime.config import StationConfig
from controller.runtime.places import Places
from controller.store import facts, notices
from controller.store.connection import Store

LOOK_S = 3.0
GRACE_S = 12.0  # after the start: the others may be slower than we are
MB = 1 << 20
KIOSK = "kiosk"


class Attendance:
    """`at_home(name)` says whether a process lives; `free_bytes` how much room is left."""

    def __init__(
        self,
        config: StationConfig,
        store: Store,
        clock: Clock,
        at_home: Callable[[str], bool],
        free_bytes: Callable[[], int],
    ) -> None:
        self._store, self._clock, self._at_home, self._free_bytes = store, clock, at_home, free_bytes
        self._names = {f"audio/{output.name}": f"audio-{output.name}" for output in config.outputs} | {KIOSK: KIOSK}
        self._displays = {name: board.id for name, board in config.displays.items()}
        self._displays_away: set[str] = set()  # processes of boards that were not at home at the last look
        self._displays_gone: set[str] = set()  # of those, what is written down
        self._reserve = config.policy.disk_reserve_mb * MB
        self._look_by = clock.monotonic()
        self._grace_until = self._look_by + GRACE_S
        self._away: set[str] = set()  # components that were not at home at the last look
        self._told: dict[str, str] | None = None  # component -> fault, as the store has it

    def look(self) -> bool:
        """Look, if it is time; True if something was written down. StationError if that could not be."""
        now = self._clock.monotonic()
        if now < self._look_by:
            return False
        self._look_by = now + LOOK_S
        if self._told is None:
            with self._store.read() as tx:
                self._told = {health.component: health.fault for health in facts.health(tx)}
        found = self._processes(self._told, now) | self._disk(self._told)
        changed = {part: fault for part, fault in found.items() if self._told.get(part) != fault}
        if changed:
            with self._store.write() as tx:
                for part, fault in changed.items():
                    free = {"free": str(self._free_bytes() // MB)} if part == "disk" and fault else {}
                    facts.report(tx, self._clock.now(), part, fault, **free)
            self._told |= changed
        return self._boards(now) or bool(changed)

    def _boards(self, now: float) -> bool:
        """A display whose process is gone is down, whatever it said last; when it is back it says so itself."""
        away = {name for name in self._displays if not self._at_home(name)}
        gone = away & self._displays_away if now >= self._grace_until else set()
        self._displays_away, news = away, gone - self._displays_gone
        if news:
            with self._store.write() as tx:
                for name in sorted(news):
                    notices.report_board(
                        tx, self._clock.now(), self._displays[name], BoardState.DOWN, "", None, "process_gone"
                    )
        self._displays_gone = gone
        return bool(news)

    def _processes(self, told: dict[str, str], now: float) -> dict[str, str]:
        found = {}
        away = {part for part, name in self._names.items() if not self._at_home(name)}
        for part in self._names:
            if part not in away:
                found[part] = ""
            elif part in self._away and now >= self._grace_until and (part != KIOSK or part in told):
                found[part] = "process_gone"
        self._away = away
        return found

    def _disk(self, told: dict[str, str]) -> dict[str, str]:
        free = self._free_bytes()
        # once said, it is over only when there is clearly room again
        low = free < (self._reserve * 1.1 if told.get("disk") else self._reserve)
        return {"disk": "disk_low" if low else ""}


def free_on(places: Places) -> int:
    """Bytes that are left where the state lies."""
    return shutil.disk_usage(places.state).free
