"""Turns rules into utterances, ahead of time, and writes off what nobody was there to speak.

One transaction holds the new rows of a rule, their journal lines and how far it is planned, so that a
kill at any instant neither loses nor doubles an occurrence. What is due when, and what is too late, is
decided by `schedules.planner`; which rules are to be looked at at all, by `schedules.agenda`. Rings
nobody: it says who has work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.announcements import Announcement, Late
from controller.core.errors import InputError
from controller.core.ports import Ids
from controller.core.utterances import Utterance, UtteranceEvent, UtteranceState
from controller.runtime.config import StationConfig
from controller.store import announcements, facts, utterances
from controller.store.announcements import StoredRule
from controller.store.connection import Store, Tx
from controller.timing.acceptance import quiet_now_problems
from controller.timing.lineup import lateness_of, occurrence
from controller.timing.outlook import calendar_of, length_of
from schedules.agenda import Agenda
from schedules.day_types import Calendar
from schedules.documents import rule_from
from schedules.planner import due_between, sift_late
from schedules.rules import Rule

ROWS_AT_ONCE = 200  # occurrences a transaction, so that a year's outage does not hold the write lock
ALARMS_AHEAD = timedelta(hours=1)  # those further away are set by one of the plans until then
STEPPED_BACK = timedelta(seconds=1)  # planned further than this beyond the lead: the clock was set back
WRITE_OFF = timedelta(seconds=60)  # after its late window, what a dead output left behind
AGAIN = timedelta(seconds=600)  # an output that lives may take up a cut item again for so long
_TICK = timedelta(microseconds=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    alarms: dict[str, datetime]  # rule id -> the instant at which it is to be planned again, of the near ones
    outputs: frozenset[str]  # those with something new in line


class Planning:
    def __init__(self, store: Store, ids: Ids, config: StationConfig) -> None:
        self._store, self._ids, self._config = store, ids, config
        self._lead = timedelta(seconds=config.policy.lead_s)
        self._agenda = Agenda(config.site.tz, Calendar())
        self._calendar = Calendar()  # by which what is in line has been looked at
        self._horizon: datetime | None = None  # of the last plan; None: before the first
        self._waited = timedelta()  # for so long there was no plan, though this process was there
        self._seen_no = 0  # of the last change of a rule that was taken in
        self._unreadable: set[str] = set()
        self._reported: frozenset[str] | None = None  # the unreadable ones that were said; None: not yet looked

    @property
    def lead_s(self) -> float:
        return self._lead.total_seconds()

    def plan_ahead(self, now: datetime, waited_s: float = 0.0, progress: Callable[[], None] = lambda: None) -> Plan:
        """Give every occurrence up to `now` plus the lead its utterance: in line, or missed.

        `waited_s`: for so long nobody could plan, though this process was there (a locked store, a doubtful clock).
        `progress` is told of every transaction: what a long outage has left to be written takes its time.
        """
        horizon, self._waited = now + self._lead, timedelta(seconds=waited_s)
        stepped_back = self._horizon is not None and self._horizon > horizon + STEPPED_BACK
        with self._store.read() as tx:
            changed, seen_no = announcements.changed_rules(tx, self._seen_no)
            calendar = calendar_of(tx)
            # an output that saw a clock running ahead has given them up as too late
            given_up = utterances.missed_ahead(tx, now, horizon)
        outputs = self._amend(calendar, now) if calendar != self._calendar else set()
        if stepped_back:
            self._agenda.begin_again(now)
        anew = {ident for ident in given_up if ident in self._agenda}
        anew |= self._take_in(changed, now, horizon)
        due = [ident for ident in self._agenda.due(horizon) if ident not in anew]
        looked_at_anew = frozenset(anew) | (set(due) if stepped_back else set())
        outputs |= self._plan_rules([*sorted(anew), *due], now, looked_at_anew, progress)
        self._seen_no, self._horizon = seen_no, horizon
        self._report(now)
        near = self._agenda.following(horizon + ALARMS_AHEAD)
        return Plan({ident: at - self._lead for ident, at in near.items()}, frozenset(outputs))

    def write_off(self, now: datetime, at_home: Callable[[str], bool]) -> int:
        """Record the end of what outputs left behind whose process is gone; how many there were."""
        begun_before = now - WRITE_OFF - timedelta(seconds=self._config.policy.max_duration_s)
        with self._store.read() as tx:
            left = _abandoned(utterances.stale(tx, now - WRITE_OFF, begun_before), now, at_home)
        if left:
            with self._store.write() as tx:
                # looked up again: the output may have come back and ended them itself
                left = _abandoned(utterances.stale(tx, now - WRITE_OFF, begun_before), now, at_home)
                for utterance in left:
                    _write_off(tx, now, utterance)
        return len(left)

    def _take_in(self, changed: Iterable[StoredRule], now: datetime, horizon: datetime) -> set[str]:
        """Bring the agenda up to date; the ids of the rules that were planned by a clock that ran ahead."""
        ahead: set[str] = set()
        fresh: list[tuple[str, Rule, datetime]] = []
        for row in changed:
            self._unreadable.discard(row.id)
            if row.ended_at is not None:
                self._agenda.drop(row.id)
                continue
            try:
                rule = rule_from(row.document, stored=True)
            except InputError as error:
                log.error("rule %s cannot be read: %s", row.id, error)
                self._unreadable.add(row.id)
                self._agenda.drop(row.id)
                continue
            ran_ahead = row.planned_until > horizon + STEPPED_BACK
            if ran_ahead:
                ahead.add(row.id)
            after = now if ran_ahead else row.planned_until
            if row.id in self._agenda:
                self._agenda.put(row.id, rule, after)
            else:
                fresh.append((row.id, rule, after))
        self._agenda.put_all(fresh)
        return ahead

    def _amend(self, calendar: Calendar, now: datetime) -> set[str]:
        """Take in what officials say of days: from now on. The outputs that lost something from their line."""
        # what the last plan has looked at was as it was; what has passed since, unplanned, still has no outcome
        since = min(now, self._horizon or now)
        touched = self._agenda.amend(calendar, since)
        outputs: set[str] = set()
        if self._horizon is None:
            self._calendar = calendar
            return outputs
        with self._store.write() as tx:
            announcements.planned_from(tx, touched, since)
            for output in self._config.outputs:
                for utterance in utterances.open_on(tx, output.name):
                    if utterance.rule_id in touched and not utterance.attempt and not self._is_due(utterance):
                        utterances.void(tx, utterance.id, "loalang")
                        outputs.add(output.name)
        self._calendar = calendar  # not before it is stored
        return outputs

    def _is_due(self, utterance: Utterance) -> bool:
        rule, due = self._agenda.rule(utterance.rule_id), utterance.due
        return bool(due_between(rule, due - _TICK, due, self._config.site.tz, self._agenda.calendar))

    def _plan_rules(
        self, idents: list[str], now: datetime, anew: frozenset[str], progress: Callable[[], None]
    ) -> set[str]:
        """The outputs that got something in line. `anew`: those looked at from now on, planned before or not."""
        outputs: set[str] = set()
        left = list(reversed(idents))
        while left:
            room = ROWS_AT_ONCE
            done: dict[str, datetime] = {}
            with self._store.write() as tx:
                while left and room > 0:
                    ident = left.pop()
                    used, until, got = self._plan_rule(tx, ident, now, room, ident in anew)
                    room, outputs = room - used, outputs | got
                    done[ident] = until
                    if until < now:  # there is more of it than has room in one transaction
                        left.append(ident)
            for ident, until in done.items():  # only what is stored counts
                self._agenda.dealt_with(ident, until)
            progress()
        return outputs

    def _plan_rule(self, tx: Tx, ident: str, now: datetime, room: int, anew: bool) -> tuple[int, datetime, set[str]]:
        """How many occurrences were written, up to what instant, and the outputs that got something in line."""
        horizon = now + self._lead
        found = announcements.rules(tx, rule_id=ident)
        if not found:
            return 0, horizon, set()  # ended since we looked; the next plan drops it
        rule, announcement = self._agenda.rule(ident), announcements.get(tx, found[0].announcement_id)
        due = due_between(
            rule, now if anew else found[0].planned_until, horizon, self._config.site.tz, self._agenda.calendar
        )
        length = length_of(tx, self._config, announcement, announcement.id)
        in_line, missed = self._sifted(due, now, rule, announcement, length.total_seconds())
        if in_line and in_line[0] < now and utterances.is_open(tx, ident, before=in_line[0]):
            # an earlier one of the same rule is still to be spoken: the words are the same, and once is enough
            missed.append((in_line.pop(0), "said_already"))
        for at, reason in missed[:room]:
            utterances.record_missed(tx, now, self._occurrence(announcement, ident, rule, at), reason)
        if len(missed) > room:
            until = missed[room - 1][0]
            announcements.planned(tx, ident, until)
            return room, until, set()
        outputs = {
            utterance.output
            for at in in_line
            for utterance in self._occurrence(announcement, ident, rule, at)
            if _queue(tx, now, utterance)
        }
        announcements.planned(tx, ident, horizon)
        return len(due), horizon, outputs

    def _sifted(
        self, due: list[datetime], now: datetime, rule: Rule, announcement: Announcement, length_s: float
    ) -> tuple[list[datetime], list[tuple[datetime, str]]]:
        """What is put in line, and what is missed with the reason; in order."""
        lateness = lateness_of(announcement, rule)
        # what joins has nothing left to join once it would be over
        window_s = min(lateness.window_s, length_s) if lateness.late is Late.JOIN else lateness.window_s
        in_line, missed = sift_late(due, now, window_s, lateness.late)
        reasons = [(at, self._why(at, now)) for at in missed]
        if in_line and in_line[0] < now:
            quiet = quiet_now_problems(self._config, announcement.zones, announcement.level, length_s, now)
            if quiet:
                reasons.append((in_line.pop(0), "quiet_hours"))
        return in_line, reasons

    def _why(self, at: datetime, now: datetime) -> str:
        """Why nobody put it in line. Who has planned before was there: the clock must have jumped over it."""
        if at > now - self._waited:
            return "could_not_plan"
        return "station_off" if self._horizon is None else "clock_set"

    def _occurrence(self, announcement: Announcement, rule_id: str, rule: Rule, due: datetime) -> list[Utterance]:
        return occurrence(self._ids, self._config, announcement, rule_id, due, lateness_of(announcement, rule))

    def _report(self, now: datetime) -> None:
        """An empty schedule is not one that could not be read: say so where faults are shown."""
        unreadable = frozenset(self._unreadable)
        if unreadable == self._reported:
            return
        with self._store.write() as tx:
            facts.report(tx, now, "schedule", "rule_unreadable" if unreadable else "", **_counted(unreadable))
        self._reported = unreadable


def _counted(idents: frozenset[str]) -> dict[str, str]:
    return {"count": str(len(idents))} if idents else {}


def _queue(tx: Tx, now: datetime, utterance: Utterance) -> bool:
    """Put in line; also what a clock that ran ahead has recorded as missed before its time."""
    if utterances.queue(tx, now, utterance):
        return True
    return utterances.unmiss(tx, now, utterance) and utterances.queue(tx, now, utterance)


def _abandoned(stale: Iterable[Utterance], now: datetime, at_home: Callable[[str], bool]) -> list[Utterance]:
    waits = [u for u in stale if not (u.state is UtteranceState.QUEUED and u.attempt and now < u.late_until + AGAIN)]
    gone = {output for output in {u.output for u in waits} if not at_home(output)}
    return [u for u in waits if u.output in gone]


def _write_off(tx: Tx, now: datetime, utterance: Utterance) -> None:
    if utterance.stop_wanted_by:
        utterances.move(tx, now, utterance.id, UtteranceEvent.STOP, by=utterance.stop_wanted_by)
    elif utterance.attempt:
        utterances.move(tx, now, utterance.id, UtteranceEvent.ABANDON, reason="output_gone")
    else:
        utterances.move(tx, now, utterance.id, UtteranceEvent.MISS, reason="output_gone")
