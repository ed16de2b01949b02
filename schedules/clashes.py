"""Where programmes would meet, and when the later one would really begin. Pure.

In one place one thing sounds at a time: what is due while another sounds waits for its end, and of
those that wait the first in the total order (level, the official's order, due time, id) goes next. An
emergency waits for nothing; what it cuts begins again after it. Places are whatever cannot sound two
things at once: sound outputs, or zones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import heappop, heappush
from itertools import takewhile

from controller.core.levels import Level
from schedules.day_types import Calendar
from schedules.planner import PLAIN, due_between
from schedules.rules import Rule

_TICK = timedelta(microseconds=1)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Programme:
    """One occurrence with its length, seconds, from the first note to the last."""

    id: str
    due: datetime
    length_s: float
    places: frozenset[str]
    level: Level = Level.NORMAL
    order_no: int = 0

    @property
    def precedence(self) -> tuple[int, int, datetime, str]:
        return (self.level.rank, self.order_no, self.due, self.id)


@dataclass(frozen=True, slots=True)
class Clash:
    """`second` cannot begin when it is due, because of `first`; it begins at `starts_at`, `later_s` late."""

    first: Programme
    second: Programme
    starts_at: datetime
    later_s: float


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A rule with what is known of its sound."""

    id: str
    rule: Rule
    length_s: float
    places: frozenset[str]
    level: Level = Level.NORMAL
    order_no: int = 0


def clashes(
    rules: Iterable[Scheduled], begin: datetime, end: datetime, tz: tzinfo, calendar: Calendar = PLAIN
) -> list[Clash]:
    """The overlaps of everything due in [begin, end), in the order in which they happen."""
    known = list(rules)
    # what began before and sounds still counts too
    before = begin - timedelta(seconds=max((each.length_s for each in known), default=0.0))
    programmes = [
        Programme(each.id, due, each.length_s, each.places, each.level, each.order_no)
        for each in known
        for due in due_between(each.rule, before - _TICK, end - _TICK, tz, calendar)
    ]
    return [clash for clash in overlaps(programmes) if clash.second.due >= begin]


def overlaps(programmes: Iterable[Programme]) -> list[Clash]:
    """Every programme that could not begin when it is due, once, with the longest wait it has in any place."""
    by_place: dict[str, list[Programme]] = {}
    for programme in programmes:
        for place in programme.places:
            by_place.setdefault(place, []).append(programme)
    found: dict[tuple[str, datetime], Clash] = {}
    for place in sorted(by_place):
        for clash in _in_one_place(by_place[place]):
            key = (clash.second.id, clash.second.due)
            if key not in found or clash.starts_at > found[key].starts_at:
                found[key] = clash
    return sorted(found.values(), key=lambda clash: (clash.second.due, clash.second.precedence))


def _in_one_place(programmes: Sequence[Programme]) -> list[Clash]:
    """Play it through: what is due joins those that wait, and the place goes to the first of them."""
    ordered = sorted(programmes, key=lambda each: (each.due, each.precedence))
    to_come = deque(enumerate(ordered))
    waiting: list[tuple[tuple[int, int, datetime, str], int]] = []  # with the number in `ordered`
    cut_by: dict[int, Programme] = {}
    found: list[Clash] = []
    free_at, last = _LONG_AGO, None
    while to_come or waiting:
        if not waiting:
            free_at = max(free_at, to_come[0][1].due)
        while to_come and to_come[0][1].due <= free_at:
            number, each = to_come.popleft()
            heappush(waiting, (each.precedence, number))
        _, number = heappop(waiting)
        now = ordered[number]
        if last and free_at > now.due:
            found.append(Clash(cut_by.get(number, last), now, free_at, (free_at - now.due).total_seconds()))
        last, free_at = now, free_at + timedelta(seconds=now.length_s)
        alert = next((each for each in _until(to_come, free_at) if each[1].level is Level.EMERGENCY), None)
        if alert and now.level is not Level.EMERGENCY:
            to_come.remove(alert)
            heappush(waiting, (now.precedence, number))  # it begins again afterwards
            last = cut_by[number] = alert[1]
            free_at = last.due + timedelta(seconds=last.length_s)
    return found


def _until(to_come: Iterable[tuple[int, Programme]], end: datetime) -> Iterator[tuple[int, Programme]]:
    return takewhile(lambda each: each[1].due < end, to_come)
