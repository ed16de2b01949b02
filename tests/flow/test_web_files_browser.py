"""A day at the desk in a real browser, on an old phone and on a desk, with and without its script: forty files, one
found, its answers copied, a step made behind a desk that had locked itself, and a wrong tap taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from controller.core.filings import FileState
from controller.filing.receiving import Filing
from controller.filing.sittings import IDLE_S
from controller.guiding import Guiding
from controller.runtime.clocks import FakeClock
from controller.store import filings
from tests.support.browsing import DESK, PHONE, leads, signed_in, unlocked, window
from tests.support.chromium import CHROMIUM
from tests.support.filed import cheap, submission
from tests.support.web_pages import PASSWORD, Pages, pages_in, served

WEDNESDAY = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # 8 o'clock in Việt Nam
FILES = 40
SOUGHT = "Đặng Thị Ỷ Ngữ Thử Của Một Gia Đình Rất Đông Người"
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path, clock=FakeClock(WEDNESDAY))
    found.add_user()
    return found


def filed(pages: Pages) -> list[str]:
    """Forty files; the receipt numbers in their order."""
    Guiding(pages.station.store, pages.station.clock, pages.station.bell).put_shipped()
    store, made = filings.opened(pages.station.places.filings_db), pages.station
    cheap(store)
    kiosk, numbers = Filing(store, made.bell, made.clock, made.ids), []
    for count in range(FILES):
        pages.clock().tick(1)
        name = SOUGHT if count == 35 else f"Nông Văn Thử {count}"
        birth = "1941" if count == 35 else "1948-02-03"
        visit = replace(submission(count, photos=(), name=name, birth_date=birth), guide="khai_sinh")
        numbers.append(kiosk.submit(visit).number)
    store.close()
    return numbers


def states(pages: Pages) -> list[FileState]:
    with filings.opened(pages.station.places.filings_db).read() as tx:
        return [row.state for row in filings.every(tx)]


def sticking_out(page: Page) -> list[str]:
    """What ends right of the window; what can be pushed sideways on purpose may."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('body *:not(.trays *):not(.tabs *)')].filter((e) =>"
        " getComputedStyle(e).position !== 'absolute' && e.getBoundingClientRect().right > innerWidth + 1)"
        ".map((e) => e.outerHTML)"
    )
    return found


def sought(page: Page, words: str) -> None:
    page.fill("#wanted", words)
    with leads(page):
        page.get_by_role("button", name="Tìm", exact=True).click()


@pytest.mark.parametrize(("size", "script"), [(PHONE, True), (PHONE, False), (DESK, True)])
def test_a_day_at_the_desk(browser: Browser, pages: Pages, size: tuple[int, int], script: bool) -> None:
    clipboard = ("clipboard-read", "clipboard-write") if script else ()
    with served(pages.app) as address, window(browser, address, size, script, permissions=clipboard) as context:
        page = signed_in(context, "/files")
        unlocked(page)
        numbers, rows = filed(pages), page.locator("main .rows > li")

        page.goto("/files")
        expect(rows).to_have_count(30)
        expect(page.locator(".trays a")).to_have_text(["Tất cả 40", "Chưa mở 40", "Mới đăng ký 40"])
        fits = [sticking_out(page)]
        with leads(page):
            page.get_by_role("link", name="Trang sau").click()
        expect(rows).to_have_count(10)
        with leads(page):
            rows.nth(9).locator("a").click()
        with leads(page):
            page.locator("footer .back").click()
        expect(page.locator(".pager")).to_contain_text("trang 2/2")

        sought(page, "thi y dang")
        expect(rows).to_have_count(1)
        assert "dang" not in page.url, "no address has a name in it"
        sought(page, "nông thử")
        expect(page.locator(".found")).to_contain_text("39 hồ sơ")
        with leads(page):
            page.get_by_role("link", name="Trang sau").click()
        expect(rows).to_have_count(9)
        with leads(page):
            page.get_by_role("button", name="Bỏ tìm").click()
        sought(page, numbers[35].lower().replace("-", " "))
        expect(page.locator("h1")).to_have_text(SOUGHT)
        expect(page.locator(".answers").first).to_contain_text("Năm sinh (không nhớ ngày)")
        fits.append(sticking_out(page))
        if script:
            for place in (1, 2):
                page.locator("[data-copied]").nth(place).click()
                expect(page.locator(".copied.done")).to_have_count(place)
            assert page.evaluate("navigator.clipboard.readText()") == "008148999999"

        # the desk locks itself while a note is being written
        page.locator("footer .primary").click()
        page.locator("label.choice", has=page.locator("[name=to][value='2']")).click()
        expect(page.locator("#due")).to_have_value("2026-11-25")
        page.fill("#note", "Gọi lại chiều mai, bà ở nhà một mình")
        pages.clock().tick(IDLE_S + 1)
        with leads(page):
            page.get_by_role("button", name="Chuyển bước").click()
        expect(page.locator(".banner")).to_contain_text(["còn nguyên"])
        fits.append(sticking_out(page))
        for password in ("sai rồi nhé bạn ơi", PASSWORD):
            assert states(pages)[35] is FileState.REGISTERED
            unlocked(page, password)
        expect(page.locator(".banner.leaf span")).to_have_text("Đã chuyển sang “Được tiếp nhận”.")
        expect(page.locator("section", has=page.locator("#h-notes"))).to_contain_text("bà ở nhà một mình")
        assert states(pages)[35] is FileState.ACCEPTED
        fits.append(sticking_out(page))

        # a wrong tap, and the step before it
        with leads(page):
            page.locator(".banner.leaf button").click()
        expect(page.locator(".banner.leaf")).to_contain_text("Đã lấy lại")
        assert states(pages)[35] is FileState.REGISTERED
        page.locator("label.choice", has=page.locator("[name=to][value='5']")).click()
        page.fill("#reason", "Thiếu một giấy")
        page.locator("label.choice", has=page.locator("[name=asked]")).first.click()
        if script:
            expect(page.locator("#due")).not_to_be_visible()
        with leads(page):
            page.get_by_role("button", name="Chuyển bước").click()
        expect(page.locator("dl.facts")).to_contain_text("đang tạm dừng tính thời gian" if script else "Nộp lúc")
        with leads(page):
            page.locator("nav.pager").first.get_by_role("link", name="Hồ sơ sau").click()
        expect(page.locator("h1")).to_have_text("Nông Văn Thử 36")
        page.fill("#note", "một điều")
        page.fill("#reason", "đang viết dở")
        with leads(page):
            page.get_by_role("button", name="Lưu ghi chú").click()
        expect(page.locator("#reason")).to_have_value("đang viết dở")
        expect(page.locator("#note")).to_have_value("")
        fits.append(sticking_out(page))
        assert fits == [[]] * len(fits)


def test_the_screen_locks_itself_and_what_was_typed_waits_behind_it(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address) as context:
        page = signed_in(context, "/files")
        unlocked(page)
        page.clock.install()
        page.goto("/files")
        filed(pages)
        page.clock.fast_forward(31_000)
        with leads(page):
            page.get_by_role("link", name="Xem hồ sơ chưa mở").click()
        expect(page.locator("main .rows > li")).to_have_count(30)
        for path in ("/files", ""):
            page.goto("/files")
            if not path:
                with leads(page):
                    page.locator("main .rows > li a").first.click()
                page.fill("#note", "đang viết dở")
            expect(page.get_by_text("Nông Văn Thử 0").first).to_be_visible()
            pages.clock().tick(IDLE_S + 1)
            if path:
                with leads(page):
                    page.clock.fast_forward(31_000)
            else:
                page.clock.fast_forward(31_000)
            expect(page.get_by_text("Nông Văn Thử 0").first).not_to_be_visible()
            if not path:
                with leads(page):
                    page.get_by_role("button", name="Mở hồ sơ").click()
                expect(page.locator(".banner")).to_contain_text(["còn nguyên"])
            unlocked(page)
        expect(page.locator("#note")).to_have_value("đang viết dở")
        page.fill("#note", "viết thêm")
        page.on("dialog", lambda dialog: dialog.dismiss())
        with page.expect_event("dialog") as asked:
            page.locator("nav.pager a").first.click(no_wait_after=True)
        assert asked.value.type == "beforeunload"
        expect(page.locator("#note")).to_have_value("viết thêm")
