"""An announcement: what is said, where, how urgently; and what a text must be to be accepted.

What it is made of are parts (`controller.core.parts`), its times are rules (`schedules.rules`), its sound
is a rendition (`controller.core.renditions`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.core.errors import Problem
from controller.core.levels import Level
from controller.core.parts import Parts, problems_of_parts, text_of

TITLE_LIMIT = 120  # characters
TEXT_LIMIT = 5000  # characters
TIMES_LIMIT = 10
PAUSE_LIMIT_S = 60.0
LASTS_LIMIT_S = 4 * 3600


class AfterCut(StrEnum):
    """What becomes of an utterance that was cut by something more urgent or by a fault."""

    RESUME = "resume"  # it goes on where it was cut
    RESTART = "restart"  # it begins again
    END = "end"


class Late(StrEnum):
    """What an occurrence does that cannot begin at its instant, while its late window is open."""

    PLAY = "play"  # it begins late, from its beginning
    JOIN = "join"  # it begins where it would be by now
    SKIP = "skip"  # it is missed


@dataclass(frozen=True, slots=True)
class Draft:
    """What an official has entered, cleaned but not yet stored."""

    title: str
    text: str
    zones: tuple[str, ...]
    level: Level = Level.NORMAL
    order_no: int = 0  # the official's order among equals; smaller is earlier
    after_cut: AfterCut = AfterCut.RESTART
    late_window_s: int = 600
    parts: Parts = ()  # what it is made of, where it is more than its text; `text` is what can be read of them
    times: int = 1  # how often it is said in a row
    pause_s: float = 3.0  # between two times
    lasts_s: int = 0  # of an emergency: how long it is repeated; 0: as long as the station's policy says


@dataclass(frozen=True, slots=True)
class Announcement:
    id: str
    revision: int  # grows with every change of what is said
    title: str
    text: str
    zones: tuple[str, ...]
    level: Level
    order_no: int
    after_cut: AfterCut
    late_window_s: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    withdrawn_at: datetime | None
    parts: Parts = ()
    times: int = 1
    pause_s: float = 3.0
    lasts_s: int = 0


def clean(text: str) -> str:
    """NFC, one kind of line end, no space at the ends. What it cannot mend is for `problems_of`."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def text_problems(field: str, text: str, limit: int) -> list[Problem]:
    """Why a text cannot be accepted: empty, too long, or with characters nobody can see or say."""
    if not text:
        return [Problem.of(field, "empty")]
    found = []
    if len(text) > limit:
        found.append(Problem.of(field, "too_long", length=len(text), limit=limit))
    bad = sorted({c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"}})
    if bad:
        found.append(Problem.of(field, "control", characters=" ".join(f"U+{ord(c):04X}" for c in bad[:5])))
    elif not any(c.isalnum() for c in text):
        found.append(Problem.of(field, "nothing_to_say"))
    return found


def problems_of(draft: Draft, known_zones: frozenset[str]) -> list[Problem]:
    """Everything wrong with a draft, in the order of the form's fields."""
    found = text_problems("title", draft.title, TITLE_LIMIT)
    if "\n" in draft.title:
        found.append(Problem.of("title", "one_line"))
    if not draft.parts or draft.text:
        found += text_problems("text", draft.text, TEXT_LIMIT)
    found += problems_of_parts(draft.parts)
    if draft.parts and draft.text != text_of(draft.parts):
        raise ValueError("the text of a draft with parts is what can be read of them")
    if not 1 <= draft.times <= TIMES_LIMIT:
        found.append(Problem.of("times", "times", limit=TIMES_LIMIT))
    if not 0 <= draft.pause_s <= PAUSE_LIMIT_S:
        found.append(Problem.of("pause_s", "pause", limit=f"{PAUSE_LIMIT_S:g}"))
    if not 0 <= draft.lasts_s <= LASTS_LIMIT_S:
        found.append(Problem.of("lasts_s", "lasts", limit=LASTS_LIMIT_S // 60))
    if not draft.zones:
        found.append(Problem.of("zones", "no_zone"))
    found += [Problem.of("zones", "unknown_zone", zone=z) for z in draft.zones if z not in known_zones]
    return found
