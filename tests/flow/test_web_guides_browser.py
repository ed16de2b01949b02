"""Guides on an official's phone, in a real browser: whatever could not be done is before their eyes, not far below."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from controller.guiding import Guiding
from tests.support.browsing import leads, signed_in, window
from tests.support.chromium import CHROMIUM
from tests.support.web_pages import Pages, pages_in, served

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path)
    found.add_user()
    Guiding(found.station.store, found.station.clock, found.station.bell).put_shipped()
    return found


@pytest.mark.parametrize("script", [True, False])
def test_what_was_left_out_is_before_the_eyes(browser: Browser, pages: Pages, script: bool) -> None:
    with served(pages.app) as address, window(browser, address, script=script) as context:
        page = signed_in(context, "/guides/khai_sinh")
        with leads(page):
            page.get_by_role("button", name="Xác nhận").click()
        said = page.locator("#read-problem")
        if not script:
            page.get_by_role("link", name="Xem chỗ đó").click()
        expect(said).to_have_text("! Xin đọc hết rồi đánh dấu vào ô này.")
        expect(said).to_be_in_viewport()
        page.locator("[name=read]").check()
        with leads(page):
            page.get_by_role("button", name="Xác nhận").click()
        expect(page.get_by_role("status").filter(has_text="Đã xác nhận")).to_be_in_viewport()

        with leads(page):
            page.get_by_role("button", name="Kiểm tra tệp").click()
        expect(page.locator("#guide-problem")).to_be_in_viewport()
        page.set_input_files("#guide", {"name": "tam_tru.xlsx", "mimeType": "application/zip", "buffer": b"nothing"})
        with leads(page):
            page.get_by_role("button", name="Kiểm tra tệp").click()
        expect(page.get_by_text("chỗ cần sửa")).to_be_in_viewport(timeout=30_000)  # a child judges it
