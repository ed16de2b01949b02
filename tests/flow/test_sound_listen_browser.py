"""The dictionary on a phone: an entry stays legible while its voice is prepared, and when it can be listened to."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from controller.store import samples
from tests.support.browsing import signed_in, started, window
from tests.support.chromium import CHROMIUM
from tests.support.processes import until
from tests.support.sounds import tone_wav
from tests.support.web_pages import Pages, pages_in, served

LEGIBLE_PX = 130  # of 360: "căn cước công dân" in two lines
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = started(playwright, "--mute-audio")
        yield chromium
        chromium.close()


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path)
    found.add_user()
    return found


def test_what_is_listened_to_stays_legible(browser: Browser, pages: Pages) -> None:
    sound = tone_wav(1.0, 500)
    name = sha256(sound).hexdigest()
    pages.station.places.rendition(name).write_bytes(sound)
    with served(pages.app) as address, window(browser, address) as context:
        page = signed_in(context, "/dictionary")
        page.locator("summary").click()
        row = page.locator(".entries > li").first
        text, told = row.locator(".grow"), row.get_by_role("status")

        def legible() -> bool:
            width_px = text.evaluate("e => e.getBoundingClientRect().width")
            over_px = row.evaluate("e => e.scrollWidth - e.clientWidth")
            return bool(width_px >= LEGIBLE_PX and over_px <= 0)

        assert legible()
        row.get_by_role("button").click()
        expect(told).to_contain_text("Đang chuẩn bị tiếng đọc")
        assert legible()
        with pages.station.store.write() as tx:
            (wanted,) = samples.wanted(tx)
            samples.ready(tx, wanted.id, name)
        player = row.locator("audio")
        expect(player).to_be_visible()
        until(lambda: player.evaluate("player => player.currentTime > 0.2"), what="the player")
        assert legible()
