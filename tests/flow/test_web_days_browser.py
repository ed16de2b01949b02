"""The page of days in a real browser: on a phone and on a desk, in both languages, with and without its script."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from controller.runtime.clocks import FakeClock
from controller.store import days
from tests.support.browsing import DESK, PHONE, leads, signed_in, window
from tests.support.chromium import CHROMIUM
from tests.support.web_pages import Pages, pages_in, served

SIZES = {"phone": PHONE, "desk": DESK}
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path, clock=FakeClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC)))
    found.add_user()
    return found


def said(pages: Pages) -> dict[str, str]:
    with pages.station.store.read() as tx:
        return {str(day): one.type.value for day, one in days.said(tx).items()}


def sticking_out(page: Page) -> list[str]:
    """What ends right of the window, or of the sheet that it lies in."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('body, .sheet, .rows')].flatMap((box) => [...box.querySelectorAll('*')]"
        ".filter((e) => getComputedStyle(e).position !== 'absolute'"
        " && e.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)).map((e) => e.outerHTML)"
    )
    return found


@pytest.mark.parametrize(
    ("size", "language", "script"),
    [("phone", "vi", True), ("phone", "en", False), ("desk", "vi", False), ("desk", "en", True)],
)
def test_days_are_changed_and_taken_back(
    browser: Browser, pages: Pages, size: str, language: str, script: bool
) -> None:
    with served(pages.app) as address, window(browser, address, SIZES[size], script) as context:
        page = signed_in(context, "/days")
        if language == "en":
            with leads(page):
                page.get_by_role("button", name="English").click()
        expect(page.locator("h1")).to_have_text("Lịch ngày" if language == "vi" else "Kinds of day")
        fits = [sticking_out(page)]

        with leads(page):
            page.click("button[value=mourning]")
        expect(page.locator("button[value=mourning]")).to_have_attribute("aria-pressed", "true")
        assert said(pages) == {"2026-11-20": "mourning"}
        fits.append(sticking_out(page))
        with leads(page):
            page.locator("form.banner button").click()
        expect(page.locator("button[value=working]")).to_have_attribute("aria-pressed", "true")
        assert said(pages) == {}

        with leads(page):
            page.locator("footer .primary").click()
        fits.append(sticking_out(page))
        page.fill("#day", "2026-11-24")
        page.locator("label.choice", has=page.locator("[value=holiday]")).click()
        page.fill("#note", "Ngày hội Đại đoàn kết toàn dân tộc ở các khu dân cư trong toàn xã")
        with leads(page):
            page.locator("footer .primary").click()
        expect(page.locator(".rows li", has_text="Đại đoàn kết")).to_have_count(1)

        with leads(page):
            page.locator("a[href='/days/swap']").click()
        with leads(page):
            page.locator("footer .primary").click()
        expect(page.locator(".problem")).to_have_count(2)
        fits.append(sticking_out(page))
        page.fill("#off", "2026-11-23")
        page.fill("#worked", "2026-11-28")
        with leads(page):
            page.locator("footer .primary").click()
        expect(page.locator("form.banner")).to_have_count(1)
        assert said(pages) == {"2026-11-23": "holiday", "2026-11-24": "holiday", "2026-11-28": "working"}
        fits.append(sticking_out(page))
        with leads(page):
            page.locator("form.banner button").click()
        expect(page.locator(".rows li", has_text="23/11")).to_have_count(0)
        assert said(pages) == {"2026-11-24": "holiday"}
        assert fits == [[]] * 5
