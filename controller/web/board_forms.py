"""What boards would make of a draft, as the editor and its script show it: the picture, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from controller.core.errors import Problem
from controller.core.levels import Level
from controller.core.notice_drafts import QR_LIMIT, TEXT_LIMIT, TITLE_LIMIT, NoticeDraft
from controller.core.notices import BoardState, Notice
from controller.core.showing import Item
from controller.runtime.config_tables import Board
from controller.store.notices import Board as KnownBoard
from controller.store.notices import boards
from controller.web.announcement_forms import said
from controller.web.board_state import is_unfit
from controller.web.context import parts, say, visitor
from controller.web.notice_forms import EVERYWHERE, NEVER, NoticeForm, item_of, read_notice
from controller.web.parts import Unshown

SHOWN = ("title", "text", "picture", "qr", "special", "level")  # what a board shows of a notice
LIMITS = {"title": TITLE_LIMIT, "text": TEXT_LIMIT, "qr": QR_LIMIT}  # characters


@dataclass(frozen=True, slots=True)
class Face:
    """One board's view of a draft; `said` is what it does not show, in words."""

    board: Board
    picture: str  # its address
    what: Unshown
    said: list[str]
    trouble: str = ""  # why it would show nothing of it now, in words; "" if it would
    unfit: bool = False  # it never shows anything


@dataclass(frozen=True, slots=True)
class Faces:
    """Of every board that would show a draft; none while there is nothing to show, or too much of it."""

    faces: list[Face]
    too_much: list[str]  # in words

    @property
    def fewer(self) -> str:
        """The names of the boards that do not show all of it."""
        return ", ".join(face.board.name for face in self.faces if face.said)


def faces_of(form: NoticeForm) -> Faces:
    draft, _ = read_notice(form, parts().config)
    too_much = said(
        [
            Problem.of(name, "too_long", length=len(getattr(draft, name)), limit=limit)
            for name, limit in LIMITS.items()
            if len(getattr(draft, name)) > limit
        ]
    )
    if too_much:
        return Faces([], [sentence for sentences in too_much.values() for sentence in sentences])
    if not (draft.special or draft.title or draft.text or draft.picture or draft.qr):
        return Faces([], [])
    item = item_of(draft)
    with parts().store.read() as tx:
        known = {each.board: each for each in boards(tx)}
    query = urlencode([(name, value) for name in SHOWN if (value := getattr(item, name))])
    return Faces(
        [
            _face(board, item, query, known.get(board.id))
            for board in parts().config.boards
            if _is_for(form, draft, board)
        ],
        [],
    )


def _face(board: Board, item: Item, query: str, known: KnownBoard | None) -> Face:
    what = parts().board_unshown(board.id, item)
    address = f"{url_for('boards.preview', ident=board.id)}?{query}"
    if known is None or known.state is not BoardState.DOWN:
        return Face(board, address, what, say().unshown(what))
    unfit = is_unfit(known)
    trouble = say().board_fault(known.detail) if unfit else visitor().words("web.notices.down_now")
    return Face(board, address, what, say().unshown(what), trouble, unfit)


def _is_for(form: NoticeForm, draft: NoticeDraft, board: Board) -> bool:
    chosen = draft.boards or draft.zones or form.where == EVERYWHERE
    notice = Notice(
        id="", text="", level=draft.level, shown_from=NEVER, shown_until=NEVER, created_at=NEVER, boards=draft.boards,
        zones=draft.zones,
    )  # fmt: skip
    return bool(chosen or draft.level is Level.EMERGENCY) and notice.is_for(board.id, frozenset(board.zones))


def drafted(typed: MultiDict[str, str]) -> Item:
    """What a board is to show of the fields of an address."""
    wanted = MultiDict({name: typed[name] for name in SHOWN if name in typed})
    draft, _ = read_notice(NoticeForm.typed(wanted), parts().config)
    return item_of(draft)
