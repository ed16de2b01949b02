"""A resident's file on an official's screen, in a real browser: what a passer-by sees, and what is left on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from controller.filing.receiving import Filing
from controller.filing.sittings import IDLE_S
from controller.runtime.clocks import FakeClock
from controller.store import filings
from tests.support import thief
from tests.support.browsing import FLAGS, PATIENCE_MS, leads, signed_in, unlocked
from tests.support.chromium import CHROMIUM
from tests.support.filed import ID_NUMBER, cheap, submission
from tests.support.filed import NAME as RESIDENT
from tests.support.stations import START
from tests.support.web_pages import PASSWORD, Pages, pages_in, served

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    made = pages_in(tmp_path / "state", clock=FakeClock(START))
    made.add_user()
    return made


@pytest.fixture
def official(pages: Pages, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that keeps things on the disk, signed in, with the desk unlocked and one file filed."""
    with served(pages.app) as address, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=CHROMIUM, base_url=address, locale="vi-VN",
            args=[*FLAGS],
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        page = signed_in(context, "/files")
        unlocked(page)
        expect(page.locator("#code")).to_be_visible()
        store = filings.opened(pages.station.places.filings_db)
        cheap(store)
        Filing(store, pages.station.bell, pages.station.clock, pages.station.ids, lambda: True).submit(submission())
        page.close()
        yield context
        context.close()


def opened(context: BrowserContext) -> Page:
    page = context.new_page()
    page.clock.install()
    page.goto("/files")
    with leads(page):
        page.click("ul.rows a")
    expect(page.get_by_text(RESIDENT).first).to_be_visible()
    return page


def test_a_file_does_not_stay_on_a_screen_that_nobody_sits_at(official: BrowserContext, pages: Pages) -> None:
    page = opened(official)
    page.clock.fast_forward(60_000)
    expect(page.get_by_text(RESIDENT).first).to_be_visible()
    pages.clock().tick(IDLE_S)
    with leads(page):
        page.clock.fast_forward(60_000)
    expect(page.locator("#password")).to_be_visible()
    assert RESIDENT not in page.content()
    page.go_back()
    expect(page.locator("#password")).to_be_visible()
    assert RESIDENT not in page.content()


def test_locked_in_one_window_is_locked_in_all_and_behind_the_button_back(official: BrowserContext) -> None:
    one, two = opened(official), opened(official)
    one.goto("/files")
    with leads(one):
        one.locator("form[action='/files/lock'] button").click()
    expect(one.locator("#password")).to_be_visible()
    with leads(two):
        two.clock.fast_forward(60_000)
    expect(two.locator("#password")).to_be_visible()
    for page in (one, two):
        for _ in range(2):
            page.go_back()
            page.wait_for_load_state()
            assert RESIDENT not in page.content()


def test_signed_out_in_one_window_is_out_in_all(official: BrowserContext) -> None:
    one, two = opened(official), opened(official)
    with leads(one):
        one.locator("form[action='/sign-out'] button").first.click()
    expect(one.locator("#name")).to_be_visible()
    with leads(two):
        two.clock.fast_forward(60_000)
    expect(two.locator("#name")).to_be_visible()
    assert RESIDENT not in two.content()


def test_the_browser_keeps_nothing_of_a_file_on_its_disk(official: BrowserContext, tmp_path: Path) -> None:
    page = opened(official)
    page.fill("#note", f"gọi cho {RESIDENT}")
    page.goto(page.url + "/photo/2")
    page.go_back()
    page.goto("/files?ended=1")
    official.close()
    profile = tmp_path / "profile"
    assert (profile / "Default" / "History").exists()
    assert thief.in_files([profile], thief.written([RESIDENT, ID_NUMBER, PASSWORD])) == {}
