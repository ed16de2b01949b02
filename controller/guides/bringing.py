"""A workbook that somebody has brought: what the compiling child is told of it, and what its answer says. Pure.

controller/judging.py is the shell around it, judging_child.py the child.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from controller.core.words import Words
from controller.guides.documents import guide_of
from controller.guides.mistakes import Mistake
from controller.guides.model import NO, YES, Guide


def job_of(file: Path, words: Sequence[Words]) -> bytes:
    """words: the catalogues of all languages, for the few texts of a guide that nobody writes ("another one?")."""
    another, answers = own_texts(words)
    return json.dumps({"file": str(file.absolute()), "another": another, "answers": answers}).encode() + b"\n"


def found_in(answer: bytes) -> Guide | tuple[Mistake, ...]:
    """The guide, or every mistake."""
    found: dict[str, Any] = json.loads(answer)
    if "document" in found:
        return guide_of(found["document"])
    return tuple(Mistake(**mistake) for mistake in found["mistakes"])


def own_texts(words: Sequence[Words]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """What compiling.compiled takes besides the file: "another one?" by language, and the labels of "yes" and "no"."""
    another = {each.language: each("guide.another", label="{label}") for each in words}
    return another, {name: {each.language: each(f"guide.{name}") for each in words} for name in (YES, NO)}
