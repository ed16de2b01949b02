"""What kind of day it is: today's type with one tap, the special days of a year, days that are amended or
swapped. What is said here goes before the calendar's own rules, and every change can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.days import DayType, SaidDay
from controller.core.errors import ChangedError, Problem
from controller.core.words import Words
from controller.store import days
from controller.store.connection import Tx
from controller.web.announcement_forms import said as by_field
from controller.web.context import done, kept_fields, parts, visitor
from controller.web.day_forms import DayForm, SwapForm, read_day, read_swap, year_of
from controller.web.doors import Who, door
from schedules.day_types import Calendar, DayInfo, Origin, name_words, unsaid
from schedules.wording import date_words, day_words, weekday_words

views = Blueprint("days", __name__)
LISTENERS = ("controller", "kiosk")
TYPES = (DayType.WORKING, DayType.WEEKEND, DayType.HOLIDAY, DayType.TET, DayType.MOURNING)  # as they are offered
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """Days that follow each other and are the same: "thứ Bảy 14/2" to "chủ nhật 22/2"."""

    first: date
    last: date
    info: DayInfo  # of the first
    said: SaidDay | None

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Undo:
    """The changes just made, each by the number of its journal line."""

    text: str
    changes: tuple[str, ...]  # "2026-11-24.57"


@views.get("/days")
@door(Who.USER)
def every() -> ResponseReturnValue:
    today = _today()
    year = year_of(request.args.get("year", ""), today)
    with parts().store.read() as tx:
        said = days.said(tx)
        undo = _undo(tx, request.args.get("undo", ""))
    calendar = _calendar(said)
    lists = {shown: rows(calendar, said, shown) for shown in (year, year + 1)}
    return render_template(
        "days.html", today=today, info=calendar.about(today), unsaid=unsaid(today), said=said.get(today), types=TYPES,
        lists=lists, year=year, undo=undo, told=request.args.get("told", ""),
        day=DayWords(visitor().words),
    )  # fmt: skip


@views.get("/days/edit")
@door(Who.USER)
def edit() -> ResponseReturnValue:
    fields = kept_fields()
    if fields:
        return _editor(DayForm.typed(fields), ())
    day = request.args.get("day", "")
    with parts().store.read() as tx:
        said = days.said(tx)
    form = DayForm(day)
    if day:
        found, problems = read_day(DayForm(day, DayType.WORKING), _today())
        if not problems:
            stored = said.get(found.day)
            form = DayForm(day, _calendar(said).type_of(found.day), stored.note if stored else "")
    return _editor(form, ())


def _edit_again() -> ResponseReturnValue:
    return _editor(DayForm.typed(request.form), (Problem.of("form", "stale"),))


@views.post("/days/say")
@door(Who.USER, again=_edit_again)
def say_day() -> ResponseReturnValue:
    """A day's type: from the editor, or today's with one tap."""
    form = DayForm.typed(request.form)
    found, problems = read_day(form, _today())
    if problems:
        return make_response(_editor(form, problems), 422)
    with parts().store.write() as tx:
        if found.type is unsaid(found.day).type and not found.note:
            news = days.unsay(tx, parts().clock.now(), found.day, visitor().by)  # the calendar says so itself
        else:
            news = days.say(tx, parts().clock.now(), found.day, found.type, found.note, visitor().by)
        changes = _changes(tx, (found.day,)) if news else ""
    return _shown(found.day, changes)


@views.post("/days/unsay")
@door(Who.USER)
def unsay_day() -> ResponseReturnValue:
    """Back to what the calendar itself says of a day."""
    found, problems = read_day(DayForm(request.form.get("day", ""), DayType.WORKING), _today())
    if problems:
        return make_response(_editor(DayForm.typed(request.form), problems), 422)
    with parts().store.write() as tx:
        news = days.unsay(tx, parts().clock.now(), found.day, visitor().by)
        changes = _changes(tx, (found.day,)) if news else ""
    return _shown(found.day, changes)


@views.get("/days/swap")
@door(Who.USER)
def swap() -> ResponseReturnValue:
    fields = kept_fields()
    return _swap_editor(SwapForm.typed(fields) if fields else SwapForm(), ())


def _swap_again() -> ResponseReturnValue:
    return _swap_editor(SwapForm.typed(request.form), (Problem.of("form", "stale"),))


@views.post("/days/swap/save")
@door(Who.USER, again=_swap_again)
def swap_days() -> ResponseReturnValue:
    """A working day off, and a day of rest worked in its stead."""
    form, words, now = SwapForm.typed(request.form), visitor().words, parts().clock.now()
    with parts().store.write() as tx:
        found, problems = read_swap(form, _today(), _calendar(days.said(tx)))
        if not problems:
            for day, kind, other, key in (
                (found.off, DayType.HOLIDAY, found.worked, "web.days.swapped_with"),
                (found.worked, DayType.WORKING, found.off, "web.days.worked_for"),
            ):
                note = found.note or words(key, day=date_words(other, words))
                days.say(tx, now, day, kind, note, visitor().by)
            changes = _changes(tx, (found.off, found.worked))
    if problems:
        return make_response(_swap_editor(form, problems), 422)
    return _shown(found.off, changes)


@views.post("/days/undo")
@door(Who.USER)
def undo_change() -> ResponseReturnValue:
    taken: list[date] = []
    changes = ""
    try:
        with parts().store.write() as tx:
            for change in request.form.getlist("change"):
                day, number = _change(change)
                days.take_back(tx, parts().clock.now(), day, number, visitor().by)
                taken.append(day)
            changes = _changes(tx, taken)
    except (ChangedError, ValueError):
        return done(url_for("days.every", told="changed"))
    return _shown(taken[0] if taken else _today(), changes)


def rows(calendar: Calendar, said: dict[date, SaidDay], year: int) -> list[Row]:
    """The special days of a year; days that follow each other and are the same make one row."""
    found: list[Row] = []
    for info in calendar.special(year):
        own = said.get(info.day)
        before = found[-1] if found else None
        if before and before.last + _DAY == info.day and _same(before, info, own):
            found[-1] = Row(before.first, info.day, before.info, before.said)
        else:
            found.append(Row(info.day, info.day, info, own))
    return found


def _same(row: Row, info: DayInfo, own: SaidDay | None) -> bool:
    known, stored = row.info, row.said
    alike = (known.type, known.name, known.origin) == (info.type, info.name, info.origin)
    alike = alike and (known.instead == info.instead or info.type is DayType.TET)
    notes = (stored.note, stored.set_by) if stored else None
    return alike and notes == ((own.note, own.set_by) if own else None)


class DayWords:
    """How the page says a day."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def when(self, day: date) -> str:
        """ "thứ Ba 24/11 (16 tháng Mười âm lịch)"."""
        return day_words(day, self._words)

    def short(self, day: date) -> str:
        """ "thứ Ba 24/11"."""
        return day_words(day, self._words, lunar=False)

    def full(self, day: date) -> str:
        """ "thứ Ba 24/11/2026"."""
        return f"{weekday_words(day, self._words)} {date_words(day, self._words)}"

    def type(self, day_type: DayType) -> str:
        return self._words(f"schedules.day_type.{day_type}")

    def name(self, info: DayInfo, said: SaidDay | None) -> str:
        """What the day is called, or its type: "Giỗ Tổ Hùng Vương", "làm bù cho ngày 23/11/2026"."""
        return (said.note if said else "") or name_words(info, self._words) or self.type(info.type)

    def origin(self, info: DayInfo, said: SaidDay | None) -> str:
        if info.origin is Origin.OFFICIAL:
            return self._words("web.days.by_official", by=said.set_by if said else "")
        return self._words(f"web.days.by_{info.origin}")


def _calendar(said: dict[date, SaidDay]) -> Calendar:
    return Calendar({day: one.type for day, one in said.items()})


def _today() -> date:
    return parts().clock.now().astimezone(parts().config.site.tz).date()


def _editor(form: DayForm, problems: tuple[Problem, ...]) -> str:
    return render_template("day_editor.html", form=form, problems=by_field(problems), types=TYPES, today=_today())


def _swap_editor(form: SwapForm, problems: tuple[Problem, ...]) -> str:
    return render_template("day_swap.html", form=form, problems=by_field(problems), today=_today())


def _shown(day: date, changes: str) -> ResponseReturnValue:
    if changes:
        for whom in LISTENERS:
            parts().bell.ring(whom)
    year = day.year if day.year not in (_today().year, _today().year + 1) else None
    return done(url_for("days.every", year=year, undo=changes or None, told=None if changes else "same"))


def _changes(tx: Tx, changed: tuple[date, ...] | list[date]) -> str:
    """The newest changes of days, as an address carries them: "2026-11-24.57,2026-11-28.58"."""
    return ",".join(f"{day}.{days.newest_change(tx, day)}" for day in changed)


def _change(text: str) -> tuple[date, int]:
    day, _, number = text.partition(".")
    return date.fromisoformat(day), int(number)


def _undo(tx: Tx, text: str) -> Undo | None:
    """What was just changed, if it is still the newest change of its days."""
    changes = tuple(text.split(",")[:2]) if text else ()
    try:
        known = [_change(change) for change in changes]
    except ValueError:
        return None
    if not known or any(days.newest_change(tx, day) != number for day, number in known):
        return None
    words = DayWords(visitor().words)
    now = [words.type(_calendar(days.said(tx)).type_of(day)) for day, _ in known]
    told = (visitor().words("web.days.is_now", day=words.full(day), type=kind)
            for (day, _), kind in zip(known, now, strict=True))  # fmt: skip
    return Undo("; ".join(told), changes)
