"""Rules as they are stored and sent: JSON documents; every mistake of one is said at once.

A document that was ever accepted is read for ever. Its keys are also the fields by which problems
name what is wrong. docs/rules.md shows one of each kind.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from controller.core.announcements import Late
from controller.core.days import DayType
from controller.core.errors import InputError, Problem
from schedules import recurrence
from schedules.rules import (
    LAST,
    Between,
    Change,
    Clocks,
    Daily,
    Dates,
    Day30,
    Days,
    Leap,
    LunarMonthly,
    LunarYearly,
    MonthlyByDate,
    MonthlyByWeekday,
    Once,
    Pattern,
    Recurrence,
    Repeating,
    Rule,
    Weekly,
    Yearly,
)

FIRST_YEAR, LAST_YEAR = 2000, 2199  # what a village plans; beyond, it is a slip of the finger
DATE_EXAMPLE, TIME_EXAMPLE, WALL_EXAMPLE = "2026-11-27", "19:30", "2026-11-27T19:30"
MOST_TIMES = 48  # clock times of one day
MOST_LISTED = 1000  # days, dates, changes of one rule
MOST_OFFSET = 60  # days before or after
KINDS = ("once", "dates", "daily", "weekly", "monthly", "yearly", "lunar_monthly", "lunar_yearly", "rrule")
# stricter than fromisoformat, which takes "2026-W48-5" and a bare "19"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:00)?")
_WALL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_COMMON = {"kind", "first", "last", "day_types", "skip", "changes", "late", "late_window_s"}
_REPEATING = _COMMON | {"times", "at", "between", "offset_days"}
_KEYS = {
    "once": _COMMON | {"at"}, "dates": _REPEATING | {"dates"}, "daily": _REPEATING | {"every"},
    "weekly": _REPEATING | {"weekdays", "every"}, "monthly": _REPEATING | {"days", "weekday", "which"},
    "yearly": _REPEATING | {"month", "day"}, "lunar_monthly": _REPEATING | {"days", "leap", "day_30"},
    "lunar_yearly": _REPEATING | {"month", "day", "leap", "day_30"},
    "rrule": _COMMON | {"start", "zone", "rrule", "rdates", "exdates"},
}  # fmt: skip

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")


def rule_from(document: Mapping[str, object], *, stored: bool = False) -> Rule:
    """The rule that a document describes; InputError with every problem of its fields.

    `stored`: it was accepted before. Then it is not asked again whether its RRULE ever comes and how
    often, which takes longer than all the rest.
    """
    return _Reader(document, stored).rule()


def document_of(rule: Rule) -> dict[str, object]:
    """The document of a rule, with only what is not left to its default; `rule_from` makes the same rule of it."""
    document = _pattern_document(rule.pattern)
    if rule.first:
        document["first"] = rule.first.isoformat()
    if rule.last:
        document["last"] = rule.last.isoformat()
    if rule.day_types:
        document["day_types"] = sorted(rule.day_types)
    if rule.skip:
        document["skip"] = [day.isoformat() for day in sorted(rule.skip)]
    if rule.changes:
        document["changes"] = [{"due": _said(c.due), "to": _said(c.to) if c.to else None} for c in rule.changes]
    if rule.late:
        document["late"] = rule.late.value
    if rule.late_window_s is not None:
        document["late_window_s"] = rule.late_window_s
    return document


def _pattern_document(pattern: Pattern) -> dict[str, object]:
    match pattern:
        case Once(at):
            return {"kind": "once", "at": at.isoformat()}
        case Recurrence(start, rule, rdates, exdates, zone):
            document: dict[str, object] = {"kind": "rrule", "start": _said(start)}
            document |= {"zone": zone} if zone else {}
            document |= {"rrule": rule} if rule else {}
            document |= {"rdates": [_said(at) for at in rdates]} if rdates else {}
            return document | ({"exdates": [_said(at) for at in exdates]} if exdates else {})
        case Repeating(days, clocks, offset_days):
            document = _days_document(days)
            match clocks:
                case Clocks(times):
                    document["times"] = [at.isoformat("minutes") for at in times]
                case Between(begin, end, every_min):
                    document["between"] = {
                        "from": begin.isoformat("minutes"), "to": end.isoformat("minutes"), "every_min": every_min,
                    }  # fmt: skip
            return document | ({"offset_days": offset_days} if offset_days else {})


def _days_document(days: Days) -> dict[str, object]:
    match days:
        case Dates(dates):
            return {"kind": "dates", "dates": [day.isoformat() for day in dates]}
        case Daily(every):
            return {"kind": "daily"} | ({"every": every} if every > 1 else {})
        case Weekly(weekdays, every):
            return {"kind": "weekly", "weekdays": list(weekdays)} | ({"every": every} if every > 1 else {})
        case MonthlyByDate(numbers):
            return {"kind": "monthly", "days": list(numbers)}
        case MonthlyByWeekday(weekday, which):
            return {"kind": "monthly", "weekday": weekday, "which": which}
        case Yearly(month, day):
            return {"kind": "yearly", "month": month, "day": day}
        case LunarMonthly(numbers, leap, day_30):
            return {"kind": "lunar_monthly", "days": list(numbers), "leap": leap.value, "day_30": day_30.value}
        case LunarYearly(month, day, leap, day_30):
            return {"kind": "lunar_yearly", "month": month, "day": day, "leap": leap.value, "day_30": day_30.value}


class _Reader:
    """Reads one document; what is wrong gathers in `problems` and is raised at the end, all together."""

    def __init__(self, document: object, stored: bool) -> None:
        self._document: Mapping[str, object] = document if isinstance(document, Mapping) else {}
        self._stored = stored
        self._problems: list[Problem] = []

    def rule(self) -> Rule:
        kind = self._document.get("kind")
        if kind not in KINDS:
            raise InputError(Problem.of("when", "rule_kind", kind="" if kind is None else kind))
        for key in sorted(self._document.keys() - _KEYS[kind]):
            self._wrong(key, "rule_key", name=key, kind=kind, known=", ".join(sorted(_KEYS[kind])))
        pattern = self._pattern(kind)
        first, last = self._maybe("first", self._date), self._maybe("last", self._date)
        if first and last and last < first:
            self._wrong("last", "until_before_first", first=_shown(first), last=_shown(last))
        types = self._each("day_types", lambda field, value: self._choice(field, DayType, value))
        skip = self._each("skip", self._date)
        changes = self._changes()
        late = self._maybe("late", lambda field, value: self._choice(field, Late, value))
        window = self._maybe("late_window_s", lambda field, value: self._number(field, value, 0, 86_400))
        if self._problems or pattern is None:
            raise InputError(*self._problems)
        return Rule(pattern, first, last, frozenset(types), frozenset(skip), changes, late, window)

    def _pattern(self, kind: object) -> Pattern | None:
        if kind == "once":
            at = self._instant("at", self._document.get("at"))
            return Once(at) if at else None
        if kind == "rrule":
            return self._recurrence()
        days = self._days(kind)
        clocks = self._clocks()
        offset = self._maybe("offset_days", lambda f, v: self._number(f, v, -MOST_OFFSET, MOST_OFFSET)) or 0
        return Repeating(days, clocks, offset) if days and clocks else None

    def _days(self, kind: object) -> Days | None:
        match kind:
            case "dates":
                dates = self._each("dates", self._date, needed=True)
                return Dates(tuple(sorted(set(dates)))) if dates else None
            case "daily" | "weekly":
                every = self._maybe("every", lambda f, v: self._number(f, v, 1, 400)) or 1
                if every > 1 and not self._document.get("first"):
                    self._wrong("first", "empty")
                if kind == "daily":
                    return Daily(every)
                weekdays = self._each("weekdays", lambda f, v: self._number(f, v, 1, 7), needed=True)
                return Weekly(tuple(sorted(set(weekdays))), every) if weekdays else None
            case "monthly" if "weekday" in self._document or "which" in self._document:
                weekday = self._number("weekday", self._document.get("weekday"), 1, 7)
                which = self._number("which", self._document.get("which"), 1, 5, or_last=True)
                return MonthlyByWeekday(weekday, which) if weekday and which else None
            case "monthly":
                numbers = self._each("days", lambda f, v: self._number(f, v, 1, 31, or_last=True), needed=True)
                return MonthlyByDate(_from_first(numbers)) if numbers else None
            case "yearly":
                return self._yearly()
            case _:
                return self._lunar(kind)

    def _yearly(self) -> Days | None:
        month = self._number("month", self._document.get("month"), 1, 12)
        day = self._number("day", self._document.get("day"), 1, 31, or_last=True)
        if month and day and day > monthrange(2000, month)[1]:
            self._wrong("day", "no_such_day", day=day, month=month, example=f"{monthrange(2001, month)[1]}/{month}")
        return Yearly(month, day) if month and day else None

    def _lunar(self, kind: object) -> Days | None:
        monthly = kind == "lunar_monthly"
        leap = self._maybe("leap", lambda f, v: self._choice(f, Leap, v)) or (Leap.BOTH if monthly else Leap.FIRST)
        day_30 = self._maybe("day_30", lambda f, v: self._choice(f, Day30, v)) or Day30.LAST
        if monthly:
            numbers = self._each("days", lambda f, v: self._number(f, v, 1, 30, or_last=True), needed=True)
            return LunarMonthly(_from_first(numbers), leap, day_30) if numbers else None
        month = self._number("month", self._document.get("month"), 1, 12)
        day = self._number("day", self._document.get("day"), 1, 30, or_last=True)
        return LunarYearly(month, day, leap, day_30) if month and day else None

    def _clocks(self) -> Clocks | Between | None:
        if "between" in self._document:
            return self._between(self._document["between"])
        times = self._document.get("times", [self._document["at"]] if "at" in self._document else None)
        found = self._list("times", times, self._time, needed=True)
        if len(found) > MOST_TIMES:
            self._wrong("times", "too_many_times", count=len(found), most=MOST_TIMES)
        return Clocks(tuple(sorted(set(found)))) if found else None

    def _between(self, value: object) -> Between | None:
        table = value if isinstance(value, Mapping) else {}
        begin, end = self._time("between.from", table.get("from")), self._time("between.to", table.get("to"))
        every = self._number("between.every_min", table.get("every_min"), recurrence.NEAREST_MIN, 720)
        if begin is None or end is None or every is None:
            return None
        if end <= begin:
            self._wrong("between.to", "window_ends_before", begin=f"{begin:%H:%M}", end=f"{end:%H:%M}")
            return None
        between = Between(begin, end, every)
        count = ((end.hour - begin.hour) * 60 + end.minute - begin.minute) // every + 1
        if count > MOST_TIMES:
            self._wrong("between.every_min", "too_many_times", count=count, most=MOST_TIMES)
        return between

    def _recurrence(self) -> Recurrence | None:
        start = self._wall("start", self._document.get("start"))
        zone = self._document.get("zone", "")
        tz = self._zone(zone)
        rule = self._document.get("rrule", "")
        rdates = tuple(sorted(set(self._each("rdates", self._wall))))
        exdates = tuple(sorted(set(self._each("exdates", self._wall))))
        if start is None or tz is None or not isinstance(rule, str) or not isinstance(zone, str):
            if not isinstance(rule, str):
                self._wrong("rrule", "rrule_part", part=rule, example=recurrence.EXAMPLE)
            return None
        found = Recurrence(start, rule.removeprefix("RRULE:").upper(), rdates, exdates, zone)
        try:
            if not self._stored:
                recurrence.checked(found, tz)
            elif found.rrule:
                recurrence.parts_of(found.rrule, start, tz)
        except InputError as error:
            self._problems += error.problems
        return found

    def _zone(self, name: object) -> tzinfo | None:
        if name == "":
            return ZoneInfo("UTC")  # the place's own; what is checked holds in any
        try:
            return ZoneInfo(str(name))
        except (KeyError, ValueError, OSError):  # OSError: a folder of the zones' database
            self._wrong("zone", "bad_zone", zone=name, example="Asia/Ho_Chi_Minh")
            return None

    def _changes(self) -> tuple[Change, ...]:
        def change(field: str, value: object) -> Change | None:
            table = value if isinstance(value, Mapping) else {}
            due = self._wall(field, table.get("due"))
            to = None if table.get("to") is None else self._wall(field, table["to"])
            return Change(due, to) if due else None

        found = {change.due: change for change in self._each("changes", change)}
        return tuple(found[due] for due in sorted(found))

    # --- single values; each notes what is wrong and returns None

    def _wrong(self, field: str, code: str, **facts: object) -> None:
        self._problems.append(Problem.of(field, code, **facts))

    def _maybe(self, field: str, read: Callable[[str, object], Value | None]) -> Value | None:
        value = self._document.get(field)
        return None if value is None else read(field, value)

    def _each(self, field: str, read: Callable[[str, object], Value | None], needed: bool = False) -> list[Value]:
        return self._list(field, self._document.get(field), read, needed)

    def _list(
        self, field: str, values: object, read: Callable[[str, object], Value | None], needed: bool = False
    ) -> list[Value]:
        if values is None or values == []:
            if needed:
                self._wrong(field, "empty")
            return []
        if not isinstance(values, list | tuple):
            values = [values]
        if len(values) > MOST_LISTED:
            self._wrong(field, "too_many", count=len(values), most=MOST_LISTED)
            return []
        return [found for value in values if (found := read(field, value)) is not None]

    def _choice(self, field: str, kind: type[Choice], value: object) -> Choice | None:
        if value in tuple(kind):
            return kind(str(value))
        self._wrong(field, "not_one_of", value=value, choices=", ".join(kind), example=next(iter(kind)))
        return None

    def _number(self, field: str, value: object, lowest: int, highest: int, or_last: bool = False) -> int | None:
        if value in (None, ""):
            self._wrong(field, "empty")
            return None
        if or_last and value in (LAST, "last"):
            return LAST
        # a whole number, also as text; not True, not 1.5
        number = int(str(value)) if re.fullmatch(r"-?[0-9]{1,7}", str(value)) else None
        if number is None or not lowest <= number <= highest:
            self._wrong(field, "not_between", value=value, lowest=lowest, highest=highest, example=max(lowest, 1))
            return None
        return number

    def _date(self, field: str, value: object) -> date | None:
        if value in (None, ""):
            self._wrong(field, "empty")
            return None
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            self._wrong(field, "bad_date", value=value, example=DATE_EXAMPLE)
        return day if day is None or self._near(field, day.year) else None

    def _time(self, field: str, value: object) -> time | None:
        if value in (None, ""):
            self._wrong(field, "empty")
            return None
        found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        if found is None or int(found["hour"]) >= 24 or int(found["minute"]) >= 60:
            self._wrong(field, "bad_time", value=value, example=TIME_EXAMPLE)
            return None
        return time(int(found["hour"]), int(found["minute"]))

    def _wall(self, field: str, value: object) -> datetime | None:
        """A day and a clock time, without a zone."""
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) and _WALL.fullmatch(value) else None
        except ValueError:
            at = None
        if at is None:
            self._wrong(field, "bad_instant", value=value or "", example=WALL_EXAMPLE)
        return at if at is None or self._near(field, at.year) else None

    def _instant(self, field: str, value: object) -> datetime | None:
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            self._wrong(field, "bad_instant", value=value or "", example=f"{WALL_EXAMPLE}:00+07:00")
            return None
        return at if self._near(field, at.year) else None

    def _near(self, field: str, year: int) -> bool:
        if FIRST_YEAR <= year <= LAST_YEAR:
            return True
        self._wrong(field, "far_year", year=year, first=FIRST_YEAR, last=LAST_YEAR)
        return False


def _from_first(numbers: Iterable[int]) -> tuple[int, ...]:
    """Days of a month in their order, the last one last."""
    return tuple(sorted(set(numbers), key=lambda number: (number == LAST, number)))


def _said(wall: datetime) -> str:
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


def _shown(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
