"""How often what was played was heard, by the monitor inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.core.utterances import Verdict
from controller.store.columns import instant
from controller.store.connection import Tx


@dataclass(frozen=True, slots=True)
class Heard:
    """How many utterances of one output had which verdict."""

    counts: Mapping[Verdict, int]

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    def of(self, verdict: Verdict) -> int:
        return self.counts.get(verdict, 0)


def by_output(tx: Tx, since: datetime) -> dict[str, Heard]:
    """Of those due since an instant that somebody has listened to."""
    found: dict[str, dict[Verdict, int]] = {}
    for row in tx.execute(
        "SELECT output, heard, COUNT(*) AS count FROM utterances WHERE heard != '' AND due >= ? GROUP BY output, heard",
        (instant(since),),
    ):
        found.setdefault(row["output"], {})[Verdict(row["heard"])] = row["count"]
    return {output: Heard(counts) for output, counts in found.items()}
