"""Pictures that officials bring for notices: taken in, judged, shown."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import cast

from flask import Blueprint, abort, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from controller.core.errors import InputError, Problem
from controller.pictures.bringing import FILE_LIMIT
from controller.store import pictures
from controller.store.pictures import Picture
from controller.web.bodies import Uploads
from controller.web.context import parts, say, visitor
from controller.web.doors import FORM_BODY, Who, door

views = Blueprint("pictures", __name__)
PICTURE_MB = FILE_LIMIT >> 20
PICTURE_BODY = 2 * FILE_LIMIT + FORM_BODY  # of a file that is too large somebody says how large it is
_CHUNK = 256 * 1024


@views.post("/pictures")
@door(Who.USER, body_limit=PICTURE_BODY)
def add() -> ResponseReturnValue:
    """Take the body in as a picture that people call `?name=`; the same picture twice is one."""
    try:
        with cast(Uploads, request).new_file(parts().places.uploads) as file:
            shutil.copyfileobj(request.stream, file, _CHUNK)
        picture = parts().picturing.take(Path(file.name), request.args.get("name", ""), visitor().by)
    except InputError as error:
        return {"problems": {"picture": [say().problem(problem) for problem in error.problems]}}, 422
    return {
        "sha256": picture.sha256, "name": picture.name, "width": picture.width, "height": picture.height,
        "url": url_for("pictures.look", sha256_hex=picture.sha256),
    }  # fmt: skip


@views.get("/pictures/<string(length=64):sha256_hex>")
@door(Who.USER, by_itself=True)
def look(sha256_hex: str) -> ResponseReturnValue:
    with parts().store.read() as tx:
        known = pictures.find(tx, sha256_hex)
    path = parts().places.notice_picture(sha256_hex)
    if known is None or not path.is_file():
        abort(404)
    response = send_file(path, mimetype="image/png", conditional=False, etag=False)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def brought(file: FileStorage | None) -> Picture:
    """The picture of a form's file. InputError saying why it is none, in its field "picture"."""
    if file is None or not file.filename:
        raise InputError(Problem.of("picture", "no_picture_file"))
    file.stream.flush()
    return parts().picturing.take(Path(str(file.stream.name)), file.filename, visitor().by)
