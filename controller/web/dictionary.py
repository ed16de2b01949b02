"""The dictionary of abbreviations: looked through, listened to, amended, taken back.

Beside each entry one hears how it would be said, before anything is saved; before a change the page says
how many announcements would then ask for approval again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.announcements import Announcement, clean
from controller.core.errors import InputError, Problem
from controller.core.parts import parts_of, text_of
from controller.dictionary import Entry
from controller.store import announcements, samples
from controller.web.announcement_forms import said
from controller.web.context import done, kept_fields, parts, visitor
from controller.web.doors import Who, door

views = Blueprint("dictionary", __name__)
UNKNOWN_LISTED = 30
_PLAIN = "một"  # words that nothing is wrong with


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is spelt letter by letter now, and the announcements in which it stands."""

    short: str
    announcements: tuple[Announcement, ...]


@dataclass(frozen=True, slots=True)
class Form:
    short: str = ""
    words: str = ""


@views.get("/dictionary")
@door(Who.USER)
def every() -> ResponseReturnValue:
    """`q` finds by either side, with or without its marks; `sample` is one that was asked for without script."""
    sought = request.args.get("q", "")
    entries = parts().dictionary.entries()
    with parts().store.read() as tx:
        current = announcements.current(tx)
        sample = samples.find(tx, request.args.get("sample", ""))
    found = [entry for entry in entries if folded(sought) in folded(f"{entry.short} {entry.words} {entry.built_in}")]
    return render_template(
        "dictionary.html", entries=found, q=sought,
        unknown=unknown(current), sample=sample, told=request.args.get("told", ""), undo=_undo(entries),
    )  # fmt: skip


def folded(text: str) -> str:
    """Without case and marks: whoever looks for something types as few of them as possible."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def _words_of(announcement: Announcement) -> str:
    return text_of(parts_of(announcement.text, announcement.parts))


def unknown(current: Sequence[Announcement]) -> list[Unknown]:
    """The abbreviations that current announcements have and nobody has explained; the most used first."""
    found: dict[str, list[Announcement]] = {}
    for announcement in current:
        for short in parts().spoken(_words_of(announcement)).spelt:
            if not _problems_of_short(short):
                found.setdefault(short, []).append(announcement)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Unknown(short, tuple(where)) for short, where in ordered[:UNKNOWN_LISTED]]


def _problems_of_short(short: str) -> list[Problem]:
    return [problem for problem in parts().dictionary.problems_of(short, _PLAIN) if problem.field == "short"]


def users_of(short: str, current: Sequence[Announcement]) -> list[Announcement]:
    """The announcements whose text has an abbreviation."""
    word = re.compile(rf"(?<!\w){re.escape(short)}(?!\w)")
    return [announcement for announcement in current if word.search(_words_of(announcement))]


@views.get("/dictionary/edit")
@door(Who.USER)
def edit() -> ResponseReturnValue:
    fields = kept_fields()
    if fields:
        return _editor(Form(fields.get("short", ""), fields.get("words", "")), {})
    short = clean(request.args.get("short", ""))
    known = _known(short)
    return _editor(Form(short, known.words if known else ""), {})


def _known(short: str) -> Entry | None:
    return next((entry for entry in parts().dictionary.entries() if entry.short == short), None)


def _editor(form: Form, problems: dict[str, list[str]], status: int = 200) -> ResponseReturnValue:
    with parts().store.read() as tx:
        current = announcements.current(tx)
    page = render_template(
        "dictionary_editor.html", form=form, problems=problems, known=_known(form.short),
        users=users_of(form.short, current) if form.short else [],
        approval=parts().config.policy.approval == "required",
    )  # fmt: skip
    return make_response(page, status)


def _typed() -> Form:
    return Form(request.form.get("short", ""), request.form.get("words", ""))


def _edit_again() -> ResponseReturnValue:
    return _editor(_typed(), said((Problem.of("form", "stale"),)))


@views.post("/dictionary")
@door(Who.USER, again=_edit_again)
def put() -> ResponseReturnValue:
    form = _typed()
    before = _known(clean(form.short))
    try:
        entry = parts().dictionary.put(form.short, form.words, visitor().by)
    except InputError as error:
        return _editor(form, said(error.problems), 422)
    was = before.words if before and before.set_by else None
    return done(url_for("dictionary.every", told="put", short=entry.short, was=was, q=entry.short))


@views.post("/dictionary/back")
@door(Who.USER)
def take_back() -> ResponseReturnValue:
    """From now on as the station says `short` by itself."""
    short = request.form.get("short", "")
    before = _known(short)
    parts().dictionary.take_back(short, visitor().by)
    was = before.words if before and before.set_by else None
    return done(url_for("dictionary.every", told="back", short=short, was=was))


def _undo(entries: Sequence[Entry]) -> Form | None:
    """What takes the last change back: the words of before, or none for the station's own way."""
    short, was = request.args.get("short", ""), request.args.get("was", "")
    known = next((entry for entry in entries if entry.short == short), None)
    if request.args.get("told") not in {"put", "back"} or not short:
        return None
    is_now = known.words if known and known.set_by else ""
    return Form(short, was) if is_now != was else None


@views.post("/dictionary/sample")
@door(Who.USER)
def sample() -> ResponseReturnValue:
    """Have `words` spoken; the page then has the sound. (The page's script asks for it without leaving.)"""
    words = clean(request.form.get("words", ""))
    problems = [p for p in parts().dictionary.problems_of(request.form.get("short", ""), words) if p.field == "words"]
    if problems:
        return _editor(_typed(), said(problems), 422)
    ident = parts().dictionary.listen(words)
    return done(url_for("dictionary.every", sample=ident, q=request.form.get("short", "")))
