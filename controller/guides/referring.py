"""Checks what expressions and labels refer to: that it is there, can be seen from here, and leads into no circle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from controller.guides.mistakes import Mistakes, nearest
from controller.guides.model import CALCULATE, NOTE, SELECT_MULTIPLE, SELECT_ONE, Tree
from controller.guides.sheets import Row
from controller.guides.survey import GROUP, REPEAT, Asked

_SEVERAL = ("count", "min", "max", "concat")  # functions that take the answers of several rounds
_EQUALITY = ("=", "!=")
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_WITH_REFERENCES = ("label", "hint")

_BEFORE = ("relevant", "required", "constraint", "choice_filter", "default", "repeat_count")
_HANGS = ("relevant", "calculation", "repeat_count")
_FRAMES, _FRAMES_A_LEVEL, _FRAMES_LIMIT = 10, 3, 600  # of Python's stack, which has 1000

Lists = Mapping[str, list[str]]


def check_references(survey: Mapping[str, Asked], lists: Lists, columns: tuple[str, ...], mistakes: Mistakes) -> None:
    """columns: those of the sheet choices that a filter may use."""
    for asked in survey.values():
        for key, tree in asked.trees.items():
            is_filter = key == "choice_filter"
            checker = _Checker(asked.row, key, survey, lists, mistakes, asked.repeat, columns if is_filter else None)
            checker.check(tree, own=asked if key == "constraint" else None)
        _check_labels(asked, survey, mistakes)
    _check_circles(survey, mistakes)
    _check_order(survey, mistakes)


def check_condition(
    row: Row, key: str, tree: Tree, survey: Mapping[str, Asked], lists: Lists, mistakes: Mistakes
) -> None:
    """An expression on another sheet, outside of every repeat."""
    _Checker(row, key, survey, lists, mistakes, "", None).check(tree, own=None)


class _Checker:
    def __init__(
        self, row: Row, key: str, survey: Mapping[str, Asked], lists: Lists, mistakes: Mistakes, repeat: str,
        columns: tuple[str, ...] | None,
    ) -> None:  # fmt: skip
        self._row, self._key, self._survey, self._lists, self._mistakes = row, key, survey, lists, mistakes
        self._repeat, self._columns = repeat, columns

    def check(self, tree: Tree, own: Asked | None, above: str = "") -> None:
        """own: the question that `.` means here."""
        kind = tree[0]
        if kind == "ref":
            self._check_ref(str(tree[1]), above)
        elif kind == "self" and own is None:
            self._wrong("own_not_here")
        elif kind == "column" and (self._columns is None or tree[1] not in (*self._columns, "name")):
            self._wrong("column_name_unknown", name=tree[1])
        if kind in _EQUALITY or (kind == "call" and tree[1] == "selected"):
            self._check_choice(tree, own)
        for part in tree[1:]:
            if isinstance(part, tuple):
                self.check(part, own, str(tree[1]) if kind == "call" else "")

    def _check_ref(self, name: str, above: str) -> None:
        other = self._survey.get(name)
        if other is None:
            near = nearest(name, self._survey)
            self._wrong("ref_unknown_near" if near else "ref_unknown", name=name, near=near)
        elif other.kind in (GROUP, NOTE) or (other.kind == REPEAT and above != "count"):
            self._wrong("ref_no_answer", name=name)
        elif other.repeat and other.repeat != self._repeat and above not in _SEVERAL:
            self._wrong("ref_into_repeat", name=name, repeat=other.repeat)

    def _check_choice(self, tree: Tree, own: Asked | None) -> None:
        """`${q} = 'x'` where no choice of q is called x."""
        parts = [part for part in tree[1:] if isinstance(part, tuple)]
        for part, other in (parts, parts[::-1]):
            asked = own if part[0] == "self" else self._survey.get(str(part[1])) if part[0] == "ref" else None
            if asked is None or asked.kind not in (SELECT_ONE, SELECT_MULTIPLE) or other[0] != "text" or not other[1]:
                continue
            names = self._lists.get(asked.list_name, [])
            if names and other[1] not in names:
                self._wrong("choice_unknown", name=other[1], list=asked.list_name, known=", ".join(names[:12]))

    def _wrong(self, code: str, **facts: object) -> None:
        self._row.wrong(self._mistakes, self._key, code, **facts)


def _check_labels(asked: Asked, survey: Mapping[str, Asked], mistakes: Mistakes) -> None:
    for stem in _WITH_REFERENCES:
        for language, text in asked.row.labels(stem).items():
            for name in _REFERENCE.findall(text):
                other = survey.get(name)
                if other is None or other.kind in (GROUP, REPEAT, NOTE):
                    asked.row.wrong(mistakes, f"{stem}::{language}", "ref_unknown", name=name)


def _check_order(survey: Mapping[str, Asked], mistakes: Mistakes) -> None:
    """Nothing that is asked hangs on what is asked later: it would come up behind the resident's back."""
    order = {name: number for number, name in enumerate(survey)}
    known: dict[str, int] = {}

    def answered(name: str) -> int:
        """The question with which a value is known; of a calculation the last that it is made of."""
        asked = survey[name]
        if asked.kind != CALCULATE:
            return order[name]
        if name not in known:
            known[name] = -1  # in a circle, which was said already
            parts = refs_of(asked.trees["calculation"]) if "calculation" in asked.trees else ()
            known[name] = max((answered(each) for each in parts if each in survey), default=-1)
        return known[name]

    for number, asked in enumerate(survey.values()):
        needs = [(key, name) for key in _BEFORE if key in asked.trees for name in refs_of(asked.trees[key])]
        for stem in _WITH_REFERENCES:
            texts = asked.row.labels(stem).items()
            needs += [(f"{stem}::{language}", name) for language, text in texts for name in _REFERENCE.findall(text)]
        for key, name in needs:
            if name in survey and asked.kind != CALCULATE and answered(name) >= number:
                code = "ref_own" if (key, name) == ("constraint", asked.name) else "ref_later"
                asked.row.wrong(mistakes, key, code, name=name)


def _check_circles(survey: Mapping[str, Asked], mistakes: Mistakes) -> None:
    """Whether something is asked, and what it comes to, hangs neither on itself nor on too long a chain: finding it out
    takes stack, and a resident's answers must not be the ones to show that it ends."""
    heights: dict[str, int] = {}

    def height(name: str, way: tuple[str, ...]) -> int:
        if name in heights or name not in survey:
            return heights.get(name, 0)
        if name in way:
            _wrong_at(survey[name], mistakes, "circle", circle=" → ".join((*way[way.index(name) :], name)))
            return 0
        asked = survey[name]
        trees = [asked.trees[key] for key in _HANGS if key in asked.trees]
        needs = dict.fromkeys([*(each for tree in trees for each in refs_of(tree)), *(g.name for g in asked.above)])
        below = max((height(each, (*way, name)) for each in needs), default=0)
        heights[name] = below + _FRAMES + _FRAMES_A_LEVEL * max((depth_of(tree) for tree in trees), default=0)
        if heights[name] > _FRAMES_LIMIT >= below:
            _wrong_at(asked, mistakes, "chain_long", name=name)
        return heights[name]

    for name in survey:
        height(name, ())


def _wrong_at(asked: Asked, mistakes: Mistakes, code: str, **facts: object) -> None:
    key = next((key for key in _HANGS if key in asked.trees), "name")
    asked.row.wrong(mistakes, key, code, **facts)


def refs_of(tree: Tree) -> Iterator[str]:
    """Names of what an expression refers to."""
    if tree[0] == "ref":
        yield str(tree[1])
    for part in tree[1:]:
        if isinstance(part, tuple):
            yield from refs_of(part)


def depth_of(tree: Tree) -> int:
    return 1 + max((depth_of(part) for part in tree[1:] if isinstance(part, tuple)), default=0)
