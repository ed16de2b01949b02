"""The station's schedule as a calendar file, and a calendar file as an outlook.

For the page, the addresses that phones read, and `loalang plan --ics`. Reads the store, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from controller.core.errors import InputError, Problem
from controller.core.levels import Level
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.store import announcements
from controller.store.connection import Tx
from controller.timing.outlook import PLANNED, Outlook, calendar_of, length_of
from schedules.day_types import Calendar
from schedules.documents import rule_from
from schedules.ics_in import Imported
from schedules.ics_out import Entry, calendar, two_years
from schedules.planner import due_between
from schedules.rules import Once, Rule
from schedules.wording import rule_words

_TICK = timedelta(microseconds=1)


def schedule_file(tx: Tx, config: StationConfig, now: datetime, words: Words) -> bytes:
    """Every rule in force."""
    tz = config.site.tz
    entries = []
    for announcement in announcements.current(tx):
        length = length_of(tx, config, announcement, announcement.id)
        for stored in announcements.rules(tx, announcement.id):
            try:
                rule = rule_from(stored.document, stored=True)
            except InputError:
                continue  # the controller reports a rule that this program cannot read
            entries.append(
                Entry(
                    stored.id, rule, announcement.title, announcement.text, rule_words(rule, tz, words),
                    _names(config, announcement.zones), length, announcement.created_at, announcement.updated_at,
                )
            )  # fmt: skip
    return calendar(entries, config.site.name, tz, two_years(now, tz), calendar_of(tx))


def plan_file(plan: Iterable[Outlook], config: StationConfig, begin: datetime, end: datetime) -> bytes:
    """What an outlook over [begin, end) has, each occurrence an event of its own."""
    tz = config.site.tz
    entries = [
        Entry(
            one.rule_id, Rule(Once(one.due)), one.title, one.title, one.rule_words, _names(config, one.zones),
            one.until - one.due, begin, one.due,
        )
        for one in plan
    ]  # fmt: skip
    return calendar(entries, config.site.name, tz, (begin.astimezone(tz), end.astimezone(tz)), Calendar())


def plan_of(imported: Imported, config: StationConfig, begin: datetime, end: datetime, words: Words) -> list[Outlook]:
    """What a calendar file would have the station play in [begin, end): everywhere, as a normal announcement."""
    tz = config.site.tz
    zones = tuple(zone.id for zone in config.zones)
    found = []
    for event in imported.events:
        said = rule_words(event.rule, tz, words)
        for due in due_between(event.rule, begin - _TICK, end - _TICK, tz):
            until = due + event.lengths.get(due, event.length)
            found.append(
                Outlook(
                    due.astimezone(tz), until.astimezone(tz), event.title, event.uid, said, zones, Level.NORMAL,
                    PLANNED,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.due.astimezone(UTC), one.title, one.rule_id))


def refused(imported: Imported, file: str) -> tuple[Problem, ...]:
    """The events that are wrong or impossible, each as a problem of its line."""
    return tuple(
        Problem(f"{file} line {entry.line}: {entry.problem.field.lower()}", entry.problem.code, entry.problem.facts)
        for entry in imported.left_out
        if entry.refused
    )


def _names(config: StationConfig, zones: Iterable[str]) -> str:
    return ", ".join(config.zone(zone).name if any(z.id == zone for z in config.zones) else zone for zone in zones)
