"""An announcement: what is said, where, how urgently; and what a text must be to be accepted.

Its times are rules (`schedules.rules`), its sound is a rendition (`controller.core.renditions`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.core.errors import Problem
from controller.core.levels import Level

TITLE_LIMIT = 120  # characters
TEXT_LIMIT = 5000  # characters


class AfterCut(StrEnum):
    """What becomes of an utterance that was cut by something more urgent or by a fault."""

    RESTART = "restart"
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


@dataclass(frozen=True, slots=True)
class Announcement:
    id: str
    revision: int  # grows with every change of the text
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
    found += text_problems("text", draft.text, TEXT_LIMIT)
    if not draft.zones:
        found.append(Problem.of("zones", "no_zone"))
    found += [Problem.of("zones", "unknown_zone", zone=z) for z in draft.zones if z not in known_zones]
    return found
