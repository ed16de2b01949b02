"""Letters: what can be a Vietnamese syllable, and how a word that cannot be one is spelt.

Pure. A word in capitals that is no syllable is an abbreviation; a syllable is just said.
"""

from __future__ import annotations

import re
import unicodedata

LETTER_NAMES = {
    "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "e": "e", "ê": "ê", "f": "ép phờ",
    "g": "giê", "h": "hát", "i": "i", "j": "gi", "k": "ca", "l": "e lờ", "m": "em mờ", "n": "en nờ", "o": "o",
    "ô": "ô", "ơ": "ơ", "p": "pê", "q": "quy", "r": "e rờ", "s": "ét xì", "t": "tê", "u": "u", "ư": "ư", "v": "vê",
    "w": "vê kép", "x": "ích xì", "y": "y dài", "z": "dét",
}  # fmt: skip
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
_VOWELS = "aăâeêioôơuưy"
PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzđ" + _VOWELS)
ALPHABET = PLAIN_LETTERS | {unicodedata.normalize("NFC", v + t) for v in _VOWELS for t in _TONES}
_ONSETS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx]"
_NUCLEI = (
    "uyê|iêu|yêu|oai|oay|oeo|oao|uây|uôi|ươi|ươu|uya|uyu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|oo|ua|uâ|uê"
    "|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{_NUCLEI})(?:ch|ng|nh|[cmnpt])?")


def toneless(letter: str) -> str:
    """The letter without its tone mark: "ố" -> "ô"."""
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", letter) if c not in _TONES))


def is_syllable(word: str) -> bool:
    """Whether a word could be one Vietnamese syllable, said as it is written."""
    return _SYLLABLE.fullmatch(toneless(word.lower())) is not None


def has_vowel(word: str) -> bool:
    return any(letter in _VOWELS for letter in toneless(word.lower()))


def spelt(word: str) -> str:
    """ "ABC" -> "a bê xê"."""
    return " ".join(LETTER_NAMES.get(toneless(letter), letter) for letter in word.lower())
