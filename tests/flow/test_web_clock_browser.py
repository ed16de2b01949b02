"""A doubtful clock in a real browser: the phone's own time beside it, and the button."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from controller.core.trust import Doubt, Stand, Trust
from controller.runtime.clocks import FakeClock
from controller.store import clock as clocks
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, FULL_NAME, NAME, PASSWORD, pages_in, served

CHROMIUM = "/usr/bin/chromium"
REQUIRED = CONFIG.replace('trust = "off"', 'trust = "required"') + BOARD


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")
def test_the_phone_is_compared_and_the_word_is_taken(tmp_path: Path) -> None:
    pages = pages_in(tmp_path, REQUIRED, FakeClock(START))
    pages.add_user()
    with pages.station.store.write() as tx:
        clocks.keep(tx, Stand("boot-1", Trust.DOUBTFUL, Doubt.START))
    with served(pages.app) as address, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = chromium.new_page(viewport={"width": 360, "height": 740}, locale="vi-VN", timezone_id="Europe/Paris")
        page.clock.set_fixed_time(START + timedelta(seconds=50))
        page.goto(f"{address}/sign-in")
        page.fill("#name", NAME)
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        expect(page.locator(".shown")).to_have_text("13 giờ thứ Bảy 21/11/2026")
        expect(page.locator(".phone.same")).to_be_visible()
        expect(page.locator(".phone.other")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.clock.set_fixed_time(START + timedelta(hours=3))
        page.reload()
        expect(page.locator(".phone.other")).to_have_text(
            "Điện thoại hoặc máy tính bạn đang dùng chỉ 16:00 21/11/2026, khác với giờ của máy."
        )
        expect(page.locator(".phone.same")).to_be_hidden()
        with page.expect_response("**/clock/right"):
            page.get_by_role("button", name="Giờ này đúng").click()
        with pages.station.store.write() as tx:
            word = clocks.word(tx, "boot-1")
            clocks.keep(tx, Stand("boot-1", Trust.CONFIRMED, by=FULL_NAME, since=0.0))
        assert word and word.by == FULL_NAME
        expect(page.locator(".clock")).to_have_count(0)
        chromium.close()
