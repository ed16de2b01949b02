"""Notices, and what each board is known to show."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from controller.core.errors import NotFoundError
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
    journal.write(tx, at, Kind.NOTICE, f"notice/{notice.id}", text=_called(notice), boards=list(notice.boards), by=by)


def change(tx: Tx, at: datetime, notice: Notice, by: str, undone: bool = False) -> None:
    """Have the notice of this id say what this one says, where and when. Its order and its beginnings stay.

    The journal keeps what stood there before; `undone`: this puts such a thing back.
    """
    before = _document(get(tx, notice.id))
    tx.execute(
        "UPDATE notices SET title = ?, text = ?, picture = ?, qr = ?, special = ?, boards = ?, zones = ?, hours = ?,"
        " level = ?, shown_from = ?, shown_until = ?, updated_at = ? WHERE id = ?",
        (
            notice.title, notice.text, notice.picture, notice.qr, notice.special, texts(notice.boards),
            texts(notice.zones), texts(_spans(notice.hours)), notice.level, instant(notice.shown_from),
            instant(notice.shown_until), instant(at), notice.id,
        ),
    )  # fmt: skip
    journal.write(
        tx, at, Kind.NOTICE, f"notice/{notice.id}", text=_called(notice), changed=True, by=by, before=before,
        **({"undone": True} if undone else {}),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a notice: when, by whom, what stood there before; `undone`: it took an earlier change back."""

    at: datetime
    by: str
    before: Notice
    undone: bool


def change_of(tx: Tx, notice: Notice, at: datetime | None = None) -> Change | None:
    """The change that made a notice what it is, or that of an instant; None if there was none, or if nobody has kept
    what stood there before."""
    wanted = at or notice.updated_at
    row = tx.execute(
        "SELECT at, detail FROM journal WHERE subject = ? AND at = ? AND detail ->> 'before' IS NOT NULL"
        " ORDER BY seq DESC LIMIT 1",
        (f"notice/{notice.id}", instant(wanted) if wanted else ""),
    ).fetchone()
    if row is None:
        return None
    detail = json.loads(row["detail"])
    return Change(as_instant(row["at"]), detail["by"], _earlier(notice, detail["before"]), "undone" in detail)


def _document(notice: Notice) -> dict[str, object]:
    """What an official decides of a notice, as the journal keeps it."""
    return {
        "title": notice.title, "text": notice.text, "picture": notice.picture, "qr": notice.qr,
        "special": notice.special, "boards": list(notice.boards), "zones": list(notice.zones),
        "hours": list(_spans(notice.hours)), "level": notice.level, "shown_from": instant(notice.shown_from),
        "shown_until": instant(notice.shown_until),
    }  # fmt: skip


def _earlier(notice: Notice, document: dict[str, Any]) -> Notice:
    return replace(
        notice, title=document["title"], text=document["text"], picture=document["picture"], qr=document["qr"],
        special=Special(document["special"]), boards=tuple(document["boards"]), zones=tuple(document["zones"]),
        hours=tuple(Hours.of(span) for span in document["hours"]), level=Level(document["level"]),
        shown_from=as_instant(document["shown_from"]), shown_until=as_instant(document["shown_until"]),
    )  # fmt: skip


def withdraw(tx: Tx, at: datetime, ident: str, by: str) -> bool:
    """Take it off every face. False, and nothing written, if it was already."""
    cursor = tx.execute(
        "UPDATE notices SET withdrawn_at = ? WHERE id = ? AND withdrawn_at IS NULL", (instant(at), ident)
    )
    if cursor.rowcount:
        journal.write(tx, at, Kind.NOTICE, f"notice/{ident}", text=_called(get(tx, ident)), withdrawn=True, by=by)
    return cursor.rowcount > 0


def restore(tx: Tx, at: datetime, ident: str, by: str) -> bool:
    """Undo a withdrawal. False, and nothing written, if there is none."""
    cursor = tx.execute("UPDATE notices SET withdrawn_at = NULL WHERE id = ? AND withdrawn_at IS NOT NULL", (ident,))
    if cursor.rowcount:
        journal.write(tx, at, Kind.NOTICE, f"notice/{ident}", text=_called(get(tx, ident)), restored=True, by=by)
    return cursor.rowcount > 0


def order(tx: Tx, at: datetime, idents: Sequence[str], by: str, board: str = "") -> None:
    """Number notices in this order; one line. `board`: of whose list somebody has changed the order; "": of all."""
    tx.executemany(
        "UPDATE notices SET order_no = ? WHERE id = ?", [(number, ident) for number, ident in enumerate(idents, 1)]
    )
    journal.write(tx, at, Kind.NOTICE, f"board/{board}" if board else "board", ordered=True, by=by)


def last_order_no(tx: Tx) -> int:
    return int(tx.execute("SELECT COALESCE(MAX(order_no), 0) FROM notices").fetchone()[0])


def live(tx: Tx, now: datetime) -> list[Notice]:
    """Those to be shown now or later, in the total order."""
    rows = tx.execute("SELECT * FROM notices WHERE withdrawn_at IS NULL AND shown_until > ?", (instant(now),))
    return sorted((_notice(row) for row in rows), key=lambda n: n.precedence)


def past(tx: Tx, now: datetime, limit: int = 50) -> list[Notice]:
    """Those that are over or were withdrawn, the last that left first."""
    rows = tx.execute(
        "SELECT *, MIN(shown_until, COALESCE(withdrawn_at, shown_until)) AS left_at FROM notices"
        " WHERE withdrawn_at IS NOT NULL OR shown_until <= ? ORDER BY left_at DESC, id DESC LIMIT ?",
        (instant(now), limit),
    )
    return [_notice(row) for row in rows]


def find(tx: Tx, ident: str) -> Notice | None:
    row = tx.execute("SELECT * FROM notices WHERE id = ?", (ident,)).fetchone()
    return _notice(row) if row else None


def get(tx: Tx, ident: str) -> Notice:
    found = find(tx, ident)
    if found is None:
        raise NotFoundError("notice", ident)
    return found


def _called(notice: Notice) -> str:
    """What the journal calls it: its words, or else which page it is."""
    return notice.title or notice.text or notice.special or notice.qr


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
    """Record what a board shows; True when state or text changed. Journals what is news."""
    row = tx.execute("SELECT * FROM board_states WHERE board = ?", (board,)).fetchone()
    before = BoardState(row["state"]) if row else None
    changed = row is None or before != state or row["text"] != text
    told = (instant(proven_at) if proven_at else None, detail)
    if not changed and (row["proven_at"], row["detail"]) == told:
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
    if state is not BoardState.DOWN and _is_news(tx, board, before, state, text):
        journal.write(tx, at, Kind.SHOWN, f"board/{board}", text=text, state=state)
    return True


def _is_news(tx: Tx, board: str, before: BoardState | None, state: BoardState, text: str) -> bool:
    """Whether the town wants to know it. A board that is sent its clock's next minute and then read back shows the
    same as before; in a year that would be a million lines."""
    if before not in (BoardState.SHOWN, BoardState.SENT):
        return True
    row = tx.execute(
        "SELECT detail ->> 'state' AS state, detail ->> 'text' AS text FROM journal WHERE subject = ? AND kind = ?"
        " ORDER BY seq DESC LIMIT 1",
        (f"board/{board}", Kind.SHOWN),
    ).fetchone()
    if row is None or row["text"] != text:
        return True
    return state != row["state"] and (row["state"], state) != (BoardState.SHOWN, BoardState.SENT)


def boards(tx: Tx) -> list[Board]:
    return [
        Board(
            row["board"], BoardState(row["state"]), as_instant(row["since"]), row["text"],
            as_instant_or_none(row["proven_at"]), row["detail"],
        )
        for row in tx.execute("SELECT * FROM board_states ORDER BY board")
    ]  # fmt: skip


def _spans(hours: tuple[Hours, ...]) -> tuple[str, ...]:
    return tuple(str(span) for span in hours)


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=row["id"], title=row["title"], text=row["text"], picture=row["picture"], qr=row["qr"],
        special=Special(row["special"]), boards=as_texts(row["boards"]), zones=as_texts(row["zones"]),
        hours=tuple(Hours.of(span) for span in as_texts(row["hours"])), level=Level(row["level"]),
        order_no=row["order_no"], shown_from=as_instant(row["shown_from"]),
        shown_until=as_instant(row["shown_until"]),
        announcement_id=row["announcement_id"], created_at=as_instant(row["created_at"]),
        withdrawn_at=as_instant_or_none(row["withdrawn_at"]), updated_at=as_instant_or_none(row["updated_at"]),
    )  # fmt: skip
