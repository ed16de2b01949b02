"""What an official does with notices: put up, change, take down, undo, order.

Each act is one transaction with its journal line, followed by one round of rings: the controller with its boards,
the kiosk, every screen and panel. Row first, also for an emergency: boards show what the rows say. Knows the
store and the bell, not who calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from controller.core.errors import ChangedError, InputError, NotFoundError, Problem
from controller.core.notice_drafts import NoticeDraft, cleaned, draft_of, moved, problems_of, reordered
from controller.core.notices import FOREVER, Notice
from controller.core.ports import Bell, Clock, Ids
from controller.runtime.config import StationConfig
from controller.store import notices, pictures
from controller.store.connection import Store, Tx


class Noticing:
    def __init__(self, store: Store, bell: Bell, clock: Clock, ids: Ids, config: StationConfig) -> None:
        self._store, self._bell, self._clock, self._ids, self._faces = store, bell, clock, ids, config.faces
        self._boards = {board.id: frozenset(board.zones) for board in config.boards}
        self._zones = frozenset(zone.id for zone in config.zones)

    def problems_of(self, draft: NoticeDraft) -> tuple[Problem, ...]:
        """Everything for which putting it up would be refused, in the order of the form's fields."""
        with self._store.read() as tx:
            return self._problems(tx, cleaned(draft))

    def put_up(self, draft: NoticeDraft, by: str, new_ident: str = "") -> Notice:
        """Put up a new notice, behind all others of its level. InputError with every problem.

        `new_ident` is the id that it shall have: putting up the very same under it twice makes one notice, putting
        up anything else under it is a ChangedError.
        """
        draft = cleaned(draft)
        with self._store.write() as tx:
            at = self._clock.now()
            known = notices.find(tx, new_ident) if new_ident else None
            if known is not None:
                if draft_of(known) != replace(draft, shown_from=draft.shown_from or known.shown_from):
                    raise ChangedError(known.id)
                return known
            self._refuse(tx, draft)
            notice = _notice(draft, new_ident or self._ids(), at)
            notice = replace(notice, order_no=notices.last_order_no(tx) + 1)
            notices.add(tx, at, notice, by)
        self._ring()
        return notice

    def change(self, ident: str, draft: NoticeDraft, by: str, seen: Notice | None = None) -> Notice:
        """Have a notice say something else, or elsewhere, or at another time; its id and its place in the order stay.

        `seen` is what was looked at when the change was begun: ChangedError if somebody has changed it or taken it
        down since.
        """
        draft = cleaned(draft)
        with self._store.write() as tx:
            at, before = self._clock.now(), notices.get(tx, ident)
            if seen and (draft_of(before), before.withdrawn_at) != (draft_of(seen), seen.withdrawn_at):
                raise ChangedError(ident)
            if before.withdrawn_at is not None:
                raise NotFoundError("notice", ident)
            self._refuse(tx, draft)
            if draft_of(before) == replace(draft, shown_from=draft.shown_from or before.shown_from):
                return before
            notice = _notice(draft, ident, before.shown_from)
            notices.change(tx, at, notice, by)
            notice = notices.get(tx, ident)
        self._ring()
        return notice

    def undo(self, ident: str, changed_at: datetime, by: str) -> Notice:
        """Take back the change of an instant: the notice says again what it said before, in its place in the order.

        Asking again does no harm. ChangedError if it was changed once more since; NotFoundError if it was taken down,
        or if there was no such change; InputError if a picture or a board that it needs is gone.
        """
        with self._store.write() as tx:
            at, now = self._clock.now(), notices.get(tx, ident)
            change = notices.change_of(tx, now, changed_at)
            if change is None or now.withdrawn_at is not None:
                raise NotFoundError("notice", ident)
            if draft_of(change.before) == draft_of(now):
                return now
            if now.updated_at != change.at:
                raise ChangedError(ident)
            # its time may be over meanwhile: then it is not shown, and that is all
            timeless = [each for each in self._problems(tx, draft_of(change.before)) if each.field != "until"]
            if timeless:
                raise InputError(*timeless)
            notices.change(tx, at, change.before, by, undone=True)
            notice = notices.get(tx, ident)
        self._ring()
        return notice

    def withdraw(self, ident: str, by: str) -> None:
        """Take it off every face at once. Asking again does no harm; NotFoundError for one that never was."""
        self._act(ident, lambda tx, at: notices.withdraw(tx, at, ident, by))

    def restore(self, ident: str, by: str) -> None:
        """Undo a withdrawal: it is shown again as far as its time is not over."""
        self._act(ident, lambda tx, at: notices.restore(tx, at, ident, by))

    def move(self, ident: str, before: str | None, by: str) -> tuple[str, ...]:
        """Put a notice right before another one, or at the end; the order before, to undo it with `order`."""
        return self._reorder(lambda current: moved(current, ident, before), by)

    def order(self, board: str, idents: Sequence[str], by: str) -> tuple[str, ...]:
        """Put what one board shows ("": all) into this order, as far as the levels allow; the order before, to undo.

        There is one order for all boards: what this one does not show stays where it is.
        """
        if board and board not in self._boards:
            raise NotFoundError("board", board)
        return self._reorder(lambda current: reordered(current, idents), by, board)

    def _reorder(
        self, arranged: Callable[[Sequence[str]], tuple[str, ...]], by: str, board: str = ""
    ) -> tuple[str, ...]:
        with self._store.write() as tx:
            at = self._clock.now()
            live = {notice.id: notice for notice in notices.live(tx, at)}
            wanted = sorted(arranged(tuple(live)), key=lambda ident: live[ident].level.rank)  # urgent ones stay first
            if wanted == [*live]:
                return tuple(live)
            notices.order(tx, at, wanted, by, board)
        self._ring()
        return tuple(live)

    def _act(self, ident: str, change: Callable[[Tx, datetime], bool]) -> None:
        with self._store.write() as tx:
            notices.get(tx, ident)
            changed = change(tx, self._clock.now())
        if changed:
            self._ring()

    def _refuse(self, tx: Tx, draft: NoticeDraft) -> None:
        if found := self._problems(tx, draft):
            raise InputError(*found)

    def _problems(self, tx: Tx, draft: NoticeDraft) -> tuple[Problem, ...]:
        known = {draft.picture} if draft.picture and pictures.find(tx, draft.picture) else set()
        return problems_of(draft, self._boards, self._zones, self._clock.now(), known)

    def _ring(self) -> None:
        for whom in self._faces:
            self._bell.ring(whom)


def _notice(draft: NoticeDraft, ident: str, at: datetime) -> Notice:
    """`at`: when it begins, if the draft does not say."""
    return Notice(
        id=ident, title=draft.title, text=draft.text, picture=draft.picture, qr=draft.qr, special=draft.special,
        boards=draft.boards, zones=draft.zones, hours=draft.hours, level=draft.level,
        shown_from=draft.shown_from or at, shown_until=draft.shown_until or FOREVER, created_at=at,
    )  # fmt: skip
