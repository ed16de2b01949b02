"""The frame of every page of a large screen: its measures and colours by day, after dark and in an emergency, and
the foot with time, day and what is spoken next. Composes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from controller.boards.facts import Facts
from controller.boards.poster.sheet import Box, Line, Mark, Part, Sheet
from controller.boards.poster.typeface import fitted, ruler
from controller.boards.tongue import words
from controller.core.levels import Level
from controller.core.palette import BAMBOO, INK, LACQUER, LEAF, MUTED, NIGHT, PAPER, Rgb
from controller.core.words import Words, upper_first
from controller.runtime.config_tables import Board
from schedules.wording import day_words

DAY_FROM, DAY_UNTIL = 6, 18  # hours; a white screen dazzles after dark
SHORT = 12  # letters of a title below which it says nothing


@dataclass(frozen=True, slots=True)
class Tint:
    """The colours of a page: ground, text, what is beside the point, the foot's ground and its text."""

    ground: Rgb
    text: Rgb
    muted: Rgb
    foot: Rgb
    foot_text: Rgb


DAY = Tint(PAPER, INK, MUTED, LEAF, INK)
DARK = Tint(NIGHT, PAPER, LEAF, BAMBOO, PAPER)
ALARM = Tint(LACQUER, PAPER, PAPER, PAPER, LACQUER)


@dataclass(frozen=True, slots=True)
class Frame:
    """The screen: its dots, the unit of all sizes on it, its colours, and the words for what is always there."""

    width: int
    height: int
    tint: Tint
    words: Words
    facts: Facts

    def u(self, units: float) -> int:
        """Units as dots, one at least. The unit grows with the screen, whatever its shape."""
        return max(1, round(units * sqrt(self.width * self.height) / 100))

    @property
    def foot_height(self) -> int:
        return min(self.u(7.4), self.height // 3)

    @property
    def room(self) -> Box:
        """The page above the foot, without its margins."""
        side, top, bottom = self.u(5), self.u(4.5), self.u(4)
        height = self.height - self.foot_height - top - bottom
        return Box(side, top, max(1, self.width - 2 * side), max(1, height))


def frame_of(board: Board, facts: Facts, level: Level = Level.NORMAL) -> Frame:
    tint = ALARM if level is Level.EMERGENCY else DAY if DAY_FROM <= facts.now.hour < DAY_UNTIL else DARK
    return Frame(board.columns, board.rows, tint, words(), facts)


def sheet_of(frame: Frame, marks: Sequence[Mark], clock: bool = True) -> Sheet:
    """A page with its foot; `clock`: with the time of day in it, if it can be believed."""
    body = Part(frame.width, frame.height - frame.foot_height, frame.tint.ground, tuple(marks))
    return Sheet(body, _foot(frame, clock))


# --- the foot ---


def _foot(frame: Frame, clock: bool) -> Part:
    """The time, the day in both calendars, and what is spoken next, as far as there is room."""
    facts, words, tint, letters = frame.facts, frame.words, frame.tint, ruler()
    height = frame.foot_height
    big, small = max(1, round(height * 0.5)), max(1, round(height * 0.36))
    x, right, gap = frame.u(5), frame.width - frame.u(5), frame.u(3)
    marks: list[Mark] = []

    def put(text: str, size: int, bold: bool, at: int) -> int:
        marks.append(Line(text, at, round(height / 2 + size * 0.36), size, bold, tint.foot_text))
        return at + round(letters.width(text, size, bold))

    days = [facts.place] if facts.doubtful else []
    if clock and not facts.doubtful:
        now = f"{facts.now:%H:%M}"
        if letters.width(now, big, True) > right - x:
            return Part(frame.width, height, tint.foot, ())
        x = put(now, big, True, x) + gap
        day = facts.now.date()
        plain = day_words(day, words, lunar=False)
        days = [f"{plain} ({facts.lunar})" if facts.lunar else plain, plain, f"{day:%-d/%-m}"]
    if said := next((text for text in map(upper_first, days) if letters.width(text, small) <= right - x), ""):
        x = put(said, small, False, x) + gap
    if facts.next_at and frame.tint is not ALARM:
        title = letters.drawable(facts.next_title.replace("\n", " "))[0]
        key = "next" if facts.next_at.date() == facts.now.date() else "next_tomorrow"
        coming = words(f"board.poster.{key}", time=f"{facts.next_at:%H:%M}", title=title)
        coming = fitted(coming, right - x, small, False, letters)
        if len(coming) >= min(len(title), SHORT) + SHORT:
            put(coming, small, False, right - round(letters.width(coming, small, False)))
    return Part(frame.width, height, tint.foot, tuple(marks))
