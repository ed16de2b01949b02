"""The schedule week by week: single occurrences moved, left out and put back, and who goes first where two meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import InputError, NotFoundError, Problem
from controller.web.announcement_forms import said
from controller.web.context import done, parts, visitor, wants_json
from controller.web.doors import Who, door
from controller.web.forms import day_of, instant_of
from controller.web.weeks import WEEK, monday_of, week_from
from schedules.documents import FIRST_YEAR, LAST_YEAR, rule_from
from schedules.planner import next_after

views = Blueprint("schedule", __name__)
TOLD = (
    "moved",
    "left_out",
    "put_back",
    "first",
    "gone",
    "over",
)  # what an act says afterwards; "gone": it was changed meanwhile; "over": one of its times has passed


@dataclass(frozen=True, slots=True)
class Alteration:
    """What was typed to move one occurrence: which it is, and the day and the clock time wanted for it."""

    rule: str
    due: str
    day: str = ""
    clock: str = ""


@views.get("/schedule")
@door(Who.USER)
def week() -> ResponseReturnValue:
    return _page()


@views.post("/schedule/move")
@door(Who.USER)
def move() -> ResponseReturnValue:
    """One occurrence to another time, or (`act=leave_out`) out of the schedule."""
    typed = Alteration(
        *(request.form.get(name, "") for name in ("rule", "due", "day", "clock"))
    )  # the dataclass has them in this order
    due = instant_of(typed.due) or abort(400)
    leave_out = request.form.get("act") == "leave_out"
    try:
        to = None if leave_out else _wanted(typed)
        parts().announcing.move_occurrence(typed.rule, due, to, visitor().by)
    except NotFoundError:
        return _done("gone")
    except InputError as error:
        if wants_json():
            return {"problems": said(error.problems)}, 422
        return make_response(_page(typed, error.problems), 422)
    return _done("left_out" if leave_out else "moved")


@views.post("/schedule/undo")
@door(Who.USER)
def undo() -> ResponseReturnValue:
    """Takes back what was changed of one occurrence."""
    due = instant_of(request.form.get("due", "")) or abort(400)
    try:
        parts().announcing.undo_move(request.form.get("rule", ""), due, visitor().by)
    except NotFoundError:
        return _done("gone")
    except InputError:
        return _done("over")
    return _done("put_back")


@views.post("/schedule/first")
@door(Who.USER)
def first() -> ResponseReturnValue:
    """Where two of one level meet: `announcement` goes before `before` from now on."""
    parts().announcing.put_first(request.form.get("announcement", ""), request.form.get("before", ""), visitor().by)
    return _done("first")


def _wanted(typed: Alteration) -> datetime:
    """The instant of a day and a clock time; InputError by the name that the entry has ("to")."""
    try:
        rule = rule_from({"kind": "dates", "dates": [typed.day.strip()], "times": [typed.clock.strip()]})
    except InputError as error:
        raise InputError(*(Problem("to", p.code, p.facts) for p in error.problems[:1])) from error
    tz = parts().config.site.tz
    found = next_after(rule, datetime(FIRST_YEAR - 1, 1, 1, tzinfo=tz), tz)
    if found is None:
        raise InputError(Problem.of("to", "past"))
    return found


def _done(what: str) -> ResponseReturnValue:
    """Back to where the change was asked for: the page of the announcement, or the week."""
    ident = request.form.get("announcement_page", "")
    if ident:
        return done(url_for("announcements.one", ident=ident))
    return done(url_for("schedule.week", week=_week(request.form.get("week", "")).isoformat(), done=what))


def _week(text: str) -> date:
    today = parts().clock.now().astimezone(parts().config.site.tz).date()
    wanted = day_of(text, today)
    return monday_of(wanted if FIRST_YEAR <= wanted.year <= LAST_YEAR - 1 else today)


def _page(typed: Alteration | None = None, problems: tuple[Problem, ...] = ()) -> str:
    now = parts().clock.now()
    today = now.astimezone(parts().config.site.tz).date()
    monday = _week(request.values.get("week", ""))
    with parts().store.read() as tx:
        days = week_from(tx, parts().config, now, monday, visitor().words)
    step = timedelta(days=WEEK)
    return render_template(
        "schedule.html", ahead=[day for day in days if day.info.day >= today],
        past=[day for day in days if day.info.day < today], monday=monday, sunday=days[-1].info.day, today=today,
        before=monday - step, after=monday + step, typed=typed, problems=said(problems),
        told=next((told for told in TOLD if told == request.args.get("done")), ""),
        empty=not any(day.lines or day.left_out for day in days),
    )  # fmt: skip
