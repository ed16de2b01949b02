"""The page of days: today's type with one tap, days amended, swapped, dropped, and everything taken back."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from controller.core.days import DayType
from controller.core.journal import Kind
from controller.runtime.clocks import FakeClock
from controller.store import days, journal
from controller.web.day_forms import DayForm, SwapForm, read_day, read_swap, year_of
from controller.web.days import rows
from schedules.day_types import Calendar
from tests.support.web_pages import FULL_NAME, Pages, pages_in, token

TODAY = date(2026, 11, 20)  # a Friday
MONDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 28)


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, clock=FakeClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC)))


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def text_of(answer: TestResponse) -> str:
    """What is read on a page, in one line."""
    main = re.search(r"<main.*?</main>", answer.get_data(as_text=True), re.DOTALL)
    assert main, answer.get_data(as_text=True)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    return client.post(path, data={"token": token(client), **fields})


def undo(client: FlaskClient, address: str) -> TestResponse:
    """Presses the button of the banner that a page shows."""
    changes = re.findall(r'name="change" value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert changes, "there is something to undo"
    return post(client, "/days/undo", change=changes)


def said(pages: Pages) -> dict[str, tuple[str, str, str]]:
    with pages.station.store.read() as tx:
        return {str(day): (one.type.value, one.note, one.set_by) for day, one in days.said(tx).items()}


def rung(pages: Pages) -> list[str]:
    return [whom for whom, _ in pages.station.bell.rung]


def test_the_page_tells_today_and_the_special_days_of_two_years(client: FlaskClient) -> None:
    told = text_of(client.get("/days"))
    assert "Hôm nay là ngày làm việc thứ Sáu 20/11 (12 tháng Mười âm lịch) theo tuần" in told
    this, following = told.index("Ngày đặc biệt năm 2026"), told.index("Ngày đặc biệt năm 2027")
    tet = "thứ Bảy 14/2 (27 tháng Chạp âm lịch) – chủ nhật 22/2 (mùng sáu tháng Giêng âm lịch)"
    assert f"Tết Nguyên đán {tet} Tết · 9 ngày · theo công bố của nhà nước" in told[this:following]
    assert "làm bù thứ Bảy 22/8 (mùng mười tháng Bảy âm lịch) ngày làm việc · theo công bố của nhà nước" in told
    assert (
        "Giỗ Tổ Hùng Vương thứ Sáu 16/4 (mùng mười tháng Ba âm lịch) ngày lễ · theo luật hằng năm" in told[following:]
    )
    assert text_of(client.get("/days?year=2029")).count("Ngày đặc biệt năm") == 2


def test_today_is_changed_with_one_tap_and_back(client: FlaskClient, pages: Pages) -> None:
    pages.station.bell.rung.clear()
    answer = post(client, "/days/say", day="2026-11-20", type="mourning")
    assert answer.status_code == 303
    assert said(pages) == {"2026-11-20": ("mourning", "", FULL_NAME)}
    assert rung(pages) == ["controller", "kiosk"]
    told = text_of(client.get(answer.location))
    assert "thứ Sáu 20/11/2026 nay là quốc tang. Hoàn tác" in told
    assert f"Hôm nay là quốc tang thứ Sáu 20/11 (12 tháng Mười âm lịch) {FULL_NAME} đặt" in told
    assert "Trở lại như lịch: ngày làm việc" in told
    back = undo(client, answer.location)
    assert said(pages) == {}
    assert "thứ Sáu 20/11/2026 nay là ngày làm việc. Hoàn tác" in text_of(client.get(back.location))
    undo(client, back.location)
    assert said(pages) == {"2026-11-20": ("mourning", "", FULL_NAME)}
    post(client, "/days/say", day="2026-11-20", type="working")
    assert said(pages) == {}, "the calendar says so itself"
    assert rung(pages) == ["controller", "kiosk"] * 4


def test_a_day_is_added_amended_and_dropped(client: FlaskClient, pages: Pages) -> None:
    added = post(client, "/days/say", day="2026-11-24", type="holiday", note=" Ngày  hội xã ")
    assert said(pages) == {"2026-11-24": ("holiday", "Ngày  hội xã", FULL_NAME)}
    told = text_of(client.get(added.location))
    assert f"Ngày hội xã thứ Ba 24/11 (16 tháng Mười âm lịch) ngày lễ · {FULL_NAME} đặt Bỏ Sửa" in told
    form = client.get("/days/edit?day=2026-11-24").get_data(as_text=True)
    assert 'value="2026-11-24"' in form
    assert 'value="holiday" checked' in form
    assert 'value="Ngày  hội xã"' in form
    post(client, "/days/say", day="2026-11-24", type="working", note="Vẫn làm việc")
    assert said(pages) == {"2026-11-24": ("working", "Vẫn làm việc", FULL_NAME)}
    dropped = post(client, "/days/unsay", day="2026-11-24")
    assert said(pages) == {}
    undo(client, dropped.location)
    assert said(pages) == {"2026-11-24": ("working", "Vẫn làm việc", FULL_NAME)}


def test_a_day_of_the_state_is_amended_and_comes_back(client: FlaskClient, pages: Pages) -> None:
    tet = "2027-02-05"
    assert 'value="tet" checked' in client.get(f"/days/edit?day={tet}").get_data(as_text=True)
    post(client, "/days/say", day=tet, type="working", note="Trực Tết")
    told = text_of(client.get("/days"))
    assert "Tết Nguyên đán thứ Năm 4/2 (28 tháng Chạp âm lịch) Tết · theo luật" in told
    assert "Trực Tết thứ Sáu 5/2" in told
    post(client, "/days/unsay", day=tet)
    assert "Tết Nguyên đán thứ Năm 4/2 (28 tháng Chạp âm lịch) – thứ Tư 10/2" in text_of(client.get("/days"))


def test_two_days_are_swapped_and_taken_back_together(client: FlaskClient, pages: Pages) -> None:
    answer = post(client, "/days/swap/save", off=str(MONDAY), worked=str(SATURDAY), note="")
    assert said(pages) == {
        "2026-11-23": ("holiday", "nghỉ hoán đổi, làm bù ngày 28/11/2026", FULL_NAME),
        "2026-11-28": ("working", "làm bù cho ngày 23/11/2026", FULL_NAME),
    }
    told = text_of(client.get(answer.location))
    assert "thứ Hai 23/11/2026 nay là ngày lễ; thứ Bảy 28/11/2026 nay là ngày làm việc. Hoàn tác" in told
    undo(client, answer.location)
    assert said(pages) == {}


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(client: FlaskClient, pages: Pages) -> None:
    wrong = post(client, "/days/say", day="ngày mai", type="king", note="x" * 121)
    assert wrong.status_code == 422
    told = wrong.get_data(as_text=True)
    assert [f'id="{field}-problem"' in told for field in ("day", "type", "note")] == [True] * 3
    assert "x" * 121 in told
    swap = post(client, "/days/swap/save", off=str(SATURDAY), worked=str(MONDAY), note="Nghỉ gộp")
    assert swap.status_code == 422
    assert "Ngày 28/11/2026 vốn đã là ngày nghỉ." in text_of(swap)
    assert "Ngày 23/11/2026 vốn đã là ngày làm việc." in text_of(swap)
    assert "Nghỉ gộp" in swap.get_data(as_text=True)
    assert post(client, "/days/unsay", day="x").status_code == 422
    assert said(pages) == {}


def test_a_form_of_an_old_page_is_shown_again_with_what_was_typed(client: FlaskClient, pages: Pages) -> None:
    answer = client.post("/days/say", data={"day": "2026-11-24", "type": "holiday", "note": "Hội xã"})
    assert answer.status_code == 403
    assert "Nội dung vẫn còn nguyên" in answer.get_data(as_text=True)
    assert "Hội xã" in answer.get_data(as_text=True)
    assert client.post("/days/swap/save", data={"off": "2026-11-23", "note": "Gộp"}).status_code == 403
    assert said(pages) == {}


def test_what_has_changed_since_is_not_undone(client: FlaskClient, pages: Pages) -> None:
    first = post(client, "/days/say", day="2026-11-24", type="holiday")
    changes = re.findall(r"undo=([^&]+)", first.location)
    post(client, "/days/say", day="2026-11-24", type="mourning")
    assert "Hoàn tác" not in text_of(client.get(first.location)), "an old address offers nothing"
    answer = post(client, "/days/undo", change=changes)
    assert "đổi thêm lần nữa" in text_of(client.get(answer.location))
    assert said(pages)["2026-11-24"][0] == "mourning"


@pytest.mark.parametrize(
    "query", ["?undo=x", "?undo=2026-11-24", "?undo=2026-11-24.x,2.3", "?year=99999&told=<b>", "?year=x"]
)
def test_an_address_of_nonsense_is_the_plain_page(client: FlaskClient, query: str) -> None:
    answer = client.get("/days" + query)
    assert answer.status_code == 200
    assert "Hoàn tác" not in text_of(answer)
    assert client.get("/days/edit?day=<x>").status_code == 200
    assert post(client, "/days/undo", change=["x.y", "2026-11-24.1"]).status_code == 303


def test_nothing_new_rings_nobody(client: FlaskClient, pages: Pages) -> None:
    pages.station.bell.rung.clear()
    answer = post(client, "/days/unsay", day="2026-11-24")
    assert "lịch vốn đã như vậy" in text_of(client.get(answer.location))
    assert rung(pages) == []


def test_the_journal_tells_it_in_words(client: FlaskClient, pages: Pages) -> None:
    post(client, "/days/say", day="2026-11-24", type="holiday", note="Ngày hội xã")
    post(client, "/days/unsay", day="2026-11-24")
    with pages.station.store.read() as tx:
        assert [entry.subject for entry in journal.entries(tx) if entry.kind is Kind.DAY] == ["day/2026-11-24"] * 2
    told = text_of(client.get("/journal"))
    assert f"{FULL_NAME} đặt thứ Ba 24/11/2026 là ngày lễ (Ngày hội xã)." in told
    assert f"{FULL_NAME} để thứ Ba 24/11/2026 trở lại như lịch." in told


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        (DayForm("2026-11-20", "tet", ""), []),
        (DayForm(" 2026-11-20 ", "working", " a "), []),
        (DayForm("2026-11-19", "tet", ""), [("day", "past")]),
        (DayForm("2032-01-01", "tet", ""), [("day", "far_year")]),
        (DayForm("2031-12-31", "tet", ""), []),
        (DayForm(" ", "tet", ""), [("day", "no_day")]),
        (DayForm("24/11/2026", "", "\x07"), [("day", "bad_date"), ("type", "no_day_type"), ("note", "control")]),
    ],
)  # fmt: skip
def test_a_day_read(form: DayForm, codes: list[tuple[str, str]]) -> None:
    found, problems = read_day(form, TODAY)
    assert [(p.field, p.code) for p in problems] == codes
    if not codes:
        assert (str(found.day), found.type.value, found.note) == (form.day.strip(), form.type, form.note.strip())


@pytest.mark.parametrize(
    ("off", "worked", "codes"),
    [
        (MONDAY, SATURDAY, []),
        (MONDAY, MONDAY, [("worked", "is_worked_already")]),
        (SATURDAY, SATURDAY, [("off", "is_rest_already")]),
        (date(2027, 4, 30), SATURDAY, [("off", "is_rest_already")]),
        (MONDAY, date(2026, 11, 14), [("worked", "past")]),
    ],
)  # fmt: skip
def test_a_swap_read(off: date, worked: date, codes: list[tuple[str, str]]) -> None:
    assert [(p.field, p.code) for p in read_swap(SwapForm(str(off), str(worked)), TODAY, Calendar())[1]] == codes


def test_years_of_an_address() -> None:
    years = [year_of(text, TODAY) for text in ("2026", "2031", "2032", "2021", "2020", "", "x", "²026", "-1")]
    assert years == [2026, 2031, 2026, 2021, 2026, 2026, 2026, 2026, 2026]


def test_rows_join_days_that_are_the_same_and_follow_each_other() -> None:
    found = rows(Calendar({SATURDAY: DayType.WORKING}), {}, 2026)
    told = [(str(row.first)[5:], row.count) for row in found]
    assert told == [
        ("01-01", 1), ("01-02", 1), ("01-10", 1), ("02-14", 9), ("04-26", 1), ("04-27", 1), ("04-30", 1),
        ("05-01", 1), ("08-22", 1), ("08-31", 1), ("09-01", 1), ("09-02", 1), ("11-28", 1),
    ]  # fmt: skip
