"""What the pages say of what sounds: until when, what made way and how it goes on, and an emergency."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from audio.notes import Raised
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import BARE_ALERT, UtteranceEvent
from controller.runtime.clocks import FakeClock
from controller.store import renditions, utterances
from tests.support.stations import START, utterance
from tests.support.web_pages import Pages, announcement, pages_in

SHA256 = "cd" * 32


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def save(client: FlaskClient, **more: object) -> str:
    answer = client.post("/announcements", data=announcement(client, when="now", **more))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location.split("/")[2].partition("?")[0]


def shown(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def begun(pages: Pages, ident: str, duration_s: float, **more: object) -> None:
    """Its file is ready, and it has just begun to sound."""
    with pages.station.store.write() as tx:
        renditions.ready(tx, START, f"{ident}/1", Prepared(SHA256, duration_s, -16.0, -1.2, "espeak-ng"))
        utterances.queue(tx, START, utterance("u1", announcement_id=ident, **more))
        utterances.move(tx, START, "u1", UtteranceEvent.BEGIN, sha256=SHA256)


def tick(pages: Pages, seconds: float) -> None:
    assert isinstance(pages.station.clock, FakeClock)
    pages.station.clock.tick(seconds)


def test_what_sounds_says_until_when_repeats_and_chimes_counted(pages: Pages, client: FlaskClient) -> None:
    ident = save(client)
    begun(pages, ident, 300.0, times=3, pause_s=60.0)
    told = client.get("/api/state?page=home").get_json()["html"]["on-air"]
    # three times five minutes, two pauses of one, and the chimes: 17 minutes and some seconds
    assert "lần 1 trong 3 lần, xong khoảng 13 giờ 17" in told and "5 phút" not in told
    for seconds, which in ((301, 1), (61 + 6, 2), (100, 2), (600, 3), (600, 3)):  # 2.1 s of chime go before the first
        tick(pages, seconds)
        told = client.get("/api/state?page=home").get_json()["html"]["on-air"]
        assert f"lần {which} trong 3 lần" in told


def test_an_emergency_says_which_time_it_is(pages: Pages, client: FlaskClient) -> None:
    ident = save(client, level="emergency", confirmed="emergency")
    begun(pages, ident, 20.0, level=Level.EMERGENCY, lasts_s=1200.0)  # and 6 s between two times
    for seconds, which in ((24, 1), (6, 1), (1, 2), (26, 3)):
        tick(pages, seconds)
        told = client.get("/api/state?page=home").get_json()["html"]["on-air"]
        assert f"lần {which}, lặp lại đến 13 giờ 20" in told


def test_what_cannot_be_made_into_sound_says_so_where_it_should_sound(pages: Pages, client: FlaskClient) -> None:
    ident = save(client, level="emergency", confirmed="emergency", title="Lũ quét")
    with pages.station.store.write() as tx:
        utterances.queue(tx, START, utterance("u1", announcement_id=ident, level=Level.EMERGENCY, title="Lũ quét"))
    about_to, why = "Loa sắp phát", "Lũ quét” đã đến lúc phát mà chưa đọc được thành tiếng. Các giọng đọc trên máy"
    assert about_to in shown(client, "/") and why not in shown(client, "/")
    with pages.station.store.write() as tx:
        renditions.failed(tx, START, f"{ident}/1", "no_engine", ())
    home = client.get("/api/state?page=home").get_json()["html"]
    assert why in home["on-air"] and about_to not in home["on-air"]
    assert "chưa đọc được" in home["coming"] and "sẵn sàng" not in home["coming"]


def test_what_made_way_says_so_and_how_it_goes_on(pages: Pages, client: FlaskClient) -> None:
    ident = save(client)
    begun(pages, ident, 600.0, after_cut=AfterCut.RESUME)
    with pages.station.store.write() as tx:
        later = START + timedelta(minutes=5)
        utterances.move(tx, later, "u1", UtteranceEvent.INTERRUPT, reached_s=290.0, reason="priority", again=True)
    home = client.get("/api/state?page=home").get_json()["html"]
    assert "tạm nhường, sẽ nói tiếp" in home["coming"] and "Phát ngay khi sẵn sàng" not in home["coming"]
    page = shown(client, f"/announcements/{ident}")
    assert "Tạm nhường, sẽ nói tiếp (nhường cho thông báo ưu tiên)." in page and "phát lại" not in page
    with pages.station.store.write() as tx:
        again = START + timedelta(minutes=6)
        utterances.move(tx, again, "u1", UtteranceEvent.BEGIN, resumed_s=290.0)
    # 310 s of 600 s are left
    assert "xong khoảng 13 giờ 11" in client.get("/api/state?page=home").get_json()["html"]["on-air"]
    assert "Nói tiếp từ chỗ dừng." in shown(client, f"/announcements/{ident}")


def test_an_emergency_is_raised_after_a_second_word_and_says_how_long(pages: Pages, client: FlaskClient) -> None:
    ident = save(client, level="emergency", confirmed="emergency", lasts_min="20")
    page = shown(client, f"/announcements/{ident}")
    assert '<summary class="primary emergency">Phát báo động</summary>' in page
    assert "Mọi bài đang phát bị ngắt. Loa lặp lại 20 phút, hoặc đến khi bấm" in page and "Phát ngay</" not in page
    begun(pages, ident, 20.0, level=Level.EMERGENCY, lasts_s=1200.0, title="Lũ đang lên")
    for path in ("/api/state", "/api/state?page=home"):
        told = client.get(path).get_json()["html"]["on-air"]
        assert "đang phát, lần 1, lặp lại đến 13 giờ 20" in told and "Dừng báo động" in told


def test_the_emergencys_page_names_the_button_that_it_has(client: FlaskClient) -> None:
    ident = save(client, level="emergency", confirmed="emergency")
    assert "Không hẹn giờ. Bấm “Phát báo động” khi cần." in shown(client, f"/announcements/{ident}")
    assert "Không hẹn giờ. Bấm “Phát ngay” khi cần." in shown(client, f"/announcements/{save(client)}")


def test_the_stop_stands_above_whatever_else_asks_for_attention(client: FlaskClient) -> None:
    page = shown(client, "/announcements")
    places = [page.index(f'data-live="{name}"') for name in ("on-air", "clock", "alarms")]
    assert places == sorted(places)


def test_the_alert_signal_by_itself_is_on_air_and_is_ended_like_anything_else(
    pages: Pages, client: FlaskClient
) -> None:
    """The button on the wall, with nothing chosen for it: an announcement that nobody wrote, and no list has."""
    raised = utterance(
        "u1", announcement_id=BARE_ALERT, rule_id="now/contact/1", title="Báo động", level=Level.EMERGENCY,
        lasts_s=120.0, sha256=SHA256, duration_s=5.0,
    )  # fmt: skip
    with pages.station.store.write() as tx:
        Raised(START, raised).write(tx)
        utterances.move(tx, START, "u1", UtteranceEvent.BEGIN, sha256=SHA256)
    told = client.get("/api/state?page=home").get_json()["html"]["on-air"]
    assert "Báo động" in told and "lặp lại đến 13 giờ 02" in told and "/utterances/u1/stop" in told
    page = client.get(f"/announcements/{BARE_ALERT}")
    assert page.status_code == 200 and "Báo động" in page.get_data(as_text=True)
    said = page.get_data(as_text=True)
    assert "loa chỉ kêu hiệu báo động" in said and "Lặp lại trong 2 phút" in said
    assert "đã được gỡ" not in said and "Lấy lại" not in said, "it was never put away, and cannot be brought back"
    for path in ("/announcements", "/schedule", "/journal", "/sound"):
        assert client.get(path).status_code == 200, path
    assert f"/announcements/{BARE_ALERT}" not in shown(client, "/announcements")
    token = client.get("/").get_data(as_text=True).partition('name="token" value="')[2].partition('"')[0]
    assert client.post("/utterances/u1/stop", data={"token": token}).status_code == 303
    with pages.station.store.read() as tx:
        assert utterances.get(tx, "u1").stop_wanted_by
