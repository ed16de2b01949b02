"""Who may open residents' files, on an official's phone in a real browser: two officials, and one who leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from controller.store import users
from controller.web.passwords import Passwords
from tests.support.browsing import PHONE, leads, unlocked, window
from tests.support.browsing import signed_in as signed_in_to
from tests.support.chromium import CHROMIUM
from tests.support.web_pages import NAME, PASSWORD, Pages, pages_in, served

OTHER, OTHER_NAME = "mai", "Hoàng Thị Mai Thử Của Một Gia Đình Rất Đông"
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path)
    found.add_user()
    with found.station.store.write() as tx:
        encoded = Passwords(found.cost).encoded(PASSWORD)
        users.add(tx, found.station.clock.now(), OTHER, OTHER_NAME, encoded, users.Role.EDITOR, "test")
    return found


def signed_in(browser: Browser, address: str, name: str) -> Page:
    """At the desk's door, and through it as far as this official may go."""
    page = signed_in_to(window(browser, address), "/files", name)
    unlocked(page)
    return page


def test_one_is_let_in_and_the_question_before_they_are_put_out_can_be_read(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address:
        first = signed_in(browser, address, NAME)
        expect(first.locator("#code")).to_be_visible()
        other = signed_in(browser, address, OTHER)
        expect(other.locator("main")).to_contain_text("Xin nhờ cán bộ đang giữ khóa")
        first.goto("/files/people")
        with leads(first):
            first.get_by_role("button", name="Cấp quyền").click()
        first.get_by_text("Bỏ quyền", exact=True).click()
        asked = first.get_by_role("button", name="Đúng, bỏ quyền").locator("xpath=..")
        expect(asked).to_contain_text(OTHER_NAME)
        place = asked.bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= PHONE[0]
        with leads(first):
            first.get_by_role("button", name="Đúng, bỏ quyền").click()
        expect(first.locator("#h-access + .rows > li, #h-access ~ .rows > li")).to_have_count(1)
        for page in (first, other):
            page.context.close()
