"""What an official does with the numbers at the desk: give them out, call the next, call it again, go back, begin anew.

Numbers of today only, by the clock of the place: after midnight they begin at 1 by themselves. Each act is one
transaction with its journal line, followed by one round of rings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from controller.core.errors import InputError, Problem
from controller.core.ports import Bell, Clock
from controller.runtime.config import StationConfig
from controller.store import desk
from controller.store.connection import Store
from controller.store.desk import Numbers

DAY_LIMIT = 999  # numbers a day: three digits is what a small board shows
GIVE_LIMIT = 50  # at a time


class Desk:
    def __init__(self, store: Store, bell: Bell, clock: Clock, config: StationConfig) -> None:
        self._store, self._bell, self._clock, self._config = store, bell, clock, config

    def today(self) -> Numbers:
        with self._store.read() as tx:
            return desk.of_day(tx, self._local(self._clock.now()).date())

    def give(self, by: str, count: int = 1) -> Numbers:
        """Give out the next `count` numbers: the last of them is `given` of the answer."""
        if not 1 <= count <= GIVE_LIMIT:
            raise InputError(Problem.of("count", "desk_count", limit=GIVE_LIMIT))

        def given(old: Numbers, _: datetime) -> Numbers:
            if old.given + count > DAY_LIMIT:
                raise InputError(Problem.of("count", "desk_full", limit=DAY_LIMIT))
            return replace(old, given=old.given + count)

        return self._put("given", given, by)

    def call_next(self, by: str, seen: int | None = None) -> Numbers:
        """Call the next number. InputError if nobody waits.

        `seen`: the number that was called when this was asked for; asked for twice, it passes over nobody.
        """

        def called(old: Numbers, at: datetime) -> Numbers:
            if old.called >= old.given:
                raise InputError(Problem.of("desk", "desk_nobody"))
            return replace(old, called=old.called + 1, called_at=at)

        return self._put("called", called, by, seen)

    def call_again(self, by: str) -> Numbers:
        """Call the same number once more: boards show it at once again. InputError if none was called."""

        def again(old: Numbers, at: datetime) -> Numbers:
            if old.called == 0:
                raise InputError(Problem.of("desk", "desk_none_called"))
            return replace(old, called_at=at)

        return self._put("again", again, by)

    def step_back(self, by: str, seen: int | None = None) -> Numbers:
        """Take the last call back: the number before it stands there again. InputError if none was called.

        `seen` as of `call_next`.
        """

        def back(old: Numbers, at: datetime) -> Numbers:
            if old.called == 0:
                raise InputError(Problem.of("desk", "desk_none_called"))
            return replace(old, called=old.called - 1, called_at=at if old.called > 1 else None)

        return self._put("back", back, by, seen)

    def reset(self, by: str) -> Numbers:
        """Begin at 1 again; the numbers before, to take it back with `restore`."""
        before: list[Numbers] = []

        def begun(old: Numbers, _: datetime) -> Numbers:
            before.append(old)
            return Numbers()

        self._put("reset", begun, by)
        return before[0]

    def restore(self, before: Numbers, by: str) -> Numbers:
        """Undo a reset. InputError if numbers were given out since: nobody's number changes under them."""
        if not 0 <= before.called <= before.given <= DAY_LIMIT:
            raise InputError(Problem.of("desk", "desk_used"))

        def restored(old: Numbers, _: datetime) -> Numbers:
            if old.given:
                raise InputError(Problem.of("desk", "desk_used"))
            return before

        return self._put("restored", restored, by)

    def _put(
        self, what: str, change: Callable[[Numbers, datetime], Numbers], by: str, seen: int | None = None
    ) -> Numbers:
        with self._store.write() as tx:
            at = self._clock.now()
            day = self._local(at).date()
            old = desk.of_day(tx, day)
            if seen is not None and old.called != seen:
                return old
            new = change(old, at)
            if new == old:
                return new
            desk.put(tx, at, day, new, what, by)
        for whom in self._config.faces:
            self._bell.ring(whom)
        return new

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._config.site.tz)
