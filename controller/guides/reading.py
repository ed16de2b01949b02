"""What a set of answers means for a guide: what is relevant, what each question's value is. Pure; one use, one reading.

Values are found when they are asked for, and kept for the length of the reading. That no two questions hang on each
other in a circle is checked when a guide is compiled.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from controller.guides import expressions
from controller.guides.answering import Answers, Path, Value, day_of
from controller.guides.expressions import UNKNOWN, Operand, Unknown, evaluate, truth
from controller.guides.model import (
    CALCULATE,
    DATE,
    NO_LABELS,
    REPEAT,
    SELECT_MULTIPLE,
    SELECT_ONE,
    YES,
    Choice,
    Group,
    Guide,
    Labels,
    Question,
    Texts,
    Tree,
    said,
)

ROUNDS_LIMIT = 20  # of a repeat
GAP = "…"  # in a label, for what it refers to and nobody has answered
_REFERENCE = re.compile(r"\$\{([^}\s]+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question or group stands: the groups around it, outermost first."""

    node: Question | Group
    above: tuple[Group, ...]


class Index:
    """The places of a guide by name; made once."""

    def __init__(self, guide: Guide) -> None:
        self.places: dict[str, Place] = {}
        self._add(guide.questions, ())

    def _add(self, nodes: tuple[Question | Group, ...], above: tuple[Group, ...]) -> None:
        for node in nodes:
            self.places[node.name] = Place(node, above)
            if isinstance(node, Group):
                self._add(node.children, (*above, node))


class Reading:
    """`unanswered_is_unknown`: what is asked and not answered is UNKNOWN, and so is what hangs on it; else it is
    empty."""

    def __init__(
        self, guide: Guide, index: Index, answers: Answers, today: date, unanswered_is_unknown: bool = False
    ) -> None:
        self._guide, self._places, self._answers = guide, index.places, answers
        self.today, self._tells_unknown = today, unanswered_is_unknown
        self._relevance: dict[Path, bool | Unknown] = {}
        self._values: dict[Path, Operand] = {}

    # What there is

    def every(self) -> Iterator[tuple[Path, Question]]:
        """All that is relevant, in its order, calculations and the pages "another one?" included."""
        return self._below(self._guide.questions, ())

    def _below(self, nodes: tuple[Question | Group, ...], prefix: Path) -> Iterator[tuple[Path, Question]]:
        for node in nodes:
            path = (*prefix, node.name)
            if self.relevant(node, path) is not True:
                continue
            if isinstance(node, Question):
                yield path, node
            elif node.another is None:
                yield from self._below(node.children, path)
            else:
                rounds = self.rounds(node, path)
                for each in range(rounds):
                    yield from self._below(node.children, (*path, each))
                    if node.count is None and each + 1 < ROUNDS_LIMIT:
                        yield (*path, each), node.another

    def rounds(self, group: Group, path: Path) -> int:
        """Of a repeat at its path (without the round)."""
        if group.count is not None:
            wanted = expressions.number(evaluate(group.count, _Scope(self, path)))
            return 0 if math.isnan(wanted) else int(max(0.0, min(float(ROUNDS_LIMIT), wanted)))
        rounds = 1
        while rounds < ROUNDS_LIMIT and self._answers.get((*path, rounds - 1)) == YES:
            rounds += 1
        return rounds

    def relevant(self, node: Question | Group, path: Path) -> bool | Unknown:
        """Whether it is asked, and all groups around it with it."""
        known = self._relevance.get(path)
        if known is None:
            known = self._relevance[path] = self._find_relevant(node, path)
        return known

    def _find_relevant(self, node: Question | Group, path: Path) -> bool | Unknown:
        above = self._places[node.name].above
        own = True if node.relevant is None else truth(evaluate(node.relevant, _Scope(self, path)))
        if own is False or not above:
            return own
        outer_path = path[:-2] if isinstance(path[-2], int) else path[:-1]
        outer = self.relevant(above[-1], outer_path)
        if outer is not True:
            return outer
        return own

    # What it is worth

    def value(self, question: Question, path: Path) -> Operand:
        known = self._values.get(path)
        if known is None:
            known = self._values[path] = self._find_value(question, path)
        return known

    def _find_value(self, question: Question, path: Path) -> Operand:
        relevant = self.relevant(question, path)
        if relevant is UNKNOWN:
            return UNKNOWN
        if not relevant:
            return ""
        if question.kind == CALCULATE:
            found = "" if question.calculation is None else evaluate(question.calculation, _Scope(self, path))
            return found if isinstance(found, Unknown) else _single(found)
        value = self._answers.get(path)
        if value is None:
            return UNKNOWN if self._tells_unknown else ""
        return operand(value)

    def paths(self, name: str, near: Path) -> list[Path]:
        """Where a question or a repeat stands, seen from a path: in the same round of what is around both, and in
        every round of what is not."""
        place = self._places[name]
        found: list[Path] = [()]
        for group in place.above:
            found = [deeper for path in found for deeper in self._into(group, path, near)]
        return [(*path, name) for path in found]

    def _into(self, group: Group, prefix: Path, near: Path) -> list[Path]:
        path = (*prefix, group.name)
        if not group.repeats:
            return [path]
        if near[: len(path)] == path and len(near) > len(path):
            return [(*path, near[len(path)])]
        if self.relevant(group, path) is not True:
            return []
        return [(*path, each) for each in range(self.rounds(group, path))]

    def node(self, name: str) -> Question | Group:
        return self._places[name].node

    # What is asked of it

    def judged(self, tree: Tree, path: Path, own: Value | None = None) -> bool | None:
        """Whether an expression at a path holds; None if that is not known."""
        found = truth(evaluate(tree, _Scope(self, path, own)))
        return None if isinstance(found, Unknown) else found

    def holds(self, tree: Tree, path: Path, own: Value | None = None) -> bool:
        return self.judged(tree, path, own) is True

    def default(self, question: Question, path: Path) -> str:
        """What the answer is before anybody has answered; "" for nothing."""
        return "" if question.default is None else expressions.text(evaluate(question.default, _Scope(self, path)))

    def result(self, question: Question, path: Path) -> Value:
        """Of a calculation, as it is kept: a number, or a text ("" for nothing)."""
        value = self.value(question, path)
        if isinstance(value, float) and not isinstance(value, bool) and math.isfinite(value):
            return int(value) if value == int(value) else value
        return expressions.text(value)

    def text(self, name: str, near: Path) -> str:
        """The value of a question, seen from a path."""
        return expressions.text(_Scope(self, near).ref(name))

    def choices(self, question: Question, path: Path) -> tuple[Choice, ...]:
        if question.choice_filter is None:
            return question.choices
        return tuple(
            choice
            for choice in question.choices
            if truth(evaluate(question.choice_filter, _Scope(self, path, choice=choice))) is True
        )

    def words(self, question: Question, path: Path, language: str) -> str:
        """The answer as people say it; "" if there is none."""
        value = self.value(question, path)
        plain = expressions.text(value)
        if question.kind in (SELECT_ONE, SELECT_MULTIPLE, REPEAT):
            labels = {choice.name: said(choice.labels, language) for choice in question.choices}
            return ", ".join(labels.get(name, name) for name in plain.split())
        day = day_of(plain) if question.kind in (DATE, CALCULATE) else None
        if day is not None:
            return f"{day:%d/%m/%Y}"
        return _reckoned(plain, language) if isinstance(value, float) and not isinstance(value, bool) else plain

    def filled(self, question: Question, path: Path) -> Question:
        """The question, with what its labels and hints refer to written into them."""
        changed: dict[str, Labels] = {}
        for part in ("labels", "hints"):
            labels: Labels = getattr(question, part)
            if any("${" in each for each in labels.values()):
                written = {language: self.written(each, path, language) for language, each in labels.items()}
                changed[part] = Texts(written)
        return replace(question, **changed) if changed else question  # type: ignore[arg-type]  # both are Labels

    def written(self, label: str, path: Path, language: str) -> str:
        def answer(found: re.Match[str]) -> str:
            near = self.paths(found[1], path)
            node = self.node(found[1])
            return (self.words(node, near[0], language) if near and isinstance(node, Question) else "") or GAP

        return _REFERENCE.sub(answer, label)

    def section(self, question: Question) -> Labels:
        """Of the innermost group around a question that has a label."""
        above = self._places[question.name].above
        return next((group.labels for group in reversed(above) if group.labels), NO_LABELS)


class _Scope:
    """What an expression at one path of a reading sees (expressions.Scope)."""

    def __init__(self, reading: Reading, path: Path, own: Value | None = None, choice: Choice | None = None) -> None:
        self._reading, self._path, self._own, self._choice = reading, path, own, choice

    @property
    def today(self) -> date:
        return self._reading.today

    def ref(self, name: str) -> Operand:
        found = self._all(name)
        if any(each is UNKNOWN for each in found):
            return UNKNOWN
        return found[0] if len(found) == 1 else tuple(each for each in found if isinstance(each, str | float | bool))

    def own(self) -> Operand:
        return "" if self._own is None else operand(self._own)

    def column(self, name: str) -> str:
        if self._choice is None:
            return ""
        return self._choice.name if name == "name" else self._choice.facts.get(name, "")

    def count(self, name: str) -> float | Unknown:
        node = self._reading.node(name)
        if isinstance(node, Group):
            paths = self._reading.paths(name, self._path)
            return float(sum(self._reading.rounds(node, path) for path in paths if self._reading.relevant(node, path)))
        found = self._all(name)
        return UNKNOWN if any(each is UNKNOWN for each in found) else float(sum(each != "" for each in found))

    def chosen(self, name: str, choice: str) -> str:
        node = self._reading.node(name)
        choices = node.choices if isinstance(node, Question) else ()
        return next((said(each.labels, "vi") for each in choices if each.name == choice), "")

    def _all(self, name: str) -> list[Operand]:
        node = self._reading.node(name)
        if isinstance(node, Group):
            return []
        return [self._reading.value(node, path) for path in self._reading.paths(name, self._path)]


def _reckoned(plain: str, language: str) -> str:
    """A number as it is written here: 12.500, 0,5. Four digits stay together, they may be a year."""
    whole, point, decimals = plain.partition(".")
    grouped = f"{int(whole):,}" if len(whole.lstrip("-")) > _TOGETHER and whole.lstrip("-").isdigit() else whole
    written = grouped + point + decimals
    return written if language == "en" else written.translate(_HERE)


_TOGETHER = 4  # digits
_HERE = str.maketrans(",.", ".,")


def operand(value: Value) -> Operand:
    """An answer as expressions see it: several chosen ones as one text, with blanks between."""
    if isinstance(value, list):
        return " ".join(value)
    return value if isinstance(value, str) else float(value)


def _single(value: Operand) -> Operand:
    return (value[0] if value else "") if isinstance(value, tuple) else value
