"""ID numbers (số định danh) and the QR code of the ID card.

A number has 12 digits: 3 of the province as it was numbered at birth, one for century and sex, 2 of the birth year, 6
without meaning; no check digit (Decree 137/2015, article 13). So nothing in it proves a number wrong: what does not
agree is a warning.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

SEXES = ("nam", "nu")
DIGITS, OLD_DIGITS = 12, 9  # 9: of the cards before 2016, still on old papers
CARD_LIMIT = 500  # characters of a card's text; a real one has about 150
_FEWEST = 5  # fields of a card's text: number, old number, name, birth date, sex
_BIRTH = re.compile(r"\d{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on an ID card. Dates as "2026-11-24"; "" where the card's code did not say."""

    id: str
    name: str
    birth: str
    sex: str  # "nam", "nu" or ""
    address: str
    issued: str = ""
    old_id: str = ""

    def value(self, field: str) -> str:
        """By a field of CARD_FIELDS."""
        found: str = getattr(self, field)
        return found


def plain(text: str) -> str:
    """Without blanks, dots and dashes."""
    return re.sub(r"[\s.\-]", "", text)


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in (DIGITS, OLD_DIGITS)


def number_warning(number: str, birth: str, sex: str) -> str:
    """What in a number does not agree with birth date ("2026-11-24") and sex ("nam", "nu"), each "" if unknown:
    "number_sex", "number_year", "number_old" (of an old card), or "" if nothing."""
    if len(number) == OLD_DIGITS:
        return "number_old"
    if len(number) != DIGITS or not is_number(number):
        return ""
    century, is_woman = divmod(int(number[3]), 2)
    if sex and (sex == "nu") != bool(is_woman):
        return "number_sex"
    if birth and birth[:4] != f"{19 + century}{number[4:6]}":
        return "number_year"
    return ""


def card_of(text: str) -> Card | None:
    """The card behind the text of its QR code; None if it is none, or cut short before the sex.

    `12 digits|old number or empty|name|ddmmyyyy|Nam or Nữ|address|ddmmyyyy issued`; readers deliver six fields, seven
    or more, and what comes after is not ours.
    """
    if len(text) > CARD_LIMIT:
        return None
    fields = [" ".join(unicodedata.normalize("NFC", each).split()) for each in text.strip().split("|")]
    if len(fields) < _FEWEST or len(fields[0]) != DIGITS or not is_number(fields[0]):
        return None
    number, old, name, birth, sex, address, issued, *_ = [*fields, "", ""]
    if not name or any(c.isdigit() for c in name) or _day(birth) is None:
        return None
    return Card(
        id=number, name=name, birth=_day(birth) or "", sex=_SEXES.get(sex.lower(), ""), address=address,
        issued=_day(issued) or "", old_id=old if is_number(old) else "",
    )  # fmt: skip


_SEXES = {"nam": "nam", "nữ": "nu"}


def _day(text: str) -> str | None:
    if not _BIRTH.fullmatch(text):
        return None
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2])).isoformat()
    except ValueError:
        return None
