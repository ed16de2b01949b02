"""What a copy of the database needs before it is kept as a backup, and before it is put back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from controller.store.columns import instant
from controller.store.connection import StoreBusyError, Tx, translated


def sounds_in_use(tx: Tx) -> list[str]:
    """The SHA-256 of every sound file that an announcement in use, or an utterance in line, needs."""
    rows = tx.execute(
        "SELECT DISTINCT sha256 FROM renditions JOIN announcements ON announcements.id = announcement_id"
        " WHERE state = 'ready' AND (withdrawn_at IS NULL AND renditions.revision = announcements.revision"
        " OR EXISTS (SELECT 1 FROM utterances WHERE utterances.announcement_id = renditions.announcement_id"
        " AND utterances.revision = renditions.revision AND utterances.state IN ('queued', 'playing')))"
        " ORDER BY sha256"
    )
    return [row["sha256"] for row in rows]


def make_fit_to_keep(tx: Tx, at: datetime, kept: Iterable[str]) -> None:
    """Leave out what must not come back (sessions, first sign-ins); sounds that are not kept are to be made anew."""
    tx.execute("DELETE FROM sessions")
    tx.execute("DELETE FROM setup_codes")
    tx.execute("DELETE FROM sign_in_failures")
    tx.execute("CREATE TEMP TABLE kept (sha256 TEXT PRIMARY KEY) WITHOUT ROWID")
    tx.executemany("INSERT OR IGNORE INTO kept VALUES (?)", [(sha256,) for sha256 in kept])
    tx.execute(
        "UPDATE renditions SET state = 'wanted', wanted_at = ?, done_at = NULL"
        " WHERE state = 'ready' AND sha256 NOT IN (SELECT sha256 FROM kept)",
        (instant(at),),
    )
    tx.execute("DROP TABLE kept")


def go_on_from(tx: Tx, at: datetime) -> None:
    """The schedule goes on from `at`: nobody knows what was spoken between the backup and now."""
    tx.execute("UPDATE rules SET planned_until = ?1 WHERE planned_until < ?1", (instant(at),))


def close_for_good(path: Path) -> None:
    """Make one file of a database and its log; StoreBusyError while anybody else has it open.

    Only the last connection may leave WAL mode, which is the proof that nobody else is there.
    """
    with translated(path):
        connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None, timeout=0.5)
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        finally:
            connection.close()
    if mode != "delete":
        raise StoreBusyError(f"{path}: is in use")
