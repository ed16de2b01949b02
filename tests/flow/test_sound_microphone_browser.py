"""What is spoken into a phone's microphone is not lost: the network fails, a call comes, somebody saves too soon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect, sync_playwright

from controller.core.announcements import Announcement
from controller.core.parts import RecordingPart
from controller.store import announcements
from tests.support.browsing import leads, signed_in, started, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import CONFIG
from tests.support.web_pages import Pages, pages_in, served

FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--mute-audio")
HELD = """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => window.held = await real(wanted);"""
IN_USE = """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
let asked = 0;
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (!asked++) throw new DOMException("in use", "NotReadableError");
  return real(wanted);
};"""
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = started(playwright, *FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path, CONFIG)
    found.add_user()
    return found


def begun(context: BrowserContext) -> tuple[Page, Locator]:
    """The editor, with a card for what is to be spoken."""
    page = signed_in(context, "/announcements/new")
    page.fill("#title", "Lịch tiêm chủng")
    page.fill("#text", "Kính mời bà con.")
    page.check("[name=zones][value=trung-tam]")
    page.get_by_role("button", name="Ghi âm", exact=True).click()
    return page, page.locator("li[data-kind=voice]")


def speaks(card: Locator) -> None:
    card.get_by_role("button", name="Bắt đầu ghi").click()
    expect(card.get_by_role("timer")).not_to_have_text("0:00")


def saved(page: Page, pages: Pages) -> Announcement:
    with leads(page):
        page.get_by_role("button", name="Lưu thông báo").click()
    expect(page.get_by_text("Đã lưu.")).to_be_visible()
    with pages.station.store.read() as tx:
        (found,) = announcements.current(tx)
    return found


def has_voice(found: Announcement) -> bool:
    return [type(part) for part in found.parts[1:]] == [RecordingPart]


def test_what_the_network_did_not_take_is_sent_again(browser: Browser, pages: Pages) -> None:
    failed: list[Route] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route)
            route.abort()

    with served(pages.app) as address, window(browser, address) as context:
        context.route("**/recordings?*", fail_once)
        page, card = begun(context)
        speaks(card)
        card.get_by_role("button", name="Ghi xong").click()
        expect(card.get_by_role("alert")).to_contain_text("vẫn còn trên trang này")
        page.get_by_role("button", name="Lưu thông báo").click()
        expect(card.get_by_role("alert")).to_contain_text("bấm “Gửi lại”, hoặc bấm “Bỏ”")
        card.get_by_role("button", name="Gửi lại").click()
        expect(card.locator(".taken")).to_be_visible()
        expect(card.get_by_role("button", name="Gửi lại")).to_be_hidden()
        expect(card.get_by_role("alert")).to_have_count(0)
        assert has_voice(saved(page, pages))


def test_who_saves_while_speaking_has_spoken(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address) as context:
        page, card = begun(context)
        speaks(card)
        page.get_by_role("button", name="Lưu thông báo").click()
        expect(card.locator(".taken")).to_be_visible()
        assert has_voice(saved(page, pages))


def test_who_leaves_while_speaking_is_asked(browser: Browser, pages: Pages) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    with served(pages.app) as address, window(browser, address) as context:
        page, card = begun(context)
        speaks(card)
        page.on("dialog", stay)
        page.evaluate("location.href = '/'")
        expect(card.get_by_role("button", name="Ghi xong")).to_be_visible()
        card.get_by_role("button", name="Ghi xong").click()
        expect(card.locator(".taken")).to_be_visible()
        assert asked == ["beforeunload"]
        assert has_voice(saved(page, pages)), "and nobody asks when all of it is there"
        assert asked == ["beforeunload"]


def test_a_call_in_between_is_said_and_a_microphone_in_use_is_tried_again(browser: Browser, pages: Pages) -> None:
    with served(pages.app) as address, window(browser, address) as context:
        context.add_init_script(IN_USE)
        context.add_init_script(HELD)
        _, card = begun(context)
        card.get_by_role("button", name="Bắt đầu ghi").click()
        expect(card.get_by_role("alert")).to_contain_text("có thể đang có cuộc gọi")
        speaks(card)
        expect(card.get_by_role("alert")).to_have_count(0)
        card.evaluate("() => held.getTracks()[0].dispatchEvent(new Event('ended'))")
        expect(card.locator(".taken")).to_be_visible()
        expect(card.get_by_text("Micro vừa bị ngắt giữa chừng")).to_be_visible()
