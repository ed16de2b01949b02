"""Spreadsheets for guides, written row by row: a small correct one, and whatever a test changes in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import openpyxl

from controller.core.words import LANGUAGES
from controller.guides.bringing import own_texts
from controller.guides.compiling import compiled
from controller.guides.mistakes import Mistake
from controller.guides.model import Guide
from controller.runtime.catalogues import load_words

Rows = Sequence[Mapping[str, object]]
VI, EN = "Tiếng Việt (vi)", "English (en)"
_SHORT = {"label", "hint", "constraint_message", "required_message", "ten", "mo_ta", "noi_dung"}
YES_NO: Rows = (
    {"list_name": "yn", "name": "yes", "label": "Có", "en": "Yes"},
    {"list_name": "yn", "name": "no", "label": "Không"},
)
FACTS: Rows = (
    {"muc": "ten", "noi_dung": "Thử nghiệm", "en": "A trial"},
    {"muc": "ma", "noi_dung": "1.000001"},
    {"muc": "su_kien", "noi_dung": "khac"},
    {"muc": "co_quan", "noi_dung": "Ủy ban nhân dân xã"},
    {"muc": "thoi_gian", "noi_dung": "Trong ngày"},
    {"muc": "le_phi", "noi_dung": "Miễn phí"},
    {"muc": "can_cu", "noi_dung": "Luật thử", "ngay": "01/07/2025"},
)
SETTINGS: Rows = ({"form_title": "Thử nghiệm", "form_id": "thu", "default_language": VI},)
STEPS: Rows = ({"noi_dung": "Mở cổng", "dia_chi": "https://dichvucong.gov.vn"},)


def book(
    file: Path,
    survey: Rows,
    choices: Rows = YES_NO,
    settings: Rows = SETTINGS,
    facts: Rows = FACTS,
    papers: Rows = (),
    steps: Rows = STEPS,
) -> openpyxl.Workbook:
    """Written to `file`; given back for whoever wants to change more. `label` is the Vietnamese one, `en` the English
    of whatever text the sheet has."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    sheets = {
        "survey": survey, "choices": choices, "settings": settings, "thu_tuc": facts,
        "giay_to": papers or ({"ma": None, "ten": None},), "ban_giao": steps,
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        keys = list(dict.fromkeys(key for row in rows for key in row))
        text = next((key for key in keys if key in _SHORT), "label")
        for at, key in enumerate(keys, 1):
            sheet.cell(1, at, f"{key}::{VI}" if key in _SHORT else f"{text}::{EN}" if key == "en" else key)
        for number, row in enumerate(rows, 2):
            for key, value in row.items():
                sheet.cell(number, keys.index(key) + 1, value)
    made.save(file)
    return made


def read(file: Path) -> Guide | tuple[Mistake, ...]:
    """Compiled here, without a child."""
    return compiled(file, *_own_texts())


@cache
def _own_texts() -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    return own_texts([load_words(language) for language in LANGUAGES])


def guide_from(folder: Path, survey: Rows, choices: Rows = YES_NO, papers: Rows = ()) -> Guide:
    """A guide with these questions; the usual facts."""
    book(folder / "guide.xlsx", survey, choices, papers=papers)
    found = read(folder / "guide.xlsx")
    assert isinstance(found, Guide), found
    return found


def mistakes_in(file: Path) -> list[tuple[str, str, int, str]]:
    """Code, sheet, row and column of each mistake."""
    found = read(file)
    assert not isinstance(found, Guide)
    return [(mistake.code, mistake.sheet, mistake.row, mistake.column) for mistake in found]
