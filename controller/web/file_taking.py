"""What officials look at and take along of an opened file: its photos, all of it as PDF or JSON, for the portal.

Taking along is an act, so it is a form and a line in the journal; looking is not.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.opened_files import OpenedFile
from controller.filing.papers import pdf_of
from controller.filing.sittings import Sitting
from controller.filing.thumbnails import thumbnail
from controller.runtime.sealing import SealError
from controller.web.context import parts, visitor
from controller.web.doors import Who, door
from controller.web.file_keys import full_names, sitting

views = Blueprint("file_taking", __name__)
FORMS = ("json", "pdf", "print")  # in which a file is taken along
TAKING_S = 60.0  # the longest wait for another file that is taken along
PLAIN = re.compile(r"[^a-zA-Z0-9_-]+")  # what is left of a paper's name in that of a file


@views.get("/files/<ident>/photo/<int:place>")
@door(Who.USER)
def photo(ident: str, place: int) -> ResponseReturnValue:
    try:
        return Response(parts().filing_desk.photo(sitting(), ident, place), content_type="image/jpeg")
    except SealError:
        abort(404)


@views.get("/files/<ident>/photo/<int:place>/small")
@door(Who.USER)
def small(ident: str, place: int) -> ResponseReturnValue:
    """Small enough for a slow line; the photo itself where none could be made of it: the browser may know better."""
    made = thumbnail(parts().filing_desk, sitting(), ident, place)
    if not made:
        return redirect(url_for("file_taking.photo", ident=ident, place=place))
    return Response(made, content_type="image/jpeg")


@views.post("/files/<ident>/export")
@door(Who.USER)
def export(ident: str) -> ResponseReturnValue:
    """The file as JSON or PDF. A form, not a link: taking along is an act, with its line in the journal. "print" is the
    PDF where the browser can show it."""
    desk, opened, form = parts().filing_desk, sitting(), request.form.get("form", "")
    if form not in FORMS:
        abort(400)
    found = desk.open(opened, ident)
    if not desk.taking.acquire(timeout=TAKING_S):
        abort(503)
    try:
        content = desk.exported(opened, ident) if form == "json" else _pdf(opened, found)
    finally:
        desk.taking.release()
    ending = "json" if form == "json" else "pdf"
    return _taken(content, f"application/{ending}", f"ho-so-{found.number}.{ending}", form == "print")


@views.post("/files/<ident>/photo/<int:place>")
@door(Who.USER)
def take_photo(ident: str, place: int) -> ResponseReturnValue:
    """One photo as a file of its own, as the portal wants it; an act as well."""
    desk, opened = parts().filing_desk, sitting()
    found, content = desk.open(opened, ident), desk.photo(opened, ident, place)
    desk.was_exported(opened, ident, "jpeg")
    paper = next((each.paper for each in found.photos if each.place == place), "")
    name = "-".join(("ho-so", found.number, PLAIN.sub("_", paper), str(place - found.photos[0].place + 1)))
    return _taken(content, "image/jpeg", f"{name}.jpg")


def _taken(content: bytes, kind: str, name: str, shown: bool = False) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'{"inline" if shown else "attachment"}; filename="{name}"'
    return response


def _pdf(opened: Sitting, found: OpenedFile) -> bytes:
    photos = tuple((each.paper, _photo(opened, found.outline.id, each.place)) for each in found.photos)
    made = pdf_of(found, photos, visitor().words, parts().config.site.tz, full_names())
    parts().filing_desk.was_exported(opened, found.outline.id, "pdf")
    return made


def _photo(opened: Sitting, ident: str, place: int) -> bytes:
    """b"", which the PDF says, of one that was changed: the rest is to be had."""
    try:
        return parts().filing_desk.photo(opened, ident, place)
    except SealError:
        return b""
