"""What an answer is: its plain form, and whether it is of its question's kind. Pure; relevance is not known here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from controller.core.words import Words
from controller.guides import id_numbers, phones
from controller.guides.model import (
    DATE,
    DECIMAL,
    INTEGER,
    NO_LABELS,
    REPEAT,
    SELECT_MULTIPLE,
    SELECT_ONE,
    TEXT,
    Choice,
    Labels,
    Question,
    Texts,
    said,
)

Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = str | int | float | list[str]  # dates are texts, "2026-11-24"
Answers: TypeAlias = Mapping[Path, Value]

TEXT_LIMIT = 500  # characters
LINES_LIMIT = 2000  # of a text of several lines
_DIGITS_LIMIT = 15  # of a number; more do not fit into a float exactly
_YEARS = range(1900, 2101)
_THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an answer. code: "required", "constraint", "kind", "choice", "too_long", "does_not_fit"; of a
    warning "number_sex", "number_year", "number_old". message: what the guide itself says of it, mostly empty."""

    code: str
    message: Labels = NO_LABELS
    detail: str = ""  # of code "kind": which kind was wanted, "date", "integer", "id_number" ...
    facts: Mapping[str, str] = NO_LABELS

    @property
    def key(self) -> str:
        """Where the catalogues say it."""
        return f"guide.problem.{self.code}_{self.detail}" if self.detail else f"guide.problem.{self.code}"

    def said(self, words: Words) -> str:
        """For the resident: as the guide says it, else from the catalogues."""
        return said(self.message, words.language) or words(self.key, **self.facts)


def canonical(question: Question, value: Value | None) -> Value | None:
    """The plain form of an answer: NFC, no blanks around it, whole numbers as int, dates as "2026-11-24", phone and ID
    numbers without blanks. None if nothing was answered; what is not of the question's kind stays as it is."""
    if isinstance(value, list):
        chosen = [each.strip() for each in value if each.strip()]
        return list(dict.fromkeys(chosen)) or None
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        return None
    reader = _READERS.get(question.look) or _READERS.get(question.kind)
    return reader(text) if reader and len(text) <= TEXT_LIMIT else text


def kind_problem(question: Question, value: Value, choices: Sequence[Choice]) -> Problem | None:
    """Why a value in its plain form is no answer to this question."""
    if isinstance(value, str) and len(value) > limit_of(question):
        return Problem("too_long", facts=Texts({"limit": str(limit_of(question))}))
    if question.kind in (SELECT_ONE, SELECT_MULTIPLE, REPEAT):
        return None if is_offered(value, question, choices) else Problem("choice")
    detail = question.look if question.look in ("id_number", "phone") else question.kind
    is_right = _IS_RIGHT.get(detail, _is_text)
    return None if is_right(value) else Problem("kind", detail=detail)


def is_offered(value: Value, question: Question, choices: Sequence[Choice]) -> bool:
    """Whether what is chosen still is there to choose; always of what is not chosen but written."""
    names = {choice.name for choice in choices}
    if question.kind == SELECT_MULTIPLE:
        return isinstance(value, list) and names.issuperset(value)
    if question.kind in (SELECT_ONE, REPEAT):
        return isinstance(value, str) and value in names
    return True


def limit_of(question: Question) -> int:
    """Characters of a text."""
    return LINES_LIMIT if question.look == "multiline" else TEXT_LIMIT


def day_of(text: str) -> date | None:
    """The day of "2026-11-24"; None if there is no such day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _whole(text: str) -> Value:
    value = _number(text)
    return value if isinstance(value, int) else text


def _number(text: str) -> Value:
    """As it is written here: dots between thousands, a comma before the decimals (a dot too, if it can be no other)."""
    plain = text.replace(" ", "")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain, re.ASCII) or len(plain) > _DIGITS_LIMIT:
        return text
    return float(plain) if "." in plain else int(plain)


def _day(text: str) -> Value:
    parts = _DAY.fullmatch(text)
    if parts is None:
        return text
    day, month, year = parts.groups()
    return f"{year}-{int(month):02}-{int(day):02}"


def _one_of_many(text: str) -> Value:
    return list(dict.fromkeys(text.split()))


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


def _is_whole(value: Value) -> bool:
    return isinstance(value, int)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float)


def _is_day(value: Value) -> bool:
    return isinstance(value, str) and day_of(value) is not None


def _is_id_number(value: Value) -> bool:
    return isinstance(value, str) and id_numbers.is_number(value)


def _is_phone(value: Value) -> bool:
    return isinstance(value, str) and phones.is_number(value)


_READERS: Mapping[str, Callable[[str], Value]] = {
    INTEGER: _whole, DECIMAL: _number, DATE: _day, SELECT_MULTIPLE: _one_of_many,
    "id_number": id_numbers.plain, "phone": phones.plain,
}  # fmt: skip
_IS_RIGHT: Mapping[str, Callable[[Value], bool]] = {
    TEXT: _is_text, INTEGER: _is_whole, DECIMAL: _is_number, DATE: _is_day,
    "id_number": _is_id_number, "phone": _is_phone,
}  # fmt: skip
