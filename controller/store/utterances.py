"""Utterances: every occurrence has exactly one row an output, and one life (core's table)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from controller.core.announcements import AfterCut, Late
from controller.core.errors import NotFoundError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.showing import Sounding
from controller.core.utterances import FINAL, Utterance, UtteranceEvent, UtteranceState, Verdict, after
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, as_texts, instant, texts
from controller.store.connection import Tx

_KINDS = {
    UtteranceEvent.BEGIN: Kind.PLAYING,
    UtteranceEvent.FINISH: Kind.PLAYED,
    UtteranceEvent.INTERRUPT: Kind.CUT,
    UtteranceEvent.ABANDON: Kind.CUT,
    UtteranceEvent.MISS: Kind.MISSED,
    UtteranceEvent.STOP: Kind.STOPPED,
}
VOID = "#"  # in a rule id: this utterance was replaced by another of the same occurrence
# `file` and `file_s`: of what was begun, else of the newest rendition that is ready and approved
_SELECT = (
    "SELECT utterances.*, COALESCE(NULLIF(utterances.sha256, ''), best.sha256, '') AS file,"
    " COALESCE(NULLIF(utterances.duration_s, 0), best.duration_s, 0) AS file_s"
    " FROM utterances LEFT JOIN renditions AS best ON best.id = (SELECT id FROM renditions"
    " WHERE renditions.announcement_id = utterances.announcement_id AND renditions.revision <= utterances.revision"
    " AND renditions.state = 'ready' AND approved_at IS NOT NULL AND collected_at IS NULL"
    " ORDER BY renditions.revision DESC, number DESC LIMIT 1) "
)
_WITH_TEXT = (
    _SELECT.replace("utterances.*", "utterances.*, announcements.text AS text", 1)
    + "JOIN announcements ON announcements.id = utterances.announcement_id "
)


def queue(tx: Tx, at: datetime, utterance: Utterance) -> bool:
    """Put a new occurrence in line. False, and nothing changed, if that occurrence is known already."""
    added = _add(tx, at, utterance, UtteranceState.QUEUED)
    if added:
        _note_added(tx, at, (utterance,), UtteranceState.QUEUED)
    return added


def record_missed(tx: Tx, at: datetime, occurrence: Sequence[Utterance], reason: str) -> bool:
    """Record an occurrence that nobody put in line: a row an output, one line. False if it is known already."""
    added = [utterance for utterance in occurrence if _add(tx, at, utterance, UtteranceState.MISSED)]
    if added:
        _note_added(tx, at, added, UtteranceState.MISSED, reason=reason)
    return bool(added)


def _add(tx: Tx, at: datetime, utterance: Utterance, state: UtteranceState) -> bool:
    cursor = tx.execute(
        # not OR IGNORE, which would also pass over a broken CHECK or a doubled id, and lose the occurrence
        "INSERT INTO utterances (id, announcement_id, revision, rule_id, due, output, zones, title, level,"
        " order_no, after_cut, late_until, late, state, ended_at, times, pause_s, lasts_s)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (rule_id, due, output) DO NOTHING",
        (
            utterance.id, utterance.announcement_id, utterance.revision, utterance.rule_id, instant(utterance.due),
            utterance.output, texts(utterance.zones), utterance.title, utterance.level, utterance.order_no,
            utterance.after_cut, instant(utterance.late_until), utterance.late, state,
            instant(at) if state in FINAL else None, utterance.times, utterance.pause_s, utterance.lasts_s,
        ),
    )  # fmt: skip
    return cursor.rowcount > 0


def _note_added(tx: Tx, at: datetime, added: Sequence[Utterance], state: UtteranceState, **detail: object) -> None:
    """One journal line for utterances of one occurrence."""
    first = added[0]
    journal.write(
        tx, at, Kind(state), f"utterance/{first.id}", announcement=first.announcement_id, title=first.title,
        due=instant(first.due), output=", ".join(u.output for u in added), level=first.level, **detail,
    )  # fmt: skip


def move(tx: Tx, at: datetime, ident: str, event: UtteranceEvent, **detail: object) -> Utterance:
    """Let an event happen to an utterance, or IllegalEventError and nothing changed.

    `reached_s` among the details says from where it will go on, if it was cut and will; `resumed_s`, from where it has;
    `sha256`, which file was begun.
    """
    reached_s = float(str(detail.get("reached_s", detail.get("resumed_s", 0.0))))
    old = get(tx, ident)
    sha256, duration_s = str(detail.get("sha256", old.sha256)), old.duration_s
    if sha256 != old.sha256:  # another was approved before this could be written
        duration_s = _length_s(tx, sha256)
    state = after(old.state, event)
    begins = event is UtteranceEvent.BEGIN
    tx.execute(
        "UPDATE utterances SET state = ?, attempt = attempt + ?, started_at = ?, ended_at = ?, reached_s = ?,"
        " sha256 = ?, duration_s = ? WHERE id = ?",
        (
            state,
            begins,
            instant(at) if begins else instant(old.started_at) if old.started_at else None,
            instant(at) if state in FINAL else None,
            reached_s,
            # from here on it is bound to this file, whatever is prepared meanwhile
            sha256 if begins or old.attempt else "",
            duration_s if begins or old.attempt else 0,
            ident,
        ),
    )
    if event is UtteranceEvent.MISS and _missed_elsewhere(tx, old):
        return get(tx, ident)  # an occurrence is missed once, whatever the number of its outputs
    journal.write(
        tx, at, _KINDS[event], f"utterance/{ident}", announcement=old.announcement_id, title=old.title,
        due=instant(old.due), output=old.output, **detail,
    )  # fmt: skip
    return get(tx, ident)


def _length_s(tx: Tx, sha256: str) -> float:
    row = tx.execute("SELECT duration_s FROM renditions WHERE sha256 = ?", (sha256,)).fetchone()
    return float(row["duration_s"]) if row else 0.0


def reached(tx: Tx, ident: str, attempt: int, reached_s: float) -> None:
    """So far it has come at least, should a power cut take all else away. Of no attempt but the one that sounds."""
    tx.execute(
        "UPDATE utterances SET reached_s = MAX(reached_s, ?) WHERE id = ? AND attempt = ? AND state = 'playing'",
        (reached_s, ident, attempt),
    )


def judged(tx: Tx, at: datetime, ident: str, verdict: Verdict, share: float, **figures: object) -> None:
    """Write down whether the monitor input has heard it; `share` of the words' time, 0 to 1."""
    tx.execute("UPDATE utterances SET heard = ?, heard_share = ? WHERE id = ?", (verdict, share, ident))
    row = get(tx, ident)
    journal.write(
        tx, at, Kind(verdict), f"utterance/{ident}", announcement=row.announcement_id, title=row.title,
        due=instant(row.due), output=row.output, share=round(share, 2), **figures,
    )  # fmt: skip


def _missed_elsewhere(tx: Tx, utterance: Utterance) -> bool:
    """Whether the same occurrence has been missed on another output."""
    row = tx.execute(
        "SELECT 1 FROM utterances WHERE rule_id = ? AND due = ? AND output != ? AND state = 'missed'",
        (utterance.rule_id, instant(utterance.due), utterance.output),
    ).fetchone()
    return row is not None


def want_stop(tx: Tx, ident: str, by: str) -> Utterance:
    """Ask the audio process to end it; that process does and journals it. No matter if it has ended."""
    tx.execute(
        "UPDATE utterances SET stop_wanted_by = ? WHERE id = ? AND state IN ('queued', 'playing')",
        (by, ident),
    )
    return get(tx, ident)


def void(tx: Tx, ident: str, by: str) -> None:
    """Free the place (rule, due, output) of an utterance that has not begun, for another in its stead.

    If it is still in line the audio process is asked to end it.
    """
    tx.execute("UPDATE utterances SET rule_id = rule_id || ? || id WHERE id = ? AND attempt = 0", (VOID, ident))
    want_stop(tx, ident, by)


def get(tx: Tx, ident: str) -> Utterance:
    row = tx.execute(_SELECT + "WHERE utterances.id = ?", (ident,)).fetchone()
    if row is None:
        raise NotFoundError("utterance", ident)
    return _utterance(row)


def open_on(tx: Tx, output: str) -> list[Utterance]:
    """What an output still has to do, in the total order."""
    rows = tx.execute(_SELECT + "WHERE utterances.state IN ('queued', 'playing') AND output = ?", (output,))
    return sorted((_utterance(row) for row in rows), key=lambda u: u.precedence)


def between(tx: Tx, first: datetime, last: datetime) -> list[Utterance]:
    """Those due in [first, last), in order of due time; without those that others stand in for."""
    rows = tx.execute(
        _SELECT + "WHERE due >= ? AND due < ? AND instr(rule_id, ?) = 0 ORDER BY due, utterances.id",
        (instant(first), instant(last), VOID),
    )
    return [_utterance(row) for row in rows]


def playing(tx: Tx) -> list[Utterance]:
    rows = tx.execute(_SELECT + "WHERE utterances.state = 'playing' ORDER BY started_at")
    return [_utterance(row) for row in rows]


def of_announcement(tx: Tx, announcement_id: str, limit: int = 20) -> list[Utterance]:
    """The newest first."""
    rows = tx.execute(
        _SELECT + "WHERE utterances.announcement_id = ? ORDER BY due DESC, utterances.id DESC LIMIT ?",
        (announcement_id, limit),
    )
    return [_utterance(row) for row in rows]


def unmiss(tx: Tx, now: datetime, utterance: Utterance) -> bool:
    """Free the place of an occurrence whose miss was recorded in what is now the future."""
    cursor = tx.execute(
        "UPDATE utterances SET rule_id = rule_id || ? || id"
        " WHERE rule_id = ? AND due = ? AND output = ? AND state = 'missed' AND ended_at > ?",
        (VOID, utterance.rule_id, instant(utterance.due), utterance.output, instant(now)),
    )
    return cursor.rowcount > 0


def missed_ahead(tx: Tx, now: datetime, until: datetime) -> frozenset[str]:
    """The rules of occurrences due in (now, until] whose miss was recorded in what is now the future."""
    rows = tx.execute(
        "SELECT DISTINCT rule_id FROM utterances WHERE due > ?1 AND due <= ?2 AND state = 'missed' AND ended_at > ?1"
        " AND instr(rule_id, ?3) = 0",
        (instant(now), instant(until), VOID),
    )
    return frozenset(row["rule_id"] for row in rows)


def of_occurrence(tx: Tx, rule_id: str, due: datetime) -> list[Utterance]:
    """The utterances of one occurrence, one an output."""
    rows = tx.execute(_SELECT + "WHERE rule_id = ? AND due = ? ORDER BY output", (rule_id, instant(due)))
    return [_utterance(row) for row in rows]


def is_open(tx: Tx, rule_id: str, before: datetime) -> bool:
    """Whether an occurrence of a rule, due before an instant, sounds or is in line anywhere."""
    row = tx.execute(
        "SELECT 1 FROM utterances WHERE rule_id = ? AND due < ? AND state IN ('queued', 'playing')",
        (rule_id, instant(before)),
    ).fetchone()
    return row is not None


def waiting(tx: Tx, announcement_id: str) -> list[Utterance]:
    """Those of an announcement that are in line and have not begun; without what is to be stopped already.

    That may stand there for long, if its output is away: whoever replaced it too would have it spoken twice.
    """
    rows = tx.execute(
        _SELECT + "WHERE utterances.announcement_id = ? AND utterances.state = 'queued' AND attempt = 0"
        " AND stop_wanted_by = '' ORDER BY due",
        (announcement_id,),
    )
    return [_utterance(row) for row in rows]


def ended_ahead(tx: Tx, announcement_id: str, now: datetime, since: datetime) -> list[Utterance]:
    """Those due after `now` that were ended at `since` or later without having begun, or are about to be."""
    rows = tx.execute(
        _SELECT + "WHERE utterances.announcement_id = ? AND due > ? AND attempt = 0 AND instr(rule_id, ?) = 0"
        " AND (utterances.state IN ('missed', 'stopped') AND ended_at >= ?"
        " OR utterances.state = 'queued' AND stop_wanted_by != '') ORDER BY due, utterances.id",
        (announcement_id, instant(now), VOID, instant(since)),
    )
    return [_utterance(row) for row in rows]


def open_of(tx: Tx, announcement_id: str) -> list[Utterance]:
    """Those of an announcement that sound or are in line, on every output."""
    rows = tx.execute(
        _SELECT + "WHERE utterances.announcement_id = ? AND utterances.state IN ('queued', 'playing') ORDER BY due",
        (announcement_id,),
    )
    return [_utterance(row) for row in rows]


def stale(tx: Tx, queued_before: datetime, begun_before: datetime) -> list[Utterance]:
    """Those in line whose late window ended before the one instant, or on air since before the other."""
    rows = tx.execute(
        _SELECT + "WHERE utterances.state = 'queued' AND late_until < ?"
        " OR utterances.state = 'playing' AND started_at < ? ORDER BY due, utterances.id",
        (instant(queued_before), instant(begun_before)),
    )
    return [_utterance(row) for row in rows]


def _utterance(row: sqlite3.Row) -> Utterance:
    return Utterance(
        id=row["id"], announcement_id=row["announcement_id"], revision=row["revision"], rule_id=row["rule_id"],
        due=as_instant(row["due"]), output=row["output"], zones=as_texts(row["zones"]), title=row["title"],
        level=Level(row["level"]), order_no=row["order_no"], after_cut=AfterCut(row["after_cut"]),
        late_until=as_instant(row["late_until"]), state=UtteranceState(row["state"]), attempt=row["attempt"],
        sha256=row["file"], duration_s=row["file_s"], started_at=as_instant_or_none(row["started_at"]),
        ended_at=as_instant_or_none(row["ended_at"]), stop_wanted_by=row["stop_wanted_by"],
        late=Late(row["late"]), times=row["times"], pause_s=row["pause_s"], lasts_s=row["lasts_s"],
        reached_s=row["reached_s"], heard=Verdict(row["heard"]) if row["heard"] else None,
        heard_share=row["heard_share"],
    )  # fmt: skip


def soundings(tx: Tx, since: datetime) -> list[Sounding]:
    """Those playing, emergencies between their turns, and those that ended after `since`, with their texts; for
    `core.showing`.

    What has been withdrawn leaves every face as soon as it no longer sounds.
    """
    rows = tx.execute(
        _WITH_TEXT + "WHERE utterances.state = 'playing'"
        " OR (utterances.state = 'queued' AND attempt > 0 AND utterances.level = 'emergency')"
        " OR (ended_at >= ? AND announcements.withdrawn_at IS NULL)"
        " ORDER BY utterances.due, utterances.id",
        (instant(since),),
    )
    return [
        Sounding(_utterance(row), row["text"], _clock_set_s(tx, row["id"]) if row["level"] == "emergency" else 0.0)
        for row in rows
    ]


def soon(tx: Tx, until: datetime) -> list[Sounding]:
    """Those in line that are due by then and no emergencies, with their texts."""
    rows = tx.execute(
        _WITH_TEXT + "WHERE utterances.state = 'queued' AND attempt = 0 AND utterances.level != 'emergency'"
        " AND due <= ? ORDER BY utterances.due, utterances.id",
        (instant(until),),
    )
    return [Sounding(_utterance(row), row["text"]) for row in rows]


def _clock_set_s(tx: Tx, ident: str) -> float:
    """How far the wall clock was set since an utterance began; the journal stays in order whatever the clock does."""
    row = tx.execute(
        "SELECT TOTAL(detail ->> 'step_s') FROM journal WHERE subject = 'clock' AND seq >"
        " (SELECT MIN(seq) FROM journal WHERE subject = 'utterance/' || ? AND kind = 'playing')",
        (ident,),
    ).fetchone()
    return float(row[0])
