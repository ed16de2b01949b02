"""The sample announcements are ones that the station accepts, and their dates are true."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from controller.core.announcements import problems_of
from controller.runtime.catalogues import load_words
from schedules.documents import document_of, rule_from
from schedules.lunar import lunar_of
from schedules.planner import next_after
from schedules.samples import Sample, samples
from schedules.wording import rule_words, weekday_words

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DATED = re.compile(r"((?:thứ (?:Hai|Ba|Tư|Năm|Sáu|Bảy))|(?:[Cc]hủ nhật)) (\d{1,2})/(\d{1,2})/(\d{4})")
ALL = samples()


def test_there_are_ten() -> None:
    assert [sample.name[:2] for sample in ALL] == [f"{n:02d}" for n in range(1, 11)]
    assert len({sample.title for sample in ALL}) == 10


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_each_is_accepted_and_of_a_natural_length(sample: Sample) -> None:
    assert problems_of(sample.draft(("tren",)), frozenset({"tren"})) == []
    assert 300 <= len(sample.text) <= 900
    assert unicodedata.is_normalized("NFC", sample.text + sample.title)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_weekdays_agree_with_their_dates(sample: Sample) -> None:
    words = load_words("vi", ("controller", "schedules"))
    found = DATED.findall(sample.text)
    said = [(weekday.lower(), f"{d}/{m}/{y}") for weekday, d, m, y in found]
    true = [(weekday_words(date(int(y), int(m), int(d)), words).lower(), f"{d}/{m}/{y}") for _, d, m, y in found]
    assert said == true
    assert len(re.findall(r"\d{1,2}/\d{1,2}/\d{4}", sample.text)) <= len(found) + 1


def test_the_lunar_date_in_a_text_is_true() -> None:
    (sample,) = [s for s in ALL if "âm lịch" in s.text]
    assert "27/11/2026 (19/10 âm lịch)" in sample.text
    lunar = lunar_of(date(2026, 11, 27))
    assert (lunar.day, lunar.month, lunar.leap) == (19, 10, False)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_each_rule_can_be_stored_said_and_planned(sample: Sample) -> None:
    assert rule_from(document_of(sample.rule)) == sample.rule
    assert rule_words(sample.rule, HANOI, load_words("vi", ("controller", "schedules")))
    begin = next_after(sample.rule, datetime(2026, 11, 20, 12, tzinfo=UTC), HANOI)
    assert begin is not None
    assert 6 <= begin.astimezone(HANOI).hour < 20


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_only_public_or_plainly_invented_telephone_numbers(sample: Sample) -> None:
    numbers = re.findall(
        r"(?<![\d/.,-])(?:0\d{2,4}[ .]\d{3}[ .]\d{3,4}|1[89]00\d{4}|11[1-5])(?![\d/.,]?\d)", sample.text
    )
    assert set(numbers) <= {"0123 456 789", "18001096", "111", "112", "113", "115"}
