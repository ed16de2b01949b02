"""The guides that come with the station, as a resident meets them: what a card says is judged when it is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from controller.guides.model import Guide
from kiosk.filing.acts import Choose, Forward, PickEvent, PickGuide
from kiosk.filing.state import At
from kiosk.happenings import CardRead
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import NOW, Resident


def _guide(ident: str) -> Guide:
    return next(each for each in support.shipped() if each.id == ident)


def _at_the_card(ident: str, *choices: str) -> Resident:
    guide = _guide(ident)
    resident = Resident(support.begun((guide,)))
    resident.touches(PickEvent(guide.events[0]), PickGuide(ident), Forward())
    for choice in choices:
        resident.touches(Choose(choice), Forward())
    while resident.here.where.at is not At.CARD:
        resident.goes_on()
    return resident


@pytest.mark.parametrize(("years", "asked"), [(19, "yc_ngay_sinh"), (30, "yc_dan_toc")])
def test_whoever_is_too_young_to_marry_reads_it_when_the_card_is_read(years: int, asked: str) -> None:
    """Not after thirty more questions."""
    born = NOW.date() - timedelta(days=round(365.25 * years))
    resident = _at_the_card("ket_hon", "co", "co", "khong")
    code = f"008{0 if born.year < 2000 else 2}{born:%y}000003"
    resident.happens(CardRead(f"{code}||Lý A Thử|{born:%d%m%Y}|Nam|Thôn 1, Nà Hang, Tuyên Quang|15072021"))
    assert resident.here.where.path[-1] == asked
    resident.happens(Forward())
    trouble = resident.here.trouble
    assert trouble is not None
    said = trouble.problem.said(support.kit().words["vi"]) if trouble.problem else ""
    assert ("Nam phải đủ 20 tuổi" in said) is (years == 19)
