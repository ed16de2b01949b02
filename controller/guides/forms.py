"""The form engine: what is asked next, what is wrong, what falls away, which papers are wanted. Pure.

Answers are plain JSON values by path; a path is the names of the groups around a question, the number of the round
after the name of each repeat, and the question's name: ("child", 0, "name"). The page "another one?" after a round has
the path of that round, ("child", 0), and is answered "yes" or "no". Answers to questions that have become irrelevant
are kept until `cleared`, but count for nothing. What they mean is found in reading.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from controller.core.words import upper_first
from controller.guides import answering
from controller.guides.answering import Answers, Path, Problem, Value
from controller.guides.id_numbers import SEXES, Card, number_warning
from controller.guides.model import (
    CALCULATE,
    FITTING,
    NOTE,
    REPEAT,
    Choice,
    Guide,
    Paper,
    Question,
    every_question,
    said,
)
from controller.guides.reading import Index, Reading

__all__ = ["Answers", "Form", "Line", "Page", "Path", "Problem", "Value", "WantedPaper"]


@dataclass(frozen=True, slots=True)
class Page:
    """One thing asked, on a page of its own. In the question's labels and hints, what they refer to is filled in."""

    path: Path
    question: Question
    number: int  # from 1
    of: int


@dataclass(frozen=True, slots=True)
class Line:
    """An answer as it is read again. section: the label of the innermost group around it, with the number of the round
    where it is asked in several; "" if there is none."""

    path: Path
    label: str
    value: str  # in words; "" where nothing was answered
    section: str = ""


@dataclass(frozen=True, slots=True)
class WantedPaper:
    """depends: whether it is wanted hangs on what was not answered; shown all the same, marked "tùy trường hợp"."""

    paper: Paper
    depends: bool = False


class Form:
    """A guide as it is asked on one day. Holds no answers."""

    def __init__(self, guide: Guide, today: date) -> None:
        self.guide, self.today = guide, today
        self._index = Index(guide)
        self._calculated_names = frozenset(
            question.name for _, question in every_question(guide.questions) if question.kind == CALCULATE
        )

    def begun(self) -> Answers:
        """The answers that one begins with: defaults and calculations."""
        return self._settled({}, frozenset())

    def pages(self, answers: Answers) -> tuple[Page, ...]:
        """The relevant pages in their order, those behind unanswered questions included: what is not answered counts
        as empty, as in XForms."""
        reading = self._reading(answers)
        found = [(path, reading.filled(question, path)) for path, question in _asked(reading)]
        return tuple(Page(path, each, number, len(found)) for number, (path, each) in enumerate(found, 1))

    def page(self, path: Path, answers: Answers) -> Page | None:
        """The page of a path; None if it is not relevant now."""
        return next((page for page in self.pages(answers) if page.path == path), None)

    def problem(self, page: Page, value: Value | None, answers: Answers) -> Problem | None:
        """What is wrong with an answer, typed or chosen; None if it may stand. A constraint in the group `phu_hop`
        is no mistake of the resident's: `fits` says it."""
        question, reading = page.question, self._reading(answers)
        given = answering.canonical(question, value)
        if given is None:
            is_wanted = question.required is not None and reading.holds(question.required, page.path)
            if question.choices and not reading.choices(question, page.path):
                return None  # the filter has left nothing to choose; nobody is held up for ever
            return Problem("required", question.required_message) if is_wanted else None
        wrong = answering.kind_problem(question, given, reading.choices(question, page.path))
        if wrong is not None or question.constraint is None or page.path[0] == FITTING:
            return wrong
        holds = reading.holds(question.constraint, page.path, given)
        return None if holds else Problem("constraint", question.constraint_message)

    def warning(self, page: Page, value: Value | None, answers: Answers) -> Problem | None:
        """What is strange about an answer that may stand: an ID number against birth date and sex. Never a refusal."""
        question, given = page.question, answering.canonical(page.question, value)
        if question.look != "id_number" or not isinstance(given, str):
            return None
        reading = self._reading(answers)
        beside = [reading.text(name, page.path) for name in question.against]
        birth = next((each for each in beside if answering.day_of(each)), "")
        sex = next((each for each in beside if each in SEXES), "")
        code = number_warning(given, birth, sex)
        return Problem(code) if code else None

    def choices(self, page: Page, answers: Answers) -> tuple[Choice, ...]:
        """What there is to choose from, after the filter."""
        return self._reading(answers).choices(page.question, page.path)

    def with_answer(self, answers: Answers, path: Path, value: Value | None) -> Answers:
        """These answers and one more, in its plain form: "12" typed to a whole number is 12, a date may be typed
        24/11/2026; None or "" takes the answer away. Calculations follow; questions that have become relevant by it
        begin with their default. What is not asked now is not kept."""
        reading = self._reading(answers)
        asked = dict(_asked(reading))
        if path not in asked:
            return answers
        given, changed = answering.canonical(asked[path], value), dict(answers)
        if given is None:
            changed.pop(path, None)
        else:
            changed[path] = given
        return self._settled(changed, frozenset(asked))

    def cleared(self, answers: Answers) -> Answers:
        """Without what is no longer asked or offered to choose. Before the review, and before it is filed."""
        kept = dict(answers)
        while True:
            reading = self._reading(kept)
            asked = dict(_asked(reading))
            fewer = {
                path: value
                for path, value in kept.items()
                if path in asked and answering.is_offered(value, asked[path], reading.choices(asked[path], path))
            }
            if fewer == kept:
                return self._calculated(fewer)
            kept = fewer

    def prefilled(self, answers: Answers, card: Card, who: str = "card") -> Answers:
        """With what stands on a card. who: whose card it is, see `guide.cards`. What the card does not say stays as it
        is. Questions that are not asked yet are filled in for when they are."""
        filled = dict(answers)
        for above, question in every_question(self.guide.questions):
            value = card.value(question.card_field) if question.source and question.who == who else ""
            if value and answering.kind_problem(question, value, question.choices) is None:
                filled[(*(group.name for group in above), question.name)] = value
        return self._calculated(filled)

    def unfinished(self, answers: Answers) -> tuple[tuple[Page, Problem], ...]:
        """What has to be mended before it can be filed, in order."""
        found = ((page, self.problem(page, answers.get(page.path), answers)) for page in self.pages(answers))
        return tuple((page, problem) for page, problem in found if problem is not None)

    def review(self, answers: Answers, language: str) -> tuple[Line, ...]:
        """Every question that is asked, with its answer in words; for the review page, the desk and the exports."""
        reading = self._reading(answers)
        return tuple(
            Line(
                path,
                said(reading.filled(question, path).labels, language),
                reading.words(question, path, language),
                _of_round(path, said(reading.section(question), language)),
            )
            for path, question in _asked(reading)
            if question.kind not in (NOTE, REPEAT)
        )

    def papers(self, answers: Answers) -> tuple[WantedPaper, ...]:
        """The papers of this file. Left out is only what is surely not wanted."""
        reading = self._reading(answers, unanswered_is_unknown=True)
        judged = [(paper, paper.when is None or reading.judged(paper.when, ())) for paper in self.guide.papers]
        return tuple(WantedPaper(paper, depends=holds is None) for paper, holds in judged if holds is not False)

    def fits(self, answers: Answers) -> Problem | None:
        """Why the guide is not for this resident, by what they have answered so far in the group `phu_hop`; the
        message of the constraint says what to do instead."""
        reading = self._reading(answers)
        for path, question in _asked(reading):
            if path[0] != FITTING or question.constraint is None or path not in answers:
                continue
            if not reading.holds(question.constraint, path, answers[path]):
                return Problem("does_not_fit", question.constraint_message)
        return None

    def _reading(self, answers: Answers, unanswered_is_unknown: bool = False) -> Reading:
        return Reading(self.guide, self._index, answers, self.today, unanswered_is_unknown)

    def _settled(self, answers: Answers, before: frozenset[Path]) -> Answers:
        """With the defaults of what was not asked before, and with all calculations."""
        settled, seen = dict(answers), set(before)
        while True:
            reading = self._reading(settled)
            new = [(path, question) for path, question in _asked(reading) if path not in seen]
            if not new:
                return self._calculated(settled)
            for path, question in new:
                seen.add(path)
                given = answering.canonical(question, reading.default(question, path))
                if path not in settled and given is not None:
                    settled[path] = given

    def _calculated(self, answers: Answers) -> Answers:
        """Values of calculations stand among the answers for whoever reads them; the engine itself never does."""
        if not self._calculated_names:
            return answers
        given = {path: value for path, value in answers.items() if path[-1] not in self._calculated_names}
        reading = self._reading(given)
        found = {path: reading.result(each, path) for path, each in reading.every() if each.kind == CALCULATE}
        return {**given, **{path: value for path, value in found.items() if value != ""}}


def _asked(reading: Reading) -> Iterator[tuple[Path, Question]]:
    return ((path, question) for path, question in reading.every() if question.kind != CALCULATE)


def _of_round(path: Path, section: str) -> str:
    """A section's heading; of rounds, which one it is."""
    rounds = [part + 1 for part in path if isinstance(part, int)]
    return " ".join((upper_first(section), *map(str, rounds))) if section and rounds else section
