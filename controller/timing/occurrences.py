"""Single occurrences of a rule moved, left out and put back, within the caller's transaction.

A change is part of the rule's document, so that whoever reads the rule knows all of it, and the rule keeps
its id: what it has spoken stays known. Knows the store, not who calls, and rings nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from controller.core.errors import InputError, NotFoundError, Problem
from controller.core.journal import Kind
from controller.store import announcements, journal, utterances
from controller.store.connection import Tx
from controller.timing.outlook import calendar_of
from schedules.day_types import Calendar
from schedules.documents import document_of, rule_from
from schedules.planner import due_between
from schedules.rules import Change, Rule

_TICK = timedelta(microseconds=1)


def move(tx: Tx, at: datetime, tz: tzinfo, rule_id: str, due: datetime, to: datetime | None, by: str) -> str:
    """Have the occurrence due at an instant spoken at another (None: not at all); the announcement's id.

    `due` is when it is due now, moved before or not. InputError: it is over, there is none, `to` is past or taken,
    or one of them is in an hour that the clock passes for the second time.
    """
    stored, rule = _rule(tx, rule_id)
    calendar = calendar_of(tx)
    if due <= at:
        raise InputError(Problem.of("due", "occurrence_over"))
    if not _is_due(rule, due, tz, calendar):
        raise NotFoundError("due", due.astimezone(tz).isoformat())
    if to is not None and to <= at:
        raise InputError(Problem.of("to", "past"))
    for field, instant in (("due", due), ("to", to)):
        if instant is not None and instant.astimezone(tz).fold:
            raise InputError(Problem.of(field, "comes_twice"))  # its clock time means an hour before
    if to is not None and to != due and _is_due(rule, to, tz, calendar):
        raise InputError(Problem.of("to", "occurrence_taken"))
    before = next((change for change in rule.changes if change.to == _wall(due, tz)), None)
    first_due = before.due if before else _wall(due, tz)
    kept = [change for change in rule.changes if change.due != first_due]
    wanted = _wall(to, tz) if to else None
    if wanted != first_due:
        kept.append(Change(first_due, wanted))
    _store(tx, at, stored, rule, kept)
    _free(tx, rule_id, (due,), by)
    detail = {"to": to.isoformat()} if to else {"left_out": True}
    _note(tx, at, stored.announcement_id, by, due=due.isoformat(), **detail)
    return stored.announcement_id


def undo(tx: Tx, at: datetime, tz: tzinfo, rule_id: str, due: datetime, by: str) -> str:
    """Take back the change of the occurrence that was due, or is due now, at an instant; the announcement's id.

    Whatever was moved to where it comes back goes back too: two at one instant would be one. InputError: the one
    or the other instant is over, so that it would be spoken twice, or never.
    """
    stored, rule = _rule(tx, rule_id)
    wall = _wall(due, tz)
    taken, kept = _parted(rule.changes, {wall}, lambda change: {change.due, change.to})
    if not taken:
        raise NotFoundError("due", due.astimezone(tz).isoformat())
    while True:
        in_the_way, kept = _parted(kept, {change.due for change in taken}, lambda change: {change.to})
        if not in_the_way:
            break
        taken += in_the_way
    if any(_instant(wall, tz) <= at for change in taken for wall in (change.due, change.to) if wall):
        raise InputError(Problem.of("due", "occurrence_over"))
    _store(tx, at, stored, rule, kept)
    moved_to = tuple(_instant(change.to, tz) for change in taken if change.to)
    _free(tx, rule_id, moved_to, by)
    _note(tx, at, stored.announcement_id, by, due=taken[0].due.replace(tzinfo=tz).isoformat(), put_back=True)
    return stored.announcement_id


def _parted(
    changes: Sequence[Change], walls: set[datetime], of: Callable[[Change], set[datetime | None]]
) -> tuple[list[Change], list[Change]]:
    """Those that have to do with some clock times, and the others."""
    return [c for c in changes if of(c) & walls], [c for c in changes if not of(c) & walls]


def _rule(tx: Tx, rule_id: str) -> tuple[announcements.StoredRule, Rule]:
    found = announcements.rules(tx, rule_id=rule_id)
    if not found:
        raise NotFoundError("rule", rule_id)
    return found[0], rule_from(found[0].document, stored=True)


def _is_due(rule: Rule, at: datetime, tz: tzinfo, calendar: Calendar) -> bool:
    return due_between(rule, at - _TICK, at, tz, calendar) == [at]


def _wall(at: datetime, tz: tzinfo) -> datetime:
    return at.astimezone(tz).replace(tzinfo=None)


def _instant(wall: datetime, tz: tzinfo) -> datetime:
    """In UTC: around a change of the clock an instant of another zone equals none (PEP 495)."""
    return wall.replace(tzinfo=tz).astimezone(UTC)


def _store(tx: Tx, at: datetime, stored: announcements.StoredRule, rule: Rule, changes: Sequence[Change]) -> None:
    ordered = tuple(sorted(changes, key=lambda change: change.due))
    document = document_of(replace(rule, changes=ordered))
    # planned again from now on: what is in line already is known by (rule, due) and stays as it is
    announcements.change_rule(tx, stored.id, document, min(stored.planned_until, at))


def _free(tx: Tx, rule_id: str, dues: Sequence[datetime], by: str) -> None:
    """Take what is due at these instants out of the line, and make room for it to come back."""
    for due in dues:
        for utterance in utterances.of_occurrence(tx, rule_id, due):
            if not utterance.attempt:
                utterances.void(tx, utterance.id, by)


def _note(tx: Tx, at: datetime, announcement_id: str, by: str, **detail: object) -> None:
    title = announcements.get(tx, announcement_id).title
    journal.write(tx, at, Kind.MOVED, f"announcement/{announcement_id}", title=title, by=by, **detail)
