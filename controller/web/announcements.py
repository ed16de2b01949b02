"""Announcements: the list, the editor, and the page of one with everything that can be done to it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.announcements import AfterCut
from controller.core.days import DayType
from controller.core.errors import ChangedError, InputError, NotFoundError, Problem
from controller.core.levels import Level
from controller.core.parts import LANGUAGES
from controller.store import announcements, journal, renditions, utterances
from controller.web import part_forms, state
from controller.web.announcement_forms import (
    Changed,
    beside,
    known_of,
    previewed,
    quiet_mends,
    quiet_problems,
    reading_of,
    said,
    typed_announcement,
)
from controller.web.announcement_list import FOUND, PAGE, grouped, looked_for, page_of
from controller.web.context import done, house, kept_fields, parts, say, visitor, wants_json
from controller.web.doors import FORM_BODY, Who, door
from controller.web.file_queue import pages
from controller.web.forms import AnnouncementForm, ident_of, instant_of
from controller.web.journal_saying import line_of
from controller.web.occurrences import occurrences
from controller.web.recordings import LIMIT_MB, UPLOAD_BODY, took
from controller.web.rule_forms import FEASTS, KINDS, OTHER_DAY

views = Blueprint("announcements", __name__)


@views.get("/announcements")
@door(Who.USER)
def every() -> ResponseReturnValue:
    config, now = parts().config, parts().clock.now()
    wanted = " ".join(request.args.get("wanted", "").split())[:200]
    name = request.args.get("group", "")
    with parts().store.read() as tx:
        heads = announcements.heads(tx)
        upcoming = house().upcoming
        groups = grouped(
            heads, upcoming.unreadable(tx, now), renditions.unapproved_ids(tx), upcoming.next_of_each(tx, now)
        )
        chosen = {FOUND: looked_for(heads, wanted)} if wanted else groups
        name = FOUND if wanted else name
        page = min(max(1, request.args.get("page", 1, type=int)), pages(len(chosen.get(name, ()))))
        shown = [
            (group, [state.about(tx, config, now, ident) for ident in group.shown])
            for group in page_of(chosen, name, page)
        ]
    return render_template(
        "announcements.html", shown=shown, name=name, wanted=wanted, page=page, pages=pages, count=len(heads),
        groups={each: len(found) for each, found in groups.items() if found}, is_long=len(heads) > PAGE,
    )  # fmt: skip


def _again(ident: str = "") -> ResponseReturnValue:
    """The editor with what was typed, when the form could not be taken from this page any more."""
    stale = Problem.of("form", "stale")
    return _editor(ident, typed_announcement(request.form), (stale,))


@views.get("/announcements/new")
@door(Who.USER)
def new() -> ResponseReturnValue:
    fields = kept_fields()
    kept = typed_announcement(fields) if fields else None
    empty = AnnouncementForm.empty(parts().config, parts().clock.now(), parts().ids())
    return _editor("", kept or empty, restored=bool(kept))


@views.get("/announcements/<ident>/edit")
@door(Who.USER)
def edit(ident: str) -> ResponseReturnValue:
    config, now = parts().config, parts().clock.now()
    with parts().store.read() as tx:
        about = state.about(tx, config, now, ident)
        documents = tuple(rule.document for rule in announcements.rules(tx, ident))
    base = AnnouncementForm.empty(config, now)
    fields = kept_fields()
    kept = typed_announcement(fields) if fields else None
    return _editor(
        ident, kept or AnnouncementForm.of(about.announcement, documents, base, config.site.tz), restored=bool(kept)
    )


@views.post("/announcements")
@door(Who.USER, body_limit=FORM_BODY, again=_again)
def add() -> ResponseReturnValue:
    return _save("")


@views.post("/announcements/<ident>")
@door(Who.USER, body_limit=FORM_BODY, again=_again)
def change(ident: str) -> ResponseReturnValue:
    with parts().store.read() as tx:
        announcements.get(tx, ident)
    return _save(ident)


@views.post("/announcements/upload")
@door(Who.USER, body_limit=UPLOAD_BODY, files=True, again=lambda: _again(request.form.get("ident", "")))
def upload() -> ResponseReturnValue:
    """The editor with a file from its form in the part whose place is `at`: the way without a script."""
    form = typed_announcement(request.form)
    at = request.form.get("at", "")
    place = int(at) if at.isdecimal() and int(at) < len(form.parts) else len(form.parts)
    file = request.files.get(f"file_{at}")
    try:
        recording = took(file)
    except InputError as error:
        problems = tuple(replace(problem, field=f"part_{_card(form, place)}") for problem in error.problems)
        return _refused(request.form.get("ident", ""), form, problems)
    entries = part_forms.filled(form.parts, place, recording.brought.sha256, recording.name)
    return _editor(request.form.get("ident", ""), replace(form, parts=entries))


def _card(form: AnnouncementForm, place: int) -> int:
    """The number on the card of a part."""
    return 1 + sum(not entry.gone for entry in form.parts[:place])


def _save(ident: str) -> ResponseReturnValue:
    form = typed_announcement(request.form)
    with parts().store.read() as tx:
        reading = reading_of(form, known_of(tx, ident, form))
    act, *told = request.form.get("act", "save").split() or [""]
    if act != "save":
        return _editor(ident, _looked_at(form, act, told), reading.problems if act == "look" else ())
    if reading.problems:
        quiet = quiet_problems(form, reading, ident)
        return _refused(ident, form, (*reading.problems, *quiet))
    if reading.draft.level is Level.EMERGENCY and form.confirmed != Level.EMERGENCY:
        return render_template("confirm_emergency.html", form=form, ident=ident, draft=reading.draft)
    try:
        saved = parts().announcing.save(
            reading.draft,
            reading.when.documents,
            visitor().by,
            ident,
            instant_of(form.seen_at),
            ident_of(form.new_ident),
        )
    except ChangedError as error:
        return _changed_meanwhile(error.ident, form)
    except InputError as error:
        return _refused(ident, form, error.problems)
    return done(url_for("announcements.one", ident=saved.id, saved=1))


def _looked_at(form: AnnouncementForm, act: str, told: list[str]) -> AnnouncementForm:
    """What a button of the editor makes of the form before it is shown again."""
    match act, told:
        case "part", [what, *where]:
            return replace(form, parts=part_forms.acted(form.parts, what, where))
        case "longer", [name]:
            return replace(form, rule=form.rule.longer(name))
        case "move", [old, new]:
            return replace(form, rule=form.rule.moved(old, new))
        case "week", [day]:
            return replace(form, week=day)
        case _:
            return form


def _changed_meanwhile(ident: str, form: AnnouncementForm) -> ResponseReturnValue:
    """What was typed, beside what somebody has saved in the meantime; the next save is meant."""
    if wants_json():
        return {"problems": said((Problem.of("form", "changed"),))}, 409
    with parts().store.read() as tx:
        stored = announcements.get(tx, ident)
        by = journal.last_by(tx, f"announcement/{ident}")
    form = replace(form, new_ident="", seen_at=stored.updated_at.isoformat())
    return make_response(_editor(ident, form, changed=Changed(stored, by)), 409)


def _refused(ident: str, form: AnnouncementForm, problems: tuple[Problem, ...]) -> ResponseReturnValue:
    if wants_json():
        return {"problems": beside(problems, form)}, 422
    return make_response(_editor(ident, form, problems), 422)


def _editor(
    ident: str, form: AnnouncementForm, problems: tuple[Problem, ...] = (), restored: bool = False,
    changed: Changed | None = None,
) -> ResponseReturnValue:  # fmt: skip
    with parts().store.read() as tx:
        seen = previewed(tx, form, known_of(tx, ident, form))
    return render_template(
        "editor.html", ident=ident, form=form, problems=beside(problems, form), seen=seen, ahead=seen.ahead,
        mends=quiet_mends(problems, form.rule), restored=restored, changed=changed, kinds=KINDS,
        feasts=(*FEASTS, OTHER_DAY), day_types=list(DayType), of_languages=LANGUAGES, after_cuts=list(AfterCut),
        kinds_of_part=part_forms.ADDED, empty_part=part_forms.PartEntry, upload_mb=LIMIT_MB,
    )  # fmt: skip


@views.get("/announcements/<ident>")
@door(Who.USER)
def one(ident: str) -> ResponseReturnValue:
    return _one(ident)


def _one(ident: str, problems: tuple[Problem, ...] = ()) -> str:
    config = parts().config
    with parts().store.read() as tx:
        about = state.about(tx, config, parts().clock.now(), ident)
        lines = [line_of(entry, say(), visitor().words, about_one=True) for entry in journal.of_announcement(tx, ident)]
    announcement = about.announcement
    spoken = parts().spoken(announcement.text) if announcement.text else None
    return render_template(
        "announcement.html", about=about, lines=lines, spoken=spoken, boards=config.boards_of(announcement.zones),
        saved=request.args.get("saved") == "1",
        problems=said(problems),
    )  # fmt: skip


@views.post("/announcements/<ident>/speak")
@door(Who.USER)
def speak(ident: str) -> ResponseReturnValue:
    """Speak it now; a second tap while it waits or sounds changes nothing."""
    with parts().store.read() as tx:
        announcement = announcements.get(tx, ident)
        under_way = any(
            o.is_open and o.spoken_on_request and not o.stopping
            for o in occurrences(utterances.of_announcement(tx, ident))
        )
    if not under_way and announcement.withdrawn_at is None:
        try:
            parts().announcing.speak_now(ident, visitor().by)
        except NotFoundError:
            raise
        except InputError as error:  # quiet hours, or nobody has listened to it
            if wants_json():
                return {"problems": said(error.problems)}, 422
            return make_response(_one(ident, error.problems), 422)
    return done(url_for("announcements.one", ident=ident))


@views.post("/utterances/<ident>/stop")
@door(Who.USER)
def stop(ident: str) -> ResponseReturnValue:
    """End an occurrence on every output."""
    named = parts().announcing.stop(ident, visitor().by)
    return done(url_for("announcements.one", ident=named.announcement_id))


@views.post("/announcements/<ident>/withdraw")
@door(Who.USER)
def withdraw(ident: str) -> ResponseReturnValue:
    parts().announcing.withdraw(ident, visitor().by)
    return done(url_for("announcements.one", ident=ident))


@views.post("/announcements/<ident>/end")
@door(Who.USER)
def end(ident: str) -> ResponseReturnValue:
    """End it everywhere: on the loudspeakers, on the boards and on the kiosk."""
    parts().announcing.end(ident, visitor().by)
    return done(url_for("announcements.one", ident=ident))


@views.post("/announcements/<ident>/restore")
@door(Who.USER)
def restore(ident: str) -> ResponseReturnValue:
    parts().announcing.restore(ident, visitor().by)
    return done(url_for("announcements.one", ident=ident))


@views.post("/announcements/<ident>/prepare")
@door(Who.USER)
def prepare(ident: str) -> ResponseReturnValue:
    parts().announcing.prepare_again(ident)
    return done(url_for("announcements.one", ident=ident))


@views.post("/announcements/<ident>/approve")
@door(Who.USER)
def approve(ident: str) -> ResponseReturnValue:
    """Have the very file `sha256` broadcast from now on, by whoever has listened to it."""
    try:
        parts().announcing.approve(ident, request.form.get("sha256", ""), visitor().by)
    except ChangedError:
        problem = Problem.of("sha256", "sound_changed")
        if wants_json():
            return {"problems": said((problem,))}, 409
        return make_response(_one(ident, (problem,)), 409)
    return done(url_for("announcements.one", ident=ident))


@views.post("/announcements/<ident>/disapprove")
@door(Who.USER)
def disapprove(ident: str) -> ResponseReturnValue:
    parts().announcing.disapprove(ident, visitor().by)
    return done(url_for("announcements.one", ident=ident))
