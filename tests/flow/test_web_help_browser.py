"""A call for help while an official reads far down on a phone: it comes before their eyes, and is answered there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from controller.guiding import Guiding
from controller.store import kiosk_requests
from tests.support.browsing import signed_in, window
from tests.support.chromium import CHROMIUM
from tests.support.web_pages import Pages, pages_in, served

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path)
    found.add_user()
    Guiding(found.station.store, found.station.clock, found.station.bell).put_shipped()
    return found


def test_a_call_is_seen_however_far_down_one_reads(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address) as context:
        page = signed_in(context, "/guides/khai_sinh")
        expect(page.locator("#review_by")).not_to_be_in_viewport()
        page.locator("#review_by").scroll_into_view_if_needed()
        with pages.station.store.write() as tx:
            kiosk_requests.call(tx, pages.station.clock.now(), "call")
        call, come = page.locator("[data-help-call]"), page.get_by_role("button", name="Tôi đến ngay")
        expect(call).to_be_in_viewport()
        expect(page.locator("#review_by")).to_be_in_viewport()
        place = call.bounding_box()
        assert place is not None
        assert place["y"] == 0
        assert place["height"] < 150, "there is room beside it to go on"
        come.click()
        expect(call).to_have_attribute("data-help-call", "")
        expect(call).not_to_be_in_viewport()
        expect(page.locator("#review_by")).to_be_in_viewport()
