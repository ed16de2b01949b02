"""Notices, and what each board is known to show."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, time

from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.notices import BoardState, Hours, Notice, Special
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, as_texts, instant, texts
from controller.store.connection import Tx


def add(tx: Tx, at: datetime, notice: Notice, by: str) -> None:
    tx.execute(
        "INSERT INTO notices (id, title, text, picture, qr, special, boards, zones, hours, level, order_no, shown_from,"
        " shown_until, announcement_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            notice.id, notice.title, notice.text, notice.picture, notice.qr, notice.special, texts(notice.boards),
            texts(notice.zones), texts(_spans(notice.hours)), notice.level, notice.order_no,
            instant(notice.shown_from), instant(notice.shown_until), notice.announcement_id, instant(at),
        ),
    )  # fmt: skip
    journal.write(
        tx, at, Kind.NOTICE, f"notice/{notice.id}", text=notice.title or notice.text, boards=list(notice.boards), by=by
    )


def withdraw(tx: Tx, at: datetime, ident: str, by: str) -> None:
    tx.execute("UPDATE notices SET withdrawn_at = ? WHERE id = ? AND withdrawn_at IS NULL", (instant(at), ident))
    journal.write(tx, at, Kind.NOTICE, f"notice/{ident}", withdrawn=True, by=by)


def restore(tx: Tx, at: datetime, ident: str, by: str) -> None:
    """Undo a withdrawal."""
    tx.execute("UPDATE notices SET withdrawn_at = NULL WHERE id = ?", (ident,))
    journal.write(tx, at, Kind.NOTICE, f"notice/{ident}", restored=True, by=by)


def withdraw_of_announcement(tx: Tx, at: datetime, announcement_id: str, by: str) -> None:
    rows = tx.execute(
        "SELECT id FROM notices WHERE announcement_id = ? AND withdrawn_at IS NULL AND shown_until > ?",
        (announcement_id, instant(at)),
    ).fetchall()
    for row in rows:
        withdraw(tx, at, row["id"], by)


def live(tx: Tx, now: datetime) -> list[Notice]:
    """Those to be shown now or later, in the total order."""
    rows = tx.execute("SELECT * FROM notices WHERE withdrawn_at IS NULL AND shown_until > ?", (instant(now),))
    return sorted((_notice(row) for row in rows), key=lambda n: n.precedence)


def find(tx: Tx, ident: str) -> Notice | None:
    row = tx.execute("SELECT * FROM notices WHERE id = ?", (ident,)).fetchone()
    return _notice(row) if row else None


@dataclass(frozen=True, slots=True)
class Board:
    """What is known of a board: `state`, the text it shows or was sent, when it was last read back."""

    board: str
    state: BoardState
    since: datetime
    text: str
    proven_at: datetime | None
    detail: str


def report_board(
    tx: Tx,
    at: datetime,
    board: str,
    state: BoardState,
    text: str,
    proven_at: datetime | None,
    detail: str = "",
) -> bool:
    """Record what a board shows. Journals and returns True when state or text changed."""
    row = tx.execute("SELECT * FROM board_states WHERE board = ?", (board,)).fetchone()
    before = BoardState(row["state"]) if row else None
    changed = row is None or before != state or row["text"] != text
    if not changed and row["proven_at"] == (instant(proven_at) if proven_at else None):
        return False
    tx.execute(
        "INSERT INTO board_states (board, state, since, text, proven_at, detail) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (board) DO UPDATE SET state = excluded.state, text = excluded.text, detail = excluded.detail,"
        " proven_at = excluded.proven_at, since = CASE WHEN state = excluded.state THEN since ELSE excluded.since END",
        (board, state, instant(at), text, instant(proven_at) if proven_at else None, detail),
    )
    if not changed:
        return False
    if state is BoardState.DOWN and before is not BoardState.DOWN:
        journal.write(tx, at, Kind.FAULT, f"board/{board}", fault="board.down", reason=detail)
    elif before is BoardState.DOWN and state is not BoardState.DOWN:
        journal.write(tx, at, Kind.RECOVERED, f"board/{board}", fault="board.down")
    if state is not BoardState.DOWN:
        journal.write(tx, at, Kind.SHOWN, f"board/{board}", text=text, state=state)
    return True


def boards(tx: Tx) -> list[Board]:
    return [
        Board(
            row["board"], BoardState(row["state"]), as_instant(row["since"]), row["text"],
            as_instant_or_none(row["proven_at"]), row["detail"],
        )
        for row in tx.execute("SELECT * FROM board_states ORDER BY board")
    ]  # fmt: skip


def _spans(hours: tuple[Hours, ...]) -> tuple[str, ...]:
    return tuple(f"{span.begins:%H:%M}-{span.ends:%H:%M}" for span in hours)


def _hours(column: str) -> tuple[Hours, ...]:
    spans = (span.partition("-") for span in as_texts(column))
    return tuple(Hours(time.fromisoformat(begins), time.fromisoformat(ends)) for begins, _, ends in spans)


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=row["id"], title=row["title"], text=row["text"], picture=row["picture"], qr=row["qr"],
        special=Special(row["special"]), boards=as_texts(row["boards"]), zones=as_texts(row["zones"]),
        hours=_hours(row["hours"]), level=Level(row["level"]), order_no=row["order_no"],
        shown_from=as_instant(row["shown_from"]), shown_until=as_instant(row["shown_until"]),
        announcement_id=row["announcement_id"], created_at=as_instant(row["created_at"]),
        withdrawn_at=as_instant_or_none(row["withdrawn_at"]),
    )  # fmt: skip
