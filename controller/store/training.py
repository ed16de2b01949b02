"""Training sessions at the cultural house."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from controller.core.errors import NotFoundError
from controller.core.journal import Kind
from controller.core.sessions import Session
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import Tx


def add(tx: Tx, session: Session, by: str) -> None:
    tx.execute(
        "INSERT INTO training_sessions (id, title, place, begins, ends, seats, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            session.id, session.title, session.place, instant(session.begins), instant(session.ends), session.seats,
            instant(session.created_at),
        ),
    )  # fmt: skip
    _note(tx, session.created_at, session, "added", by)


def change(tx: Tx, at: datetime, session: Session, by: str) -> None:
    """Have the session of this id be what this one says."""
    tx.execute(
        "UPDATE training_sessions SET title = ?, place = ?, begins = ?, ends = ?, seats = ? WHERE id = ?",
        (session.title, session.place, instant(session.begins), instant(session.ends), session.seats, session.id),
    )
    _note(tx, at, session, "changed", by)


def withdraw(tx: Tx, at: datetime, ident: str, by: str) -> bool:
    """False, and nothing written, if it was withdrawn already."""
    cursor = tx.execute(
        "UPDATE training_sessions SET withdrawn_at = ? WHERE id = ? AND withdrawn_at IS NULL", (instant(at), ident)
    )
    if cursor.rowcount:
        _note(tx, at, get(tx, ident), "withdrawn", by)
    return cursor.rowcount > 0


def restore(tx: Tx, at: datetime, ident: str, by: str) -> bool:
    """Undo a withdrawal. False, and nothing written, if there is none."""
    cursor = tx.execute(
        "UPDATE training_sessions SET withdrawn_at = NULL WHERE id = ? AND withdrawn_at IS NOT NULL", (ident,)
    )
    if cursor.rowcount:
        _note(tx, at, get(tx, ident), "restored", by)
    return cursor.rowcount > 0


def coming(tx: Tx, now: datetime, limit: int = 100) -> list[Session]:
    """Those that are not over, the next one first."""
    rows = tx.execute(
        "SELECT * FROM training_sessions WHERE withdrawn_at IS NULL AND ends > ? ORDER BY begins, id LIMIT ?",
        (instant(now), limit),
    )
    return [_session(row) for row in rows]


def past(tx: Tx, now: datetime, limit: int = 50) -> list[Session]:
    """Those that are over or were withdrawn, the last first."""
    rows = tx.execute(
        "SELECT * FROM training_sessions WHERE withdrawn_at IS NOT NULL OR ends <= ? ORDER BY ends DESC, id LIMIT ?",
        (instant(now), limit),
    )
    return [_session(row) for row in rows]


def find(tx: Tx, ident: str) -> Session | None:
    row = tx.execute("SELECT * FROM training_sessions WHERE id = ?", (ident,)).fetchone()
    return _session(row) if row else None


def get(tx: Tx, ident: str) -> Session:
    found = find(tx, ident)
    if found is None:
        raise NotFoundError("session", ident)
    return found


def _note(tx: Tx, at: datetime, session: Session, what: str, by: str) -> None:
    journal.write(
        tx, at, Kind.TRAINING, f"session/{session.id}", what=what, title=session.title,
        begins=instant(session.begins), by=by,
    )  # fmt: skip


def _session(row: sqlite3.Row) -> Session:
    return Session(
        id=row["id"], title=row["title"], place=row["place"], begins=as_instant(row["begins"]),
        ends=as_instant(row["ends"]), seats=row["seats"], created_at=as_instant(row["created_at"]),
        withdrawn_at=as_instant_or_none(row["withdrawn_at"]),
    )  # fmt: skip
