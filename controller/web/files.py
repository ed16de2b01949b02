"""Residents' files at the desk: the queue, one file opened, its next state, notes, deletion (file_taking.py: the rest).

Nothing of a file is kept outside the sitting's memory: pages are never cached, nothing of them is logged, and no
address has a name in it.
"""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from controller.core.errors import ChangedError, InputError, Problem, StationError
from controller.core.filing_codes import bare, read_number
from controller.core.filings import FINAL, FileState, Keep, Step, kept_for
from controller.core.office_days import working_days_in
from controller.core.opened_files import OpenedFile, Outline
from controller.filing.desk import BROKEN, DELETION_REASONS
from controller.filing.papers import captions
from controller.filing.sittings import LockedError
from controller.guides.model import FIRST
from controller.guides.model import said as in_language
from controller.store import guides
from controller.web.announcement_forms import said
from controller.web.context import done, parts, visitor, wants_json
from controller.web.doors import FORM_BODY, Who, door
from controller.web.file_keys import full_names, guide_titles, interrupted, locked, sitting, sitting_or_none
from controller.web.file_queue import PAGE, in_tray, looked_for, neighbours, page_of, pages, trays

views = Blueprint("files", __name__)
TONES = {
    FileState.REGISTERED: "waiting", FileState.PAPERS_ASKED: "waiting", FileState.PAYMENT_ASKED: "waiting",
    FileState.DONE: "fine", FileState.RETURNED: "fine",
}  # fmt: skip
PROMISING = frozenset({FileState.ACCEPTED, FileState.IN_PROCESS})  # steps with which a day may be promised


@views.get("/files")
@door(Who.USER)
def every() -> ResponseReturnValue:
    found = sitting_or_none()
    if found is None:
        return locked()
    ended, tray = request.args.get("ended") == "1", request.args.get("tray", "")
    if request.args.get("found") != "1":
        found.wanted = ""  # who asks for the list again looks for nobody any more
    wanted = found.wanted
    everything = parts().filing_desk.outlines()
    mine = _of_list(everything, ended)
    if wanted:  # wherever they are: who asks for a file by its number does not know whether it has ended
        chosen = tuple(line.outline for line in looked_for(parts().filing_desk.lines(found, everything), wanted))
    else:
        chosen = in_tray(mine, tray, _day_of, _today())
    page = min(max(1, request.args.get("page", 1, type=int)), pages(len(chosen)))
    lines = parts().filing_desk.lines(found, chosen[(page - 1) * PAGE : page * PAGE])
    return render_template(
        "files.html", lines=lines, ended=ended, titles=guide_titles(), tones=TONES, tray=tray, wanted=wanted,
        trays=trays(mine, _day_of, _today()), count=len(chosen), page=page, pages=pages(len(chosen)),
    )  # fmt: skip


@views.post("/files/search")
@door(Who.USER)
def search() -> ResponseReturnValue:
    """Look for a name, a receipt number or a code of the portal. A form, and kept in the sitting: addresses stay in
    the histories of browsers. What can only be one file is opened at once: a scanned receipt, a whole number."""
    opened, wanted = sitting(), " ".join(request.form.get("wanted", "").split())[:200]
    one_only = parts().filing_desk.of_receipt(wanted)
    if number := read_number(wanted):
        lines = parts().filing_desk.lines(opened, parts().filing_desk.outlines())
        one_only = next((line.outline.id for line in lines if bare(line.number) == number), None)
    opened.wanted = "" if one_only else wanted
    if one_only:
        return done(url_for("files.one", ident=one_only))
    ended = "1" if request.form.get("ended") == "1" else None
    return done(url_for("files.every", ended=ended, found="1" if wanted else None))


@views.get("/api/files")
@door(Who.USER, by_itself=True)
def told() -> ResponseReturnValue:
    """How many files there are in each state, and how many nobody has opened; needs no sitting."""
    desk = parts().filing_desk
    return {
        "states": {state.key: count for state, count in sorted(desk.counts().items())}, "new": desk.unopened(),
        "locked": sitting_or_none(used=False) is None,
    }  # fmt: skip


@views.get("/files/<ident>")
@door(Who.USER)
def one(ident: str) -> ResponseReturnValue:
    return _page(ident, {}, 200, MultiDict())


def unopened() -> int:
    """For the menu of every page; 0 while residents' files cannot be read."""
    try:
        return parts().filing_desk.unopened()
    except StationError:
        return 0


def _page(
    ident: str, problems: dict[str, list[str]], status: int, typed: MultiDict[str, str], kept: bool = False
) -> ResponseReturnValue:
    """`typed`: what stands in its fields. `kept`: something of it was kept, the rest is still there."""
    opened, tray = sitting(), request.values.get("tray", "")
    found = parts().filing_desk.open(opened, ident)
    outline = found.outline
    ended = outline.state in FINAL and request.args.get("told") != "moved"  # from the file just ended on to the next
    around = in_tray(_of_list(parts().filing_desk.outlines(), ended), tray, _day_of, _today())
    before, after = neighbours(around, outline)
    office, (days, sentence) = parts().filing_desk.office(), _takes(outline.guide)
    offered = office.promised(parts().clock.now(), days) if days is not None and found.promised is None else None
    due = outline.timing.due
    kept_days = kept_for(outline.state, _keep())
    page = render_template(
        "file.html", file=found, problems=problems, typed=typed, asked=typed.getlist("asked"), tray=tray,
        tones=TONES, reasons=DELETION_REASONS, photos=_photos(found), names=full_names(), before=before,
        after=after, promising=PROMISING, offered=offered, takes=sentence, kept=kept,
        closed=due is not None and not office.works(_day_of(due)), helper=_helper(found.document.helped_by),
        goes=outline.changed_at + kept_days if kept_days else None, ended=ended,
        page=page_of(around, outline), found=1 if opened.wanted else None,
    )  # fmt: skip
    return page, status


def broken(problems: tuple[Problem, ...] = (), status: int = 409) -> ResponseReturnValue:
    """Of a file that somebody has changed: what can still be done is to delete it."""
    ident = str((request.view_args or {}).get("ident", ""))
    if wants_json():
        return {"problem": visitor().words("web.files.broken")}, status
    return render_template("file_broken.html", ident=ident, why=BROKEN, problems=said(problems)), status


def _of_list(outlines: tuple[Outline, ...], ended: bool) -> tuple[Outline, ...]:
    return tuple(each for each in outlines if (each.state in FINAL) is ended)


def _photos(found: OpenedFile) -> dict[str, list[tuple[int, str]]]:
    """The photos of each paper, by its id: (place, what the photo is called)."""
    called = captions(found, tuple((photo.paper, b"") for photo in found.photos), visitor().words)
    made: dict[str, list[tuple[int, str]]] = {}
    for photo, caption in zip(found.photos, called, strict=True):
        made.setdefault(photo.paper, []).append((photo.place, caption))
    return made


def _takes(guide: str) -> tuple[int | None, str]:
    """How many working days a guide in force speaks of, and its sentence; (None, "") where it says nothing."""
    with parts().store.read() as tx:
        found = guides.find(tx, guide)
    times = [fact for fact in found.times if fact.channel in {"", "truc_tiep"}] if found else []
    days = working_days_in(in_language(fact.labels, FIRST) for fact in times)
    return days, in_language(times[0].labels, visitor().words.language) if times else ""


def _helper(ident: str) -> str:
    return next((each.name for each in parts().filing_desk.helpers() if ident and each.id == ident), "")


def _keep() -> Keep:
    filing = parts().config.filing
    return Keep(filing.returned_days, filing.done_days, filing.closed_days)


def _day_of(at: datetime) -> date:
    return at.astimezone(parts().config.site.tz).date()


def _today() -> date:
    return _day_of(parts().clock.now())


def _again(ident: str) -> ResponseReturnValue:
    """Of a page from before somebody signed in anew."""
    try:
        return make_response(_refuse(ident, (Problem.of("form", "stale"),), 403))
    except LockedError:
        return make_response(interrupted())


@views.post("/files/<ident>/move")
@door(Who.USER, body_limit=FORM_BODY, again=_again, private=True)
def move(ident: str) -> ResponseReturnValue:
    form = request.form
    try:
        seen, to = FileState(int(form.get("seen", ""))), FileState(int(form.get("to", "") or 0))
        steps = int(form["steps"]) if "steps" in form else None
    except ValueError:
        return _refuse(ident, (Problem.of("to", "file_move"),))
    due = None
    if form.get("due") and to in PROMISING:
        try:
            due = parts().filing_desk.office().closing(date.fromisoformat(form["due"]))
        except ValueError:
            return _refuse(ident, (Problem.of("due", "bad_day"),))
    asked = (*form.getlist("asked"), *form.get("asked_more", "").splitlines()) if to is FileState.PAPERS_ASKED else ()
    step = Step(to=to, reason=form.get("reason", ""), asked=tuple(filter(None, map(str.strip, asked))), due=due)
    try:
        parts().filing_desk.move(sitting(), ident, seen, step, steps)
    except ChangedError:
        if not _is_mine(ident, to, steps):
            return _refuse(ident, (Problem.of("to", "file_changed"),), 409)
    except InputError as error:
        return _refuse(ident, error.problems)
    return _kept_along(ident, "moved")


def _is_mine(ident: str, to: FileState, steps: int | None) -> bool:
    """Whether this very step is made already: a second tap on a slow line is no other official."""
    made = parts().filing_desk.open(sitting(), ident).steps
    return steps is not None and len(made) == steps + 1 and (made[-1].state, made[-1].by) == (to, sitting().official)


@views.post("/files/<ident>/undo")
@door(Who.USER)
def undo(ident: str) -> ResponseReturnValue:
    steps = request.form.get("steps", -1, type=int)
    try:
        parts().filing_desk.undo(sitting(), ident, steps)
    except ChangedError:
        if len(parts().filing_desk.open(sitting(), ident).steps) != steps - 1:  # else a second tap
            return _refuse(ident, (Problem.of("undo", "file_changed"),), 409)
    except InputError as error:
        return _refuse(ident, error.problems)
    return _done(ident, "undone")


@views.post("/files/<ident>/note")
@door(Who.USER, body_limit=FORM_BODY, again=_again, private=True)
def note(ident: str) -> ResponseReturnValue:
    if not request.form.get("note", "").strip():
        return _refuse(ident, (Problem.of("note", "empty"),))
    return _kept_along(ident, "kept")


@views.post("/files/<ident>/portal-code")
@door(Who.USER, body_limit=FORM_BODY, again=_again, private=True)
def portal_code(ident: str) -> ResponseReturnValue:
    if not request.form.get("portal_code", "").strip():
        return _refuse(ident, (Problem.of("portal_code", "empty"),))
    return _kept_along(ident, "kept")


def _kept_along(ident: str, told: str) -> ResponseReturnValue:
    """The note and the portal's code of the one form that a file has, whichever of its buttons was pressed; and what
    else was typed there stays, until its own button is."""
    desk, opened, left = parts().filing_desk, sitting(), MultiDict(request.form)
    if told == "moved":
        for name in ("to", "reason", "asked", "asked_more", "due"):
            left.poplist(name)
    try:
        if left.get("portal_code", "").strip() not in {"", desk.open(opened, ident).portal_code}:
            desk.set_portal_code(opened, ident, left["portal_code"])
        left.poplist("portal_code")
        if left.get("note", "").strip():
            desk.note(opened, ident, left["note"])
        left.poplist("note")
    except InputError as error:
        return _refuse(ident, error.problems, typed=left)
    if any(left.get(name, "").strip() for name in ("to", "reason", "asked", "asked_more")) and not wants_json():
        return _page(ident, {}, 200, left, kept=True)
    return _done(ident, told)


def _done(ident: str, told: str) -> ResponseReturnValue:
    return done(url_for("files.one", ident=ident, tray=request.form.get("tray") or None, told=told or None))


@views.post("/files/<ident>/delete")
@door(Who.USER)
def delete(ident: str) -> ResponseReturnValue:
    if request.form.get("sure") != "yes":
        problems = (Problem.of("why", "file_sure"),)
        return broken(problems, 422) if request.form.get("why") == BROKEN else _refuse(ident, problems)
    try:
        parts().filing_desk.delete(sitting(), ident, request.form.get("why", ""))
    except InputError as error:
        return _refuse(ident, error.problems)
    return done(url_for("files.every", told="deleted"))


def _refuse(
    ident: str, problems: tuple[Problem, ...], status: int = 422, typed: MultiDict[str, str] | None = None
) -> ResponseReturnValue:
    found = said(problems)
    shown = request.form if typed is None else typed
    return ({"problems": found}, status) if wants_json() else _page(ident, found, status, shown)
