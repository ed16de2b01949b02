"""What is written about guides is true: every mistake has its words, every column and function stands on the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.core.words import LANGUAGES
from controller.guides.columns import COLUMNS
from controller.guides.expressions import ARGUMENTS
from controller.guides.model import CARD_FIELDS, LOOKS, Guide
from controller.guides.procedure import CHANNELS, EVENTS
from controller.guides.sheets import SHEETS
from controller.runtime.catalogues import load_words
from tests.support.guide_books import book, read

WHERE = (*Path("controller/guides").glob("*.py"), Path("controller/judging.py"))
PAGE = Path("docs/guides.md").read_text(encoding="utf-8")
PLACE = {"add": 0, "ExpressionError": 0, "UnreadableError": 0, "Mistake": 0, "wrong": 2, "_wrong": 0, "_wrong_at": 2}


def _constants(node: ast.AST) -> Iterator[str]:
    """Of an expression that gives a code: all that it may be."""
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _codes() -> set[str]:
    """Every code that their calls name, directly or by way of a variable called `code`."""
    found = set()
    for file in WHERE:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "code":
                found |= set(_constants(node.value))
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in PLACE and len(node.args) > PLACE[name]:
                    found |= set(_constants(node.args[PLACE[name]]))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_has_its_words_and_no_other_is_kept(language: str) -> None:
    keys = load_words(language).keys()
    kept = {key.removeprefix("guides.mistake.") for key in keys if key.startswith("guides.mistake.")}
    assert _codes() == kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_events_and_channels_have_names(language: str) -> None:
    words = load_words(language)
    assert all(words.has(f"guide.event.{event}") for event in EVENTS)
    assert all(words.has(f"guide.channel.{channel}") for channel in CHANNELS if channel)


def test_the_page_knows_every_sheet_column_word_and_function() -> None:
    named = set(re.findall(r"`([^`]+)`", PAGE))
    whole = " ".join(named)
    for sheet in SHEETS:
        assert f"## {sheet}" in PAGE
        for column in COLUMNS[sheet]:
            stem = column.rstrip("*")
            wanted = f"{stem}::" if column.endswith("*") else stem
            assert wanted in whole, (sheet, column)
    for word in (*LOOKS, *EVENTS, *filter(None, CHANNELS), *(f"card.{field}" for field in CARD_FIELDS)):
        assert word in named, word
    for name in ARGUMENTS:
        assert f"{name}(" in whole, name
    functions = set(
        re.findall(
            r"([a-z][a-z:-]*)\(", re.sub(r"'[^']*'", "", PAGE.partition("## Expressions")[2].partition("## For")[0])
        )
    )
    assert functions == set(ARGUMENTS)


def test_the_shortest_guide_on_the_page_is_one(tmp_path: Path) -> None:
    lines = PAGE.partition("## The shortest guide")[2].partition("`choices`:")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    head, survey = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]
    assert (head[0], len(survey)) == ("type", 5)
    choices = [
        {"list_name": "co_khong", "name": name, "label": label} for name, label in (("co", "Có"), ("khong", "Không"))
    ]
    book(tmp_path / "a.xlsx", survey, choices, papers=[{"ma": "can_cuoc", "ten": "Thẻ căn cước"}])
    assert isinstance(read(tmp_path / "a.xlsx"), Guide)
