"""A doubtful clock in a real browser: the phone's own time beside it, and the button."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from controller.core.trust import Doubt, Stand, Trust
from controller.runtime.clocks import FakeClock
from controller.store import clock as clocks
from tests.support.browsing import sign_in_here, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, FULL_NAME, pages_in, served

REQUIRED = CONFIG.replace('trust = "off"', 'trust = "required"') + BOARD


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")
def test_the_phone_is_compared_and_the_word_is_taken(browser: Browser, tmp_path: Path) -> None:
    pages = pages_in(tmp_path, REQUIRED, FakeClock(START))
    pages.add_user()
    with pages.station.store.write() as tx:
        clocks.keep(tx, Stand("boot-1", Trust.DOUBTFUL, Doubt.START))
    with served(pages.app) as address, window(browser, address, timezone="Europe/Paris") as context:
        page = context.new_page()
        page.clock.set_fixed_time(START + timedelta(seconds=50))
        page.goto("/sign-in")
        sign_in_here(page)
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
