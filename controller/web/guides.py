"""The guides that residents follow at the kiosk: what each says, an official who answers for it, and other versions.

A guide is written as a spreadsheet (docs/guides.md). One that is brought here is judged in a child, lies in memory
until somebody has read what it changes and puts it into force, and gives way to a former version as easily.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import cast

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.clips import lines_of
from controller.core.errors import InputError, NotFoundError, Problem
from controller.guide_recordings import GuideRecordings, named_in
from controller.guides.differences import differences
from controller.guides.mistakes import told
from controller.guides.model import Group, Guide, Question, said
from controller.guiding import SHIPPED_BY, Guiding
from controller.judging import judged
from controller.store import clips, guides
from controller.web.announcement_forms import said as in_words
from controller.web.context import done, parts, visitor
from controller.web.doors import FORM_BODY, Who, door
from controller.web.guide_voices import Heard, Voices
from controller.web.recordings import UPLOAD_BODY

views = Blueprint("guides", __name__)
REVIEW_AFTER = timedelta(days=180)  # offered: half a year
LONGEST = timedelta(days=2 * 365)
SHEET_BODY = (5 << 20) + FORM_BODY  # the largest spreadsheet, and the little around it
KEY = "loalang.brought_guides"


class Brought:
    """Guides that were judged good and are not in force yet, the newest few: until the process ends."""

    LIMIT = 8

    def __init__(self) -> None:
        self.turn = Lock()  # a child takes up to 384 MiB
        self._lock, self._kept = Lock(), OrderedDict[tuple[str, str], Guide]()

    def put(self, guide: Guide) -> None:
        with self._lock:
            self._kept[guide.id, guide.version] = guide
            self._kept.move_to_end((guide.id, guide.version))
            while len(self._kept) > self.LIMIT:
                self._kept.popitem(last=False)

    def get(self, ident: str, version: str) -> Guide | None:
        with self._lock:
            return self._kept.get((ident, version))


def _brought() -> Brought:
    return cast(Brought, current_app.extensions[KEY])


@views.get("/guides")
@door(Who.USER)
def every() -> ResponseReturnValue:
    return _every((), 200)


def _every(mistakes: tuple[str, ...], status: int, problems: dict[str, list[str]] | None = None) -> ResponseReturnValue:
    with parts().store.read() as tx:
        found, voices = guides.in_force(tx), Voices(clips.states(tx))
    page = render_template(
        "guides.html", guides=found, said=_said, today=_today(), mistakes=mistakes, problems=problems or {},
        heard=voices.of_all(), by_language={name: voices.of_language(name) for name in parts().words},
        heard_of=lambda guide: _heard(voices, guide),
    )  # fmt: skip
    return make_response(page, status)


def _heard(voices: Voices, guide: Guide) -> dict[str, Heard]:
    """Of each language that the kiosk speaks and the guide is written in."""
    found = {name: voices.of_lines(lines_of(guide, words)) for name, words in parts().words.items()}
    return {name: heard for name, heard in found.items() if heard.all}


# --- another version


@views.post("/guides")
@door(Who.USER, body_limit=SHEET_BODY, files=True)
def bring() -> ResponseReturnValue:
    """A spreadsheet: everything that is wrong with it, or the page of what it would change."""
    file = request.files.get("guide")
    if file is None or not file.filename:
        return _every((), 422, in_words((Problem.of("guide", "guide_no_file"),)))
    if not _brought().turn.acquire(timeout=1.0):
        return _every((), 503, in_words((Problem.of("guide", "guide_busy"),)))
    file.stream.flush()
    lies = Path(str(file.stream.name))
    named = lies.rename(lies.with_suffix(".xlsx"))  # by another name no reader would take it
    try:
        found = judged(named)
    finally:
        named.unlink()
        _brought().turn.release()
    if not isinstance(found, Guide):
        return _every(told(found, visitor().words), 422)
    with parts().store.read() as tx:
        now = guides.find(tx, found.id)
    if now and _is_same(now, found):
        return _every((), 422, in_words((Problem.of("guide", "guide_same", title=_said(dict(found.title))),)))
    _brought().put(found)
    return done(url_for("guides.other", ident=found.id, version=found.version))


@views.get("/guides/<ident>/versions/<version>")
@door(Who.USER)
def other(ident: str, version: str) -> ResponseReturnValue:
    """A version that is not in force: what it says, and what it would change."""
    with parts().store.read() as tx:
        now, found = guides.find(tx, ident), _version(ident, version) or guides.find(tx, ident, version)
    if found is None:  # it lay in memory, and the process has begun anew
        return _every((), 404, in_words((Problem.of("guide", "guide_gone"),)))
    if now and _is_same(now, found):
        return redirect(url_for("guides.one", ident=ident), 303)
    return _page(found, {}, 200, now=now)


@views.post("/guides/<ident>/use")
@door(Who.USER)
def use(ident: str) -> ResponseReturnValue:
    """Put a version into force that was brought, or was in force before. `instead_of`: what the official has compared
    it with; if another is in force by now, they read again."""
    version, instead_of = request.form.get("version", ""), request.form.get("instead_of", "")
    with parts().store.read() as tx:
        now, found = guides.find(tx, ident), _version(ident, version) or guides.find(tx, ident, version)
    if found is None:
        return _every((), 404, in_words((Problem.of("guide", "guide_gone"),)))
    if now and _is_same(now, found):  # a second tap
        return done(url_for("guides.one", ident=ident, told="used"))
    if instead_of != (now.version if now else ""):
        return _page(found, in_words((Problem.of("form", "guide_changed"),)), 409, now=now)
    Guiding(parts().store, parts().clock, parts().bell).put(found, visitor().by)
    return done(url_for("guides.one", ident=ident, told="used"))


def _version(ident: str, version: str) -> Guide | None:
    return _brought().get(ident, version)


def _is_same(now: Guide, other: Guide) -> bool:
    return now.version == other.version and other.verified_by in {"", now.verified_by}


# --- one guide


@views.get("/guides/<ident>")
@door(Who.USER)
def one(ident: str) -> ResponseReturnValue:
    return _page(_in_force(ident), {}, 200)


@views.post("/guides/<ident>/recordings")
@door(Who.USER, body_limit=UPLOAD_BODY, files=True)
def record(ident: str) -> ResponseReturnValue:
    """A sound file for what the guide calls `called`; without one, the station's voice says those words again."""
    guide, called, file = _in_force(ident), request.form.get("called", ""), request.files.get("file")
    house = GuideRecordings(parts().store, parts().places, parts().clock, parts().bell, parts().intake)
    try:
        if request.form.get("gone") == "yes":
            house.drop(guide, called)
        elif file is None or not file.filename:
            raise InputError(Problem.of("file", "no_sound_file"))
        else:
            file.stream.flush()
            house.keep(guide, called, Path(str(file.stream.name)), visitor().by)
    except NotFoundError:
        abort(404)
    except InputError as error:
        return _page(guide, in_words(error.problems), 422)
    return done(url_for("guides.one", ident=ident, _anchor="h-recordings"))


@views.post("/guides/<ident>/confirm")
@door(Who.USER)
def confirm(ident: str) -> ResponseReturnValue:
    """`version`: what the official has read; if another one is in force by now, that is shown instead."""
    today, problems = _today(), {}
    guide = _in_force(ident)
    try:
        review_by = date.fromisoformat(request.form.get("review_by", ""))
    except ValueError:
        review_by = today
    if guide.version != request.form.get("version", ""):
        problems = in_words((Problem.of("form", "guide_changed"),))
    elif request.form.get("read") != "yes":
        problems = in_words((Problem.of("read", "guide_read"),))
    elif not today < review_by <= today + LONGEST:
        problems = in_words((Problem.of("review_by", "guide_review"),))
    if problems:
        return _page(guide, problems, 422)
    with parts().store.write() as tx:
        guides.confirm(tx, parts().clock.now(), ident, guide.version, visitor().by, today, review_by)
    parts().bell.ring("kiosk")
    return done(url_for("guides.every", told="confirmed"))


def _in_force(ident: str) -> Guide:
    with parts().store.read() as tx:
        return guides.get(tx, ident)


def _page(guide: Guide, problems: dict[str, list[str]], status: int, now: Guide | None = None) -> ResponseReturnValue:
    """`now`: the one in force, where `guide` is another version of it; None also of a guide that is altogether new."""
    with parts().store.read() as tx:
        versions, recorded = guides.versions(tx, guide.id), clips.recorded(tx)
        voices = Voices(clips.states(tx))
    is_other = not any(each.in_force and each.version == guide.version for each in versions) or now is not None
    page = render_template(
        "guide.html", guide=guide, said=_said, problems=problems, asked=_asked(guide), today=_today(),
        review_by=_looked_at_again(guide), is_other=is_other, now=now,
        changes=[each.said(visitor().words) for each in differences(now, guide)] if now else [],
        others=[each for each in versions if not each.in_force], ours=SHIPPED_BY,
        recordings=[(each, recorded.get(each.clip.key, "")) for each in named_in(guide)],
        heard={} if is_other else _heard(voices, guide),
    )  # fmt: skip
    return make_response(page, status)


def _looked_at_again(guide: Guide) -> date:
    """The day that is offered: half a year from now, or before that what the guide itself asks for."""
    offered, wanted = _today() + REVIEW_AFTER, guide.review_by
    return wanted if wanted is not None and not guide.is_verified and _today() < wanted < offered else offered


def _said(labels: dict[str, str]) -> str:
    return said(labels, visitor().words.language)


def _today() -> date:
    return parts().clock.now().astimezone(parts().config.site.tz).date()


def _asked(guide: Guide) -> list[tuple[str, list[Question]]]:
    """What residents are asked, by group, without what is only calculated."""
    found: list[tuple[str, list[Question]]] = []

    def walk(children: tuple[Question | Group, ...], heading: str) -> None:
        for child in children:
            if isinstance(child, Group):
                walk(child.children, _said(dict(child.labels)) or heading)
            elif child.kind != "calculate":
                if not found or found[-1][0] != heading:
                    found.append((heading, []))
                found[-1][1].append(child)

    walk(guide.questions, "")
    return found
