"""Messages to people, until they are sent or given up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from controller.core.alarms import TRIAL, Message
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import Tx


def add(tx: Tx, message: Message) -> None:
    tx.execute(
        "INSERT INTO messages (id, channel, recipient, subject, body, about, state, tries, made_at, next_try_at)"
        " VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?)",
        (
            message.id, message.channel, message.recipient, message.subject, message.body, message.about,
            message.tries, instant(message.made_at), instant(message.next_try_at),
        ),
    )  # fmt: skip


def waiting(tx: Tx) -> list[Message]:
    """In the order in which they were made."""
    rows = tx.execute("SELECT * FROM messages WHERE state = 'waiting' ORDER BY made_at, id")
    return [_message(row) for row in rows]


def told(tx: Tx, alarm: str) -> bool:
    """Whether anybody was told of an alarm, or a try was made."""
    row = tx.execute("SELECT 1 FROM messages WHERE about = ? AND (state = 'sent' OR tries > 0)", (alarm,)).fetchone()
    return row is not None


def told_at(tx: Tx, channel: str, recipient: str, since: datetime) -> list[datetime]:
    """When somebody was written to, each letter once, the last first; without trials."""
    rows = tx.execute(
        "SELECT DISTINCT done_at FROM messages WHERE channel = ? AND recipient = ? AND state = 'sent' AND done_at >= ?"
        " AND about != ? ORDER BY done_at DESC",
        (channel, recipient, instant(since), TRIAL),
    )
    return [as_instant(row["done_at"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state`: "waiting", "sent" or "given_up" (`reason`: why)."""

    recipient: str
    state: str
    reason: str
    made_at: datetime
    done_at: datetime | None


def newest_about(tx: Tx, about: str) -> list[Outcome]:
    """What became of the messages about something that were made last, together."""
    rows = tx.execute(
        "SELECT * FROM messages WHERE about = ?1 AND made_at = (SELECT MAX(made_at) FROM messages WHERE about = ?1)"
        " ORDER BY recipient",
        (about,),
    )
    return [
        Outcome(
            row["recipient"], row["state"], row["reason"], as_instant(row["made_at"]),
            as_instant_or_none(row["done_at"]),
        )
        for row in rows
    ]  # fmt: skip


def prune(tx: Tx, before: datetime) -> None:
    """Forget what was done with before an instant, unless its alarm is still kept. The journal keeps it."""
    tx.execute(
        "DELETE FROM messages WHERE state != 'waiting' AND done_at < ? AND about NOT IN (SELECT id FROM alarms)",
        (instant(before),),
    )


def newest_sent(tx: Tx) -> datetime | None:
    """When anybody was told of anything last."""
    row = tx.execute("SELECT MAX(done_at) AS at FROM messages WHERE state = 'sent'").fetchone()
    return as_instant_or_none(row["at"])


def reword(tx: Tx, alarm: str, subject: str, body: str) -> None:
    """More is known of an alarm: those that still wait say it."""
    tx.execute(
        "UPDATE messages SET subject = ?, body = ? WHERE about = ? AND state = 'waiting'", (subject, body, alarm)
    )


def sent(tx: Tx, at: datetime, idents: Iterable[str]) -> None:
    tx.executemany(
        "UPDATE messages SET state = 'sent', tries = tries + 1, done_at = ?, reason = '' WHERE id = ?",
        [(instant(at), ident) for ident in idents],
    )


def failed(tx: Tx, idents: Iterable[str], reason: str, next_try_at: datetime) -> None:
    """They wait for another try."""
    tx.executemany(
        "UPDATE messages SET tries = tries + 1, reason = ?, next_try_at = ? WHERE id = ?",
        [(reason, instant(next_try_at), ident) for ident in idents],
    )


def give_up(tx: Tx, at: datetime, idents: Iterable[str], reason: str) -> None:
    tx.executemany(
        "UPDATE messages SET state = 'given_up', done_at = ?, reason = ? WHERE id = ?",
        [(instant(at), reason, ident) for ident in idents],
    )


def _message(row: sqlite3.Row) -> Message:
    return Message(
        row["id"], row["channel"], row["recipient"], row["subject"], row["body"], row["about"], row["tries"],
        as_instant(row["made_at"]), as_instant(row["next_try_at"]),
    )  # fmt: skip
