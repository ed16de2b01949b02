"""Spreadsheets: every mistake at once, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.guides.model import Guide
from controller.runtime.catalogues import load_words
from tests.support.guide_books import FACTS, YES_NO, Rows, book, mistakes_in, read

GOOD: Rows = ({"type": "text", "name": "ten", "label": "Tên?", "en": "Name?"},)


def test_a_small_guide_is_compiled(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", GOOD)
    found = read(tmp_path / "a.xlsx")
    assert isinstance(found, Guide)
    assert (found.id, found.code, found.languages, found.is_verified) == ("thu", "1.000001", ("vi", "en"), False)
    assert found.questions[0].labels == {"vi": "Tên?", "en": "Name?"}


def test_every_mistake_at_once_each_with_its_place(tmp_path: Path) -> None:
    """The whole list, as an official reads it."""
    survey: Rows = (
        {"type": "text", "name": "Họ tên", "label": "Tên?"},
        {"type": "geopoint", "name": "noi", "label": "Ở đâu?"},
        {"type": "select_one ynn", "name": "co", "label": "Có?"},
        {"type": "select_one yn", "name": "khong", "label": "Không?", "relevant": "${kong} = 'yes'"},
        {"type": "integer", "name": "tuoi", "label": "Tuổi?", "constraint": ". === 3", "constraint_message": "Sai."},
        {"type": "integer", "name": "so", "label": "Số?", "constraint": ". > 3"},
        {"type": "note", "name": "a", "relevant": "${khong} = 'maybe'"},
        {"type": "text", "name": "tuoi", "label": "Lại?", "nguon": "card.age", "required": "pulldata('a')"},
        {"type": "begin_group", "name": "nhom"},
        {"type": "text", "name": "x", "label": "X?", "appearance": "signature", "relevant": "${x} = ''"},
    )
    facts: Rows = (*FACTS[:1], {"muc": "ma", "noi_dung": 2.00052}, {"muc": "gia_ca", "noi_dung": "x"}, *FACTS[2:])
    papers: Rows = ({"ma": "p", "ten": "Giấy", "kieu": "ANY", "when": "${nobody} = 1", "so_luong": 0},)
    book(tmp_path / "a.xlsx", survey, facts=facts, papers=papers, steps=({"noi_dung": "Mở", "dia_chi": "cổng"},))
    assert mistakes_in(tmp_path / "a.xlsx") == [
        ("name_wrong", "survey", 2, "B"),
        ("type_unknown", "survey", 3, "A"),
        ("list_unknown_near", "survey", 4, "A"),
        ("ref_unknown_near", "survey", 5, "D"),
        ("expression_foreign", "survey", 6, "E"),
        ("text_missing", "survey", 7, "F"),
        ("text_missing", "survey", 8, "C"),
        ("choice_unknown", "survey", 8, "D"),
        ("name_twice", "survey", 9, "B"),
        ("source_unknown", "survey", 9, "G"),
        ("function_unknown", "survey", 9, "H"),
        ("begin_without_end", "survey", 10, "A"),
        ("circle", "survey", 11, "D"),
        ("word_unknown", "survey", 11, "I"),
        ("code_wrong", "thu_tuc", 3, "B"),
        ("item_unknown", "thu_tuc", 4, "A"),
        ("word_unknown", "giay_to", 2, "C"),
        ("ref_unknown", "giay_to", 2, "D"),
        ("copies_wrong", "giay_to", 2, "E"),
        ("address_wrong", "ban_giao", 2, "B"),
    ]
    found, words = read(tmp_path / "a.xlsx"), load_words("vi")
    assert isinstance(found, tuple)
    assert found[3].said(words) == (
        "trang survey, dòng 5, cột D (relevant): Không có câu hỏi tên kong; có phải là khong?"
    )
    assert all(mistake.said(load_words("en")) for mistake in found)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"type": "text", "name": "a", "label": "A?", "calculation": "1"}, "column_not_here"),
        ({"type": "calculate", "name": "a"}, "calculation_missing"),
        ({"type": "text", "name": "meta", "label": "A?"}, "name_reserved"),
        ({"type": "text", "label": "A?"}, "name_missing"),
        ({"name": "a", "label": "A?"}, "type_missing"),
        ({"type": "txt", "name": "a", "label": "A?"}, "type_unknown_near"),
        ({"type": "select_one", "name": "a", "label": "A?"}, "list_missing"),
        ({"type": "end_group"}, "end_without_begin"),
        ({"type": "date", "name": "a", "label": "A?", "nguon": "card.name"}, "source_kind"),
        ({"type": "select_one yn", "name": "a", "label": "A?", "nguon": "card.sex"}, "source_sex"),
        ({"type": "text", "name": "a", "label": "A?", "doi_chieu": "ten"}, "against_wrong"),
        ({"type": "text", "name": "a", "label": "${nobody}?"}, "ref_unknown"),
        ({"type": "text", "name": "a", "label": "A?", "required": "yes", "required_message": "${ten}"}, "ref_not_here"),
        ({"type": "text", "name": "a", "label": "A?", "relevant": ". = 1"}, "own_not_here"),
        ({"type": "text", "name": "a", "label": "A?", "relevant": "ten = 1"}, "column_name_unknown"),
        ({"type": "text", "name": "a", "label": "A?", "audio": "../a.mp3"}, "audio_name"),
        ({"type": "text", "name": "a", "label": "A?", "relevant": "${ten} = ‘x’"}, "expression_foreign"),
        ({"type": "text", "name": "a", "label": "A?", "relevant": "${ten} = 'x' AND ${ten}"}, "expression_foreign"),
        ({"type": "integer", "name": "a", "label": "A?", "default": "một"}, "default_wrong"),
        ({"type": "select_one yn", "name": "a", "label": "A?", "default": "co"}, "default_wrong"),
        ({"type": "date", "name": "a", "label": "A?", "default": "31/02/2026"}, "default_wrong"),
        ({"type": "text", "name": "a", "label": "A?", "label::vi": "A??"}, "column_twice"),
        ({"type": "text", "name": "a", "label": "A " * 101}, "text_long"),
        ({"type": "note", "name": "a", "label": "A " * 301}, "text_long"),
        ({"type": "text", "name": "xa_nao_xa_day", "label": "A?"}, "name_office"),
        ({"type": "text", "name": "a", "label": "A?", "required": "${a} = ''"}, "ref_later"),
        (
            {"type": "text", "name": "a", "label": "A?", "constraint": "${a} > 1", "constraint_message": "B."},
            "ref_own",
        ),
        ({"type": "text", "name": "a", "label": "A?", "relevent": "1"}, "column_unknown_near"),
        ({"type": "text", "name": "a", "label": "A?", "hynt::Martian": "?"}, "column_unknown_near"),
        ({"type": "text", "name": "a", "label": "A?", "hint": "?", "hint::Tiếng Mường": "?"}, "language_unknown"),
    ],
)
def test_one_mistake(tmp_path: Path, row: dict[str, object], code: str) -> None:
    book(tmp_path / "a.xlsx", (*GOOD, row))
    assert [found[0] for found in mistakes_in(tmp_path / "a.xlsx")] == [code]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (
            (
                {"type": "begin_repeat", "name": "r", "label": "R"},
                {"type": "begin_repeat", "name": "s", "label": "S"},
                {"type": "text", "name": "a", "label": "A?"},
                {"type": "end_repeat"},
                {"type": "end_repeat"},
            ),
            ["repeat_nested"],
        ),
        (
            (
                {"type": "begin_repeat", "name": "r", "label": "R"},
                {"type": "text", "name": "a", "label": "A?", "nguon": "card.name"},
                {"type": "end_repeat"},
                {"type": "note", "name": "b", "label": "B", "relevant": "${a} = 'x'"},
                {"type": "note", "name": "c", "label": "C", "relevant": "count(${r}) > 1 and count(${a}) > 1"},
                {"type": "note", "name": "d", "label": "D", "relevant": "${r} = 1"},
            ),
            ["source_repeat", "ref_into_repeat", "ref_no_answer"],
        ),
        (
            (
                {"type": "begin_group", "name": "g"},
                {"type": "text", "name": "a", "label": "A?"},
                {"type": "end_repeat"},
            ),
            ["begin_without_end", "end_without_begin"],
        ),
        (
            (
                {"type": "text", "name": "a", "label": "A?", "relevant": "${d} = 3"},
                {"type": "text", "name": "b", "label": "${c}?"},
                {"type": "integer", "name": "c", "label": "C?"},
                {"type": "calculate", "name": "d", "calculation": "${c} + 1"},
                {"type": "note", "name": "e", "label": "${d}", "relevant": "${d} > 1"},
            ),
            ["ref_later", "ref_later"],
        ),
        (
            (
                {"type": "text", "name": "a", "label": "A?"},
                {"type": "begin_group", "name": "phu_hop"},
                {"type": "text", "name": "b", "label": "B?"},
                {"type": "end_group"},
            ),
            ["fitting_first"],
        ),
        (
            (
                {"type": "calculate", "name": "a", "calculation": "${b} + 1"},
                {"type": "calculate", "name": "b", "calculation": "${a} + 1"},
                {"type": "note", "name": "c", "label": "C"},
            ),
            ["circle"],
        ),
        (
            (
                {"type": "text", "name": "q0", "label": "?"},
                *(
                    {"type": "text", "name": f"q{n}", "label": "?", "relevant": f"${{q{n - 1}}} = 'x'"}
                    for n in range(1, 60)
                ),
            ),
            ["chain_long"],
        ),
        (tuple({"type": "text", "name": f"q{n}", "label": "?"} for n in range(401)), ["too_many_questions"]),
        (({"type": "calculate", "name": "a", "calculation": "1", "label": None},), ["no_questions"]),
    ],
)
def test_mistakes_of_several_rows(tmp_path: Path, rows: Rows, code: list[str]) -> None:
    book(tmp_path / "a.xlsx", rows)
    assert [found[0] for found in mistakes_in(tmp_path / "a.xlsx")] == code


def test_mistakes_of_the_other_sheets(tmp_path: Path) -> None:
    choices: Rows = (*YES_NO, {"list_name": "yn", "name": "yes", "label": "Có"}, {"list_name": "yn", "name": "a b"})
    papers: Rows = (
        {"ma": "p", "ten": "Giấy", "kieu": "ONE_OF"},
        {"ma": "p", "ten": "Giấy", "nhom": "n", "kieu": "ONE_OF"},
        {"ma": "q", "ten": "Giấy", "nhom": "n", "chup": "perhaps"},
    )
    facts: Rows = (
        *FACTS,
        *FACTS[:1],
        {"muc": "can_cu", "noi_dung": "Luật", "ngay": "31/02/2025"},
        {"noi_dung": "x"},
        {"muc": "can_cu", "noi_dung": "Luật", "ngay": 42051},
    )
    book(tmp_path / "a.xlsx", GOOD, choices, ({"form_title": "T", "form_id": "Ten"},), facts[1:], papers)
    assert mistakes_in(tmp_path / "a.xlsx") == [
        ("choice_twice", "choices", 4, "B"),
        ("choice_name", "choices", 5, "B"),
        ("text_missing", "choices", 5, "C"),
        ("name_wrong", "settings", 2, "B"),
        ("day_wrong", "thu_tuc", 9, "C"),
        ("item_missing", "thu_tuc", 10, "A"),
        ("day_number", "thu_tuc", 11, "C"),
        ("group_missing", "giay_to", 2, "D"),
        ("paper_twice", "giay_to", 3, "A"),
        ("group_mixed", "giay_to", 4, "C"),
        ("word_unknown", "giay_to", 4, "E"),
    ]


def test_facts_that_are_missing_are_named(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", GOOD, facts=FACTS[:1], steps=({"noi_dung": None, "dia_chi": None},))
    assert [(code, sheet) for code, sheet, _, _ in mistakes_in(tmp_path / "a.xlsx")] == [
        *[("fact_missing", "thu_tuc")] * 6, ("no_steps", "ban_giao"),
    ]  # fmt: skip


def test_a_column_that_is_missing_is_said_once(tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", (*GOOD, {"type": "text", "name": "so", "label": "Số?"}))
    made["survey"]["C1"] = "Nhãn"
    made.save(tmp_path / "a.xlsx")
    assert mistakes_in(tmp_path / "a.xlsx") == [
        ("column_missing", "survey", 1, ""),
        ("column_unknown", "survey", 1, "C"),
    ]


def test_what_stands_beside_an_end_means_nothing(tmp_path: Path) -> None:
    rows: Rows = (
        {"type": "begin_group", "name": "g", "label": "G"},
        {"type": "text", "name": "a", "label": "A?"},
        {"type": "end_group", "name": "g", "label": "Hết ${nobody}", "relevant": "???"},
    )
    book(tmp_path / "a.xlsx", rows)
    assert isinstance(read(tmp_path / "a.xlsx"), Guide)


def test_answers_stand_only_in_questions_and_hints(tmp_path: Path) -> None:
    """Elsewhere a resident would read the dollar and the brackets."""
    rows: Rows = (
        {"type": "text", "name": "a", "label": "A?"},
        {"type": "begin_group", "name": "g", "label": "${a}"},
        {"type": "text", "name": "b", "label": "${a}?", "hint": "Của ${a}."},
        {"type": "end_group"},
    )
    choices: Rows = (*YES_NO[:1], {"list_name": "yn", "name": "no", "label": "Không, ${a}"})
    steps: Rows = ({"noi_dung": "Mở cổng của ${a}"},)
    book(tmp_path / "a.xlsx", rows, choices, papers=({"ma": "p", "ten": "Giấy của ${a}"},), steps=steps)
    assert mistakes_in(tmp_path / "a.xlsx") == [
        ("ref_not_here", "choices", 3, "C"), ("ref_not_here", "survey", 3, "C"), ("ref_not_here", "giay_to", 2, "B"),
        ("ref_not_here", "ban_giao", 2, "A"),
    ]  # fmt: skip
