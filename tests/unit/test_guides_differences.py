"""What a new version changes is said whole, in words; and ten thousand mistakes can still be read."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from controller.core.words import LANGUAGES
from controller.guides.differences import differences
from controller.guides.documents import guide_of, text_of
from controller.guides.mistakes import Mistake, told
from controller.guides.model import Choice, Fact, Group, Guide, Paper, Question, Source, Step, Tree
from controller.guides.parsing import parsed
from controller.guiding import shipped
from controller.runtime.catalogues import load_words

VI = load_words("vi")
YES: Tree = ("call", "true")


def _guide(**changed: Any) -> Guide:
    old = Guide(
        id="thu", code="1.000001", title={"vi": "Thử nghiệm", "en": "A trial"}, events=("khac",),
        authority={"vi": "Ủy ban nhân dân xã"}, times=(Fact("", {"vi": "Trong ngày"}),),
        fees=(Fact("truc_tiep", {"vi": "8.000 đồng"}), Fact("truc_tuyen", {"vi": "Không thu"})),
        exemptions=({"vi": "Người có công"},), deadline={}, legal_source=(Source({"vi": "Luật A"}, date(2025, 7, 1)),),
        notes=({"vi": "Chưa rõ"},), verified_by="", verified_on=None, review_by=None,
        questions=(
            Question("ten", "text", {"vi": "Họ tên?", "en": "Name?"}, required=YES),
            Group("con", {"vi": "Các con"}, (
                Question("co", "select_one", {"vi": "${ten} có con không?"}, choices=(
                    Choice("yes", {"vi": "Có"}), Choice("no", {"vi": "Không"}),
                )),
            )),
        ),
        papers=(Paper("cc", {"vi": "Căn cước"}), Paper("anh", {"vi": "Ảnh"})),
        handover=(Step({"vi": "Mở cổng"}, address="https://dichvucong.gov.vn"),), languages=("vi", "en"),
    )  # fmt: skip
    return guide_of(text_of(replace(old, **changed)))


def _said(new: Guide) -> list[str]:
    return [each.said(VI) for each in differences(_guide(), new)]


def test_facts() -> None:
    new = _guide(
        title={"vi": "Thử nghiệm", "en": "An attempt"},
        events=("khac", "ket_hon"),
        fees=(Fact("truc_tiep", {"vi": "10.000 đồng"}), Fact("truc_tuyen", {"vi": "Không thu"})),
        exemptions=(),
        deadline={"vi": "Trong 60 ngày"},
        legal_source=(Source({"vi": "Luật A"}, date(2026, 1, 1)), Source({"vi": "Nghị định B"})),
        handover=(Step({"vi": "Mở cổng"}, address="https://dichvucong.gov.vn/p"),),
    )
    assert _said(new) == [
        "Tên thủ tục (en) “A trial” đổi thành “An attempt”.",
        "Thêm việc trong đời “Kết hôn, hôn nhân”.",
        "Thêm thời hạn phải làm “Trong 60 ngày”.",
        "Lệ phí (Nộp trực tiếp) “8.000 đồng” đổi thành “10.000 đồng”.",
        "Bỏ đối tượng được miễn, giảm “Người có công”.",
        "Căn cứ pháp lý “Luật A (01/07/2025)” đổi thành “Luật A (01/01/2026)”.",
        "Thêm căn cứ pháp lý “Nghị định B”.",
        "Bước bàn giao “Mở cổng https://dichvucong.gov.vn” đổi thành “Mở cổng https://dichvucong.gov.vn/p”.",
    ]


def test_questions_and_papers() -> None:
    new = _guide(
        questions=(
            Group("con", {"vi": "Con cái"}, (
                Question("co", "select_one", {"vi": "${ten} có con không?"}, relevant=parsed("${ten} = 'a'"), choices=(
                    Choice("yes", {"vi": "Có, đã có"}), Choice("biet", {"vi": "Không biết"}),
                )),
                Question("may", "integer", {"vi": "Mấy con?"}),
            )),
            Question("ten", "text", {"vi": "Họ và tên?", "en": "Name?"}),
        ),
        papers=(Paper("anh", {"vi": "Ảnh"}, copies=2), Paper("don", {"vi": "Đơn"})),
    )  # fmt: skip
    assert _said(new) == [
        "Phần “Con cái”: câu chữ “Các con” đổi thành “Con cái”.",
        "Câu hỏi “… có con không?”: thêm điều kiện để hỏi “${ten} = 'a'”.",
        "Câu hỏi “… có con không?”: bỏ lựa chọn “Không”.",
        "Câu hỏi “… có con không?”: lựa chọn “Có” đổi thành “Có, đã có”.",
        "Câu hỏi “… có con không?”: thêm lựa chọn “Không biết”.",
        "Thêm câu hỏi “Mấy con?”.",
        "Câu hỏi “Họ và tên?”: câu chữ “Họ tên?” đổi thành “Họ và tên?”.",
        "Câu hỏi “Họ và tên?”: việc bắt buộc trả lời đã đổi.",
        "Thứ tự câu hỏi đã đổi.",
        "Bỏ giấy tờ “Căn cước”.",
        "Giấy tờ “Ảnh”: số lượng đã đổi.",
        "Thêm giấy tờ “Đơn”.",
    ]


def test_a_guide_does_not_differ_from_itself_whoever_has_confirmed_it() -> None:
    assert differences(_guide(), _guide(verified_by="Cán bộ thử", verified_on=date(2026, 11, 22))) == ()


@pytest.mark.parametrize("kind", [Question, Group, Paper, Choice, Step, Fact, Source, Guide])
def test_nothing_that_is_another_one_passes_in_silence(kind: type) -> None:
    """Each field by itself; that there is a difference is known from the version."""
    choice = Choice("a", {"vi": "A"}, facts={"x": "1"})
    question = Question("mot", "select_one", {"vi": "Một?"}, choices=(choice,))
    inside, again = Question("hai", "text", {"vi": "Hai?"}), Question("nhom", "repeat", {})
    group = Group("nhom", {"vi": "Nhóm"}, (inside,), another=again)
    old = _guide(questions=(question, group))
    homes: dict[type, tuple[str, Any]] = {
        Question: ("questions", question), Group: ("questions", group), Paper: ("papers", old.papers[0]),
        Step: ("handover", old.handover[0]), Fact: ("fees", old.fees[0]), Source: ("legal_source", old.legal_source[0]),
    }  # fmt: skip
    for field in dataclasses.fields(kind):
        if field.name in ("verified_by", "verified_on", "review_by", "version"):
            continue
        if kind is Guide:
            changed: dict[str, Any] = {field.name: _other(getattr(old, field.name))}
        elif kind is Choice:
            other = replace(choice, **{field.name: _other(getattr(choice, field.name))})
            changed = {"questions": (replace(question, choices=(other,)), group)}
        else:
            home, part = homes[kind]
            other = replace(part, **{field.name: _other(getattr(part, field.name))})
            changed = {home: tuple(other if each == part else each for each in getattr(old, home))}
        new = guide_of(text_of(replace(old, **changed)))
        assert new.version != old.version, field.name
        found = differences(old, new)
        assert found, field.name
        for language in LANGUAGES:
            words = load_words(language)
            assert all(each.said(words) for each in found)


def _other(value: Any) -> Any:
    """Another value of the same shape."""
    if value is None or (isinstance(value, tuple) and value and value[0] == "call"):
        return ("text", "x")
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, date):
        return date(2000, 1, 1)
    if isinstance(value, tuple):
        return value[1:] if value else ("ten",)
    if isinstance(value, Question):
        return None
    return {**value, "vi": "Khác hẳn"}


def test_every_shipped_guide_differs_from_its_next_version() -> None:
    for guide in shipped():
        later = replace(guide, questions=guide.questions[1:], papers=guide.papers[:-1])
        assert differences(guide, guide_of(text_of(later)))


def test_ten_thousand_mistakes_can_be_read() -> None:
    found = (
        Mistake("sheet_missing", "choices"),
        *(Mistake("name_missing", "survey", row, "B", "name") for row in range(2, 2000) if row % 500 != 20),
        Mistake("type_missing", "survey", 1999, "A", "type"),
        *(Mistake("cell_outside", "giay_to", row, "Z") for row in range(10, 60, 2)),
    )
    lines = told(found, VI)
    assert lines == (
        "trang choices: Thiếu trang này.",
        *(f"trang survey, dòng {row}, cột B (name): Thiếu tên." for row in range(2, 7)),
        "trang survey: còn 1989 chỗ nữa bị như vậy, ở dòng 7-19, 21-519, 521-1019, 1021-1519, 1521-1999.",
        "trang survey, dòng 1999, cột A (type): Thiếu loại câu hỏi.",
        *(f"trang giay_to, dòng {row}, cột Z: Có chữ ở cột không có tên." for row in range(10, 20, 2)),
        "trang giay_to: còn 20 chỗ nữa bị như vậy, ở dòng 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, ….",
    )
