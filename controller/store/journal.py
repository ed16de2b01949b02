"""The append-only journal. `write` is called inside the transaction of the change it records."""

from __future__ import annotations

import json
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
    tx: Tx, since: datetime | None = None, subject: str = "", after_seq: int = 0, limit: int = 1000
) -> list[Entry]:
    """Lines in order of writing; the newest `limit` of those that match."""
    rows = tx.execute(
        "SELECT * FROM journal WHERE seq > ? AND at >= ? AND (? = '' OR subject = ?) ORDER BY seq DESC LIMIT ?",
        (after_seq, instant(since) if since else "", subject, subject, limit),
    ).fetchall()
    return [
        Entry(row["seq"], as_instant(row["at"]), Kind(row["kind"]), row["subject"], json.loads(row["detail"]))
        for row in reversed(rows)
    ]
