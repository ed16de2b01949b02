"""What officials type: kept exactly as typed, read into a draft and rules, or into problems.

Pure. A form is shown again with every value as it was, and each problem beside its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from werkzeug.datastructures import MultiDict

from controller.core.announcements import AfterCut, Announcement, Draft, clean, problems_of
from controller.core.errors import InputError, Problem
from controller.core.levels import Level
from controller.runtime.config import StationConfig
from controller.web import part_forms
from controller.web.part_forms import PartEntry
from controller.web.rule_forms import KEPT, NOW_ONLY, RuleForm, comparable, rule_of, shown
from schedules.day_types import Calendar
from schedules.documents import document_of, rule_from
from schedules.planner import PLAIN, due_between, next_after
from schedules.rules import Change, Rule

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AnnouncementForm:
    """The editor's fields; those of time are `rule`."""

    title: str = ""
    text: str = ""
    parts: tuple[PartEntry, ...] = part_forms.ALONE
    zones: tuple[str, ...] = ()
    level: str = Level.NORMAL
    repeats: str = "1"
    repeat_pause: str = "3"  # seconds
    after_cut: str = AfterCut.RESTART
    lasts_min: str = ""  # of an emergency; "": as long as the station's policy says
    rule: RuleForm = field(default_factory=RuleForm)
    confirmed: str = ""  # the level that was confirmed on the page that asks
    new_ident: str = ""  # of a new one: the id that it will have, so that saving twice makes one
    seen_at: str = ""  # of a stored one: when what the editor began with had been saved
    week: str = ""  # a day of the week that is looked at beside it

    @classmethod
    def typed(cls, typed: MultiDict[str, str]) -> AnnouncementForm:
        single = {name: typed[name] for name in _SINGLE if name in typed}
        return cls(
            zones=tuple(typed.getlist("zones")), rule=RuleForm.typed(typed), parts=part_forms.typed(typed), **single
        )  # fmt: skip

    def entries(self) -> list[tuple[str, str]]:
        """What a page carries along to show the very same again, but for `confirmed`."""
        single = [(name, str(getattr(self, name))) for name in _SINGLE if name != "confirmed"]
        zones = [("zones", zone) for zone in self.zones]
        return [*single, *part_forms.entries_of(self.parts), *self.rule.entries(), *zones]

    @classmethod
    def empty(cls, config: StationConfig, now: datetime, new_ident: str = "") -> AnnouncementForm:
        """A new one: the only zone chosen, the next full hour offered."""
        hour = (now.astimezone(config.site.tz) + timedelta(hours=1)).replace(minute=0)
        zones = (config.zones[0].id,) if len(config.zones) == 1 else ()
        return cls(zones=zones, rule=RuleForm.empty(hour), new_ident=new_ident)

    @classmethod
    def of(
        cls, announcement: Announcement, documents: Sequence[Document], base: AnnouncementForm, tz: tzinfo
    ) -> AnnouncementForm:
        """A stored one, to be changed; `base` fills in the entries that its kind of rule does not have."""
        return AnnouncementForm(
            title=announcement.title, text=part_forms.main_text(announcement.parts, announcement.text),
            parts=part_forms.shown(announcement.parts), zones=announcement.zones, level=announcement.level,
            repeats=str(announcement.times), repeat_pause=f"{announcement.pause_s:g}",
            after_cut=announcement.after_cut,
            lasts_min=f"{announcement.lasts_s / 60:g}" if announcement.lasts_s else "",
            rule=_rule_form(documents, base.rule, tz), confirmed=announcement.level,
            seen_at=announcement.updated_at.isoformat(),
        )  # fmt: skip


_SINGLE = tuple(entry.name for entry in fields(AnnouncementForm) if entry.name not in {"zones", "rule", "parts"})


def _rule_form(documents: Sequence[Document], base: RuleForm, tz: tzinfo) -> RuleForm:
    """What the editor begins with: the rule as it was typed, or "as it is" for what it cannot show."""
    if not documents:
        return base
    known = _known(documents)
    return (shown(known, base, tz) if known else None) or replace(base, when=KEPT)


def _known(documents: Sequence[Document]) -> Rule | None:
    """The one rule that there is; None for several, and for one that this program does not understand."""
    if len(documents) != 1:
        return None
    try:
        return rule_from(documents[0])
    except InputError:
        return None


@dataclass(frozen=True, slots=True)
class When:
    """What the entries of time mean: rules (none: only when somebody says so), or problems.

    `documents` are what to store of them: those that are stored already, as far as they mean the same.
    """

    rules: tuple[Rule, ...] = ()
    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()
    lost: tuple[Change, ...] = ()  # single changes of occurrences that there are no more


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form means: a draft and its rules, or problems."""

    draft: Draft
    when: When
    problems: tuple[Problem, ...] = ()


def ident_of(text: str) -> str:
    """The id that a form brings, or "" for what is none of ours."""
    try:
        found = UUID(text)
    except ValueError:
        return ""
    return text if str(found) == text else ""


def instant_of(text: str) -> datetime | None:
    """An instant that a form brings back, or None."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def read_announcement(
    form: AnnouncementForm, config: StationConfig, now: datetime, stored: Sequence[Document] = (),
    calendar: Calendar = PLAIN, order_no: int = 0, lengths: Mapping[str, float] | None = None,
) -> Reading:  # fmt: skip
    """`stored`: the documents of the announcement that is being changed; `order_no`: its place among equals;
    `lengths`: in seconds, of the recordings that the station has."""
    known = {zone.id for zone in config.zones}
    level = Level(form.level) if form.level in set(Level) else Level.NORMAL
    made_of = part_forms.read(form.parts, form.text, lengths or {})
    draft = Draft(
        title=clean(form.title),
        text=made_of.text,
        zones=tuple(dict.fromkeys(form.zones)),
        level=level,
        order_no=order_no,
        after_cut=AfterCut(form.after_cut) if form.after_cut in set(AfterCut) else AfterCut.RESTART,
        late_window_s=config.policy.late_window_s,
        parts=made_of.parts,
        times=int(form.repeats) if form.repeats.strip().isdecimal() and len(form.repeats) <= _DIGITS else 0,
        pause_s=part_forms.seconds_of(form.repeat_pause),
        lasts_s=_lasts_s(form.lasts_min) if level is Level.EMERGENCY else 0,
    )
    when = read_when(form.rule, config.site.tz, now, stored, calendar)
    problems = [part_forms.by_card(problem, made_of) for problem in problems_of(draft, frozenset(known))]
    return Reading(draft, when, (*(replace(p, field=_ENTRY.get(p.field, p.field)) for p in problems), *when.problems))


_DIGITS = 6
# the entries of what the draft calls otherwise; `times` and `first` are the schedule's
_ENTRY = {"times": "repeats", "pause_s": "repeat_pause", "lasts_s": "lasts_min"}


def _lasts_s(minutes: str) -> int:
    """Of an emergency, in seconds; 0: as the policy says, -1 for what is no number of minutes."""
    text = minutes.strip()
    if not text:
        return 0
    return int(text) * 60 if text.isdecimal() and len(text) <= _DIGITS and int(text) else -1


def read_when(
    form: RuleForm, tz: tzinfo, now: datetime, stored: Sequence[Document] = (), calendar: Calendar = PLAIN
) -> When:
    """What the entries of time mean; refused if nothing would ever come of it.

    Single occurrences that were moved stay moved, as far as the rule still has them.
    """
    if form.when == NOW_ONLY:
        return When()
    if form.when == KEPT:
        return When(tuple(rule for each in stored if (rule := _known((each,)))), tuple(stored))
    try:
        rule = rule_of(form)
    except InputError as error:
        return When(problems=error.problems)
    old = _known(stored)
    had = old.changes if old else ()
    rule = replace(rule, changes=tuple(change for change in had if _has(rule, change, tz)))
    if next_after(rule, now, tz, calendar) is None:
        return When(problems=(Problem.of(_what_is_past(form, now.astimezone(tz).date()), "past"),))
    same = old is not None and comparable(old, tz) == comparable(rule, tz)
    lost = tuple(c for c in had if c not in rule.changes and max(c.due, c.to or c.due).replace(tzinfo=tz) > now)
    return When((rule,), (stored[0] if same else document_of(rule),), lost=lost)


def _has(rule: Rule, change: Change, tz: tzinfo) -> bool:
    """Whether a rule without changes still has what was changed; types of days, which pass, aside."""
    due = change.due.replace(tzinfo=tz)
    return bool(due_between(replace(rule, day_types=frozenset()), due - timedelta(microseconds=1), due, tz))


def _what_is_past(form: RuleForm, today: date) -> str:
    """The entry by which a rule has no occurrence to come."""
    if form.when == "dates":
        return "times" if today.isoformat() in form.dates else "dates"
    return "rrule" if form.when == "rrule" else "last" if form.last else "day_types"


def day_of(text: str, today: date) -> date:
    """A day as an address has it; today where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=tz)
