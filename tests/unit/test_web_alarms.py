"""The banner of what nobody has acknowledged: on every page, in one place, ended by one button."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.alarms import Alarm
from controller.core.journal import Kind
from controller.core.trust import Doubt, Stand, Trust
from controller.store import alarms, facts, journal
from controller.store import clock as clocks
from controller.store.columns import instant
from tests.support.stations import CONFIG, START
from tests.support.web_pages import FULL_NAME, Pages, pages_in, token

MISSED = "13:00 “Tiêm chủng <b>” không phát: bộ phát âm thanh không chạy."
PAGES = ("/", "/announcements", "/announcements/new", "/schedule", "/notices", "/sound", "/dictionary", "/journal")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def raised(pages: Pages, ident: str = "1", cause: str = "missed", subject: str = "utterance/u", **facts: str) -> None:
    known = {"title": "Tiêm chủng <b>", "due": instant(START), "output": "main", "reason": "no_output"}
    with pages.station.store.write() as tx:
        at = START + timedelta(seconds=int(ident))
        alarms.add(tx, Alarm(ident, at, cause, subject, facts or known))


def text(client: FlaskClient, path: str = "/") -> str:
    return unescape(client.get(path).get_data(as_text=True))


def test_it_stands_on_every_page_and_in_what_pages_ask_for(pages: Pages, client: FlaskClient) -> None:
    assert "Đã biết" not in text(client)
    raised(pages)
    for path in PAGES:
        assert text(client, path).count(MISSED) == 1, path
    assert MISSED in unescape(client.get("/api/state").get_json()["html"]["alarms"])
    assert "<b>”" not in client.get("/").get_data(as_text=True), "a title is text"
    client.post("/sign-out", data={"token": token(client)})
    assert MISSED not in text(client, "/sign-in")


def test_several_are_folded_and_one_button_ends_what_was_read(pages: Pages, client: FlaskClient) -> None:
    raised(pages, "1")
    raised(pages, "2", "fault", "output/main", fault="no_output")
    shown = client.get("/api/state").get_json()["html"]["alarms"]
    assert "và 1 việc nữa" in shown and "Đã biết cả 2 việc" in shown
    assert shown.index("Không mở được") < shown.index("Tiêm chủng"), "the newest first"
    raised(pages, "3", "not_heard", title="Họp", due=instant(START), output="main")  # after the page was read
    answer = client.post(
        "/alarms/known", data={"token": token(client), "alarm": ["1", "2"]},
        headers={"Referer": "http://localhost/journal?day=2026-11-21"},
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, "/journal")
    left = client.get("/api/state").get_json()["html"]["alarms"]
    assert "Họp" in left and "Tiêm chủng" not in left
    with pages.station.store.read() as tx:
        lines = [entry for entry in journal.entries(tx) if entry.kind is Kind.TOLD]
    assert [(line.subject, line.detail["by"]) for line in lines] == [
        ("utterance/u", FULL_NAME), ("output/main", FULL_NAME),
    ]  # fmt: skip
    assert ("kiosk", {}) in pages.station.bell.rung
    written = text(client, "/journal")
    assert f"{FULL_NAME} đã đọc tin báo về “Tiêm chủng <b>”." in written, "several such lines are not all the same"
    assert f"{FULL_NAME} đã đọc tin báo về Loa." in written


@pytest.mark.parametrize("referer", ["", "http://evil.example//evil.example/x", "javascript:alert(1)"])
def test_it_leads_nowhere_else(pages: Pages, client: FlaskClient, referer: str) -> None:
    raised(pages)
    answer = client.post(
        "/alarms/known", data={"token": token(client), "alarm": "1"}, headers={"Referer": referer} if referer else {}
    )
    assert answer.location == "/"


def test_a_fault_is_said_once_on_the_home_page(pages: Pages, client: FlaskClient) -> None:
    with pages.station.store.write() as tx:
        facts.report(tx, START, "output/main", "no_output")
    assert text(client).count("Không mở được bộ phát âm thanh") == 1
    raised(pages, "1", "fault", "output/main", fault="no_output")
    assert text(client).count("Không mở được bộ phát âm thanh") == 1
    client.post("/alarms/known", data={"token": token(client), "alarm": "1"})
    assert text(client).count("Không mở được bộ phát âm thanh") == 1, "it lasts, though somebody knows"
    assert "Không mở được bộ phát âm thanh" in client.get("/api/state?page=home").get_json()["html"]["faults"]


def test_a_doubtful_clock_has_its_own_place_until_it_is_over(tmp_path: Path) -> None:
    pages = pages_in(tmp_path, CONFIG.replace('trust = "off"', 'trust = "required"'))
    client = pages.signed_in()
    with pages.station.store.write() as tx:
        clocks.keep(tx, Stand("boot-1", Trust.DOUBTFUL, Doubt.START))
    raised(pages, "1", "fault", "clock", fault="clock_doubtful")
    assert client.get("/api/state").get_json()["html"]["alarms"].strip() == ""
    with pages.station.store.write() as tx:
        alarms.say_more(tx, "1", {"fault": "clock_doubtful", "over": instant(START)})
    assert "Đã trở lại bình thường lúc 13:00" in client.get("/api/state").get_json()["html"]["alarms"]


def test_the_page_says_that_mail_cannot_be_sent_and_why(pages: Pages, client: FlaskClient) -> None:
    with pages.station.store.write() as tx:
        facts.report(tx, START, "email", "mail_password", detail="535 5.7.8 secret detail")
    assert "Thư báo tin" in text(client) and "không nhận tên hoặc mật khẩu" in text(client)
    assert "535" not in text(client)
