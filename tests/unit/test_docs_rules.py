"""docs/rules.md is true: its documents are accepted and said as it says, and it leaves out no kind and no key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.core.days import DayType
from controller.runtime.catalogues import load_words
from schedules import documents, recurrence
from schedules.documents import rule_from
from schedules.wording import rule_words

PAGE = Path("docs/rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n([^`]+)\n```\n- (.+)\n- (.+)\n", PAGE)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(("document", "vi", "en"), EXAMPLES, ids=[document for document, _, _ in EXAMPLES])
def test_each_example_is_said_as_the_page_says(document: str, vi: str, en: str) -> None:
    rule = rule_from(json.loads(document))
    catalogues = [load_words(language, ("controller", "schedules")) for language in ("vi", "en")]
    assert [rule_words(rule, HANOI, words) for words in catalogues] == [vi, en]


def test_no_example_is_left_out() -> None:
    assert len(EXAMPLES) == PAGE.count("```json")


def test_every_kind_has_its_part_in_the_order_of_the_program() -> None:
    assert re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE) == list(documents.KINDS)
    assert {json.loads(document)["kind"] for document, _, _ in EXAMPLES} == set(documents.KINDS)


def test_every_key_and_type_of_day_is_named() -> None:
    keys = {key for known in documents._KEYS.values() for key in known} - {"kind"}
    assert {name for name in keys | set(DayType) if f"`{name}`" not in PAGE} == set()


def test_the_limits_are_those_of_the_program() -> None:
    limits = PAGE[PAGE.index("## Limits") :]
    assert f"Years {documents.FIRST_YEAR} to {documents.LAST_YEAR}" in limits
    assert f"At most {documents.MOST_TIMES} clock times" in limits
    assert f"nearer than {recurrence.NEAREST_MIN} minutes" in limits
    assert f"at most {recurrence.MOST:,}" in limits
    assert f"at most {documents.MOST_OFFSET}; not" in PAGE
