"""The first step: a text's characters brought down to the few that the passes know.

NFC; one kind of dash, quote and space; letters of other alphabets to their nearest plain letter or,
where there is none, out.
"""

from __future__ import annotations

import re
import unicodedata

from audio.normaliser.spelling import ALPHABET, PLAIN_LETTERS

LETTERS = r"[^\W\d_²³]"  # in a pattern: one letter
_SAME = {
    **dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("’‘′´`", "'"), **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("•●○▪■□◆◇►▶✓✔✅➢➤·⁃❖", ", "), "…": ".", "º": "°", "₫": "đ",
    "½": " một phần hai ", "¼": " một phần tư ", "¾": " ba phần tư ",
}  # fmt: skip
_KEPT = frozenset(".,;:!?()[]{}<>≤≥~/-'\"&+=%‰@$°²³×*\n")
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Mc"})  # categories: joiners, stray marks


def fold(text: str) -> tuple[str, list[str]]:
    """The folded text, and the words of which no letter was left."""
    lost: list[str] = []
    latin = re.sub(r"[^\W\d_]+", lambda m: _latin(m[0], lost), unicodedata.normalize("NFC", text))
    return re.sub(r"[^\S\n]+", " ", "".join(map(_known, latin))), lost


def _latin(word: str, lost: list[str]) -> str:
    if all(c.lower() in ALPHABET for c in word):
        return word
    letters = "".join(c if c.lower() in ALPHABET or not c.isalpha() else _nearest(c) for c in word)
    if not letters:
        lost.append(word)
    return letters


def _nearest(letter: str) -> str:
    """ "ö" -> "o", "ﬁ" -> "fi", "Ж" -> ""."""
    return "".join(c for c in unicodedata.normalize("NFKD", letter) if c.lower() in PLAIN_LETTERS)


def _known(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    if _stays(character):
        return character
    figure = unicodedata.digit(character, None)
    if figure is not None:
        return str(figure)
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKC", character)  # "℃" -> "°C"
    return plain if all(map(_stays, plain)) else " "


def _stays(character: str) -> bool:
    return character.lower() in ALPHABET or character in _KEPT or character in "0123456789"
