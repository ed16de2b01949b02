"""How long a pattern of `regex` may search before it knows: so that no answer can make the kiosk stand still. Pure.

A search tries what each repetition, each choice and each thing that may be left out allows, in every combination. This
counts them, roughly and rather too many, for the longest text that is compared.
"""

from __future__ import annotations

import math
import re

from controller.guides.expressions import REGEX_SUBJECT_LIMIT

_LITERAL = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)  # what stands for one letter: \d, [a-z]
_REPEATED = re.compile(r"[*+]|\{(\d*)(,?)(\d*)\}")
_TRIES_LIMIT = 25_000_000  # half a second on a Pi: three repetitions without an end


def is_heavy(pattern: str) -> bool:
    """Of a pattern that is one for Python's re, and in which no group is repeated."""
    plain = _LITERAL.sub("x", pattern)
    endless, tries = 0, 1.0
    for found in _REPEATED.finditer(plain):
        fewest, comma, most = found[1], found[2], found[3]
        if found[0] in "*+" or (comma and not most):
            endless += 1
        elif comma:
            tries *= max(1, min(int(most[:6]), REGEX_SUBJECT_LIMIT) - int(fewest[:6] or 0) + 1)
    tries *= REGEX_SUBJECT_LIMIT**endless / math.factorial(endless)
    tries *= 2.0 ** min(plain.count("?"), 999) * math.prod(_choices(plain))
    return bool(tries > _TRIES_LIMIT)


def _choices(plain: str) -> list[int]:
    """How many alternatives each group has, and the whole."""
    done: list[int] = []
    around = [1]
    for sign in plain:
        if sign == "(":
            around.append(1)
        elif sign == ")" and len(around) > 1:
            done.append(around.pop())
        elif sign == "|":
            around[-1] += 1
    return done + around
