"""First sign-in, sign-in, sign-out and the switch of language.

A form that was sent after its session had ended rides along through the sign-in page and is shown
again inside: nothing that was typed is lost.
"""

from __future__ import annotations

import math

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import InputError
from controller.core.words import LANGUAGES
from controller.store import users
from controller.web import context
from controller.web.announcement_forms import said as in_words
from controller.web.context import LANGUAGE_COOKIE, SESSION_COOKIE, house, parts, path_here, visitor
from controller.web.doors import FORM_BODY, Who, door
from controller.web.passwords import SHORTEST
from controller.web.people import RefusedError

views = Blueprint("sign_in", __name__)
LANGUAGE_DAYS = 365
KEPT_LIMIT = 100_000  # characters of a form that may ride along


def _welcome(token: str, to: str) -> ResponseReturnValue:
    response = make_response(redirect(to, 303))
    context.set_cookie(response, SESSION_COOKIE, token)
    return response


def _refusal(error: RefusedError, wrong: str) -> tuple[str, int]:
    if error.wait_s > 0:
        return visitor().words("web.sign_in.wait", seconds=math.ceil(error.wait_s)), 429
    return " ".join(visitor().words(key) for key in (wrong, "web.sign_in.lost")[: 1 + error.lost]), 403


@views.route("/first", methods=["GET", "POST"])
@door(Who.ANYONE)
def first() -> ResponseReturnValue:
    """The set-up code makes the first user; once there is one, this page is gone."""
    if house().people.any():
        return redirect(url_for("sign_in.sign_in"), 303)
    typed = {name: request.form.get(name, "") for name in ("code", "name", "full_name")}
    problems: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        try:
            token = house().people.first(
                password=request.form.get("password", ""), address=context.address(),
                language=visitor().words.language, **typed,
            )  # fmt: skip
            return _welcome(token, url_for("home.home"))
        except RefusedError as error:
            said, status = _refusal(error, "web.first.wrong")
            problems["code"] = [said]
        except InputError as error:
            problems, status = in_words(error.problems), 422
    return render_template("first.html", typed=typed, problems=problems, shortest=SHORTEST), status


@views.route("/sign-in", methods=["GET", "POST"])
@door(Who.ANYONE, body_limit=FORM_BODY)
def sign_in() -> ResponseReturnValue:
    to = path_here(request.values.get("to", ""))
    if request.method == "GET":
        return redirect(to, 303) if visitor().user else _page(to, request.args.get("name", ""), "", 200)
    name, kept = request.form.get("name", ""), request.form.get("kept", "")[:KEPT_LIMIT]
    try:
        token = house().people.sign_in(
            name, request.form.get("password", ""), context.address(), kept, request.cookies.get(SESSION_COOKIE, "")
        )
    except RefusedError as error:
        said, status = _refusal(error, "web.sign_in.wrong")
        return _page(to, name, said, status, kept)
    return _welcome(token, to)


def ask_again(keep: bool) -> ResponseReturnValue:
    """The sign-in page in place of a change whose session has ended; `keep` takes its form along."""
    kept = context.form_to_keep() if keep else ""
    to = request.form.get("here", "") if keep else ""
    return _page(
        path_here(to), "", visitor().words("web.sign_in.ended_kept" if keep else "web.sign_in.ended"), 401, kept
    )


def _page(to: str, name: str, said: str, status: int, kept: str = "") -> ResponseReturnValue:
    return render_template("sign_in.html", to=to, name=name, said=said, kept=kept), status


@views.post("/sign-out")
@door(Who.USER)
def sign_out() -> ResponseReturnValue:
    house().people.sign_out(visitor().secret)
    parts().sittings.end(visitor().secret)
    response = make_response(redirect(url_for("sign_in.sign_in"), 303))
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Strict")
    return response


@views.post("/language")
@door(Who.ANYONE)
def language() -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    response = make_response(redirect(path_here(request.form.get("to", "")), 303))
    if chosen in LANGUAGES:
        context.set_cookie(response, LANGUAGE_COOKIE, chosen, LANGUAGE_DAYS)
        user = visitor().user
        if user:
            with parts().store.write() as tx:
                users.set_language(tx, user.name, chosen)
    return response
