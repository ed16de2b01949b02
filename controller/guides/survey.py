"""Checks the sheets survey and choices row by row, and finds the expressions in them. Nothing is built here: the tree
of questions comes from pyxform (compiling.py); this says what is wrong with it, all at once, and where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.guides.answering import canonical, kind_problem
from controller.guides.columns import (
    LABEL_LIMIT,
    LINES_LIMIT,
    OFFICE_BREAKS,
    audio_of,
    condition_of,
    default_of,
    labels_of,
    name_of,
    one_of,
    tree_of,
)
from controller.guides.mistakes import Mistakes, nearest
from controller.guides.model import (
    CALCULATE,
    CARD_FIELDS,
    DATE,
    DECIMAL,
    FITTING,
    INTEGER,
    LOOKS,
    NOTE,
    SELECT_MULTIPLE,
    SELECT_ONE,
    TEXT,
    Choice,
    Question,
    Tree,
)
from controller.guides.reading import ROUNDS_LIMIT
from controller.guides.sheets import Row, Sheet

QUESTIONS_LIMIT = 400
GROUP, REPEAT = "group", "repeat"
SELECTS = (SELECT_ONE, SELECT_MULTIPLE)
PLAIN = (TEXT, INTEGER, DECIMAL, DATE, NOTE, CALCULATE)
_BEGINS = {"begin_group": GROUP, "begin group": GROUP, "begin_repeat": REPEAT, "begin repeat": REPEAT}
ENDS = {"end_group": GROUP, "end group": GROUP, "end_repeat": REPEAT, "end repeat": REPEAT}
# Which kinds a column is for, where it is not for all.
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "required": (TEXT, INTEGER, DECIMAL, DATE, *SELECTS),
    "constraint": (TEXT, INTEGER, DECIMAL, DATE, *SELECTS),
    "calculation": (CALCULATE,),
    "default": (TEXT, INTEGER, DECIMAL, DATE, SELECT_ONE),
    "appearance": (TEXT,),
    "choice_filter": SELECTS,
    "repeat_count": (REPEAT,),
    "nguon": (TEXT, DATE, SELECT_ONE),
    "doi_chieu": (TEXT,),
}
_TREES = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
_CARD_KINDS = {"birth": DATE, "sex": SELECT_ONE}
_RESERVED = ("meta", "data", "name")  # pyxform's own; and what a filter calls a choice


@dataclass(slots=True)
class Asked:
    """One row of the survey that is a question or begins a group. above: the rows of the groups around it."""

    row: Row
    kind: str
    name: str
    list_name: str = ""
    above: tuple[Asked, ...] = ()
    trees: dict[str, Tree] = field(default_factory=dict)  # by column

    @property
    def repeat(self) -> str:
        """The name of the repeat it stands in; "" if in none."""
        return next((each.name for each in self.above if each.kind == REPEAT), "")


def lists_of(sheet: Sheet, mistakes: Mistakes) -> dict[str, list[str]]:
    """The names of the choices by list."""
    found: dict[str, list[str]] = {}
    for row in sheet.rows:
        list_name = name_of(row, "list_name", mistakes)
        name = row.get("name")
        if not name or " " in name or len(name) > 64:
            row.wrong(mistakes, "name", "choice_name", name=name)
        elif OFFICE_BREAKS.search(name):
            row.wrong(mistakes, "name", "name_office", name=name)
        elif name.lower() in map(str.lower, found.get(list_name, ())):
            row.wrong(mistakes, "name", "choice_twice", name=name, list=list_name)
        found.setdefault(list_name, []).extend([name] if name else [])
        labels_of(row, "label", mistakes, limit=LABEL_LIMIT)
        audio_of(row, mistakes)
    return found


def survey_of(sheet: Sheet, lists: Mapping[str, list[str]], mistakes: Mistakes) -> dict[str, Asked]:
    """The questions and groups by name, in their order."""
    found: dict[str, Asked] = {}
    around: list[Asked] = []
    has_page = False
    for row in sheet.rows:
        kind, list_name = _kind_of(row, lists, mistakes)
        if kind in ENDS.values() and row.get("type") in ENDS:
            if not around or around[-1].kind != kind:
                row.wrong(mistakes, "type", "end_without_begin", kind=kind)
            else:
                around.pop()
            continue
        asked = Asked(row, kind, name_of(row, "name", mistakes), list_name, tuple(around))
        if asked.name in found:
            row.wrong(mistakes, "name", "name_twice", name=asked.name, row=found[asked.name].row.number)
        elif asked.name in _RESERVED:
            row.wrong(mistakes, "name", "name_reserved", name=asked.name)
        elif asked.name:
            found[asked.name] = asked
        if kind in (GROUP, REPEAT):
            around.append(asked)
        has_page = has_page or kind not in (GROUP, REPEAT, CALCULATE)
        _check_row(asked, lists, mistakes)
    for asked in around:
        asked.row.wrong(mistakes, "type", "begin_without_end", kind=asked.kind, name=asked.name)
    for asked in found.values():
        _check_against(asked, found, mistakes)
        if asked.name == FITTING and (asked.above or next(iter(found)) != FITTING or asked.kind != GROUP):
            asked.row.wrong(mistakes, "name", "fitting_first", name=FITTING)
    if len(found) > QUESTIONS_LIMIT:
        mistakes.add("too_many_questions", sheet.name, limit=QUESTIONS_LIMIT)
    if not has_page and sheet.columns:
        mistakes.add("no_questions", sheet.name)
    return found


def _kind_of(row: Row, lists: Mapping[str, list[str]], mistakes: Mistakes) -> tuple[str, str]:
    """What a row is, and the list it chooses from; "" for what is not known."""
    written = " ".join(row.get("type").split())
    known = {**_BEGINS, **ENDS, **{each: each for each in PLAIN}}
    if written in known:
        return known[written], ""
    word, _, list_name = written.partition(" ")
    if word in SELECTS:
        if list_name in lists:
            return word, list_name
        near = nearest(list_name, lists)
        code = "list_unknown_near" if near else "list_unknown" if list_name else "list_missing"
        row.wrong(mistakes, "type", code, name=list_name, near=near)
        return word, ""
    near = nearest(word, (*known, *SELECTS))
    code = "type_unknown_near" if near else "type_unknown" if written else "type_missing"
    row.wrong(mistakes, "type", code, name=written, near=near)
    return "", ""


def _check_row(asked: Asked, lists: Mapping[str, list[str]], mistakes: Mistakes) -> None:
    row, kind = asked.row, asked.kind
    for key, kinds in _ONLY_FOR.items():
        if kind and row.get(key) and kind not in kinds:
            row.wrong(mistakes, key, "column_not_here", name=key, kind=kind)
    for key in _TREES:
        tree = tree_of(row, key, mistakes)
        if tree is not None:
            asked.trees[key] = tree
    for key, read in (("required", condition_of), ("default", default_of)):
        tree = read(row, key, mistakes)
        if tree is not None:
            asked.trees[key] = tree
    long = LINES_LIMIT if kind == NOTE else LABEL_LIMIT
    labels_of(row, "label", mistakes, kind not in (GROUP, CALCULATE, ""), long, referring=kind != GROUP)
    labels_of(row, "hint", mistakes, needed=False, referring=True)
    labels_of(row, "required_message", mistakes, needed=False)
    labels_of(row, "constraint_message", mistakes, needed=bool(row.get("constraint")))
    audio_of(row, mistakes)
    if kind == CALCULATE and not row.get("calculation"):
        row.wrong(mistakes, "calculation", "calculation_missing")
    if kind == REPEAT and any(each.kind == REPEAT for each in asked.above):
        row.wrong(mistakes, "type", "repeat_nested")
    if kind == REPEAT and not _can_be_gone(asked.trees.get("repeat_count")):
        row.wrong(mistakes, "repeat_count", "rounds_wrong", text=row.get("repeat_count"), limit=ROUNDS_LIMIT)
    one_of(row, "appearance", ("", *LOOKS), mistakes)
    if row.get("nguon"):
        _check_source(asked, lists, mistakes)
    if kind in _ONLY_FOR["default"]:
        _check_default(asked, lists, mistakes)


def _can_be_gone(rounds: Tree | None) -> bool:
    """Whether a number of rounds that is written out can be gone by somebody; of others nobody knows yet."""
    if rounds is None or rounds[0] not in ("number", "-"):
        return True
    if rounds[0] == "number":
        return rounds[1] in range(1, ROUNDS_LIMIT + 1)
    nought, taken = rounds[1:]
    return nought != ("number", 0.0) or not isinstance(taken, tuple) or taken[0] != "number"


def _check_default(asked: Asked, lists: Mapping[str, list[str]], mistakes: Mistakes) -> None:
    """A default that is written out must be an answer to its question; nobody could mend what was never chosen."""
    tree = asked.trees.get("default")
    if tree is None or tree[0] != "text":
        return
    choices = tuple(Choice(name, {}) for name in lists.get(asked.list_name, ()))
    question = Question(asked.name, asked.kind, {}, look=asked.row.get("appearance"), choices=choices)
    value = canonical(question, str(tree[1]))
    if value is None or kind_problem(question, value, choices) is not None:
        asked.row.wrong(mistakes, "default", "default_wrong", text=tree[1], kind=asked.kind)


def _check_source(asked: Asked, lists: Mapping[str, list[str]], mistakes: Mistakes) -> None:
    row, source = asked.row, asked.row.get("nguon")
    who, _, part = source.partition(".")
    if not who.isidentifier() or part not in CARD_FIELDS:
        row.wrong(mistakes, "nguon", "source_unknown", source=source, known=", ".join(CARD_FIELDS))
    elif asked.kind != _CARD_KINDS.get(part, TEXT):
        row.wrong(mistakes, "nguon", "source_kind", source=source, kind=_CARD_KINDS.get(part, TEXT))
    elif part == "sex" and not {"nam", "nu"} <= set(lists.get(asked.list_name, ())):
        row.wrong(mistakes, "nguon", "source_sex", source=source)
    elif asked.repeat:
        row.wrong(mistakes, "nguon", "source_repeat", source=source)


def _check_against(asked: Asked, found: Mapping[str, Asked], mistakes: Mistakes) -> None:
    for name in asked.row.get("doi_chieu").split():
        other = found.get(name)
        if (
            other is None
            or other.kind not in (DATE, SELECT_ONE, CALCULATE)
            or asked.row.get("appearance") != "id_number"
        ):
            asked.row.wrong(mistakes, "doi_chieu", "against_wrong", name=name)
