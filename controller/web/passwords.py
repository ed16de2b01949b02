"""Passwords: what is accepted, and the one place where they are hashed and checked (argon2id).

NIST SP 800-63B-4: fifteen characters where the password is the only factor, no rules of
composition, no periodic change, a check against what is easily guessed. A guess costs as much as at
residents' files, which the same password opens: whoever steals the card tries where it is cheaper. At
most two at once, so that a crowd at the door cannot eat the memory of a Pi.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from controller.core.errors import LoalangError, Problem
from controller.runtime.sealing import Cost

SHORTEST, LONGEST = 15, 200  # characters
OWN_CHARACTERS = 8  # that must be left when everything easily guessed is taken out
AT_ONCE = 2
TURN_LIMIT_S = 3.0
# Taken out before counting, longest first: what people put first when they are asked for a password.
COMMON = (
    "0123456789", "1234567890", "123456789", "987654321", "12345678", "1234567", "123456", "654321", "12345", "54321",
    "123123", "112233", "abcdefgh", "abcdef", "abc123", "qwertyuiop", "qwerty", "asdfghjkl", "asdfgh", "zxcvbnm",
    "1q2w3e4r", "1qaz2wsx", "qazwsx", "password", "passwd", "passw0rd", "p@ssw0rd", "letmein", "welcome", "iloveyou",
    "administrator", "admin", "changeme", "default", "master", "secret", "dragon", "monkey", "sunshine",
    "football", "matkhau", "quantri", "matma", "khongbiet", "khongcho", "anhyeuem", "emyeuanh", "yeuem", "tinhyeu",
    "hanhphuc", "maimai", "giadinh", "vietnam", "tuyenquang", "hanoi", "saigon", "loalang", "loaphuong", "loaxa",
    "raspberry", "raspberrypi", "uybannhandan", "ubnd", "chutich", "canbo", "congan", "vanhoa", "thonban",
    "xinchao", "chucmung", "nammoi",
)  # fmt: skip


class BusyError(LoalangError):
    """Too many are signing in at this moment; a little later it works."""


def plain(text: str) -> str:
    """A text without case, marks, spaces and punctuation: how "Xã Na Khau" is guessed as "xanakhau"."""
    bare = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(c for c in bare if c.isalnum() or c == "@")


def password_problems(field: str, password: str, own_words: Iterable[str]) -> list[Problem]:
    """Why a password is refused. `own_words`: the commune's and the user's names, easily guessed."""
    if not password:
        return [Problem.of(field, "empty")]
    if len(password) < SHORTEST:
        return [Problem.of(field, "password_short", length=len(password), shortest=SHORTEST)]
    if len(password) > LONGEST:
        return [Problem.of(field, "password_long", longest=LONGEST)]
    left = plain(password)
    guesses = {plain(word) for word in COMMON} | {plain(word) for word in own_words}
    for guess in sorted((g for g in guesses if len(g) >= 3), key=len, reverse=True):
        left = left.replace(guess, "")
    left = re.sub(r"(.{1,6}?)\1{2,}", r"\1", left)  # "aaaaaa", "hoahoahoa"
    others = sum(not c.isalnum() and not c.isspace() for c in password)  # signs count as something of one's own
    if len(left) + others < OWN_CHARACTERS:
        return [Problem.of(field, "password_common")]
    return []


class Passwords:
    """Hashes and checks. One a process; shared by its threads."""

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1)
        self._turns = BoundedSemaphore(AT_ONCE)
        self._nobodys = self.encoded("nobody signs in with this")

    def encoded(self, password: str) -> str:
        """What is stored. NFKC first: keyboards write the same Vietnamese letter in two ways."""
        self._take_turn()
        try:
            return self._hasher.hash(unicodedata.normalize("NFKC", password))
        finally:
            self._turns.release()

    def right(self, encoded: str | None, password: str) -> bool:
        """Whether a password is the right one. For nobody (None) it takes as long, and is not."""
        self._take_turn()
        try:
            self._hasher.verify(encoded or self._nobodys, unicodedata.normalize("NFKC", password[: 4 * LONGEST]))
        except (Argon2Error, InvalidHashError):
            return False
        finally:
            self._turns.release()
        return encoded is not None

    def is_cheaper(self, encoded: str) -> bool:
        """Whether a right password was encoded when a guess cost less, and is to be encoded anew."""
        return self._hasher.check_needs_rehash(encoded)

    def _take_turn(self) -> None:
        if not self._turns.acquire(timeout=TURN_LIMIT_S):
            raise BusyError("too many passwords are being checked")
