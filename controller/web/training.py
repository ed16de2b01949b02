"""Training sessions at the cultural house: the list, and the form of one. Boards show the next ones by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import InputError, Problem
from controller.core.sessions import Session, SessionDraft, problems_of
from controller.store import kiosk_requests, training
from controller.store.columns import instant
from controller.store.connection import StoreBusyError
from controller.web.announcement_forms import said
from controller.web.context import done, kept_fields, parts, visitor, wants_json
from controller.web.doors import FORM_BODY, Who, door
from controller.web.forms import ident_of
from controller.web.notice_forms import instant_or_none

views = Blueprint("training", __name__)
DIGITS = 6
OVER_LISTED = 10
BEGIN, END = "08:00", "11:00"  # what is offered


@dataclass(frozen=True, slots=True)
class SessionForm:
    title: str = ""
    place: str = ""
    day: str = ""
    begin: str = BEGIN
    end: str = END
    seats: str = ""
    new_ident: str = ""  # the id that it will have, so that saving twice makes one
    seen: str = ""  # of a stored one: the mark of what the editor began with

    @classmethod
    def of(cls, session: Session) -> SessionForm:
        begins, ends = (at.astimezone(parts().config.site.tz) for at in (session.begins, session.ends))
        seats = str(session.seats) if session.seats else ""
        return cls(
            session.title, session.place, begins.date().isoformat(), f"{begins:%H:%M}", f"{ends:%H:%M}", seats,
            seen=_mark(session),
        )  # fmt: skip


def _mark(session: Session) -> str:
    return sha256(repr(session.draft).encode()).hexdigest()[:16]


@views.get("/training")
@door(Who.USER)
def every() -> ResponseReturnValue:
    now = parts().clock.now()
    with parts().store.read() as tx:
        coming, over = training.coming(tx, now), training.past(tx, now, OVER_LISTED)
        taken = kiosk_requests.seats_taken(tx)
    withdrawn = request.args.get("withdrawn", "")
    undo = withdrawn if withdrawn in {session.id for session in over} else ""
    return render_template("training.html", coming=coming, over=over, undo=undo, taken=taken)


@views.get("/api/training")
@door(Who.USER)
def told() -> ResponseReturnValue:
    with parts().store.read() as tx:
        coming = training.coming(tx, parts().clock.now())
    return {"sessions": [_document(session) for session in coming]}


def _document(session: Session) -> dict[str, object]:
    return {
        "id": session.id, "title": session.title, "place": session.place, "begins": instant(session.begins),
        "ends": instant(session.ends), "seats": session.seats,
    }  # fmt: skip


def _typed(fields: Mapping[str, str]) -> SessionForm:
    return SessionForm(**{name: fields.get(name, "") for name in asdict(SessionForm())})


def _again(ident: str = "") -> ResponseReturnValue:
    return _editor(ident, _typed(request.form), said((Problem.of("form", "stale"),)))


def _editor(
    ident: str, form: SessionForm, problems: dict[str, list[str]], changed: Session | None = None
) -> str:  # fmt: skip
    """`changed`: what somebody else has stored meanwhile."""
    return render_template("training_editor.html", ident=ident, form=form, problems=problems, changed=changed)


@views.get("/training/new")
@door(Who.USER)
def new() -> ResponseReturnValue:
    fields = kept_fields()
    tomorrow = (parts().clock.now().astimezone(parts().config.site.tz) + timedelta(days=1)).date()
    empty = SessionForm(day=tomorrow.isoformat(), new_ident=parts().ids())
    return _editor("", _typed(fields) if fields else empty, {})


@views.get("/training/<ident>/edit")
@door(Who.USER)
def edit(ident: str) -> ResponseReturnValue:
    with parts().store.read() as tx:
        stored = training.get(tx, ident)
    fields = kept_fields()
    return _editor(ident, _typed(fields) if fields else SessionForm.of(stored), {})


@views.post("/training")
@door(Who.USER, body_limit=FORM_BODY, again=_again)
def add() -> ResponseReturnValue:
    return _save("")


@views.post("/training/<ident>")
@door(Who.USER, body_limit=FORM_BODY, again=_again)
def change(ident: str) -> ResponseReturnValue:
    return _save(ident)


def _save(ident: str) -> ResponseReturnValue:
    form = _typed(request.form)
    try:
        draft = _draft(form)
        if ident:
            with parts().store.read() as tx:
                stored = training.get(tx, ident)
            if form.seen and form.seen != _mark(stored) and stored.draft != draft:
                return _changed_meanwhile(ident, form, stored)
            parts().training.change(ident, draft, visitor().by, stored.draft)
        else:
            parts().training.add(draft, visitor().by, ident_of(form.new_ident))
    except InputError as error:
        problems = said(error.problems)
        return ({"problems": problems}, 422) if wants_json() else make_response(_editor(ident, form, problems), 422)
    except StoreBusyError:
        if wants_json():
            raise
        return make_response(_editor(ident, form, said((Problem.of("form", "store_busy"),))), 503)
    return done(url_for("training.every"))


def _changed_meanwhile(ident: str, form: SessionForm, stored: Session) -> ResponseReturnValue:
    """What was typed, beside what stands there now; the next save is meant."""
    if wants_json():
        return {"problems": said((Problem.of("form", "changed"),))}, 409
    return make_response(_editor(ident, replace(form, seen=_mark(stored)), {}, stored), 409)


def _draft(form: SessionForm) -> SessionDraft:
    """InputError with every problem, also of what is no entry at all."""
    problems: list[Problem] = []
    tz, never = parts().config.site.tz, parts().clock.now() + timedelta(days=1)
    begins = instant_or_none(form.day, form.begin, "begins", tz, problems) or _missing("begins", never, problems)
    ends = instant_or_none(form.day, form.end, "ends", tz, problems) or _missing("ends", begins, problems)
    seats = form.seats.strip() or "0"
    if not seats.isdecimal() or len(seats) > DIGITS:
        seats = "-1"
    draft = SessionDraft(title=form.title, place=form.place, begins=begins, ends=ends, seats=int(seats))
    if problems:
        wrong = {"begins", "ends"}
        found = problems_of(draft, parts().clock.now())
        raise InputError(*(each for each in found if each.field not in wrong), *problems)
    return draft


def _missing(field: str, instead: datetime, problems: list[Problem]) -> datetime:
    if not any(problem.field == field for problem in problems):
        problems.append(Problem.of(field, "empty"))
    return instead


@views.post("/training/<ident>/withdraw")
@door(Who.USER)
def withdraw(ident: str) -> ResponseReturnValue:
    parts().training.withdraw(ident, visitor().by)
    return done(url_for("training.every", withdrawn=ident))


@views.post("/training/<ident>/restore")
@door(Who.USER)
def restore(ident: str) -> ResponseReturnValue:
    parts().training.restore(ident, visitor().by)
    return done(url_for("training.every"))
