"""Residents who call for help at the kiosk: on every page until somebody goes there."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from controller.core.errors import StationError
from controller.kiosk_requests import HelpDesk
from controller.store import kiosk_requests
from controller.store.kiosk_requests import HelpCall
from controller.web.context import done, parts, visitor
from controller.web.doors import Who, door

views = Blueprint("help_calls", __name__)


def open_calls() -> tuple[HelpCall, ...]:
    """None while the store cannot be read."""
    try:
        with parts().store.read() as tx:
            return kiosk_requests.open_calls(tx)
    except StationError:
        return ()


def fragment() -> str:
    return render_template("parts/help_calls.html", calls=open_calls())


@views.post("/help/<ident>/<act>")
@door(Who.USER)
def change(ident: str, act: str) -> ResponseReturnValue:
    """I go there ("answer"), or they have been helped ("end")."""
    desk = HelpDesk(parts().store, parts().bell, parts().clock)
    match act:
        case "answer":
            desk.answer(ident, visitor().by)
        case "end":
            desk.end(ident, visitor().by)
        case _:
            abort(404)
    return done(_page_of(urlsplit(request.referrer or "").path))


def _page_of(path: str) -> str:
    """The page of this station that is at a path, or above it where only a form is sent to; "/" if there is none."""
    here = current_app.url_map.bind("")
    while path.startswith("/") and not path.startswith("//") and path != "/":
        if here.test(path, "GET"):
            return path
        path = path.rpartition("/")[0]
    return "/"
