"""The office's days: what comes in by 15:00, holidays and swapped days, a promise that stands still."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.core.days import DayType
from controller.core.office_days import Office, working_days_in
from controller.filing.office_days import office_of
from controller.guides.model import FIRST, said
from controller.guiding import shipped
from controller.store import days
from tests.support.stations import CONFIG, START, station_in

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
PLAIN = Office(TZ)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=TZ)


@pytest.mark.parametrize(
    ("accepted", "takes", "promised"),
    [
        ("25/11/2026 08:00", 0, "25/11/2026"), ("25/11/2026 14:59", 0, "25/11/2026"),  # a Wednesday
        ("25/11/2026 15:00", 0, "26/11/2026"), ("27/11/2026 15:00", 0, "30/11/2026"),
        ("28/11/2026 09:00", 0, "30/11/2026"), ("25/11/2026 08:00", 3, "30/11/2026"),
        ("25/11/2026 16:00", 3, "01/12/2026"), ("29/11/2026 16:00", 10, "14/12/2026"),
    ],
)  # fmt: skip
def test_working_days_are_counted_from_the_day_of_receipt(accepted: str, takes: int, promised: str) -> None:
    assert PLAIN.promised(at(accepted), takes).strftime("%d/%m/%Y") == promised


def test_holidays_and_what_officials_say_of_days_count(tmp_path: Path) -> None:
    station = station_in(tmp_path, CONFIG)
    office = office_of(station.store, TZ)
    assert office.promised(at("29/04/2027 10:00"), 1) == date(2027, 5, 4), "30 April, 1 May, and a day off instead"
    assert office.promised(at("24/12/2026 10:00"), 2) == date(2026, 12, 28)
    with station.store.write() as tx:
        days.say(tx, START, date(2026, 12, 26), DayType.WORKING, "", "lan")  # a Saturday
        days.say(tx, START, date(2026, 12, 25), DayType.HOLIDAY, "", "lan")
    assert office_of(station.store, TZ).promised(at("24/12/2026 10:00"), 2) == date(2026, 12, 28)
    assert office_of(station.store, TZ).promised(at("24/12/2026 10:00"), 1) == date(2026, 12, 26)
    station.store.close()


def test_what_stood_still_moves_a_promise_by_the_working_days_that_began() -> None:
    due = at("27/11/2026 17:00")
    moved = [
        PLAIN.after_rest(due, since, until).strftime("%d/%m/%Y %H:%M")
        for since, until in (
            (at("25/11/2026 09:00"), at("25/11/2026 16:00")),
            (at("25/11/2026 16:00"), at("26/11/2026 08:00")),
            (at("25/11/2026 09:00"), at("27/11/2026 09:00")),
            (at("27/11/2026 16:00"), at("29/11/2026 23:00")),
        )
    ]
    assert moved == ["27/11/2026 17:00", "30/11/2026 17:00", "01/12/2026 17:00", "27/11/2026 17:00"]


def test_a_calendar_without_any_work_ends_all_the_same() -> None:
    assert Office(TZ, lambda _: False).promised(at("25/11/2026 09:00"), 2) == date(2026, 11, 28)


def test_what_the_guides_that_come_with_the_station_promise() -> None:
    found = {guide.id: working_days_in(said(fact.labels, FIRST) for fact in guide.times) for guide in shipped()}
    assert found == {
        "chung_thuc_ban_sao": 0, "ket_hon": 0, "khai_sinh": 0, "khai_tu": 0, "tam_tru": 3, "tinh_trang_hon_nhan": 3,
        "trich_luc_ho_tich": 0, "tro_cap_huu_tri": 10,
    }  # fmt: skip


def test_closing_time() -> None:
    assert PLAIN.closing(date(2026, 11, 25)) - at("25/11/2026 00:00") == timedelta(hours=17)
