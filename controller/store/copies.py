"""What a copy of the database needs before it is kept as a backup, and before it is put back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from controller.store import keeping, pictures
from controller.store.columns import instant, texts
from controller.store.connection import StoreBusyError, Tx, translated


def sounds_in_use(tx: Tx, at: datetime) -> tuple[list[str], list[str]]:
    """The SHA-256 of every prepared file that is needed, and of every recording that something in use is made of."""
    return sorted(keeping.prepared_files(tx, samples_since=at)), sorted(keeping.recorded_files(tx, withdrawn_since=at))


def pictures_in_use(tx: Tx, at: datetime) -> list[str]:
    """The SHA-256 of every picture of a notice that is up or will be."""
    return sorted(pictures.in_use(tx, left_since=at))


def make_fit_to_keep(
    tx: Tx, at: datetime, prepared: Iterable[str], recorded: Iterable[str], pictured: Iterable[str]
) -> None:
    """Leave out what must not come back (sessions, first sign-ins, samples); sounds that are not kept are made anew."""
    tx.execute("DELETE FROM sessions")
    tx.execute("DELETE FROM setup_codes")
    tx.execute("DELETE FROM sign_in_failures")
    tx.execute("DELETE FROM samples")
    tx.execute(
        "UPDATE renditions SET collected_at = ? WHERE state = 'ready' AND collected_at IS NULL"
        " AND sha256 NOT IN (SELECT value FROM json_each(?))",
        (instant(at), texts(tuple(prepared))),
    )
    tx.execute("DELETE FROM recordings WHERE sha256 NOT IN (SELECT value FROM json_each(?))", (texts(tuple(recorded)),))
    tx.execute("DELETE FROM pictures WHERE sha256 NOT IN (SELECT value FROM json_each(?))", (texts(tuple(pictured)),))


def leave_drafts_out(tx: Tx) -> None:
    """Of residents' files: drafts are promised to be gone after a week, and backups are kept for longer."""
    tx.execute("DELETE FROM drafts")
    tx.execute("DELETE FROM wrong_tries")


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
