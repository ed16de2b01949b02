"""The JSON API that the pages use (docs/api.md), and the prepared sound files."""

from __future__ import annotations

import json
from hashlib import sha256

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from controller.core.announcements import TEXT_LIMIT, clean
from controller.core.parts import document_of, parts_of
from controller.core.renditions import RenditionState
from controller.store import journal
from controller.store.columns import instant
from controller.web import alarms, boards, desk, help_calls, sound, state
from controller.web.announcement_forms import (
    ahead_of,
    known_of,
    next_times,
    quiet_mends,
    quiet_problems,
    reading_of,
    rules_said,
    said,
    spoken_or_none,
    typed_announcement,
)
from controller.web.board_forms import drafted
from controller.web.context import house, parts, say, visitor
from controller.web.doors import FORM_BODY, Who, door
from controller.web.journal_saying import line_of
from controller.web.recordings import served_sound

views = Blueprint("api", __name__)


@views.get("/api/state")
@door(Who.USER, by_itself=True)
def station_state() -> ResponseReturnValue:
    """What changes on a page. `?page=` home, sound, boards or desk, `?announcement=ID`, or neither (what is on air)."""
    config, now = parts().config, parts().clock.now()
    html: dict[str, str] = {}
    document: dict[str, object] = {}
    with parts().store.read() as tx:
        home = state.home(tx, config, now, parts().clock_signs, house().upcoming, parts().at_home("controller"))
        open_alarms = alarms.shown(tx)
        if request.args.get("page") == "sound":
            html |= sound.fragments(tx, now)
        about = lines = None
        if request.args.get("announcement"):
            about = state.about(tx, config, now, request.args["announcement"])
            lines = [
                line_of(entry, say(), visitor().words, about_one=True)
                for entry in journal.of_announcement(tx, about.announcement.id)
            ]
    preparing = about is not None and state.rendition_state(about.rendition) is RenditionState.WANTED
    document["pace_s"] = state.pace_s(now, (*home.on_air, *home.waiting), home.coming, preparing)
    document["on_air"] = [_occurrence(o) for o in home.on_air]
    document["waiting"] = [_occurrence(o) for o in home.waiting]
    html["on-air"] = render_template("parts/on_air.html", home=home, big=request.args.get("page") == "home")
    html["alarms"] = render_template("parts/alarms.html", alarms=open_alarms)
    html["help-calls"] = help_calls.fragment()
    html["clock"] = render_template("parts/clock.html", home=home, big=request.args.get("page") == "home")
    if request.args.get("page") == "home":
        for name in ("faults", "approval", "coming", "today", "health"):
            html[name] = render_template(f"parts/{name}.html", home=home, alarms=open_alarms)
    for name, fragment in (("boards", boards.fragment), ("desk", desk.fragment)):
        if request.args.get("page") == name:
            html[name] = fragment()
    if about is not None:
        document["rendition"] = state.rendition_state(about.rendition)
        document |= _sound(about)
        document["occurrences"] = [_occurrence(o) for o in about.occurrences]
        for name in ("rendition", "occurrences", "lines"):
            html[name] = render_template(f"parts/{name}.html", about=about, lines=lines)
    document["html"] = html
    return _with_etag(json.dumps(document, ensure_ascii=False))


def _with_etag(body: str) -> Response:
    response = make_response(body)
    response.content_type = "application/json"
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256(body.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _occurrence(occurrence: state.Occurrence) -> dict[str, object]:
    first = occurrence.first
    return {
        "utterance": first.id, "announcement": first.announcement_id, "title": first.title, "state": occurrence.state,
        "due": instant(first.due), "zones": list(occurrence.zones), "stopping": occurrence.stopping,
        "started_at": instant(first.started_at) if first.started_at else None,
        "ended_at": instant(first.ended_at) if first.ended_at else None,
        "outputs": {u.output: u.state for u in occurrence.utterances},
        "heard": {u.output: u.heard for u in occurrence.utterances if u.heard},
        "heard_share": {u.output: u.heard_share for u in occurrence.utterances if u.heard},
    }  # fmt: skip


def _sound(about: state.About) -> dict[str, object]:
    """What an announcement is made of, the newest file of it, and the one that would be broadcast now."""
    announcement, newest, sounded = about.announcement, about.rendition, about.sounded
    prepared = newest.prepared if newest else None
    return {
        "parts": document_of(parts_of(announcement.text, announcement.parts)),
        "times": announcement.times, "pause_s": announcement.pause_s, "after_cut": announcement.after_cut,
        "lasts_s": announcement.lasts_s, "sha256": prepared.sha256 if prepared else None,
        "approved": newest is not None and newest.approved,
        "approved_by": newest.approved_by if newest else "",
        "approved_at": instant(newest.approved_at) if newest and newest.approved_at else None,
        "sounded": sounded.prepared.sha256 if sounded and sounded.prepared else None,
    }  # fmt: skip


@views.post("/api/spoken")
@door(Who.USER, body_limit=FORM_BODY)
def spoken() -> ResponseReturnValue:
    """The words that a text will be spoken as: form field `text`."""
    text = clean(request.form.get("text", ""))
    found = spoken_or_none(text)
    if found is None:
        return {"words": "", "spelt": []}
    return {"words": found.words, "spelt": list(found.spelt)}


@views.post("/api/rule")
@door(Who.USER, body_limit=FORM_BODY)
def rule() -> ResponseReturnValue:
    """What the entries of time mean: sentences, the next times, or problems by entry.

    What is still missing is no problem yet: it is said at saving.
    """
    form = typed_announcement(request.form)
    with parts().store.read() as tx:
        known = known_of(tx, request.form.get("ident", ""), form)
    reading = reading_of(form, known)
    when = reading.when
    wrong = [problem for problem in when.problems if problem.code not in {"empty", "none_chosen"}]
    if not wrong:
        wrong = quiet_problems(form, reading, known.ident)
    mends = [{"old": old, "new": new, "said": words} for old, new, words in quiet_mends(wrong, form.rule)]
    return {
        "words": rules_said(when),
        "next": next_times(when.rules, known.calendar),
        "problems": said(wrong),
        "mends": mends,
    }


@views.post("/api/day")
@door(Who.USER, body_limit=FORM_BODY)
def day() -> ResponseReturnValue:
    """The next 24 hours, and the week of the day `week`, with what the form would bring in them."""
    form = typed_announcement(request.form)
    with parts().store.read() as tx:
        known = known_of(tx, request.form.get("ident", ""), form)
        ahead = ahead_of(tx, form, reading_of(form, known), known)
    return {
        "hours": [line.entry.as_json() for line in ahead.hours],
        "html": render_template("parts/ahead.html", ahead=ahead),
        "meets": render_template("parts/meets.html", ahead=ahead),
    }


@views.post("/api/boards")
@door(Who.USER, body_limit=FORM_BODY)
def unshown() -> ResponseReturnValue:
    """What every board will not show of a text, in words: form fields `text`, and `title` and `level` beside it."""
    text = clean(request.form.get("text", ""))
    if not text or len(text) > 2 * TEXT_LIMIT:
        abort(400)
    item = drafted(request.form)
    return {board.id: say().unshown(parts().board_unshown(board.id, item)) for board in parts().config.boards}


@views.get("/renditions/<string(length=64):sha256_hex>.wav")
@door(Who.USER, by_itself=True)
def rendition(sha256_hex: str) -> ResponseReturnValue:
    """A prepared sound file, by its hash; with Range, as players ask for it."""
    if set(sha256_hex) - set("0123456789abcdef"):
        abort(404)
    return served_sound(parts().places.rendition(sha256_hex), "audio/wav")
