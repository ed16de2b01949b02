"""What `filings.db` keeps beside the files: its identity, drafts, helpers' codes, wrong tries, deletions, the outbox.

The outbox is how the town's journal in `station.db` hears of files: the line is written in the transaction of the
change, and copied by `hand_on` exactly once, because how far it has copied stands in the journal's own database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.errors import NotFoundError
from controller.core.filings import DRAFT_KEPT
from controller.core.journal import Kind
from controller.store import facts, journal
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import BrokenStoreError, Tx

HAND_ON_LIMIT = 500  # lines at a time
_HANDED_ON = "filings/handed_on"  # the fact "identity:seq"


@contextmanager
def as_written() -> Iterator[None]:
    """What no program of ours has written in a column is the database's damage, and nobody's crash."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BrokenStoreError("a row of residents' files is damaged") from error


@dataclass(frozen=True, slots=True)
class House:
    """What this database is, and what a guess at a number or a code costs (argon2id)."""

    identity: str
    salt: bytes
    passes: int
    memory_kib: int


@dataclass(frozen=True, slots=True)
class Helper:
    """A member of the community's team who may take over at the kiosk. `name` is "" once they are forgotten."""

    id: str
    name: str
    issued_at: datetime
    issued_by: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The record of a file that is gone. rule: the key of the state it ended in, or why an official deleted it."""

    file_id: str
    guide: str
    filed_at: datetime
    deleted_at: datetime
    rule: str
    by: str


@as_written()
def house(tx: Tx) -> House:
    row = tx.execute("SELECT * FROM house").fetchone()
    return House(row["identity"], row["salt"], int(row["passes"]), int(row["memory_kib"]))


# --- the outbox


def tell(tx: Tx, at: datetime, kind: Kind, subject: str, **detail: object) -> None:
    """A line for the town's journal, in the transaction of its change."""
    tx.execute(
        "INSERT INTO outbox (at, kind, subject, detail) VALUES (?, ?, ?, ?)",
        (instant(at), kind, subject, json.dumps(detail, ensure_ascii=False, sort_keys=True)),
    )


def handed_on(station: Tx) -> str:
    """How far the journal has copied; for `waits`."""
    return facts.fact(station, _HANDED_ON)


@as_written()
def waits(filings: Tx, handed_on: str) -> bool:
    """Whether the outbox has lines that the journal has not had."""
    row = filings.execute("SELECT 1 FROM outbox WHERE seq > ?", (_last(filings, handed_on),)).fetchone()
    return row is not None


@as_written()
def hand_on(filings: Tx, station: Tx) -> int:
    """Copy the oldest lines that the journal has not had; how many. Killed at any instant none is lost or doubled."""
    last = _last(filings, handed_on(station))
    rows = filings.execute("SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", (last, HAND_ON_LIMIT)).fetchall()
    for row in rows:
        journal.write(station, as_instant(row["at"]), Kind(row["kind"]), row["subject"], **json.loads(row["detail"]))
    if rows:
        facts.set_fact(station, _HANDED_ON, f"{house(filings).identity}:{rows[-1]['seq']}")
    return len(rows)


@as_written()
def _last(filings: Tx, handed_on: str) -> int:
    identity, _, seq = handed_on.partition(":")
    return int(seq) if identity == house(filings).identity else 0


# --- drafts


def put_draft(tx: Tx, by_code: bytes, kept_until: datetime, doubtful: bool, parts: Iterable[bytes]) -> None:
    """Keep a draft, in place of one with the same code."""
    tx.execute("DELETE FROM drafts WHERE by_code = ?", (by_code,))
    tx.execute(
        "INSERT INTO drafts (by_code, kept_until, doubtful) VALUES (?, ?, ?)", (by_code, instant(kept_until), doubtful)
    )
    for place, locked in enumerate(parts):
        tx.execute("INSERT INTO draft_parts (by_code, place, locked) VALUES (?, ?, ?)", (by_code, place, locked))


@as_written()
def draft(tx: Tx, at: datetime, by_code: bytes) -> list[bytes]:
    """The parts of a draft that is still kept; [] if there is none."""
    rows = tx.execute(
        "SELECT locked FROM draft_parts JOIN drafts USING (by_code) WHERE by_code = ?"
        " AND (doubtful OR kept_until > ?) ORDER BY place",
        (by_code, instant(at)),
    )
    return [bytes(row["locked"]) for row in rows]


def drop_draft(tx: Tx, by_code: bytes) -> bool:
    return tx.execute("DELETE FROM drafts WHERE by_code = ?", (by_code,)).rowcount == 1


def draft_bytes(tx: Tx) -> int:
    """How much all drafts take."""
    return int(tx.execute("SELECT COALESCE(SUM(LENGTH(locked)), 0) FROM draft_parts").fetchone()[0])


def sweep_drafts(tx: Tx, at: datetime) -> int:
    """Drop the drafts whose time is over by a clock that is believed; how many.

    One that was kept by a doubtful clock, or by one that ran ahead, counts its days from now at the latest.
    """
    longest = instant(at + DRAFT_KEPT)
    tx.execute(
        "UPDATE drafts SET kept_until = ?1, doubtful = 0 WHERE doubtful OR kept_until > ?1",
        (longest,),
    )
    return tx.execute("DELETE FROM drafts WHERE kept_until <= ?", (instant(at),)).rowcount


# --- helpers


def add_helper(tx: Tx, helper: Helper, by_code: bytes) -> None:
    tx.execute(
        "INSERT INTO helpers (id, name, by_code, issued_at, issued_by) VALUES (?, ?, ?, ?, ?)",
        (helper.id, helper.name, by_code, instant(helper.issued_at), helper.issued_by),
    )
    tell(tx, helper.issued_at, Kind.HELPER, f"helper/{helper.id}", what="issued", by=helper.issued_by)


def revoke_helper(tx: Tx, at: datetime, ident: str, by: str) -> None:
    """No matter if it is revoked already. NotFoundError if there is none."""
    if tx.execute("SELECT 1 FROM helpers WHERE id = ?", (ident,)).fetchone() is None:
        raise NotFoundError("helper", ident)
    changed = tx.execute(
        "UPDATE helpers SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (instant(at), ident)
    ).rowcount
    if changed:
        tell(tx, at, Kind.HELPER, f"helper/{ident}", what="revoked", by=by)


def forget_helpers(tx: Tx, revoked_until: datetime) -> None:
    """Of those whose code was revoked by then only the id stays, which the journal knows."""
    tx.execute("UPDATE helpers SET name = '' WHERE revoked_at <= ? AND name <> ''", (instant(revoked_until),))


@as_written()
def helpers(tx: Tx) -> list[Helper]:
    return [
        Helper(row["id"], row["name"], as_instant(row["issued_at"]), row["issued_by"],
               as_instant_or_none(row["revoked_at"]))
        for row in tx.execute("SELECT * FROM helpers ORDER BY issued_at, id")
    ]  # fmt: skip


@as_written()
def helper_by_code(tx: Tx, by_code: bytes) -> str | None:
    """The id of the helper with a code that was not revoked."""
    row = tx.execute("SELECT id FROM helpers WHERE by_code = ? AND revoked_at IS NULL", (by_code,)).fetchone()
    return row["id"] if row else None


# --- wrong tries, deletions


@as_written()
def wrong_tries(tx: Tx, since: datetime) -> list[datetime]:
    rows = tx.execute("SELECT at FROM wrong_tries WHERE at > ? ORDER BY at", (instant(since),))
    return [as_instant(row["at"]) for row in rows]


def none_ahead(tx: Tx, at: datetime) -> None:
    """Wrong tries of a clock that was ahead count from now, and no longer than any other."""
    tx.execute("UPDATE wrong_tries SET at = ?1 WHERE at > ?1", (instant(at),))


def tried_wrong(tx: Tx, at: datetime, forget: timedelta) -> None:
    tx.execute("DELETE FROM wrong_tries WHERE at < ?", (instant(at - forget),))
    tx.execute("INSERT INTO wrong_tries (at) VALUES (?)", (instant(at),))


@as_written()
def deletions(tx: Tx, limit: int = 200) -> list[Deletion]:
    """The newest first."""
    rows = tx.execute("SELECT * FROM deletions ORDER BY deleted_at DESC, file_id LIMIT ?", (limit,))
    return [
        Deletion(row["file_id"], row["guide"], as_instant(row["filed_at"]), as_instant(row["deleted_at"]),
                 row["rule"], row["by"])
        for row in rows
    ]  # fmt: skip
