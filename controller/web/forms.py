"""What officials type: kept exactly as typed, read into a draft and rules, or into problems.

Pure. A form is shown again with every value as it was, and each problem beside its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from uuid import UUID

from controller.core.announcements import Announcement, Draft, clean, problems_of, text_problems
from controller.core.errors import InputError, Problem
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.runtime.config import StationConfig
from schedules.documents import document_of, rule_from
from schedules.planner import next_after
from schedules.rules import Clocks, Daily, Dates, Once, Repeating, Rule

NOTICE_LIMIT = 500  # characters
NOTICE_DAYS = 7  # what a new notice's end is set to
NOW_ONLY = "now"
_FIELDS = {"dates": "date", "first": "date", "times": "time", "last": "until"}  # of a document: in the form


def _names(form: type[AnnouncementForm | NoticeForm]) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(form))


@dataclass(frozen=True, slots=True)
class AnnouncementForm:
    """The editor's fields. `when`: "now" (no rule), "once" or "daily"; `date` is also the first day."""

    title: str = ""
    text: str = ""
    zones: tuple[str, ...] = ()
    level: str = Level.NORMAL
    when: str = NOW_ONLY
    date: str = ""
    time: str = ""
    until: str = ""
    confirmed: str = ""  # the level that was confirmed on the page that asks
    new_ident: str = ""  # of a new one: the id that it will have, so that saving twice makes one
    seen_at: str = ""  # of a stored one: when what the editor began with had been saved

    @classmethod
    def typed(cls, single: Mapping[str, str], zones: Sequence[str]) -> AnnouncementForm:
        default = cls()
        entries = {name: single.get(name, str(getattr(default, name))) for name in _names(cls) if name != "zones"}
        return cls(zones=tuple(zones), **entries)

    @classmethod
    def empty(cls, config: StationConfig, now: datetime, new_ident: str = "") -> AnnouncementForm:
        """A new one: the only zone chosen, the next full hour offered."""
        local = now.astimezone(config.site.tz)
        hour = (local + timedelta(hours=1)).replace(minute=0)
        zones = (config.zones[0].id,) if len(config.zones) == 1 else ()
        return cls(zones=zones, date=hour.date().isoformat(), time=f"{hour:%H:%M}", new_ident=new_ident)

    @classmethod
    def of(cls, announcement: Announcement, rule: Rule | None, base: AnnouncementForm, tz: tzinfo) -> AnnouncementForm:
        """A stored one, to be changed; `base` fills in the times that it does not have."""
        form = replace(
            base, title=announcement.title, text=announcement.text, zones=announcement.zones,
            level=announcement.level, confirmed=announcement.level,
            seen_at=announcement.updated_at.isoformat(),
        )  # fmt: skip
        match rule:
            case Rule(Once(at)):
                local = at.astimezone(tz)
                return replace(form, when="once", date=local.date().isoformat(), time=f"{local:%H:%M}")
            case Rule(Repeating(Dates((day,)), Clocks((clock,)))):
                return replace(form, when="once", date=day.isoformat(), time=f"{clock:%H:%M}")
            case Rule(Repeating(Daily(1), Clocks((clock,))), first, last) if first:
                return replace(
                    form, when="daily", date=first.isoformat(), time=f"{clock:%H:%M}",
                    until=last.isoformat() if last else "",
                )  # fmt: skip
            case _:
                return form


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form means: a draft and its rule (None: only when somebody says so), or problems."""

    draft: Draft
    rule: Rule | None
    problems: tuple[Problem, ...] = field(default=())

    @property
    def documents(self) -> list[dict[str, object]]:
        return [document_of(self.rule)] if self.rule else []


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


def read_announcement(form: AnnouncementForm, config: StationConfig, now: datetime) -> Reading:
    known = {zone.id for zone in config.zones}
    level = Level(form.level) if form.level in set(Level) else Level.NORMAL
    draft = Draft(
        title=clean(form.title),
        text=clean(form.text),
        zones=tuple(dict.fromkeys(form.zones)),
        level=level,
        late_window_s=config.policy.late_window_s,
    )
    problems = problems_of(draft, frozenset(known))
    rule, wrong = read_when(form, config, now)
    return Reading(draft, rule, (*problems, *wrong))


def read_when(form: AnnouncementForm, config: StationConfig, now: datetime) -> tuple[Rule | None, list[Problem]]:
    """The rule of the fields when, date, time and until; refused if nothing would ever come of it."""
    if form.when == NOW_ONLY:
        return None, []
    tz = config.site.tz
    day, clock, until = form.date.strip(), form.time.strip(), form.until.strip()
    try:
        if form.when == "once":
            rule = rule_from({"kind": "dates", "dates": [day], "times": [clock]})
        else:
            rule = rule_from({"kind": form.when, "times": [clock], "first": day, "last": until or None})
    except InputError as error:
        return None, [Problem(_FIELDS.get(p.field, p.field), p.code, p.facts) for p in error.problems]
    if next_after(rule, now, tz) is None:
        today = now.astimezone(tz).date().isoformat()
        return None, [Problem.of("until" if form.when != "once" else "time" if day == today else "date", "past")]
    return rule, []


@dataclass(frozen=True, slots=True)
class NoticeForm:
    text: str = ""
    boards: tuple[str, ...] = ()
    level: str = Level.NORMAL
    from_date: str = ""
    from_time: str = ""
    until_date: str = ""
    until_time: str = ""
    new_ident: str = ""  # the id that it will have, so that saving twice puts up one

    @classmethod
    def typed(cls, single: Mapping[str, str], boards: Sequence[str]) -> NoticeForm:
        return cls(boards=tuple(boards), **{name: single.get(name, "") for name in _names(cls) if name != "boards"})

    @classmethod
    def empty(cls, config: StationConfig, now: datetime, new_ident: str = "") -> NoticeForm:
        """On every board, from now, to the evening a week from now."""
        local = now.astimezone(config.site.tz)
        return cls(
            boards=tuple(board.id for board in config.boards), from_date=local.date().isoformat(),
            from_time=f"{local:%H:%M}", until_date=(local.date() + timedelta(days=NOTICE_DAYS)).isoformat(),
            until_time="20:00", new_ident=new_ident,
        )  # fmt: skip


def read_notice(form: NoticeForm, config: StationConfig, now: datetime, ident: str) -> tuple[Notice, list[Problem]]:
    """The notice of a form; it may be stored only if there are no problems."""
    text = clean(form.text)
    problems = text_problems("text", text, NOTICE_LIMIT)
    known = {board.id for board in config.boards}
    boards = tuple(dict.fromkeys(form.boards))
    if known and not boards:
        problems.append(Problem.of("boards", "no_board"))
    problems += [Problem.of("boards", "unknown_board", board=board) for board in boards if board not in known]
    begins = _instant(form.from_date, form.from_time, "from", config.site.tz, problems)
    ends = _instant(form.until_date, form.until_time, "until", config.site.tz, problems)
    if begins and ends and ends <= begins:
        problems.append(Problem.of("until", "until_before_from"))
    elif ends and ends <= now:
        problems.append(Problem.of("until", "past"))
    level = Level.PRIORITY if form.level == Level.PRIORITY else Level.NORMAL
    return Notice(ident, text, boards, level, 0, begins or now, ends or now, "", now, None), problems


def _instant(day: str, clock: str, name: str, tz: tzinfo, problems: list[Problem]) -> datetime | None:
    try:
        rule = rule_from({"kind": "dates", "dates": [day.strip()], "times": [clock.strip()]})
    except InputError as error:
        problems += [Problem(name, p.code, p.facts) for p in error.problems[:1]]
        return None
    return next_after(rule, datetime.min.replace(tzinfo=UTC) + timedelta(days=400), tz)


def day_of(text: str, today: date) -> date:
    """A day as an address has it; today where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=tz)
