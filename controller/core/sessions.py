"""A training session at the cultural house, and what it must be to be announced. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.announcements import text_problems
from controller.core.errors import Problem

TITLE_LIMIT, PLACE_LIMIT = 120, 120  # characters
SEATS_LIMIT = 2000
LONGEST = timedelta(days=14)  # a course of evenings is several sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDraft:
    """What an official has entered, cleaned as a notice is. `seats` 0: as many as come."""

    title: str
    place: str
    begins: datetime
    ends: datetime
    seats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: str
    title: str
    place: str
    begins: datetime  # UTC
    ends: datetime
    seats: int
    created_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def draft(self) -> SessionDraft:
        """What an official would have entered to make it what it is."""
        return SessionDraft(title=self.title, place=self.place, begins=self.begins, ends=self.ends, seats=self.seats)


def problems_of(draft: SessionDraft, now: datetime) -> tuple[Problem, ...]:
    """Everything wrong with a draft, in the order of the form's fields."""
    found = []
    for field, text, limit in (("title", draft.title, TITLE_LIMIT), ("place", draft.place, PLACE_LIMIT)):
        found += text_problems(field, text, limit)
        if "\n" in text:
            found.append(Problem.of(field, "one_line"))
    if draft.ends <= draft.begins:
        found.append(Problem.of("ends", "session_ends"))
    elif draft.ends <= now:
        found.append(Problem.of("ends", "past"))
    elif draft.ends - draft.begins > LONGEST:
        found.append(Problem.of("ends", "session_long", limit=LONGEST // timedelta(days=1)))
    if not 0 <= draft.seats <= SEATS_LIMIT:
        found.append(Problem.of("seats", "session_seats", limit=SEATS_LIMIT))
    return tuple(found)
