"""A wall inside the databases: what the kiosk, the sound and the screens may read there, but could only misuse, is
locked under the page's key.

What an official's password becomes (argon2id, in `station.db`) and the official's own key to residents' files (under
the same password, in `filings.db`) would let anybody who has them guess the password at home. The recovery code's
key is left as it is: nobody guesses 118 bits, and it has to open when the page's key is lost.
"""

from __future__ import annotations

import base64
import binascii
import logging
from pathlib import Path

from controller.core.errors import StationError
from controller.core.ports import Clock
from controller.runtime.page_key import PageKey, PageKeyLostError
from controller.runtime.places import Places
from controller.runtime.sealing import KEY_BYTES, LOCK_BYTES, SealError
from controller.store import clearing, desk_keys, facts, filings, users
from controller.store.connection import Store, Tx
from controller.store.desk_keys import RECOVERY, Holder

log = logging.getLogger(__name__)
_OPEN_LENGTHS = frozenset({LOCK_BYTES + KEY_BYTES, LOCK_BYTES + 3 * KEY_BYTES})  # of a holder's key without the wall
_DONE = "walled"  # a fact: nothing that older programs left lies in the file any more, nor in its gaps
AGAIN_AFTER_S = 60.0


def password_behind(key: PageKey, name: str, encoded: str) -> str:
    """What is stored of a password that was encoded."""
    box = key.locked(f"password/{name}", encoded.encode())
    return users.LOCKED + base64.b64encode(box).decode()


def encoded_password(key: PageKey, name: str, stored: str) -> str | None:
    """The encoded password again, also one that an older program has stored; None if the key that it was locked under
    is gone."""
    if not stored.startswith(users.LOCKED):
        return stored
    try:
        box = base64.b64decode(stored.removeprefix(users.LOCKED), validate=True)
        return key.unlocked(f"password/{name}", box).decode()
    except (SealError, binascii.Error, UnicodeDecodeError):
        return None


def lost(key: PageKey, tx: Tx) -> list[str]:
    """The names of officials whose passwords nobody can check any more."""
    return [
        each.name
        for each in users.everyone(tx)
        if each.disabled_at is None and encoded_password(key, each.name, each.password) is None
    ]


def holder_behind(key: PageKey, name: str, locked_private: bytes) -> bytes:
    """What is stored of a holder's own key, which is locked under their secret already."""
    return locked_private if name == RECOVERY else key.locked(f"holder/{name}", locked_private)


def holder_before(key: PageKey, holder: Holder) -> bytes:
    """As it was before `holder_behind`, also what an older program has stored. PageKeyLostError."""
    if holder.name == RECOVERY or len(holder.locked_private) in _OPEN_LENGTHS:
        return holder.locked_private
    try:
        return key.unlocked(f"holder/{holder.name}", holder.locked_private)
    except SealError as error:
        raise PageKeyLostError(f"the key that {holder.name}'s own was locked under is gone") from error


def close_off(station_db: Path, filings_db: Path, key: PageKey, before: PageKey | None = None) -> bool:
    """Lock what older programs have left open, and overwrite wherever it has lain. False if somebody reads just now, so
    that the write-ahead logs could not be emptied: then again later. `before`: under which key it was locked."""
    store = Store(station_db, overwrites=True)
    try:
        _close_passwords(store, key, before)
        emptied = store.shorten_log()
    finally:
        store.close()
    if not filings_db.exists():
        return emptied
    store = filings.opened(filings_db)
    try:
        _close_holders(store, key, before)
        return store.shorten_log() and emptied
    finally:
        store.close()


def _close_passwords(store: Store, key: PageKey, before: PageKey | None) -> None:
    def anew(name: str, stored: str) -> str:
        if stored.startswith(users.LOCKED) and before is None:
            return stored
        encoded = encoded_password(before or key, name, stored)
        return stored if encoded is None else password_behind(key, name, encoded)

    with store.read() as tx:
        done, known = facts.fact(tx, _DONE), users.stored_passwords(tx).values()
    if done and before is None and all(stored.startswith(users.LOCKED) for stored in known):
        return
    with store.write() as tx:
        clearing.overwrite_free_pages(tx)
    with store.write() as tx:
        clearing.forget_typed_names(tx)
        clearing.write_users_anew(tx, anew)
        facts.set_fact(tx, _DONE, "yes")


def _close_holders(store: Store, key: PageKey, before: PageKey | None) -> None:
    with store.read() as tx:
        known = desk_keys.holders(tx)
    if not any(each.name != RECOVERY and (before or len(each.locked_private) in _OPEN_LENGTHS) for each in known):
        return
    with store.write() as tx:
        for each in desk_keys.holders(tx):
            if each.name == RECOVERY or not (before or len(each.locked_private) in _OPEN_LENGTHS):
                continue
            try:
                box = holder_behind(key, each.name, holder_before(before or key, each))
            except PageKeyLostError:
                continue  # as lost as it was
            desk_keys.relock(tx, each.name, each.public, box)


class Wall:
    """Sees to it that everything is behind the wall, from the page's start on, and until it is."""

    def __init__(self, places: Places, key: PageKey, clock: Clock) -> None:
        self._places, self._key, self._clock = places, key, clock
        self._next_s, self._closed, self._complained = 0.0, False, False

    def attend(self) -> None:
        """Often. What keeps it from being done is no reason to keep the page from anybody."""
        if self._closed or self._clock.monotonic() < self._next_s:
            return
        self._next_s = self._clock.monotonic() + AGAIN_AFTER_S
        try:
            self._closed = close_off(self._places.station_db, self._places.filings_db, self._key)
        except StationError as error:
            if not self._complained:
                log.warning("passwords of officials are not behind the page's key yet: %s", error)
            self._complained = True
