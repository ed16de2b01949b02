"""The sitting in which an official opens residents' files: the desk's keys, unlocked, in one process's memory only.

It ends when it is closed or lay idle for half an hour. Then the keys are overwritten where they lie; copies that Python
and libsodium made meanwhile lie in freed memory until it is used again, as nothing in Python can prevent.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from controller.core.errors import LoalangError
from controller.core.ports import Clock
from controller.filing.trust import grant_to
from controller.runtime import sealing
from controller.runtime.sealing import SealError
from controller.store.desk_keys import Grant

IDLE_S = 30 * 60.0
PICTURES_OF = 8  # files, the last of those opened: a megabyte and a half of small pictures at the most


class LockedError(LoalangError):
    """There is no sitting, it has ended, or its keys are not those of today: the official unlocks again."""


class Sitting:
    """One official's unlocked keys of the desk. Shared by threads; `close` forgets them. `mended`: files were sealed to
    somebody else's key when it was opened, and are not any more."""

    def __init__(self, official: str, keys: Mapping[str, bytes], clock: Clock, mended: bool = False) -> None:
        self.official, self.mended, self._clock, self._lock = official, mended, clock, Lock()
        self._keys = {ident: bytearray(private) for ident, private in keys.items()}
        self._used_at = clock.monotonic()
        self._seen: set[str] = set()
        self._pictures = OrderedDict[str, dict[int, bytes]]()
        self.wanted = ""  # whom the official looks for in the queue: a resident's name, so it goes with the sitting

    @property
    def is_open(self) -> bool:
        with self._lock:
            return bool(self._keys) and self._clock.monotonic() - self._used_at < IDLE_S

    @property
    def left_s(self) -> float:
        """How long it lasts yet if nobody does anything."""
        with self._lock:
            return max(0.0, self._used_at + IDLE_S - self._clock.monotonic()) if self._keys else 0.0

    def use(self) -> None:
        """A person has just done something; not for a page that asks by itself."""
        with self._lock:
            self._used_at = self._clock.monotonic()

    def require(self) -> None:
        """LockedError if the sitting is over."""
        if not self.is_open:
            self.close()
            raise LockedError("the desk is locked")

    def file_key(self, key_id: str, sealed_key: bytes) -> bytes:
        """The key of one file. LockedError if the sitting is over, SealError if it is sealed to somebody else's key."""
        self.require()
        with self._lock:
            private = self._keys.get(key_id)
            if private is None:
                raise SealError("a file is sealed to a key that is not the desk's")
            return sealing.unsealed(bytes(private), sealed_key)

    def private_of(self, key_id: str) -> bytes:
        """Of the desk's key in force. LockedError if the sitting is over, or was opened before the key changed."""
        self.require()
        with self._lock:
            private = self._keys.get(key_id)
            if private is None:
                raise LockedError("the desk is locked")
            return bytes(private)

    def granted_to(self, holder: str, public: bytes) -> dict[str, Grant]:
        """Every key of this sitting, for somebody. LockedError if it is over."""
        self.require()
        with self._lock:
            return {ident: grant_to(holder, public, bytes(private)) for ident, private in self._keys.items()}

    def take(self, key_id: str, private: bytes) -> None:
        """A new key of the desk takes the place of all others."""
        with self._lock:
            self._forget()
            self._keys[key_id] = bytearray(private)

    def first_look(self, ident: str) -> bool:
        """Whether this file was not opened in this sitting before."""
        with self._lock:
            new = ident not in self._seen
            self._seen.add(ident)
            return new

    def pictures(self, ident: str) -> dict[int, bytes] | None:
        """The small pictures of a file by their photos' places; None if they were not made yet."""
        with self._lock:
            return self._pictures.get(ident)

    def keep_pictures(self, ident: str, pictures: dict[int, bytes]) -> None:
        with self._lock:
            if self._keys:  # it may have been closed meanwhile
                self._pictures[ident] = pictures
            while len(self._pictures) > PICTURES_OF:
                self._pictures.popitem(last=False)

    def close(self) -> None:
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        for private in self._keys.values():
            sealing.wipe(private)
        self._keys.clear()
        self._pictures.clear()
        self.wanted = ""


class Sittings:
    """The sittings of a process, each under the token of a signed-in session."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[str, Sitting] = {}

    def put(self, session: str, sitting: Sitting) -> None:
        self.end(session)
        with self._lock:
            self._open[session] = sitting

    def of(self, session: str, used: bool = True) -> Sitting | None:
        """`used`: a person did something, not a page that asks by itself."""
        self.forget_idle()
        with self._lock:
            sitting = self._open.get(session)
        if sitting is not None and used:
            sitting.use()
        return sitting

    def end(self, session: str) -> None:
        """At sign-out, and when the official locks the desk."""
        with self._lock:
            sitting = self._open.pop(session, None)
        if sitting is not None:
            sitting.close()

    def forget_idle(self) -> None:
        """To be called every minute or so, whether anybody asks or not."""
        with self._lock:
            idle = [session for session, sitting in self._open.items() if not sitting.is_open]
        for session in idle:
            self.end(session)
