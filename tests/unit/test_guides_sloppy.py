"""Spreadsheets as somebody writes them in a hurry: what can only mean one thing is read so, and what cannot is told in
words that say what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.guides.mistakes import Mistake, told
from controller.guides.model import Guide
from controller.runtime.catalogues import load_words
from tests.support.guide_books import FACTS, VI, YES_NO, Rows, book, read

GOOD: Rows = (
    {"type": "text", "name": "ten", "label": "Tên?", "required": "yes"},
    {"type": "select_one yn", "name": "co", "label": "Có không?", "required": ""},
)
PAPERS: Rows = (
    {"ma": "a", "ten": "Giấy A", "kieu": "ALL_OF", "ban": "goc", "cach": "xuat_trinh", "so_luong": 2, "chup": "yes"},
)


def _guide(file: Path) -> Guide:
    found = read(file)
    assert isinstance(found, Guide), found
    return found


def _mistakes(file: Path) -> tuple[Mistake, ...]:
    found = read(file)
    return () if isinstance(found, Guide) else found


def test_capitals_that_an_office_program_makes_mean_the_same(tmp_path: Path) -> None:
    """LibreOffice begins each cell with a capital; people write words with their accents and blanks."""
    book(tmp_path / "a.xlsx", GOOD, papers=PAPERS)
    sloppy: Rows = (
        {"type": "Text", "name": "ten", "label": "Tên?", "required": "Có"},
        {"type": "Select_one  yn", "name": "co", "label": "Có không?", "required": "Không"},
    )
    papers: Rows = ({"ma": "a", "ten": "Giấy A", "kieu": "All_of", "ban": "Gốc", "cach": "Xuất trình",
                     "so_luong": "2.0", "chup": "CÓ"},)  # fmt: skip
    facts = ({**FACTS[0], "muc": "Tên"}, {**FACTS[1], "muc": "Mã"}, *FACTS[2:4], {**FACTS[4], "muc": "Thời gian"},
             *FACTS[5:])  # fmt: skip
    made = book(tmp_path / "b.xlsx", sloppy, papers=papers, facts=facts)
    for sheet in made:
        for cell in sheet[1]:
            cell.value = f" {str(cell.value)[:1].upper()}{str(cell.value)[1:]}"
    made["survey"].title = " Survey "
    made.save(tmp_path / "b.xlsx")
    assert _guide(tmp_path / "b.xlsx") == _guide(tmp_path / "a.xlsx")


def test_two_sheets_of_one_name_are_one_too_many(tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", GOOD)
    made.create_sheet("survey ")
    made.save(tmp_path / "a.xlsx")
    assert [(each.code, each.sheet) for each in _mistakes(tmp_path / "a.xlsx")] == [("sheet_unknown_near", "survey ")]


@pytest.mark.parametrize("count", ["0", "-1", "21", "50", "1.5"])
def test_rounds_that_nobody_could_go_are_told(tmp_path: Path, count: str) -> None:
    """None would ask nothing at all; of fifty the kiosk would ask twenty, and say nothing of the rest."""
    assert [each.code for each in _repeated(tmp_path, count)] == ["rounds_wrong"]


@pytest.mark.parametrize("count", ["1", "3.0", "20", "${so}", "${so} - 1"])
def test_rounds_that_can_be_gone(tmp_path: Path, count: str) -> None:
    assert _repeated(tmp_path, count) == ()


def _repeated(folder: Path, count: str) -> tuple[Mistake, ...]:
    survey: Rows = (
        {"type": "integer", "name": "so", "label": "Mấy?", "required": "yes", "repeat_count": ""},
        {"type": "begin_repeat", "name": "nguoi", "label": "người", "repeat_count": count},
        {"type": "text", "name": "ten", "label": "Tên?"},
        {"type": "end_repeat"},
    )
    book(folder / "a.xlsx", survey)
    return _mistakes(folder / "a.xlsx")


def test_choices_that_differ_in_capitals_alone_are_the_same(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", GOOD, choices=(*YES_NO, {"list_name": "yn", "name": "Yes", "label": "Vâng"}))
    assert [each.code for each in _mistakes(tmp_path / "a.xlsx")] == ["choice_twice"]


@pytest.mark.parametrize(
    ("column", "written", "says"),
    [
        ("relevant", "TRUE()", "hãy ghi true"),
        ("relevant", "Selected(${ten}, 'a')", "hãy ghi selected"),
        ("relevant", "if(${ten} = 'a'; 1; 2) = 1", "hãy ghi ,"),
        ("required", "x", "Có thể ghi: yes, no"),
        ("required", "bắt buộc", "Có thể ghi: yes, no"),
    ],
)
def test_what_to_write_instead_is_said(tmp_path: Path, column: str, written: str, says: str) -> None:
    book(tmp_path / "a.xlsx", (*GOOD, {"type": "text", "name": "b", "label": "B?", column: written}))
    (line,) = told(_mistakes(tmp_path / "a.xlsx"), load_words("vi"))
    assert says in line


def test_a_choice_without_a_name_is_not_offered_as_one(tmp_path: Path) -> None:
    survey: Rows = (*GOOD, {"type": "text", "name": "b", "label": "B?", "relevant": "${co} = 'maybe'"})
    book(tmp_path / "a.xlsx", survey, choices=(*YES_NO, {"list_name": "yn", "name": None, "label": "Có thể"}))
    lines = told(_mistakes(tmp_path / "a.xlsx"), load_words("vi"))
    assert [line for line in lines if line.endswith("Danh sách có: yes, no.")] != []


def test_a_sheet_that_nobody_knows_is_not_said_to_be_missing(tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", GOOD)
    made.create_sheet("Sheet1")["A1"] = VI
    made.save(tmp_path / "a.xlsx")
    (line,) = told(_mistakes(tmp_path / "a.xlsx"), load_words("vi"))
    assert line.startswith("trang Sheet1: Không biết trang này để làm gì.")
