"""Takes what older programs have left readable out of `station.db`, and out of where it has lain in the file.

For connections that overwrite what they delete. SQLite overwrites a page that it frees, but not the gaps that earlier
changes have left between the rows of a page that stays: so a table is written anew, and the pages of before go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from controller.store.connection import Tx

Row = dict[str, Any]


def overwrite_free_pages(tx: Tx) -> None:
    """What lies in pages that the database does not use just now is gone."""
    free, size = (int(tx.execute(f"PRAGMA {of}").fetchone()[0]) for of in ("freelist_count", "page_size"))
    tx.execute("CREATE TABLE scrap (content BLOB NOT NULL) STRICT")
    tx.execute("INSERT INTO scrap VALUES (zeroblob(?))", (free * size,))
    tx.execute("DROP TABLE scrap")


def forget_typed_names(tx: Tx) -> None:
    """Names that nobody has, which somebody typed to sign in: older programs kept them as SHA-256, and they may be
    passwords."""
    rows = _rows(tx, "sign_in_failures")
    _write_anew(tx, "sign_in_failures", (row for row in rows if not row["who"].startswith("user/?")))


def write_users_anew(tx: Tx, stored: Callable[[str, str], str]) -> None:
    """`stored`: of a name and what is stored of its password, what is to be."""
    users, sessions = _rows(tx, "users"), _rows(tx, "sessions")
    tx.execute("DELETE FROM sessions")  # they refer to users
    _write_anew(tx, "users", ({**row, "password": stored(row["name"], row["password"])} for row in users))
    _insert(tx, "sessions", sessions)


def _rows(tx: Tx, table: str) -> list[Row]:
    return [dict(row) for row in tx.execute(f"SELECT * FROM {table}")]  # noqa: S608 - names of ours


def _write_anew(tx: Tx, table: str, rows: Iterable[Row]) -> None:
    """For a table without an index of its own."""
    (made,) = tx.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).fetchone()
    tx.execute(f"DROP TABLE {table}")
    tx.execute(made)
    _insert(tx, table, rows)


def _insert(tx: Tx, table: str, rows: Iterable[Row]) -> None:
    for row in rows:
        marks = ", ".join("?" * len(row))
        tx.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - names of ours
