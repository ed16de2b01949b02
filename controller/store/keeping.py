"""Which sound files are still needed, which were given up, and what has to be made again.

Prepared files are needed while they may still be broadcast, listened to for approval or heard; recordings while
an announcement is made of them, or was not long ago.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from controller.store.columns import instant, texts
from controller.store.connection import Tx

_CONTACT = "contact/announcement"  # the fact that says what the emergency button plays


def prepared_files(tx: Tx, samples_since: datetime) -> frozenset[str]:
    """The SHA-256 of every prepared file that is needed.

    Of an announcement in use, or chosen for the emergency button: the newest, and the newest that is approved. Of one
    that is in line or plays: all that are approved, and the very file that was begun. The commune's own signals.
    Samples asked for since an instant.
    """
    rows = tx.execute(
        "WITH ready AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY announcement_id ORDER BY revision DESC, number DESC)"
        " AS place, ROW_NUMBER() OVER (PARTITION BY announcement_id, approved_at IS NULL"
        " ORDER BY revision DESC, number DESC) AS place_of_approved"
        " FROM renditions WHERE state = 'ready' AND collected_at IS NULL),"
        " open AS (SELECT announcement_id, sha256 FROM utterances WHERE state IN ('queued', 'playing'))"
        " SELECT ready.sha256 FROM ready JOIN announcements ON announcements.id = announcement_id"
        " WHERE (withdrawn_at IS NULL OR announcements.id = (SELECT value FROM facts WHERE name = ?))"
        " AND (place = 1 OR approved_at IS NOT NULL AND place_of_approved = 1)"
        " UNION SELECT sha256 FROM ready WHERE approved_at IS NOT NULL"
        " AND announcement_id IN (SELECT announcement_id FROM open)"
        " UNION SELECT sha256 FROM open UNION SELECT sha256 FROM signals"
        " UNION SELECT sha256 FROM samples WHERE asked_at >= ?",
        (_CONTACT, instant(samples_since)),
    )
    return frozenset(row["sha256"] for row in rows if row["sha256"])


def recorded_files(tx: Tx, withdrawn_since: datetime) -> frozenset[str]:
    """The SHA-256 of every recording in an announcement that is in use, or was withdrawn since an instant, and of
    every one that the kiosk says."""
    rows = tx.execute(
        "SELECT DISTINCT part.value ->> 'sha256' AS sha256 FROM announcements, json_each(announcements.parts) AS part"
        " WHERE part.value ->> 'kind' = 'recording' AND (withdrawn_at IS NULL OR withdrawn_at >= ?)"
        " UNION SELECT sha256 FROM clip_recordings JOIN clips USING (key)",
        (instant(withdrawn_since),),
    )
    return frozenset(row["sha256"] for row in rows)


def given_up(tx: Tx, at: datetime, files: Collection[str]) -> None:
    """Say that these prepared files are there no longer, before they go."""
    tx.execute(
        "UPDATE renditions SET collected_at = ? WHERE collected_at IS NULL"
        " AND sha256 IN (SELECT value FROM json_each(?))",
        (instant(at), texts(tuple(files))),
    )


def in_use(tx: Tx) -> list[str]:
    """The ids of the announcements in use."""
    return [row["id"] for row in tx.execute("SELECT id FROM announcements WHERE withdrawn_at IS NULL ORDER BY id")]


def lost(tx: Tx) -> list[tuple[str, int]]:
    """Announcements in use, each with its revision, whose newest file was given up: while they were withdrawn."""
    return _newest(tx, "state = 'ready' AND collected_at IS NOT NULL")


def failed_for(tx: Tx, reasons: tuple[str, ...]) -> list[tuple[str, int]]:
    """Announcements in use, each with its revision, that could not be prepared for one of these reasons."""
    return _newest(tx, "state = 'failed' AND reason IN (SELECT value FROM json_each(?))", texts(reasons))


def _newest(tx: Tx, condition: str, *values: str) -> list[tuple[str, int]]:
    rows = tx.execute(
        "SELECT announcement_id, renditions.revision AS revision FROM renditions"  # noqa: S608 - our own text
        " JOIN announcements ON announcements.id = announcement_id AND announcements.revision = renditions.revision"
        f" WHERE {condition} AND withdrawn_at IS NULL AND number = (SELECT MAX(number) FROM renditions AS other"
        " WHERE other.announcement_id = announcements.id AND other.revision = announcements.revision)"
        " ORDER BY announcement_id",
        values,
    )
    return [(row["announcement_id"], row["revision"]) for row in rows]
