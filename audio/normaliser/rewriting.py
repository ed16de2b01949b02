"""The normaliser's tool: passes of (pattern, what to say), applied in order.

Patterns are written for text that `fold` has cleaned: one kind of dash and space. Every repetition
in them is bounded, so that the time is linear in the text. A pass returns words with a space on
either side; the last step collapses them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Say = Callable[[re.Match[str]], str]
Pass = tuple[re.Pattern[str], Say]


def rule(pattern: str, say: Say) -> Pass:
    """A pass that does not care for capitals; `(?-i:...)` within it does."""
    return re.compile(pattern, re.IGNORECASE), say


def rewrite(text: str, passes: Iterable[Pass]) -> str:
    for pattern, say in passes:
        text = pattern.sub(say, text)
    return text


def any_of(words: Iterable[str]) -> str:
    """An alternation of literal words, longest first, so that "km/h" wins over "km"."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
