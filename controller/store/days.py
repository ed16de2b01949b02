"""What officials of this station said of days; everything else about days is the calendar's own."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from controller.core.days import DayType, SaidDay, problems_of_note
from controller.core.errors import InputError
from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx


def said(tx: Tx) -> dict[date, SaidDay]:
    """All of them, in the order of the days."""
    return {found.day: found for found in map(_said, tx.execute("SELECT * FROM days ORDER BY day"))}


def of(tx: Tx, day: date) -> SaidDay | None:
    row = tx.execute("SELECT * FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
    return _said(row) if row else None


def say(tx: Tx, at: datetime, day: date, day_type: DayType, note: str, by: str) -> bool:
    """Whether it is news; InputError for a note that cannot be kept. What was said before is replaced."""
    problems = problems_of_note(note)
    if problems:
        raise InputError(*problems)
    before = of(tx, day)
    if before and (before.type, before.note) == (day_type, note):
        return False
    tx.execute(
        "INSERT INTO days (day, type, note, set_by, set_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (day) DO UPDATE"
        " SET type = excluded.type, note = excluded.note, set_by = excluded.set_by, set_at = excluded.set_at",
        (day.isoformat(), day_type, note, by, instant(at)),
    )
    journal.write(tx, at, Kind.DAY, f"day/{day}", type=day_type, note=note, by=by)
    return True


def unsay(tx: Tx, at: datetime, day: date, by: str) -> bool:
    """Whether anything had been said of the day; now the calendar's own rules hold again."""
    row = tx.execute("DELETE FROM days WHERE day = ? RETURNING type", (day.isoformat(),)).fetchone()
    if row is None:
        return False
    journal.write(tx, at, Kind.DAY, f"day/{day}", type="", note="", by=by)
    return True


def _said(row: sqlite3.Row) -> SaidDay:
    return SaidDay(
        date.fromisoformat(row["day"]), DayType(row["type"]), row["note"], row["set_by"], as_instant(row["set_at"])
    )
