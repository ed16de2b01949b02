"""The desk's keys in `filings.db`: public halves in clear, private halves sealed to whoever holds them.

A holder is an official, or the recovery code. What opens a holder's own private key never comes here.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from controller.core.journal import Kind
from controller.store import filing_records
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx

RECOVERY = "*recovery"  # no official can be called so


@dataclass(frozen=True, slots=True)
class Holder:
    """`locked_private` is locked under argon2id of the holder's secret, at this cost."""

    name: str
    public: bytes
    locked_private: bytes
    salt: bytes
    passes: int
    memory_kib: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DeskKey:
    """`voucher` checks what its holders vouch for, `vouched` is what those of the key before have vouched for of it;
    None where nobody did."""

    id: str
    public: bytes
    voucher: bytes | None = None
    vouched: bytes | None = None


@filing_records.as_written()
def in_force(tx: Tx) -> DeskKey | None:
    """What files are sealed to; None before the first official has made it."""
    row = tx.execute("SELECT * FROM desk_keys WHERE retired_at IS NULL").fetchone()
    return _key(row) if row else None


@filing_records.as_written()
def keys(tx: Tx) -> list[DeskKey]:
    """All that there have been, in the order in which they came."""
    return [_key(row) for row in tx.execute("SELECT * FROM desk_keys ORDER BY rowid")]


def add_key(tx: Tx, at: datetime, key: DeskKey, by: str) -> None:
    """The desk's key from now on; the one before is retired."""
    tx.execute("UPDATE desk_keys SET retired_at = ? WHERE retired_at IS NULL", (instant(at),))
    tx.execute(
        "INSERT INTO desk_keys (id, public, voucher, vouched, made_at) VALUES (?, ?, ?, ?, ?)",
        (key.id, key.public, key.voucher, key.vouched, instant(at)),
    )
    filing_records.tell(tx, at, Kind.DESK_KEY, f"desk-key/{key.id}", what="made", by=by)


def put_back(tx: Tx, at: datetime, key: DeskKey, by: str) -> None:
    """A key of the desk is in force again, as it was, in place of one that somebody has put there."""
    tx.execute("UPDATE desk_keys SET retired_at = ? WHERE retired_at IS NULL", (instant(at),))
    tx.execute(
        "INSERT INTO desk_keys (id, public, voucher, made_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " public = excluded.public, voucher = excluded.voucher, retired_at = NULL",
        (key.id, key.public, key.voucher, instant(at)),
    )
    filing_records.tell(tx, at, Kind.DESK_KEY, f"desk-key/{key.id}", what="foreign", by=by)


def drop_grants_of_retired(tx: Tx) -> None:
    """Once no file is sealed to retired keys, nobody needs their private halves."""
    tx.execute("DELETE FROM key_grants WHERE key_id IN (SELECT id FROM desk_keys WHERE retired_at IS NOT NULL)")


def put_holder(tx: Tx, holder: Holder) -> None:
    """A new holder, or new keys of one (then what was granted to the old ones is gone)."""
    tx.execute("DELETE FROM key_holders WHERE name = ?", (holder.name,))
    tx.execute(
        "INSERT INTO key_holders (name, public, locked_private, salt, passes, memory_kib, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            holder.name, holder.public, holder.locked_private, holder.salt, holder.passes, holder.memory_kib,
            instant(holder.made_at),
        ),
    )  # fmt: skip


def relock(tx: Tx, name: str, public: bytes, locked_private: bytes) -> None:
    """A holder's own keys, as they are, locked with something else beside them."""
    tx.execute("UPDATE key_holders SET public = ?, locked_private = ? WHERE name = ?", (public, locked_private, name))


def drop_holder(tx: Tx, name: str) -> bool:
    """Whether there was such a holder; their grants go with them."""
    return tx.execute("DELETE FROM key_holders WHERE name = ?", (name,)).rowcount == 1


def holder(tx: Tx, name: str) -> Holder | None:
    row = tx.execute("SELECT * FROM key_holders WHERE name = ?", (name,)).fetchone()
    return _holder(row) if row else None


def holders(tx: Tx) -> list[Holder]:
    return [_holder(row) for row in tx.execute("SELECT * FROM key_holders ORDER BY name")]


@filing_records.as_written()
def with_access(tx: Tx) -> frozenset[str]:
    """The names of those who hold the key in force."""
    rows = tx.execute("SELECT holder FROM key_grants JOIN desk_keys ON id = key_id WHERE retired_at IS NULL")
    return frozenset(row["holder"] for row in rows)


@dataclass(frozen=True, slots=True)
class Grant:
    """A desk key's private half, sealed to a holder, and what vouches for the key that it is sealed to."""

    sealed_private: bytes
    vouched: bytes | None = None


def grant(tx: Tx, at: datetime, key_id: str, holder: str, made: Grant, by: str) -> None:
    tx.execute(
        "INSERT INTO key_grants (key_id, holder, sealed_private, vouched, granted_at, granted_by)"
        " VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key_id, holder) DO UPDATE SET sealed_private = excluded.sealed_private,"
        " vouched = excluded.vouched, granted_at = excluded.granted_at, granted_by = excluded.granted_by",
        (key_id, holder, made.sealed_private, made.vouched, instant(at), by),
    )


@filing_records.as_written()
def grants_of(tx: Tx, holder: str) -> dict[str, Grant]:
    """Each desk key that a holder may open, by its id."""
    rows = tx.execute("SELECT key_id, sealed_private, vouched FROM key_grants WHERE holder = ?", (holder,))
    return {row["key_id"]: Grant(row["sealed_private"], row["vouched"]) for row in rows}


def tell(tx: Tx, at: datetime, subject: str, what: str, by: str) -> None:
    filing_records.tell(tx, at, Kind.DESK_KEY, subject, what=what, by=by)


def _key(row: sqlite3.Row) -> DeskKey:
    return DeskKey(row["id"], row["public"], row["voucher"], row["vouched"])


@filing_records.as_written()
def _holder(row: sqlite3.Row) -> Holder:
    return Holder(
        row["name"], row["public"], row["locked_private"], row["salt"], int(row["passes"]), int(row["memory_kib"]),
        as_instant(row["made_at"]),
    )  # fmt: skip
