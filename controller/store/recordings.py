"""Which sound files somebody has brought; the files themselves lie at `places.sound(sha256)`."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from controller.core.errors import NotFoundError
from controller.core.journal import Kind
from controller.core.recordings import Brought, Recording
from controller.store import journal
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx


def add(tx: Tx, at: datetime, brought: Brought, name: str, by: str) -> Recording:
    """Know of a file. The very same file brought again is one recording, by its newest name."""
    tx.execute(
        "INSERT INTO recordings (sha256, name, format, length_s, bytes, added_by, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE"
        " SET name = excluded.name, added_by = excluded.added_by, added_at = excluded.added_at",
        (brought.sha256, name, brought.format, brought.length_s, brought.bytes, by, instant(at)),
    )
    journal.write(tx, at, Kind.RECORDING, f"recording/{brought.sha256}", name=name, by=by)
    return get(tx, brought.sha256)


def remove(tx: Tx, at: datetime, sha256: str) -> None:
    """Forget a file that nothing needs any more: the station gives it up for want of room."""
    name = get(tx, sha256).name
    tx.execute("DELETE FROM recordings WHERE sha256 = ?", (sha256,))
    journal.write(tx, at, Kind.RECORDING, f"recording/{sha256}", name=name, by="", gone=True)


def find(tx: Tx, sha256: str) -> Recording | None:
    row = tx.execute("SELECT * FROM recordings WHERE sha256 = ?", (sha256,)).fetchone()
    return _recording(row) if row else None


def get(tx: Tx, sha256: str) -> Recording:
    found = find(tx, sha256)
    if found is None:
        raise NotFoundError("recording", sha256)
    return found


def every(tx: Tx) -> list[Recording]:
    """The newest first."""
    return [_recording(row) for row in tx.execute("SELECT * FROM recordings ORDER BY added_at DESC, sha256")]


def _recording(row: sqlite3.Row) -> Recording:
    brought = Brought(row["sha256"], row["format"], row["length_s"], row["bytes"])
    return Recording(brought, row["name"], row["added_by"], as_instant(row["added_at"]))
