"""Alarms: what a person must know, until one says that they do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from controller.core.alarms import Alarm
from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import Tx


def add(tx: Tx, alarm: Alarm) -> None:
    tx.execute(
        "INSERT INTO alarms (id, at, cause, subject, facts) VALUES (?, ?, ?, ?, ?)",
        (alarm.id, instant(alarm.at), alarm.cause, alarm.subject, _json(alarm.facts)),
    )


def say_more(tx: Tx, ident: str, facts: Mapping[str, str]) -> None:
    """Replace what is known of one that is open."""
    tx.execute("UPDATE alarms SET facts = ? WHERE id = ?", (_json(facts), ident))


def drop(tx: Tx, ident: str) -> None:
    """It was over before anybody was told."""
    tx.execute("DELETE FROM messages WHERE about = ?", (ident,))
    tx.execute("DELETE FROM alarms WHERE id = ?", (ident,))


def open_alarms(tx: Tx) -> list[Alarm]:
    """Those that nobody has acknowledged, the newest first."""
    rows = tx.execute("SELECT * FROM alarms WHERE known_at IS NULL ORDER BY at DESC, id DESC")
    return [_alarm(row) for row in rows]


def any_open(tx: Tx) -> bool:
    return tx.execute("SELECT 1 FROM alarms WHERE known_at IS NULL LIMIT 1").fetchone() is not None


def open_one(tx: Tx, cause: str, subject: str) -> Alarm | None:
    """The newest open one of this cause about this subject."""
    row = tx.execute(
        "SELECT * FROM alarms WHERE known_at IS NULL AND cause = ? AND subject = ? ORDER BY at DESC, id DESC LIMIT 1",
        (cause, subject),
    ).fetchone()
    return _alarm(row) if row else None


def open_about(tx: Tx, subject: str) -> list[Alarm]:
    return [alarm for alarm in open_alarms(tx) if alarm.subject == subject]


def know(tx: Tx, at: datetime, ident: str, by: str) -> bool:
    """Somebody says that they know. False if it was known already, or is no more."""
    cursor = tx.execute(
        "UPDATE alarms SET known_by = ?, known_at = ? WHERE id = ? AND known_at IS NULL", (by, instant(at), ident)
    )
    if not cursor.rowcount:
        return False
    row = tx.execute("SELECT subject, facts FROM alarms WHERE id = ?", (ident,)).fetchone()
    title = json.loads(row["facts"]).get("title", "")
    journal.write(tx, at, Kind.TOLD, row["subject"], what="known", alarm=ident, title=title, by=by)
    return True


def prune(tx: Tx, before: datetime) -> None:
    """Forget what somebody has acknowledged before an instant. The journal keeps it."""
    tx.execute("DELETE FROM alarms WHERE known_at < ?", (instant(before),))


def _json(facts: Mapping[str, str]) -> str:
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)


def _alarm(row: sqlite3.Row) -> Alarm:
    return Alarm(
        row["id"], as_instant(row["at"]), row["cause"], row["subject"], json.loads(row["facts"]), row["known_by"],
        as_instant_or_none(row["known_at"]),
    )  # fmt: skip
