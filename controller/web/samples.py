"""Words that somebody wants to listen to before anything is saved: asked for, then asked about until they are ready."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.announcements import TEXT_LIMIT, clean
from controller.core.renditions import RenditionState
from controller.store import samples
from controller.web.context import parts, say
from controller.web.doors import FORM_BODY, Who, door

views = Blueprint("samples", __name__)


@views.post("/api/samples")
@door(Who.USER, body_limit=FORM_BODY)
def want() -> ResponseReturnValue:
    """Have words spoken: form field `words`, as they are spoken, or `text`, which is read first."""
    words = clean(request.form.get("words", ""))
    text = clean(request.form.get("text", ""))
    if not words and text and len(text) <= TEXT_LIMIT:
        words = parts().spoken(text).words
    if not words or len(words) > 2 * TEXT_LIMIT:
        abort(400)
    ident = parts().ids()
    with parts().store.write() as tx:
        samples.want(tx, parts().clock.now(), ident, words)
    parts().bell.ring(f"audio-{parts().config.outputs[0].name}")  # the one that prepares
    return {"sample": ident, "state": RenditionState.WANTED}, 202


@views.get("/api/samples/<ident>")
@door(Who.USER, by_itself=True)
def one(ident: str) -> ResponseReturnValue:
    """How far it is; `url` once it is ready, `problem` in words where it cannot be spoken."""
    with parts().store.read() as tx:
        found = samples.find(tx, ident)
    if found is None:
        abort(404)
    told: dict[str, object] = {"sample": ident, "state": found.state}
    if found.state is RenditionState.READY:
        told["url"] = url_for("api.rendition", sha256_hex=found.sha256)
    elif found.state is RenditionState.FAILED:
        told["problem"] = say().reason(found.reason)
    return told
