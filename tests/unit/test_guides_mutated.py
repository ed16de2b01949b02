"""Sheets that somebody has spoilt in any way: whatever is changed in a good one, there is a guide that can be asked, or
there are mistakes that can be said; never anything else.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.words import LANGUAGES
from controller.guides.answering import Value
from controller.guides.documents import guide_of, text_of
from controller.guides.forms import Form
from controller.guides.mistakes import told
from controller.guides.model import Guide
from controller.runtime.catalogues import load_words
from tests.support.guide_books import read

Cells = list[list[object]]
SHIPPED = Path(str(resources.files("controller.guides") / "shipped"))
NAMES = ("survey", "choices", "settings", "thu_tuc", "giay_to", "ban_giao")
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


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Cells]:
    sheets = {name: [list(row) for row in rows] for name, rows in _good().items()}
    for _ in range(draw(st.integers(1, 3))):
        rows = sheets[draw(st.sampled_from(NAMES))]
        at = draw(st.integers(0, len(rows) - 1)) if rows else 0
        what = draw(st.sampled_from(["cell", "cell", "cell", "take", "double", "swap", "column"]))
        if what == "cell" and rows and rows[at]:
            rows[at][draw(st.integers(0, len(rows[at]) - 1))] = draw(st.sampled_from(ODD))
        elif what == "take":
            del rows[at : at + 1]
        elif what == "double" and rows:
            rows.insert(at, list(draw(st.sampled_from(rows))))
        elif what == "swap" and rows:
            rows[at], rows[0] = rows[0], rows[at]
        elif rows and rows[0]:
            column = draw(st.integers(0, len(rows[0]) - 1))
            for row in rows:
                del row[column : column + 1]
    return sheets


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spoilt") / "a.xlsx"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt(), st.data())
def test_whatever_is_spoilt(file: Path, sheets: dict[str, Cells], data: st.DataObject) -> None:
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
        assert all(told(found, load_words(language)) for language in LANGUAGES)
        return
    form = Form(guide_of(text_of(found)), date(2026, 11, 22))
    answers = form.begun()
    for _ in range(8):
        pages = form.pages(answers)
        if not pages:
            break
        page = data.draw(st.sampled_from(pages))
        values: list[Value] = [*(choice.name for choice in form.choices(page, answers)), "no", "1", "02/09/1955"]
        answers = form.with_answer(answers, page.path, data.draw(st.sampled_from(values)))
    form.unfinished(answers)
    form.papers(answers)
    form.review(form.cleared(answers), "en")
