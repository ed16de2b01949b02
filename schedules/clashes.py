"""Where programmes would meet, and when the later one would really begin. Pure.

In one place one thing sounds at a time: what is due while another sounds waits for its end, and of
those that wait the first in the total order (level, the official's order, due time, id) goes next. An
emergency waits for nothing, and priority for nothing normal that has more than a little left; what they
cut goes on or begins again after them, or has ended. What would begin too late by its own policy, or in
quiet hours, is not spoken. These are the rules of `audio.engine`, which a test plays beside this. Places
are whatever cannot sound two things at once: sound outputs, or zones.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import heapify, heappop, heappush
from itertools import takewhile

from controller.core.announcements import Late
from controller.core.levels import Level
from schedules.day_types import Calendar
from schedules.planner import PLAIN, due_between
from schedules.rules import Rule

GRACE_S = 2.0  # even what may not be late at all may be late by so much
AGAIN_S = 600.0  # what was cut may begin again so long after its late window
LEAST_S = 1.0  # where less than so much is left, nobody joins
_TICK = timedelta(microseconds=1)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)

Quiet = Callable[[str, datetime, datetime], bool]  # whether any of [begin, end) is quiet in a place


def never_quiet(_place: str, _begin: datetime, _end: datetime) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Wait:
    """What becomes of a programme that cannot begin when it is due, or is cut."""

    late: Late = Late.PLAY
    window_s: float = math.inf  # it begins at most so late
    again: bool = True  # once cut, it comes back
    resumes: bool = False  # and goes on where it was


@dataclass(frozen=True, slots=True)
class Programme:
    """One occurrence with its length, seconds, from the first note to the last."""

    id: str
    due: datetime
    length_s: float
    places: frozenset[str]
    level: Level = Level.NORMAL
    order_no: int = 0
    wait: Wait = Wait()

    @property
    def precedence(self) -> tuple[int, int, datetime, str]:
        return (self.level.rank, self.order_no, self.due, self.id)

    def missing_s(self, late_s: float, begun: bool) -> float:
        """How much of it is left out if it begins so late. An emergency is said whole, and so is what was cut."""
        return late_s if self._joins(begun) and late_s > GRACE_S else 0.0

    def may_wait_s(self, begun: bool) -> float:
        window_s = 0.0 if self.wait.late is Late.SKIP else self.wait.window_s
        if self._joins(begun):
            window_s = min(window_s, self.length_s - LEAST_S)
        return max(window_s, GRACE_S) + (AGAIN_S if begun else 0.0)

    def _joins(self, begun: bool) -> bool:
        return self.wait.late is Late.JOIN and not begun and self.level is not Level.EMERGENCY


@dataclass(frozen=True, slots=True)
class Clash:
    """`second` is not spoken as it is due, because of `first`.

    The place is free for it at `starts_at`, `later_s` late; unless it is then too late for it (`spoken` False).
    """

    first: Programme
    second: Programme
    starts_at: datetime
    later_s: float
    spoken: bool = True


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A rule with what is known of its sound."""

    id: str
    rule: Rule
    length_s: float
    places: frozenset[str]
    level: Level = Level.NORMAL
    order_no: int = 0
    wait: Wait = Wait()


def clashes(
    rules: Iterable[Scheduled], begin: datetime, end: datetime, tz: tzinfo, calendar: Calendar = PLAIN
) -> list[Clash]:
    """The overlaps of everything due in [begin, end), in the order in which they happen."""
    known = list(rules)
    # what began before and sounds still counts too
    before = begin - timedelta(seconds=max((each.length_s for each in known), default=0.0))
    programmes = [
        Programme(each.id, due, each.length_s, each.places, each.level, each.order_no, each.wait)
        for each in known
        for due in due_between(each.rule, before - _TICK, end - _TICK, tz, calendar)
    ]
    return [clash for clash in overlaps(programmes) if clash.second.due >= begin]


def overlaps(programmes: Iterable[Programme], quiet: Quiet = never_quiet, finish_s: float = 0.0) -> list[Clash]:
    """Every programme that is not spoken as it is due, once, with the longest wait it has in any place.

    `finish_s`: what has no more left than this is not cut for something of priority.
    """
    by_place: dict[str, list[Programme]] = {}
    for programme in programmes:
        for place in programme.places:
            by_place.setdefault(place, []).append(programme)
    found: dict[tuple[str, datetime], Clash] = {}
    for place in sorted(by_place):
        for clash in _Place(place, by_place[place], quiet, finish_s).clashes():
            key = (clash.second.id, clash.second.due)
            if key not in found or _worse(clash) > _worse(found[key]):
                found[key] = clash
    return sorted(found.values(), key=lambda clash: (clash.second.due, clash.second.precedence))


def _worse(clash: Clash) -> tuple[bool, datetime]:
    return not clash.spoken, clash.starts_at


class _Place:
    """Played through: what is due joins those that wait, and the place goes to the first of them."""

    def __init__(self, place: str, programmes: Sequence[Programme], quiet: Quiet, finish_s: float) -> None:
        self._place, self._quiet, self._finish_s = place, quiet, finish_s
        self._ordered = sorted(programmes, key=lambda each: (each.due, each.precedence))
        self._longest = timedelta(seconds=max(each.length_s for each in programmes))
        self._waiting: list[tuple[tuple[int, int, datetime, str], int]] = []  # with the number in `_ordered`
        self._cut_by: dict[int, Programme] = {}
        self._left_s: dict[int, float] = {}  # of those that go on where they were cut
        self._free_at, self._last = _LONG_AGO, self._ordered[0]
        self._found: dict[int, Clash] = {}

    def clashes(self) -> list[Clash]:
        to_come = deque(enumerate(self._ordered))
        while to_come or self._waiting:
            if not self._waiting:
                self._free_at = max(self._free_at, to_come[0][1].due)
            while to_come and to_come[0][1].due <= self._free_at:
                number, each = to_come.popleft()
                heappush(self._waiting, (each.precedence, number))
            if self._quiet(self._place, self._free_at, self._free_at + self._longest):
                self._refuse()
            if self._waiting:
                self._begin(to_come)
        return list(self._found.values())

    def _refuse(self) -> None:
        """What is due and would sound in quiet hours now is given up, even if it could wait for their end."""
        kept = []
        for precedence, number in self._waiting:
            each = self._ordered[number]
            end = self._free_at + timedelta(seconds=self._lasts_s(number))
            if each.level is not Level.EMERGENCY and self._quiet(self._place, self._free_at, end):
                self._note(number, spoken=False)
            else:
                kept.append((precedence, number))
        heapify(kept)
        self._waiting = kept

    def _begin(self, to_come: deque[tuple[int, Programme]]) -> None:
        """The first of those that wait, until its end or until something cuts it."""
        precedence, number = heappop(self._waiting)
        now = self._ordered[number]
        spoken = self._late_s(now) <= now.may_wait_s(number in self._cut_by)
        self._note(number, spoken)
        if not spoken:
            return
        ends = self._free_at + timedelta(seconds=self._lasts_s(number))
        self._last, self._free_at = now, ends
        rival = next((each for _, each in _until(to_come, ends) if self._cuts(each, now, ends)), None)
        if rival is None:
            return
        self._free_at, self._cut_by[number] = rival.due, rival
        if now.wait.resumes and now.level is not Level.EMERGENCY:
            self._left_s[number] = (ends - rival.due).total_seconds()
        if now.wait.again or now.level is Level.EMERGENCY:
            heappush(self._waiting, (precedence, number))
        else:
            self._note(number, spoken=False)

    def _cuts(self, rival: Programme, now: Programme, ends: datetime) -> bool:
        """Whether something that comes due while `now` sounds does not wait for its end."""
        if rival.level is Level.EMERGENCY:
            return now.level is not Level.EMERGENCY
        if rival.level is not Level.PRIORITY or now.level is not Level.NORMAL:
            return False
        refused = self._quiet(self._place, rival.due, rival.due + timedelta(seconds=rival.length_s))
        return not refused and (ends - rival.due).total_seconds() > self._finish_s

    def _note(self, number: int, spoken: bool) -> None:
        """The last word on a programme counts."""
        each = self._ordered[number]
        late_s = self._late_s(each)
        if late_s > 0:
            first = self._cut_by.get(number, self._last)
            self._found[number] = Clash(first, each, self._free_at, late_s, spoken)

    def _late_s(self, each: Programme) -> float:
        return (self._free_at - each.due).total_seconds()

    def _lasts_s(self, number: int) -> float:
        """If it begins, or goes on, when the place comes free."""
        each = self._ordered[number]
        if number in self._left_s:
            return self._left_s[number]
        return each.length_s - each.missing_s(self._late_s(each), number in self._cut_by)


def _until(to_come: Iterable[tuple[int, Programme]], end: datetime) -> Iterator[tuple[int, Programme]]:
    return takewhile(lambda each: each[1].due < end, to_come)
