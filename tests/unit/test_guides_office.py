"""What office programs make of a spreadsheet, and files that are no spreadsheet of ours at all."""

from __future__ import annotations

import datetime
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from controller.guides.forms import Form
from controller.guides.model import Guide
from controller.guides.packages import FILE_LIMIT
from tests.support.guide_books import FACTS, SETTINGS, STEPS, VI, Rows, book, mistakes_in, read

GOOD: Rows = ({"type": "text", "name": "ten", "label": "Tên?", "en": "Name?"},)


def _changed(change: Callable[[openpyxl.Workbook], None]) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        made = book(file, GOOD)
        change(made)
        made.save(file)

    return write


def _formula(made: openpyxl.Workbook) -> None:
    made["survey"]["C2"] = '="T" & "ên?"'


def _merged(made: openpyxl.Workbook) -> None:
    made["survey"].merge_cells("B4:C5")
    made["survey"]["E3"] = "lạc"


def _no_sheet(made: openpyxl.Workbook) -> None:
    del made["ban_giao"]
    made.create_sheet("chioces")
    made.create_sheet("ghi_chu của tôi").append(["gì cũng được", "=1+1"])


def _many_rows(made: openpyxl.Workbook) -> None:
    for _ in range(2_001):
        made["choices"].append(["yn", "a", "A"])


def _far_away(made: openpyxl.Workbook) -> None:
    made["survey"].cell(1_048_576, 1, "text")


def _wide(made: openpyxl.Workbook) -> None:
    made["survey"].cell(2, 16_384, "x")


def _hidden(made: openpyxl.Workbook) -> None:
    made["survey"].sheet_state = "hidden"
    made.create_sheet("của phần mềm").sheet_state = "veryHidden"


def _days(made: openpyxl.Workbook) -> None:
    """What Excel makes of "3/4" and of "7:30"."""
    made["survey"]["C2"] = datetime.date(2026, 4, 3)
    made["ban_giao"]["A2"] = datetime.time(7, 30)


def _long(made: openpyxl.Workbook) -> None:
    made["survey"]["C2"] = "a" * 10_000


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_formula, [("cell_formula", "survey", 2, "C")]),
        (_merged, [("cell_outside", "survey", 3, "E"), ("cells_merged", "survey", 4, "B")]),
        (_no_sheet, [("sheet_unknown_near", "chioces", 0, ""), ("sheet_missing", "ban_giao", 0, "")]),
        (_many_rows, [("too_many_rows", "choices", 0, "")]),
        (_far_away, [("too_many_empty", "survey", 0, "")]),
        (_hidden, [("sheet_hidden", "survey", 0, ""), ("sheet_hidden", "của phần mềm", 0, "")]),
        (_days, [("cell_day", "survey", 2, "C"), ("cell_day", "ban_giao", 2, "A")]),
        (_wide, [("too_many_columns", "survey", 2, "")]),
        (_long, [("cell_long", "survey", 2, "C")]),
    ],
)
def test_excels_cleverness_is_refused(
    tmp_path: Path, change: Callable[[openpyxl.Workbook], None], expected: list[tuple[str, str, int, str]]
) -> None:
    _changed(change)(tmp_path / "a.xlsx")
    found = mistakes_in(tmp_path / "a.xlsx")
    assert [each for each in found if each[0] not in ("choice_twice", "text_missing", "type_missing")] == expected


def _with_part(name: str, content: bytes) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        book(file, GOOD)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package:
            package.writestr(name, content)

    return write


def _bomb(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package, package.open("xl/workbook.xml", "w") as part:
        for _ in range(80):
            part.write(bytes(1 << 20))


def _cut(file: Path) -> None:
    book(file, GOOD)
    file.write_bytes(file.read_bytes()[:-200])


def _no_workbook(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("word/document.xml", "<a/>")


ENTITIES = b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda file: file.write_bytes(b""), "file_empty"),
    "a folder": (lambda file: file.mkdir(), "file_folder"),
    "a pipe": (lambda file: os.mkfifo(file), "file_folder"),
    "not there": (lambda file: None, "file_absent"),
    "csv": (lambda file: file.write_text("type,name,label\ntext,a,A\n"), "file_no_workbook"),
    "old Excel": (lambda file: file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "file_old"),
    "Word": (_no_workbook, "file_no_workbook"),
    "large": (lambda file: file.write_bytes(b"PK\x03\x04" + bytes(FILE_LIMIT)), "file_large"),
    "cut short": (_cut, "file_broken"),
    "noise": (lambda file: file.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 20), "file_broken"),
    "bomb": (_bomb, "file_bomb"),
    "macros": (_with_part("xl/vbaProject.bin", b"macro"), "file_macros"),
    "entities": (_with_part("xl/worksheets/sheet9.xml", ENTITIES), "file_entities"),
    "entities in UTF-16": (_with_part("xl/more.xml", ENTITIES.decode().encode("utf-16")), "file_entities"),
    "no workbook in it": (lambda file: _rewritten(file, b"sheet.main+xml", b"sheet.other+xml"), "file_broken"),
    "strict": (lambda file: _rewritten(file, b"//schemas.openxmlformats.org", b"//purl.oclc.org/ooxml"), "file_strict"),
    "many parts": (lambda file: _parts(file), "file_bomb"),
}


def _rewritten(file: Path, old: bytes, new: bytes) -> None:
    book(file, GOOD)
    with zipfile.ZipFile(file) as package:
        parts = {name: package.read(name).replace(old, new) for name in package.namelist()}
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)


def _parts(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as package:
        for number in range(600):
            package.writestr(f"xl/{number}.xml", "<a/>")


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_guide(tmp_path: Path, name: str) -> None:
    write, code = FILES[name]
    write(tmp_path / "a.xlsx")
    assert mistakes_in(tmp_path / "a.xlsx") == [(code, "", 0, "")]


def test_what_excel_makes_of_numbers_and_days(tmp_path: Path) -> None:
    """A whole number is written without a point, a day as a day, however the cell is formatted."""
    choices: Rows = (
        {"list_name": "nam", "name": 2025, "label": 2025},
        {"list_name": "nam", "name": 2026.0, "label": True},
    )
    survey: Rows = ({"type": "select_one nam", "name": "nam", "label": "Năm nào\u00a0?", "required": True},)
    book(tmp_path / "a.xlsx", survey, choices, SETTINGS, FACTS, steps=STEPS)
    found = read(tmp_path / "a.xlsx")
    assert isinstance(found, Guide)
    question = found.questions[0]
    assert [(choice.name, dict(choice.labels)) for choice in question.choices] == [  # type: ignore[union-attr]  # is one
        ("2025", {"vi": "2025"}), ("2026", {"vi": "yes"}),
    ]  # fmt: skip
    assert (question.labels, question.required) == ({"vi": "Năm nào ?"}, ("call", "true"))  # type: ignore[union-attr]  # is one
    assert VI


@pytest.mark.parametrize("name", ["survey", "settings", "thu_tuc", "giay_to", "ban_giao"])
def test_an_empty_sheet_is_as_bad_as_none(tmp_path: Path, name: str) -> None:
    """A guide without any facts once passed."""
    made = book(tmp_path / "a.xlsx", GOOD)
    made[name].delete_rows(1, 50)
    made.save(tmp_path / "a.xlsx")
    assert mistakes_in(tmp_path / "a.xlsx") == [("sheet_empty", name, 0, "")]


def test_what_nobody_sees_is_not_there(tmp_path: Path) -> None:
    """Blanks of all kinds are one, what has no width is nothing, and Excel's way to write a letter is that letter."""
    survey: Rows = (
        {
            "type": "text",
            "name": "te\u200bn",
            "label": "Ho\u0323 \ufeffva\u0300\u00a0tê\u00adn?_x000D_\nGhi đủ._x005F_",
        },
        {"type": "text", "name": "so", "label": "Số?", "relevant": "${ten}\u00a0=\u2003'a'"},
    )
    book(tmp_path / "a.xlsx", survey)
    found = read(tmp_path / "a.xlsx")
    assert isinstance(found, Guide), found
    assert [(each.name, each.labels) for each in found.questions] == [
        ("ten", {"vi": "Họ và tên?\nGhi đủ._"}), ("so", {"vi": "Số?"}),
    ]  # fmt: skip


def test_merged_cells_are_found_whatever_the_prefix(tmp_path: Path) -> None:
    """Some programs write every element with the prefix of its namespace."""
    made = book(tmp_path / "a.xlsx", GOOD)
    made["choices"].merge_cells("C2:C3")
    made.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet2.xml"]
    sheet = re.sub(rb"<(/?)(?=\w)", rb"<\1x:", sheet).replace(b"xmlns=", b"xmlns:x=")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        for name, content in {**parts, "xl/worksheets/sheet2.xml": sheet}.items():
            package.writestr(name, content)
    assert ("cells_merged", "choices", 2, "C") in mistakes_in(tmp_path / "a.xlsx")


def test_a_guide_that_was_written_in_libreoffice() -> None:
    """Typed into Calc by docs/guides.md alone, sheets and columns in an order of its own, and saved as .xlsx."""
    found = read(Path("tests/data/guide_from_libreoffice.xlsx"))
    assert isinstance(found, Guide), found
    form = Form(found, datetime.date(2026, 11, 22))
    answers = form.with_answer(form.begun(), ("giay", 0, "tieng"), "viet")
    answers = form.with_answer(form.with_answer(answers, ("giay", 0), "yes"), ("giay", 1, "tieng"), "ngoai")
    assert [(each.paper.id, each.depends) for each in form.papers(answers)] == [
        ("can_cuoc", False), ("giay_ky", False), ("ban_dich", False),
    ]  # fmt: skip
    assert (answers[("phi",)], found.code, found.legal_source[0].of) == (20_000, "2.000884", datetime.date(2015, 2, 16))
