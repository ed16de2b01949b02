"""How loud each zone is, at what time of day."""

from __future__ import annotations

from datetime import datetime, time

from controller.core.journal import Kind
from controller.core.volumes import Step, Volumes
from controller.store import journal
from controller.store.connection import Tx


def of_zones(tx: Tx) -> Volumes:
    """The steps of every zone that has any."""
    steps: dict[str, list[Step]] = {}
    for row in tx.execute("SELECT zone, clock, gain_db FROM volumes ORDER BY zone, clock"):
        steps.setdefault(row["zone"], []).append(Step(time.fromisoformat(row["clock"]), row["gain_db"]))
    return Volumes({zone: tuple(found) for zone, found in steps.items()})


def gain_at(tx: Tx, zone: str, clock: time) -> float | None:
    """What is set for exactly this clock time; None if nothing is."""
    row = tx.execute("SELECT gain_db FROM volumes WHERE zone = ? AND clock = ?", (zone, f"{clock:%H:%M}")).fetchone()
    return float(row["gain_db"]) if row else None


def put(tx: Tx, at: datetime, zone: str, clock: time, gain_db: float | None, by: str) -> bool:
    """Have a zone so loud from a clock time on (None: nothing begins there any more). False if it was so already."""
    before = gain_at(tx, zone, clock)
    if before == gain_db:
        return False
    if gain_db is None:
        tx.execute("DELETE FROM volumes WHERE zone = ? AND clock = ?", (zone, f"{clock:%H:%M}"))
    else:
        tx.execute(
            "INSERT INTO volumes (zone, clock, gain_db) VALUES (?, ?, ?)"
            " ON CONFLICT (zone, clock) DO UPDATE SET gain_db = excluded.gain_db",
            (zone, f"{clock:%H:%M}", gain_db),
        )
    journal.write(tx, at, Kind.VOLUME, f"zone/{zone}", clock=f"{clock:%H:%M}", gain_db=gain_db, before_db=before, by=by)
    return True
