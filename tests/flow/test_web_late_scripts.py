"""A slow line, in a real browser: what an official does before the scripts of a page are there, or when one of them or
an answer comes too late or not at all, counts all the same."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect

from controller.desk import Desk
from controller.runtime.clocks import FakeClock
from controller.store import notices
from tests.support.browsing import held_back, lost_once, signed_in, window
from tests.support.chromium import CHROMIUM
from tests.support.sounds import tone_wav
from tests.support.stations import START
from tests.support.web_pages import Pages, pages_in, served

NOTICE, ANNOUNCEMENT = ("notice.js", "editor.js", "page.js"), ("samples.js", "sources.js", "editor.js", "page.js")
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path, clock=FakeClock(START))
    found.add_user()
    return found


@pytest.fixture
def context(browser: Browser, pages: Pages) -> Iterator[BrowserContext]:
    with served(pages.app) as address, window(browser, address) as opened:
        yield opened


def red() -> dict[str, object]:
    file = BytesIO()
    Image.new("RGB", (300, 200), "red").save(file, "PNG")
    return {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_a_notice_that_was_begun_before_its_scripts_came(context: BrowserContext) -> None:
    page = signed_in(context)
    page.clock.set_fixed_time(START)
    with held_back(page, *NOTICE) as scripts:
        page.goto("/notices/new", wait_until="commit")
        page.set_input_files("[name=file]", red())  # type: ignore[arg-type]  # a file as Playwright takes it
        page.fill("#text", "Lũ về")
        page.check("[name=level][value=emergency]")
        scripts.come()
        expect(page.get_by_alt_text("Hình của tin")).to_be_visible()
        expect(page.locator("[data-face=cong]")).to_contain_text("“KHONG DAU”")
        expect(page.locator("#until_date")).to_have_value("2026-11-21")
        expect(page.locator("#until_time")).to_have_value("16:00")  # three hours, not a week
        expect(page.locator(".counter")).to_contain_text("5 /")
        expect(page.locator("[name=file]")).to_have_value("")


def test_a_wrong_picture_chosen_before_the_scripts_came_is_complained_of(context: BrowserContext) -> None:
    page = signed_in(context)
    with held_back(page, *NOTICE) as scripts:
        page.goto("/notices/new", wait_until="commit")
        page.set_input_files("[name=file]", {"name": "a.png", "mimeType": "image/png", "buffer": b"none" * 99})
        scripts.come()
        expect(page.get_by_role("alert")).to_contain_text("không phải là hình")


def test_a_picture_that_could_not_be_sent_is_not_forgotten_in_silence(context: BrowserContext) -> None:
    page = signed_in(context)
    with held_back(page, *NOTICE) as scripts:
        page.goto("/notices/new", wait_until="commit")
        page.set_input_files("[name=file]", red())  # type: ignore[arg-type]
        page.fill("#text", "Họp thôn")
        page.get_by_role("button", name="Đưa lên bảng").click(no_wait_after=True)
        expect(page.locator("#picture-problem")).to_contain_text("Hình đã chọn chưa kịp gửi lên.")
        expect(page.locator("#text")).to_have_value("Họp thôn")
        scripts.come()
        page.set_input_files("[name=file]", red())  # type: ignore[arg-type]
        expect(page.get_by_alt_text("Hình của tin")).to_be_visible()


def test_a_recording_chosen_before_the_scripts_came(context: BrowserContext) -> None:
    page = signed_in(context)
    with held_back(page, *ANNOUNCEMENT) as scripts:
        page.goto("/announcements/new", wait_until="commit")
        page.fill("#text", "Kính mời bà con.")
        page.get_by_role("button", name="Thêm bản ghi âm").click(no_wait_after=True)
        entry = page.get_by_label("Chọn tệp âm thanh")
        entry.set_input_files({"name": "lời mời.wav", "mimeType": "audio/wav", "buffer": tone_wav()})
        scripts.come()
        expect(page.locator("li[data-kind=recording]")).to_contain_text("dài 1 giây")
        expect(page.locator("#text")).to_have_value("Kính mời bà con.")


def test_what_is_being_written_is_newer_than_what_was_kept(context: BrowserContext) -> None:
    page = signed_in(context, "/announcements/new")
    page.fill("#title", "Hôm qua")
    page.fill("#text", "Một bản nháp cũ")
    page.goto("/")
    with held_back(page, *ANNOUNCEMENT) as scripts:
        page.goto("/announcements/new", wait_until="commit")
        page.fill("#text", "Hôm nay viết lại")
        scripts.come()
        expect(page.locator("#title")).to_have_value("Hôm qua")
        expect(page.locator("#spoken")).to_have_text("hôm nay viết lại")
        expect(page.locator("#text")).to_have_value("Hôm nay viết lại")


def test_a_card_that_the_station_has_added_stays(context: BrowserContext) -> None:
    """What was kept is older than the answer to what was sent."""
    page = signed_in(context, "/announcements/new")
    page.fill("#text", "Kính mời bà con.")
    with held_back(page, *ANNOUNCEMENT) as scripts:
        page.goto("/announcements/new", wait_until="commit")
        page.fill("#text", "Kính mời cả bản.")
        page.get_by_role("button", name="Thêm khoảng nghỉ").click(no_wait_after=True)
        expect(page.locator("li[data-kind=pause]")).to_be_visible()
        scripts.come()
        expect(page.locator("html.script")).to_be_attached()
        expect(page.locator("li[data-kind=pause]")).to_be_visible()
        expect(page.locator("#text")).to_have_value("Kính mời cả bản.")


def test_a_day_and_a_word_that_were_looked_for_before_the_scripts_came(context: BrowserContext) -> None:
    page = signed_in(context)
    with held_back(page, "page.js") as scripts:
        page.goto("/journal", wait_until="commit")
        page.fill("[name=day]", "2026-11-19")
        scripts.come()
        expect(page).to_have_url("/journal?day=2026-11-19")
        page.go_back()
        expect(page.locator("html.script")).to_be_attached()
        expect(page).to_have_url("/journal")
    with held_back(page, "page.js", "dictionary.js") as scripts:
        page.goto("/dictionary", wait_until="commit")
        page.fill("#q", "hop tac")
        scripts.come()
        expect(page.locator(".entries li:visible")).to_have_count(1)


def test_tapped_twice_before_the_scripts_came_is_once(context: BrowserContext, pages: Pages) -> None:
    made = pages.station
    desk = Desk(made.store, made.bell, made.clock, made.config)
    for _ in range(3):
        desk.give("Cán bộ khác")
    page = signed_in(context)
    with held_back(page, *NOTICE):
        page.goto("/desk", wait_until="commit")
        page.get_by_role("button", name="Gọi số tiếp theo").dblclick(no_wait_after=True)
        expect(page.locator(".number")).to_have_text("Đang mời số 1")
        assert desk.today().called == 1
        page.goto("/notices/new", wait_until="commit")
        page.fill("#text", "Họp thôn")
        page.get_by_role("button", name="Đưa lên bảng").dblclick(no_wait_after=True)
        expect(page.get_by_role("link", name="Sửa tin: Họp thôn")).to_have_count(1)
        with made.store.read() as tx:
            assert [notice.text for notice in notices.live(tx, made.clock.now())] == ["Họp thôn"]


def test_a_script_that_was_lost_is_fetched_again_and_the_page_serves_without_it_meanwhile(
    context: BrowserContext,
) -> None:
    page = signed_in(context)
    with held_back(page, "notice.js") as script:
        lost_once(page, "/static/notice.js")
        page.goto("/notices/new", wait_until="domcontentloaded")
        script.asked()  # again
        expect(page.get_by_role("button", name="Tải lên")).to_be_visible()
        page.set_input_files("[name=file]", red())  # type: ignore[arg-type]
        script.come()
        expect(page.get_by_alt_text("Hình của tin")).to_be_visible()
        expect(page.get_by_role("button", name="Tải lên")).to_be_hidden()


def test_the_script_that_fetches_the_others_is_fetched_as_well(context: BrowserContext) -> None:
    page = signed_in(context)
    with held_back(page, "page.js") as script:
        lost_once(page, "/static/page.js")
        page.goto("/notices/new", wait_until="domcontentloaded")
        script.asked()
        page.fill("#text", "Họp thôn")
        script.come()
        expect(page.locator("html.script")).to_be_attached()
        expect(page.locator(".counter")).to_contain_text("8 /")


def test_what_was_kept_waits_for_the_script_that_knows_what_to_do_with_it(context: BrowserContext) -> None:
    page = signed_in(context, "/announcements/new")
    page.get_by_role("button", name="Thêm khoảng nghỉ").click()
    page.get_by_label("Nghỉ bao lâu").select_option("5")
    lost_once(page, "/static/sources.js")
    page.reload()
    expect(page.get_by_label("Nghỉ bao lâu")).to_have_value("5")
