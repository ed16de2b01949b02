"""Expressions: what they come to, what is unknown, and what is refused before any resident meets it."""

from __future__ import annotations

import math
import re
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.guides.expressions import ARGUMENTS, CONCAT_LIMIT, UNKNOWN, Operand, Unknown, evaluate, text, truth
from controller.guides.model import Tree
from controller.guides.parsing import ExpressionError, parsed, spelled
from controller.guides.patterns import is_heavy

ANSWERS: dict[str, Operand] = {
    "ten": "Nông Thị Thử", "tuoi": 61.0, "chon": "a c", "sinh": "1955-09-02", "trong": "", "nhieu": (3.0, "5", ""),
    "chua": UNKNOWN,
}  # fmt: skip


class Sheet:
    today = date(2026, 11, 22)

    def ref(self, name: str) -> Operand:
        return ANSWERS[name]

    def own(self) -> Operand:
        return "AB12"

    def column(self, name: str) -> str:
        return {"tinh": "08"}.get(name, "")

    def count(self, name: str) -> float | Unknown:
        return 2.0

    def chosen(self, name: str, choice: str) -> str:
        return f"{name}/{choice}"


def found(source: str) -> Operand:
    return evaluate(parsed(source), Sheet())


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("7 mod 3 = 1 and 7 div 2 = 3.5", True),
        ("- 2 + 5", 3.0),
        ("1 div 0 > 0 or 1 div 0 <= 0", False),
        ("true() or false() and false()", True),
        ("${tuoi} >= 60 and ${ten} != ''", True),
        ("${tuoi} = '61'", True),
        ("${trong} = ''", True),
        ("${trong} < 5 or ${trong} >= 5", False),
        ("selected(${chon}, 'c') and not(selected(${chon}, 'b'))", True),
        ("count-selected(${chon})", 2.0),
        ("${sinh} < '1960-01-01' and ${sinh} > '1950-01-01'", True),
        ("today() - ${sinh}", 26014.0),
        ("date(today() - 1)", "2026-11-21"),
        ("int((today() - ${sinh}) div 365.25)", 71.0),
        ("format-date(${sinh}, '%e/%n/%Y')", "2/9/1955"),
        ("format-date('no day', '%Y')", ""),
        ("if(${tuoi} > 60, 'già', 'trẻ')", "già"),
        ("coalesce(${trong}, ${ten})", "Nông Thị Thử"),
        ("concat(${ten}, ' ', 2, '/', 3.5)", "Nông Thị Thử 2/3.5"),
        ("string-length(${ten})", 12.0),
        ("regex(., '[A-Z]{2}[0-9]+')", True),
        ("regex(., '[A-Z]{2}')", False),
        ("round(2.5) = 3 and round(-2.5) = -2 and round(3.14159, 2) = 3.14", True),
        ("min(3, ${nhieu}, 9)", 3.0),
        ("max(${nhieu})", 5.0),
        ("concat(${nhieu})", "35"),
        ("${nhieu} = 5", True),
        ("count(${nhieu})", 2.0),
        ("number('12') + int('3.9')", 15.0),
        ("jr:choice-name(${chon}, '${chon}')", "chon/a c"),
        ("tinh = '08'", True),
        ("not(${chua} = 'x')", UNKNOWN),
        ("${chua} = 'x' and false()", False),
        ("true() or ${chua}", True),
        ("${chua} and true()", UNKNOWN),
        ("if(${chua}, 1, 2)", UNKNOWN),
        ("coalesce(${chua}, 'a')", UNKNOWN),
        ("concat('a', ${chua})", UNKNOWN),
    ],
)
def test_values(source: str, value: Operand) -> None:
    assert found(source) == value


@pytest.mark.parametrize(
    "source",
    [
        "${a} = 'x' and not(selected(${b}, 'c')) or . >= 2.5", "(1 + 2) * -3 - (4 - 5)", "${a} - (${b} - 1) div 2",
        "(${a} or ${b}) and ${c}", "(${a} = 'x') = 'true'", "jr:choice-name(${a}, '${a}')", "tinh = ${tinh}",
        'concat("it\'s", \'"\', 100000000)', "if(today() > date('2026-07-01'), 1, 0)",
    ],
)  # fmt: skip
def test_a_tree_is_spelled_as_it_was_written(source: str) -> None:
    assert parsed(spelled(parsed(source))) == parsed(source)


def test_what_is_spelled_reads_like_what_was_written() -> None:
    source = "${a} = 'x' and not(selected(${b}, 'c')) or (. - 1) * 2 >= 2.5"
    assert spelled(parsed(source)) == source


def test_texts_that_double_each_other_do_not_grow_for_ever() -> None:
    doubled: Tree = ("text", "a" * 900)
    for _ in range(12):
        doubled = ("call", "concat", doubled, doubled)
    assert len(text(evaluate(doubled, Sheet()))) == CONCAT_LIMIT


def test_what_is_no_number_is_none() -> None:
    assert math.isnan(float(str(found("number('một')"))))
    assert text(found("1 div 0")) == ""
    assert truth(found("0 div 0")) is False


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (". === 3", "expression_foreign"),
        ("${a} == 3", "expression_foreign"),
        ("1 +", "expression_ends"),
        ("(1", "expression_ends"),
        ("1 2", "expression_unexpected"),
        ("/data/x = 1", "expression_unexpected"),
        ("../x", "expression_unexpected"),
        ("'open", "expression_unexpected"),
        ("${a b}", "expression_unexpected"),
        ("pulldata('x', 'y')", "function_unknown"),
        ("selected(${a})", "function_arguments"),
        ("today(1)", "function_arguments"),
        ("count(3)", "function_wants_ref"),
        ("jr:choice-name(${a}, 'b')", "function_wants_ref"),
        ("regex(., ${a})", "pattern_not_written"),
        ("regex(., '[')", "pattern_wrong"),
        ("regex(., '[[a]')", "pattern_wrong"),
        ("regex(., '" + "(" * 900 + "a" + ")" * 900 + "')", "pattern_wrong"),
        ("regex(., '(a+)+b')", "pattern_heavy"),
        ("regex(., '(a|a)*b')", "pattern_heavy"),
        ("regex(., '.*.*.*.*x')", "pattern_heavy"),
        (r"regex(., '(a)\1')", "pattern_heavy"),
        ("regex(., '(?=a)')", "pattern_heavy"),
        ("regex(., '" + "a?" * 30 + "a" * 30 + "')", "pattern_heavy"),
        ("regex(., '" + "(a|aa)" * 30 + "b')", "pattern_heavy"),
        ("regex(., '" + "a{0,9}" * 9 + "b')", "pattern_heavy"),
        ("${a} <> 3", "expression_foreign"),
        ("${a} ≥ 3", "expression_foreign"),
        ("${a} && ${b}", "expression_foreign"),
        ("${a} và ${b}", "expression_foreign"),
        ("${a} = “co”", "expression_foreign"),
        ("(" * 40 + "1" + ")" * 40, "expression_deep"),
        ("- " * 200 + "1", "expression_deep"),
        ("1" + " + 1" * 200, "expression_deep"),
        ("1" * 3000, "expression_long"),
        ("", "expression_ends"),
    ],
)
def test_refused(source: str, code: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parsed(source)
    assert refused.value.code == code


def test_every_function_that_is_known_can_be_called() -> None:
    """A name in the list without anything behind it would only be found out by a resident."""
    special = {"count": ["${ten}"], "jr:choice-name": ["${ten}", "'${ten}'"], "regex": ["'a'", "'a'"]}
    for name, (fewest, _) in ARGUMENTS.items():
        arguments = special.get(name, ["${ten}"] * fewest)
        assert not isinstance(found(f"{name}({', '.join(arguments)})"), Unknown)


PIECES = st.sampled_from(
    [
        "${ten}",
        "${tuoi}",
        "${sinh}",
        "${nhieu}",
        "${chua}",
        "${trong}",
        ".",
        "1",
        "0",
        "2.5",
        "'a'",
        "today()",
        "true()",
    ]
)


@given(
    st.recursive(
        PIECES,
        lambda inner: st.one_of(
            st.tuples(
                inner, st.sampled_from(["and", "or", "=", "!=", "<", ">=", "+", "-", "*", "div", "mod"]), inner
            ).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
            st.tuples(st.sampled_from(["not", "int", "number", "date", "round", "max", "string-length"]), inner).map(
                lambda parts: f"{parts[0]}({parts[1]})"
            ),
            st.tuples(inner, inner, inner).map(lambda parts: f"if({', '.join(parts)})"),
            st.tuples(inner, inner).map(lambda parts: f"format-date(coalesce({parts[0]}, {parts[1]}), '%d')"),
        ),
        max_leaves=12,
    )
)
def test_every_expression_has_a_value(source: str) -> None:
    value = found(source)
    assert value is UNKNOWN or isinstance(value, str | float | bool | tuple)
    assert isinstance(text(value), str)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_tree_or_is_refused(source: str) -> None:
    try:
        parsed(source)
    except ExpressionError as error:
        assert error.code


LIGHT = (
    "[A-Z]{2}[0-9]+", "[0-9]{6,19}", "[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", ".*[a-z].*", r"\+?84[0-9 ]{9,12}",
    "(Kinh|Tày|Dao|Mông|Nùng|Thái|Mường|Giáy|Lô Lô|La Chí)", r"[+*?|(){}]{3}",
)  # fmt: skip


@pytest.mark.parametrize("pattern", LIGHT)
def test_patterns_that_people_write_are_taken(pattern: str) -> None:
    assert not is_heavy(pattern)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "a?", "a*", ".+", "(a|aa)", "(a|ab|)", "a{1,9}", "[ab]{2}", "b"]), max_size=12).map(
        "".join
    )
)
def test_what_is_not_heavy_is_quick(pattern: str) -> None:
    """Tried out against what makes a search turn back most."""
    if is_heavy(pattern):
        return
    begun = time.process_time()
    for subject in ("a" * 500, "a" * 499 + "!", "ab" * 250):
        re.fullmatch(pattern, subject)
    assert time.process_time() - begun < 5.0
