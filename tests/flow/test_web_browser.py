"""The page in a real browser, against waitress and a real store: first sign-in, write, watch, stop, come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from controller.core.announcements import Draft
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import UtteranceEvent
from controller.runtime.clocks import FakeClock
from controller.store import announcements, renditions, users, utterances
from tests.support.browsing import DESK, leads, sign_in_here, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import START
from tests.support.web_pages import FULL_NAME, NAME, PASSWORD, Pages, pages_in, served

TEXT = "Kính mời bà con đưa trẻ đến tiêm chủng tại trụ sở UBND lúc 7h30 ngày 27/11/2026."
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, clock=FakeClock(START))


@pytest.fixture
def address(pages: Pages) -> Iterator[str]:
    with served(pages.app) as at:
        yield at


class Visit:
    """One browser window, which remembers what went wrong in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self._console(line.type, line.text))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:  # 401, 422: answers, not faults
            self.complaints.append(text)

    def sign_in(self) -> None:
        sign_in_here(self.page)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = window(browser, address, DESK)
    found = Visit(context)
    yield found
    context.close()
    assert found.complaints == []


def sticking_out(page: Page) -> list[str]:
    """What makes a page scroll sideways: the elements that end right of the window."""
    found: list[str] = page.evaluate(
        "document.documentElement.scrollWidth <= window.innerWidth ? [] : [...document.querySelectorAll('body *')]"
        ".filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))"
    )
    return found


def test_first_sign_in_write_see_how_it_will_be_and_save(pages: Pages, visit: Visit) -> None:
    page = visit.page
    with pages.station.store.write() as tx:
        code = users.new_setup_code(tx, pages.station.clock.now())
    page.goto("/announcements")
    expect(page).to_have_url("/first")
    page.fill("#code", code.lower())
    page.fill("#full_name", FULL_NAME)
    page.fill("#name", NAME)
    page.fill("#password", "123456789012345")
    with leads(page):
        page.click("button.primary")
    expect(page.locator("#password-problem")).to_contain_text("dễ bị đoán")
    expect(page.locator("#code")).to_have_value(code.lower())
    page.fill("#password", PASSWORD)
    with leads(page):
        page.click("button.primary")
    expect(page.get_by_role("heading", name="Đang phát")).to_be_visible()

    with leads(page):
        page.get_by_role("link", name="Viết thông báo").click()
    page.fill("#title", "Lịch tiêm chủng")
    page.fill("#text", TEXT)
    expect(page.locator("#spoken")).to_have_text(TEXT.lower())
    expect(page.locator("#spelt")).to_contain_text("UBND")
    expect(page.locator(".counter")).to_have_text(f"{len(TEXT)} / 5.000 ký tự")
    page.check("[name=zones][value=trung-tam]")
    picture = page.locator("[data-board=cong] img")
    expect(picture).to_be_visible()
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    page.check("[value=daily]")
    page.fill("[name=times]", "19:30")
    expect(page.locator("#rule")).to_have_text("19 giờ 30 hằng ngày, từ 21/11/2026")
    expect(page.locator("#next li").first).to_have_text("Sẽ phát: 19 giờ 30 hôm nay")
    page.fill("#last", "2026-11-20")
    expect(page.locator("[data-problems=last]")).to_contain_text("đứng trước ngày bắt đầu")
    page.fill("#last", "")
    expect(page.locator(".when .problem")).to_have_count(0)
    with leads(page):
        page.get_by_role("button", name="Lưu thông báo").click()

    expect(page.get_by_role("heading", name="Lịch tiêm chủng")).to_be_visible()
    expect(page.locator("[data-live=rendition]")).to_contain_text("đang chuẩn bị")
    with pages.station.store.read() as tx:
        (saved,) = announcements.current(tx)
    assert (saved.title, saved.text, saved.zones) == ("Lịch tiêm chủng", TEXT, ("trung-tam",))
    ready(pages, saved.id)
    expect(page.locator("audio")).to_have_attribute("src", f"/renditions/{'ab' * 32}.wav")


def ready(pages: Pages, ident: str) -> None:
    with pages.station.store.write() as tx:
        made = Prepared("ab" * 32, 9.0, -16.0, -1.2, "espeak-ng")
        renditions.ready(tx, pages.station.clock.now(), f"{ident}/1", made)


def test_speak_now_and_watch_it_go_by_without_reloading_then_stop_the_next(pages: Pages, visit: Visit) -> None:
    pages.add_user()
    saved = pages.station.announcing.save(Draft("Tìm trâu lạc", TEXT, ("trung-tam",)), [], FULL_NAME)
    ready(pages, saved.id)
    page = visit.page
    page.goto(f"/announcements/{saved.id}")
    visit.sign_in()
    expect(page.locator("audio")).to_be_visible()
    page.evaluate("window.sameWindow = true")
    state = page.locator("[data-live=occurrences] .state").first

    for end in (UtteranceEvent.FINISH, UtteranceEvent.STOP):
        pages.clock().tick(1)
        page.locator("summary").click()
        page.get_by_role("button", name="Đúng, phát ngay").click()
        expect(state).to_contain_text("đang chờ")
        with pages.station.store.read() as tx:
            newest = utterances.of_announcement(tx, saved.id)[0]
        move(pages, newest.id, UtteranceEvent.BEGIN)
        expect(state).to_contain_text("đang phát")
        expect(page.locator("[data-live=on-air]")).to_contain_text("Tìm trâu lạc")
        if end is UtteranceEvent.STOP:
            pages.station.bell.rung.clear()
            page.locator(".strip .stop").click()
            expect(state.page.locator("[data-live=on-air]")).to_contain_text("đang dừng")
            assert pages.station.bell.rung[0] == ("audio-main", {"stop": newest.id, "by": FULL_NAME})
        move(pages, newest.id, end)
        expect(state).to_contain_text({"finish": "đã phát", "stop": "đã dừng"}[end])
        expect(page.locator(".strip article")).to_have_count(0)
    assert page.evaluate("window.sameWindow") is True


def test_an_alarm_on_a_phone_is_raised_by_two_keys_and_its_end_is_in_sight(
    browser: Browser, pages: Pages, address: str
) -> None:
    pages.add_user()
    saved = pages.station.announcing.save(Draft("Lũ đang lên", TEXT, ("trung-tam",), Level.EMERGENCY), [], FULL_NAME)
    ready(pages, saved.id)
    visit = Visit(window(browser, address))
    page = visit.page
    page.goto(f"/announcements/{saved.id}")
    visit.sign_in()
    raising, sure = page.locator(".ask summary"), page.get_by_role("button", name="Đúng, phát báo động")
    raising.focus()
    page.keyboard.press("Enter")
    expect(sure).to_be_visible()
    assert sticking_out(page) == []
    page.keyboard.press("Tab")
    expect(sure).to_be_focused()
    page.keyboard.press("Escape")  # thought better of it
    expect(sure).to_be_hidden()
    expect(raising).to_be_focused()
    with pages.station.store.read() as tx:
        assert utterances.of_announcement(tx, saved.id) == []
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-live=occurrences]")).to_contain_text("đang chờ")
    with pages.station.store.read() as tx:
        (raised,) = utterances.of_announcement(tx, saved.id)
    move(pages, raised.id, UtteranceEvent.BEGIN)
    stop = page.locator(".strip .stop")
    expect(stop).to_have_text("■ Dừng báo động")
    expect(stop).to_be_in_viewport()
    assert (sticking_out(page), visit.complaints) == ([], [])
    page.context.close()


def move(pages: Pages, ident: str, event: UtteranceEvent) -> None:
    with pages.station.store.write() as tx:
        utterances.move(tx, pages.station.clock.now(), ident, event)


def test_what_was_typed_survives_a_reload_and_the_end_of_the_session(pages: Pages, visit: Visit) -> None:
    pages.add_user()
    page = visit.page
    page.goto("/announcements/new")
    visit.sign_in()
    page.fill("#title", "Cắt nước")
    page.fill("#text", TEXT)
    page.check("[name=zones][value=na-khau]")
    page.reload()
    expect(page.locator("#text")).to_have_value(TEXT)
    expect(page.locator("[value=na-khau]")).to_be_checked()
    expect(page.locator("#spoken")).to_have_text(TEXT.lower())

    pages.clock().tick(13 * 3600)
    with leads(page):
        page.get_by_role("button", name="Lưu thông báo").click()
    expect(page.locator("main")).to_contain_text("nội dung vừa viết vẫn còn nguyên")
    visit.sign_in()
    expect(page.locator("#title")).to_have_value("Cắt nước")
    expect(page.locator("#text")).to_have_value(TEXT)
    with leads(page):
        page.get_by_role("button", name="Lưu thông báo").click()
    expect(page.get_by_role("heading", name="Cắt nước")).to_be_visible()
    page.goto("/announcements/new")
    expect(page.locator("#text")).to_have_value("")


def test_a_lost_station_is_said_and_found_again(pages: Pages, visit: Visit) -> None:
    pages.add_user()
    page = visit.page
    page.goto("/")
    visit.sign_in()
    expect(page.locator("#stale")).to_be_hidden()
    page.clock.install()
    page.route("**/api/state*", lambda route: route.abort())
    page.clock.run_for(20_000)
    expect(page.locator("#stale")).to_be_visible(timeout=15_000)  # at the next ask at the latest
    page.unroute("**/api/state*")
    page.clock.run_for(5_000)
    expect(page.locator("#stale")).to_be_hidden(timeout=15_000)


def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, pages: Pages, address: str) -> None:
    pages.add_user()
    long = Draft("Thông báo về việc " + "triển khai " * 8, TEXT * 8 + "x" * 300, ("trung-tam", "na-khau"))
    daily = {"kind": "daily", "at": "19:30", "first": "2026-11-21", "last": None}
    saved = pages.station.announcing.save(long, [daily], FULL_NAME)
    for utterance in pages.station.announcing.speak_now(saved.id, FULL_NAME):
        move(pages, utterance.id, UtteranceEvent.BEGIN)
    for language in ("vi", "en"):
        context = window(browser, address)
        visit = Visit(context)
        page = visit.page
        page.goto("/sign-in")
        if language == "en":
            with leads(page):
                page.get_by_role("button", name="English").click()
        assert sticking_out(page) == []
        visit.sign_in()
        if language == "en" and page.get_by_role("button", name="English").is_visible():
            with leads(page):
                page.get_by_role("button", name="English").click()
        for path in (
            "/", "/announcements", f"/announcements/{saved.id}", f"/announcements/{saved.id}/edit", "/schedule",
            "/notices", "/notices/new", "/boards", "/desk", "/training", "/training/new", "/journal", "/nowhere",
        ):  # fmt: skip
            page.goto(path)
            if path != "/nowhere":  # which asks for nothing
                expect(page.locator("[data-live=on-air] article").first).to_be_visible()
            assert (language, path, sticking_out(page)) == (language, path, [])
        assert visit.complaints == []
        context.close()


def test_rules_of_the_week_and_of_the_moon_on_a_phone_then_one_occurrence_moved_and_put_back(
    browser: Browser, pages: Pages, address: str
) -> None:
    pages.add_user()
    context = window(browser, address)
    visit = Visit(context)
    page = visit.page
    page.goto("/announcements/new")
    visit.sign_in()
    page.fill("#title", "Thu gom rác")
    page.fill("#text", TEXT)
    page.check("[name=zones][value=na-khau]")
    page.check("[name=when][value=weekly]")
    expect(page.locator("#first")).to_be_visible()
    expect(page.locator("#month")).to_be_hidden()
    page.check("[name=weekdays][value='1']")
    page.check("[name=weekdays][value='4']")
    page.fill("[name=times]", "17:30")
    page.get_by_role("button", name="+ thêm giờ").click()
    page.locator("[name=times]").nth(1).fill("05:30")
    expect(page.locator("#rule")).to_have_text("5 giờ 30 và 17 giờ 30 thứ Hai và thứ Năm hằng tuần, từ 21/11/2026")
    expect(page.locator("#next li").first).to_have_text("Sẽ phát: 5 giờ 30, thứ Hai 23/11 (rằm tháng Mười âm lịch)")

    page.check("[name=when][value=lunar_monthly]")
    expect(page.locator("[name=weekdays][value='1']")).to_be_hidden()
    for day in ("1", "15"):
        page.check(f"[name=lunar_days][value='{day}']")
    page.select_option("#offset_way", "before")
    page.fill("#offset", "1")
    page.locator("[name=times]").nth(1).fill("")
    page.locator("[name=times]").nth(0).fill("19:30")
    expect(page.locator("#rule")).to_have_text("19 giờ 30 mỗi tối trước ngày rằm và mùng một, từ 21/11/2026")
    expect(page.locator("#next li").first).to_have_text("Sẽ phát: 19 giờ 30 ngày mai")
    page.get_by_text("Tuần 16/11 – 22/11/2026").click()
    expect(page.locator("#ahead .day .draft")).to_have_count(1)
    assert sticking_out(page) == []
    with leads(page):
        page.get_by_role("button", name="Lưu thông báo").click()
    expect(page.get_by_text("19 giờ 30 ngày mai")).to_be_visible()

    with leads(page):
        page.get_by_role("link", name="Lịch phát").click()
    page.get_by_text("Đổi", exact=True).click()
    page.fill("[name=clock]", "19:00")
    with leads(page):
        page.get_by_role("button", name="Đổi giờ lần này").click()
    expect(page.get_by_text("thay cho 19 giờ 30")).to_be_visible()
    assert sticking_out(page) == []
    with leads(page):
        page.get_by_role("button", name="Trả về 19 giờ 30").click()
    expect(page.get_by_role("status")).to_contain_text("Đã trả lần phát này về như cũ")
    expect(page.get_by_text("thay cho 19 giờ 30")).to_have_count(0)
    context.close()
    assert visit.complaints == []


def test_it_works_without_javascript(browser: Browser, pages: Pages, address: str) -> None:
    pages.add_user()
    context = window(browser, address, DESK, script=False)
    visit = Visit(context)
    page = visit.page
    page.goto("/announcements/new")
    visit.sign_in()
    page.fill("#title", "Họp thôn")
    page.fill("#text", TEXT)
    page.check("[name=zones][value=trung-tam]")
    page.get_by_role("button", name="Xem thử").click()
    expect(page.locator("#spoken")).to_have_text(TEXT.lower())
    page.get_by_role("button", name="Lưu thông báo").click()
    expect(page.get_by_role("heading", name="Họp thôn")).to_be_visible()
    page.locator("summary").click()
    page.get_by_role("button", name="Đúng, phát ngay").click()
    expect(page.locator("[data-live=occurrences]")).to_contain_text("đang chờ")
    context.close()
