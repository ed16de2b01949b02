"""A notice: something shown on boards and on the kiosk's waiting screen for a time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from enum import StrEnum

from controller.core.levels import Level

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)  # the end of what is shown until somebody takes it down


class Special(StrEnum):
    """What a page shows that nobody writes; its content is found when it is shown."""

    NONE = ""
    CLOCK = "clock"  # the time, the solar and the lunar date
    NEXT = "next"  # the next announcement
    QUEUE = "queue"  # the numbers at the desk today
    TRAINING = "training"  # the next sessions at the cultural house


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the day; over midnight if the second is the earlier one, all day if both are equal."""

    begins: time
    ends: time

    @classmethod
    def of(cls, text: str) -> Hours:
        """ "06:00-18:00"; ValueError for what has no two clock times."""
        begins, _, ends = text.partition("-")
        return cls(time.fromisoformat(begins), time.fromisoformat(ends))

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"

    def holds(self, at: time) -> bool:
        if self.begins == self.ends:
            return True
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`boards` and `zones` narrow down where it is shown; neither: everywhere. `picture` is
    the SHA-256 of a kept one."""

    id: str
    text: str
    level: Level
    shown_from: datetime
    shown_until: datetime
    created_at: datetime
    title: str = ""
    picture: str = ""
    qr: str = ""
    special: Special = Special.NONE
    boards: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()  # of the place's day; none: all day
    order_no: int = 0
    announcement_id: str = ""  # "" for a notice of its own
    withdrawn_at: datetime | None = None
    updated_at: datetime | None = None  # when what it says, where or when was changed last; None: never

    def is_due(self, now: datetime, tz: tzinfo) -> bool:
        """Whether it is to be seen at an instant, wherever it is to be seen. An emergency keeps no hours."""
        if self.withdrawn_at is not None or now >= self.shown_until or (now < self.shown_from and not self.was_at_once):
            return False
        if not self.hours or self.level is Level.EMERGENCY:
            return True
        local = now.astimezone(tz).time()
        return any(span.holds(local) for span in self.hours)

    def is_for(self, board: str, zones: frozenset[str]) -> bool:
        """Whether a board shows it; `zones` are the board's (none: all). An emergency is for every board."""
        if self.level is Level.EMERGENCY or not (self.boards or self.zones):
            return True
        return board in self.boards or bool(self.zones and (not zones or zones & set(self.zones)))

    @property
    def was_at_once(self) -> bool:
        """Whoever put it up or changed it last saw it shown at once: a clock that is set back since does not take an
        emergency off the boards until its beginning comes again."""
        return self.shown_from <= (self.updated_at or self.created_at)

    @property
    def precedence(self) -> tuple[int, int, datetime, str]:
        return (self.level.rank, self.order_no, self.shown_from, self.id)


def reason_with(code: str, **facts: int) -> str:
    """A board's reason that carries figures: "pool needed=2807 there=2000"."""
    return " ".join((code, *(f"{name}={value}" for name, value in facts.items())))


def reason_of(detail: str) -> tuple[str, dict[str, int]]:
    """The code and the figures of a board's reason."""
    code, *facts = detail.split(" ")
    pairs = (fact.partition("=") for fact in facts)
    return code, {name: int(value) for name, _, value in pairs if value.isdecimal()}


class BoardState(StrEnum):
    """How much is known of what a board shows. Never more is claimed than was seen."""

    SHOWN = "shown"  # the board was read back
    SENT = "sent"  # every byte was written; the board does not answer
    OFF = "off"  # dark on purpose, by its timetable
    DOWN = "down"
