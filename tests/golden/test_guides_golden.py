"""The guides that ship: their spreadsheets give what is kept beside them, and each can be answered to its end.

After a wanted change of a spreadsheet: LOALANG_RENEW=1 pytest tests/golden/test_guides_golden.py
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from controller.core.words import LANGUAGES
from controller.guides.answering import Answers, Value
from controller.guides.bringing import own_texts
from controller.guides.compiling import compiled
from controller.guides.documents import text_of
from controller.guides.forms import Form, Page
from controller.guides.id_numbers import Card, card_of
from controller.guides.model import CALCULATE, DATE, FIRST, INTEGER, NOTE, Guide, every_question, said
from controller.guides.parsing import parsed, spelled
from controller.guiding import shipped
from controller.runtime.catalogues import load_words

RENEW = bool(os.environ.get("LOALANG_RENEW"))
SHIPPED = Path(str(resources.files("controller.guides") / "shipped"))
TODAY = date(2026, 11, 22)
CODES = {
    "chung_thuc_ban_sao": "2.000815", "ket_hon": "1.000894", "khai_sinh": "1.001193", "khai_tu": "1.000656",
    "tam_tru": "1.004194", "tinh_trang_hon_nhan": "1.004873", "trich_luc_ho_tich": "2.000635",
    "tro_cap_huu_tri": "1.014027",
}  # fmt: skip
LABEL_LIMIT = 90  # characters of a question that are read at one look
PORTAL = "https://dichvucong.gov.vn"


def _guide(name: str) -> Guide:
    return next(guide for guide in shipped() if guide.id == name)


def test_all_are_there() -> None:
    assert {guide.id: guide.code for guide in shipped()} == CODES
    assert {file.stem for file in SHIPPED.glob("*.xlsx")} == set(CODES)


@pytest.mark.parametrize("name", CODES)
def test_what_is_kept_is_what_the_spreadsheet_says(name: str) -> None:
    found = compiled(SHIPPED / f"{name}.xlsx", *own_texts([load_words(language) for language in LANGUAGES]))
    assert isinstance(found, Guide), found
    kept = SHIPPED / f"{name}.json"
    if RENEW:
        kept.write_text(text_of(found) + "\n", encoding="utf-8")
    assert kept.read_text(encoding="utf-8") == text_of(found) + "\n"


@pytest.mark.parametrize("name", CODES)
def test_a_guide_says_all_that_a_resident_needs(name: str) -> None:
    guide = _guide(name)
    assert (guide.is_verified, guide.languages) == (False, ("vi", "en"))
    assert PORTAL in [step.address for step in guide.handover]
    assert any("VNeID" in said(step.labels, FIRST) for step in guide.handover)
    assert guide.papers
    assert guide.legal_source
    words = load_words("vi")
    assert all(words(f"guide.event.{event}") for event in guide.events)
    assert all(words(f"guide.channel.{fact.channel}") for fact in (*guide.times, *guide.fees) if fact.channel)
    for _, question in every_question(guide.questions):
        if question.kind == CALCULATE:
            continue
        label = said(question.labels, FIRST)
        assert label == label.strip()
        assert label.endswith("?") or question.kind == NOTE, label
        assert len(label) <= LABEL_LIMIT or question.kind == NOTE, label
        assert set(question.labels) == {"vi", "en"}, label
        assert question.constraint is None or set(question.constraint_message) == {"vi", "en"}, label


CARDS: dict[str, Card | None] = {
    "man": card_of("008055000001||Lý A Thử|02091955|Nam|Thôn 1, Nà Hang, Tuyên Quang|15072021"),
    "woman": card_of("008158000002||Nông Thị Thử|03051958|Nữ|Thôn 2, Nà Hang, Tuyên Quang|15072021"),
}
Choose = Callable[[tuple[str, ...]], str]


def _answer(form: Form, page: Page, answers: Answers, choose: Choose) -> Value | None:
    """What somebody might answer. Choices: by `choose`, unless the guide would end there."""
    question = page.question
    offered = tuple(choice.name for choice in form.choices(page, answers))
    if offered:
        fitting = [name for name in offered if form.fits(form.with_answer(answers, page.path, name)) is None]
        assert fitting, question.name
        return choose(tuple(fitting))
    if question.kind == NOTE:
        return None
    tries: dict[str, list[Value]] = {INTEGER: ["2", "1998"], DATE: ["20/11/2026", "01/01/1990"]}
    looks: dict[str, list[Value]] = {"id_number": ["008090000003"], "numbers": ["12345678"], "phone": [""]}
    for value in looks.get(question.look) or tries.get(question.kind) or ["Nội dung thử"]:
        if form.problem(page, value, answers) is None:
            return value
    raise AssertionError(f"nothing fits {question.name}")


def _another(path: tuple[str | int, ...]) -> bool:
    return isinstance(path[-1], int)


@pytest.mark.parametrize("choose", [lambda names: names[0], lambda names: names[-1]], ids=["first", "last"])
@pytest.mark.parametrize("name", CODES)
def test_every_guide_can_be_answered_to_its_end(name: str, choose: Choose) -> None:
    """Page after page, as a resident does; nothing is left to mend, nothing falls away, and papers are known."""
    form = Form(_guide(name), TODAY)
    answers, seen = form.begun(), 0
    for who, card in zip(form.guide.cards, (CARDS["man"], CARDS["woman"]), strict=False):
        assert card is not None
        answers = form.prefilled(answers, card, who)
    while seen < len(form.pages(answers)):
        page = form.pages(answers)[seen]
        seen += 1
        if page.path not in answers:
            value = "no" if _another(page.path) else _answer(form, page, answers, choose)
            answers = form.with_answer(answers, page.path, value)
        assert form.problem(page, answers.get(page.path), answers) is None, page
        assert seen < 60
    assert form.unfinished(answers) == ()
    assert form.fits(answers) is None
    assert [wanted for wanted in form.papers(answers) if wanted.depends] == []
    cleared = form.cleared(answers)
    assert form.pages(cleared) == form.pages(answers)
    lines = form.review(cleared, FIRST)
    asked = [page for page in form.pages(cleared) if page.question.kind != NOTE and not _another(page.path)]
    assert [line.path for line in lines] == [page.path for page in asked]
    assert all("…" not in line.label for line in lines)


def test_who_cannot_file_is_told_where_to_go() -> None:
    form = Form(_guide("khai_sinh"), TODAY)
    answers = form.with_answer(form.begun(), ("phu_hop", "da_khai_sinh"), "co")
    why = form.fits(answers)
    assert why is not None
    assert "trích lục" in why.said(load_words("vi"))


def test_nobody_is_sent_for_what_offices_look_up_themselves() -> None:
    """Decree 07/2025, article 2 (3c), and the Ministry of Justice's letter 481/BTP-HTQTCT of 4 February 2025: neither
    the parents' marriage certificate at a birth, nor a certificate of marital status at a marriage."""
    asked = {name: {paper.id for paper in _guide(name).papers} for name in ("khai_sinh", "ket_hon")}
    assert asked["ket_hon"] == {"can_cuoc", "to_khai", "ly_hon", "khai_tu"}
    assert "giay_ket_hon" not in asked["khai_sinh"]
    form = Form(_guide("tinh_trang_hon_nhan"), TODAY)
    to_marry = form.with_answer(form.begun(), ("noi_dung", "muc_dich"), "ket_hon")
    told = [[page.path[-1] for page in form.pages(answers)] for answers in (form.begun(), to_marry)]
    assert ["khong_can" in each for each in told] == [False, True]


def test_what_a_new_law_changes_is_looked_at_before_it_holds() -> None:
    """The Law on Civil Status as amended holds from 1 March 2027."""
    of_civil_status = {"khai_sinh", "khai_tu", "ket_hon", "tinh_trang_hon_nhan", "trich_luc_ho_tich"}
    assert {guide.id: guide.review_by for guide in shipped() if guide.review_by} == dict.fromkeys(
        of_civil_status, date(2027, 3, 1)
    )


def test_nobody_is_asked_where_they_are_just_now() -> None:
    labels = {said(q.labels, FIRST) for guide in shipped() for _, q in every_question(guide.questions)}
    assert [label for label in labels if label.endswith(("đang ở đâu?", "người kia?"))] == []
    assert "Hiện nay ông bà cư trú ở đâu?" in labels


def test_what_the_kiosk_gives_has_one_name() -> None:
    """It prints a slip ("phiếu"); the receipt of the one-stop desk ("giấy biên nhận") is another paper."""
    assert [guide.id for guide in shipped() if "biên nhận" in text_of(guide)] == []
    steps = [said(step.labels, FIRST) for guide in shipped() for step in guide.handover[:1]]
    assert steps == ["Cất kỹ tờ phiếu. Số trên đó dùng để hỏi hồ sơ và đưa cho cán bộ."] * len(CODES)


def test_papers_of_a_birth() -> None:
    form = Form(_guide("khai_sinh"), TODAY)

    def wanted(**answers: str) -> list[tuple[str, bool]]:
        found = form.begun()
        for name, value in answers.items():
            (path,) = (page.path for page in form.pages(found) if page.path[-1] == name)
            found = form.with_answer(found, path, value)
        return [(each.paper.id, each.depends) for each in form.papers(found)]

    unsure = ["giay_chung_sinh", "nguoi_lam_chung", "giay_cam_doan", "van_ban_uy_quyen"]
    assert wanted() == [("can_cuoc", False), *((each, True) for each in unsure)]
    assert wanted(quan_he="cha", giay_to_sinh="lam_chung", cha_me_ket_hon="co") == [
        ("can_cuoc", False), ("nguoi_lam_chung", False),
    ]  # fmt: skip
    assert wanted(quan_he="uy_quyen", giay_to_sinh="giay_chung_sinh", co_cha="khong") == [
        ("can_cuoc", False), ("giay_chung_sinh", False), ("van_ban_uy_quyen", False),
    ]  # fmt: skip


def test_a_woman_is_not_offered_to_be_the_father() -> None:
    form = Form(_guide("khai_sinh"), TODAY)

    def offered(sex: str) -> list[str]:
        answers = form.with_answer(form.begun(), ("nguoi_yeu_cau", "yc_gioi_tinh"), sex)
        page = form.page(("nguoi_yeu_cau", "quan_he"), answers)
        return [choice.name for choice in form.choices(page, answers)] if page else []

    others = ["ong_ba", "nguoi_than", "uy_quyen"]
    assert [offered("nu"), offered("nam")] == [["me", *others], ["cha", *others]]
    assert offered("") == ["cha", "me", *others]


def test_what_a_copy_costs() -> None:
    """2,000 đ for each of two pages, then 1,000; at most 200,000 a copy."""
    form = Form(_guide("chung_thuc_ban_sao"), TODAY)

    def cost(pages: int, copies: int) -> Value:
        answers = form.with_answer(form.begun(), ("giay_to", 0, "so_trang"), pages)
        return form.with_answer(answers, ("giay_to", 0, "so_ban"), copies)[("giay_to", 0, "phi")]

    assert [cost(1, 1), cost(2, 3), cost(3, 1), cost(10, 2), cost(500, 1)] == [2000, 12000, 5000, 24000, 200000]


def test_money_is_written_as_people_write_it() -> None:
    form = Form(_guide("trich_luc_ho_tich"), TODAY)

    def said_to(language: str, copies: int) -> str:
        answers = form.with_answer(form.begun(), ("can_tim", "so_ban_sao"), copies)
        return next(said(p.question.labels, language) for p in form.pages(answers) if p.path[-1] == "tam_tinh")

    assert said_to("vi", 1).startswith("Tạm tính: 8000 đồng.")
    assert said_to("vi", 2).startswith("Tạm tính: 16.000 đồng.")
    assert said_to("en", 20).startswith("About 160,000 đ.")


def test_whoever_is_too_young_to_marry_is_told() -> None:
    form = Form(_guide("ket_hon"), TODAY)

    def born(sex: str, day: str) -> str | None:
        answers = form.with_answer(form.begun(), ("nguoi_yeu_cau", "yc_gioi_tinh"), sex)
        page = form.page(("nguoi_yeu_cau", "yc_ngay_sinh"), answers)
        assert page is not None
        problem = form.problem(page, day, answers)
        return problem.code if problem else None

    assert [born("nam", "22/11/2006"), born("nam", "23/11/2006")] == [None, "constraint"]
    assert [born("nu", "22/11/2008"), born("nu", "23/11/2008")] == [None, "constraint"]


@pytest.mark.parametrize(
    ("today", "code"), [(date(2026, 2, 28), "constraint"), (date(2026, 3, 1), None)], ids=["the day before", "eighteen"]
)
def test_whoever_was_born_on_the_29th_of_february(today: date, code: str | None) -> None:
    form = Form(_guide("ket_hon"), today)
    answers = form.with_answer(form.begun(), ("nguoi_yeu_cau", "yc_gioi_tinh"), "nu")
    page = form.page(("nguoi_yeu_cau", "yc_ngay_sinh"), answers)
    assert page is not None
    problem = form.problem(page, "29/02/2008", answers)
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize("name", CODES)
def test_a_file_of_every_guide_can_be_found_again_by_its_birth_date(name: str) -> None:
    """Whoever has lost the code on the receipt gives its number and the birth date; the desk wants name and number."""
    asked = {question.source: bool(question.required) for _, question in every_question(_guide(name).questions)}
    assert {field: asked.get(f"card.{field}") for field in ("name", "birth", "id")} == dict.fromkeys(
        ("name", "birth", "id"), True
    )


@pytest.mark.parametrize("name", CODES)
def test_nobody_is_asked_twice_or_for_what_was_said_already(name: str) -> None:
    labels = [said(question.labels, FIRST) for _, question in every_question(_guide(name).questions)]
    assert [label for label in labels if label and labels.count(label) > 1] == []
    assert not any("uốc tịch" in label for label in labels), "whether they are Vietnamese is asked first"


@pytest.mark.parametrize("name", CODES)
def test_residents_are_addressed_as_one_person_alike(name: str) -> None:
    assert re.findall(r"anh chị(?! em ruột)|bà con|\bbạn\b", text_of(_guide(name)), re.IGNORECASE) == []


def test_who_is_under_eighteen_is_known_from_the_birth_dates() -> None:
    form = Form(_guide("tam_tru"), TODAY)

    def consent(mine: str, theirs: tuple[str, ...]) -> bool | None:
        """Whether the consent of parents is wanted; None if that is not known."""
        answers = form.with_answer(form.begun(), ("nguoi_yeu_cau", "yc_ngay_sinh"), mine)
        answers = form.with_answer(answers, ("cung_di", "co_nguoi_cung"), "co" if theirs else "khong")
        for number, day in enumerate(theirs):
            answers = form.with_answer(answers, ("nguoi_cung", number, "nc_ngay_sinh"), day)
            more = "yes" if number + 1 < len(theirs) else "no"
            answers = form.with_answer(answers, ("nguoi_cung", number), more)
        found = [wanted.depends for wanted in form.papers(answers) if wanted.paper.id == "dong_y"]
        return (None if found[0] else True) if found else False

    assert [consent("01/01/1980", ()), consent("23/11/2008", ()), consent("22/11/2008", ())] == [False, True, False]
    assert consent("01/01/1980", ("01/01/1982", "23/11/2008", "01/01/1990")) is True
    assert consent("01/01/1980", ("01/01/1982", "22/11/2008")) is False
    assert consent("", ("01/01/1982",)) is None


def test_whoever_is_too_young_for_the_pension_reads_it_before_the_form() -> None:
    form = Form(_guide("tro_cap_huu_tri"), TODAY)

    def told(said_to_be: str, born: str) -> bool:
        answers = form.with_answer(form.begun(), ("phu_hop", "tuoi"), said_to_be)
        answers = form.with_answer(answers, ("nguoi_yeu_cau", "yc_ngay_sinh"), born)
        answers = form.with_answer(answers, ("nguoi_yeu_cau", "cho_ai"), "ban_than")
        return any(page.path[-1] == "chua_du_tuoi" for page in form.pages(answers))

    assert [told("tu_75", "22/11/1951"), told("tu_75", "23/11/1951")] == [False, True]
    assert [told("tu_70", "22/11/1956"), told("tu_70", "23/11/1956"), told("tu_75", "")] == [False, True, False]


@pytest.mark.parametrize("name", CODES)
def test_every_condition_can_be_spelled_again(name: str) -> None:
    """As the page shows it when a version changes one."""
    guide, parts = _guide(name), ("relevant", "required", "constraint", "calculation", "default", "choice_filter")
    questions = [question for _, question in every_question(guide.questions)]
    trees = [tree for question in questions for part in parts if (tree := getattr(question, part))]
    trees += [paper.when for paper in guide.papers if paper.when]
    assert trees
    assert [parsed(spelled(tree)) for tree in trees] == trees
