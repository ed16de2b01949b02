"""`loalang guide`: the real command and its real child, with spreadsheets good, wrong and hostile."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from controller.guides.mistakes import Mistake
from controller.judging import LIMITS, judged
from controller.runtime.places import Places
from controller.store import guides
from controller.store.connection import Store
from tests.support.guide_books import Rows, book
from tests.support.processes import loalang
from tests.support.scheduling import CONFIG

GOOD: Rows = ({"type": "text", "name": "ten", "label": "Tên?"},)
BIRTH = {"type": "date", "name": "sinh", "label": "Sinh ngày nào?", "nguon": "card.birth"}
WRONG: Rows = ({"type": "text", "name": "ten", "label": "Tên?", "relevant": "${kia} === 1", "constraint": ". > 1"},)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    places = Places(tmp_path / "state")
    places.make()
    (places.state / "station.toml").write_text(CONFIG, encoding="utf-8")
    Store(places.station_db).close()
    return places.state


def test_check_import_and_list(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "thử nghiệm"  # whatever it is called
    book(file, (*GOOD, BIRTH))
    checked = loalang("guide", "check", str(file), "--json", state=state)
    told = json.loads(checked.stdout)
    assert (checked.returncode, checked.stderr, told["id"], told["verified_by"]) == (0, "", "thu", "")
    assert loalang("guide", "list", "--json", state=state).stdout.strip() == "[]"
    brought = loalang("guide", "import", str(file), state=state)
    assert (brought.returncode, brought.stderr) == (0, "")
    assert brought.stdout.splitlines() == [
        f"Đã đưa vào dùng: Thử nghiệm (1.000001), phiên bản {told['version']}.",
        "Hướng dẫn chưa được cán bộ xác nhận; ki-ốt sẽ ghi rõ điều đó.",
    ]
    listed = json.loads(loalang("guide", "list", "--json", state=state).stdout)
    assert [(each["id"], each["version"], each["verified_by"]) for each in listed] == [("thu", told["version"], "")]
    assert "đã có sẵn" in loalang("guide", "import", str(file), state=state).stdout


def test_every_mistake_on_its_own_line_and_nothing_changed(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    book(file, WRONG)
    for command in ("check", "import"):
        done = loalang("guide", command, str(file), state=state)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == [
            "trang survey, dòng 2, cột constraint_message::Tiếng Việt (vi): Thiếu constraint_message::Tiếng Việt (vi).",
            "trang survey, dòng 2, cột D (relevant): Không dùng === ở đây; hãy ghi =",
            f"{file}: có 2 chỗ cần sửa.",
        ]
    said = json.loads(loalang("guide", "check", str(file), "--json", state=state).stdout)
    assert [(each["code"], each["row"], each["column"]) for each in said] == [
        ("text_missing", 2, ""), ("expression_foreign", 2, "D"),
    ]  # fmt: skip
    store = Store(state / "station.db")
    with store.read() as tx:
        assert guides.in_force(tx) == []
    store.close()


def test_a_check_needs_no_station(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", GOOD)
    checked = loalang("guide", "check", str(tmp_path / "a.xlsx"), state=tmp_path / "none")
    assert (checked.returncode, "không hỏi ngày sinh" in checked.stdout) == (0, True)
    assert loalang("guide", "import", str(tmp_path / "a.xlsx"), state=tmp_path / "none").returncode == 2


def test_hundred_thousand_rows_are_refused_in_words(tmp_path: Path) -> None:
    """Small when packed, large when read: the child stops at its limit of rows, not of memory."""
    book(tmp_path / "a.xlsx", GOOD)
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>type</t></is></c></row>'
    rows = "".join(row.format(number) for number in range(1, 100_002))
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    _replaced(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", sheet.encode())
    (found,) = _mistakes(tmp_path / "a.xlsx")
    assert (found.code, found.sheet) == ("too_many_rows", "survey")


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _replaced(file: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(file) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    parts[name] = content
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for part, data in parts.items():
            package.writestr(part, data)


def _mistakes(file: Path) -> tuple[Mistake, ...]:
    found = judged(file)
    assert isinstance(found, tuple)
    return found


def test_what_eats_its_child_is_said_in_words(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", GOOD)
    tight = replace(LIMITS, memory_bytes=48 << 20)
    assert judged(tmp_path / "a.xlsx", tight) == (Mistake("file_heavy"),)


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", GOOD)
    assert judged(tmp_path / "a.xlsx", limit_s=0.05) == (Mistake("file_slow"),)


def test_a_file_that_lies_about_its_size(tmp_path: Path) -> None:
    """The directory of the package says 100 bytes, the part has a megabyte."""
    book(tmp_path / "a.xlsx", GOOD)
    _replaced(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (1 << 20) + b"</worksheet>")
    content = (tmp_path / "a.xlsx").read_bytes()
    size = ((1 << 20) + 23).to_bytes(4, "little")
    assert size in content
    (tmp_path / "a.xlsx").write_bytes(content.replace(size, (100).to_bytes(4, "little")))
    assert [found.code for found in _mistakes(tmp_path / "a.xlsx")] == ["file_broken"]


def test_an_import_says_what_it_changes(state: Path, tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", GOOD)
    assert "So với" not in loalang("guide", "import", str(tmp_path / "a.xlsx"), state=state).stdout
    book(tmp_path / "a.xlsx", ({"type": "text", "name": "ten", "label": "Họ tên?", "required": "yes"},))
    assert loalang("guide", "import", str(tmp_path / "a.xlsx"), state=state).stdout.splitlines()[1:4] == [
        "So với bản đang dùng:",
        "- Câu hỏi “Họ tên?”: câu chữ “Tên?” đổi thành “Họ tên?”.",
        "- Câu hỏi “Họ tên?”: việc bắt buộc trả lời đã đổi.",
    ]


def test_a_sheet_of_two_thousand_mistakes_can_be_read(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", tuple({"type": "text", "name": "Tên", "label": "Tên?"} for _ in range(1900)))
    done = loalang("guide", "check", str(tmp_path / "a.xlsx"), state=tmp_path)
    assert done.stderr.splitlines()[5:] == [
        "trang survey: còn 1895 chỗ nữa bị như vậy, ở dòng 7-1901.",
        f"{tmp_path / 'a.xlsx'}: có 1900 chỗ cần sửa.",
    ]


def test_a_sheet_that_comes_with_the_station_is_changed_and_brought_again(tmp_path: Path) -> None:
    file, none = tmp_path / "a.xlsx", tmp_path / "none"
    assert loalang("guide", "sheet", "khai_sinh", str(file), state=none).returncode == 0
    assert "khai sinh (1.001193)" in loalang("guide", "check", str(file), state=none).stdout
    again = loalang("guide", "sheet", "khai_tu", str(file), state=none)
    assert (again.returncode, "khai sinh (1.001193)" in loalang("guide", "check", str(file), state=none).stdout) == (
        2,
        True,
    )
    other = loalang("guide", "sheet", "../khai_tu", str(tmp_path / "b.xlsx"), state=none)
    assert (other.returncode, "trich_luc_ho_tich" in other.stderr) == (2, True)
