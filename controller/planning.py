"""Turns rules into utterances, ahead of time, and writes off what nobody was there to speak.

One transaction a rule holds its new rows, their journal lines and how far it is planned, so that a
kill at any instant neither loses nor doubles an occurrence. What is due when, and what is too late,
is decided by `schedules.planner`. Rings nobody: it says who has work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.announcing import occurrence
from controller.core.announcements import Announcement
from controller.core.errors import InputError
from controller.core.ports import Ids
from controller.core.utterances import Utterance, UtteranceEvent, UtteranceState
from controller.runtime.config import StationConfig
from controller.store import announcements, facts, utterances
from controller.store.announcements import StoredRule
from controller.store.connection import Store, Tx
from schedules.documents import rule_from
from schedules.planner import due_between, next_after, sift_late
from schedules.rules import Rule

MISSED_AT_ONCE = 200  # occurrences a transaction, so that a year's outage does not hold the write lock
STEPPED_BACK = timedelta(seconds=1)  # planned further than this beyond the lead: the clock was set back
WRITE_OFF = timedelta(seconds=60)  # after its late window, what a dead output left behind
AGAIN = timedelta(seconds=600)  # an output that lives may take up a cut item again for so long
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    alarms: dict[str, datetime]  # rule id -> the instant at which it is to be planned again
    outputs: frozenset[str]  # those with something new in line


class Planning:
    def __init__(self, store: Store, ids: Ids, config: StationConfig) -> None:
        self._store, self._ids, self._config = store, ids, config
        self._lead = timedelta(seconds=config.policy.lead_s)
        self._unreadable: frozenset[str] | None = None  # None: not yet looked

    @property
    def lead_s(self) -> float:
        return self._lead.total_seconds()

    def plan_ahead(self, now: datetime) -> Plan:
        """Give every occurrence up to `now` plus the lead its utterance: in line, or missed."""
        horizon = now + self._lead
        with self._store.read() as tx:
            stored = announcements.rules(tx)
            # an output that saw a clock running ahead has given them up as too late
            given_up = utterances.missed_ahead(tx, now, horizon)
        alarms: dict[str, datetime] = {}
        outputs: set[str] = set()
        unreadable = set()
        for row in stored:
            try:
                rule = rule_from(row.document)
            except InputError as error:
                log.error("rule %s cannot be read: %s", row.id, error)
                unreadable.add(row.id)
                continue
            anew = row.id in given_up
            if anew or _ran_ahead(row, horizon) or due_between(rule, row.planned_until, horizon, self._config.site.tz):
                outputs |= self._plan_rule(row.id, rule, now, anew)
            following = next_after(rule, horizon, self._config.site.tz)
            if following:
                alarms[row.id] = following - self._lead
        self._report(frozenset(unreadable), now)
        return Plan(alarms, frozenset(outputs))

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

    def _plan_rule(self, rule_id: str, rule: Rule, now: datetime, anew: bool) -> set[str]:
        """The outputs that got something in line. `anew`: also look at what seems to be planned already."""
        horizon = now + self._lead
        while True:
            with self._store.write() as tx:
                found = announcements.rules(tx, rule_id=rule_id)
                if not found:
                    return set()  # ended since we looked
                announcement = announcements.get(tx, found[0].announcement_id)
                after = now if anew or _ran_ahead(found[0], horizon) else found[0].planned_until
                due = due_between(rule, after, horizon, self._config.site.tz)
                in_line, missed = sift_late(due, now, announcement.late_window_s)
                for at in missed[:MISSED_AT_ONCE]:
                    for utterance in self._occurrence(announcement, rule_id, at):
                        utterances.record_missed(tx, now, utterance, "station_off")
                if len(missed) > MISSED_AT_ONCE:
                    announcements.planned(tx, rule_id, missed[MISSED_AT_ONCE - 1])
                    continue
                outputs = {
                    utterance.output
                    for at in in_line
                    for utterance in self._occurrence(announcement, rule_id, at)
                    if _queue(tx, now, utterance)
                }
                announcements.planned(tx, rule_id, horizon)
                return outputs

    def _occurrence(self, announcement: Announcement, rule_id: str, due: datetime) -> list[Utterance]:
        return occurrence(self._ids, self._config, announcement, rule_id, due, announcement.late_window_s)

    def _report(self, unreadable: frozenset[str], now: datetime) -> None:
        """An empty schedule is not one that could not be read: say so where faults are shown."""
        if unreadable == self._unreadable:
            return
        self._unreadable = unreadable
        with self._store.write() as tx:
            facts.report(tx, now, "schedule", "rule_unreadable" if unreadable else "", **_counted(unreadable))


def _counted(idents: frozenset[str]) -> dict[str, str]:
    return {"count": str(len(idents))} if idents else {}


def _ran_ahead(row: StoredRule, horizon: datetime) -> bool:
    return row.planned_until > horizon + STEPPED_BACK


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
