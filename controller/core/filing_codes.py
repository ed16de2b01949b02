"""Receipt numbers, tokens and codes as people say, type and scan them. Pure; the randomness comes from the caller.

The 31 letters have none that looks like another (no 0 O, 1 I L). Codes end with a check letter, so that a slip is told
at once: over 31, a prime, with weights that all differ it finds every wrong letter and every two that changed places.
"""

from __future__ import annotations

import base64
import re
from datetime import date

from controller.core.errors import InputError, Problem

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
NUMBER_LENGTH = 8  # 39.6 bits
RESUME_LENGTH = 10  # with the check letter: 44.6 bits
HELPER_LENGTH = 8  # with the check letter: 34.7 bits, and nobody may guess often
RECOVERY_LENGTH = 25  # with the check letter: 118.9 bits
TOKEN_BYTES = 20
STRANGE_SHOWN = 5  # letters that are no letters of ours
_TOKEN = re.compile(r"LL[A-Z2-7]{32}")
_BIRTH = re.compile(
    r"(?P<year>\d{4})|(?P<iso>\d{4}-\d{2}-\d{2})|(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<of>\d{4})", re.ASCII
)


def letters_of(random: bytes, count: int) -> str:
    """`count` letters of uniform randomness; 8 bytes more than they need take the bias away."""
    value = int.from_bytes(random, "big")
    made = ""
    for _ in range(count):
        value, place = divmod(value, len(LETTERS))
        made += LETTERS[place]
    return made


def number_of(random: bytes) -> str:
    """ "K7M4-XP2Q"."""
    return grouped(letters_of(random, NUMBER_LENGTH))


def code_of(random: bytes, length: int) -> str:
    """A code with its check letter, in groups."""
    body = letters_of(random, length - 1)
    return grouped(body + _check(body))


def grouped(text: str) -> str:
    """In groups of four, or of five where that comes out even."""
    size = 5 if len(text) % 5 == 0 else 4
    return "-".join(text[place : place + size] for place in range(0, len(text), size))


def bare(text: str) -> str:
    """Without what does not matter: case, spaces, hyphens."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def read_number(text: str) -> str | None:
    """The letters of a receipt number as somebody typed it; None if it cannot be one."""
    found = bare(text)
    return found if len(found) == NUMBER_LENGTH and set(found) <= set(LETTERS) else None


def read_code(text: str, length: int, field: str = "code") -> str:
    """The letters of a code as somebody typed it. InputError: "code_length", "code_letter" or "code_slip"."""
    found = bare(text)
    if strange := sorted(set(found) - set(LETTERS)):
        raise InputError(Problem.of(field, "code_letter", letters=" ".join(strange[:STRANGE_SHOWN])))
    if len(found) != length:
        raise InputError(Problem.of(field, "code_length", length=len(found), wanted=length))
    if _check(found[:-1]) != found[-1]:
        raise InputError(Problem.of(field, "code_slip"))
    return found


def token_of(random: bytes) -> str:
    """The text of a receipt's QR code: capitals and digits only, which QR codes hold most densely."""
    return "LL" + base64.b32encode(random[:TOKEN_BYTES]).decode("ascii")


def is_token(text: str) -> bool:
    """Whether a scanned text is a receipt's."""
    return _TOKEN.fullmatch(text.strip()) is not None


def birth_key(text: str) -> str | None:
    """A birth date as it is compared: "19480203", or "1948" where only the year is known. Takes "1948-02-03",
    "3/2/1948" and "1948"; None for what is none."""
    found = _BIRTH.fullmatch(text.strip())
    if found is None:
        return None
    if found["year"]:
        return str(found["year"])
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"]).strftime("%Y%m%d")
        return date(int(found["of"]), int(found["month"]), int(found["day"])).strftime("%Y%m%d")
    except ValueError:
        return None


def _check(body: str) -> str:
    total = sum((place + 2) * LETTERS.index(letter) for place, letter in enumerate(body))
    return LETTERS[-total % len(LETTERS)]
