"""The form engine: what is asked, what is wrong, what falls away, which papers are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from controller.guides.answering import Answers, Value, canonical
from controller.guides.answering import Path as Where
from controller.guides.documents import guide_of, text_of
from controller.guides.forms import Form, Page
from controller.guides.id_numbers import Card
from controller.guides.model import Guide, Question, said
from controller.runtime.catalogues import load_words
from tests.support.guide_books import YES_NO, Rows, guide_from

TODAY = date(2026, 11, 22)
SURVEY: Rows = (
    {"type": "begin_group", "name": "phu_hop", "label": "Có hợp không"},
    {
        "type": "select_one yn", "name": "o_day", "label": "Ông bà ở xã này?", "required": "yes",
        "constraint": ". = 'yes'", "constraint_message": "Xin đến xã của ông bà.",
    },
    {"type": "end_group"},
    {"type": "begin_group", "name": "nguoi", "label": "Người nộp"},
    {
        "type": "text", "name": "ten", "label": "Họ và tên?", "en": "Full name?", "required": "yes",
        "appearance": "name", "nguon": "card.name",
    },
    {
        "type": "date", "name": "sinh", "label": "Ngày sinh của ${ten}?", "constraint": ". <= today()",
        "constraint_message": "Ngày này ở sau hôm nay.", "nguon": "card.birth",
    },
    {"type": "select_one gt", "name": "gioi", "label": "Nam hay nữ?", "nguon": "card.sex"},
    {
        "type": "text", "name": "so", "label": "Số định danh?", "appearance": "id_number", "nguon": "card.id",
        "doi_chieu": "sinh gioi",
    },
    {"type": "text", "name": "goi", "label": "Điện thoại?", "appearance": "phone"},
    {"type": "end_group"},
    {"type": "select_one tinh", "name": "tinh", "label": "Tỉnh?"},
    {"type": "select_one xa", "name": "xa", "label": "Xã?", "choice_filter": "tinh = ${tinh}"},
    {"type": "select_one yn", "name": "co_con", "label": "Có con?", "required": "yes"},
    {"type": "begin_repeat", "name": "con", "label": "người con", "relevant": "${co_con} = 'yes'"},
    {"type": "text", "name": "con_ten", "label": "Tên con?", "required": "yes"},
    {"type": "integer", "name": "con_tuoi", "label": "Tuổi của ${con_ten}?", "default": "1"},
    {
        "type": "text", "name": "truong", "label": "Trường của ${con_ten}?", "relevant": "${con_tuoi} >= 6",
        "required": "${con_tuoi} < 18",
    },
    {"type": "end_repeat"},
    {"type": "calculate", "name": "may_con", "calculation": "if(${co_con} = 'yes', count(${con_ten}), 0)"},
    {"type": "note", "name": "loi", "label": "${ten} có ${may_con} con.", "relevant": "${may_con} > 0"},
    {"type": "select_multiple yn", "name": "nhieu", "label": "Chọn?"},
    {"type": "decimal", "name": "dien_tich", "label": "Mấy mét vuông?"},
    {"type": "text", "name": "ghi", "label": "Ghi thêm?", "appearance": "multiline"},
)  # fmt: skip
CHOICES: Rows = (
    *YES_NO,
    {"list_name": "gt", "name": "nam", "label": "Nam", "en": "Male"},
    {"list_name": "gt", "name": "nu", "label": "Nữ", "en": "Female"},
    {"list_name": "tinh", "name": "08", "label": "Tuyên Quang"},
    {"list_name": "tinh", "name": "04", "label": "Cao Bằng"},
    {"list_name": "xa", "name": "na_hang", "label": "Nà Hang", "tinh": "08"},
    {"list_name": "xa", "name": "minh_xuan", "label": "Minh Xuân", "tinh": "08"},
    {"list_name": "xa", "name": "thuc_phan", "label": "Thục Phán", "tinh": "04"},
)
PAPERS: Rows = (
    {"ma": "can_cuoc", "ten": "Căn cước", "ban": "goc", "cach": "xuat_trinh"},
    {"ma": "khai_sinh", "ten": "Khai sinh của con", "when": "${may_con} > 0"},
    {"ma": "xa_khac", "ten": "Giấy của xã cũ", "when": "${tinh} = '04' and ${co_con} = 'yes'"},
    {"ma": "a", "nhom": "cho_o", "kieu": "ONE_OF", "ten": "Hợp đồng", "so_luong": 2, "chup": "yes"},
    {"ma": "b", "nhom": "cho_o", "kieu": "ONE_OF", "ten": "Giấy nhà"},
)
CARD = Card("008155000001", "Nông Thị Thử", "1955-09-02", "nu", "Thôn 1, Nà Hang, Tuyên Quang")


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    return guide_of(text_of(guide_from(tmp_path_factory.mktemp("guide"), SURVEY, CHOICES, PAPERS)))


@pytest.fixture
def form(guide: Guide) -> Form:
    return Form(guide, TODAY)


def given(form: Form, *answers: tuple[Where, Value]) -> Answers:
    found = form.begun()
    for path, value in answers:
        found = form.with_answer(found, path, value)
    return found


def paths(form: Form, answers: Answers) -> list[str]:
    return ["/".join(map(str, page.path)) for page in form.pages(answers)]


def at(form: Form, answers: Answers, *path: str | int) -> Page:
    page = form.page(path, answers)
    assert page is not None
    return page


BEFORE = ["phu_hop/o_day", "nguoi/ten", "nguoi/sinh", "nguoi/gioi", "nguoi/so", "nguoi/goi", "tinh", "xa", "co_con"]
AFTER = ["nhieu", "dien_tich", "ghi"]


def test_pages_follow_the_answers(form: Form) -> None:
    answers = form.begun()
    assert paths(form, answers) == BEFORE + AFTER
    answers = form.with_answer(answers, ("co_con",), "yes")
    one = ["con/0/con_ten", "con/0/con_tuoi", "con/0"]
    assert paths(form, answers) == BEFORE + one + AFTER
    answers = form.with_answer(answers, ("con", 0, "con_tuoi"), "7")
    answers = form.with_answer(answers, ("con", 0, "con_ten"), "Thử")
    answers = form.with_answer(answers, ("con", 0), "yes")
    two = ["con/0/con_ten", "con/0/con_tuoi", "con/0/truong", "con/0", "con/1/con_ten", "con/1/con_tuoi", "con/1"]
    assert paths(form, answers) == [*BEFORE, *two, "loi", *AFTER]
    numbers = [(page.number, page.of) for page in form.pages(answers)]
    assert numbers == [(number, 20) for number in range(1, 21)]
    answers = form.with_answer(answers, ("co_con",), "no")
    assert paths(form, answers) == BEFORE + AFTER


def test_another_one_ends(form: Form) -> None:
    answers = given(form, (("co_con",), "yes"))
    for number in range(25):
        answers = form.with_answer(answers, ("con", number), "yes")
    rounds = {page.path[1] for page in form.pages(answers) if page.path[0] == "con"}
    assert rounds == set(range(20))
    assert form.page(("con", 19), answers) is None


def test_labels_say_what_was_answered(form: Form) -> None:
    answers = given(form, (("nguoi", "ten"), "Nông Thị Thử"), (("co_con",), "yes"), (("con", 0, "con_ten"), "Bé"))
    assert at(form, answers, "nguoi", "sinh").question.labels == {"vi": "Ngày sinh của Nông Thị Thử?"}
    assert at(form, answers, "con", 0, "con_tuoi").question.labels == {"vi": "Tuổi của Bé?"}
    assert at(form, answers, "loi").question.labels == {"vi": "Nông Thị Thử có 1 con."}
    assert at(form, form.begun(), "nguoi", "sinh").question.labels == {"vi": "Ngày sinh của …?"}
    assert at(form, answers, "con", 0).question.labels == {
        "vi": "Còn người con nữa không?",
        "en": "Is there another: người con?",
    }


def test_what_is_missing_in_a_language_is_said_in_vietnamese(form: Form) -> None:
    name, phone = at(form, {}, "nguoi", "ten").question, at(form, {}, "nguoi", "goi").question
    assert (said(name.labels, "en"), said(phone.labels, "en"), said(name.hints, "vi")) == (
        "Full name?",
        "Điện thoại?",
        "",
    )
    assert said({"vi": "Có", "en": "-"}, "en") == "Có"


@pytest.mark.parametrize(
    ("path", "value", "code", "detail"),
    [
        (("phu_hop", "o_day"), None, "required", ""),
        (("phu_hop", "o_day"), "no", None, ""),  # it does not fit, which is no mistake
        (("phu_hop", "o_day"), "maybe", "choice", ""),
        (("nguoi", "ten"), "   ", "required", ""),
        (("nguoi", "ten"), "a" * 10_000, "too_long", ""),
        (("ghi",), "a" * 1_999, None, ""),
        (("ghi",), "a" * 2_001, "too_long", ""),
        (("nguoi", "sinh"), "31/2/2020", "kind", "date"),
        (("nguoi", "sinh"), "02.09.1955", None, ""),
        (("nguoi", "sinh"), "23/11/2026", "constraint", ""),
        (("nguoi", "sinh"), None, None, ""),
        (("nguoi", "so"), "0081 5500 0001", None, ""),
        (("nguoi", "so"), "00815500000", "kind", "id_number"),
        (("nguoi", "so"), "abc", "kind", "id_number"),
        (("nguoi", "goi"), "0912", "kind", "phone"),
        (("dien_tich",), "12,5", None, ""),
        (("dien_tich",), "12,5,", "kind", "decimal"),
        (("nhieu",), ["yes", "no"], None, ""),
        (("nhieu",), ["yes", "other"], "choice", ""),
        (("xa",), "thuc_phan", "choice", ""),
    ],
)
def test_problems(form: Form, path: Where, value: Value | None, code: str | None, detail: str) -> None:
    answers = given(form, (("tinh",), "08"))
    problem = form.problem(at(form, answers, *path), value, answers)
    assert (problem and problem.code, problem.detail if problem else "") == (code, detail)
    if problem:
        for language in ("vi", "en"):
            assert problem.said(load_words(language))


def test_the_guides_own_message_comes_first(form: Form) -> None:
    answers = form.begun()
    problem = form.problem(at(form, answers, "nguoi", "sinh"), "1/1/2030", answers)
    assert problem is not None
    assert problem.said(load_words("en")) == "Ngày này ở sau hôm nay."


def test_what_is_required_may_hang_on_an_answer(form: Form) -> None:
    answers = given(form, (("co_con",), "yes"), (("con", 0, "con_tuoi"), 7))
    page = at(form, answers, "con", 0, "truong")
    problem = form.problem(page, "", answers)
    assert problem is not None
    assert problem.code == "required"
    assert form.problem(page, "", form.with_answer(answers, ("con", 0, "con_tuoi"), 19)) is None


def test_answers_take_their_plain_form(form: Form) -> None:
    answers = given(
        form,
        (("nguoi", "ten"), "  Nông Thi\u0323 Thử "),
        (("nguoi", "sinh"), "2/9/1955"),
        (("nguoi", "so"), "008 155 000 001"),
        (("dien_tich",), "12,50"),
        (("nhieu",), "yes no yes"),
        (("khong_co",), "x"),
        (("con", 0, "con_ten"), "not asked"),
    )
    assert dict(answers) == {
        ("nguoi", "ten"): "Nông Thị Thử", ("nguoi", "sinh"): "1955-09-02", ("nguoi", "so"): "008155000001",
        ("dien_tich",): 12.5, ("nhieu",): ["yes", "no"], ("may_con",): 0,
    }  # fmt: skip
    assert dict(form.with_answer(answers, ("nguoi", "ten"), "")).get(("nguoi", "ten")) is None


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("integer", "1.000", 1000), ("integer", "12.5", "12.5"), ("integer", "--5", "--5"), ("integer", "- 5", -5),
        ("integer", "1.2.3", "1.2.3"), ("integer", "²", "²"), ("decimal", "1.000", 1000),
        ("decimal", "1.000,5", 1000.5), ("decimal", "2.5", 2.5), ("decimal", "2,50", 2.5),
        ("decimal", "1,000.5", "1,000.5"), ("decimal", "٣", "٣"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_here(kind: str, typed: str, value: Value) -> None:
    """Twelve and a half is not a hundred and twenty-five; what is no number stays, and is refused in words."""
    assert canonical(Question("so", kind, {}), typed) == value


def test_a_default_is_there_when_its_question_is(form: Form) -> None:
    answers = given(form, (("co_con",), "yes"), (("con", 0), "yes"))
    assert (answers[("con", 0, "con_tuoi")], answers[("con", 1, "con_tuoi")]) == (1, 1)
    emptied = form.with_answer(answers, ("con", 0, "con_tuoi"), None)
    assert ("con", 0, "con_tuoi") not in form.with_answer(emptied, ("ghi",), "x")  # it does not come back


def test_cleared_is_what_counts(form: Form) -> None:
    answers = given(
        form, (("co_con",), "yes"), (("con", 0, "con_ten"), "Bé"), (("con", 0, "con_tuoi"), 8),
        (("con", 0, "truong"), "Tiểu học"), (("con", 0), "yes"), (("con", 1, "con_ten"), "Em"), (("tinh",), "08"),
        (("xa",), "na_hang"),
    )  # fmt: skip
    assert form.cleared(answers) == answers
    one_child = form.with_answer(answers, ("con", 0), "no")
    assert answers[("con", 1, "con_ten")] == one_child[("con", 1, "con_ten")]  # whoever comes back finds it
    assert dict(form.cleared(one_child)) == {
        ("co_con",): "yes", ("con", 0, "con_ten"): "Bé", ("con", 0, "con_tuoi"): 8, ("con", 0, "truong"): "Tiểu học",
        ("con", 0): "no", ("tinh",): "08", ("xa",): "na_hang", ("may_con",): 1,
    }  # fmt: skip
    younger = form.with_answer(one_child, ("con", 0, "con_tuoi"), 3)
    assert ("con", 0, "truong") not in form.cleared(younger)
    none = form.with_answer(form.with_answer(answers, ("co_con",), "no"), ("tinh",), "04")
    assert dict(form.cleared(none)) == {("co_con",): "no", ("tinh",): "04", ("may_con",): 0}  # the commune is not there


def test_what_is_not_asked_counts_for_nothing(form: Form) -> None:
    answers = given(form, (("co_con",), "yes"), (("con", 0, "con_ten"), "Bé"), (("co_con",), "no"))
    assert (answers[("con", 0, "con_ten")], answers[("may_con",)]) == ("Bé", 0)
    assert "loi" not in paths(form, answers)


def test_a_card_fills_in_what_stands_on_it(form: Form) -> None:
    answers = form.prefilled(form.begun(), CARD)
    assert dict(answers) == {
        ("nguoi", "ten"): "Nông Thị Thử", ("nguoi", "sinh"): "1955-09-02", ("nguoi", "gioi"): "nu",
        ("nguoi", "so"): "008155000001", ("may_con",): 0,
    }  # fmt: skip
    assert form.prefilled(form.begun(), CARD, who="somebody else") == form.begun()
    assert form.guide.cards == ("card",)


@pytest.mark.parametrize(
    ("changed", "number", "code"),
    [
        ({}, "008155000001", None),
        ({("nguoi", "gioi"): "nam"}, "008155000001", "number_sex"),
        ({("nguoi", "sinh"): "1956-09-02"}, "008155000001", "number_year"),
        ({("nguoi", "sinh"): "2055-09-02"}, "008355000001", None),
        ({("nguoi", "sinh"): "2055-09-02"}, "008155000001", "number_year"),
        ({}, "071234567", "number_old"),
        ({}, "0081", None),
    ],
)
def test_an_id_number_is_only_warned_of(form: Form, changed: Mapping[Where, Value], number: str, code: str) -> None:
    answers = {**form.prefilled(form.begun(), CARD), **changed}
    page = at(form, answers, "nguoi", "so")
    warning = form.warning(page, number, answers)
    assert (warning and warning.code) == code
    if warning:
        assert warning.said(load_words("vi"))
        assert form.problem(page, number, answers) is None


def test_choices_are_filtered(form: Form) -> None:
    answers = given(form, (("tinh",), "08"))
    assert [choice.name for choice in form.choices(at(form, answers, "xa"), answers)] == ["na_hang", "minh_xuan"]
    assert form.choices(at(form, {}, "xa"), {}) == ()
    assert [choice.name for choice in form.choices(at(form, {}, "co_con"), {})] == ["yes", "no"]


def test_nobody_is_held_up_where_there_is_nothing_to_choose(tmp_path: Path) -> None:
    survey: Rows = (
        {"type": "select_one tinh", "name": "tinh", "label": "Tỉnh?", "required": "yes"},
        {
            "type": "select_one xa", "name": "xa", "label": "Xã?", "required": "yes",
            "choice_filter": "tinh = ${tinh}",
        },
    )  # fmt: skip
    choices: Rows = (
        {"list_name": "tinh", "name": "08", "label": "Tuyên Quang"},
        {"list_name": "tinh", "name": "79", "label": "Thành phố"},
        {"list_name": "xa", "name": "na_hang", "label": "Nà Hang", "tinh": "08"},
    )
    asking = Form(guide_from(tmp_path, survey, choices), TODAY)

    def left(tinh: str) -> list[tuple[Where, str]]:
        answers = asking.with_answer(asking.begun(), ("tinh",), tinh)
        return [(page.path, problem.code) for page, problem in asking.unfinished(answers)]

    assert (left("08"), left("79")) == ([(("xa",), "required")], [])


def test_papers(form: Form) -> None:
    def wanted(*answers: tuple[Where, Value]) -> list[tuple[str, bool]]:
        return [(each.paper.id, each.depends) for each in form.papers(given(form, *answers))]

    always = [("a", False), ("b", False)]
    assert wanted() == [("can_cuoc", False), ("khai_sinh", True), ("xa_khac", True), *always]
    assert wanted((("tinh",), "08")) == [("can_cuoc", False), ("khai_sinh", True), *always]
    assert wanted((("co_con",), "no")) == [("can_cuoc", False), *always]
    child = (("co_con",), "yes"), (("con", 0, "con_ten"), "Bé")
    assert wanted(*child) == [("can_cuoc", False), ("khai_sinh", False), ("xa_khac", True), *always]
    card, *_, lease, _ = form.guide.papers
    assert (card.original, card.hand_in, card.photo, card.one_of) == (True, False, False, False)
    assert (lease.original, lease.hand_in, lease.photo, lease.one_of, lease.copies) == (False, True, True, True, 2)


def test_whether_it_fits(form: Form) -> None:
    assert form.fits(form.begun()) is None
    assert form.fits(given(form, (("phu_hop", "o_day"), "yes"))) is None
    why = form.fits(given(form, (("phu_hop", "o_day"), "no")))
    assert why is not None
    assert (why.code, why.said(load_words("vi"))) == ("does_not_fit", "Xin đến xã của ông bà.")


def test_review_and_what_is_unfinished(form: Form) -> None:
    answers = form.prefilled(
        given(form, (("co_con",), "yes"), (("con", 0, "con_ten"), "Bé"), (("nhieu",), ["yes", "no"])), CARD
    )
    lines = [(line.section, line.label, line.value) for line in form.review(answers, "en")]
    assert lines == [
        ("Có hợp không", "Ông bà ở xã này?", ""), ("Người nộp", "Full name?", "Nông Thị Thử"),
        ("Người nộp", "Ngày sinh của Nông Thị Thử?", "02/09/1955"), ("Người nộp", "Nam hay nữ?", "Female"),
        ("Người nộp", "Số định danh?", "008155000001"), ("Người nộp", "Điện thoại?", ""),
        ("", "Tỉnh?", ""), ("", "Xã?", ""),
        ("", "Có con?", "Yes"), ("Người con 1", "Tên con?", "Bé"), ("Người con 1", "Tuổi của Bé?", "1"),
        ("", "Chọn?", "Yes, Không"), ("", "Mấy mét vuông?", ""), ("", "Ghi thêm?", ""),
    ]  # fmt: skip
    left = [("/".join(map(str, page.path)), problem.code) for page, problem in form.unfinished(answers)]
    assert left == [("phu_hop/o_day", "required"), ("con/0", "required")]


def test_an_answer_behind_a_question_that_fell_away_counts_for_nothing(tmp_path: Path) -> None:
    """By its own condition, and by that of the group around it."""
    survey: Rows = (
        {"type": "select_one yn", "name": "a", "label": "A?"},
        {"type": "begin_group", "name": "g", "label": "G", "relevant": "${a} = 'yes'"},
        {"type": "text", "name": "b", "label": "B?"},
        {"type": "end_group"},
        {"type": "text", "name": "c", "label": "C?", "relevant": "${a} = 'yes'"},
        {"type": "note", "name": "of_b", "label": "${b}", "relevant": "${b} != ''"},
        {"type": "note", "name": "of_c", "label": "${c}", "relevant": "${c} != ''"},
    )
    form = Form(guide_from(tmp_path, survey), TODAY)
    asked = given(form, (("a",), "yes"), (("g", "b"), "x"), (("c",), "y"))
    assert paths(form, asked) == ["a", "g/b", "c", "of_b", "of_c"]
    fallen = form.with_answer(asked, ("a",), "no")
    assert (fallen[("g", "b")], fallen[("c",)]) == ("x", "y")
    assert paths(form, fallen) == ["a"]
    assert paths(form, form.with_answer(fallen, ("a",), "yes")) == paths(form, asked)
