"""Whether what a scanner read of an ID card can be right: one that types, or whose line is poor, may lose a letter or
change a digit, and say nothing of it. Pure.

A card's number has no check digit, but it repeats what stands beside it (controller/guides/id_numbers.py). What is said
here is a doubt, never a refusal: there are cards that do not agree with themselves, and names that no table knows. So
the card is read again, and what comes the same twice is taken, and shown to be looked at.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from controller.guides.id_numbers import Card, number_warning
from kiosk.syllables import TONES, possible, rime_at, whole

_OLDEST = 120  # years
_FIRST_ISSUED = date(2016, 1, 1)  # law 59/2014/QH13: no number of twelve digits is older
# Of the provinces as they were numbered before 2025 (circular 07/2016/TT-BCA, annex 1). Whoever was born abroad has 1xx
# and more there: they lay their card twice.
_PROVINCES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 "
    "044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 "
    "089 091 092 093 094 095 096"
)
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # with the mark of the highlands in the middle: H'Mông
_STRANGE = re.compile(r"[?\ufffd\x00-\x1f\x7f-\x9f]")
_TONES = dict.fromkeys(map(ord, TONES.strip()))


def doubts(card: Card, text: str, today: date) -> frozenset[str]:
    """The fields of a card (CARD_FIELDS) that may not have been read as they stand there; text: all that was read."""
    return frozenset((*_numbers(card, today), *_old_number(card, text), *_issued(card, text, today), *_words(card)))


def _numbers(card: Card, today: date) -> tuple[str, ...]:
    """The three repeat each other: where they differ, any may be the wrong one."""
    born = date.fromisoformat(card.birth)
    agree = not number_warning(card.id, card.birth, card.sex) and card.id[:3] in _PROVINCES.split()
    return () if agree and card.sex and 0 <= (today - born).days <= _OLDEST * 366 else ("id", "birth", "sex")


def _old_number(card: Card, text: str) -> tuple[str, ...]:
    return ("old_id",) if text.split("|")[1].strip() and not card.old_id else ()


def _issued(card: Card, text: str, today: date) -> tuple[str, ...]:
    fields = text.strip().split("|")
    if not card.issued:
        return ("issued",) if len(fields) > 6 and fields[6].strip() else ()
    issued = date.fromisoformat(card.issued)
    born = date.fromisoformat(card.birth)
    return () if max(_FIRST_ISSUED, born) <= issued <= today else ("issued",)


def _words(card: Card) -> tuple[str, ...]:
    """A name of syllables that there are, with their letters; an address of letters that there are."""
    words = card.name.split()
    known = all(_LETTERS.fullmatch(word) and _is_syllable(word) for word in words)
    evenly = card.name.isupper() or all(word[0].isupper() for word in words)
    bare = card.name.isascii() and not card.address.isascii()
    name = () if known and evenly and not bare else ("name",)
    lost = _STRANGE.search(card.address) or (card.address.isascii() and not card.name.isascii())
    return (*name, *(("address",) if lost and card.address else ()))


def _is_syllable(word: str) -> bool:
    tones = [char for char in unicodedata.normalize("NFD", word) if ord(char) in _TONES]
    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word.lower()).translate(_TONES))
    if len(tones) > 1 or (bare.endswith(("c", "p", "t", "ch")) and not tones and rime_at(bare) < len(bare) - 1):
        return False
    return possible(bare) and whole(bare)
