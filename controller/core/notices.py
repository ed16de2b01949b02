"""A notice: a text shown on boards and on the kiosk's waiting screen for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.core.levels import Level


@dataclass(frozen=True, slots=True)
class Notice:
    id: str
    text: str
    boards: tuple[str, ...]
    level: Level
    order_no: int
    shown_from: datetime
    shown_until: datetime
    announcement_id: str  # "" for a notice of its own
    created_at: datetime
    withdrawn_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        return self.withdrawn_at is None and self.shown_from <= now < self.shown_until

    @property
    def precedence(self) -> tuple[int, int, datetime, str]:
        return (self.level.rank, self.order_no, self.shown_from, self.id)


class BoardState(StrEnum):
    """How much is known of what a board shows. Never more is claimed than was seen."""

    SHOWN = "shown"  # the sign was read back
    SENT = "sent"  # every byte was written; the sign does not answer
    DOWN = "down"
