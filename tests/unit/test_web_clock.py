"""What the page says of a clock that nothing vouches for, and an official's word on it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.journal import Kind
from controller.core.trust import Doubt, Mark, Stand, Trust
from controller.runtime.clocks import FakeClock
from controller.store import clock as clocks
from controller.store import facts, journal
from controller.web.saying import Saying
from controller.web.state import health
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, FULL_NAME, Pages, pages_in, token

REQUIRED = CONFIG.replace('trust = "off"', 'trust = "required"') + BOARD
SHOWN = (">13 giờ <", "thứ Bảy 21/11/2026")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, REQUIRED, FakeClock(START))


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def found(pages: Pages, trust: Trust, doubt: Doubt = Doubt.NONE, boot: str = "boot-1", **more: object) -> None:
    """As the controller writes it."""
    with pages.station.store.write() as tx:
        clocks.keep(tx, Stand(boot, trust, doubt, **more))  # type: ignore[arg-type]  # what a test gives
        facts.report(tx, START, "clock", "" if trust is not Trust.DOUBTFUL else "clock_doubtful")


def page(client: FlaskClient, path: str = "/") -> str:
    return unescape(client.get(path).get_data(as_text=True))


def clock_line(pages: Pages) -> tuple[str, str]:
    """(tone, words) in the list of parts."""
    words = pages.app.extensions["loalang"].parts.words["vi"]
    with pages.station.store.read() as tx:
        part = next(p for p in health(tx, pages.station.config, pages.signs) if p.component == "clock")
    return part.tone, Saying(words, pages.station.config, pages.station.clock.now()).health(part)


def minute(pages: Pages) -> str:
    return str(int(pages.station.clock.now().timestamp()) // 60)


def test_while_it_is_doubtful_the_home_page_says_its_time_and_why(pages: Pages, client: FlaskClient) -> None:
    assert "Giờ này đúng" not in page(client)
    found(pages, Trust.DOUBTFUL, Doubt.START)
    html = page(client)
    for said in (*SHOWN, "sau khi mất điện", "Lịch phát đang tạm dừng", "Giờ này đúng", "sudo date -s"):
        assert said in html
    assert html.count("Chưa chắc đồng hồ của máy đúng giờ") == 0, "said once, in its own place"
    found(pages, Trust.DOUBTFUL, Doubt.EARLIER)
    assert "sớm hơn lúc máy đã chạy lần trước" in page(client)


def test_every_other_page_has_a_strip_that_leads_there(pages: Pages, client: FlaskClient) -> None:
    assert client.get("/api/state").get_json()["html"]["clock"].strip() == ""
    found(pages, Trust.DOUBTFUL, Doubt.START)
    strip = client.get("/api/state").get_json()["html"]["clock"]
    assert "máy đang chỉ 13 giờ." in strip and 'href="/"' in strip and "<form" not in strip
    assert "Giờ này đúng" in client.get("/api/state?page=home").get_json()["html"]["clock"]
    for path in ("/announcements", "/notices", "/journal"):
        assert 'data-live="clock"' in page(client, path)


def test_an_officials_word(pages: Pages, client: FlaskClient) -> None:
    found(pages, Trust.DOUBTFUL, Doubt.START)
    form = {"token": token(client), "minute": minute(pages)}
    assert client.post("/clock/right", data=form).status_code == 303
    with pages.station.store.read() as tx:
        word, line = clocks.word(tx, "boot-1"), journal.entries(tx)[-1]
    assert word and (word.by, word.mark.since(pages.signs.mark()).holds) == (FULL_NAME, True)
    assert (line.kind, line.subject, line.detail) == ("clock", "clock", {"right": True, "by": FULL_NAME})
    assert ("controller", {}) in pages.station.bell.rung
    assert f"{FULL_NAME} xác nhận giờ của máy đang đúng." in page(client, "/journal")


@pytest.mark.parametrize("seen", ["", "0", "x", "9" * 40, "-1", "²"])
def test_a_word_about_another_time_is_not_taken(pages: Pages, client: FlaskClient, seen: str) -> None:
    found(pages, Trust.DOUBTFUL, Doubt.START)
    assert client.post("/clock/right", data={"token": token(client), "minute": seen}).status_code == 303
    with pages.station.store.read() as tx:
        assert clocks.word(tx, "boot-1") is None


def test_a_page_that_has_stood_for_a_while_is_shown_anew(pages: Pages, client: FlaskClient) -> None:
    found(pages, Trust.DOUBTFUL, Doubt.START)
    form = {"token": token(client), "minute": minute(pages)}
    pages.clock().tick(3 * 60)
    client.post("/clock/right", data=form)
    with pages.station.store.read() as tx:
        assert clocks.word(tx, "boot-1") is None
    assert ">13 giờ 03 <" in page(client)


def test_a_stranger_may_not_say_it(pages: Pages) -> None:
    pages.add_user()
    client = pages.client()
    client.post("/clock/right", data={"token": token(client, "/sign-in"), "minute": minute(pages)})
    with pages.station.store.read() as tx:
        assert clocks.word(tx, "boot-1") is None


def test_the_list_of_parts_says_why_it_is_believed(pages: Pages) -> None:
    assert clock_line(pages) == ("waiting", "chưa báo về")
    uptime = pages.signs.uptime()
    said = []
    for trust, since, by in (
        (Trust.SYNCHRONISED, uptime, ""), (Trust.HELD, uptime - 3 * 3600 - 59, ""), (Trust.CHIP, None, ""),
        (Trust.CONFIRMED, uptime - 300, "Cán bộ Văn thư"), (Trust.HELD, uptime - 9 * 86_400, ""),
    ):  # fmt: skip
        found(pages, trust, since=since, by=by, synchronised=Mark(0.0, 0.0))
        said.append(clock_line(pages))
    assert said == [
        ("fine", "đã chỉnh theo mạng"), ("fine", "giữ giờ từ lần chỉnh 3 giờ trước"), ("fine", "theo đồng hồ pin"),
        ("fine", "Cán bộ Văn thư xác nhận 5 phút trước"), ("fine", "giữ giờ từ lần chỉnh 9 ngày trước"),
    ]  # fmt: skip
    found(pages, Trust.DOUBTFUL, Doubt.SET)
    assert clock_line(pages)[0] == "fault"
    found(pages, Trust.SYNCHRONISED, boot="the boot before")
    assert clock_line(pages) == ("waiting", "chưa báo về")


def test_its_journal_in_words(pages: Pages, client: FlaskClient) -> None:
    lines: list[dict[str, object]] = [
        {"trust": "doubtful", "doubt": "start"}, {"trust": "held", "age_s": 7200}, {"trust": "nobody's"},
        {"trust": "confirmed", "said_by": "Cán bộ Văn thư", "age_s": 1},
    ]  # fmt: skip
    with pages.station.store.write() as tx:
        for detail in lines:
            journal.write(tx, START, Kind.CLOCK, "clock", **detail)
    html = page(client, "/journal")
    for said in (
        "Chưa chắc đồng hồ đúng; lịch phát tạm dừng.", "Đồng hồ: giữ giờ từ lần chỉnh 2 giờ trước.",
        "Đồng hồ: nobody's.", "Lịch phát chạy tiếp theo giờ đã được xác nhận.",
    ):  # fmt: skip
        assert said in html


def test_a_station_on_trial_says_nothing_of_it(tmp_path: Path) -> None:
    pages = pages_in(tmp_path, CONFIG + BOARD, FakeClock(START + timedelta(days=1)))
    found(pages, Trust.DOUBTFUL, Doubt.START)
    client = pages.signed_in()
    assert "Giờ này đúng" not in page(client)
    with pages.station.store.read() as tx:
        assert "clock" not in [part.component for part in health(tx, pages.station.config, pages.signs)]
