"""Notices: what stands on the boards and on the kiosk's waiting screen, and for how long."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from controller.core.errors import Problem
from controller.store import notices
from controller.web.announcement_forms import said
from controller.web.context import done, kept_fields, parts, visitor, wants_json
from controller.web.doors import FORM_BODY, Who, door
from controller.web.forms import NoticeForm, ident_of, read_notice

views = Blueprint("notices", __name__)
LISTENERS = ("controller", "kiosk")


def _typed(fields: MultiDict[str, str]) -> NoticeForm:
    return NoticeForm.typed(fields, fields.getlist("boards"))


def _again() -> ResponseReturnValue:
    return _editor(_typed(request.form), said((Problem.of("form", "stale"),)))


def _editor(form: NoticeForm, problems: dict[str, list[str]]) -> str:
    return render_template("notice_editor.html", form=form, problems=problems)


@views.get("/notices")
@door(Who.USER)
def every() -> ResponseReturnValue:
    now = parts().clock.now()
    with parts().store.read() as tx:
        live = notices.live(tx, now)
        boards = {board.board: board for board in notices.boards(tx)}
    return render_template(
        "notices.html", live=live, boards=boards, now=now, withdrawn=request.args.get("withdrawn", "")
    )


@views.get("/notices/new")
@door(Who.USER)
def new() -> ResponseReturnValue:
    fields, config, now = kept_fields(), parts().config, parts().clock.now()
    return _editor(_typed(fields) if fields else NoticeForm.empty(config, now, parts().ids()), {})


@views.post("/notices")
@door(Who.USER, body_limit=FORM_BODY, again=_again)
def add() -> ResponseReturnValue:
    form, now = _typed(request.form), parts().clock.now()
    notice, problems = read_notice(form, parts().config, now, ident_of(form.new_ident) or parts().ids())
    if problems and wants_json():
        return {"problems": said(problems)}, 422
    if problems:
        return make_response(_editor(form, said(problems)), 422)
    with parts().store.write() as tx:
        known = notices.find(tx, notice.id)
        if known is None:
            notices.add(tx, now, notice, visitor().by)
        elif known.text != notice.text:  # back to the form, and something else written
            notices.add(tx, now, replace(notice, id=parts().ids()), visitor().by)
    _ring()
    return done(url_for("notices.every"))


@views.post("/notices/<ident>/withdraw")
@door(Who.USER)
def withdraw(ident: str) -> ResponseReturnValue:
    with parts().store.write() as tx:
        notices.withdraw(tx, parts().clock.now(), ident, visitor().by)
    _ring()
    return done(url_for("notices.every", withdrawn=ident))


@views.post("/notices/<ident>/restore")
@door(Who.USER)
def restore(ident: str) -> ResponseReturnValue:
    with parts().store.write() as tx:
        notices.restore(tx, parts().clock.now(), ident, visitor().by)
    _ring()
    return done(url_for("notices.every"))


def _ring() -> None:
    for whom in LISTENERS:
        parts().bell.ring(whom)
