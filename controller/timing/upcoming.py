"""What the rules bring that is not in line yet, for faces that ask again and again.

One a process; any of its threads may ask. A rule is read when it has changed (its number says so) and kept
in an agenda, so that an ask costs what lies ahead, not all that is stored. Reads, never writes.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Lock

from controller.core.errors import InputError
from controller.store import announcements
from controller.store.announcements import StoredRule
from controller.store.connection import Tx
from controller.timing.outlook import calendar_of
from schedules.agenda import Agenda
from schedules.day_types import Calendar
from schedules.documents import rule_from

_TICK = timedelta(microseconds=1)
_EVER = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
BACK = timedelta(seconds=1)  # asked for earlier than before by more than this, everything is looked at anew
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Coming:
    due: datetime  # UTC
    rule_id: str
    announcement_id: str


class Upcoming:
    def __init__(self, tz: tzinfo) -> None:
        self._agenda = Agenda(tz, Calendar())
        self._owners: dict[str, str] = {}  # rule id -> announcement id
        self._unreadable: dict[str, str] = {}  # the same of those that are not in the agenda
        self._seen_no = 0  # of the last change of a rule that was taken in
        self._begin: datetime | None = None  # everything before has been left behind
        self._lock = Lock()

    def between(self, tx: Tx, begin: datetime, end: datetime) -> list[Coming]:
        """The occurrences due in [begin, end) that have no utterance yet, in order of (instant, rule)."""
        with self._lock:
            self._catch_up(tx, begin)
            found = [(at, ident, self._owners[ident]) for at, ident in self._agenda.between(begin, end)]
        planned = announcements.planned_until(tx, {ident for _, ident, _ in found})
        return [Coming(at, ident, owner) for at, ident, owner in found if ident in planned and at > planned[ident]]

    def next_of_each(self, tx: Tx, now: datetime) -> dict[str, datetime]:
        """When each announcement is due next by any of its rules, by its id; those that are not any more are left
        out."""
        with self._lock:
            self._catch_up(tx, now)
            found: dict[str, datetime] = {}
            for ident, at in self._agenda.following(_EVER).items():  # the earliest first
                found.setdefault(self._owners[ident], at)
        return found

    def unreadable(self, tx: Tx, now: datetime) -> set[str]:
        """The announcements with a rule that this program cannot read, by id: somebody has to write it anew."""
        with self._lock:
            self._catch_up(tx, now)
            return set(self._unreadable.values())

    def _catch_up(self, tx: Tx, begin: datetime) -> None:
        before = begin - _TICK
        changed, self._seen_no = announcements.changed_rules(tx, self._seen_no)
        self._take_in(changed, before)
        calendar = calendar_of(tx)
        if calendar != self._agenda.calendar:
            self._agenda.amend(calendar, before)
        if self._begin and begin < self._begin - BACK:
            self._agenda.begin_again(before)
        for ident in self._agenda.due(before):
            self._agenda.dealt_with(ident, before)
        self._begin = begin

    def _take_in(self, changed: list[StoredRule], before: datetime) -> None:
        fresh = []
        for row in changed:
            self._agenda.drop(row.id)
            self._unreadable.pop(row.id, None)
            if row.ended_at is not None:
                continue
            try:
                fresh.append((row.id, rule_from(row.document, stored=True), before))
            except InputError as error:  # the controller says so in the journal; it must not hide the others
                log.debug("rule %s: %s", row.id, error)
                self._unreadable[row.id] = row.announcement_id
                continue
            self._owners[row.id] = row.announcement_id
        self._agenda.put_all(fresh)
