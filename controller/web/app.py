"""Puts the page together: views by subject, the guard before each, headers after, errors in words."""

from __future__ import annotations

import gzip
import logging
import re
from functools import partial
from hashlib import sha256
from importlib import resources
from typing import cast

from flask import Flask, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from controller.core.errors import LoalangError, NotFoundError
from controller.core.words import LANGUAGES
from controller.filing.sittings import LockedError
from controller.runtime.config import on_trial
from controller.runtime.page_key import PageKeyError, PageKeyLostError
from controller.runtime.sealing import SealError
from controller.timing.upcoming import Upcoming
from controller.web import (
    alarms,
    announcements,
    api,
    boards,
    calendars,
    context,
    days,
    desk,
    dictionary,
    feeds,
    file_keys,
    file_taking,
    files,
    guides,
    help_calls,
    home,
    journal,
    notices,
    pictures,
    recordings,
    samples,
    schedule,
    sign_in,
    sound,
    training,
)
from controller.web.board_forms import drafted
from controller.web.bodies import Uploads
from controller.web.context import House
from controller.web.doors import Who, door, door_of, guard
from controller.web.parts import WebParts
from controller.web.passwords import BusyError
from controller.web.people import People

log = logging.getLogger(__name__)
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # "no-referrer" would take the Origin away from our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(self), geolocation=()",
}
_REMARK = re.compile(rb"^[ \t]*//.*$", re.MULTILINE)
PACKED = {"text/html", "text/calendar", "application/json"}
PACK_FROM = 1024  # bytes; less fits one packet anyway
STATUSES = {400, 403, 404, 405, 413, 429, 503}  # those with words of their own


class StaticFiles:
    """Our few small files: read once, compressed, under an address that changes with their content. What a script
    remarks on lines of its own is for its readers, not for a phone on a weak line; its lines keep their numbers."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, bytes]] = {}
        for file in (resources.files("controller.web") / "static").iterdir():
            content = file.read_bytes()
            if file.name.endswith(".js"):
                content = _REMARK.sub(b"", content)
            self._files[file.name] = (content, gzip.compress(content, 9, mtime=0))

    def address(self, name: str) -> str:
        return f"/static/{name}?{sha256(self._files[name][0]).hexdigest()[:12]}"

    def serve(self, name: str) -> ResponseReturnValue:
        if name not in self._files:
            abort(404)
        plain, small = self._files[name]
        packed = request.accept_encodings.quality("gzip") > 0
        response = Response(small if packed else plain, content_type=TYPES[name.rpartition(".")[2]])
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def build(parts: WebParts) -> Flask:
    app = Flask("controller.web", static_folder=None)
    app.extensions[context.KEY] = House(
        parts,
        People(parts.store, parts.clock, parts.passwords, parts.page_key, parts.config),
        Upcoming(parts.config.site.tz),
        sign_in.ask_again,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider, which this is
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.request_class = Uploads
    app.extensions[feeds.KEY] = feeds.Shelf()
    app.extensions[boards.KEY] = boards.Drawn()
    app.extensions[guides.KEY] = guides.Brought()
    static = StaticFiles()

    @app.get("/static/<name>")
    @door(Who.ANYONE, by_itself=True)
    def static_file(name: str) -> ResponseReturnValue:
        return static.serve(name)

    for blueprint in (
        calendars.views,
        feeds.views,
        sign_in.views,
        home.views,
        announcements.views,
        schedule.views,
        notices.views,
        boards.views,
        pictures.views,
        desk.views,
        training.views,
        file_keys.views,
        files.views,
        file_taking.views,
        guides.views,
        journal.views,
        days.views,
        alarms.views,
        help_calls.views,
        sound.views,
        dictionary.views,
        recordings.views,
        samples.views,
        api.views,
    ):
        app.register_blueprint(blueprint)
    for rule in app.url_map.iter_rules():
        door_of(app, rule.endpoint)  # a route without a door stops the start
    app.before_request(guard)
    app.after_request(_finish)
    app.teardown_request(_forget)
    app.context_processor(partial(_context, static))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(LockedError, lambda _: file_keys.interrupted())
    app.register_error_handler(SealError, lambda _: files.broken())
    app.register_error_handler(BusyError, lambda _: _error_page(503))
    app.register_error_handler(PageKeyError, partial(_page_key_fault, "page_key"))
    app.register_error_handler(PageKeyLostError, partial(_page_key_fault, "page_key_lost"))
    app.register_error_handler(Exception, _our_fault)
    return app


def _context(static: StaticFiles) -> dict[str, object]:
    visitor = context.visitor()
    return {
        "t": visitor.words,
        "say": context.say(),
        "visitor": visitor,
        "station": context.parts().config,
        "static": static.address,
        "languages": LANGUAGES,
        "unshown": lambda board, title, text, level: context.say().unshown(
            context.parts().board_unshown(board, drafted(MultiDict({"title": title, "text": text, "level": level})))
        ),
        "open_alarms": alarms.open_alarms,
        "open_calls": help_calls.open_calls,
        "unopened_files": files.unopened,
        "leaves_in": file_keys.leaves_in,
        "trial": on_trial(context.parts().config),
        "many_outputs": len(context.parts().config.outputs) > 1,
    }


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    _pack(response)
    if g.get("new_visit"):
        context.set_cookie(response, context.VISIT_COOKIE, g.new_visit)
    return response


def _forget(_: BaseException | None) -> None:
    cast(Uploads, request).forget()


def _pack(response: Response) -> None:
    """Pages and states go compressed to whoever can take it: a phone at the edge of the network waits less."""
    if response.mimetype not in PACKED or response.is_streamed or response.content_encoding:
        return
    response.headers["Vary"] = "Accept-Encoding"
    body = response.get_data()
    if len(body) >= PACK_FROM and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.content_encoding = "gzip"


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    return _error_page(error.code)


def _not_found(_: NotFoundError) -> ResponseReturnValue:
    return _error_page(404)


def _our_fault(error: Exception) -> ResponseReturnValue:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _error_page(503 if isinstance(error, LoalangError) else 500)


def _page_key_fault(key: str, error: Exception) -> ResponseReturnValue:
    log.error("%s", error)
    return _error_page(503, key)


def _error_page(status: int, key: str = "") -> ResponseReturnValue:
    words = context.visitor().words
    said = words(f"web.error.{key or (status if status in STATUSES else 'other')}")
    if context.wants_json():
        return {"problem": said}, status
    return render_template("error.html", said=said, status=status), status
