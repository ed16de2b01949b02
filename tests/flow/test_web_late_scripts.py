"""A slow line, in a real browser: what an official does before the scripts of a page are there, or when one of them or
an answer comes too late or not at all, counts all the same."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from controller.core.notice_drafts import NoticeDraft
from controller.desk import Desk
from controller.noticing import Noticing
from controller.runtime.clocks import FakeClock
from controller.store import notices
from tests.support.browsing import held_back, leads, signed_in, window
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


def put_up(pages: Pages, *texts: str) -> Noticing:
    made = pages.station
    noticing = Noticing(made.store, made.bell, made.clock, made.ids, made.config)
    for text in texts:
        noticing.put_up(NoticeDraft(text=text), "Cán bộ khác")
    return noticing


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


def lost_once(page: Page, name: str) -> list[Route]:
    """The next time that it is asked for, it does not come."""
    lost: list[Route] = []

    def lose(route: Route) -> None:
        lost.append(route)
        route.abort()

    page.route(f"**{name}*", lose, times=1)
    return lost


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
    context.set_offline(True)
    page.locator("[data-drag]").first.hover()
    page.mouse.down()
    below = rows.nth(1).bounding_box()
    assert below is not None
    page.mouse.move(below["x"] + 10, below["y"] + below["height"] - 2, steps=4)
    expect(rows.locator(".few")).to_have_text(["Nghỉ lễ", "Cúp nước"])
    page.mouse.up()
    expect(page.locator("#stale")).to_be_visible()
    for _ in range(2):  # and stays said
        with page.expect_event("requestfailed", lambda request: "/api/state" in request.url):
            pass
        assert page.locator("#stale").is_visible()
    expect(rows.locator(".few")).to_have_text(["Cúp nước", "Nghỉ lễ"])
