"""The editor on a phone in a real browser: what is met or refused stands beside the entry, and one tap mends it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from controller.core.announcements import Draft
from controller.runtime.clocks import FakeClock
from tests.support.browsing import leads, signed_in, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import CONFIG
from tests.support.web_pages import Pages, pages_in, served

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
QUIET = CONFIG.replace("quiet_hours = []", 'quiet_hours = ["21:00-05:30"]')
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path, QUIET, FakeClock(NOW))
    found.add_user()
    rule = {"kind": "daily", "times": ["17:00"]}
    words = "Mời bà con thu gom rác. " * 60  # three minutes
    found.station.announcing.save(Draft("Thu gom rác", words, ("na-khau",)), [rule], "lan")
    return found


def begun(context: BrowserContext) -> Page:
    page = signed_in(context, "/announcements/new")
    page.check("[name=zones][value=na-khau]")
    page.check("[name=when][value=daily]")
    return page


@pytest.mark.parametrize("script", [True, False])
def test_what_is_met_and_what_is_quiet_is_mended_with_a_tap(browser: Browser, pages: Pages, script: bool) -> None:
    with served(pages.app) as address, window(browser, address, script=script) as context:
        page = begun(context)
        page.fill("#text", "Mời bà con họp thôn. " * 40)
        times, look = page.locator("[name=times]"), page.get_by_role("button", name="Xem thử").last
        times.fill("17:01")
        if not script:
            look.click()
        meets = page.locator("#meets")
        expect(meets).to_contain_text("Lúc đó “Thu gom rác”")
        mend = meets.get_by_role("button")
        mended = (mend.get_attribute("value") or mend.get_attribute("data-move") or "").split()[-1]
        mend.click()
        expect(times).to_have_value(mended)
        expect(meets).to_have_text("")

        times.fill("20:59")
        with leads(page):
            page.get_by_role("button", name="Lưu thông báo").click()
        above = page.get_by_role("alert")
        expect(above.get_by_role("link")).to_have_count(2)
        expect(above).to_contain_text("Tiêu đề: Phần này còn trống.")
        above.get_by_role("link").first.click()
        page.fill("#title", "Họp thôn")
        with leads(page):
            page.get_by_role("button", name="Lưu thông báo").click()
        above.get_by_role("link").click()
        expect(page.locator("#times-problem")).to_be_in_viewport()
        page.get_by_role("button", name="Đổi 20 giờ 59 thành").click()
        expect(page.locator("#times-problem")).to_have_count(0)
        page.get_by_role("button", name="Lưu thông báo").click()
        expect(page.get_by_text("Đã lưu.")).to_be_visible()
