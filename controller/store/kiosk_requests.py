"""What residents have asked for at the kiosk: seats in training sessions, and help. Nobody's name is here."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import Tx


@dataclass(frozen=True, slots=True)
class HelpCall:
    id: str
    called_at: datetime
    answered_at: datetime | None = None
    answered_by: str = ""
    over_at: datetime | None = None


def take_seat(tx: Tx, at: datetime, ident: str, session_id: str, seats: int) -> int:
    """The number of a seat in a session of so many (0: as many as come); 0 where none is left. The same request
    again has the same answer."""
    known = tx.execute("SELECT number FROM training_seats WHERE id = ?", (ident,)).fetchone()
    if known is not None:
        return int(known["number"])
    taken = seats_taken(tx).get(session_id, 0)
    number = taken + 1 if not seats or taken < seats else 0
    tx.execute(
        "INSERT INTO training_seats (id, session_id, number, asked_at) VALUES (?, ?, ?, ?)",
        (ident, session_id, number, instant(at)),
    )
    if number:
        title = tx.execute("SELECT title FROM training_sessions WHERE id = ?", (session_id,)).fetchone()["title"]
        journal.write(tx, at, Kind.TRAINING, f"session/{session_id}", what="seat", title=title, number=number)
    return number


def seats_taken(tx: Tx) -> dict[str, int]:
    """By session, the last number that was given."""
    rows = tx.execute("SELECT session_id, MAX(number) AS last FROM training_seats GROUP BY session_id")
    return {row["session_id"]: int(row["last"]) for row in rows}


def tickets(tx: Tx, since: datetime) -> tuple[tuple[str, int], ...]:
    """Request and number of what was asked for since then."""
    rows = tx.execute("SELECT id, number FROM training_seats WHERE asked_at >= ? ORDER BY id", (instant(since),))
    return tuple((row["id"], int(row["number"])) for row in rows)


def call(tx: Tx, at: datetime, ident: str) -> None:
    """Somebody at the kiosk wants help. The same call again is one."""
    cursor = tx.execute("INSERT OR IGNORE INTO help_calls (id, called_at) VALUES (?, ?)", (ident, instant(at)))
    if cursor.rowcount:
        _note(tx, at, ident, "help", "")


def answer(tx: Tx, at: datetime, ident: str, by: str) -> bool:
    """Somebody goes there. False, and nothing written, if somebody does already or it is over."""
    cursor = tx.execute(
        "UPDATE help_calls SET answered_at = ?, answered_by = ? WHERE id = ? AND answered_at IS NULL"
        " AND over_at IS NULL",
        (instant(at), by, ident),
    )
    if cursor.rowcount:
        _note(tx, at, ident, "help_answered", by)
    return cursor.rowcount > 0


def end(tx: Tx, at: datetime, ident: str, by: str) -> bool:
    """They have been helped, or are gone. False, and nothing written, if it is over already."""
    cursor = tx.execute("UPDATE help_calls SET over_at = ? WHERE id = ? AND over_at IS NULL", (instant(at), ident))
    if cursor.rowcount:
        _note(tx, at, ident, "help_over", by)
    return cursor.rowcount > 0


def open_calls(tx: Tx) -> tuple[HelpCall, ...]:
    """Those that are not over, the oldest first."""
    return tuple(map(_call, tx.execute("SELECT * FROM help_calls WHERE over_at IS NULL ORDER BY called_at, id")))


def calls(tx: Tx, since: datetime) -> tuple[HelpCall, ...]:
    """All that were made since then."""
    rows = tx.execute("SELECT * FROM help_calls WHERE called_at >= ? ORDER BY called_at, id", (instant(since),))
    return tuple(map(_call, rows))


def _note(tx: Tx, at: datetime, ident: str, what: str, by: str) -> None:
    journal.write(tx, at, Kind.DESK, f"help/{ident}", what=what, by=by)


def _call(row: sqlite3.Row) -> HelpCall:
    return HelpCall(
        row["id"], as_instant(row["called_at"]), as_instant_or_none(row["answered_at"]), row["answered_by"],
        as_instant_or_none(row["over_at"]),
    )  # fmt: skip
