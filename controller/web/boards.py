"""The boards: what each shows now, how that is known, and the order of its notices."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from controller.core.announcements import TEXT_LIMIT
from controller.store import notices
from controller.store.columns import instant
from controller.store.connection import Tx
from controller.web.board_forms import drafted, faces_of
from controller.web.board_state import OnBoard, list_of, on_boards
from controller.web.context import done, parts, say, visitor
from controller.web.doors import FORM_BODY, Who, door
from controller.web.notice_forms import NoticeForm
from controller.web.notices import withdrawn_in

if TYPE_CHECKING:
    from controller.web.parts import BoardNow

views = Blueprint("boards", __name__)
KEY = "loalang.boards"
DRAWN = 8  # visitors whose fragment is remembered
FOLD_FROM = 3  # boards: with so many, each one's list is folded up
IMMUTABLE = "private, max-age=31536000, immutable"


@views.get("/boards")
@door(Who.USER)
def every() -> ResponseReturnValue:
    now = parts().clock.now()
    with parts().store.read() as tx:
        found = _every(tx)
        live = notices.live(tx, now)
    return render_template(
        "boards.html", boards=found, standing=_standing(), now_s=now.timestamp(), withdrawn=withdrawn_in(live),
        fold=len(found) >= FOLD_FROM, emulated=_emulated(),
    )  # fmt: skip


def fragment() -> str:
    """What changes on the page. The same as long as nothing does: which page is on, the script finds by the clock."""
    with parts().store.read() as tx:
        found = _every(tx)
    still = {ident: replace(now, at=0) for ident, now in _standing().items()}
    emulated = _emulated()
    seen = (found, still, emulated, visitor().form_token, visitor().words.language, say().today)
    drawn: Drawn = current_app.extensions[KEY]
    return drawn.find(visitor().form_token, seen) or drawn.keep(
        visitor().form_token,
        seen,
        render_template(
            "parts/boards.html", boards=found, standing=still, fold=len(found) >= FOLD_FROM, emulated=emulated
        ),
    )


def _every(tx: Tx) -> list[OnBoard]:
    return on_boards(tx, parts().config, parts().clock.now(), parts().at_home("controller"))


class Drawn:
    """What each visitor was shown last, and of what: pages ask every few seconds, and little changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[object, str]] = OrderedDict()

    def find(self, who: str, seen: object) -> str:
        """ "" if it was of something else."""
        with self._lock:
            of, drawn = self._kept.get(who, (None, ""))
            return drawn if of == seen else ""

    def keep(self, who: str, seen: object, drawn: str) -> str:
        with self._lock:
            self._kept[who] = seen, drawn
            self._kept.move_to_end(who)
            while len(self._kept) > DRAWN:
                self._kept.popitem(last=False)
        return drawn


def _standing() -> dict[str, BoardNow]:
    return {board.id: parts().board_now(board.id) for board in parts().config.boards}


def _emulated() -> set[str]:
    """The ids of the emulated boards that have a picture of what they were sent."""
    emulated = (board.id for board in parts().config.boards if board.port == "emulator")
    return {ident for ident in emulated if parts().places.picture(f"board-{ident}").is_file()}


@views.post("/boards/<ident>/order")
@door(Who.USER)
def order(ident: str) -> ResponseReturnValue:
    """Put the notices of a board into an order: `order` (repeated, ids), or `notice` one place `way` up or down."""
    _known(ident)
    wanted = request.form.getlist("order")
    if not wanted:
        with parts().store.read() as tx:
            wanted = list_of(tx, parts().config, parts().clock.now(), ident)
        notice, step = request.form.get("notice", ""), -1 if request.form.get("way") == "up" else 1
        if notice not in wanted:
            abort(404)
        at = wanted.index(notice)
        other = min(max(at + step, 0), len(wanted) - 1)
        wanted[at], wanted[other] = wanted[other], wanted[at]
    parts().noticing.order(ident, wanted, visitor().by)
    return done(url_for("boards.every") + f"#board-{ident}")


@views.get("/api/boards")
@door(Who.USER, by_itself=True)
def told() -> ResponseReturnValue:
    """Every board: its state, what it is to show now, and its notices in order."""
    with parts().store.read() as tx:
        found = _every(tx)
    standing = _standing()
    return {"boards": [_document(seen, standing[seen.board.id]) for seen in found]}


def _document(seen: OnBoard, now: BoardNow) -> dict[str, object]:
    known = seen.known
    return {
        "board": seen.board.id, "name": seen.board.name, "state": known.state if known else None,
        "since": instant(known.since) if known else None, "text": known.text if known else "",
        "proven_at": instant(known.proven_at) if known and known.proven_at else None,
        "detail": known.detail if known else "", "urgent": now.urgent, "at": now.at,
        "pages": [
            {
                "lines": list(page.lines), "dwell_s": page.dwell_s, "scrolls": page.scrolls, "item": page.item,
                "picture": url_for("boards.page", ident=seen.board.id, key=page.key),
            }
            for page in now.pages
        ],
        "notices": [listed.notice.id for listed in seen.listed],
    }  # fmt: skip


@views.get("/api/boards/<ident>/pages/<key>.png")
@door(Who.USER, by_itself=True)
def page(ident: str, key: str) -> ResponseReturnValue:
    """A page that is on the board, or was a moment ago: the very dots. Of one that scrolls: the whole strip."""
    _known(ident)
    picture = parts().board_page(ident, key)
    if picture is None:
        abort(404)
    return _png(picture, IMMUTABLE)


@views.get("/api/boards/<ident>/emulated.png")
@door(Who.USER, by_itself=True)
def emulated(ident: str) -> ResponseReturnValue:
    """What an emulated board shows, drawn by itself from the bytes that came."""
    if ident not in _emulated():
        abort(404)
    response = send_file(parts().places.picture(f"board-{ident}"), mimetype="image/png", conditional=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@views.get("/api/board/<ident>/preview")
@door(Who.USER)
def preview(ident: str) -> ResponseReturnValue:
    """The picture of what a board would show of `?text=`, and whatever else a notice has."""
    _known(ident)
    item = drafted(request.args)
    if not (item.whole or item.picture or item.qr or item.special) or len(item.whole) > 2 * TEXT_LIMIT:
        abort(400)
    return _png(parts().board_preview(ident, item), "private, max-age=300")


@views.post("/api/boards/draft")
@door(Who.USER, body_limit=FORM_BODY)
def draft_on_boards() -> ResponseReturnValue:
    """What every board makes of the entries of a notice, and does not show of it."""
    seen = faces_of(NoticeForm.typed(request.form))
    return {
        "boards": {
            face.board.id: {
                "picture": face.picture, "said": face.said, "stripped": face.what.stripped,
                "replaced": list(face.what.replaced), "alike": list(face.what.alike), "left_out": face.what.left_out,
                "without": list(face.what.without), "pages": face.what.pages, "round_s": face.what.round_s,
                "scrolls": face.what.scrolls,
            }
            for face in seen.faces
        },
        "problems": seen.too_much,
        "fewer": seen.fewer,
        "html": render_template("parts/faces.html", seen=seen),
    }  # fmt: skip


def _png(picture: bytes, cache: str) -> ResponseReturnValue:
    response = make_response(picture)
    response.content_type = "image/png"
    response.headers["Cache-Control"] = cache
    return response


def _known(ident: str) -> None:
    if ident not in {board.id for board in parts().config.boards}:
        abort(404)
