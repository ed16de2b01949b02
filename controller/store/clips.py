"""What the kiosk says aloud: which texts are wanted, which lie ready as files, and which somebody has recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from controller.core.clips import Clip
from controller.core.recordings import Brought, Recording
from controller.store import recordings
from controller.store.columns import instant
from controller.store.connection import Tx


def want(tx: Tx, at: datetime, clips: Iterable[Clip]) -> list[str]:
    """From now on these and no others, spoken in this order; the keys of those that are given up."""
    wanted = {clip.key: clip for clip in clips}
    known = {str(row["key"]) for row in tx.execute("SELECT key FROM clips")}
    tx.executemany(
        "INSERT INTO clips (key, language, words, state, asked_at, place) VALUES (?, ?, ?, 'wanted', ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET place = excluded.place WHERE place != excluded.place",
        [(key, clip.language, clip.text, instant(at), place) for place, (key, clip) in enumerate(wanted.items())],
    )
    gone = sorted(known - wanted.keys())
    tx.executemany("DELETE FROM clips WHERE key = ?", [(key,) for key in gone])
    return gone


def next_wanted(tx: Tx) -> Clip | None:
    row = tx.execute("SELECT language, words FROM clips WHERE state = 'wanted' ORDER BY place, key LIMIT 1").fetchone()
    return Clip(row["language"], row["words"]) if row else None


def ready(tx: Tx, key: str) -> None:
    tx.execute("UPDATE clips SET state = 'ready', reason = '' WHERE key = ?", (key,))


def failed(tx: Tx, key: str, reason: str) -> None:
    tx.execute("UPDATE clips SET state = 'failed', reason = ? WHERE key = ?", (reason, key))


def retry(tx: Tx) -> None:
    """Those that could not be spoken: a voice may have been installed since."""
    tx.execute("UPDATE clips SET state = 'wanted', reason = '' WHERE state = 'failed'")


def ask_again(tx: Tx, keys: Iterable[str]) -> None:
    """Those whose file is gone."""
    tx.executemany("UPDATE clips SET state = 'wanted' WHERE key = ?", [(key,) for key in keys])


def ready_keys(tx: Tx) -> list[str]:
    return [str(row["key"]) for row in tx.execute("SELECT key FROM clips WHERE state = 'ready' ORDER BY key")]


def counts(tx: Tx) -> dict[str, int]:
    """How many are in each state."""
    rows = tx.execute("SELECT state, count(*) AS many FROM clips GROUP BY state")
    return {str(row["state"]): int(row["many"]) for row in rows}


def states(tx: Tx) -> dict[str, tuple[str, str]]:
    """Of each its language and its state: "wanted", "ready" or "failed"."""
    rows = tx.execute("SELECT key, language, state FROM clips")
    return {str(row["key"]): (str(row["language"]), str(row["state"])) for row in rows}


def record(tx: Tx, at: datetime, clip: Clip, brought: Brought, name: str, by: str) -> Recording:
    """Have this recording be heard instead of a voice, wherever these words are said, from when it is prepared."""
    recording = recordings.add(tx, at, brought, name, by)
    tx.execute(
        "INSERT INTO clip_recordings (key, language, words, sha256) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET sha256 = excluded.sha256",
        (clip.key, clip.language, clip.text, brought.sha256),
    )
    ask_again(tx, [clip.key])
    return recording


def unrecord(tx: Tx, key: str) -> None:
    """Have a voice say these words again."""
    tx.execute("DELETE FROM clip_recordings WHERE key = ?", (key,))
    ask_again(tx, [key])


def recording_of(tx: Tx, key: str) -> Recording | None:
    """What somebody has recorded of these words, unless it was given up."""
    row = tx.execute("SELECT sha256 FROM clip_recordings WHERE key = ?", (key,)).fetchone()
    return recordings.find(tx, row["sha256"]) if row else None


def recorded(tx: Tx) -> dict[str, str]:
    """The SHA-256 of the recording of each text that has one, by the text's key."""
    rows = tx.execute("SELECT key, sha256 FROM clip_recordings ORDER BY key")
    return {str(row["key"]): str(row["sha256"]) for row in rows}
