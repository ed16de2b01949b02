"""Which sound file stands for which revision of which announcement."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from controller.core.journal import Kind
from controller.core.renditions import Prepared, Rendition, RenditionState
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, as_texts, instant, texts
from controller.store.connection import Tx


def want(tx: Tx, at: datetime, announcement_id: str, revision: int) -> None:
    """Ask for a rendition (again, if the last try failed)."""
    tx.execute(
        "INSERT INTO renditions (id, announcement_id, revision, state, wanted_at) VALUES (?, ?, ?, 'wanted', ?)"
        " ON CONFLICT (announcement_id, revision) DO UPDATE SET state = 'wanted', reason = '', done_at = NULL,"
        " wanted_at = excluded.wanted_at WHERE state = 'failed'",
        (f"{announcement_id}/{revision}", announcement_id, revision, instant(at)),
    )


def wanted(tx: Tx) -> list[Rendition]:
    """What is to be prepared, in the order in which it was asked for."""
    rows = tx.execute(
        "SELECT renditions.* FROM renditions JOIN announcements ON announcements.id = announcement_id"
        " WHERE state = 'wanted' AND withdrawn_at IS NULL AND renditions.revision = announcements.revision"
        " ORDER BY wanted_at, renditions.id"
    )
    return [_rendition(row) for row in rows]


def ready(tx: Tx, at: datetime, ident: str, prepared: Prepared) -> None:
    tx.execute(
        "UPDATE renditions SET state = 'ready', sha256 = ?, duration_s = ?, lufs = ?, true_peak_dbtp = ?, engine = ?,"
        " tried = ?, reason = '', done_at = ? WHERE id = ?",
        (
            prepared.sha256, prepared.duration_s, prepared.lufs, prepared.true_peak_dbtp, prepared.engine,
            texts(prepared.tried), instant(at), ident,
        ),
    )  # fmt: skip
    journal.write(
        tx, at, Kind.PREPARED, f"announcement/{ident.split('/')[0]}", sha256=prepared.sha256,
        engine=prepared.engine, duration_s=round(prepared.duration_s, 2), lufs=round(prepared.lufs, 1),
        tried=list(prepared.tried),
    )  # fmt: skip


def failed(tx: Tx, at: datetime, ident: str, reason: str, tried: tuple[str, ...]) -> None:
    tx.execute(
        "UPDATE renditions SET state = 'failed', reason = ?, tried = ?, done_at = ? WHERE id = ?",
        (reason, texts(tried), instant(at), ident),
    )
    journal.write(tx, at, Kind.UNSPEAKABLE, f"announcement/{ident.split('/')[0]}", reason=reason, tried=list(tried))


def of(tx: Tx, announcement_id: str, revision: int) -> Rendition | None:
    row = tx.execute(
        "SELECT * FROM renditions WHERE announcement_id = ? AND revision = ?", (announcement_id, revision)
    ).fetchone()
    return _rendition(row) if row else None


def _rendition(row: sqlite3.Row) -> Rendition:
    prepared = None
    if row["state"] == RenditionState.READY:
        prepared = Prepared(
            row["sha256"],
            row["duration_s"],
            row["lufs"],
            row["true_peak_dbtp"],
            row["engine"],
            as_texts(row["tried"]),
        )
    return Rendition(
        row["id"], row["announcement_id"], row["revision"], RenditionState(row["state"]), prepared, row["reason"],
        as_texts(row["tried"]), as_instant(row["wanted_at"]), as_instant_or_none(row["done_at"]),
    )  # fmt: skip
