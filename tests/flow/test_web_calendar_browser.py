"""A calendar file through a real browser, on an old phone without script: chosen, looked at, saved, seen; and the
address for phones, opened and read by somebody who is not signed in."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import icalendar
import pytest
from playwright.sync_api import Browser, Page, expect

from controller.runtime.clocks import FakeClock
from controller.store import announcements
from tests.support.browsing import leads, sign_in_here, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, Pages, pages_in, served

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
BEGIN:VEVENT
UID:hop
SUMMARY:Họp thôn
DESCRIPTION:Mời bà con ra nhà văn hóa.
DTSTART:20261123T193000
RRULE:FREQ=WEEKLY;COUNT=9
END:VEVENT
BEGIN:VEVENT
UID:dem
SUMMARY:Bài đêm
DTSTART:20261124T223000
END:VEVENT
BEGIN:VEVENT
UID:sang
SUMMARY:Bài sáng
DTSTART:20261124T063000
END:VEVENT
END:VCALENDAR
"""
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    quiet = CONFIG.replace("quiet_hours = []", 'quiet_hours = ["21:00-05:30"]') + BOARD
    found = pages_in(tmp_path, quiet, FakeClock(START))
    found.add_user()
    return found


@pytest.fixture
def address(pages: Pages) -> Iterator[str]:
    with served(pages.app) as at:
        yield at


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = window(browser, address, script=request.param)
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.goto("/calendar")
    sign_in_here(found)
    yield found
    context.close()
    assert complaints == []


def test_a_file_becomes_announcements_and_what_is_refused_says_why(pages: Pages, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "lich.ics"
    file.write_text(FILE, encoding="utf-8")
    page.set_input_files("#calendar", str(file))
    with leads(page):
        page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", name="Sự kiện trong tệp (3)")).to_be_visible()
    rows = page.locator(".events > li")
    expect(rows.nth(0)).to_contain_text("19 giờ 30 thứ Hai hằng tuần")
    rows.nth(2).get_by_role("checkbox").uncheck()
    with leads(page):
        page.get_by_role("button", name="Lưu các mục đã chọn").click()
    expect(page.locator(".problem")).to_contain_text("Xin chọn ít nhất một cụm loa")
    expect(rows.nth(2).get_by_role("checkbox")).not_to_be_checked()
    page.get_by_label("Cụm Nà Khau").check()
    with leads(page):
        page.get_by_role("button", name="Lưu các mục đã chọn").click()
    expect(rows.nth(0)).to_contain_text("đã lưu")
    expect(rows.nth(1).locator(".problem")).to_contain_text("yên tĩnh")
    expect(rows.nth(2)).not_to_contain_text("đã lưu")
    with leads(page):
        rows.nth(0).get_by_role("link", name="đã lưu").click()
    expect(page.get_by_role("heading", name="Họp thôn")).to_be_visible()
    with pages.station.store.read() as tx:
        assert [(a.title, a.text, a.zones) for a in announcements.current(tx)] == [
            ("Họp thôn", "Mời bà con ra nhà văn hóa.", ("na-khau",))
        ]


def test_an_address_is_opened_read_and_revoked(page: Page, address: str) -> None:
    page.fill("#name", "Trưởng bản Nà Khau")
    with leads(page):
        page.get_by_role("button", name="Mở địa chỉ").click()
    shown = page.locator("#address").inner_text()
    assert shown.startswith(f"{address}/calendar/")
    with urllib.request.urlopen(shown, timeout=30) as answer:  # noqa: S310 - the address of the page under test
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert icalendar.Calendar.from_ical(answer.read()).events == []
    page.goto("/calendar")
    row = page.locator(".rows > li")
    expect(row).to_contain_text("Trưởng bản Nà Khau")
    expect(row).to_contain_text("Đọc lần cuối")
    row.get_by_text("Thu hồi", exact=True).click()
    with leads(page):
        row.get_by_role("button", name="Đúng, thu hồi").click()
    expect(page.get_by_text("Chưa có địa chỉ nào")).to_be_visible()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(shown, timeout=30)  # noqa: S310 - the same
