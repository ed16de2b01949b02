"""Guides in force, and the versions before them. What an official has confirmed is kept beside a guide, not in it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import date, datetime

from controller.core.errors import NotFoundError
from controller.core.journal import Kind
from controller.guides.documents import guide_of, text_of
from controller.guides.model import FIRST, Guide, Labels, Texts, said
from controller.store import journal
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx


@dataclass(frozen=True, slots=True)
class Version:
    """imported_by: the official who has brought it into force, "loalang" of those that come with the station."""

    version: str
    in_force: bool
    imported_at: datetime
    imported_by: str
    verified_by: str


def put(tx: Tx, at: datetime, guide: Guide, by: str) -> bool:
    """Have this version be the one in force. False, and nothing written, if it is already, confirmed alike."""
    before = find(tx, guide.id)
    same = before if before is not None and before.version == guide.version else None
    if same is not None and _confirmation(guide) in (_NOBODY, _confirmation(same)):
        return False  # a file that says nothing of it does not take a confirmation back
    tx.execute("UPDATE guides SET in_force = 0 WHERE id = ?", (guide.id,))
    tx.execute(
        "INSERT INTO guides (id, version, document, in_force, imported_at, imported_by,"
        " verified_by, verified_on, review_by) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id, version) DO UPDATE SET in_force = 1, imported_at = excluded.imported_at,"
        " imported_by = excluded.imported_by, document = excluded.document,"
        " verified_by = CASE WHEN excluded.verified_by = '' THEN verified_by ELSE excluded.verified_by END,"
        " verified_on = CASE WHEN excluded.verified_by = '' THEN verified_on ELSE excluded.verified_on END,"
        " review_by = CASE WHEN excluded.verified_by = '' THEN review_by ELSE excluded.review_by END",
        (
            guide.id, guide.version, text_of(guide), instant(at), by, guide.verified_by, _day(guide.verified_on),
            _day(guide.review_by),
        ),
    )  # fmt: skip
    _note(tx, at, guide, "imported", by)
    return True


def confirm(tx: Tx, at: datetime, ident: str, version: str, by: str, on: date, review_by: date | None) -> None:
    """An official answers for what this version says. by: their name, as residents see it."""
    guide = get(tx, ident, version)
    tx.execute(
        "UPDATE guides SET verified_by = ?, verified_on = ?, review_by = ? WHERE id = ? AND version = ?",
        (by, on.isoformat(), _day(review_by), ident, version),
    )
    _note(tx, at, guide, "confirmed", by)


def in_force(tx: Tx) -> list[Guide]:
    """All guides that residents can begin, by id."""
    return [_guide(row) for row in tx.execute("SELECT * FROM guides WHERE in_force = 1 ORDER BY id")]


def titles(tx: Tx) -> dict[str, Labels]:
    """What the guides in force are called, by id; a hundred times cheaper than to read all of them."""
    rows = tx.execute(
        "SELECT id, json_extract(document, '$.title') AS title FROM guides WHERE in_force = 1 ORDER BY id"
    )
    return {row["id"]: Texts(json.loads(row["title"])) for row in rows}


def versions(tx: Tx, ident: str) -> list[Version]:
    """All versions of a guide, the one that came into force last first."""
    rows = tx.execute(
        "SELECT version, in_force, imported_at, imported_by, verified_by FROM guides WHERE id = ?"
        " ORDER BY imported_at DESC, version",
        (ident,),
    )
    return [
        Version(row["version"], bool(row["in_force"]), as_instant(row["imported_at"]), row["imported_by"],
                row["verified_by"])
        for row in rows
    ]  # fmt: skip


def marks(tx: Tx) -> tuple[tuple[str, str, str], ...]:
    """Id, version and who has confirmed it of each guide in force: whoever holds guides reads them again when this
    has changed."""
    rows = tx.execute("SELECT id, version, verified_by FROM guides WHERE in_force = 1 ORDER BY id")
    return tuple((row["id"], row["version"], row["verified_by"]) for row in rows)


def find(tx: Tx, ident: str, version: str = "") -> Guide | None:
    """One version of a guide, without one the version in force."""
    wanted, values = ("version = ?", (ident, version)) if version else ("in_force = 1", (ident,))
    row = tx.execute(f"SELECT * FROM guides WHERE id = ? AND {wanted}", values).fetchone()  # noqa: S608 - of two texts
    return _guide(row) if row else None


def is_theirs(tx: Tx, ident: str, ours: str) -> bool:
    """Whether officials have taken a guide into their own hands: they have imported the one in force, or confirmed
    it."""
    row = tx.execute("SELECT imported_by, verified_by FROM guides WHERE id = ? AND in_force = 1", (ident,)).fetchone()
    return row is not None and (row["imported_by"] != ours or row["verified_by"] != "")


def get(tx: Tx, ident: str, version: str = "") -> Guide:
    found = find(tx, ident, version)
    if found is None:
        raise NotFoundError("guide", ident)
    return found


_NOBODY = ("", None, None)


def _confirmation(guide: Guide) -> tuple[str, date | None, date | None]:
    return guide.verified_by, guide.verified_on, guide.review_by


def _note(tx: Tx, at: datetime, guide: Guide, what: str, by: str) -> None:
    title = said(guide.title, FIRST)
    journal.write(tx, at, Kind.GUIDE, f"guide/{guide.id}", what=what, title=title, version=guide.version, by=by)


def _guide(row: sqlite3.Row) -> Guide:
    return replace(
        guide_of(row["document"]),
        verified_by=row["verified_by"], verified_on=_as_day(row["verified_on"]), review_by=_as_day(row["review_by"]),
    )  # fmt: skip


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _as_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
