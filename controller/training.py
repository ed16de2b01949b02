"""What an official does with training sessions: announce, change, call off, undo.

Each act is one transaction with its journal line, followed by one round of rings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from controller.core.errors import ChangedError, InputError, NotFoundError
from controller.core.notice_drafts import clean
from controller.core.ports import Bell, Clock, Ids
from controller.core.sessions import Session, SessionDraft, problems_of
from controller.runtime.config import StationConfig
from controller.store import training
from controller.store.connection import Store, Tx


class Training:
    def __init__(self, store: Store, bell: Bell, clock: Clock, ids: Ids, config: StationConfig) -> None:
        self._store, self._bell, self._clock, self._ids, self._faces = store, bell, clock, ids, config.faces

    def add(self, draft: SessionDraft, by: str, new_ident: str = "") -> Session:
        """InputError with every problem. The very same added twice under `new_ident` is one; ChangedError if another
        stands there."""
        draft, at = _cleaned(draft), self._clock.now()
        with self._store.write() as tx:
            known = training.find(tx, new_ident) if new_ident else None
            if known is not None:
                if known.draft != draft:
                    raise ChangedError(known.id)
                return known
            _refuse(draft, at)
            session = _session(draft, new_ident or self._ids(), at)
            training.add(tx, session, by)
        self._ring()
        return session

    def change(self, ident: str, draft: SessionDraft, by: str, seen: SessionDraft | None = None) -> Session:
        """It keeps its id. NotFoundError if it was called off; ChangedError if it is no longer what was `seen` when
        the change was begun."""
        draft, at = _cleaned(draft), self._clock.now()
        with self._store.write() as tx:
            before = training.get(tx, ident)
            if before.withdrawn_at is not None:
                raise NotFoundError("session", ident)
            if seen is not None and before.draft not in (seen, draft):
                raise ChangedError(ident)
            _refuse(draft, at)
            session = _session(draft, ident, before.created_at)
            if session == before:
                return before
            training.change(tx, at, session, by)
        self._ring()
        return session

    def withdraw(self, ident: str, by: str) -> None:
        """Call it off. Asking again does no harm."""
        self._act(ident, lambda tx, at: training.withdraw(tx, at, ident, by))

    def restore(self, ident: str, by: str) -> None:
        """Undo a withdrawal."""
        self._act(ident, lambda tx, at: training.restore(tx, at, ident, by))

    def _act(self, ident: str, change: Callable[[Tx, datetime], bool]) -> None:
        with self._store.write() as tx:
            training.get(tx, ident)
            changed = change(tx, self._clock.now())
        if changed:
            self._ring()

    def _ring(self) -> None:
        for whom in self._faces:
            self._bell.ring(whom)


def _cleaned(draft: SessionDraft) -> SessionDraft:
    return replace(draft, title=clean(draft.title), place=clean(draft.place))


def _refuse(draft: SessionDraft, now: datetime) -> None:
    if found := problems_of(draft, now):
        raise InputError(*found)


def _session(draft: SessionDraft, ident: str, created_at: datetime) -> Session:
    return Session(
        id=ident, title=draft.title, place=draft.place, begins=draft.begins, ends=draft.ends, seats=draft.seats,
        created_at=created_at,
    )  # fmt: skip
