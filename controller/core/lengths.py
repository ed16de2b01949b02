"""How long a programme is: what sounds around the words, and a guess for words not yet prepared. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

PAUSE_S = 0.5  # between a chime and the words, and behind the last one: outdoors a chime still echoes
ALARM_PAUSE_S = 1.5  # from the words of an emergency to its next signal; ISO 7240-16 allows 10 s of silence
OPENING_S, CLOSING_S, ALERT_S = 1.6, 1.2, 4.0  # of the built-in signals (`audio.chimes`), seconds

_WORDS_A_DIGIT = 1.6  # "31/10/2027", eight digits, is said in thirteen words
_LETTER = re.compile(r"[^\W\d_]")
_MARK_WORDS = 0.5  # the pause at a mark, on average
_SHORTER = 0.8  # the pace counts words of several syllables, Vietnamese words have one
_EDGE_S = 0.3  # of breath, at the end of even the shortest text


@dataclass(frozen=True, slots=True)
class Around:
    """What sounds before and after the words of an announcement, pauses included; seconds."""

    opening_s: float = 0.0
    closing_s: float = 0.0

    def programme_s(self, words_s: float) -> float:
        """From the first note to the end of the last pause. An alert signal is not reckoned here."""
        return self.opening_s + words_s + self.closing_s


def around(opening_s: float = OPENING_S, closing_s: float = CLOSING_S) -> Around:
    """Of chimes that are so long."""
    return Around(opening_s + PAUSE_S, PAUSE_S + closing_s + PAUSE_S)


def estimated_s(text: str, words_per_minute: int) -> float:
    """How long a voice will speak a text that has no rendition yet, seconds; rather too long than too short.

    A digit counts as the words it becomes, a letter of an abbreviation as a word, and marks as pauses.
    """
    words = 0.0
    for token in text.split():
        letters = _LETTER.findall(token)
        digits = sum(c.isdecimal() for c in token)
        others = len(token) - len(letters) - digits
        if digits:
            words += digits * _WORDS_A_DIGIT + len(letters)
        elif sum(c.isupper() for c in letters) > 1:
            words += len(letters)
        else:
            words += 1
        words += others * _MARK_WORDS
    return words * _SHORTER * 60.0 / words_per_minute + _EDGE_S
