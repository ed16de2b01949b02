"""Announcements with their rules; every change of the text asks for a new rendition."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from controller.core.announcements import AfterCut, Announcement, Draft
from controller.core.errors import NotFoundError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.parts import document_of, parts_from
from controller.core.renditions import Prepared
from controller.store import journal, renditions
from controller.store.columns import as_instant, as_instant_or_none, as_texts, instant, texts
from controller.store.connection import Tx


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as stored: its document is `schedules.rules`' affair."""

    id: str
    announcement_id: str
    document: dict[str, object]
    planned_until: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Head:
    """As much of an announcement as a long list needs to put it in its place. `has_rules`: it was to sound by one."""

    id: str
    title: str
    text: str
    has_rules: bool


def add(tx: Tx, at: datetime, ident: str, draft: Draft, by: str, approved_by: str | None = None) -> Announcement:
    """`approved_by`: whose approval its first rendition has in advance; None: somebody has to listen to it first."""
    tx.execute(
        f"INSERT INTO announcements (id, revision, created_by, created_at, {', '.join(_COLUMNS)}, updated_at)"  # noqa: S608 - our own names
        f" VALUES (?, 1, ?, ?, {', '.join('?' for _ in _COLUMNS)}, ?)",
        (ident, by, instant(at), *_values(draft), instant(at)),
    )
    journal.write(tx, at, Kind.CREATED, f"announcement/{ident}", title=draft.title, by=by)
    renditions.want(tx, at, ident, 1, approved_by)
    return get(tx, ident)


def edit(tx: Tx, at: datetime, ident: str, draft: Draft, by: str, approved_by: str | None = None) -> Announcement:
    """Replace what it says; other words or recordings are a new revision with a rendition of its own."""
    old = get(tx, ident)
    changed = (old.text, old.parts) != (draft.text, draft.parts)
    revision = old.revision + changed
    tx.execute(
        f"UPDATE announcements SET revision = ?, {', '.join(f'{name} = ?' for name in _COLUMNS)}, updated_at = ?"  # noqa: S608 - our own names
        " WHERE id = ?",
        (revision, *_values(draft), instant(at), ident),
    )
    journal.write(tx, at, Kind.EDITED, f"announcement/{ident}", title=draft.title, revision=revision, by=by)
    if changed:
        renditions.want(tx, at, ident, revision, approved_by)
    return get(tx, ident)


_COLUMNS = (
    "title", "text", "parts", "zones", "level", "order_no", "after_cut", "resumes", "late_window_s", "times", "pause_s",
    "lasts_s",
)  # fmt: skip


def _values(draft: Draft) -> tuple[object, ...]:
    """In the order of `_COLUMNS`. The column of `after_cut` is older than "resume", which has one of its own."""
    resumes = draft.after_cut is AfterCut.RESUME
    return (
        draft.title, draft.text, json.dumps(document_of(draft.parts), ensure_ascii=False), texts(draft.zones),
        draft.level, draft.order_no, AfterCut.RESTART if resumes else draft.after_cut, int(resumes),
        draft.late_window_s, draft.times, draft.pause_s, draft.lasts_s,
    )  # fmt: skip


def withdraw(tx: Tx, at: datetime, ident: str, by: str) -> None:
    """Take it out of use; its rules end, its past stays."""
    get(tx, ident)
    tx.execute(
        "UPDATE announcements SET withdrawn_at = ?1, updated_at = ?1 WHERE id = ?2 AND withdrawn_at IS NULL",
        (instant(at), ident),
    )
    tx.execute("UPDATE rules SET ended_at = ? WHERE announcement_id = ? AND ended_at IS NULL", (instant(at), ident))
    journal.write(tx, at, Kind.WITHDRAWN, f"announcement/{ident}", by=by)


def know_bare(
    tx: Tx, at: datetime, ident: str, title: str, zones: tuple[str, ...], lasts_s: int, prepared: Prepared
) -> None:
    """Have an announcement that nobody wrote, of a signal alone: withdrawn, so that it is in use only while it sounds;
    with the very file that sounds. Knowing it already changes nothing but that."""
    tx.execute(
        f"INSERT INTO announcements (id, revision, created_by, created_at, {', '.join(_COLUMNS)}, updated_at,"  # noqa: S608 - our own names
        f" withdrawn_at) VALUES (?1, 1, '', ?2, {', '.join(f'?{3 + n}' for n, _ in enumerate(_COLUMNS))}, ?2, ?2)"
        " ON CONFLICT (id) DO NOTHING",
        (ident, instant(at), *_values(Draft(title, "", zones, Level.EMERGENCY, lasts_s=lasts_s))),
    )
    renditions.have(tx, at, ident, 1, prepared)


def restore(tx: Tx, at: datetime, ident: str, by: str) -> None:
    """Undo a withdrawal: the rules that ended with it go on from now."""
    row = tx.execute("SELECT withdrawn_at FROM announcements WHERE id = ?", (ident,)).fetchone()
    if row is None:
        raise NotFoundError("announcement", ident)
    tx.execute(
        "UPDATE rules SET ended_at = NULL, planned_until = MAX(planned_until, ?)"
        " WHERE announcement_id = ? AND ended_at = ?",
        (instant(at), ident, row["withdrawn_at"]),
    )
    tx.execute("UPDATE announcements SET withdrawn_at = NULL, updated_at = ? WHERE id = ?", (instant(at), ident))
    journal.write(tx, at, Kind.EDITED, f"announcement/{ident}", restored=True, by=by)


def get(tx: Tx, ident: str) -> Announcement:
    found = find(tx, ident)
    if found is None:
        raise NotFoundError("announcement", ident)
    return found


def find(tx: Tx, ident: str) -> Announcement | None:
    row = tx.execute("SELECT * FROM announcements WHERE id = ?", (ident,)).fetchone()
    if row is None:
        return None
    return Announcement(
        row["id"], row["revision"], row["title"], row["text"], as_texts(row["zones"]), Level(row["level"]),
        row["order_no"], AfterCut.RESUME if row["resumes"] else AfterCut(row["after_cut"]), row["late_window_s"],
        row["created_by"], as_instant(row["created_at"]), as_instant(row["updated_at"]),
        as_instant_or_none(row["withdrawn_at"]), parts_from(json.loads(row["parts"])), row["times"], row["pause_s"],
        row["lasts_s"],
    )  # fmt: skip


def current(tx: Tx) -> list[Announcement]:
    """Those in use, newest first."""
    rows = tx.execute("SELECT id FROM announcements WHERE withdrawn_at IS NULL ORDER BY created_at DESC, id DESC")
    return [get(tx, row["id"]) for row in rows.fetchall()]


def heads(tx: Tx) -> list[Head]:
    """Of those in use, newest first."""
    rows = tx.execute(
        "SELECT id, title, text, EXISTS (SELECT 1 FROM rules WHERE announcement_id = announcements.id"
        " AND ended_at IS NULL) AS ruled FROM announcements WHERE withdrawn_at IS NULL"
        " ORDER BY created_at DESC, id DESC"
    )
    return [Head(row["id"], row["title"], row["text"], bool(row["ruled"])) for row in rows]


def add_rule(tx: Tx, at: datetime, ident: str, announcement_id: str, document: dict[str, object]) -> None:
    """A rule counts from the instant of its making: occurrences before `at` never were its own."""
    tx.execute(
        "INSERT INTO rules (id, announcement_id, document, planned_until) VALUES (?, ?, ?, ?)",
        (ident, announcement_id, json.dumps(document, ensure_ascii=False, sort_keys=True), instant(at)),
    )


def change_rule(tx: Tx, rule_id: str, document: dict[str, object], planned_until: datetime) -> None:
    """Replace a rule's document; it is planned anew from an instant on."""
    tx.execute(
        "UPDATE rules SET document = ?, planned_until = ? WHERE id = ?",
        (json.dumps(document, ensure_ascii=False, sort_keys=True), instant(planned_until), rule_id),
    )


def end_rule(tx: Tx, at: datetime, rule_id: str) -> None:
    tx.execute("UPDATE rules SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (instant(at), rule_id))


def rules(tx: Tx, announcement_id: str = "", rule_id: str = "") -> list[StoredRule]:
    """The rules in force: of one announcement, the one named, or all that are in use."""
    rows = tx.execute(
        "SELECT rules.* FROM rules JOIN announcements ON announcements.id = announcement_id"
        " WHERE ended_at IS NULL AND withdrawn_at IS NULL AND (?1 = '' OR announcement_id = ?1)"
        " AND (?2 = '' OR rules.id = ?2) ORDER BY rules.id",
        (announcement_id, rule_id),
    )
    return [_rule(row) for row in rows]


def changed_rules(tx: Tx, after_no: int) -> tuple[list[StoredRule], int]:
    """The rules made, changed, ended or restored since number `after_no`, and the number of the last of them.

    Those that are no longer in force have their `ended_at`.
    """
    rows = tx.execute("SELECT * FROM rules WHERE changed_no > ? ORDER BY changed_no", (after_no,)).fetchall()
    return [_rule(row) for row in rows], rows[-1]["changed_no"] if rows else after_no


def planned_from(tx: Tx, rule_ids: Iterable[str], at: datetime) -> None:
    """Have these rules looked at from an instant on, and no longer at what was before it."""
    tx.executemany(
        "UPDATE rules SET planned_until = ? WHERE id = ?",
        [(instant(at), rule_id) for rule_id in rule_ids],
    )


def planned_until(tx: Tx, rule_ids: Iterable[str]) -> dict[str, datetime]:
    """Up to what instant each of these rules has its utterances, of those that are in force."""
    rows = tx.execute(
        "SELECT id, planned_until FROM rules WHERE id IN (SELECT value FROM json_each(?)) AND ended_at IS NULL",
        (json.dumps(sorted(rule_ids)),),
    )
    return {row["id"]: as_instant(row["planned_until"]) for row in rows}


def planned(tx: Tx, rule_id: str, until: datetime) -> None:
    """Say that every occurrence of a rule up to `until` has its utterance.

    It goes back only with the clock; an occurrence is known by (rule, due) and so never comes twice.
    """
    tx.execute("UPDATE rules SET planned_until = ? WHERE id = ?", (instant(until), rule_id))


def _rule(row: sqlite3.Row) -> StoredRule:
    return StoredRule(
        row["id"], row["announcement_id"], json.loads(row["document"]), as_instant(row["planned_until"]),
        as_instant_or_none(row["ended_at"]),
    )  # fmt: skip
