"""Guides come into force: those that ship with the station when it starts, an official's own when they import them.

A spreadsheet becomes a guide, or every mistake in it, by `controller.judging.judged(file)`; what a new version changes
is said by `controller.guides.differences`.
"""

from __future__ import annotations

from importlib import resources

from controller.core.ports import Bell, Clock
from controller.guides.documents import guide_of
from controller.guides.model import Guide
from controller.store import guides
from controller.store.connection import Store

SHIPPED_BY = "loalang"
WHO_CARES = ("kiosk", "controller")  # who shows guides, and who sees to it that they can be said


class Guiding:
    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store, self._clock, self._bell = store, clock, bell

    def put(self, guide: Guide, by: str) -> bool:
        """Have it be in force from now on; False if it is already. What residents have begun stays with its version."""
        with self._store.write() as tx:
            is_new = guides.put(tx, self._clock.now(), guide, by)
        if is_new:
            self._ring()
        return is_new

    def put_shipped(self) -> tuple[str, ...]:
        """Those that come with the station, in what no official has taken into their own hands: a guide that somebody
        has imported, or confirmed in another version, stays. Returns the ids of what is new."""
        new = []
        with self._store.write() as tx:
            for guide in shipped():
                if guides.is_theirs(tx, guide.id, SHIPPED_BY):
                    continue
                if guides.put(tx, self._clock.now(), guide, SHIPPED_BY):
                    new.append(guide.id)
        if new:
            self._ring()
        return tuple(new)

    def _ring(self) -> None:
        for whom in WHO_CARES:
            self._bell.ring(whom)


def sheet_of(ident: str) -> bytes | None:
    """The spreadsheet of a guide that comes with the station, to be changed and brought again; None if none does."""
    file = resources.files("controller.guides").joinpath("shipped", f"{ident}.xlsx")
    return file.read_bytes() if ident.isidentifier() and file.is_file() else None


def shipped() -> list[Guide]:
    """The compiled guides of the package, by id."""
    files = resources.files("controller.guides").joinpath("shipped").iterdir()
    texts = sorted((file.name, file.read_text(encoding="utf-8")) for file in files if file.name.endswith(".json"))
    return [guide_of(text) for _, text in texts]
