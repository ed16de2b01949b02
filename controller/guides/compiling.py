"""A workbook to a guide. The one owner of pyxform: it reads the tree of questions as every XLSForm tool does, and has
the last word on whether the form is one. Expressions are ours (parsing.py), and so is all that is said of mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData

from controller.guides import sheets
from controller.guides.columns import NAME, OFFICE_BREAKS, check_columns
from controller.guides.mistakes import Mistake, Mistakes
from controller.guides.model import (
    CALCULATE,
    FIRST,
    NO,
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
)
from controller.guides.packages import UnreadableError
from controller.guides.procedure import facts_of, papers_of, steps_of
from controller.guides.referring import check_references
from controller.guides.sheets import Row, Sheet
from controller.guides.survey import ENDS, Asked, lists_of, survey_of

_KINDS = {"select one": SELECT_ONE, "select all that apply": SELECT_MULTIPLE}
_OURS = ("nguon", "doi_chieu", sheets.OWN_NOTES)  # columns that pyxform does not get
_ROW = re.compile(r"\[row : (\d+)\]")
_KNOWN = ("list_name", "name")


def compiled(
    file: Path, another: Mapping[str, str], answers: Mapping[str, Mapping[str, str]]
) -> Guide | tuple[Mistake, ...]:
    """The guide in a workbook, or every mistake in it.

    another: by language, what a repeat asks after each round, with {label} for what is repeated. answers: the labels of
    "yes" and "no".
    """
    mistakes = Mistakes()
    try:
        book = sheets.read(file, mistakes)
    except UnreadableError as error:
        mistakes.add(error.code, "", 0, "", "", **error.facts)
        return mistakes.every()
    if any(mistake.code.startswith("too_many") for mistake in mistakes.every()):
        return mistakes.every()  # it was not read to its end
    for sheet in book.values():
        check_columns(sheet, mistakes)
    lists = lists_of(book["choices"], mistakes)
    survey = survey_of(book["survey"], lists, mistakes)
    filters = tuple(column.key for column in book["choices"].columns if NAME.fullmatch(column.stem))
    check_references(survey, lists, filters, mistakes)
    ident = _ident(book["settings"], mistakes)
    facts = facts_of(book["thu_tuc"], mistakes)
    papers = papers_of(book["giay_to"], survey, lists, mistakes)
    steps = steps_of(book["ban_giao"], mistakes)
    tree = None if mistakes else _tree(book, mistakes)
    if tree is None:
        return mistakes.every()
    builder = _Builder(survey, _choices(book["choices"]), another, answers)
    return Guide(
        id=ident, code=facts.code, title=facts.title, events=tuple(facts.events), authority=facts.authority,
        times=tuple(facts.times), fees=tuple(facts.fees), exemptions=tuple(facts.exemptions), deadline=facts.deadline,
        legal_source=tuple(facts.legal_source), notes=tuple(facts.notes), verified_by=facts.verified_by,
        verified_on=facts.verified_on, review_by=facts.review_by, questions=builder.nodes(tree["children"]),
        papers=papers, handover=steps, languages=_languages(book["survey"]),
    )  # fmt: skip


def _ident(sheet: Sheet, mistakes: Mistakes) -> str:
    if len(sheet.rows) != 1:
        if sheet.columns:
            mistakes.add("settings_one_row", sheet.name)
        return ""
    row = sheet.rows[0]
    if not row.get("form_title"):
        row.wrong(mistakes, "form_title", "text_missing", name="form_title")
    elif "${" in row.get("form_title"):
        row.wrong(mistakes, "form_title", "ref_not_here", name=row.get("form_title").partition("${")[2].rstrip("}"))
    ident = row.get("form_id")
    if OFFICE_BREAKS.search(ident):
        row.wrong(mistakes, "form_id", "name_office", name=ident)
    if not NAME.fullmatch(ident):
        row.wrong(mistakes, "form_id", "name_wrong" if ident else "name_missing", name=ident)
    return ident


def _languages(sheet: Sheet) -> tuple[str, ...]:
    found = dict.fromkeys(column.language or FIRST for column in sheet.columns if column.stem == "label")
    return (FIRST, *(each for each in found if each != FIRST))


def _tree(book: Mapping[str, Sheet], mistakes: Mistakes) -> dict[str, Any] | None:
    """The form as pyxform reads it; None, with a mistake, if it does not take it."""
    settings = {**_given(book["settings"].rows[0]), "default_language": FIRST}
    given = DefinitionData(
        survey=_all_rows(book["survey"]),
        survey_header=_header(book["survey"]),
        choices=_all_rows(book["choices"]),
        choices_header=_header(book["choices"]),
        settings=[settings],
        settings_header=[dict.fromkeys(settings)],
        fallback_form_name=settings["form_id"],
    )
    try:
        tree: dict[str, Any] = workbook_to_json(workbook_dict=given, warnings=[])
        create_survey_element_from_dict(tree).to_xml(validate=False, warnings=[])
    except PyXFormError as error:
        row = _ROW.search(str(error))
        mistakes.add("pyxform", "survey", int(row[1]) if row else 0, text=" ".join(str(error).split()))
        return None
    return tree


def _all_rows(sheet: Sheet) -> list[dict[str, str]]:
    """Empty rows stay, so that pyxform counts as Excel does."""
    by_number = {row.number: _given(row) for row in sheet.rows}
    return [by_number.get(number, {}) for number in range(2, max(by_number, default=1) + 1)]


def _given(row: Row) -> dict[str, str]:
    if row.sheet.name == "survey" and row.get("type") in ENDS:
        return {"type": row.get("type")}  # what else stands beside an end was checked by nobody, and means nothing
    return {_pyxform_key(key): text for key, text in row.cells.items() if key.partition("::")[0] not in _OURS}


def _header(sheet: Sheet) -> list[dict[str, None]]:
    return [{_pyxform_key(column.key): None for column in sheet.columns if column.stem not in _OURS}]


def _pyxform_key(key: str) -> str:
    stem, _, language = key.partition("::")
    stem = f"media::{stem}" if stem == "audio" else stem
    in_languages = stem in ("label", "hint", "media::audio", "constraint_message", "required_message")
    return f"{stem}::{language or FIRST}" if in_languages else key


def _choices(sheet: Sheet) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, list[Choice]] = {}
    for row in sheet.rows:
        facts = {
            key: text
            for key, text in row.cells.items()
            if key not in _KNOWN and key.partition("::")[0] not in ("label", "audio", sheets.OWN_NOTES)
        }
        choice = Choice(row.get("name"), row.labels("label"), row.labels("audio"), facts)
        found.setdefault(row.get("list_name"), []).append(choice)
    return {name: tuple(choices) for name, choices in found.items()}


class _Builder:
    """pyxform's tree to ours: order, nesting, lists and texts are its, expressions the ones that were checked."""

    def __init__(
        self, survey: Mapping[str, Asked], choices: Mapping[str, tuple[Choice, ...]], another: Mapping[str, str],
        answers: Mapping[str, Mapping[str, str]],
    ) -> None:  # fmt: skip
        self._survey, self._choices, self._another = survey, choices, another
        self._yes_no = tuple(Choice(name, dict(answers[name])) for name in (YES, NO))

    def nodes(self, children: list[dict[str, Any]]) -> tuple[Question | Group, ...]:
        built = (self._node(child) for child in children if child["name"] in self._survey)
        return tuple(node for node in built if node is not None)

    def _node(self, node: dict[str, Any]) -> Question | Group | None:
        asked = self._survey[node["name"]]
        if node["type"] not in ("group", "repeat"):
            return self._question(node, asked)
        labels = _texts(node.get("label"))
        return Group(
            name=asked.name,
            labels=labels,
            children=self.nodes(node.get("children", [])),
            relevant=asked.trees.get("relevant"),
            another=self._asking_again(asked.name, labels) if node["type"] == "repeat" else None,
            count=asked.trees.get("repeat_count"),
        )

    def _question(self, node: dict[str, Any], asked: Asked) -> Question:
        bind, row, trees = node.get("bind", {}), asked.row, asked.trees
        return Question(
            name=asked.name,
            kind=_KINDS.get(node["type"], node["type"]),
            labels=_texts(node.get("label")),
            hints=_texts(node.get("hint")),
            audio=_texts(node.get("media", {}).get("audio")),
            look=row.get("appearance"),
            relevant=trees.get("relevant"),
            required=trees.get("required"),
            required_message=_texts(bind.get("jr:requiredMsg")),
            constraint=trees.get("constraint"),
            constraint_message=_texts(bind.get("jr:constraintMsg")),
            calculation=trees.get("calculation") if asked.kind == CALCULATE else None,
            default=trees.get("default"),
            choices=self._choices.get(asked.list_name, ()),
            choice_filter=trees.get("choice_filter"),
            source=row.get("nguon"),
            against=tuple(row.get("doi_chieu").split()),
        )

    def _asking_again(self, name: str, labels: Labels) -> Question:
        said = {
            language: text.format(label=labels.get(language, labels.get(FIRST, "")))
            for language, text in self._another.items()
        }
        return Question(name, REPEAT, said, choices=self._yes_no, required=("call", "true"))


def _texts(found: object) -> Labels:
    """Of pyxform, a text in languages; "-" is its own word for a translation that is missing."""
    if isinstance(found, str):
        return {FIRST: found}
    if not isinstance(found, Mapping):
        return NO_LABELS
    return {language: text for language, text in found.items() if text and text != "-"}
