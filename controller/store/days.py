"""What officials of this station said of days; everything else about days is the calendar's own."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from controller.core.days import DayType, SaidDay, problems_of_note
from controller.core.errors import ChangedError, InputError
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


def newest_change(tx: Tx, day: date) -> int:
    """The number of the journal line in which the day was last changed; 0 if it never was."""
    lines = journal.entries(tx, subject=f"day/{day}", limit=1)
    return lines[0].seq if lines else 0


def take_back(tx: Tx, at: datetime, day: date, change: int, by: str) -> None:
    """As it was before the journal line `change`; ChangedError if that is not the day's newest change."""
    lines = journal.entries(tx, subject=f"day/{day}", limit=2)
    if not lines or lines[-1].seq != change:
        raise ChangedError(day.isoformat())
    before = lines[0].detail if len(lines) == 2 else {}
    if before.get("type"):
        say(tx, at, day, DayType(str(before["type"])), str(before["note"]), by)
    else:
        unsay(tx, at, day, by)


def _said(row: sqlite3.Row) -> SaidDay:
    return SaidDay(
        date.fromisoformat(row["day"]), DayType(row["type"]), row["note"], row["set_by"], as_instant(row["set_at"])
    )
