"""Secret addresses under which phones read the schedule, and what was made of calendar files.

A secret is made here, given out once, and kept as SHA-256. Whatever is not a living address looks
the same from outside: never known, or revoked.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from controller.core.errors import InputError, NotFoundError, Problem
from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import Tx

NAME_LIMIT = 60  # characters
MOST = 50  # living addresses
SECRET_BYTES = 24
READ_EVERY = timedelta(hours=1)  # that it was read is written down so often, not with every question of a phone


@dataclass(frozen=True, slots=True)
class Feed:
    id: str
    name: str
    created_by: str
    created_at: datetime
    read_at: datetime | None


def create(tx: Tx, at: datetime, ident: str, name: str, by: str) -> str:
    """A new address; its secret, which nobody can ask for again. InputError for a name that will not do."""
    name = " ".join(name.split())
    if not name:
        raise InputError(Problem.of("name", "empty"))
    if len(name) > NAME_LIMIT or not name.isprintable():
        raise InputError(Problem.of("name", "feed_name", limit=NAME_LIMIT))
    if len(living(tx)) >= MOST:
        raise InputError(Problem.of("name", "feeds_full", most=MOST))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    tx.execute(
        "INSERT INTO feeds (id, token, name, created_by, created_at) VALUES (?, ?, ?, ?, ?)",
        (ident, _hash(secret), name, by, instant(at)),
    )
    journal.write(tx, at, Kind.FEED, f"feed/{ident}", what="created", name=name, by=by)
    return secret


def living(tx: Tx) -> list[Feed]:
    """Those that have not been revoked, the newest first."""
    rows = tx.execute("SELECT * FROM feeds WHERE revoked_at IS NULL ORDER BY created_at DESC, id DESC")
    return [_feed(row) for row in rows]


def known(tx: Tx, ident: str) -> bool:
    """Whether there is, or was, an address of this id."""
    return tx.execute("SELECT 1 FROM feeds WHERE id = ?", (ident,)).fetchone() is not None


def revoke(tx: Tx, at: datetime, ident: str, by: str) -> None:
    """From now on nobody reads by this address; doing it again changes nothing."""
    row = tx.execute("SELECT name, revoked_at FROM feeds WHERE id = ?", (ident,)).fetchone()
    if row is None:
        raise NotFoundError("feed", ident)
    if row["revoked_at"] is None:
        tx.execute("UPDATE feeds SET revoked_at = ? WHERE id = ?", (instant(at), ident))
        journal.write(tx, at, Kind.FEED, f"feed/{ident}", what="revoked", name=row["name"], by=by)


def by_secret(tx: Tx, secret: str) -> Feed | None:
    """The living address of a secret. Looked for by its hash, so that no time tells how near a guess was."""
    token = _hash(secret)
    row = tx.execute("SELECT * FROM feeds WHERE token = ? AND revoked_at IS NULL", (token,)).fetchone()
    return _feed(row) if row and hmac.compare_digest(row["token"], token) else None


def to_be_marked(feed: Feed, at: datetime) -> bool:
    """Whether it is time again to write down that it was read."""
    return feed.read_at is None or abs(at - feed.read_at) >= READ_EVERY


def read(tx: Tx, at: datetime, ident: str) -> None:
    tx.execute("UPDATE feeds SET read_at = ? WHERE id = ?", (instant(at), ident))


def newest_change(tx: Tx) -> tuple[str, datetime | None]:
    """A text that is another one after every change of what a calendar says, and when the last one was."""
    row = tx.execute(
        "SELECT (SELECT MAX(changed_no) FROM rules) AS rule, (SELECT COUNT(*) FROM announcements) AS number,"
        " (SELECT MAX(updated_at) FROM announcements) AS edited, (SELECT MAX(done_at) FROM renditions) AS prepared,"
        " (SELECT COUNT(*) FROM days) AS days, (SELECT MAX(set_at) FROM days) AS said"
    ).fetchone()
    instants = [row[name] for name in ("edited", "prepared", "said") if row[name]]
    return "/".join(str(value) for value in row), as_instant(max(instants)) if instants else None


# --- what was made of calendar files


def made_of(tx: Tx, uid: str, part: str) -> str:
    """The id of the announcement in use that was made of an event; "" if there is none."""
    row = tx.execute(
        "SELECT announcement_id FROM imported JOIN announcements ON announcements.id = announcement_id"
        " WHERE uid = ? AND part = ? AND withdrawn_at IS NULL",
        (uid, part),
    ).fetchone()
    return str(row["announcement_id"]) if row else ""


def remember(tx: Tx, uid: str, part: str, announcement_id: str) -> None:
    """That an event became an announcement; the newest one counts."""
    tx.execute(
        "INSERT INTO imported (uid, part, announcement_id) VALUES (?, ?, ?) ON CONFLICT (uid, part) DO UPDATE"
        " SET announcement_id = excluded.announcement_id",
        (uid, part, announcement_id),
    )


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _feed(row: sqlite3.Row) -> Feed:
    return Feed(
        row["id"], row["name"], row["created_by"], as_instant(row["created_at"]), as_instant_or_none(row["read_at"])
    )
