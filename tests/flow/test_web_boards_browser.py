"""An old phone in a real browser: a notice written and seen on the boards before it is there, put up, dragged, taken
down and put back; its picture, its emergency, the desk's numbers; and all of it without a script."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft
from controller.core.notices import Notice
from controller.noticing import Noticing
from controller.runtime.clocks import FakeClock, SystemClock
from controller.store import notices
from controller.store.connection import Store
from tests.support.browsing import leads, signed_in, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import CONFIG, START
from tests.support.web_pages import Pages, pages_in, served

BOARDS = """
[[boards]]
id = "cong"
name = "Bảng cổng ủy ban"
[[boards]]
id = "cho"
name = "Bảng chợ"
columns = 80
rows = 7
"""
BY = "Cán bộ Văn thư"
# what has no name for whoever cannot see it, and what is too small for a finger
NAMELESS = """() => [...document.querySelectorAll(
    'main input:not([type=hidden]), main select, main textarea, main button, main a, main img')]
  .filter((e) => e.checkVisibility() && !(e.labels && e.labels.length) && !e.ariaLabel && !e.alt)
  .filter((e) => !e.textContent.trim()).map((e) => e.outerHTML.slice(0, 100))"""
SMALL = """() => [...document.querySelectorAll('main button, .actions a, .actions button')]
  .filter((e) => e.checkVisibility() && !e.classList.contains('quiet'))
  .filter((e) => { const { width, height } = e.getBoundingClientRect(); return width < 40 || height < 40; })
  .map((e) => e.outerHTML.slice(0, 100))"""
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path, CONFIG + BOARDS, SystemClock(), real_boards=True)
    found.add_user()
    return found


@pytest.fixture
def by_day(tmp_path: Path) -> Pages:
    """It stays the same day."""
    found = pages_in(tmp_path, CONFIG + BOARDS, FakeClock(START), real_boards=True)
    found.add_user()
    return found


def phone(browser: Browser, address: str, script: bool = True) -> BrowserContext:
    return window(browser, address, script=script, touch=True)


def opened(context: BrowserContext, path: str) -> tuple[Page, list[str]]:
    complaints = list[str]()
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    return signed_in(context, path), complaints


def live(pages: Pages) -> list[Notice]:
    with pages.station.store.read() as tx:
        return notices.live(tx, pages.station.clock.now())


def put_up(pages: Pages, *texts: str, **more: object) -> None:
    station = pages.station
    noticing = Noticing(station.store, station.bell, station.clock, station.ids, station.config)
    for text in texts:
        noticing.put_up(NoticeDraft(text=text, **more), BY)  # type: ignore[arg-type]  # the draft's own fields


def decent(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SMALL) == []


def stands(page: Page, *texts: str, board: str = "cong") -> None:
    """A board's whole list, in order. Asked until it is so: a page is there before its end is."""
    expect(page.locator(f"#board-{board} [data-notice] .few")).to_have_text([*texts])


ON = """() => [
  [...document.querySelectorAll("#board-cong .film li.on img")].map((each) => each.src),
  document.querySelector("#board-cong [data-live-face] img").src,
]"""
PLACES = """([of, to]) => {
  const list = document.querySelector("#board-cong .order"), rows = list.querySelectorAll("[data-notice]");
  list.scrollIntoView({ block: "center" });
  return [rows[of].querySelector("[data-drag]"), rows[to]].map(each => {
    const box = each.getBoundingClientRect();
    return [box.x, box.y, box.height];
  });
}"""


def drag(page: Page, with_what: str, of: int, to: int) -> None:
    """A notice by its handle to where another one stands, in eight steps; done when the list has been put in anew."""
    page.locator("#board-cong .order").evaluate("list => { list.dataset.old = ''; }")
    _drag(page, with_what, of, to)
    expect(page.locator("#board-cong .order[data-old]")).to_have_count(0)


def _drag(page: Page, with_what: str, of: int, to: int) -> None:
    (x, y, _), (_, top, height) = page.evaluate(PLACES, [of, to])  # at once: the list is put in anew when it changes
    x, y, end = x + 10, y + 10, top + (2 if to < of else height - 2)
    way = [y + (end - y) * step / 8 for step in range(1, 9)]
    if with_what == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
        for at in way:
            page.mouse.move(x, at)
        page.mouse.up()
        return
    finger = page.context.new_cdp_session(page)
    for kind, at in [("touchStart", y), *(("touchMove", at) for at in way)]:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": at}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_written_seen_put_up_dragged_taken_down_and_put_back(browser: Browser, pages: Pages) -> None:
    put_up(pages, "Cúp nước", "Nghỉ lễ")
    put_up(pages, "Ưu tiên trước", level=Level.PRIORITY)
    with served(pages.app) as address, phone(browser, address) as context:
        page, complaints = opened(context, "/notices/new")
        page.fill("#text", "Họp thôn tối nay")
        low = page.locator("[data-face=cho]")
        expect(low).to_contain_text("Bảng này không hiện được dấu. Chữ sẽ thành: “Hop thon toi nay”")
        expect(page.locator("[data-face=cong]")).to_contain_text("Hiện đủ như đã viết.")
        expect(page.locator("#fewer")).to_have_text("! Chưa hiện đủ trên: Bảng chợ. Xem hình")
        expect(page.locator("#fewer")).to_be_in_viewport()
        expect(low.locator("img")).not_to_have_js_property("naturalWidth", 0)
        assert low.locator("img").evaluate("picture => picture.naturalWidth") > 80
        decent(page)
        page.check("[name=where][value=some]")
        page.uncheck("[name=boards][value=cho]")
        expect(low).to_have_count(0)
        page.fill("#text", "Bà con " * 1429)  # 10,000 characters
        expect(page.locator("#faces")).to_contain_text("Dài 10002 ký tự")
        page.fill("#text", "Họp thôn tối nay")
        page.reload()  # what was typed outlives it, and the boards are drawn again
        expect(page.locator("#text")).to_have_value("Họp thôn tối nay")
        expect(page.locator("[data-face]")).to_have_count(1)
        with leads(page):
            page.get_by_role("button", name="Đưa lên bảng").click()
        expect(page.get_by_role("heading", name="Đang hiện")).to_be_visible()

        with leads(page):
            page.get_by_role("link", name="Sửa tin: Họp thôn tối nay").click()
        page.fill("#text", "Họp thôn tối mai")
        with leads(page):
            page.get_by_role("button", name="Lưu tin").click()
        expect(page.get_by_text("Đã lưu tin “Họp thôn tối mai”.")).to_be_visible()
        decent(page)
        page.get_by_role("button", name="Hoàn tác").dblclick()
        expect(page.get_by_text("Tin đã trở lại như trước khi sửa: “Họp thôn tối nay”.")).to_be_visible()
        with leads(page):
            page.get_by_role("link", name="Sửa tin: Họp thôn tối nay").click()
        expect(page.locator("form.before")).to_contain_text("Trước đó là: “Họp thôn tối mai”")
        decent(page)

        with leads(page):
            page.get_by_role("link", name="Bảng tin").click()
        expect(page.locator("#board-cong img").first).not_to_have_js_property("naturalWidth", 0)
        expect(page.get_by_role("button", name="Đưa lên trên: Cúp nước").first).to_be_disabled()
        stands(page, "Ưu tiên trước ưu tiên", "Cúp nước", "Nghỉ lễ", "Họp thôn tối nay")
        stands(page, "Ưu tiên trước ưu tiên", "Cúp nước", "Nghỉ lễ", board="cho")
        decent(page)
        drag(page, "touch", 3, 0)  # above what is more urgent: it stays below that
        expect(page.get_by_text("Đã đổi thứ tự.")).to_be_attached()
        expect(page.locator("#board-cong [data-notice] .few").nth(1)).to_have_text("Họp thôn tối nay")
        assert [n.text for n in live(pages)] == ["Ưu tiên trước", "Họp thôn tối nay", "Cúp nước", "Nghỉ lễ"]
        drag(page, "mouse", 1, 2)
        expect(page.locator("#board-cong [data-notice] .few").nth(1)).to_have_text("Cúp nước")
        page.get_by_role("button", name="Đưa lên trên: Nghỉ lễ").first.click()
        expect(page.locator("#board-cong [data-notice] .few").nth(2)).to_have_text("Nghỉ lễ")
        assert [n.text for n in live(pages)] == ["Ưu tiên trước", "Cúp nước", "Nghỉ lễ", "Họp thôn tối nay"]

        with leads(page):
            page.get_by_role("button", name="Gỡ tin: Họp thôn tối nay").click()
        expect(page.get_by_text("Đã gỡ tin khỏi bảng.")).to_be_visible()
        stands(page, "Ưu tiên trước ưu tiên", "Cúp nước", "Nghỉ lễ")
        page.get_by_role("button", name="Lấy lại").click()
        expect(page.locator("#board-cong [data-notice]")).to_have_count(4)
        assert complaints == []


def test_the_pages_turn_by_the_clock_and_follow_what_is_put_up(browser: Browser, pages: Pages) -> None:
    put_up(pages, "Một", "Hai", "Ba")
    with served(pages.app) as address, phone(browser, address) as context:
        page, complaints = opened(context, "/boards")
        film, face = page.locator("#board-cong .film li"), page.locator("#board-cong [data-live-face] img")
        expect(film).to_have_count(3)
        shown = face.get_attribute("src")
        assert shown is not None
        expect(face).not_to_have_attribute("src", shown)  # within one dwell the next page
        on, turned = page.evaluate(ON)  # at once: it turns
        assert turned in on and len(on) == 1
        put_up(pages, "Bốn")  # by somebody else, meanwhile
        expect(film).to_have_count(4)
        page.emulate_media(reduced_motion="reduce")
        expect(face).to_have_attribute("alt", "Bảng Bảng cổng ủy ban lúc này: Bốn")
        assert complaints == []


def test_a_picture_and_an_emergency(browser: Browser, pages: Pages) -> None:
    file = BytesIO()
    Image.new("RGB", (300, 200), "red").save(file, "PNG")
    with served(pages.app) as address, phone(browser, address) as context:
        page, complaints = opened(context, "/notices/new")
        page.set_input_files("[name=file]", {"name": "a.png", "mimeType": "image/png", "buffer": b"none" * 99})
        expect(page.get_by_role("alert")).to_contain_text("không phải là hình")
        page.set_input_files("[name=file]", {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()})
        expect(page.get_by_alt_text("Hình của tin")).to_be_visible()
        expect(page.locator("[data-face=cong]")).to_contain_text("không hiện được hình")
        page.fill("#text", "Lũ về, bà con lên chỗ cao!")
        page.check("[name=level][value=emergency]")
        expect(page.locator("[name=where]").first).to_be_hidden()
        with leads(page):
            page.get_by_role("button", name="Đưa lên bảng").click()
        expect(page.get_by_role("heading", name="Xác nhận tin khẩn cấp")).to_be_visible()
        decent(page)
        with Store(pages.station.places.station_db).write():  # somebody else writes, and does not end
            page.get_by_role("button", name="Đúng, đây là khẩn cấp").click()
            expect(page.locator("#trying")).to_contain_text("Đang đưa tin lên mọi bảng")
            expect(page.locator("#trying")).to_contain_text("chưa chắc tin đã lên bảng")
            expect(page.locator("#trying")).to_be_in_viewport()
        expect(page.locator(".strip .alarm")).to_contain_text("Lũ về")
        (notice,) = live(pages)
        assert notice.level is Level.EMERGENCY and notice.picture
        assert (notice.shown_until - notice.shown_from).total_seconds() <= 3 * 3600 + 60, "not the week of a quiet one"
        page.get_by_role("button", name="Kết thúc khẩn cấp").click()
        expect(page.locator(".strip .alarm")).to_have_count(0)
        assert live(pages) == [] and complaints == []


def test_numbers_and_sessions(browser: Browser, by_day: Pages) -> None:
    with served(by_day.app) as address, phone(browser, address) as context:
        page, complaints = opened(context, "/desk")
        expect(page.get_by_role("button", name="Gọi số tiếp theo")).to_be_disabled()
        for number in ("1", "2"):
            page.get_by_role("button", name="Cấp một số mới").click()
            expect(page.get_by_text(f"đã cấp đến số {number}")).to_be_visible()
        page.get_by_role("button", name="Gọi số tiếp theo").dblclick()
        expect(page.locator(".number")).to_have_text("Đang mời số 1")
        page.get_by_role("button", name="Gọi lại số này").click()
        expect(page.locator(".number")).to_have_text("Đang mời số 1")
        decent(page)
        context.set_offline(True)
        page.get_by_role("button", name="Gọi số tiếp theo").click()
        expect(page.locator("#stale")).to_be_in_viewport()
        expect(page.locator(".number")).to_have_text("Đang mời số 1")  # still this page, and nothing claimed
        context.set_offline(False)
        page.get_by_role("button", name="Gọi số tiếp theo").click()
        expect(page.locator(".number")).to_have_text("Đang mời số 2")
        page.get_by_role("button", name="Lùi lại một số").click()
        expect(page.locator(".number")).to_have_text("Đang mời số 1")
        page.get_by_text("Bắt đầu lại từ số 1").click()
        with leads(page):
            page.get_by_role("button", name="Đúng, bắt đầu lại").click()
        expect(page.locator(".number")).to_have_text("Chưa mời số nào")
        with leads(page):
            page.get_by_role("button", name="Hoàn tác").click()
        expect(page.locator(".number")).to_have_text("Đang mời số 1")
        with leads(page):
            page.get_by_role("link", name="Tập huấn").click()
        with leads(page):
            page.get_by_role("link", name="Thêm buổi").click()
        page.fill("#title", "Dịch vụ công trực tuyến")
        page.fill("#place", "Nhà văn hóa thôn")
        decent(page)
        with leads(page):
            page.get_by_role("button", name="Lưu buổi này").click()
        with leads(page):
            page.get_by_role("button", name="Hủy buổi: Dịch vụ công trực tuyến").click()
        expect(page.get_by_text("Đã hủy buổi này.")).to_be_visible()
        decent(page)
        assert complaints == []


def test_letters_twice_as_large(browser: Browser, pages: Pages) -> None:
    put_up(pages, "Cúp nước", "Nghỉ lễ")
    torn = """() => [...document.querySelectorAll('.actions > *, .desk button, .tools .plain, .top nav a, .brand b')]
      .filter((e) => e.checkVisibility()).filter((e) => {
        const { left, right, height } = e.getBoundingClientRect(), words = e.textContent.trim().split(/\\s+/).length;
        return left < 0 || right > 360 || height > 90 + words * parseFloat(getComputedStyle(e).lineHeight);
      }).map((e) => e.outerHTML.slice(0, 100))"""
    with served(pages.app) as address, phone(browser, address) as context:
        page, _ = opened(context, "/boards")
        for path in ("/boards", "/notices", "/notices/new", "/desk", "/training/new"):
            page.goto(path)
            page.evaluate("document.documentElement.style.fontSize = '225%'")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
            assert page.evaluate(torn) == [], path


def test_everything_without_a_script(browser: Browser, pages: Pages) -> None:
    put_up(pages, "Cúp nước", "Nghỉ lễ")
    with served(pages.app) as address, phone(browser, address, script=False) as context:
        page, _ = opened(context, "/notices/new")
        page.fill("#text", "Họp thôn tối nay")
        page.get_by_role("button", name="Xem thử").click()
        expect(page.locator("[data-face=cho]")).to_contain_text("“Hop thon toi nay”")
        page.get_by_role("button", name="Đưa lên bảng").click()
        page.get_by_role("link", name="Các bảng").click()
        stands(page, "Cúp nước", "Nghỉ lễ", "Họp thôn tối nay")
        page.get_by_role("button", name="Đưa lên trên: Họp thôn tối nay").first.click()
        stands(page, "Cúp nước", "Họp thôn tối nay", "Nghỉ lễ")
        face = page.locator("#board-cong [data-live-face] img")
        expect(face).not_to_have_js_property("naturalWidth", 0)
        assert face.evaluate("picture => picture.naturalWidth") > 96
        page.get_by_role("button", name="Gỡ tin: Cúp nước").first.click()
        page.get_by_role("button", name="Lấy lại").click()
        stands(page, "Cúp nước", "Họp thôn tối nay", "Nghỉ lễ")
