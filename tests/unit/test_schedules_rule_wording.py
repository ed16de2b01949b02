"""Every rule is said in both languages: a table of them, and what holds of any two."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from controller.runtime.catalogues import load_words
from schedules.documents import rule_from
from schedules.planner import occurrences
from schedules.rules import Rule
from schedules.wording import rule_words
from tests.support.rule_documents import WALLS, Document, keys_of, kinds_and_documents, may_have, rrules

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WORDS = [load_words(language, ("controller", "schedules")) for language in ("vi", "en")]
TABLE = tomllib.loads(Path("tests/golden/rule_words.toml").read_text(encoding="utf-8"))["rule"]
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=780)  # types of days are not looked for much further
MANY = 150  # occurrences by which two rules are told apart


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row["document"]))
def test_the_table(row: dict[str, str]) -> None:
    rule = rule_from(json.loads(row["document"]))
    assert [rule_words(rule, HANOI, words, row.get("zones", "")) for words in WORDS] == [row["vi"], row["en"]]


def test_the_table_is_long_and_has_every_kind() -> None:
    kinds = {json.loads(row["document"])["kind"] for row in TABLE}
    assert len(kinds) == 9
    assert len(TABLE) > 40


def said(rule: Rule) -> list[str]:
    return [rule_words(rule, HANOI, words) for words in WORDS]


def accepted(document: Document) -> Rule:
    try:
        return rule_from(document)
    except InputError:
        assume(False)
        raise


def meant(rule: Rule) -> tuple[list[datetime], object]:
    late = (rule.late, rule.late_window_s) if rule.late != "skip" and rule.late_window_s != 0 else "skip"
    near = takewhile(lambda at: at < END, occurrences(rule, BEGIN, HANOI))
    return list(islice(near, MANY)), late


@settings(deadline=None, max_examples=150)
@given(kinds_and_documents())
def test_every_rule_is_said(drawn: tuple[str, Document]) -> None:
    rule = accepted(drawn[1])
    for text in said(rule):
        assert len(text) > 10
        assert not {"{", "}", "  ", ", ,", ".."} & {text[i : i + n] for i in range(len(text)) for n in (1, 2, 3)}
        assert text == text.strip(" ,")


@settings(deadline=None, max_examples=200)
@given(kinds_and_documents(), st.data())
def test_rules_that_differ_in_one_thing_are_said_differently(drawn: tuple[str, Document], data: st.DataObject) -> None:
    name, document = drawn
    known = keys_of(name) | may_have(name)
    key = data.draw(st.sampled_from(sorted(known)))
    other = {**document, key: data.draw(known[key])}
    one, two = accepted(document), accepted(other)
    if meant(one) != meant(two):
        assert all(mine != theirs for mine, theirs in zip(said(one), said(two), strict=True))


@settings(deadline=None, max_examples=150)
@given(rrules(), WALLS, st.data())
def test_an_rrule_without_one_of_its_parts_is_said_differently(rrule: str, start: str, data: st.DataObject) -> None:
    parts = rrule.split(";")
    assume(len(parts) > 1)
    dropped = data.draw(st.sampled_from(parts[1:]))
    both = (rrule, ";".join(part for part in parts if part != dropped))
    one, two = (accepted({"kind": "rrule", "start": start, "rrule": text}) for text in both)
    if meant(one) != meant(two):
        assert all(mine != theirs for mine, theirs in zip(said(one), said(two), strict=True))


def test_a_zone_is_said_unless_it_is_that_of_the_place() -> None:
    rule = rule_from({"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=DAILY", "zone": "Europe/Berlin"})
    assert "Europe/Berlin" in rule_words(rule, HANOI, WORDS[0])
    assert "Europe/Berlin" not in rule_words(rule, ZoneInfo("Europe/Berlin"), WORDS[0])
