"""What the normaliser makes of a text: the words the voice will say, and what it was unsure of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spoken:
    """`words` has only Vietnamese words and pauses (comma, full stop); no digits, no symbols.

    `spelt` lists, in order of appearance, the unknown abbreviations that were spelt letter by letter.
    """

    words: str
    spelt: tuple[str, ...] = ()
