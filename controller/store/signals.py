"""The commune's own chimes and alert signal, in place of the built-in ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx

NAMES = ("opening", "closing", "alert")


@dataclass(frozen=True, slots=True)
class Signal:
    name: str  # one of NAMES
    sha256: str  # of a prepared file
    title: str
    length_s: float
    set_by: str
    set_at: datetime


def every(tx: Tx) -> dict[str, Signal]:
    """Those that the commune has set, by name."""
    return {
        row["name"]: Signal(
            row["name"], row["sha256"], row["title"], row["length_s"], row["set_by"], as_instant(row["set_at"])
        )
        for row in tx.execute("SELECT * FROM signals ORDER BY name")
    }


def put(tx: Tx, at: datetime, signal: Signal) -> None:
    tx.execute(
        "INSERT INTO signals (name, sha256, title, length_s, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, title = excluded.title,"
        " length_s = excluded.length_s, set_by = excluded.set_by, set_at = excluded.set_at",
        (signal.name, signal.sha256, signal.title, signal.length_s, signal.set_by, instant(signal.set_at)),
    )
    journal.write(
        tx, at, Kind.SIGNAL, f"signal/{signal.name}", name=signal.title, sha256=signal.sha256, by=signal.set_by
    )


def take_back(tx: Tx, at: datetime, name: str, by: str) -> bool:
    """Use the built-in one again. False if it was in use already."""
    gone = tx.execute("DELETE FROM signals WHERE name = ?", (name,)).rowcount > 0
    if gone:
        journal.write(tx, at, Kind.SIGNAL, f"signal/{name}", back=True, by=by)
    return gone
