"""Calendars: take announcements from a file after a preview, give the schedule as a file, hand out the addresses
that phones read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from controller.core.errors import InputError, Problem
from controller.core.words import Words
from controller.store import announcements, feeds
from controller.store.connection import Tx
from controller.web.announcement_forms import said
from controller.web.context import done, kept_fields, parts, say, visitor
from controller.web.doors import Who, door
from controller.web.forms import ident_of
from controller.web.import_forms import FILE_LIMIT, ImportForm, coming, draft_of, imported_of, packed, together
from schedules.documents import rule_from

if TYPE_CHECKING:  # what reads and writes calendar files takes 3 MB, and few ever do
    from schedules.ics_in import ImportedEvent

views = Blueprint("calendars", __name__)
FILE_BODY = FILE_LIMIT + 64 * 1024  # the file and the little around it
PACKED_BODY = 2 * FILE_LIMIT  # a file that cannot be packed grows by a third
FILE_NAME = "lich-phat-loa.ics"


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the preview. `made`: the title of the announcement that was made of it before, or "";
    `saved`: the id of the one that has just been made."""

    line: int
    title: str
    text: str
    rule: str
    coming: tuple[str, ...]
    made: str
    notes: tuple[str, ...]
    taken: bool
    instead: bool
    problems: tuple[str, ...] = ()
    saved: str = ""


@views.get("/calendar")
@door(Who.USER)
def every() -> ResponseReturnValue:
    kept = kept_fields()
    if kept and kept.get("packed"):
        return _preview(_typed(kept), {})
    return _page()


def _page(problems: tuple[Problem, ...] = (), status: int = 200, made: str = "", name: str = "") -> ResponseReturnValue:
    with parts().store.read() as tx:
        living = feeds.living(tx)
    page = render_template(
        "calendar.html", feeds=living, problems=said(problems), made=made, name=name, new_ident=parts().ids(),
        saved=request.args.get("saved", ""),
    )  # fmt: skip
    return make_response(page, status)


# --- in


@views.post("/calendar/preview")
@door(Who.USER, body_limit=FILE_BODY)
def preview() -> ResponseReturnValue:
    file = request.files.get("calendar")
    data = file.read(FILE_LIMIT + 1) if file else b""
    if not data:
        return _page((Problem.of("calendar", "no_file"),), 422)
    if len(data) > FILE_LIMIT:
        return _page((Problem.of("calendar", "ics_large", limit=FILE_LIMIT // 1024 // 1024),), 422)
    return _preview(ImportForm.first(packed(data), parts().config, parts().ids()), {}, begin=True)


def _typed(fields: MultiDict[str, str]) -> ImportForm:
    return ImportForm.typed(fields, {name: fields.getlist(name) for name in ("zones", "take", "instead")})


def _again() -> ResponseReturnValue:
    return _preview(_typed(request.form), {}, problems=(Problem.of("form", "stale"),))


@views.post("/calendar/import")
@door(Who.USER, body_limit=PACKED_BODY, again=_again)
def take() -> ResponseReturnValue:
    """Save what is ticked. What is refused stays on the page, with the reason beside it."""
    form = _typed(request.form)
    if request.form.get("act") != "save":
        return _preview(form, {})
    if not form.zones:
        return _preview(form, {}, problems=(Problem.of("zones", "no_zone"),))
    if not form.take:
        return _preview(form, {}, problems=(Problem.of("take", "none_taken"),))
    try:
        imported = imported_of(form, parts().config.site.tz)
    except InputError:
        return _preview(form, {})  # which says why
    outcomes = {event.line: _save(event, form) for event in imported.events if str(event.line) in form.take}
    refused = {line: outcome for line, outcome in outcomes.items() if isinstance(outcome, InputError)}
    if not refused:
        return done(url_for("calendars.every", saved=len(outcomes)))
    return _preview(replace(form, take=frozenset(map(str, refused))), outcomes)


def _save(event: ImportedEvent, form: ImportForm) -> str | InputError:
    """The id of the announcement that was made of an event, or why there is none."""
    draft, document = draft_of(event, form, parts().config)
    try:
        with parts().store.read() as tx:
            ident = feeds.made_of(tx, event.uid, event.part) if str(event.line) in form.instead else ""
        new_ident = "" if ident else form.new_ident(event)
        saved = parts().announcing.save(draft, [document], visitor().by, ident, new_ident=new_ident)
    except InputError as error:
        return error
    with parts().store.write() as tx:
        feeds.remember(tx, event.uid, event.part, saved.id)
    try:
        _move_as_in_file(saved.id, document)
    except InputError as error:
        return error
    return saved.id


def _move_as_in_file(ident: str, document: dict[str, object]) -> None:
    """A rule that was stored before keeps its single changes; those of the file go before them.

    What the file does not mention stays as it is: an official may have moved it here.
    """
    with parts().store.read() as tx:
        (stored,) = announcements.rules(tx, ident)
    now, tz, by = parts().clock.now(), parts().config.site.tz, visitor().by
    known = {change.due: change for change in rule_from(stored.document, stored=True).changes}
    for change in rule_from(document).changes:
        before = known.get(change.due)
        due = change.due.replace(tzinfo=tz)
        if before == change or due <= now:
            continue
        if before:
            parts().announcing.undo_move(stored.id, due, by)
        parts().announcing.move_occurrence(stored.id, due, change.to.replace(tzinfo=tz) if change.to else None, by)


def _preview(
    form: ImportForm, outcomes: dict[int, str | InputError], problems: tuple[Problem, ...] = (), begin: bool = False
) -> ResponseReturnValue:
    """The events of a file as they would be taken; `begin` ticks all that are still to come."""
    from schedules.ics_in import ALL_DAY, Imported

    try:
        imported = imported_of(form, parts().config.site.tz)
    except InputError as error:
        if all(problem.field == "calendar" for problem in error.problems):
            return _page(error.problems, 422)
        imported, problems = Imported((), ()), (*problems, *error.problems)
    with parts().store.read() as tx:
        rows = [_row(tx, event, form, outcomes.get(event.line), begin) for event in imported.events]
    page = render_template(
        "calendar_preview.html", form=form, rows=rows, unused=together(imported.left_out), problems=said(problems),
        whole_days=any(ALL_DAY in event.notes for event in imported.events)
        or any(entry.why == "ics_all_day" for entry in imported.left_out)
        or "all_day" in said(problems),
        saved=[row for row in rows if row.saved], refused=any(row.problems for row in rows),
    )  # fmt: skip
    wrong = problems or any(isinstance(outcome, InputError) for outcome in outcomes.values())
    return make_response(page, 422 if wrong else 200)


def _row(tx: Tx, event: ImportedEvent, form: ImportForm, outcome: str | InputError | None, begin: bool) -> Row:
    next_times = coming(event, parts().clock.now(), parts().config.site.tz)
    made = feeds.made_of(tx, event.uid, event.part)
    return Row(
        line=event.line,
        title=event.title or visitor().words("web.calendar.untitled"),
        text=event.text,
        rule=say().rule(event.rule),
        coming=tuple(say().when(at) for at in next_times),
        made=announcements.get(tx, made).title if made and not isinstance(outcome, str) else "",
        notes=event.notes,
        taken=bool(next_times) if begin else str(event.line) in form.take,
        instead=begin or str(event.line) in form.instead or str(event.line) not in form.take,
        problems=tuple(map(say().problem, outcome.problems)) if isinstance(outcome, InputError) else (),
        saved=outcome if isinstance(outcome, str) else "",
    )


# --- out


def site_words() -> Words:
    """A calendar speaks the station's language, whoever reads it."""
    return parts().words[parts().config.site.language]


@views.get("/calendar/export")
@door(Who.USER)
def export() -> ResponseReturnValue:
    with parts().store.read() as tx:
        from controller.calendar_file import schedule_file

        response = make_response(schedule_file(tx, parts().config, parts().clock.now(), site_words()))
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


# --- addresses


@views.post("/calendar/feeds")
@door(Who.USER)
def add_feed() -> ResponseReturnValue:
    """A new address, shown this once: nobody can read it out of the station afterwards."""
    name, ident = request.form.get("name", ""), ident_of(request.form.get("new_ident", "")) or parts().ids()
    try:
        with parts().store.write() as tx:
            if feeds.known(tx, ident):  # the same form once more: its address has been shown
                return done(url_for("calendars.every"))
            secret = feeds.create(tx, parts().clock.now(), ident, name, visitor().by)
    except InputError as error:
        return _page(error.problems, 422, name=name)
    return _page(made=url_for("feeds.feed", secret=secret, _external=True))


@views.post("/calendar/feeds/<ident>/revoke")
@door(Who.USER)
def revoke_feed(ident: str) -> ResponseReturnValue:
    with parts().store.write() as tx:
        feeds.revoke(tx, parts().clock.now(), ident, visitor().by)
    return done(url_for("calendars.every"))
