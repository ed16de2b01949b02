"""The numbers at the desk, day by day. Numbers only, never who holds one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant_or_none, instant
from controller.store.connection import Tx


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one day: how many were given out (1 to `given`), and which was called last (0: none yet)."""

    given: int = 0
    called: int = 0
    called_at: datetime | None = None

    @property
    def waiting(self) -> int:
        return self.given - self.called


def of_day(tx: Tx, day: date) -> Numbers:
    row = tx.execute("SELECT * FROM desk_numbers WHERE day = ?", (day.isoformat(),)).fetchone()
    return Numbers(row["given"], row["called"], as_instant_or_none(row["called_at"])) if row else Numbers()


def put(tx: Tx, at: datetime, day: date, numbers: Numbers, what: str, by: str) -> None:
    """Have a day's numbers be these; `what` of "given", "called", "again", "back", "reset", "restored"
    has made them so."""
    tx.execute(
        "INSERT INTO desk_numbers (day, given, called, called_at) VALUES (?, ?, ?, ?) ON CONFLICT (day) DO UPDATE"
        " SET given = excluded.given, called = excluded.called, called_at = excluded.called_at",
        (
            day.isoformat(), numbers.given, numbers.called,
            instant(numbers.called_at) if numbers.called_at else None,
        ),
    )  # fmt: skip
    journal.write(tx, at, Kind.DESK, "desk", what=what, given=numbers.given, called=numbers.called, by=by)
