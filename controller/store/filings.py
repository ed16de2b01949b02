"""Residents' files in `filings.db`: sealed rows and what may stand in clear beside them. Never opens what is sealed.

What the town's journal is to say goes into the outbox of the same transaction; `store.filing_records` hands it on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.core.errors import NotFoundError
from controller.core.filings import FileState, Moved
from controller.core.journal import Kind
from controller.store import filing_records
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import Store, Tx
from controller.store.filing_records import Deletion, as_written

STEP, NOTE, PORTAL = "step", "note", "portal"  # kinds of lines


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One file as it lies there. Bytes are digests, or locked or sealed."""

    id: str
    attempt: bytes
    content_mark: bytes
    guide: str
    state: FileState
    filed_at: datetime
    changed_at: datetime
    by_token: bytes
    by_number: bytes | None
    key_id: str
    sealed_key: bytes
    public: bytes
    private_by_token: bytes
    private_by_number: bytes | None
    accepted_at: datetime | None = None
    promised: datetime | None = None
    promised_at: datetime | None = None
    opened_at: datetime | None = None
    filed_doubtful: bool = False  # nobody vouched for the clock


@dataclass(frozen=True, slots=True)
class Line:
    """A step (with its state), a note or a portal's code."""

    at: datetime
    kind: str
    state: FileState | None
    by: str
    for_desk: bytes
    for_resident: bytes | None
    can_go_back: bool = False  # of a step: how the file was before it is known


def opened(path: Path, at_once: bool = True) -> Store:
    """The database of residents' files. What is deleted is overwritten."""
    return Store(path, at_once=at_once, migrations="filings_migrations", overwrites=True)


def add(tx: Tx, row: FileRow, parts: Iterable[bytes]) -> None:
    tx.execute(
        "INSERT INTO files (id, attempt, content_mark, guide, state, filed_at, changed_at, by_token, by_number, key_id,"
        " sealed_key, public, private_by_token, private_by_number, filed_doubtful)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.id, row.attempt, row.content_mark, row.guide, int(row.state), instant(row.filed_at),
            instant(row.changed_at), row.by_token, row.by_number, row.key_id, row.sealed_key, row.public,
            row.private_by_token, row.private_by_number, row.filed_doubtful,
        ),
    )  # fmt: skip
    _put_parts(tx, row.id, parts)
    filing_records.tell(tx, row.filed_at, Kind.FILE, f"file/{row.id}", what="filed", guide=row.guide)


def replace(tx: Tx, at: datetime, row: FileRow, parts: Iterable[bytes]) -> None:
    """Other content under the same attempt, while nobody has opened it. It keeps its id, number and token."""
    tx.execute(
        "UPDATE files SET content_mark = ?, by_number = ?, key_id = ?, sealed_key = ?, public = ?,"
        " private_by_token = ?, private_by_number = ?, changed_at = ? WHERE id = ?",
        (
            row.content_mark, row.by_number, row.key_id, row.sealed_key, row.public, row.private_by_token,
            row.private_by_number, instant(at), row.id,
        ),
    )  # fmt: skip
    tx.execute("DELETE FROM file_parts WHERE file_id = ?", (row.id,))
    _put_parts(tx, row.id, parts)
    filing_records.tell(tx, at, Kind.FILE, f"file/{row.id}", what="replaced")


def by_attempt(tx: Tx, attempt: bytes) -> FileRow | None:
    return _found(tx.execute("SELECT * FROM files WHERE attempt = ?", (attempt,)).fetchone())


def by_token(tx: Tx, lookup: bytes) -> FileRow | None:
    return _found(tx.execute("SELECT * FROM files WHERE by_token = ?", (lookup,)).fetchone())


def by_number(tx: Tx, lookup: bytes) -> FileRow | None:
    return _found(tx.execute("SELECT * FROM files WHERE by_number = ?", (lookup,)).fetchone())


def get(tx: Tx, ident: str) -> FileRow:
    row = _found(tx.execute("SELECT * FROM files WHERE id = ?", (ident,)).fetchone())
    if row is None:
        raise NotFoundError("file", ident)
    return row


def every(tx: Tx) -> list[FileRow]:
    """All files, in the order in which they were filed."""
    return [_row(row) for row in tx.execute("SELECT * FROM files ORDER BY filed_at, id")]


@as_written()
def counts(tx: Tx) -> dict[FileState, int]:
    """How many files are in each state."""
    rows = tx.execute("SELECT state, COUNT(*) AS count FROM files GROUP BY state ORDER BY state")
    return {FileState(row["state"]): int(row["count"]) for row in rows}


def unopened(tx: Tx) -> int:
    """How many files no official has opened."""
    return int(tx.execute("SELECT COUNT(*) FROM files WHERE opened_at IS NULL").fetchone()[0])


@as_written()
def moves(tx: Tx) -> dict[str, list[Moved]]:
    """The steps of every file that has any, in the order in which they were made."""
    found: dict[str, list[Moved]] = {}
    for row in tx.execute("SELECT file_id, at, state FROM file_lines WHERE kind = ? ORDER BY seq", (STEP,)):
        found.setdefault(row["file_id"], []).append(Moved(as_instant(row["at"]), FileState(row["state"])))
    return found


@as_written()
def part(tx: Tx, ident: str, place: int) -> bytes:
    row = tx.execute("SELECT locked FROM file_parts WHERE file_id = ? AND place = ?", (ident, place)).fetchone()
    if row is None:
        raise NotFoundError("file", f"{ident}/{place}")
    return bytes(row["locked"])


def was_opened(tx: Tx, at: datetime, ident: str, by: str) -> None:
    tx.execute("UPDATE files SET opened_at = ? WHERE id = ? AND opened_at IS NULL", (instant(at), ident))
    filing_records.tell(tx, at, Kind.FILE, f"file/{ident}", what="opened", by=by)


def was_exported(tx: Tx, at: datetime, ident: str, by: str, form: str) -> None:
    filing_records.tell(tx, at, Kind.FILE, f"file/{ident}", what="exported", form=form, by=by)


def move(tx: Tx, ident: str, line: Line, promised: datetime | None) -> None:
    """One step. `promised`: a new promise; None leaves what was promised."""
    assert line.state is not None  # noqa: S101 - a step has one
    seq = add_line(tx, ident, line)
    tx.execute(
        "UPDATE file_lines SET (before_state, before_promised, before_promised_at)"
        " = (SELECT state, promised, promised_at FROM files WHERE id = ?) WHERE seq = ?",
        (ident, seq),
    )
    tx.execute(
        "UPDATE files SET state = ?1, changed_at = ?2,"
        " accepted_at = CASE WHEN ?1 = ?3 AND accepted_at IS NULL THEN ?2 ELSE accepted_at END,"
        " promised = COALESCE(?4, promised), promised_at = CASE WHEN ?4 IS NULL THEN promised_at ELSE ?2 END"
        " WHERE id = ?5",
        (int(line.state), instant(line.at), int(FileState.ACCEPTED), instant(promised) if promised else None, ident),
    )
    filing_records.tell(tx, line.at, Kind.FILE, f"file/{ident}", what="moved", state=line.state.key, by=line.by)


def undo(tx: Tx, at: datetime, ident: str, by: str) -> None:
    """The last step, which a program that keeps how it was before has made, was never made; only the journal knows."""
    row = tx.execute(
        "SELECT seq, state FROM file_lines WHERE file_id = ? AND kind = ? ORDER BY seq DESC LIMIT 1", (ident, STEP)
    ).fetchone()
    tx.execute(
        "UPDATE files SET (state, promised, promised_at)"
        " = (SELECT before_state, before_promised, before_promised_at FROM file_lines WHERE seq = ?) WHERE id = ?",
        (row["seq"], ident),
    )
    tx.execute("DELETE FROM file_lines WHERE seq = ?", (row["seq"],))
    tx.execute(
        "UPDATE files SET accepted_at = (SELECT MIN(at) FROM file_lines WHERE file_id = ?1 AND state = ?2),"
        " changed_at = COALESCE((SELECT MAX(at) FROM file_lines WHERE file_id = ?1 AND kind = ?3), filed_at)"
        " WHERE id = ?1",
        (ident, int(FileState.ACCEPTED), STEP),
    )
    state = FileState(row["state"])
    filing_records.tell(tx, at, Kind.FILE, f"file/{ident}", what="undone", state=state.key, by=by)


def add_line(tx: Tx, ident: str, line: Line) -> int:
    """Its number."""
    added = tx.execute(
        "INSERT INTO file_lines (file_id, at, kind, state, by, for_desk, for_resident) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            ident, instant(line.at), line.kind, int(line.state) if line.state else None, line.by, line.for_desk,
            line.for_resident,
        ),
    )  # fmt: skip
    if line.kind != STEP:
        filing_records.tell(tx, line.at, Kind.FILE, f"file/{ident}", what=line.kind, by=line.by)
    return added.lastrowid or 0


@as_written()
def lines(tx: Tx, ident: str) -> list[Line]:
    """In the order in which they were written."""
    rows = tx.execute("SELECT * FROM file_lines WHERE file_id = ? ORDER BY seq", (ident,))
    return [
        Line(
            as_instant(row["at"]), row["kind"], FileState(row["state"]) if row["state"] else None, row["by"],
            row["for_desk"], row["for_resident"], row["before_state"] is not None,
        )
        for row in rows
    ]  # fmt: skip


def seal_anew(tx: Tx, ident: str, key_id: str, sealed_key: bytes) -> None:
    """The file's own key is sealed to another key of the desk from now on."""
    tx.execute("UPDATE files SET key_id = ?, sealed_key = ? WHERE id = ?", (key_id, sealed_key, ident))


def delete(tx: Tx, at: datetime, row: FileRow, rule: str, by: str) -> None:
    """The file is gone; that it was there, what it was about, and when and why it went, stays."""
    tx.execute("DELETE FROM files WHERE id = ?", (row.id,))
    tx.execute(
        "INSERT INTO deletions (file_id, guide, filed_at, deleted_at, rule, by) VALUES (?, ?, ?, ?, ?, ?)",
        (row.id, row.guide, instant(row.filed_at), instant(at), rule, by),
    )
    filing_records.tell(tx, at, Kind.FILE, f"file/{row.id}", what="deleted", rule=rule, by=by)


def stay_deleted(tx: Tx, deleted: Iterable[Deletion]) -> None:
    """Of a database that comes back from a backup: what was deleted since goes again, under the record it has."""
    for each in deleted:
        tx.execute("DELETE FROM files WHERE id = ?", (each.file_id,))
        tx.execute(
            "INSERT INTO deletions (file_id, guide, filed_at, deleted_at, rule, by) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (file_id) DO NOTHING",
            (each.file_id, each.guide, instant(each.filed_at), instant(each.deleted_at), each.rule, each.by),
        )


def _put_parts(tx: Tx, ident: str, parts: Iterable[bytes]) -> None:
    for place, locked in enumerate(parts):
        tx.execute("INSERT INTO file_parts (file_id, place, locked) VALUES (?, ?, ?)", (ident, place, locked))


def _found(row: sqlite3.Row | None) -> FileRow | None:
    return None if row is None else _row(row)


@as_written()
def _row(row: sqlite3.Row) -> FileRow:
    return FileRow(
        id=row["id"], attempt=row["attempt"], content_mark=row["content_mark"], guide=row["guide"],
        state=FileState(row["state"]), filed_at=as_instant(row["filed_at"]), changed_at=as_instant(row["changed_at"]),
        by_token=row["by_token"], by_number=row["by_number"], key_id=row["key_id"], sealed_key=row["sealed_key"],
        public=row["public"], private_by_token=row["private_by_token"], private_by_number=row["private_by_number"],
        accepted_at=as_instant_or_none(row["accepted_at"]), promised=as_instant_or_none(row["promised"]),
        promised_at=as_instant_or_none(row["promised_at"]), opened_at=as_instant_or_none(row["opened_at"]),
        filed_doubtful=bool(row["filed_doubtful"]),
    )  # fmt: skip
