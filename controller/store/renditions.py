"""Which sound file stands for which revision of which announcement."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from controller.core.errors import ChangedError, NotFoundError
from controller.core.journal import Kind
from controller.core.renditions import Prepared, Rendition, RenditionState
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, as_texts, instant, texts
from controller.store.connection import Tx


def want(
    tx: Tx, at: datetime, announcement_id: str, revision: int, approved_by: str | None = None, anew: bool = False
) -> None:
    """Ask for a rendition (again, if the last try failed; another one beside the last, if `anew`).

    `approved_by`: whose approval it has in advance ("": the policy's). Then what was approved of earlier revisions is
    not spoken any more; otherwise it is, until somebody has listened to this one.
    """
    last = of(tx, announcement_id, revision)
    if last and last.state is RenditionState.FAILED and not anew:
        tx.execute(
            "UPDATE renditions SET state = 'wanted', reason = '', done_at = NULL, wanted_at = ? WHERE id = ?",
            (instant(at), last.id),
        )
    elif last is None or anew:
        number = last.number + 1 if last else 1
        ident = f"{announcement_id}/{revision}" + (f"/{number}" if number > 1 else "")
        tx.execute(
            "INSERT INTO renditions (id, announcement_id, revision, number, state, wanted_at)"
            " VALUES (?, ?, ?, ?, 'wanted', ?)",
            (ident, announcement_id, revision, number, instant(at)),
        )
    if approved_by is not None:
        approve_in_advance(tx, at, announcement_id, revision, approved_by)


def approve_in_advance(tx: Tx, at: datetime, announcement_id: str, revision: int, by: str) -> None:
    """Approve the newest rendition of a revision, whether it is ready or not, and no earlier revision any more."""
    tx.execute(
        "UPDATE renditions SET approved_by = ?, approved_at = ? WHERE approved_at IS NULL AND id ="
        " (SELECT id FROM renditions WHERE announcement_id = ? AND revision = ? ORDER BY number DESC LIMIT 1)",
        (by, instant(at), announcement_id, revision),
    )
    tx.execute(
        "UPDATE renditions SET approved_by = '', approved_at = NULL WHERE announcement_id = ? AND revision < ?",
        (announcement_id, revision),
    )


def approve_all_in_advance(tx: Tx, at: datetime) -> None:
    """No approval is asked for any more: what waits for one has it, and is what is spoken."""
    rows = tx.execute(
        "SELECT announcement_id, announcements.revision FROM renditions JOIN announcements"
        " ON announcements.id = announcement_id WHERE renditions.revision = announcements.revision"
        " GROUP BY announcement_id HAVING COUNT(approved_at) < COUNT(*)"
    )
    for row in rows.fetchall():
        approve_in_advance(tx, at, row["announcement_id"], row["revision"], "")


def approve(tx: Tx, at: datetime, announcement_id: str, sha256: str, by: str) -> Rendition:
    """Say that one has listened to this very file and wants it broadcast. ChangedError if it is not the newest."""
    last = newest(tx, announcement_id)
    if last is None or last.prepared is None or last.prepared.sha256 != sha256:
        raise ChangedError(announcement_id)
    if not last.approved:
        tx.execute("UPDATE renditions SET approved_by = ?, approved_at = ? WHERE id = ?", (by, instant(at), last.id))
        journal.write(tx, at, Kind.APPROVED, f"announcement/{announcement_id}", sha256=sha256, by=by)
    return get(tx, last.id)


def disapprove(tx: Tx, at: datetime, announcement_id: str, by: str) -> None:
    """Take every approval of an announcement back: nothing of it is spoken until somebody approves again."""
    tx.execute(
        "UPDATE renditions SET approved_by = '', approved_at = NULL WHERE announcement_id = ?", (announcement_id,)
    )
    journal.write(tx, at, Kind.APPROVED, f"announcement/{announcement_id}", taken_back=True, by=by)


def wanted(tx: Tx) -> list[Rendition]:
    """What is to be prepared: emergencies first, then in the order in which it was asked for."""
    rows = tx.execute(
        "SELECT renditions.* FROM renditions JOIN announcements ON announcements.id = announcement_id"
        " WHERE state = 'wanted' AND withdrawn_at IS NULL AND renditions.revision = announcements.revision"
        " ORDER BY level != 'emergency', wanted_at, renditions.id"
    )
    return [_rendition(row) for row in rows]


def ready(tx: Tx, at: datetime, ident: str, prepared: Prepared, recipe: str = "") -> None:
    """Write down what was prepared. The very file that is approved already needs no second approval."""
    _set_ready(tx, at, ident, prepared, recipe)
    tx.execute(
        "UPDATE renditions SET approved_by = same.approved_by, approved_at = same.approved_at FROM renditions AS same"
        " WHERE renditions.id = ?1 AND renditions.approved_at IS NULL AND same.id != ?1 AND same.state = 'ready'"
        " AND same.announcement_id = renditions.announcement_id AND same.sha256 = renditions.sha256"
        " AND same.approved_at IS NOT NULL",
        (ident,),
    )
    journal.write(
        tx, at, Kind.PREPARED, f"announcement/{ident.split('/')[0]}", sha256=prepared.sha256,
        engine=prepared.engine, duration_s=round(prepared.duration_s, 2), lufs=round(prepared.lufs, 1),
        tried=list(prepared.tried),
    )  # fmt: skip


def have(tx: Tx, at: datetime, announcement_id: str, revision: int, prepared: Prepared) -> None:
    """Have a file that was made elsewhere be what is spoken, approved, without a line in the journal."""
    last = spoken(tx, announcement_id)
    if last and last.prepared and last.prepared.sha256 == prepared.sha256:
        return
    want(tx, at, announcement_id, revision, approved_by="", anew=True)
    made = newest(tx, announcement_id)
    assert made is not None  # noqa: S101 - it was wanted just now
    _set_ready(tx, at, made.id, prepared, "")


def failed(tx: Tx, at: datetime, ident: str, reason: str, tried: tuple[str, ...], recipe: str = "") -> None:
    tx.execute(
        "UPDATE renditions SET state = 'failed', reason = ?, tried = ?, done_at = ?, recipe = ? WHERE id = ?",
        (reason, texts(tried), instant(at), recipe, ident),
    )
    journal.write(tx, at, Kind.UNSPEAKABLE, f"announcement/{ident.split('/')[0]}", reason=reason, tried=list(tried))


def of(tx: Tx, announcement_id: str, revision: int) -> Rendition | None:
    """The newest of a revision, whatever its state."""
    row = tx.execute(
        "SELECT * FROM renditions WHERE announcement_id = ? AND revision = ? ORDER BY number DESC LIMIT 1",
        (announcement_id, revision),
    ).fetchone()
    return _rendition(row) if row else None


def newest(tx: Tx, announcement_id: str) -> Rendition | None:
    """The newest of an announcement, whatever its state."""
    row = tx.execute(
        "SELECT * FROM renditions WHERE announcement_id = ? ORDER BY revision DESC, number DESC LIMIT 1",
        (announcement_id,),
    ).fetchone()
    return _rendition(row) if row else None


def spoken(tx: Tx, announcement_id: str) -> Rendition | None:
    """What would be broadcast now: the newest that is ready and approved; None if there is none."""
    row = tx.execute(
        "SELECT * FROM renditions WHERE announcement_id = ? AND state = 'ready' AND approved_at IS NOT NULL"
        " AND collected_at IS NULL ORDER BY revision DESC, number DESC LIMIT 1",
        (announcement_id,),
    ).fetchone()
    return _rendition(row) if row else None


_UNAPPROVED = (
    " FROM renditions JOIN announcements ON announcements.id = announcement_id"
    " WHERE state = 'ready' AND approved_at IS NULL AND withdrawn_at IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM renditions AS newer WHERE newer.announcement_id = renditions.announcement_id"
    " AND (newer.revision, newer.number) > (renditions.revision, renditions.number))"
)


def unapproved(tx: Tx) -> int:
    """Of how many announcements in use the newest rendition is ready, and nobody has approved of it."""
    row = tx.execute(f"SELECT COUNT(*) AS number{_UNAPPROVED}").fetchone()
    return int(row["number"])


def unapproved_ids(tx: Tx) -> frozenset[str]:
    """The ids of these announcements."""
    rows = tx.execute(f"SELECT announcement_id{_UNAPPROVED}")
    return frozenset(str(row["announcement_id"]) for row in rows)


def get(tx: Tx, ident: str) -> Rendition:
    row = tx.execute("SELECT * FROM renditions WHERE id = ?", (ident,)).fetchone()
    if row is None:
        raise NotFoundError("rendition", ident)
    return _rendition(row)


def _set_ready(tx: Tx, at: datetime, ident: str, prepared: Prepared, recipe: str) -> None:
    tx.execute(
        "UPDATE renditions SET state = 'ready', sha256 = ?, duration_s = ?, lufs = ?, true_peak_dbtp = ?, engine = ?,"
        " tried = ?, reason = '', done_at = ?, recipe = ?, collected_at = NULL WHERE id = ?",
        (
            prepared.sha256, prepared.duration_s, prepared.lufs, prepared.true_peak_dbtp, prepared.engine,
            texts(prepared.tried), instant(at), recipe, ident,
        ),
    )  # fmt: skip


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
        as_texts(row["tried"]), as_instant(row["wanted_at"]), as_instant_or_none(row["done_at"]), row["number"],
        row["recipe"], row["approved_by"], as_instant_or_none(row["approved_at"]),
    )  # fmt: skip
