"""The append-only journal. `write` is called inside the transaction of the change it records."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from controller.core.journal import Entry, Kind
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx


def write(tx: Tx, at: datetime, kind: Kind, subject: str, **detail: object) -> None:
    tx.execute(
        "INSERT INTO journal (at, kind, subject, detail) VALUES (?, ?, ?, ?)",
        (instant(at), kind, subject, json.dumps(detail, ensure_ascii=False, sort_keys=True)),
    )


def entries(
    tx: Tx,
    since: datetime | None = None,
    subject: str = "",
    after_seq: int = 0,
    limit: int = 1000,
    until: datetime | None = None,
) -> list[Entry]:
    """Lines in order of writing, of [since, until); the newest `limit` of those that match."""
    rows = tx.execute(
        "SELECT * FROM journal WHERE seq > ? AND at >= ? AND at < ? AND (? = '' OR subject = ?)"
        " ORDER BY seq DESC LIMIT ?",
        (after_seq, instant(since) if since else "", instant(until) if until else "~", subject, subject, limit),
    ).fetchall()
    return [_entry(row) for row in reversed(rows)]


def of_announcement(tx: Tx, announcement_id: str, limit: int = 50) -> list[Entry]:
    """The newest lines about an announcement and its utterances, in order of writing."""
    rows = tx.execute(
        "SELECT * FROM journal WHERE subject = 'announcement/' || ?1 OR subject IN"
        " (SELECT 'utterance/' || id FROM utterances WHERE announcement_id = ?1) ORDER BY seq DESC LIMIT ?2",
        (announcement_id, limit),
    ).fetchall()
    return [_entry(row) for row in reversed(rows)]


def after(tx: Tx, seq: int, limit: int) -> list[Entry]:
    """The oldest `limit` lines after one, in order of writing."""
    rows = tx.execute("SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)).fetchall()
    return [_entry(row) for row in rows]


def newest_before(tx: Tx, at: datetime) -> int:
    """The number of the last line that was written before an instant; 0 if there is none."""
    return int(tx.execute("SELECT COALESCE(MAX(seq), 0) FROM journal WHERE at < ?", (instant(at),)).fetchone()[0])


def last_by(tx: Tx, subject: str) -> str:
    """Who did the newest thing to a subject; "" if nobody is named."""
    row = tx.execute(
        "SELECT detail ->> 'by' AS by FROM journal WHERE subject = ? AND detail ->> 'by' IS NOT NULL"
        " ORDER BY seq DESC LIMIT 1",
        (subject,),
    ).fetchone()
    return str(row["by"]) if row else ""


def newest(tx: Tx) -> int:
    """The number of the last line; it changes with every change of the station. 0 before the first."""
    return int(tx.execute("SELECT COALESCE(MAX(seq), 0) FROM journal").fetchone()[0])


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(row["seq"], as_instant(row["at"]), Kind(row["kind"]), row["subject"], json.loads(row["detail"]))
