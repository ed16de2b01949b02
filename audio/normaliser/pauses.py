"""The last step: punctuation to two pauses (comma, full stop), nothing else but words, breaths."""

from __future__ import annotations

import re

from audio.normaliser.spelling import ALPHABET

BREATH_LIMIT = 400  # fewer characters than this between two pauses
LONGEST_WORD = 40  # letters; no word is longer, and an endless one must not stall the voice
_SAID = {"&": " và ", "%": " phần trăm ", "@": " a còng ", "°": " độ "}


def paused(text: str) -> str:
    """Lower case; each line is a sentence; every other mark becomes a comma, a full stop or nothing."""
    lines = (
        line.strip(" -+*.,;:") + (". " if line.rstrip().endswith(".") else "") for line in text.lower().split("\n")
    )
    text = ". ".join(line for line in lines if line.strip())
    text = re.sub(r"[,;:()\[\]{}]", ", ", text)
    text = re.sub(r"[.!?]", ". ", text)
    text = "".join(c if c in ALPHABET or c in " .," else _SAID.get(c, " ") for c in text)
    text = re.sub(rf"[^\W\d_]{{{LONGEST_WORD + 1},}}", _cut, text)
    text = re.sub(r" ?([.,](?:[ .,]*[.,])?)", lambda m: ". " if "." in m[1] else ", ", " ".join(text.split()))
    return " ".join(text.lstrip(" .,").rstrip(" ,").split())


def _cut(match: re.Match[str]) -> str:
    return " ".join(match[0][at : at + LONGEST_WORD] for at in range(0, len(match[0]), LONGEST_WORD))


def breathed(text: str) -> str:
    """A comma after the last word that fits, wherever more than a breath goes without a pause."""
    said: list[str] = []
    breath = 0
    for word in text.split(" "):
        if said and breath + len(word.rstrip(".,")) >= BREATH_LIMIT:
            said[-1] += ","
            breath = 0
        said.append(word)
        breath = 0 if word.endswith((".", ",")) else breath + len(word) + 1
    return " ".join(said)
