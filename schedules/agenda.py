"""All rules in force in the order in which they are due next, so that a plan need look only at those.

Pure but with a memory: the caller says up to what instant a rule has been dealt with, the agenda keeps its
next occurrence after that. An edit costs the edited rule; a look ahead costs what lies ahead.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from schedules.day_types import Calendar
from schedules.planner import due_between, next_after
from schedules.rules import Rule

FEW = 100  # rules that are put in their places one by one, rather than all put in order
_TICK = timedelta(microseconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Known:
    rule: Rule
    after: datetime  # every occurrence up to here has been dealt with
    following: datetime  # the first one after that, or _NEVER


class Agenda:
    def __init__(self, tz: tzinfo, calendar: Calendar) -> None:
        self._tz, self._calendar = tz, calendar
        self._known: dict[str, _Known] = {}
        self._line: list[tuple[datetime, str]] = []  # (following, id), ascending; without those of _NEVER

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, ident: str) -> bool:
        return ident in self._known

    @property
    def calendar(self) -> Calendar:
        return self._calendar

    def rule(self, ident: str) -> Rule:
        return self._known[ident].rule

    def put(self, ident: str, rule: Rule, after: datetime) -> None:
        """Take a rule in, or its change; everything up to `after` has been dealt with."""
        self._leave(ident)
        known = self._reckoned(rule, after)
        self._known[ident] = known
        if known.following is not _NEVER:
            insort(self._line, (known.following, ident))

    def put_all(self, rules: Iterable[tuple[str, Rule, datetime]]) -> None:
        """The same for many at once, of which none is known yet."""
        new = {ident: self._reckoned(rule, after) for ident, rule, after in rules}
        self._known |= new
        if len(new) > FEW:
            self._order()
            return
        for ident, known in new.items():
            if known.following is not _NEVER:
                insort(self._line, (known.following, ident))

    def drop(self, ident: str) -> None:
        self._leave(ident)
        self._known.pop(ident, None)

    def dealt_with(self, ident: str, until: datetime) -> None:
        """Every occurrence of a rule up to `until` has been dealt with."""
        self.put(ident, self._known[ident].rule, until)

    def begin_again(self, after: datetime) -> None:
        """The clock was set back: look at everything after this instant once more."""
        self._known = {ident: self._reckoned(known.rule, after) for ident, known in self._known.items()}
        self._order()

    def amend(self, calendar: Calendar, after: datetime) -> list[str]:
        """Other types of days from this instant on; the ids of the rules that look at them."""
        self._calendar = calendar
        touched = [ident for ident, known in self._known.items() if known.rule.day_types]
        for ident in touched:
            self.put(ident, self._known[ident].rule, after)
        return touched

    def due(self, until: datetime) -> list[str]:
        """The rules with something not dealt with up to `until`, the earliest first."""
        return [ident for _, ident in self._line[: self._end(until)]]

    def following(self, until: datetime) -> dict[str, datetime]:
        """The next occurrence of each rule that has one up to `until`."""
        return {ident: at for at, ident in self._line[: self._end(until)]}

    def between(self, begin: datetime, end: datetime) -> list[tuple[datetime, str]]:
        """What is not dealt with in [begin, end), in order of (instant, id)."""
        found = []
        for following, ident in self._line[: bisect_left(self._line, (end, ""))]:
            after = max(begin, following) - _TICK
            rule = self._known[ident].rule
            found += [(at, ident) for at in due_between(rule, after, end - _TICK, self._tz, self._calendar)]
        return sorted(found)

    def _reckoned(self, rule: Rule, after: datetime) -> _Known:
        return _Known(rule, after, next_after(rule, after, self._tz, self._calendar) or _NEVER)

    def _order(self) -> None:
        self._line = sorted((k.following, ident) for ident, k in self._known.items() if k.following is not _NEVER)

    def _leave(self, ident: str) -> None:
        known = self._known.get(ident)
        if known and known.following is not _NEVER:
            del self._line[bisect_left(self._line, (known.following, ident))]

    def _end(self, until: datetime) -> int:
        return bisect_left(self._line, (until + _TICK, ""))
