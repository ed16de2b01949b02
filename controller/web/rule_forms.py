"""The editor's "when": every entry as it was typed, the document that it means, and back again.

Pure. A rule that the form cannot show whole is not shown at all: `shown` makes the document again of
what it would show, and gives None where another rule comes out. So an edit never loses part of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo

from werkzeug.datastructures import MultiDict

from controller.core.announcements import Late
from controller.core.errors import InputError, Problem
from schedules.documents import document_of, rule_from
from schedules.rules import LAST, Clocks, Dates, Once, Repeating, Rule

NOW_ONLY, KEPT = "now", "kept"  # no rule; the rules that are stored
KINDS = (
    NOW_ONLY, "dates", "daily", "weekly", "monthly", "yearly", "lunar_monthly", "lunar_yearly", "rrule",
)  # fmt: skip
OTHER_DAY = "other"
THE_LAST = "last"  # day of a month, or such weekday of a month
FEASTS = {
    "new_year": ("1", "1"), "first_full_moon": ("1", "15"), "hung_kings": ("3", "10"), "souls": ("7", "15"),
    "mid_autumn": ("8", "15"), "year_end": ("12", THE_LAST),
}  # fmt: skip  # the lunar month and day that each is
WITH_OFFSET = frozenset({"monthly", "yearly", "lunar_monthly", "lunar_yearly"})
WITHOUT_CLOCKS = frozenset({"rrule"})
WITHOUT_BOUNDS = frozenset({"dates", "rrule"})  # they say themselves from when and until when
MANY = ("dates", "times", "weekdays", "days", "lunar_days", "skip", "day_types")  # entries of several values
CHIPS = frozenset({"weekdays", "days", "lunar_days"})
ROWS = ("dates", "times", "skip")  # of these, the ones typed line by line

_NAMES = {  # a document's key: the form's entry, where it is another
    "every": {"daily": "daily_every", "weekly": "weekly_every"},
    "days": {"lunar_monthly": "lunar_days"},
    "month": {"lunar_yearly": "lunar_month"},
    "day": {"lunar_yearly": "lunar_day"},
    "leap": {"lunar_monthly": "monthly_leap", "lunar_yearly": "yearly_leap"},
    "times": {"rrule": "start_time", KEPT: "when"},
}
_SAME_NAMES = {
    "at": "times", "time": "times", "start": "start_date", "offset_days": "offset", "late_window_s": "late_min",
    "between.from": "begin", "between.to": "end", "between.every_min": "every_min",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleForm:
    """The entries, by the names that they have in the page."""

    when: str = NOW_ONLY
    dates: tuple[str, ...] = ()
    daily_every: str = "1"
    weekdays: tuple[str, ...] = ()
    weekly_every: str = "1"
    monthly_by: str = "date"  # or "weekday"
    days: tuple[str, ...] = ()
    which: str = "1"
    weekday: str = "1"
    month: str = "1"
    day: str = "1"
    lunar_days: tuple[str, ...] = ()
    monthly_leap: str = "both"
    feast: str = "new_year"
    lunar_month: str = "1"
    lunar_day: str = "1"
    yearly_leap: str = "first"
    day_30: str = "last"
    offset: str = ""
    offset_way: str = "on"  # "before", "after"
    clocks: str = "times"  # or "between"
    times: tuple[str, ...] = ()
    begin: str = ""
    end: str = ""
    every_min: str = ""
    first: str = ""
    last: str = ""
    skip: tuple[str, ...] = ()
    day_types: tuple[str, ...] = ()
    late: str = ""
    late_min: str = ""
    start_date: str = ""
    start_time: str = ""
    rrule: str = ""
    zone: str = ""
    rdates: str = ""
    exdates: str = ""

    @classmethod
    def typed(cls, typed: MultiDict[str, str]) -> RuleForm:
        many: dict[str, object] = {name: tuple(typed.getlist(name)) for name in MANY}
        single = {f.name: typed[f.name] for f in fields(cls) if f.name not in MANY and f.name in typed}
        return cls(**many, **single)  # type: ignore[arg-type]  # texts and tuples of texts, each by its name

    @classmethod
    def empty(cls, local: datetime) -> RuleForm:
        """What a new one offers: a day and a full hour in every kind that asks for them, rằm and mùng một."""
        day, clock = local.date().isoformat(), f"{local:%H:%M}"
        return cls(
            dates=(day,), times=(clock,), first=day, start_date=day, start_time=clock, lunar_days=("1", "15"),
            offset="1",
        )  # fmt: skip

    def entries(self) -> list[tuple[str, str]]:
        """What a page carries along to show the very same again."""
        found: list[tuple[str, str]] = []
        for name in (f.name for f in fields(self)):
            value = getattr(self, name)
            found += [(name, each) for each in (value if isinstance(value, tuple) else (value,))]
        return found

    def longer(self, name: str) -> RuleForm:
        """With one more empty line for dates, times or days left out."""
        rows: dict[str, tuple[str, ...]] = {name: (*getattr(self, name), "")} if name in ROWS else {}
        return replace(self, **rows)  # type: ignore[arg-type]  # ROWS are all tuples of texts

    def moved(self, old: str, new: str) -> RuleForm:
        """With one clock time ("05:30") in another's place."""
        return replace(self, times=tuple(new if at.strip().zfill(5) == old else at for at in self.times))


# --- what it means


def document_from(form: RuleForm) -> dict[str, object]:
    """The document of what was typed, right or wrong; only what the page shows for its kind counts."""
    document: dict[str, object] = {"kind": form.when, **_days(form)}
    if form.when not in WITHOUT_CLOCKS:
        document |= _clocks(form)
    if form.when in WITH_OFFSET and form.offset_way != "on":
        document["offset_days"] = _signed(form.offset, form.offset_way)
    if form.when not in WITHOUT_BOUNDS:
        document |= {"first": form.first.strip(), "last": form.last.strip()}
    if form.when != "dates":
        document |= {"skip": _filled(form.skip), "day_types": list(form.day_types)}
    document |= {"late": form.late, "late_window_s": _seconds(form.late_min)}
    return {name: value for name, value in document.items() if value not in ("", [])}


def rule_of(form: RuleForm) -> Rule:
    """The rule of a form; InputError with every problem by the name of its entry."""
    no_offset = form.when in WITH_OFFSET and form.offset_way != "on" and not form.offset.strip()
    missing = [Problem.of("offset", "empty")] if no_offset else []
    try:
        rule = rule_from(document_from(form))
    except InputError as error:
        raise InputError(*(by_entry(problem, form) for problem in error.problems), *missing) from error
    if missing:
        raise InputError(*missing)
    return rule


def by_entry(problem: Problem, form: RuleForm) -> Problem:
    """A problem of a document as one of the entry that it was typed in."""
    key = "times" if problem.field in {"at", "time"} else problem.field
    name = _NAMES.get(key, {}).get(form.when) or _SAME_NAMES.get(key, key)
    if name == "times" and form.clocks == "between":
        name = "begin"
    if name in CHIPS and problem.code == "empty":
        return Problem.of(name, "none_chosen")
    if name == "late_min" and problem.code == "not_between":
        return Problem.of(name, problem.code, value=form.late_min, lowest=0, highest=1440, example=10)
    if name == "offset" and problem.code == "not_between":
        return Problem.of(name, problem.code, value=form.offset, lowest=0, highest=60, example=3)
    return Problem(name, problem.code, problem.facts)


def _days(form: RuleForm) -> dict[str, object]:
    match form.when:
        case "dates":
            return {"dates": _filled(form.dates)}
        case "daily":
            return {"every": form.daily_every.strip()}
        case "weekly":
            return {"weekdays": list(form.weekdays), "every": form.weekly_every.strip()}
        case "monthly" if form.monthly_by == "weekday":
            return {"weekday": form.weekday, "which": form.which}
        case "monthly":
            return {"days": list(form.days)}
        case "yearly":
            return {"month": form.month, "day": form.day}
        case "lunar_monthly":
            return {"days": list(form.lunar_days), "leap": form.monthly_leap, "day_30": form.day_30}
        case "lunar_yearly":
            month, day = FEASTS.get(form.feast, (form.lunar_month, form.lunar_day))
            return {"month": month, "day": day, "leap": form.yearly_leap, "day_30": form.day_30}
        case "rrule":
            start = f"{form.start_date.strip()}T{form.start_time.strip()}"
            return {
                "start": "" if start == "T" else start, "rrule": form.rrule.strip(), "zone": form.zone.strip(),
                "rdates": form.rdates.split(), "exdates": form.exdates.split(),
            }  # fmt: skip
        case _:
            return {}


def _clocks(form: RuleForm) -> dict[str, object]:
    if form.clocks == "between":
        return {"between": {"from": form.begin.strip(), "to": form.end.strip(), "every_min": form.every_min.strip()}}
    return {"times": _filled(form.times)}


def _filled(rows: tuple[str, ...]) -> list[str]:
    return [row.strip() for row in rows if row.strip()]


def _signed(days: str, way: str) -> str:
    return f"-{days.strip()}" if way == "before" and days.strip() else days.strip()


def _seconds(minutes: str) -> object:
    text = minutes.strip()
    return int(text) * 60 if re.fullmatch(r"[0-9]{1,7}", text) else text


# --- how it is shown


def shown(rule: Rule, base: RuleForm, tz: tzinfo) -> RuleForm | None:
    """The entries that make this rule, the single occurrences moved aside; None: none do. `base` fills the others."""
    meant = comparable(rule, tz)
    form = _entries_of(document_of(meant), base)
    try:
        made = rule_of(form)
    except InputError:
        return None
    return form if comparable(made, tz) == meant else None


def comparable(rule: Rule, tz: tzinfo) -> Rule:
    """The rule as the form would make it: without single changes, an instant as its day and clock time."""
    pattern, late = rule.pattern, None if rule.late is Late.PLAY else rule.late
    if isinstance(pattern, Once):
        local = pattern.at.astimezone(tz)
        pattern = Repeating(Dates((local.date(),)), Clocks((local.time(),)))
    return replace(rule, pattern=pattern, changes=(), late=late)


def _entries_of(document: dict[str, object], base: RuleForm) -> RuleForm:
    kind = str(document["kind"])
    found: dict[str, object] = {"when": kind, **_days_shown(kind, document), **_clocks_shown(document)}
    if kind in WITH_OFFSET:
        offset = _whole(document.get("offset_days"))
        found["offset_way"] = "before" if offset < 0 else "after" if offset else "on"
        found |= {"offset": str(abs(offset))} if offset else {}
    if kind not in WITHOUT_BOUNDS:
        found |= {name: document.get(name, "") for name in ("first", "last")}
    if kind != "dates":
        found |= {"skip": _texts(document.get("skip")), "day_types": _texts(document.get("day_types"))}
    window = document.get("late_window_s")
    found |= {"late": document.get("late", ""), "late_min": "" if window is None else str(_whole(window) // 60)}
    return replace(base, **found)  # type: ignore[arg-type]  # texts and tuples of texts, each by its name


def _days_shown(kind: str, document: dict[str, object]) -> dict[str, object]:
    def text(name: str, otherwise: str = "") -> str:
        return _number(document.get(name, otherwise))

    match kind:
        case "dates":
            return {"dates": _texts(document["dates"])}
        case "daily":
            return {"daily_every": text("every", "1")}
        case "weekly":
            return {"weekdays": _texts(document["weekdays"]), "weekly_every": text("every", "1")}
        case "monthly" if "which" in document:
            return {"monthly_by": "weekday", "which": text("which"), "weekday": text("weekday")}
        case "monthly":
            return {"monthly_by": "date", "days": _texts(document["days"])}
        case "yearly":
            return {"month": text("month"), "day": text("day")}
        case "lunar_monthly":
            return {
                "lunar_days": _texts(document["days"]), "monthly_leap": text("leap"), "day_30": text("day_30"),
            }  # fmt: skip
        case "lunar_yearly":
            month, day = text("month"), text("day")
            feast = next((name for name, meant in FEASTS.items() if meant == (month, day)), OTHER_DAY)
            own = {"lunar_month": month, "lunar_day": day} if feast == OTHER_DAY else {}
            return {"feast": feast, "yearly_leap": text("leap"), "day_30": text("day_30"), **own}
        case _:
            day, _, clock = text("start").partition("T")
            return {
                "start_date": day, "start_time": clock, "rrule": text("rrule"), "zone": text("zone"),
                "rdates": "\n".join(_texts(document.get("rdates"))),
                "exdates": "\n".join(_texts(document.get("exdates"))),
            }  # fmt: skip


def _clocks_shown(document: dict[str, object]) -> dict[str, object]:
    between = document.get("between")
    if isinstance(between, dict):
        return {
            "clocks": "between", "begin": between["from"], "end": between["to"], "every_min": str(between["every_min"]),
        }  # fmt: skip
    return {"clocks": "times", "times": _texts(document["times"])} if "times" in document else {}


def _texts(values: object) -> tuple[str, ...]:
    return tuple(_number(value) for value in values) if isinstance(values, list) else ()


def _number(value: object) -> str:
    return THE_LAST if value == LAST else str(value)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
