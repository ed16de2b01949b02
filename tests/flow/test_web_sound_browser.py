"""The sound's page, the dictionary and the banner in a real browser, on a phone's screen."""

from __future__ import annotations

import io
import wave
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from controller.core.alarms import Alarm
from controller.core.announcements import Draft
from controller.runtime.clocks import FakeClock
from controller.store import alarms, facts, samples
from controller.store.columns import instant
from tests.support.browsing import leads, signed_in, started, window
from tests.support.chromium import CHROMIUM
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, Pages, pages_in, served

EMAIL = """
[notify.email]
host = "mail.example"
sender = "loa@xa.example"
to = ["truc-ban-uy-ban-nhan-dan-xa@xa.example"]
"""


def narrow(page: Page) -> bool:
    return int(page.evaluate("document.documentElement.scrollWidth")) <= 360


def raised(pages: Pages, ident: str, title: str) -> None:
    known = {"title": title, "due": instant(START), "output": "main", "reason": "no_output"}
    with pages.station.store.write() as tx:
        alarms.add(tx, Alarm(ident, START, "missed", f"utterance/{ident}", known))


def prepared(pages: Pages) -> str:
    """A second of silence among the prepared files; its name."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.writeframes(bytes(96_000))
    name = sha256(file.getvalue()).hexdigest()
    pages.station.places.rendition(name).write_bytes(file.getvalue())
    return name


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")
def test_an_official_with_a_phone(tmp_path: Path) -> None:
    pages = pages_in(tmp_path, CONFIG + BOARD + EMAIL, FakeClock(START))
    pages.add_user()
    pages.station.announcing.save(Draft("Họp bản", "BQLDA mời UBND.", ("trung-tam",)), [], "x")
    with served(pages.app) as address, sync_playwright() as playwright:
        chromium = started(playwright, "--autoplay-policy=no-user-gesture-required")
        context = window(chromium, address)
        complaints: list[str] = []
        context.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page = signed_in(context)

        with pages.station.store.write() as tx:
            facts.report(tx, START, "email", "mail_unreachable", detail="timed out")

        # something goes wrong while the page stands; the button ends it without leaving
        page.goto("/sound")
        expect(page.locator(".alarms")).to_have_count(0)
        assert narrow(page), "with the longest of what can be wrong"
        raised(pages, "1", "Lịch tiêm chủng tháng 12 cho trẻ dưới năm tuổi")
        raised(pages, "2", "Chợ phiên")
        expect(page.locator(".alarms")).to_contain_text("không phát")
        assert narrow(page)
        page.locator(".alarms summary").click()
        expect(page.locator(".alarms li")).to_be_visible()
        page.get_by_role("button", name="Đã biết cả 2 việc").click()
        expect(page.locator(".alarms")).to_have_count(0)

        # a test, whose result comes by itself
        page.get_by_role("button", name="Thử loa ngay").click()
        expect(page.locator("[data-live=outputs]")).to_contain_text("đang thử")
        with pages.station.store.write() as tx:
            facts.set_fact(tx, "self_test/main", f"{START.isoformat()} heard")
        expect(page.locator("[data-live=outputs]")).to_contain_text("nghe rõ tiếng thử")

        # softer in the evening, and back
        page.select_option("#zone", "na-khau")
        page.fill("#clock", "18:00")
        page.fill("#end", "05:00")
        page.select_option("#percent", "25")
        with leads(page):
            page.get_by_role("button", name="Đặt mức").click()
        expect(page.locator(".steps")).to_contain_text("18:00 – 05:00: 25 %")
        assert narrow(page)
        with leads(page):
            page.get_by_role("button", name="Hoàn tác").click()
        expect(page.locator(".steps")).to_have_count(0)

        # the dictionary: found while one types, without its marks
        page.goto("/dictionary")
        page.fill("#q", "hop tac")
        expect(page.locator(".entries li:visible")).to_have_count(1)
        page.fill("#q", "không có")
        expect(page.locator("#nothing")).to_be_visible()
        page.fill("#q", "")
        assert narrow(page)

        # an unknown one is explained, and listened to before it is saved
        with leads(page):
            page.get_by_role("link", name="Đặt cách đọc cho BQLDA").click()
        page.fill("#words", "ban quản lý dự án")
        with page.expect_response("**/api/samples"):
            page.get_by_role("button", name="Nghe thử").click()
        expect(page.locator(".told")).to_have_text("Đang chuẩn bị tiếng đọc…")
        with pages.station.store.write() as tx:
            (wanted,) = samples.wanted(tx)
            samples.ready(tx, wanted.id, prepared(pages))
        expect(page.locator(".sample audio")).to_be_visible()
        assert wanted.words == "ban quản lý dự án"
        assert narrow(page)
        with leads(page):
            page.get_by_role("button", name="Lưu cách đọc").click()
        expect(page.locator(".banner.leaf")).to_contain_text("Đã lưu cách đọc “BQLDA”.")
        with leads(page):
            page.get_by_role("button", name="Hoàn tác").click()
        expect(page.locator(".banner.leaf")).to_contain_text("Đã bỏ cách đọc riêng của “BQLDA”.")
        assert complaints == []
        chromium.close()
