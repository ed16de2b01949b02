"""A weak line, in a real browser: answers that come late, in another order or not at all, and what is put in anew under
an official's hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from controller.core.notice_drafts import NoticeDraft
from controller.desk import Desk
from controller.noticing import Noticing
from controller.runtime.clocks import FakeClock
from tests.support.browsing import held_back, leads, lost_once, signed_in, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import START
from tests.support.web_pages import Pages, pages_in, served

WATCHED = """() => {
  window.hidden = [true];
  const stale = document.querySelector("#stale");
  new MutationObserver(() => { if (hidden.at(-1) !== stale.hidden) hidden.push(stale.hidden); })
    .observe(stale, { attributes: true });
}"""
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


def put_up(pages: Pages, *texts: str) -> Noticing:
    made = pages.station
    noticing = Noticing(made.store, made.bell, made.clock, made.ids, made.config)
    for text in texts:
        noticing.put_up(NoticeDraft(text=text), "Cán bộ khác")
    return noticing


def test_a_browser_of_some_years_ago_asks_and_insists_as_well(context: BrowserContext) -> None:
    context.add_init_script("delete AbortSignal.timeout; delete HTMLFormElement.prototype.requestSubmit")
    page = signed_in(context, "/notices/new")
    page.fill("#text", "Lũ về, bà con lên chỗ cao!")
    page.check("[name=level][value=emergency]")
    page.fill("#until_date", "2026-11-21")
    page.fill("#until_time", "16:00")
    with leads(page):
        page.get_by_role("button", name="Đưa lên bảng").click()
    page.get_by_role("button", name="Đúng, đây là khẩn cấp").click()
    expect(page.locator(".strip .alarm")).to_contain_text("Lũ về")


def test_a_picture_of_the_boards_that_did_not_come_is_asked_for_again(context: BrowserContext) -> None:
    page = signed_in(context, "/notices/new")
    lost = lost_once(page, "/api/boards/draft")
    page.fill("#text", "Lũ về")
    expect(page.locator("[data-face=cong]")).to_contain_text("“KHONG DAU”")
    assert lost


def test_an_answer_about_words_that_stood_there_before_is_not_shown(context: BrowserContext) -> None:
    page = signed_in(context, "/announcements/new")
    with held_back(page) as spoken:
        page.route("**/api/spoken", spoken, times=1)
        page.fill("#text", "Họp lúc bảy giờ")
        spoken.asked()
        page.fill("#text", "Họp lúc tám giờ")
        expect(page.locator("#spoken")).to_have_text("họp lúc tám giờ")
        with page.expect_event("requestfinished", lambda request: "bảy" in unquote_plus(request.post_data or "")):
            spoken.come()
        page.evaluate("new Promise(requestAnimationFrame)")
        expect(page.locator("#spoken")).to_have_text("họp lúc tám giờ")


def asked_again(page: Page) -> None:
    """Until the page has been told of a change, and has dealt with it: it asks again only then."""
    with page.expect_response(lambda answer: "/api/state" in answer.url and answer.status == 200):
        pass
    with page.expect_response(lambda answer: "/api/state" in answer.url):
        pass


def test_a_button_under_a_finger_stays_there(context: BrowserContext, pages: Pages) -> None:
    page, made = signed_in(context, "/desk"), pages.station
    give = page.get_by_role("button", name="Cấp một số mới")
    expect(give).to_be_enabled()
    give.hover()
    page.mouse.down()
    Desk(made.store, made.bell, made.clock, made.config).give("Cán bộ khác")
    asked_again(page)
    page.mouse.up()
    expect(page.get_by_text("đã cấp đến số 2")).to_be_visible()


def test_the_keyboard_stays_on_its_button_when_a_list_is_put_in_anew(context: BrowserContext, pages: Pages) -> None:
    noticing = put_up(pages, "Cúp nước", "Nghỉ lễ", "Họp thôn")
    page = signed_in(context, "/boards")
    withdraw = page.locator("#board-cong").get_by_role("button", name="Gỡ tin: Nghỉ lễ")
    withdraw.focus()
    noticing.withdraw("id-0001", "Cán bộ khác")
    expect(page.locator("#board-cong [data-notice] .few")).to_have_text(["Nghỉ lễ", "Họp thôn"])
    expect(withdraw).to_be_focused()


def test_an_answer_that_is_older_than_what_was_done_is_not_shown(context: BrowserContext) -> None:
    page = signed_in(context)
    with held_back(page) as state:
        page.route("**/api/state*", state, times=1)
        page.goto("/desk")
        state.asked()
        page.get_by_role("button", name="Cấp một số mới").click()
        expect(page.get_by_text("đã cấp đến số 1")).to_be_visible()
        state.come()


def test_what_came_while_a_notice_was_dragged_is_seen_when_it_is_dropped(context: BrowserContext, pages: Pages) -> None:
    put_up(pages, "Cúp nước", "Nghỉ lễ")
    page = signed_in(context, "/boards")
    rows = page.locator("#board-cong [data-notice] .few")
    expect(rows).to_have_text(["Cúp nước", "Nghỉ lễ"])
    page.locator("[data-drag]").first.hover()
    page.mouse.down()
    put_up(pages, "Họp thôn")
    asked_again(page)
    page.mouse.up()
    expect(rows).to_have_text(["Cúp nước", "Nghỉ lễ", "Họp thôn"])


def test_an_order_that_could_not_be_sent_is_not_shown_as_if_it_held(context: BrowserContext, pages: Pages) -> None:
    put_up(pages, "Cúp nước", "Nghỉ lễ")
    page = signed_in(context, "/boards")
    rows = page.locator("#board-cong [data-notice]")
    expect(rows).to_have_count(2)
    expect(page.locator("html.script")).to_be_attached()
    page.evaluate(WATCHED)
    context.set_offline(True)
    page.locator("[data-drag]").first.hover()
    page.mouse.down()
    below = rows.nth(1).bounding_box()
    assert below is not None
    page.mouse.move(below["x"] + 10, below["y"] + below["height"] - 2, steps=4)
    expect(rows.locator(".few")).to_have_text(["Nghỉ lễ", "Cúp nước"])
    page.mouse.up()
    expect(page.locator("#stale")).to_be_visible()
    for _ in range(2):
        with page.expect_event("requestfailed", lambda request: "/api/state" in request.url):
            pass
    assert page.evaluate("hidden") == [True, False], "it is said, and stays said"
    expect(rows.locator(".few")).to_have_text(["Cúp nước", "Nghỉ lễ"])
