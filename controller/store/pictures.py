"""Which pictures somebody has brought for notices; the files themselves lie at `places.notice_picture(sha256)`."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from controller.core.errors import NotFoundError
from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that is kept: its size in pixels, and what it was called when it was brought."""

    sha256: str
    name: str
    width: int
    height: int
    bytes: int
    added_by: str
    added_at: datetime


def add(tx: Tx, picture: Picture) -> Picture:
    """Know of a picture. The very same brought again is one, by its newest name."""
    tx.execute(
        "INSERT INTO pictures (sha256, name, width, height, bytes, added_by, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE"
        " SET name = excluded.name, added_by = excluded.added_by, added_at = excluded.added_at",
        (
            picture.sha256, picture.name, picture.width, picture.height, picture.bytes, picture.added_by,
            instant(picture.added_at),
        ),
    )  # fmt: skip
    journal.write(
        tx, picture.added_at, Kind.PICTURE, f"picture/{picture.sha256}", name=picture.name, by=picture.added_by
    )
    return get(tx, picture.sha256)


def find(tx: Tx, sha256: str) -> Picture | None:
    row = tx.execute("SELECT * FROM pictures WHERE sha256 = ?", (sha256,)).fetchone()
    return _picture(row) if row else None


def get(tx: Tx, sha256: str) -> Picture:
    found = find(tx, sha256)
    if found is None:
        raise NotFoundError("picture", sha256)
    return found


def every(tx: Tx) -> list[Picture]:
    """The newest first."""
    return [_picture(row) for row in tx.execute("SELECT * FROM pictures ORDER BY added_at DESC, sha256")]


def in_use(tx: Tx, left_since: datetime) -> frozenset[str]:
    """The SHA-256 of every picture of a notice that is up, will be, or has left since an instant; and of those that a
    change has taken out of one since then: whoever undoes it needs them."""
    rows = tx.execute(
        "SELECT DISTINCT picture FROM notices WHERE picture != '' AND shown_until >= ?1"
        " AND (withdrawn_at IS NULL OR withdrawn_at >= ?1)"
        " UNION SELECT detail ->> '$.before.picture' FROM journal"
        " WHERE kind = ?2 AND at >= ?1 AND detail ->> '$.before.picture' != ''",
        (instant(left_since), Kind.NOTICE),
    )
    return frozenset(row["picture"] for row in rows)


def unused(tx: Tx, left_since: datetime, added_before: datetime) -> list[Picture]:
    """Those that no notice has needed since an instant, and that were brought before another one."""
    used = in_use(tx, left_since)
    return [known for known in every(tx) if known.sha256 not in used and known.added_at < added_before]


def remove(tx: Tx, at: datetime, picture: Picture) -> None:
    """Forget one that nothing needs any more."""
    tx.execute("DELETE FROM pictures WHERE sha256 = ?", (picture.sha256,))
    journal.write(tx, at, Kind.PICTURE, f"picture/{picture.sha256}", name=picture.name, by="", gone=True)


def _picture(row: sqlite3.Row) -> Picture:
    return Picture(
        row["sha256"], row["name"], row["width"], row["height"], row["bytes"], row["added_by"],
        as_instant(row["added_at"]),
    )  # fmt: skip
