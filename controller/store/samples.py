"""Words that somebody wants to listen to before anything is saved."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from controller.core.renditions import RenditionState
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx

WAITING_LIMIT = 20  # of older ones that still wait nobody listens any more


@dataclass(frozen=True, slots=True)
class Sample:
    id: str
    words: str
    state: RenditionState
    sha256: str  # of a prepared file, once it is ready
    reason: str  # for FAILED: a key of the word catalogues (section `unspeakable`)
    asked_at: datetime


def want(tx: Tx, at: datetime, ident: str, words: str) -> None:
    tx.execute(
        "INSERT INTO samples (id, words, state, asked_at) VALUES (?, ?, 'wanted', ?)", (ident, words, instant(at))
    )
    tx.execute(
        "DELETE FROM samples WHERE state = 'wanted' AND id NOT IN"
        " (SELECT id FROM samples WHERE state = 'wanted' ORDER BY asked_at DESC, id DESC LIMIT ?)",
        (WAITING_LIMIT,),
    )


def wanted(tx: Tx) -> list[Sample]:
    """The newest first: whoever asked last still waits."""
    rows = tx.execute("SELECT * FROM samples WHERE state = 'wanted' ORDER BY asked_at DESC, id DESC")
    return [_sample(row) for row in rows]


def find(tx: Tx, ident: str) -> Sample | None:
    row = tx.execute("SELECT * FROM samples WHERE id = ?", (ident,)).fetchone()
    return _sample(row) if row else None


def ready(tx: Tx, ident: str, sha256: str) -> None:
    tx.execute("UPDATE samples SET state = 'ready', sha256 = ? WHERE id = ?", (sha256, ident))


def failed(tx: Tx, ident: str, reason: str) -> None:
    tx.execute("UPDATE samples SET state = 'failed', reason = ? WHERE id = ?", (reason, ident))


def forget(tx: Tx, before: datetime) -> None:
    """Those asked for before an instant; their files are given up with the next collecting."""
    tx.execute("DELETE FROM samples WHERE asked_at < ?", (instant(before),))


def _sample(row: sqlite3.Row) -> Sample:
    return Sample(
        row["id"], row["words"], RenditionState(row["state"]), row["sha256"], row["reason"], as_instant(row["asked_at"])
    )
