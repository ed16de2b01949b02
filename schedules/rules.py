"""When an announcement is to be spoken: rules, and the documents in which they are stored.

A rule is a value; what instants it means in a time zone is the planner's affair, how it is said the
wording's. A new kind of rule is a class here, a case in `rule_from` and `document_of`, a generator
in the planner and a sentence in the wording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from controller.core.errors import InputError, Problem

FIRST_YEAR, LAST_YEAR = 2000, 2199  # what a village plans; beyond, it is a slip of the finger
DATE_EXAMPLE, TIME_EXAMPLE = "2026-11-27", "19:30"
# stricter than fromisoformat, which takes "2026-W48-5" and a bare "19"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:00)?")


@dataclass(frozen=True, slots=True)
class Once:
    at: datetime  # aware


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at `at` on the clock of the place, from `first` to `last` (None: without end)."""

    at: time  # naive: hour and minute of the place
    first: date
    last: date | None


Rule = Once | Daily


def rule_from(document: Mapping[str, object]) -> Rule:
    """The rule that a document describes; InputError with every problem of its fields.

    Documents: {"kind": "once", "at": "2026-11-21T19:30:00+07:00"} and
    {"kind": "daily", "at": "19:30", "first": "2026-11-21", "last": null or "2026-11-30"}.
    """
    match document.get("kind"):
        case "once":
            return Once(_instant(document.get("at")))
        case "daily":
            return _daily(document.get("first"), document.get("at"), document.get("last"))
        case other:
            raise InputError(Problem.of("when", "rule_kind", kind="" if other is None else other))


def document_of(rule: Rule) -> dict[str, object]:
    match rule:
        case Once(at):
            return {"kind": "once", "at": at.isoformat()}
        case Daily(at, first, last):
            return {
                "kind": "daily", "at": at.isoformat("minutes"), "first": first.isoformat(),
                "last": last.isoformat() if last else None,
            }  # fmt: skip


def rule_of_entry(kind: str, day: str, clock: str, until: str, tz: tzinfo) -> Rule:
    """The rule that a form's fields `when` (kind), `date`, `time` and `until` mean at a place.

    "2026-11-27" and "19:30"; `until` may be "". InputError with every problem, by field.
    """
    match kind:
        case "once":
            problems: list[Problem] = []
            on, at = _date("date", day, problems), _time("time", clock, problems)
            if on is None or at is None:
                raise InputError(*problems)
            return Once(datetime.combine(on, at, tzinfo=tz))
        case "daily":
            return _daily(day, clock, until or None)
        case _:
            raise InputError(Problem.of("when", "rule_kind", kind=kind))


def _daily(first: object, at: object, last: object) -> Daily:
    problems: list[Problem] = []
    begins = _date("date", first, problems)
    clock = _time("time", at, problems)
    ends = _date("until", last, problems) if last is not None else None
    if begins and ends and ends < begins:
        problems.append(Problem.of("until", "until_before_first", first=begins.isoformat(), last=ends.isoformat()))
    if begins is None or clock is None or problems:
        raise InputError(*problems)
    return Daily(clock, begins, ends)


def _instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InputError(Problem.of("when", "bad_instant", value=value or "", example="2026-11-27T19:30:00+07:00"))
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InputError(Problem.of("when", "far_year", year=at.year, first=FIRST_YEAR, last=LAST_YEAR))
    return at


def _date(field: str, value: object, problems: list[Problem]) -> date | None:
    if value in (None, ""):
        problems.append(Problem.of(field, "empty"))
        return None
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        problems.append(Problem.of(field, "bad_date", value=value, example=DATE_EXAMPLE))
    elif not FIRST_YEAR <= day.year <= LAST_YEAR:
        problems.append(Problem.of(field, "far_year", year=day.year, first=FIRST_YEAR, last=LAST_YEAR))
        return None
    return day


def _time(field: str, value: object, problems: list[Problem]) -> time | None:
    if value in (None, ""):
        problems.append(Problem.of(field, "empty"))
        return None
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found["hour"]) >= 24 or int(found["minute"]) >= 60:
        problems.append(Problem.of(field, "bad_time", value=value, example=TIME_EXAMPLE))
        return None
    return time(int(found["hour"]), int(found["minute"]))
