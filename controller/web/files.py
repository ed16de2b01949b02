"""Residents' files at the desk: the queue, one file opened, its next state, notes, taking it along, deletion.

Nothing of a file is kept outside the sitting's memory: pages are never cached, and nothing of them is logged.
"""

from __future__ import annotations

from datetime import datetime, time

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import ChangedError, InputError, Problem
from controller.core.filings import FileState, Step
from controller.core.opened_files import OpenedFile
from controller.filing_desk import DELETION_REASONS
from controller.filing_papers import pdf_of
from controller.runtime.sealing import SealError
from controller.web.announcement_forms import said
from controller.web.context import done, parts, visitor, wants_json
from controller.web.doors import FORM_BODY, Who, door
from controller.web.file_keys import guide_titles, locked, sitting, sitting_or_none

views = Blueprint("files", __name__)
TONES = {
    FileState.REGISTERED: "waiting", FileState.PAPERS_ASKED: "waiting", FileState.PAYMENT_ASKED: "waiting",
    FileState.DONE: "fine", FileState.RETURNED: "fine",
}  # fmt: skip


@views.get("/files")
@door(Who.USER)
def every() -> ResponseReturnValue:
    found = sitting_or_none()
    if found is None:
        return locked()
    ended = request.args.get("ended") == "1"
    lines = parts().filing_desk.queue(found, ended)
    return render_template("files.html", lines=lines, ended=ended, titles=guide_titles(), tones=TONES)


@views.get("/api/files")
@door(Who.USER, by_itself=True)
def told() -> ResponseReturnValue:
    """How many files there are in each state, and how many nobody has opened; needs no sitting."""
    outlines = parts().filing_desk.outlines()
    return {
        "states": {state.key: count for state, count in sorted(parts().filing_desk.counts().items())},
        "new": sum(outline.is_new for outline in outlines),
        "locked": sitting_or_none(used=False) is None,
    }


@views.get("/files/<ident>")
@door(Who.USER)
def one(ident: str) -> ResponseReturnValue:
    return _page(ident, {}, 200)


def _page(ident: str, problems: dict[str, list[str]], status: int) -> ResponseReturnValue:
    try:
        found = parts().filing_desk.open(sitting(), ident)
    except SealError:
        return render_template("file_broken.html"), 409
    return render_template(
        "file.html", file=found, problems=problems, typed=request.form, asked=request.form.getlist("asked"),
        tones=TONES, reasons=DELETION_REASONS, captions=_captions(found),
    ), status  # fmt: skip


def _captions(found: OpenedFile) -> dict[int, str]:
    titles = {paper.id: paper.title for paper in found.document.papers}
    return {photo.place: titles.get(photo.paper, photo.paper) for photo in found.photos}


@views.get("/files/<ident>/photo/<int:place>")
@door(Who.USER)
def photo(ident: str, place: int) -> ResponseReturnValue:
    try:
        return Response(parts().filing_desk.photo(sitting(), ident, place), content_type="image/jpeg")
    except SealError:
        abort(404)


@views.post("/files/<ident>/move")
@door(Who.USER, body_limit=FORM_BODY)
def move(ident: str) -> ResponseReturnValue:
    form, problems = request.form, []
    try:
        seen, to = FileState(int(form.get("seen", ""))), FileState(int(form.get("to", "") or 0))
    except ValueError:
        return _refuse(ident, (Problem.of("to", "file_move"),))
    due = None
    if form.get("due"):
        try:
            day = datetime.strptime(form["due"], "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the station's
            due = datetime.combine(day, time(17, 0), parts().config.site.tz)
        except ValueError:
            problems.append(Problem.of("due", "bad_day"))
    asked = (*form.getlist("asked"), *form.get("asked_more", "").splitlines()) if to is FileState.PAPERS_ASKED else ()
    step = Step(to=to, reason=form.get("reason", ""), asked=tuple(filter(None, map(str.strip, asked))), due=due)
    if problems:
        return _refuse(ident, tuple(problems))
    try:
        parts().filing_desk.move(sitting(), ident, seen, step)
    except ChangedError:
        return _refuse(ident, (Problem.of("to", "file_changed"),), 409)
    except InputError as error:
        return _refuse(ident, error.problems)
    return done(url_for("files.one", ident=ident))


@views.post("/files/<ident>/note")
@door(Who.USER, body_limit=FORM_BODY)
def note(ident: str) -> ResponseReturnValue:
    try:
        parts().filing_desk.note(sitting(), ident, request.form.get("note", ""))
    except InputError as error:
        return _refuse(ident, error.problems)
    return done(url_for("files.one", ident=ident))


@views.post("/files/<ident>/portal-code")
@door(Who.USER)
def portal_code(ident: str) -> ResponseReturnValue:
    try:
        parts().filing_desk.set_portal_code(sitting(), ident, request.form.get("portal_code", ""))
    except InputError as error:
        return _refuse(ident, error.problems)
    return done(url_for("files.one", ident=ident))


@views.post("/files/<ident>/export")
@door(Who.USER)
def export(ident: str) -> ResponseReturnValue:
    """The file as JSON or PDF. A form, not a link: taking along is an act, with its line in the journal."""
    desk, opened, form = parts().filing_desk, sitting(), request.form.get("form", "")
    if form == "json":
        content, kind = desk.exported(opened, ident), "application/json"
    elif form == "pdf":
        found = desk.open(opened, ident)
        photos = tuple((each.paper, desk.photo(opened, ident, each.place)) for each in found.photos)
        content, kind = pdf_of(found, photos, visitor().words, parts().config.site.tz), "application/pdf"
        desk.was_exported(opened, ident, "pdf")
    else:
        abort(400)
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="ho-so-{ident[:8]}.{form}"'
    return response


@views.post("/files/<ident>/delete")
@door(Who.USER)
def delete(ident: str) -> ResponseReturnValue:
    if request.form.get("sure") != "yes":
        return _refuse(ident, (Problem.of("why", "file_sure"),))
    try:
        parts().filing_desk.delete(sitting(), ident, request.form.get("why", ""))
    except InputError as error:
        return _refuse(ident, error.problems)
    return done(url_for("files.every"))


def _refuse(ident: str, problems: tuple[Problem, ...], status: int = 422) -> ResponseReturnValue:
    found = said(problems)
    return ({"problems": found}, status) if wants_json() else _page(ident, found, status)
