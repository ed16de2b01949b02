"""The desk's keys: who may open residents' files; whoever may, unlocks them for a sitting (`sittings.py`).

Each official has a pair of keys of their own, its private half locked under their password, and that under the page's
key (`controller/walling.py`); the desk's private key is sealed to each of them, and to a recovery code that is shown
once. Whoever unlocks finds out whether the key that files are sealed to still is the desk's own (`trust.py`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from weakref import WeakSet

from controller import walling
from controller.core.errors import InputError, LoalangError, NotFoundError, Problem
from controller.core.filing_codes import RECOVERY_LENGTH, code_of, read_code
from controller.core.ports import Bell, Clock, Ids
from controller.filing.sittings import Sitting
from controller.filing.trust import Known, grant_to, is_granted_to, key_of, known_of, own, read_known, with_known
from controller.runtime import sealing
from controller.runtime.page_key import PageKey, PageKeyLostError
from controller.runtime.sealing import Cost, Pair, SealError
from controller.store import desk_keys, filings
from controller.store.connection import Store, Tx
from controller.store.desk_keys import RECOVERY, Holder

FREE_TRIES, LONGEST_WAIT_S = 5, 900.0


class WrongPasswordError(LoalangError):
    """`wait_s` > 0: too soon after too many wrong ones, nothing was tried."""

    def __init__(self, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s
        super().__init__("wrong password")


class NoAccessError(LoalangError):
    """The official has not been given access to the desk's key (yet); another one grants it."""


class ForeignKeyError(LoalangError):
    """Somebody has put another key in place of the desk's, and taken the desk's own away from this official."""


@dataclass(frozen=True, slots=True)
class Access:
    """An official who has keys of their own, and whether the desk's was granted to them."""

    official: str
    granted: bool


class DeskKeys:
    """`store` is `filings.opened(...)`. Calls with a password or code block for argon2id, one at a time."""

    def __init__(
        self, store: Store, bell: Bell, clock: Clock, ids: Ids, page_key: PageKey, cost: Cost | None = None
    ) -> None:
        self._store, self._bell, self._clock, self._ids, self._cost = store, bell, clock, ids, cost or Cost()
        self._page_key = page_key
        self._turn = Lock()  # 64 MiB each
        self._wrong: dict[str, tuple[int, float]] = {}
        self._sittings: WeakSet[Sitting] = WeakSet()

    def exist(self) -> bool:
        with self._store.read() as tx:
            return desk_keys.in_force(tx) is not None

    def access(self) -> tuple[Access, ...]:
        """Officials with keys of their own, by name."""
        with self._store.read() as tx:
            granted = desk_keys.with_access(tx)
            return tuple(Access(h.name, h.name in granted) for h in desk_keys.holders(tx) if h.name != RECOVERY)

    def make(self, official: str, password: str) -> tuple[Sitting, str]:
        """The desk's first key, by its first official; their sitting, and the recovery code, which is shown this once.
        InputError ("desk_key_made") if there is one."""
        pair, at = sealing.new_pair(), self._clock.now()
        key, known = key_of(self._ids(), pair.private), known_of(pair.private)
        holder = self._holder(official, password, known)
        code = code_of(sealing.random_bytes(32), RECOVERY_LENGTH)
        recovery = self._holder(RECOVERY, read_code(code, RECOVERY_LENGTH), known)
        with self._store.write() as tx:
            if desk_keys.in_force(tx) is not None:
                raise InputError(Problem.of("desk", "desk_key_made"))
            desk_keys.add_key(tx, at, key, official)
            for each in (holder, recovery):
                desk_keys.put_holder(tx, each)
                desk_keys.grant(tx, at, key.id, each.name, grant_to(each.name, each.public, pair.private), official)
        self._bell.ring("controller")
        return self._sits(official, {key.id: pair.private}), code

    def enrol(self, official: str, password: str) -> None:
        """Keys of an official's own, or new ones after a lost password; access is granted by another one then. Who has
        keys that this password opens keeps them: asking again takes nothing away."""
        with self._store.read() as tx:
            known = desk_keys.holder(tx, official)
        if known is not None and self._opens(known, password):
            return
        holder = self._holder(official, password)
        with self._store.write() as tx:
            desk_keys.put_holder(tx, holder)
            desk_keys.tell(tx, self._clock.now(), f"user/{official}", "enrolled", official)
        self._bell.ring("controller")

    def unlock(self, official: str, password: str) -> Sitting:
        """A sitting. A key that somebody has put in place of the desk's is thrown out (`Sitting.mended`).
        NoAccessError, WrongPasswordError; ForeignKeyError if this official cannot put the desk's own back."""
        holder = self._with_access(official)
        key, private, known = self._unlocked(holder, password)
        with self._told_if_foreign(official), self._store.write() as tx:
            now = desk_keys.holder(tx, official)
            if now is None or now.salt != holder.salt:  # they have made new keys meanwhile
                raise NoAccessError(official)
            desk, mended = self._desks_own(tx, official, private, known, official)
            mended = self._holders_own(tx, official, sealing.public_of(private), desk) or mended
            now_known = known_of(desk[_in_force(tx)])
            if now_known != known:
                box = self._behind(official, key, with_known(private, now_known))
                desk_keys.relock(tx, official, sealing.public_of(private), box)
            desk_keys.tell(tx, self._clock.now(), f"user/{official}", "unlocked", official)
        self._bell.ring("controller")
        return self._sits(official, desk, mended)

    def renew(self, sitting: Sitting, password: str) -> None:
        """The official has another password now: new keys of their own under that, and the access of their sitting."""
        own_key = self._own(password)
        with self._store.write() as tx:
            holder = self._locked(sitting.official, *own_key, known_of(self._current(tx, sitting)))
            desk_keys.put_holder(tx, holder)
            self._grant_all(tx, sitting, holder, "password")
        self._bell.ring("controller")

    def grant(self, sitting: Sitting, official: str) -> None:
        """Give another official, who has keys of their own, access to the files. NotFoundError if they have none."""
        with self._store.write() as tx:
            self._current(tx, sitting)
            holder = desk_keys.holder(tx, official)
            if holder is None:
                raise NotFoundError("official", official)
            self._grant_all(tx, sitting, holder, "granted")
        self._bell.ring("controller")

    def remove(self, sitting: Sitting, official: str) -> None:
        """Take an official's access away: the desk has a new key, every file's own key is sealed to that, and nobody
        is left who could open the old one. All other sittings end. What they have seen, copied or carried away stays
        with them; a copy of the database from before opens with their password still."""
        if official in {sitting.official, RECOVERY}:
            raise InputError(Problem.of("official", "desk_key_own"))
        pair, at = sealing.new_pair(), self._clock.now()
        with self._store.write() as tx:
            before, old = _in_force(tx), self._current(tx, sitting)
            key = key_of(self._ids(), pair.private, old)
            if not desk_keys.drop_holder(tx, official):
                raise NotFoundError("official", official)
            granted = desk_keys.with_access(tx)
            desk_keys.add_key(tx, at, key, sitting.official)
            for row in filings.every(tx):
                try:
                    box = sealing.sealed(pair.public, sitting.file_key(row.key_id, row.sealed_key))
                except SealError:  # somebody has changed it: it stays as broken as it is
                    box = row.sealed_key
                filings.seal_anew(tx, row.id, key.id, box)
            for holder in desk_keys.holders(tx):
                if holder.name not in granted:
                    continue
                name, public, made = holder.name, holder.public, desk_keys.grants_of(tx, holder.name).get(before)
                if is_granted_to(name, public, made, old):
                    desk_keys.grant(tx, at, key.id, name, grant_to(name, public, pair.private), sitting.official)
                else:  # somebody has put another key there: whoever that is, is given nothing
                    desk_keys.tell(tx, at, _subject(name), "doubted", sitting.official)
            desk_keys.drop_grants_of_retired(tx)
            desk_keys.tell(tx, at, f"user/{official}", "removed", sitting.official)
        sitting.take(key.id, pair.private)
        for other in [each for each in self._sittings if each is not sitting]:
            other.close()  # their keys are those of before: they open nothing, and are to change nothing
        self._store.shorten_log()
        self._bell.ring("controller")

    def new_recovery(self, sitting: Sitting) -> str:
        """Another recovery code, shown this once; the one before is worth nothing now."""
        code = code_of(sealing.random_bytes(32), RECOVERY_LENGTH)
        own_key = self._own(read_code(code, RECOVERY_LENGTH))
        with self._store.write() as tx:
            holder = self._locked(RECOVERY, *own_key, known_of(self._current(tx, sitting)))
            desk_keys.put_holder(tx, holder)
            self._grant_all(tx, sitting, holder, "recovery_code")
        self._bell.ring("controller")
        return code

    def recover(self, code: str, official: str, password: str) -> Sitting:
        """With the recovery code: the official has new keys of their own, and access. InputError if it is mistyped,
        WrongPasswordError if it is not the one; as `unlock`. A new code should be made then."""
        _, private, known = self._unlocked(self._with_access(RECOVERY), read_code(code, RECOVERY_LENGTH))
        own_key = self._own(password)
        with self._told_if_foreign(official), self._store.write() as tx:
            desk, mended = self._desks_own(tx, RECOVERY, private, known, official)
            sitting = self._sits(official, desk, mended)
            holder = self._locked(official, *own_key, known_of(desk[_in_force(tx)]))
            desk_keys.put_holder(tx, holder)
            self._grant_all(tx, sitting, holder, "recovered")
        self._bell.ring("controller")
        return sitting

    def _grant_all(self, tx: Tx, sitting: Sitting, holder: Holder, what: str) -> None:
        at = self._clock.now()
        for ident, made in sitting.granted_to(holder.name, holder.public).items():
            desk_keys.grant(tx, at, ident, holder.name, made, sitting.official)
        desk_keys.tell(tx, at, _subject(holder.name), what, sitting.official)

    def _sits(self, official: str, keys: Mapping[str, bytes], mended: bool = False) -> Sitting:
        sitting = Sitting(official, keys, self._clock, mended)
        self._sittings.add(sitting)
        return sitting

    def _current(self, tx: Tx, sitting: Sitting) -> bytes:
        """The private half of the desk's key in force. LockedError if the sitting does not have it."""
        return sitting.private_of(_in_force(tx))

    def _with_access(self, name: str) -> Holder:
        with self._store.read() as tx:
            holder, granted = desk_keys.holder(tx, name), desk_keys.grants_of(tx, name)
        if holder is None or not granted:
            raise NoAccessError(name)
        return holder

    @contextlib.contextmanager
    def _told_if_foreign(self, official: str) -> Iterator[None]:
        """That nothing could be put right is told to more people than the one who stands before it."""
        try:
            yield
        except ForeignKeyError:
            with self._store.write() as tx:
                desk_keys.tell(tx, self._clock.now(), f"user/{official}", "foreign_left", official)
            self._bell.ring("controller")
            raise

    def _desks_own(
        self, tx: Tx, name: str, private: bytes, known: Known | None, by: str
    ) -> tuple[dict[str, bytes], bool]:
        """What a holder may open of the desk's own keys, one of which is in force then; whether it had to be put back
        in place of somebody else's."""
        granted = {}
        for ident, made in desk_keys.grants_of(tx, name).items():
            with contextlib.suppress(SealError):  # somebody has changed it
                granted[ident] = sealing.unsealed(private, made.sealed_private)
        keys = desk_keys.keys(tx)
        desk = own(granted, keys, known)
        if not desk:
            raise ForeignKeyError(name)
        in_force = desk_keys.in_force(tx)
        if in_force and in_force.id in desk and in_force.public == known_of(desk[in_force.id]).public:
            return desk, False
        newest = [each.id for each in keys if each.id in desk] or sorted(desk)
        desk_keys.put_back(tx, self._clock.now(), key_of(newest[-1], desk[newest[-1]]), by)
        return desk, True

    def _holders_own(self, tx: Tx, name: str, public: bytes, desk: Mapping[str, bytes]) -> bool:
        """What stands there as a holder's key is theirs from now on, and vouched for; whether another stood there."""
        holder, in_force = desk_keys.holder(tx, name), _in_force(tx)
        foreign = holder is not None and holder.public != public
        if holder is not None and foreign:
            desk_keys.relock(tx, name, public, holder.locked_private)
            desk_keys.tell(tx, self._clock.now(), _subject(name), "doubted", name)
        if not is_granted_to(name, public, desk_keys.grants_of(tx, name).get(in_force), desk[in_force]):
            desk_keys.grant(tx, self._clock.now(), in_force, name, grant_to(name, public, desk[in_force]), name)
        return foreign

    def _opens(self, holder: Holder, password: str) -> bool:
        try:
            self._unlocked(holder, password)
        except PageKeyLostError:
            return False
        except WrongPasswordError as error:
            if error.wait_s:
                raise
            return False
        return True

    def _own(self, secret: str) -> tuple[bytes, Pair, bytes]:
        """New keys for somebody: the key that their secret makes, the pair that it is to lock, the salt."""
        pair, salt = sealing.new_pair(), sealing.random_bytes(sealing.SALT_BYTES)
        with self._turn:
            return sealing.stretched(secret, salt, self._cost), pair, salt

    def _locked(self, name: str, key: bytes, pair: Pair, salt: bytes, known: Known | None) -> Holder:
        box = self._behind(name, key, with_known(pair.private, known))
        return Holder(name, pair.public, box, salt, self._cost.passes, self._cost.memory_kib, self._clock.now())

    def _behind(self, name: str, key: bytes, content: bytes) -> bytes:
        return walling.holder_behind(self._page_key, name, sealing.locked(key, content))

    def _holder(self, name: str, secret: str, known: Known | None = None) -> Holder:
        return self._locked(name, *self._own(secret), known)

    def _unlocked(self, holder: Holder, secret: str) -> tuple[bytes, bytes, Known | None]:
        """The key that a secret makes, the holder's own that it unlocks, and which of the desk's they know.
        WrongPasswordError; after five wrong ones with growing waits, which many at one moment do not get round."""
        box = walling.holder_before(self._page_key, holder)
        with self._turn:
            count, last = self._wrong.get(holder.name, (0, 0.0))
            passed_s = self._clock.monotonic() - last
            pause_s = 0.0 if count < FREE_TRIES else min(LONGEST_WAIT_S, 2.0 ** min(1 + count - FREE_TRIES, 30))
            if passed_s < pause_s:
                raise WrongPasswordError(pause_s - passed_s)
            key = sealing.stretched(secret, holder.salt, Cost(holder.passes, holder.memory_kib))
            try:
                private, known = read_known(sealing.unlocked(key, box))
            except SealError:
                self._wrong[holder.name] = (count + 1, self._clock.monotonic())
                raise WrongPasswordError from None
            self._wrong.pop(holder.name, None)
        return key, private, known


def _subject(holder: str) -> str:
    return "desk-key/recovery" if holder == RECOVERY else f"user/{holder}"


def _in_force(tx: Tx) -> str:
    key = desk_keys.in_force(tx)
    return key.id if key else ""
