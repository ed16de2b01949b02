"""Old sound files are given up when they take more than their share of the disk; never one that is needed.

`surplus` decides, `Collector` does it: what goes is written down before it goes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from controller.core.errors import StationError
from controller.core.ports import Clock
from controller.runtime.config_tables import Policy
from controller.runtime.places import Places
from controller.store import keeping, recordings, samples
from controller.store.connection import Store

YOUNG_S = 24 * 3600.0  # whoever made it may not have written down yet what it is for
SAMPLES_KEPT = timedelta(days=1)
WITHDRAWN_KEPT = timedelta(days=30)  # so long a withdrawal may be undone, recordings and all
_NAMED = re.compile(r"([0-9a-f]{64})(?:\.wav)?")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    path: Path
    sha256: str
    bytes: int
    age_s: float  # since it was written; below zero where the clock was set back
    needed: bool


def surplus(files: Iterable[Kept], budget: int, missing: int) -> list[Kept]:
    """What to give up, the oldest first: down to the budget, and for `missing` bytes more room on the disk.

    Nothing that is needed or young, even if that leaves too much.
    """
    known = list(files)
    over = max(sum(file.bytes for file in known) - budget, missing)
    chosen = []
    for file in sorted(known, key=lambda file: (-file.age_s, file.path)):
        if over <= 0:
            break
        if not file.needed and file.age_s >= YOUNG_S:
            chosen.append(file)
            over -= file.bytes
    return chosen


class Collector:
    def __init__(self, store: Store, places: Places, clock: Clock, policy: Policy) -> None:
        self._store, self._places, self._clock = store, places, clock
        self._budget, self._reserve = policy.renditions_mb << 20, policy.disk_reserve_mb << 20

    def collect(self) -> int:
        """Give up what is too much; how many bytes that was."""
        try:
            prepared, brought = self._listed(self._places.renditions), self._listed(self._places.sounds)
        except OSError as error:
            raise StationError(f"cannot look through the sound files: {error}") from error
        at = self._clock.now()
        with self._store.write() as tx:
            samples.forget(tx, at - SAMPLES_KEPT)
            needed = keeping.prepared_files(tx, at - SAMPLES_KEPT), keeping.recorded_files(tx, at - WITHDRAWN_KEPT)
            files = [*self._judged(prepared, needed[0].__contains__), *self._judged(brought, needed[1].__contains__)]
            gone = surplus(files, self._budget, self._reserve - shutil.disk_usage(self._places.state).free)
            keeping.given_up(tx, at, [file.sha256 for file in gone if file.path.parent == self._places.renditions])
            for file in gone:
                if file.path.parent == self._places.sounds and recordings.find(tx, file.sha256):
                    recordings.remove(tx, at, file.sha256)
        for file in gone:
            with contextlib.suppress(OSError):
                file.path.unlink(missing_ok=True)
        freed = sum(file.bytes for file in gone)
        if gone:
            log.info("%d old sound files given up, %d MB", len(gone), freed >> 20)
        return freed

    @staticmethod
    def _listed(folder: Path) -> list[tuple[Path, str, os.stat_result]]:
        found = []
        for entry in os.scandir(folder):
            named = _NAMED.fullmatch(entry.name)
            with contextlib.suppress(FileNotFoundError):
                if named and entry.is_file():
                    found.append((Path(entry.path), named[1], entry.stat()))
        return found

    def _judged(self, listed: list[tuple[Path, str, os.stat_result]], needed: Callable[[str], bool]) -> Iterable[Kept]:
        now_s = self._clock.now().timestamp()
        for path, sha256, state in listed:
            yield Kept(path, sha256, state.st_size, now_s - state.st_mtime, needed(sha256))
