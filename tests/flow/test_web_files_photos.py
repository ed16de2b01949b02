"""Photographs of papers on an official's old phone, in a real browser: small ones beside their papers, one of them
large and larger, what was typed meanwhile untouched; and a page that leaves by itself where there is no script."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from controller.filing import sittings
from controller.filing.receiving import Filing
from controller.runtime.clocks import FakeClock
from controller.store import filings
from tests.support.browsing import PHONE, leads, signed_in, unlocked, window
from tests.support.chromium import CHROMIUM
from tests.support.filed import NAME as RESIDENT
from tests.support.filed import cheap, submission
from tests.support.stations import START
from tests.support.web_pages import Pages, pages_in, served

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    made = pages_in(tmp_path, clock=FakeClock(START))
    made.add_user()
    return made


def photo(shade: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (1920, 1080), (shade, 120, 150)).save(made, "JPEG", quality=90)
    return made.getvalue()


def opened(context: BrowserContext, pages: Pages) -> Page:
    """The one file there is, opened by an official who has just made the desk's key."""
    page = signed_in(context, "/files")
    unlocked(page)
    expect(page.locator("#code")).to_be_visible()
    store = filings.opened(pages.station.places.filings_db)
    cheap(store)
    made = pages.station
    Filing(store, made.bell, made.clock, made.ids, lambda: True).submit(submission(photos=(photo(20), photo(220))))
    store.close()
    page.goto("/files")
    with leads(page):
        page.click("ul.rows a")
    expect(page.locator("h1")).to_have_text(RESIDENT)
    return page


@pytest.mark.parametrize("script", [True, False])
def test_a_small_photo_is_touched_and_seen_large_and_larger(browser: Browser, pages: Pages, script: bool) -> None:
    with served(pages.app) as address, window(browser, address, script=script) as context:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url.rpartition("/photo/")[2]))
        page = opened(context, pages)
        small = page.locator(".papers li", has_text="Giấy chứng sinh").locator(".small img")
        expect(small).to_have_count(2)
        page.fill("#note", "đang viết dở")
        for place in (0, 1):
            small.nth(place).scroll_into_view_if_needed()
            expect(small.nth(place)).to_have_js_property("naturalWidth", 320)
        also = set[str]() if script else {"2", "3"}  # without a script a browser lets none wait (HTML, lazy loading)
        assert {each for each in asked if each[:1].isdigit()} == {"2/small", "3/small"} | also

        page.get_by_role("link", name="Ảnh giấy tờ: Giấy chứng sinh (2/2)").click()
        large = page.get_by_role("figure", name="Ảnh giấy tờ: Giấy chứng sinh (2/2)")
        picture = large.get_by_role("img")
        expect(picture).to_have_js_property("naturalWidth", 1920)
        expect(large).to_have_css("position", "fixed")
        width = picture.evaluate("picture => picture.getBoundingClientRect().width")
        assert width <= PHONE[0]
        large.get_by_role("checkbox", name="Phóng to").focus()
        page.keyboard.press("Space")
        expect(picture).to_have_css("width", "960px")
        picture.click()
        expect(picture).not_to_have_css("width", "960px")
        large.get_by_role("link", name="Ảnh trước").click()
        expect(page.get_by_role("figure")).to_have_count(1)
        expect(page.get_by_role("figure")).to_contain_text("(1/2)")
        if script:
            page.keyboard.press("Escape")
        else:
            page.get_by_role("link", name="Đóng ảnh").click()
        expect(page.get_by_role("figure")).to_have_count(0)
        expect(page.locator("#small-2")).to_be_focused()
        expect(page.locator("#note")).to_have_value("đang viết dở")


def test_without_a_script_the_file_leaves_the_screen_when_the_sitting_ends(
    browser: Browser, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(pages.app) as address, window(browser, address, script=False) as context:
        page = opened(context, pages)
        where = page.url
        monkeypatch.setattr(sittings, "IDLE_S", 2.0)  # the browser's own clock counts; the station's stands still
        page.goto(where)
        expect(page.get_by_text("Bàn hồ sơ vẫn mở ở cửa sổ khác.")).to_be_visible()
        assert RESIDENT not in page.content()

        def over(route: Route) -> None:
            pages.clock().tick(2.0)
            route.continue_()

        page.route(re.compile("/files/closed"), over)  # nobody did anything in another window either
        page.get_by_role("link", name="Mở lại trang ấy").click()
        expect(page.locator("#password")).to_be_visible()
        assert RESIDENT not in page.content()
        monkeypatch.undo()
        unlocked(page)
        expect(page.locator("h1")).to_have_text(RESIDENT)
        assert page.url == where
