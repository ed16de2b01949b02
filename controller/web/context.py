"""What a view asks the request for: the station's parts, and who is visiting in which language."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from controller.core.words import Words
from controller.store import users
from controller.store.users import User
from controller.timing.upcoming import Upcoming
from controller.web.parts import WebParts
from controller.web.people import People
from controller.web.saying import Saying

KEY = "loalang"
SESSION_COOKIE = "loalang"
VISIT_COOKIE = "loalang_visit"  # carries the token of forms before there is a session
LANGUAGE_COOKIE = "loalang_language"


@dataclass(frozen=True, slots=True)
class House:
    parts: WebParts
    people: People
    upcoming: Upcoming
    ask_again: Callable[[bool], ResponseReturnValue]  # the sign-in page in place of a change; True keeps its form


@dataclass(frozen=True, slots=True)
class Visitor:
    user: User | None
    secret: str  # the token of the session, or of the visit
    kept: str
    words: Words

    @property
    def form_token(self) -> str:
        """What every form carries back; another site cannot read it, nor make it."""
        return sha256(b"form:" + self.secret.encode()).hexdigest()

    @property
    def by(self) -> str:
        """The name under which something is done."""
        return self.user.full_name if self.user else ""


def house() -> House:
    found: House = current_app.extensions[KEY]
    return found


def parts() -> WebParts:
    return house().parts


def visitor() -> Visitor:
    found: Visitor = g.visitor
    return found


def say() -> Saying:
    return Saying(visitor().words, parts().config, parts().clock.now())


def address() -> str:
    """Where the visitor is. No header of a proxy is believed."""
    return request.remote_addr or "0.0.0.0"  # noqa: S104 - nobody's address, not one to listen on


def set_cookie(response: Response, name: str, value: str, days: int | None = None) -> None:
    """For this station's pages only, out of reach of scripts. Without days it goes with the browser."""
    response.set_cookie(
        name, value, max_age=days * 86_400 if days else None, httponly=True, samesite="Strict", path="/"
    )


def form_to_keep() -> str:
    """The form of this request, to be shown again on the page that it came from (its field `here`)."""
    return json.dumps({"here": request.form.get("here", ""), "fields": request.form.to_dict(flat=False)})


def kept_fields() -> MultiDict[str, str] | None:
    """The form that rode along through the sign-in to this very page; handed out once."""
    if not visitor().kept:
        return None
    try:
        document = json.loads(visitor().kept)
        fields: MultiDict[str, str] = MultiDict(
            (str(name), str(value)) for name, values in document["fields"].items() for value in values
        )
        here = document["here"] == request.path
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if here:
        with parts().store.write() as tx:
            users.drop_kept(tx, visitor().secret)
    return fields if here else None


def wants_json() -> bool:
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def path_here(text: str, otherwise: str = "/") -> str:
    """An address of this station; anything else could lead away."""
    parsed = urlsplit(text)
    good = text.startswith("/") and not text.startswith(("//", "/\\")) and not parsed.netloc and text.isprintable()
    return text if good else otherwise


def done(to: str) -> ResponseReturnValue:
    """After a change: to the page that shows it (its address, for a script)."""
    return {"url": to} if wants_json() else redirect(to, 303)
