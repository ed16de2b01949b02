"""Users, their sessions, set-up codes, and how long a wrong sign-in makes one wait.

What is secret does not lie here: passwords come in encoded (argon2id, by the page's room) and locked under the page's
key (`controller/walling.py`), for others read this database; tokens and codes, which nobody can guess, are made here,
given out once, and kept as SHA-256.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from controller.core.errors import InputError, NotFoundError, Problem
from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, as_instant_or_none, instant
from controller.store.connection import Tx

IDLE_S = 12 * 3600.0
SEEN_EVERY_S = 300.0  # a session's last use is written down so often, not with every page
CODE_VALID_S = 30 * 60.0
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
CODE_LENGTH = 12  # 59 bits
FREE_FAILURES = 2  # so many slips cost nothing
LONGEST_WAIT_S = 900.0
LOCKED = "locked:"  # how what is stored of a password begins; without it an older program has stored it
FORGET_AFTER_S = 24 * 3600.0


class Role(StrEnum):
    ADMIN = "admin"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class User:
    name: str
    full_name: str
    password: str  # encoded and locked
    role: Role
    language: str
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    user: User
    kept: str
    seen_at: datetime


def exist(tx: Tx) -> bool:
    """Whether the station has been set up: somebody can sign in."""
    return tx.execute("SELECT 1 FROM users LIMIT 1").fetchone() is not None


def add(
    tx: Tx, at: datetime, name: str, full_name: str, password: str, role: Role, by: str, language: str = "vi"
) -> User:
    """A new user; `password` is encoded and locked. InputError if the name is taken."""
    if tx.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone():
        raise InputError(Problem.of("name", "name_taken", name=name))
    tx.execute(
        "INSERT INTO users (name, full_name, password, role, language, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        (name, full_name, password, role, language, instant(at)),
    )
    journal.write(tx, at, Kind.USER, f"user/{name}", what="added", role=role, by=by)
    return get(tx, name)


def get(tx: Tx, name: str) -> User:
    row = tx.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise NotFoundError("user", name)
    return _user(row)


def everyone(tx: Tx) -> list[User]:
    return [_user(row) for row in tx.execute("SELECT * FROM users ORDER BY name")]


def stored_passwords(tx: Tx) -> dict[str, str]:
    """What is stored of everybody's password, by name."""
    return {row["name"]: row["password"] for row in tx.execute("SELECT name, password FROM users ORDER BY name")}


def set_password(tx: Tx, at: datetime, name: str, password: str, by: str) -> None:
    """Replace what is stored of a password; whoever is signed in with the old one is signed out."""
    get(tx, name)
    tx.execute("UPDATE users SET password = ? WHERE name = ?", (password, name))
    tx.execute("DELETE FROM sessions WHERE user = ?", (name,))
    tx.execute("DELETE FROM sign_in_failures WHERE who = ?", (f"user/{name}",))
    journal.write(tx, at, Kind.USER, f"user/{name}", what="password", by=by)


def encode_anew(tx: Tx, user: User, password: str) -> None:
    """The same password, encoded or locked in another way, unless it was changed meanwhile; nobody is signed out."""
    tx.execute("UPDATE users SET password = ? WHERE name = ? AND password = ?", (password, user.name, user.password))


def disable(tx: Tx, at: datetime, name: str, by: str) -> None:
    """Let nobody sign in under this name any more, and end its sessions."""
    get(tx, name)
    tx.execute("UPDATE users SET disabled_at = ? WHERE name = ? AND disabled_at IS NULL", (instant(at), name))
    tx.execute("DELETE FROM sessions WHERE user = ?", (name,))
    journal.write(tx, at, Kind.USER, f"user/{name}", what="disabled", by=by)


def enable(tx: Tx, at: datetime, name: str, by: str) -> None:
    """Let them sign in again."""
    get(tx, name)
    tx.execute("UPDATE users SET disabled_at = NULL WHERE name = ?", (name,))
    journal.write(tx, at, Kind.USER, f"user/{name}", what="enabled", by=by)


def set_language(tx: Tx, name: str, language: str) -> None:
    tx.execute("UPDATE users SET language = ? WHERE name = ?", (language, name))


def new_setup_code(tx: Tx, at: datetime, valid_s: float = CODE_VALID_S) -> str:
    """A code for the first sign-in ("K7QM-3XPD-9HTN"); the codes before it are worth nothing now."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    tx.execute("DELETE FROM setup_codes")
    tx.execute(
        "INSERT INTO setup_codes (code, expires_at) VALUES (?, ?)",
        (_hash(code), instant(at + timedelta(seconds=valid_s))),
    )
    return "-".join(code[i : i + 4] for i in range(0, CODE_LENGTH, 4))


def setup_code_is_good(tx: Tx, at: datetime, code: str) -> bool:
    """Whether `use_setup_code` would take it. Capitals, spaces and hyphens do not matter."""
    row = tx.execute(
        "SELECT 1 FROM setup_codes WHERE code = ? AND used_at IS NULL AND expires_at > ?",
        (_code_hash(code), instant(at)),
    ).fetchone()
    return row is not None


def use_setup_code(tx: Tx, at: datetime, code: str) -> bool:
    """Whether the code is good; it is good once."""
    cursor = tx.execute(
        "UPDATE setup_codes SET used_at = ? WHERE code = ? AND used_at IS NULL AND expires_at > ?",
        (instant(at), _code_hash(code), instant(at)),
    )
    return cursor.rowcount == 1


def open_session(tx: Tx, at: datetime, name: str, kept: str = "") -> str:
    """A new session's token, known to the browser only. Sessions nobody has used go."""
    tx.execute("DELETE FROM sessions WHERE seen_at < ?", (instant(at - timedelta(seconds=IDLE_S)),))
    token = secrets.token_urlsafe(32)
    tx.execute(
        "INSERT INTO sessions (token, user, kept, created_at, seen_at) VALUES (?, ?, ?, ?, ?)",
        (_hash(token), name, kept, instant(at), instant(at)),
    )
    journal.write(tx, at, Kind.SIGNED_IN, f"user/{name}")
    return token


def session(tx: Tx, at: datetime, token: str) -> Session | None:
    """The session of a token, unless it lay idle too long or its user was disabled."""
    row = tx.execute(
        "SELECT users.*, kept, seen_at FROM sessions JOIN users ON users.name = user"
        " WHERE token = ? AND disabled_at IS NULL AND seen_at > ?",
        (_hash(token), instant(at - timedelta(seconds=IDLE_S))),
    ).fetchone()
    return Session(_user(row), row["kept"], as_instant(row["seen_at"])) if row else None


def seen(tx: Tx, at: datetime, token: str) -> None:
    """Its user has just done something with it."""
    tx.execute("UPDATE sessions SET seen_at = ? WHERE token = ?", (instant(at), _hash(token)))


def drop_kept(tx: Tx, token: str) -> None:
    tx.execute("UPDATE sessions SET kept = '' WHERE token = ?", (_hash(token),))


def end_session(tx: Tx, at: datetime, token: str) -> None:
    """Sign out. No matter if the session has ended already."""
    row = tx.execute("DELETE FROM sessions WHERE token = ? RETURNING user", (_hash(token),)).fetchone()
    if row:
        journal.write(tx, at, Kind.SIGNED_OUT, f"user/{row['user']}")


def delay_s(failures: int, longest_s: float) -> float:
    """How long to wait after so many failures in a row: 0, 0, 2, 4, 8, ... seconds."""
    return 0.0 if failures <= FREE_FAILURES else min(2.0 ** min(failures - FREE_FAILURES, 30), longest_s)


def wait_s(tx: Tx, at: datetime, who: Mapping[str, float]) -> float:
    """How long whoever is about to try must still wait; `who` maps each name to its longest wait.

    A clock that was set back makes nobody wait: it would be for years.
    """
    waits = [0.0]
    for name, longest_s in who.items():
        row = tx.execute("SELECT failures, last_at FROM sign_in_failures WHERE who = ?", (name,)).fetchone()
        if row:
            passed_s = (at - as_instant(row["last_at"])).total_seconds()
            waits.append(delay_s(row["failures"], longest_s) - passed_s if passed_s >= 0 else 0.0)
    return max(waits)


def failed(tx: Tx, at: datetime, who: Iterable[str], user: str, address: str) -> None:
    """Count a wrong password (or code) against the names in `who`; the forgotten ones go."""
    tx.execute("DELETE FROM sign_in_failures WHERE last_at < ?", (instant(at - timedelta(seconds=FORGET_AFTER_S)),))
    for name in who:
        tx.execute(
            "INSERT INTO sign_in_failures (who, failures, last_at) VALUES (?, 1, ?)"
            " ON CONFLICT (who) DO UPDATE SET failures = failures + 1, last_at = excluded.last_at",
            (name, instant(at)),
        )
    journal.write(tx, at, Kind.REFUSED, f"user/{user}", address=address)


def succeeded(tx: Tx, who: Iterable[str]) -> None:
    """A right password wipes the slate."""
    for name in who:
        tx.execute("DELETE FROM sign_in_failures WHERE who = ?", (name,))


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _code_hash(code: str) -> str:
    return _hash("".join(c for c in code.upper() if c.isalnum()))


def _user(row: sqlite3.Row) -> User:
    return User(
        row["name"], row["full_name"], row["password"], Role(row["role"]), row["language"],
        as_instant(row["created_at"]), as_instant_or_none(row["disabled_at"]),
    )  # fmt: skip
