"""The boards as the officials' page sees them: what each shows now, page by page, and what it would show of a draft.

The same decisions and the same dots as on the boards themselves. Asked by several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from threading import Lock

from controller.boards.looking import Looking
from controller.boards.news import News
from controller.boards.pages import Content, Page, Rotation
from controller.boards.preview import png_of_page, png_of_rotation
from controller.boards.typesetting import typeset
from controller.core.ports import Clock
from controller.core.showing import Item
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Board
from controller.runtime.lean import let_go
from controller.store.connection import Store

DRAFTS = 32  # that are remembered: the same one is asked for its picture and for its words
SMALL = 65_536  # dots; of a larger board they are looked at only to draw them


@dataclass(frozen=True, slots=True)
class Standing:
    """What a board is to show now: its pages, a key for each, and the number of the one that is on."""

    content: Content
    keys: tuple[str, ...]
    at: int

    @property
    def pages(self) -> tuple[Page, ...]:
        return self.content.live.pages


class Faces:
    def __init__(self, config: StationConfig, store: Store, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._lock = Lock()
        self._drawing = Lock()  # one at a time: eight large pictures at once would take 40 MB for good
        after_s = config.policy.board_after_s
        news = News(config.site, after_s, store, clock)
        self._lookings = {board.id: Looking(board, config.site, after_s, store, clock, news) for board in config.boards}
        self._contents: dict[str, tuple[Content, tuple[str, ...]]] = {}
        self._before: dict[str, dict[str, Page]] = {}  # what was there last, for phones that are still asking for it
        self._of_draft = lru_cache(DRAFTS)(typeset)

    def of_draft(self, board: str, item: Item) -> Rotation:
        """The pages that a board would make of a draft now."""
        return self._of_draft(self._config.board(board), item, self._lookings[board].facts())

    def picture_of_draft(self, board: str, item: Item) -> bytes:
        found = self._config.board(board)
        return self._drawn(found, lambda: png_of_rotation(found, self.of_draft(board, item)))

    def now(self, board: str) -> Standing:
        with self._lock:
            changed = self._lookings[board].look(rung=True)  # a thread does not see by itself what it has written
            if changed is not None:
                found = self._config.board(board)
                minute = f"{self._clock.now():%H:%M}"
                if (old := self._contents.get(board)) is not None:
                    self._before[board] = dict(zip(old[1], old[0].live.pages, strict=True))
                self._contents[board] = changed, tuple(_key(found, page, minute) for page in changed.live.pages)
            content, keys = self._contents[board]
        number, _, _ = content.live.at(self._clock.now().timestamp())
        return Standing(content, keys, number)

    def picture(self, board: str, key: str) -> bytes | None:
        """A page as a PNG (of one that scrolls the whole strip), if the board has it, or had it a moment ago."""
        standing = self.now(board)
        page = dict(zip(standing.keys, standing.pages, strict=True)).get(key) or self._before.get(board, {}).get(key)
        if page is None:
            return None
        found = self._config.board(board)
        return self._drawn(found, lambda: png_of_page(found, page))

    def _drawn(self, board: Board, draw: Callable[[], bytes]) -> bytes:
        with self._drawing:
            drawn = draw()
            if board.columns * board.rows > SMALL:
                let_go()
            return drawn


def _key(board: Board, page: Page, minute: str) -> str:
    """The same for the same dots; of a large board, whose dots are not drawn for this, for the same marks, or, where
    it has none, for a minute."""
    if board.columns * board.rows <= SMALL:
        seen = b"".join(page.dots)
    else:
        seen = minute.encode() if isinstance(page.dots, tuple) else repr(page.dots).encode()
    return sha256(repr((page.lines, page.scrolls, page.item)).encode() + seen).hexdigest()[:16]
