"""Expressions of a guide, evaluated: a subset of XPath 1.0 as XLSForm uses it. Pure and total.

Every expression has a value, whatever the answers are: what is no number is NaN, which is neither smaller nor larger
than anything. A date counts its days since 1970 where a number is wanted, so dates can be compared and subtracted. With
UNKNOWN among the values, the result is UNKNOWN unless the rest decides. `parsing.py` makes the trees.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from typing import Final, Protocol, TypeAlias, cast

from controller.guides.model import Tree

REGEX_SUBJECT_LIMIT = 500  # characters that are compared with a pattern
CONCAT_LIMIT = 4000  # characters; calculations that double each other's texts would fill the kiosk's memory


class Unknown(Enum):
    """Of what was not answered yet, where that matters."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
Single: TypeAlias = str | float | bool
Operand: TypeAlias = Single | tuple[Single, ...] | Unknown  # a tuple: the answers of several rounds
_EPOCH = date(1970, 1, 1)


class Scope(Protocol):
    """Where an expression finds what it names."""

    @property
    def today(self) -> date: ...

    def ref(self, name: str) -> Operand:
        """`${name}`."""

    def own(self) -> Operand:
        """`.`"""

    def column(self, name: str) -> str:
        """A column of the choices, in a filter."""

    def count(self, name: str) -> float | Unknown:
        """How many rounds a repeat has, or how many answers there are to a question."""

    def chosen(self, name: str, choice: str) -> str:
        """The label of a choice of that question."""


def evaluate(tree: Tree, scope: Scope) -> Operand:
    kind = tree[0]
    if kind in ("text", "number"):
        return cast("Single", tree[1])
    if kind == "ref":
        return scope.ref(str(tree[1]))
    if kind == "self":
        return scope.own()
    if kind == "column":
        return scope.column(str(tree[1]))
    if kind == "call":
        return _call(str(tree[1]), cast("tuple[Tree, ...]", tree[2:]), scope)
    left, right = cast("tuple[Tree, Tree]", tree[1:])
    if kind == "and":
        return _both(truth(evaluate(left, scope)), lambda: truth(evaluate(right, scope)), decides=False)
    if kind == "or":
        return _both(truth(evaluate(left, scope)), lambda: truth(evaluate(right, scope)), decides=True)
    a, b = evaluate(left, scope), evaluate(right, scope)
    if a is UNKNOWN or b is UNKNOWN:
        return UNKNOWN
    if kind in _COMPARE:
        return _compared(str(kind), a, b)
    return _reckoned(str(kind), number(a), number(b))


def truth(value: Operand) -> bool | Unknown:
    """As XPath's boolean(): a text is true unless it is empty, a number unless it is 0 or none."""
    if value is UNKNOWN or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return any(each != "" for each in value) if isinstance(value, tuple) else value != ""


def number(value: Operand) -> float:
    """As XPath's number(); of a date its days since 1970; NaN of anything else."""
    if isinstance(value, tuple):
        value = value[0] if value else ""
    if isinstance(value, bool | float):
        return float(value)
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if re.fullmatch(r"-?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})", text, re.ASCII):
        return float(text)
    day = _day(text)
    return math.nan if day is None else float((day - _EPOCH).days)


def text(value: Operand) -> str:
    """As XPath's string(); whole numbers without a point, what is no number as nothing."""
    if isinstance(value, tuple):
        value = value[0] if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value == int(value) else repr(value)
    return value if isinstance(value, str) else ""


def _both(left: bool | Unknown, right: Callable[[], bool | Unknown], decides: bool) -> bool | Unknown:
    """`and` (a false one decides) and `or` (a true one decides)."""
    if left is decides:
        return decides
    found = right()
    if found is decides:
        return decides
    return UNKNOWN if left is UNKNOWN or found is UNKNOWN else not decides


def _same(a: Single, b: Single) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return truth(a) == truth(b)
    if isinstance(a, float) or isinstance(b, float):
        return number(a) == number(b)
    return a == b


_COMPARE: Mapping[str, Callable[[Single, Single], bool]] = {
    "=": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": lambda a, b: number(a) < number(b),
    "<=": lambda a, b: number(a) <= number(b),
    ">": lambda a, b: number(a) > number(b),
    ">=": lambda a, b: number(a) >= number(b),
}


def _compared(kind: str, a: Operand, b: Operand) -> bool:
    """Of several rounds: whether it holds for one of them (XPath 1.0, 3.4)."""
    holds = _COMPARE[kind]
    return any(holds(x, y) for x in _each(a) for y in _each(b))


def _each(value: Operand) -> tuple[Single, ...]:
    if isinstance(value, tuple):
        return value
    return () if isinstance(value, Unknown) else (value,)


def _reckoned(kind: str, a: float, b: float) -> float:
    try:
        if kind == "+":
            return a + b
        if kind == "-":
            return a - b
        if kind == "*":
            return a * b
        return a / b if kind == "div" else math.fmod(a, b)
    except (ZeroDivisionError, ValueError, OverflowError):
        return math.nan


def _call(name: str, arguments: tuple[Tree, ...], scope: Scope) -> Operand:
    """Functions that do not take all their arguments as values stand here, the others in the table."""
    if name == "today":
        return scope.today.isoformat()
    if name == "count":
        return scope.count(str(arguments[0][1]))
    if name == "if":
        condition = truth(evaluate(arguments[0], scope))
        return UNKNOWN if condition is UNKNOWN else evaluate(arguments[1 if condition else 2], scope)
    if name == "coalesce":
        first = evaluate(arguments[0], scope)
        return first if first is UNKNOWN or text(first) else evaluate(arguments[1], scope)
    if name == "jr:choice-name":
        choice = evaluate(arguments[0], scope)
        return UNKNOWN if choice is UNKNOWN else scope.chosen(str(arguments[1][1]), text(choice))
    values = [evaluate(each, scope) for each in arguments]
    return UNKNOWN if any(each is UNKNOWN for each in values) else _FUNCTIONS[name](*values)


def _selected(chosen: Operand, name: Operand) -> bool:
    return text(name) in text(chosen).split()


def _regex(subject: Operand, wanted: Operand) -> bool:
    pattern, given = _compiled(text(wanted)), text(subject)
    return pattern is not None and len(given) <= REGEX_SUBJECT_LIMIT and pattern.fullmatch(given) is not None


@lru_cache(maxsize=128)
def _compiled(wanted: str) -> re.Pattern[str] | None:
    try:
        return re.compile(wanted)
    except re.error:
        return None


def _date(value: Operand) -> str:
    day = _day(text(value)) if isinstance(value, str) else None
    if day is None:
        days = number(value)
        try:
            day = None if math.isnan(days) else _EPOCH + timedelta(days=days)
        except OverflowError:
            day = None
    return "" if day is None else day.isoformat()


def _format_date(value: Operand, wanted: Operand) -> str:
    """%Y year, %m month and %d day with two digits, %n month and %e day without a nought before them."""
    day = _day(_date(value))
    if day is None:
        return ""
    parts = {
        "%Y": f"{day.year:04}", "%m": f"{day.month:02}", "%d": f"{day.day:02}", "%n": str(day.month),
        "%e": str(day.day),
    }  # fmt: skip
    return re.sub("%[Ymnde]", lambda found: parts[found[0]], text(wanted))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == len("2026-11-24") else None
    except ValueError:
        return None


def _whole(value: Operand) -> float:
    reckoned = number(value)
    return float(math.trunc(reckoned)) if math.isfinite(reckoned) else math.nan


def _rounded(value: Operand, digits: Operand = 0.0) -> float:
    """Halves upwards, as XPath has it."""
    reckoned, places = number(value), number(digits)
    if not math.isfinite(reckoned) or not 0 <= places <= 9:  # NaN as well
        return math.nan
    scale = 10.0 ** int(places)
    return math.floor(reckoned * scale + 0.5) / scale if abs(reckoned) < 1e15 else reckoned


def _numbers(values: tuple[Operand, ...]) -> list[float]:
    return [each for value in values for single in _each(value) if not math.isnan(each := number(single))]


_FUNCTIONS: Mapping[str, Callable[..., Operand]] = {
    "selected": _selected,
    "count-selected": lambda chosen: float(len(text(chosen).split())),
    "regex": _regex,
    "string-length": lambda value: float(len(text(value))),
    "concat": lambda *values: "".join(text(each) for value in values for each in _each(value))[:CONCAT_LIMIT],
    "date": _date,
    "format-date": _format_date,
    "int": _whole,
    "not": lambda value: not truth(value),
    "true": lambda: True,
    "false": lambda: False,
    "number": number,
    "round": _rounded,
    "min": lambda *values: min(_numbers(values), default=math.nan),
    "max": lambda *values: max(_numbers(values), default=math.nan),
}
# name: fewest and most arguments
ARGUMENTS: Mapping[str, tuple[int, int]] = {
    "selected": (2, 2), "if": (3, 3), "regex": (2, 2), "today": (0, 0), "count": (1, 1), "string-length": (1, 1),
    "coalesce": (2, 2), "concat": (1, 20), "date": (1, 1), "format-date": (2, 2), "int": (1, 1), "not": (1, 1),
    "count-selected": (1, 1), "true": (0, 0), "false": (0, 0), "jr:choice-name": (2, 2), "number": (1, 1),
    "round": (1, 2), "min": (1, 20), "max": (1, 20),
}  # fmt: skip
