"""A guide's texts as a voice says them, which it did before anybody had answered: a number that the text refers to
stands on the screen, and whatever else it refers to is left out. Pure."""

from __future__ import annotations

import re

from controller.guides.model import CALCULATE, DECIMAL, INTEGER, Guide, Question, every_question

_REFERENCE = re.compile(r" ?\$\{([^}\s]+)\}")
_NUMBERS = frozenset({INTEGER, DECIMAL, CALCULATE})


def heard(guide: Guide, text: str, number: str) -> str:
    """number: what is said instead of one."""
    if "${" not in text:
        return text
    numbers = {question.name for _, question in every_question(guide.questions) if question.kind in _NUMBERS}
    return _REFERENCE.sub(lambda found: f" {number}" if found[1] in numbers else "", text).strip()


def as_written(guide: Guide, question: Question) -> Question:
    """A question whose labels have no answers in them."""
    found = (each for _, each in every_question(guide.questions) if each.name == question.name)
    return next(found, question)
