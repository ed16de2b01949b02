"""What officials type of a notice: kept exactly as typed, read into a notice or into problems.

Pure. What a notice must be to be put up is decided elsewhere (`controller.core.notice_drafts`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta, tzinfo

from werkzeug.datastructures import MultiDict

from controller.core.errors import InputError, Problem
from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft, cleaned
from controller.core.notices import FOREVER, Hours, Notice, Special
from controller.core.showing import Item
from controller.runtime.config import StationConfig
from schedules.documents import rule_from
from schedules.planner import next_after

NOTICE_DAYS = 7  # what a new notice's end is set to
SPANS = 2  # of a day, that the editor offers
EVERYWHERE, SOME = "all", "some"
NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """The editor's fields. `where`: everywhere, or on the `boards` and in the `zones` that are chosen. No `from` is
    now, no `until` is until somebody takes it down."""

    title: str = ""
    text: str = ""
    picture: str = ""  # SHA-256 of a kept one
    qr: str = ""
    special: str = Special.NONE
    where: str = SOME
    boards: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    level: str = Level.NORMAL
    from_date: str = ""
    from_time: str = ""
    until_date: str = ""
    until_time: str = ""
    hours_begin: tuple[str, ...] = ()
    hours_end: tuple[str, ...] = ()  # beside those of the same place
    confirmed: str = ""  # the level that was confirmed on the page that asks
    new_ident: str = ""  # the id that it will have, so that saving twice puts up one
    seen_at: str = ""  # of a stored one: when what the editor began with had been saved

    @classmethod
    def typed(cls, typed: MultiDict[str, str]) -> NoticeForm:
        single = {name: typed[name] for name in _SINGLE if name in typed}
        many = {name: tuple(typed.getlist(name)) for name in _MANY}
        return cls(**single, **many)  # type: ignore[arg-type]  # each field is of one of the two kinds

    def entries(self) -> list[tuple[str, str]]:
        """What a page carries along to show the very same again, but for `confirmed`."""
        single = [(name, str(getattr(self, name))) for name in _SINGLE if name != "confirmed"]
        return [*single, *((name, value) for name in _MANY for value in getattr(self, name))]

    @property
    def spans(self) -> tuple[tuple[str, str], ...]:
        """The stretches of the day as typed, with room for as many as the editor offers."""
        count = max(SPANS, len(self.hours_begin), len(self.hours_end))
        begins, ends = ((*each, *[""] * count)[:count] for each in (self.hours_begin, self.hours_end))
        return tuple(zip(begins, ends, strict=True))

    @classmethod
    def empty(cls, config: StationConfig, now: datetime, new_ident: str = "") -> NoticeForm:
        """On every board, from now, to the evening a week from now."""
        local = now.astimezone(config.site.tz)
        return cls(
            where=EVERYWHERE, boards=tuple(board.id for board in config.boards), from_date=local.date().isoformat(),
            from_time=f"{local:%H:%M}", until_date=(local.date() + timedelta(days=NOTICE_DAYS)).isoformat(),
            until_time="20:00", new_ident=new_ident,
        )  # fmt: skip

    @classmethod
    def of(cls, notice: Notice, config: StationConfig) -> NoticeForm:
        """A stored one, to be changed."""
        begins = notice.shown_from.astimezone(config.site.tz)
        ends = notice.shown_until.astimezone(config.site.tz) if notice.shown_until < FOREVER else None
        return cls(
            title=notice.title, text=notice.text, picture=notice.picture, qr=notice.qr, special=notice.special,
            where=SOME if notice.boards or notice.zones else EVERYWHERE, boards=notice.boards, zones=notice.zones,
            level=notice.level, from_date=begins.date().isoformat(), from_time=f"{begins:%H:%M}",
            until_date=ends.date().isoformat() if ends else "", until_time=f"{ends:%H:%M}" if ends else "",
            hours_begin=tuple(f"{span.begins:%H:%M}" for span in notice.hours),
            hours_end=tuple(f"{span.ends:%H:%M}" for span in notice.hours),
            confirmed=notice.level, seen_at=(notice.updated_at or notice.created_at).isoformat(),
        )  # fmt: skip


_MANY = ("boards", "zones", "hours_begin", "hours_end")
_SINGLE = tuple(entry.name for entry in fields(NoticeForm) if entry.name not in _MANY)


def read_notice(form: NoticeForm, config: StationConfig) -> tuple[NoticeDraft, list[Problem]]:
    """The cleaned draft of a form, and what of the form is no entry at all."""
    tz, problems = config.site.tz, list[Problem]()
    begins = instant_or_none(form.from_date, form.from_time, "from", tz, problems)
    ends = instant_or_none(form.until_date, form.until_time, "until", tz, problems)
    hours = _hours(form, problems)
    chosen = form.where != EVERYWHERE
    draft = cleaned(
        NoticeDraft(
            text=form.text, title=form.title, picture=form.picture, qr=form.qr, special=_special(form),
            boards=form.boards if chosen else (), zones=form.zones if chosen else (), hours=hours,
            level=_level(form), shown_from=begins, shown_until=ends,
        )
    )  # fmt: skip
    if chosen and config.boards and not (form.boards or form.zones) and draft.level is not Level.EMERGENCY:
        problems.append(Problem.of("boards", "no_board"))
    return draft, problems


def item_of(draft: NoticeDraft) -> Item:
    """What a board would be given to show of a draft, whether or not it may be stored."""
    return Item(
        draft.title, draft.text, draft.level, 0, NEVER, None, False, "", draft.picture, draft.qr, draft.special
    )  # fmt: skip


def _hours(form: NoticeForm, problems: list[Problem]) -> tuple[Hours, ...]:
    found = []
    for begin, end in form.spans:
        if not begin.strip() and not end.strip():
            continue
        try:
            found.append(Hours(_clock(begin), _clock(end)))
        except ValueError:
            problems.append(Problem.of("hours", "bad_span"))
            break
    return tuple(dict.fromkeys(found))


def _clock(text: str) -> time:
    return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)


def _special(form: NoticeForm) -> Special:
    return Special(form.special) if form.special in set(Special) else Special.NONE


def _level(form: NoticeForm) -> Level:
    return Level(form.level) if form.level in set(Level) else Level.NORMAL


def instant_or_none(day: str, clock: str, name: str, tz: tzinfo, problems: list[Problem]) -> datetime | None:
    """None where nothing is entered: from now, or until somebody takes it down."""
    if not day.strip() and not clock.strip():
        return None
    try:
        rule = rule_from({"kind": "dates", "dates": [day.strip()], "times": [clock.strip()]})
    except InputError as error:
        problems += [Problem(name, p.code, p.facts) for p in error.problems[:1]]
        return None
    return next_after(rule, datetime.min.replace(tzinfo=UTC) + timedelta(days=400), tz)
