"""Who may come through which door. Every route says it with `@door`; one that does not is refused.

In this order: the host's name (against DNS rebinding), the body's size, whether the station has a
user at all, where a change comes from, who asks, and the form's token.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import StationError
from controller.core.words import LANGUAGES
from controller.web import context
from controller.web.bodies import Uploads
from controller.web.context import Visitor

SMALL_BODY = 32 * 1024  # bytes
FORM_BODY = 1024 * 1024  # an announcement far too long still gets a polite answer
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
_MARK = "_loalang_door"


class Who(Enum):
    ANYONE = "anyone"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Door:
    who: Who
    body_limit: int = SMALL_BODY
    files: bool = False  # its body may bring a file, which goes to the disk; what is typed beside it stays small
    by_itself: bool = False  # pages ask here by themselves: it does not keep a session alive
    again: Callable[..., ResponseReturnValue] | None = None  # shows a form again when it cannot be taken
    private: bool = False  # what is typed there must not lie in the station's database, not even for a moment


def door(
    who: Who,
    body_limit: int = SMALL_BODY,
    by_itself: bool = False,
    again: Callable[..., ResponseReturnValue] | None = None,
    files: bool = False,
    private: bool = False,
) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, Door(who, body_limit, files, by_itself, again, private))
        return view

    return mark


def door_of(app: Flask, endpoint: str) -> Door:
    found = getattr(app.view_functions[endpoint], _MARK, None)
    if not isinstance(found, Door):
        raise StationError(f"the route {endpoint!r} does not say who may use it")
    return found


def known_host(host: str, names: tuple[str, ...]) -> bool:
    """Whether a Host header names this station: an address, localhost, *.local, or a configured name.

    A page of another site whose name was bent to our address (DNS rebinding) carries its own name.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".local") or name in {n.lower() for n in names}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def from_here() -> bool:
    """Whether a change comes from a page of this station, as far as the browser tells."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == request.host_url.rstrip("/")


def guard() -> ResponseReturnValue | None:
    """Runs before every view."""
    house = context.house()
    g.visitor = Visitor(None, "", "", house.parts.words[house.parts.config.site.language])
    if not known_host(request.headers.get("Host", ""), house.parts.config.web.names):
        abort(400)
    g.visitor = _anonymous()
    if request.endpoint is None:
        return None  # a page that does not exist: its error page says no more than that
    here = door_of(current_app, request.endpoint)
    request.max_content_length = here.body_limit
    request.max_form_memory_size = FORM_BODY if here.files else here.body_limit
    if here.files:
        cast(Uploads, request).files_to = house.parts.places.uploads
    if request.endpoint != "static_file" and not house.people.any() and request.endpoint != "sign_in.first":
        if request.method not in SAFE:
            abort(403)
        return redirect(url_for("sign_in.first"), 303)
    if request.method not in SAFE and not from_here():
        abort(403)
    token = request.cookies.get(context.SESSION_COOKIE, "")
    session = house.people.session(token, used=not here.by_itself) if token else None
    if session:
        words = house.parts.words[session.user.language]
        g.visitor = Visitor(session.user, token, session.kept, words)
    elif here.who is Who.USER:
        return _sign_in_first(here)
    if request.method not in SAFE and not _token_is_right():
        if here.again:
            return make_response(here.again(**(request.view_args or {})), 403)
        abort(403)
    return None


def _anonymous() -> Visitor:
    house = context.house()
    language = request.cookies.get(context.LANGUAGE_COOKIE, "")
    words = house.parts.words[language if language in LANGUAGES else house.parts.config.site.language]
    secret = request.cookies.get(context.VISIT_COOKIE, "")
    if not secret and request.endpoint != "static_file":
        secret = g.new_visit = secrets.token_urlsafe(32)
    return Visitor(None, secret, "", words)


def _token_is_right() -> bool:
    sent = request.headers.get("X-Loalang-Token") or request.form.get("token", "")
    visitor = context.visitor()
    return bool(visitor.secret) and hmac.compare_digest(sent.encode(), visitor.form_token.encode())


def _sign_in_first(here: Door) -> ResponseReturnValue:
    if context.wants_json():
        return {"problem": context.visitor().words("web.sign_in.ended")}, 401
    if request.method in SAFE:
        to = "" if request.path == "/" else request.full_path.rstrip("?")
        return redirect(url_for("sign_in.sign_in", to=to or None), 303)
    return context.house().ask_again(here.again is not None and not here.private)
