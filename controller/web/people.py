"""Who may come in: first sign-in, sign-in with its growing delays, sessions, new users.

The page and the command `loalang user` both come through here. Knows the store, the hashing and the page's key,
not Flask. Whatever is refused is refused in the same words and the same time for everybody.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Mapping, Sequence

from controller import walling
from controller.core.errors import InputError, LoalangError, NotFoundError, Problem, StationError
from controller.core.ports import Clock
from controller.runtime.config import StationConfig
from controller.runtime.page_key import PageKey
from controller.store import users
from controller.store.connection import Store, Tx
from controller.store.users import Role, Session, User
from controller.web.passwords import Passwords, password_problems

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
FULL_NAME_LIMIT = 80
STATION_WAIT_S = 4.0  # the station's own screen is never locked out by strangers on the network


class RefusedError(LoalangError):
    """Not let in. `wait_s` > 0: too soon after too many failures; else name, password or code is wrong. `lost`: the
    passwords of some officials, nobody says whose, cannot be checked any more, for the page's key is another one."""

    def __init__(self, wait_s: float = 0.0, lost: bool = False) -> None:
        self.wait_s, self.lost = wait_s, lost
        super().__init__("refused")


def commune_words(config: StationConfig) -> tuple[str, ...]:
    """The names that everybody in the commune knows, and so nobody should have as a password."""
    return (
        config.site.id,
        config.site.name,
        *(zone.name for zone in config.zones),
        *(board.name for board in config.boards),
    )


class People:
    def __init__(
        self, store: Store, clock: Clock, passwords: Passwords, page_key: PageKey, config: StationConfig
    ) -> None:
        self._store, self._clock, self._passwords, self._page_key = store, clock, passwords, page_key
        self._own_words = commune_words(config)
        self._known = False

    def any(self) -> bool:
        """Whether the station has been set up. Once it is, it stays so."""
        if not self._known:
            with self._store.read() as tx:
                self._known = users.exist(tx)
        return self._known

    def add(self, name: str, full_name: str, password: str, role: Role, by: str, language: str = "vi") -> User:
        """A new user; InputError with every problem of the three entries."""
        name, full_name = self._checked(name, full_name, password)
        stored = self._to_store(name, self._passwords.encoded(password))
        with self._store.write() as tx:
            return users.add(tx, self._clock.now(), name, full_name, stored, role, by, language)

    def set_password(self, name: str, password: str, by: str) -> None:
        with self._store.read() as tx:
            user = users.get(tx, name)
        self._raise(password_problems("password", password, (*self._own_words, user.name, user.full_name)))
        stored = self._to_store(name, self._passwords.encoded(password))
        with self._store.write() as tx:
            users.set_password(tx, self._clock.now(), name, stored, by)

    def first(self, code: str, name: str, full_name: str, password: str, address: str, language: str) -> str:
        """The first user of the station, against the set-up code; their session's token.

        A wrong code is refused before anything is said about the rest; a slip in the rest does not
        use up the code.
        """
        at, who = self._clock.now(), self._who("", address)
        with self._store.write() as tx:
            wait_s = users.wait_s(tx, at, who)
            if wait_s > 0:
                raise RefusedError(wait_s)
            if not users.setup_code_is_good(tx, at, code):
                users.failed(tx, at, who, "?", address)
                refused = True
            else:
                refused = False
        if refused:
            raise RefusedError
        name, full_name = self._checked(name, full_name, password)
        stored = self._to_store(name, self._passwords.encoded(password))
        with self._store.write() as tx:
            if users.exist(tx) or not users.use_setup_code(tx, at, code):
                raise RefusedError
            users.add(tx, at, name, full_name, stored, Role.ADMIN, name, language)
            return users.open_session(tx, at, name)

    def sign_in(self, name: str, password: str, address: str, kept: str = "", old_token: str = "") -> str:
        """A new session's token, or RefusedError. `kept`: a form to be shown again inside."""
        user, at = self._known_by(name, password, address), self._clock.now()
        with self._store.write() as tx:
            if old_token:
                users.end_session(tx, at, old_token)
            return users.open_session(tx, at, user.name, kept)

    def confirm(self, name: str, password: str, address: str) -> None:
        """Who is signed in shows once more that it is them; RefusedError, with the same growing waits."""
        self._known_by(name, password, address)

    def _known_by(self, name: str, password: str, address: str) -> User:
        at, name = self._clock.now(), name.strip().lower()
        nobodys = f"?{self._page_key.mark(name)}"  # what strangers type as a name may be a password
        with self._store.read() as tx:
            try:
                user: User | None = users.get(tx, name)
            except NotFoundError:
                user = None
            shown = user.name if user else "?"
            who = self._who(user.name if user else nobodys, address)
            wait_s = users.wait_s(tx, at, who)
        if wait_s > 0:
            raise RefusedError(wait_s)
        welcome = user is not None and user.disabled_at is None
        encoded = walling.encoded_password(self._page_key, user.name, user.password) if user and welcome else None
        if not self._passwords.right(encoded, password) or user is None or encoded is None:
            with self._store.write() as tx:
                self._refuse_crowd(tx, who)
                users.failed(tx, at, who, shown, address)
                lost = walling.lost(self._page_key, tx)
            raise RefusedError(lost=bool(lost))
        anew = self._anew(user, encoded, password)
        with self._store.write() as tx:
            self._refuse_crowd(tx, who)
            users.succeeded(tx, who)
            if anew:
                users.encode_anew(tx, user, anew)
        return user

    def _refuse_crowd(self, tx: Tx, who: Mapping[str, float]) -> None:
        """Who tries many at once learns of those beyond the free ones only that they have to wait: the others have
        failed meanwhile. A right one waits with them, else that would tell."""
        wait_s = users.wait_s(tx, self._clock.now(), who)
        if wait_s > 0:
            raise RefusedError(wait_s)

    def _anew(self, user: User, encoded: str, password: str) -> str:
        """What is to be stored of a right password that an older program has stored; "" if it is well as it is."""
        if self._passwords.is_cheaper(encoded):
            return self._to_store(user.name, self._passwords.encoded(password))
        return "" if user.password.startswith(users.LOCKED) else self._to_store(user.name, encoded)

    def _to_store(self, name: str, encoded: str) -> str:
        return walling.password_behind(self._page_key, name, encoded)

    def session(self, token: str, used: bool) -> Session | None:
        """Who is behind a token. `used`: a person did something, not a page that asks by itself."""
        at = self._clock.now()
        with self._store.read() as tx:
            session = users.session(tx, at, token)
        if session and used and abs((at - session.seen_at).total_seconds()) > users.SEEN_EVERY_S:
            # a database that cannot be written just now is no reason to turn anybody away, or to keep them waiting
            with contextlib.suppress(StationError), self._store.write(patient=False) as tx:
                users.seen(tx, at, token)
        return session

    def sign_out(self, token: str) -> None:
        with self._store.write() as tx:
            users.end_session(tx, self._clock.now(), token)

    def _checked(self, name: str, full_name: str, password: str) -> tuple[str, str]:
        name, full_name = name.strip().lower(), " ".join(full_name.split())
        problems = []
        if not name:
            problems.append(Problem.of("name", "empty"))
        elif not NAME.fullmatch(name):
            problems.append(Problem.of("name", "bad_name"))
        if not full_name:
            problems.append(Problem.of("full_name", "empty"))
        elif len(full_name) > FULL_NAME_LIMIT or not full_name.isprintable():
            problems.append(Problem.of("full_name", "bad_full_name", limit=FULL_NAME_LIMIT))
        self._raise(problems + password_problems("password", password, (*self._own_words, name, full_name)))
        return name, full_name

    @staticmethod
    def _raise(problems: Sequence[Problem]) -> None:
        if problems:
            raise InputError(*problems)

    @staticmethod
    def _who(user: str, address: str) -> dict[str, float]:
        """The names under which a failure counts, each with its longest wait."""
        host = ipaddress.ip_address(address)
        if isinstance(host, ipaddress.IPv6Address):
            if host.ipv4_mapped:
                host = host.ipv4_mapped
            elif not host.is_loopback:  # one subscriber has a whole /64
                host = ipaddress.ip_network((host, 64), strict=False).network_address
        longest_s = STATION_WAIT_S if host.is_loopback else users.LONGEST_WAIT_S
        who = {f"address/{host}": longest_s}
        return {**who, f"user/{user}": longest_s} if user else who
