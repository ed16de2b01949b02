"""Sheets that somebody has spoilt in any way: whatever is changed in a good one, there is a guide that can be asked, or
there are mistakes that can be said; never anything else.
"""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import openpyxl
import pytest

from controller.core.words import LANGUAGES
from controller.guides.answering import Value
from controller.guides.documents import guide_of, text_of
from controller.guides.forms import Form
from controller.guides.mistakes import told
from controller.guides.model import Guide
from controller.runtime.catalogues import load_words
from tests.support.guide_books import read

Cells = list[list[object]]
WORDS = [load_words(language) for language in LANGUAGES]
SHIPPED = Path(str(resources.files("controller.guides") / "shipped"))
NAMES = ("survey", "choices", "settings", "thu_tuc", "giay_to", "ban_giao")
TIMES = 4  # of each value
OFTEN = ("survey", "survey", "survey", "choices", *NAMES)
ODD = (
    None, "", "x", "yes", "${yc_ho_ten}", "${yc_ho_ten} = 'a'", ". = 1", "begin_group", "end_group", "begin_repeat",
    "end_repeat", "select_one co_khong", "note", "calculate", "text", "date", "phu_hop", 1, 2.5, True, "=1+1", "-",
    "a b", "count(${giay_to})", "today()", "name", "meta", "${", "'", "if(", "{0}", "%s", "{label}", "${a}{b}", "\n",
    "[row : 3]", "data", "instanceID", "start", "position(..)", "current()/a", "select_one_from_file a.csv", "audit",
    "or_other", date(2026, 4, 3), "_x000D_", "a_xa_b",
)  # fmt: skip


@cache
def _good() -> dict[str, Cells]:
    book = openpyxl.load_workbook(SHIPPED / "chung_thuc_ban_sao.xlsx")
    return {name: [list(row) for row in book[name].iter_rows(values_only=True)] for name in NAMES}


def _spoilt(value: object, luck: random.Random) -> dict[str, Cells]:
    """With this value in one cell, mostly in place of something; sometimes with a row moved or twice."""
    sheets = {name: [list(row) for row in rows] for name, rows in _good().items()}
    rows = sheets[luck.choice(OFTEN)]
    column = luck.choice([at for at in range(len(rows[0])) if any(row[at] is not None for row in rows[1:])])
    written = [row for row in rows if row[column] is not None]
    luck.choice(written if luck.random() < 0.8 else rows)[column] = value
    if luck.random() < 0.1:
        rows = sheets[luck.choice(NAMES)]
        at = luck.randrange(len(rows))
        row = rows.pop(at) if luck.random() < 0.5 else list(rows[at])
        rows.insert(luck.randrange(len(rows) + 1), row)
    return sheets


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_whatever_is_spoilt(tmp_path: Path, value: object) -> None:
    luck = random.Random(repr(value))  # noqa: S311 - the same each time
    for _ in range(TIMES):
        _read(tmp_path / "a.xlsx", _spoilt(value, luck), luck)


def _read(file: Path, sheets: dict[str, Cells], luck: random.Random) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column, value)
    book.save(file)
    found = read(file)
    if not isinstance(found, Guide):
        assert "pyxform" not in [mistake.code for mistake in found], "said in English, of what we let through"
        assert all(told(found, words) for words in WORDS)
        return
    form = Form(guide_of(text_of(found)), date(2026, 11, 22))
    answers = form.begun()
    for _ in range(8):
        pages = form.pages(answers)
        if not pages:
            break
        page = luck.choice(pages)
        values: list[Value] = [*(choice.name for choice in form.choices(page, answers)), "no", "1", "02/09/1955"]
        answers = form.with_answer(answers, page.path, luck.choice(values))
    form.unfinished(answers)
    form.papers(answers)
    form.review(form.cleared(answers), "en")
