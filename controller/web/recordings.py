"""Recordings that officials bring or speak into the microphone: taken in, judged, listened to.

A file is never whole in memory here; what it is says nobody but whoever judges it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, abort, make_response, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from controller.core.errors import InputError, Problem, StationError
from controller.core.recordings import NAME_LIMIT, Recording
from controller.store import recordings
from controller.web.bodies import Uploads
from controller.web.context import house, parts, say, visitor
from controller.web.doors import FORM_BODY, Who, door, door_of

views = Blueprint("recordings", __name__)
LIMIT_MB = 200
UPLOAD_BODY = LIMIT_MB * 1024 * 1024 + FORM_BODY  # the file, and the form that it comes with
RANGE_LIMIT = 1024 * 1024  # bytes of a sound in one answer: a slow phone must not hold a thread
COPIES = 2  # of a body on the disk while it is taken in: the server's and ours
_CHUNK = 256 * 1024
TYPES = {
    "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav", "m4a": "audio/mp4", "flac": "audio/flac",
    "webm": "audio/webm",
}  # fmt: skip


@views.post("/recordings")
@door(Who.USER, body_limit=UPLOAD_BODY)
def add() -> ResponseReturnValue:
    """Take the body in as a recording that people call `?name=`; the same file twice is one recording."""
    try:
        _room_for(request.content_length or 0)
        with _mine().new_file(parts().places.uploads) as file:
            shutil.copyfileobj(request.stream, file, _CHUNK)
        recording = _judged(Path(file.name), request.args.get("name", ""))
    except InputError as error:
        return {"problems": {"file": [say().problem(problem) for problem in error.problems]}}, 422
    return described(recording)


@views.get("/recordings/<string(length=64):sha256_hex>")
@door(Who.USER, by_itself=True)
def listen(sha256_hex: str) -> ResponseReturnValue:
    """A recording as it was brought; with Range, as players ask for it."""
    with parts().store.read() as tx:
        known = recordings.find(tx, sha256_hex)
    if known is None:
        abort(404)
    return served_sound(parts().places.sound(sha256_hex), TYPES.get(known.brought.format, "application/octet-stream"))


@views.get("/api/recordings/<string(length=64):sha256_hex>")
@door(Who.USER)
def about(sha256_hex: str) -> ResponseReturnValue:
    with parts().store.read() as tx:
        return described(recordings.get(tx, sha256_hex))


def served_sound(path: Path, content_type: str) -> ResponseReturnValue:
    """A file named by its hash, or the part of it that a player asks for."""
    if not path.is_file():
        abort(404)
    size = path.stat().st_size
    wanted = request.range.range_for_length(size) if request.range and request.range.units == "bytes" else None
    if request.headers.get("Range") and wanted is None:
        response = make_response("", 416)
        response.headers["Content-Range"] = f"bytes */{size}"
    elif wanted:
        begin, end = wanted[0], min(wanted[1], wanted[0] + RANGE_LIMIT)
        with path.open("rb") as file:
            file.seek(begin)
            response = make_response(file.read(end - begin), 206)
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    else:
        response = send_file(path, conditional=False, etag=False)
    response.content_type = content_type
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def described(recording: Recording) -> dict[str, object]:
    brought = recording.brought
    return {
        "sha256": brought.sha256, "name": recording.name, "format": brought.format, "length_s": brought.length_s,
        "lasting": say().lasting(brought.length_s), "url": url_for("recordings.listen", sha256_hex=brought.sha256),
    }  # fmt: skip


def took(file: FileStorage | None) -> Recording:
    """The recording of a form's file. InputError saying why it is none, in its field "file"."""
    if file is None or not file.filename:
        raise InputError(Problem.of("file", "no_sound_file"))
    _room_for(0)
    file.stream.flush()
    return _judged(Path(str(file.stream.name)), file.filename)


def _judged(path: Path, name: str) -> Recording:
    if path.stat().st_size > LIMIT_MB * 1024 * 1024:
        raise InputError(Problem.of("file", "sound_large", limit=LIMIT_MB))
    called = " ".join(part for part in "".join(c if c.isprintable() else " " for c in name).split())[:NAME_LIMIT]
    called = called or visitor().words("web.sources.unnamed")
    brought = parts().intake.take(path, called)
    with parts().store.write() as tx:
        return recordings.add(tx, parts().clock.now(), brought, called, visitor().by)


def _room_for(size: int) -> None:
    if not _has_room(size):
        raise InputError(Problem.of("file", "no_room_for_sound"))


def _has_room(size: int) -> bool:
    free = shutil.disk_usage(parts().places.uploads).free
    return free > size + parts().config.policy.disk_reserve_mb * 1024 * 1024


def _mine() -> Uploads:
    return cast(Uploads, request)


def large_body_allowed(app: Flask, path: str, token: str, size: int) -> bool:
    """Whether somebody may send so large a body: someone signed in, to a door that takes it, while there is room."""
    with app.app_context():
        adapter = app.url_map.bind("")
        if not adapter.test(path, "POST"):
            return False
        endpoint, _ = adapter.match(path, "POST")
        if door_of(app, endpoint).body_limit < size or not _has_room(COPIES * size):
            return False
        try:
            return bool(token) and house().people.session(token, used=False) is not None
        except StationError:  # nobody can be known now
            return False
