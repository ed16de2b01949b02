"""What special pages show, and whatever else a page needs besides what somebody wrote. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Session:
    """A training session at the cultural house."""

    title: str
    place: str
    begins: datetime  # of the place


@dataclass(frozen=True, slots=True)
class Facts:
    """What special pages show, besides what anybody wrote. `now` is the place's own time, to the minute."""

    place: str
    now: datetime
    next_title: str = ""  # of the next announcement; "" if there is none today or tomorrow
    next_at: datetime | None = None
    called: int = 0  # at the desk today; 0: none yet
    given: int = 0
    sessions: tuple[Session, ...] = ()
    pictures: Path = Path()  # where kept pictures lie, `<sha256>.png`
    lunar: str = ""  # today's lunar date in words; "" if the clock is doubtful
    doubtful: bool = False  # nobody vouches for the clock: nothing is said of what comes when
