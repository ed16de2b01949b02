"""How officials have abbreviations said, over the dictionary that comes with the station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.core.journal import Kind
from controller.store import facts, journal
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx

_VERSION = "dictionary_version"


@dataclass(frozen=True, slots=True)
class Own:
    """An official's own entry; with "" as its words a built-in one is left out."""

    short: str
    words: str
    set_by: str
    set_at: datetime


def every(tx: Tx) -> list[Own]:
    rows = tx.execute("SELECT * FROM abbreviations ORDER BY short")
    return [Own(row["short"], row["words"], row["set_by"], as_instant(row["set_at"])) for row in rows]


def version(tx: Tx) -> int:
    """Grows with every change."""
    return int(facts.fact(tx, _VERSION) or 0)


def put(tx: Tx, at: datetime, short: str, words: str, by: str) -> None:
    tx.execute(
        "INSERT INTO abbreviations (short, words, set_by, set_at) VALUES (?, ?, ?, ?) ON CONFLICT (short)"
        " DO UPDATE SET words = excluded.words, set_by = excluded.set_by, set_at = excluded.set_at",
        (short, words, by, instant(at)),
    )
    facts.set_fact(tx, _VERSION, str(version(tx) + 1))
    journal.write(tx, at, Kind.DICTIONARY, f"dictionary/{short}", words=words, by=by)


def take_back(tx: Tx, at: datetime, short: str, by: str) -> bool:
    """From now on it is said as it was before any official said how; False if it is already."""
    if not tx.execute("DELETE FROM abbreviations WHERE short = ?", (short,)).rowcount:
        return False
    facts.set_fact(tx, _VERSION, str(version(tx) + 1))
    journal.write(tx, at, Kind.DICTIONARY, f"dictionary/{short}", back=True, by=by)
    return True
