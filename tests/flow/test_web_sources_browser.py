"""An old phone in a real browser: an announcement of a text, a file and a pause, the microphone, and the approval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from controller.core.announcements import Announcement
from controller.core.parts import PausePart, RecordingPart, TextPart
from controller.core.renditions import Prepared
from controller.store import announcements, recordings, renditions, samples
from tests.support.browsing import held_back, leads, signed_in, started, window
from tests.support.chromium import CHROMIUM
from tests.support.processes import until
from tests.support.sounds import tone_wav
from tests.support.stations import CONFIG
from tests.support.web_pages import BOARD, Pages, pages_in, served

REQUIRED = (CONFIG + BOARD).replace('approval = "off"', 'approval = "required"')
FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--mute-audio")
LONG = "Lời mời bằng tiếng Tày của bản Nà Khau ghi ngày 20 tháng 11 năm 2026 bản cuối cùng đã sửa.wav"
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = started(playwright, *FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path, REQUIRED)
    found.add_user()
    return found


def begun(context: BrowserContext) -> Page:
    page = signed_in(context, "/announcements/new")
    page.fill("#title", "Lịch tiêm chủng")
    page.fill("#text", "Kính mời bà con.")
    page.check("[name=zones][value=trung-tam]")
    return page


def choose(page: Page, name: str, data: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Thêm bản ghi âm").click()
    chooser.value.set_files({"name": name, "mimeType": "audio/wav", "buffer": data})


def stored(pages: Pages) -> Announcement:
    with pages.station.store.read() as tx:
        (found,) = announcements.current(tx)
    return found


def prepared(pages: Pages, ident: str, sound: bytes) -> None:
    name = sha256(sound).hexdigest()
    pages.station.places.rendition(name).write_bytes(sound)
    with pages.station.store.write() as tx:
        made = Prepared(name, 1.0, -16.0, -1.2, "espeak-ng")
        renditions.ready(tx, pages.station.clock.now(), f"{ident}/1", made)


def test_a_text_a_file_and_a_pause_moved_saved_and_approved_after_listening(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address) as context:
        page = begun(context)
        cards = page.locator(".sources > li")
        expect(page.locator(".tools:visible")).to_have_count(0)
        choose(page, "giả.mp3", "chỉ là chữ".encode() * 50)
        expect(page.get_by_role("alert")).to_contain_text("không phải là tệp âm thanh")
        page.get_by_role("button", name="Bỏ", exact=True).click()
        choose(page, LONG, tone_wav())
        card = page.locator("li[data-kind=recording]:not(.is-gone)")
        expect(card).to_contain_text("dài 1 giây")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        card.get_by_label("Nói tiếng gì").select_option("tyz")
        page.get_by_role("button", name="Thêm khoảng nghỉ").click()
        page.get_by_label("Nghỉ bao lâu").select_option("5")

        page.reload()  # what was typed outlives it, cards and all
        expect(card).to_contain_text("dài 1 giây")
        expect(card.get_by_label("Nói tiếng gì")).to_have_value("tyz")
        expect(page.locator("#text")).to_have_value("Kính mời bà con.")
        for _ in range(2):  # past the one that was taken out, and the text
            card.get_by_role("button", name="Lên").click()
        expect(cards.first).to_have_attribute("data-kind", "recording")
        expect(card.get_by_role("button", name="Xuống")).to_be_focused()
        with leads(page):
            page.get_by_role("button", name="Lưu thông báo").click()
        expect(page.get_by_text("Đã lưu.")).to_be_visible()
        found = stored(pages)
        (name,) = [part.name for part in found.parts if isinstance(part, RecordingPart)]
        assert LONG.startswith(name) and len(name) >= 70
        assert found.parts == (
            RecordingPart(sha256(tone_wav()).hexdigest(), name, "tyz", 1.0), TextPart("Kính mời bà con."), PausePart(5),
        )  # fmt: skip

        prepared(pages, found.id, tone_wav(1.0, 500))
        approve = page.get_by_role("button", name="Nghe xong, duyệt")
        expect(approve).to_be_disabled()
        page.locator("[data-live=rendition] audio").evaluate("player => player.play()")
        expect(approve).to_be_enabled()
        approve.click()
        expect(page.get_by_text("đã duyệt")).to_be_visible()
        with pages.station.store.read() as tx:
            assert renditions.spoken(tx, found.id) is not None


def test_spoken_into_the_microphone(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address) as context:
        page = begun(context)
        page.get_by_role("button", name="Ghi âm", exact=True).click()
        page.get_by_role("button", name="Bắt đầu ghi").click()
        expect(page.get_by_role("timer")).to_have_text(re.compile("0:(0[2-9]|[1-5][0-9])"))  # it may be seen later
        assert float(page.locator("meter").evaluate("m => m.value")) >= 0
        page.get_by_role("button", name="Ghi xong").click()
        expect(page.locator("li[data-kind=voice] .taken")).to_be_visible()
        expect(page.get_by_role("button", name="Ghi lại")).to_be_visible()
        with leads(page):
            page.get_by_role("button", name="Lưu thông báo").click()
        expect(page.get_by_text("Đã lưu.")).to_be_visible()
        _, spoken = stored(pages).parts
        assert isinstance(spoken, RecordingPart) and spoken.length_s >= 1.5, "decoded, all of it"
        assert spoken.name.startswith("Ghi âm ")
        with pages.station.store.read() as tx:
            assert recordings.get(tx, spoken.sha256).brought.format in {"webm", "ogg", "m4a"}


def test_without_a_microphone_the_phones_own_recorder_is_offered(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address) as context:
        context.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
        page = begun(context)
        page.get_by_role("button", name="Ghi âm", exact=True).click()
        expect(page.get_by_text("Trang này chưa dùng được micro.")).to_be_visible()
        entry = page.get_by_label("Ghi âm bằng điện thoại")
        expect(entry).to_have_attribute("capture", "")
        entry.set_input_files({"name": "ghi.wav", "mimeType": "audio/wav", "buffer": tone_wav()})
        expect(page.locator("li[data-kind=voice]")).to_contain_text("dài 1 giây")


def test_words_are_listened_to_while_one_writes(browser: Browser, pages: Pages) -> None:
    sound = tone_wav(1.0, 500)
    name = sha256(sound).hexdigest()
    pages.station.places.rendition(name).write_bytes(sound)
    with served(pages.app) as address, window(browser, address) as context:
        page = begun(context)
        expect(page.locator("#spoken")).to_have_text("kính mời bà con.")
        with page.expect_response("**/api/samples"):
            page.get_by_role("button", name="Nghe thử").click()
        expect(page.get_by_text("Đang chuẩn bị tiếng đọc")).to_be_visible()
        with pages.station.store.write() as tx:
            (wanted,) = samples.wanted(tx)
            assert wanted.words == "kính mời bà con."
            samples.ready(tx, wanted.id, name)
        player = page.locator(".sample audio")
        expect(player).to_have_attribute("src", f"/renditions/{name}.wav")
        until(lambda: player.evaluate("player => player.currentTime > 0.2"), what="the player")
        page.fill("#text", "Kính mời bà con đến họp.")
        expect(player).to_be_hidden()


def test_what_was_written_before_the_script_came_counts(browser: Browser, pages: Pages) -> None:
    """A slow phone, or a browser that puts back what was written."""
    with served(pages.app) as address, window(browser, address) as context:
        page = signed_in(context)
        with held_back(page, "page.js") as script:
            page.goto("/announcements/new", wait_until="commit")
            page.fill("#text", "Kính mời bà con.")
            script.asked()
            expect(page.locator("#spoken")).to_contain_class("empty")
            script.come()
            expect(page.locator("#spoken")).to_have_text("kính mời bà con.")
        page.reload()
        expect(page.locator("#text")).to_have_value("Kính mời bà con.")


def test_a_line_that_fails_is_tried_again(browser: Browser, pages: Pages) -> None:
    failed: list[Route] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route)
            route.abort()

    with served(pages.app) as address, window(browser, address) as context:
        context.route("**/api/spoken", fail_once)
        page = begun(context)
        expect(page.locator("#spoken")).to_have_text("kính mời bà con.")
        assert failed


def test_the_same_without_a_script(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address, script=False) as context:
        page = begun(context)
        page.get_by_role("button", name="Thêm bản ghi âm").click()
        entry = page.get_by_label("Chọn tệp âm thanh")
        expect(entry).to_be_in_viewport()
        entry.set_input_files({"name": "Lời mời.wav", "mimeType": "audio/wav", "buffer": tone_wav()})
        page.get_by_role("button", name="Tải lên").click()
        card = page.locator("li[data-kind=recording]")
        expect(card).to_contain_text("dài 1 giây")
        card.get_by_role("button", name="Bỏ", exact=True).click()
        page.get_by_role("button", name="Lấy lại").click()
        card.get_by_role("button", name="Lên").click()
        with leads(page):
            page.get_by_role("button", name="Lưu thông báo").click()
        expect(page.get_by_text("Đã lưu.")).to_be_visible()
        found = stored(pages)
        assert [type(part) for part in found.parts] == [RecordingPart, TextPart]
        prepared(pages, found.id, tone_wav(1.0, 500))
        page.reload()
        expect(page.get_by_text("Bấm nút này nghĩa là đã nghe")).to_be_visible()
        page.get_by_role("button", name="Nghe xong, duyệt").click()
        expect(page.get_by_text("đã duyệt, ")).to_be_visible()
