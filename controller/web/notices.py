"""Notices: what stands on the boards and on the kiosk's waiting screen, where, when, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import ChangedError, InputError, Problem
from controller.core.levels import Level
from controller.core.notice_drafts import TEXT_LIMIT, NoticeDraft, draft_of
from controller.core.notices import Notice, Special
from controller.store import notices
from controller.store.connection import StoreBusyError, Tx
from controller.store.notices import Change, change_of
from controller.web import state
from controller.web.announcement_forms import said
from controller.web.board_forms import faces_of
from controller.web.context import done, kept_fields, parts, visitor, wants_json
from controller.web.doors import FORM_BODY, Who, door
from controller.web.forms import ident_of
from controller.web.notice_forms import NoticeForm, read_notice
from controller.web.pictures import PICTURE_BODY, PICTURE_MB, brought

views = Blueprint("notices", __name__)
SPECIALS = [special for special in Special if special is not Special.NONE]
OVER_LISTED = 20
BACK_TO = {"boards": "boards.every", "notices": "notices.every"}


@views.get("/notices")
@door(Who.USER)
def every() -> ResponseReturnValue:
    now, tz = parts().clock.now(), parts().config.site.tz
    with parts().store.read() as tx:
        live = notices.live(tx, now)
        over = notices.past(tx, now, OVER_LISTED)
        announced = state.alerts(tx, parts().config, now)
        changed = _changed_in(tx, live)
    shown = [notice for notice in live if notice.is_due(now, tz)]
    return render_template(
        "notices.html", shown=shown, later=[notice for notice in live if notice not in shown], over=over,
        withdrawn=withdrawn_in(live), hidden=bool(announced) or any(n.level is Level.EMERGENCY for n in shown),
        changed=changed, unmoved="unmoved" in request.args,
    )  # fmt: skip


def _changed_in(tx: Tx, live: list[Notice]) -> tuple[Notice, Change] | None:
    """The notice that was just changed, and the change, which can be taken back."""
    notice = next((each for each in live if each.id == request.args.get("changed", "")), None)
    change = change_of(tx, notice) if notice else None
    return (notice, change) if notice and change else None


def withdrawn_in(live: list[Notice]) -> str:
    """The id of what was just taken down and can be put back, or ""."""
    ident = request.args.get("withdrawn", "")
    return "" if ident in {notice.id for notice in live} else ident


def _typed() -> NoticeForm:
    return NoticeForm.typed(request.form)


def _again(ident: str = "") -> ResponseReturnValue:
    """The editor with what was typed, when the form could not be taken from this page any more."""
    return _editor(ident, _typed(), (Problem.of("form", "stale"),))


@views.get("/notices/new")
@door(Who.USER)
def new() -> ResponseReturnValue:
    fields = kept_fields()
    empty = NoticeForm.empty(parts().config, parts().clock.now(), parts().ids())
    return _editor("", NoticeForm.typed(fields) if fields else empty)


@views.get("/notices/<ident>/edit")
@door(Who.USER)
def edit(ident: str) -> ResponseReturnValue:
    with parts().store.read() as tx:
        stored = notices.get(tx, ident)
        change = change_of(tx, stored) if stored.withdrawn_at is None else None
    fields = kept_fields()
    form = NoticeForm.typed(fields) if fields else NoticeForm.of(stored, parts().config)
    return _editor(ident, form, last=change)


@views.post("/notices")
@door(Who.USER, body_limit=FORM_BODY, again=_again)
def add() -> ResponseReturnValue:
    return _save("")


@views.post("/notices/<ident>")
@door(Who.USER, body_limit=FORM_BODY, again=_again)
def change(ident: str) -> ResponseReturnValue:
    with parts().store.read() as tx:
        notices.get(tx, ident)
    return _save(ident)


@views.post("/notices/upload")
@door(Who.USER, body_limit=PICTURE_BODY, files=True, again=lambda: _again(request.form.get("ident", "")))
def upload() -> ResponseReturnValue:
    """The editor with the picture of its form: the way without a script."""
    form, ident = _typed(), request.form.get("ident", "")
    try:
        picture = brought(request.files.get("file"))
    except InputError as error:
        return _refused(ident, form, error.problems)
    return _editor(ident, replace(form, picture=picture.sha256))


def _save(ident: str) -> ResponseReturnValue:
    form = _typed()
    draft, unread = read_notice(form, parts().config)
    if request.form.get("file") and not form.picture:  # its name alone: there was no script yet that would have sent it
        unread = [*unread, Problem.of("picture", "picture_unsent")]
    wrong = {problem.field for problem in unread}
    found = [problem for problem in parts().noticing.problems_of(draft) if problem.field not in wrong]
    problems = (*found, *unread)
    match request.form.get("act", "save"):
        case "look":
            return _editor(ident, form, problems)
        case "without":
            return _editor(ident, replace(form, picture=""))
    if problems:
        return _refused(ident, form, problems)
    if draft.level is Level.EMERGENCY and form.confirmed != Level.EMERGENCY:
        seen = faces_of(form)
        return render_template("confirm_notice.html", form=form, ident=ident, draft=draft, seen=seen, busy=False)
    try:
        _put(ident, form, draft)
    except ChangedError:
        return _changed_meanwhile(ident, form)
    except InputError as error:
        return _refused(ident, form, error.problems)
    except StoreBusyError:
        if wants_json():
            raise
        return _busy(ident, form, draft)
    return done(url_for("notices.every", changed=ident) if ident else url_for("notices.every"))


def _put(ident: str, form: NoticeForm, draft: NoticeDraft) -> None:
    """Store it. ChangedError if somebody else has changed it since the editor was opened."""
    noticing, by = parts().noticing, visitor().by
    if ident:
        with parts().store.read() as tx:
            stored = notices.get(tx, ident)
        is_other = draft_of(stored) != replace(draft, shown_from=draft.shown_from or stored.shown_from)
        if is_other and form.seen_at and form.seen_at != NoticeForm.of(stored, parts().config).seen_at:
            raise ChangedError(ident)
        noticing.change(ident, draft, by, stored)
        return
    try:
        noticing.put_up(draft, by, ident_of(form.new_ident))
    except ChangedError:  # back to the form, and something else written
        noticing.put_up(draft, by)


def _busy(ident: str, form: NoticeForm, draft: NoticeDraft) -> ResponseReturnValue:
    """The same page again, with everything that was typed: the database could not be written, so nothing stands on
    any board."""
    if draft.level is Level.EMERGENCY:
        page = render_template(
            "confirm_notice.html", form=form, ident=ident, draft=draft, seen=faces_of(form), busy=True
        )
        return make_response(page, 503)
    return make_response(_editor(ident, form, (Problem.of("form", "store_busy"),)), 503)


def _changed_meanwhile(ident: str, form: NoticeForm) -> ResponseReturnValue:
    """What was typed, beside what somebody has saved in the meantime; the next save is meant."""
    if wants_json():
        return {"problems": said((Problem.of("form", "changed"),))}, 409
    with parts().store.read() as tx:
        stored = notices.get(tx, ident)
    form = replace(form, seen_at=NoticeForm.of(stored, parts().config).seen_at)
    return make_response(_editor(ident, form, changed=stored), 409)


def _refused(ident: str, form: NoticeForm, problems: tuple[Problem, ...]) -> ResponseReturnValue:
    if wants_json():
        return {"problems": said(problems)}, 422
    return make_response(_editor(ident, form, problems), 422)


def _editor(
    ident: str, form: NoticeForm, problems: tuple[Problem, ...] = (), changed: Notice | None = None,
    last: Change | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """`changed`: what somebody else has stored meanwhile; `last`: the change that can be taken back."""
    return render_template(
        "notice_editor.html", ident=ident, form=form, problems=said(problems), changed=changed, specials=SPECIALS,
        text_limit=TEXT_LIMIT, picture_mb=PICTURE_MB, seen=faces_of(form), last=last,
    )  # fmt: skip


@views.post("/notices/<ident>/undo")
@door(Who.USER)
def undo(ident: str) -> ResponseReturnValue:
    """Take back the change that was made at the instant `of`; the same again does nothing."""
    try:
        changed_at = datetime.fromisoformat(request.form.get("of", ""))
    except ValueError:
        abort(400)
    if changed_at.tzinfo is None:
        abort(400)
    try:
        parts().noticing.undo(ident, changed_at, visitor().by)
    except ChangedError:
        if wants_json():
            return {"problems": said((Problem.of("form", "changed"),))}, 409
        return done(url_for("notices.every", unmoved=1))
    except InputError as error:
        if wants_json():
            return {"problems": said(error.problems)}, 422
        with parts().store.read() as tx:
            form = NoticeForm.of(notices.get(tx, ident), parts().config)
        return _refused(ident, form, error.problems)
    return done(url_for("notices.every", changed=ident))


@views.post("/notices/<ident>/withdraw")
@door(Who.USER)
def withdraw(ident: str) -> ResponseReturnValue:
    """Take it down at once; `to`: `boards` or `notices`, the page that shows it."""
    parts().noticing.withdraw(ident, visitor().by)
    return done(url_for(_back_to(), withdrawn=ident))


@views.post("/notices/<ident>/restore")
@door(Who.USER)
def restore(ident: str) -> ResponseReturnValue:
    parts().noticing.restore(ident, visitor().by)
    return done(url_for(_back_to()))


def _back_to() -> str:
    return BACK_TO.get(request.form.get("to", ""), "notices.every")
