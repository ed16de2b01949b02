"""Two officials at one announcement, a form sent twice, an emergency ended, what a board cannot show."""

from __future__ import annotations

import re
from datetime import UTC
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.announcements import Announcement
from controller.core.levels import Level
from controller.core.notices import BoardState
from controller.core.showing import showing
from controller.core.utterances import UtteranceEvent
from controller.runtime.clocks import FakeClock
from controller.store import announcements, facts, notices, utterances
from controller.web.board_saying import shortened
from controller.web.state import health
from tests.support.stations import START
from tests.support.web_pages import Pages, announcement, pages_in, token

ONE, TWO = "0193aaaa-0000-7000-8000-000000000001", "0193aaaa-0000-7000-8000-000000000002"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, clock=FakeClock(START))


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def stored(pages: Pages) -> list[Announcement]:
    with pages.station.store.read() as tx:
        return announcements.current(tx)


def texts(pages: Pages) -> list[str]:
    return [one.text for one in stored(pages)]


def fields(html: str) -> dict[str, str]:
    typed = html.partition("<template")[0]  # what is in a template belongs to no form
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', typed)}


def saved(pages: Pages, client: FlaskClient, **more: object) -> str:
    answer = client.post("/announcements", data=announcement(client, **more))
    assert answer.status_code == 303
    return str(answer.location).split("/")[2].partition("?")[0]


def test_a_form_sent_twice_makes_one_announcement(pages: Pages, client: FlaskClient) -> None:
    page = client.get("/announcements/new").get_data(as_text=True)
    assert re.search(r'name="new_ident" value="[^"]+"', page), "every new form has the id of what will be made of it"
    form = announcement(client, new_ident=ONE)
    places = [client.post("/announcements", data=form).location for _ in range(2)]
    assert places == [f"/announcements/{ONE}?saved=1"] * 2
    assert [a.id for a in stored(pages)] == [ONE]
    client.post("/announcements", data={**form, "new_ident": TWO})
    assert {a.id for a in stored(pages)} == {ONE, TWO}, "the same words on purpose are two announcements"


def test_another_text_under_the_same_form_is_shown_not_lost(pages: Pages, client: FlaskClient) -> None:
    client.post("/announcements", data=announcement(client, new_ident=ONE))
    pages.clock().tick(5)
    back = client.post("/announcements", data=announcement(client, new_ident=ONE, text="Viết lại."))
    page = back.get_data(as_text=True)
    assert (back.status_code, texts(pages)) == (409, ["Mời bà con."])
    assert "Viết lại.</textarea>" in page and f'action="/announcements/{ONE}"' in page
    again = {**announcement(client, text="Viết lại."), **fields(page.split('id="editor"')[1]), "act": "save"}
    assert client.post(f"/announcements/{ONE}", data=again).status_code == 303
    assert texts(pages) == ["Viết lại."]


@pytest.mark.parametrize("ident", ["x", "../../etc", "0193AAAA-0000-7000-8000-000000000001", ""])
def test_an_id_that_is_none_of_ours_is_not_taken(pages: Pages, client: FlaskClient, ident: str) -> None:
    client.post("/announcements", data=announcement(client, new_ident=ident))
    (one,) = stored(pages)
    assert one.id != ident


def test_who_saves_second_sees_what_the_first_saved(pages: Pages, client: FlaskClient) -> None:
    ident = saved(pages, client)
    seen = fields(client.get(f"/announcements/{ident}/edit").get_data(as_text=True).split('id="editor"')[1])
    pages.clock().tick(60)
    mine, theirs = announcement(client, **seen, text="Của tôi."), announcement(client, **seen, text="Của chị.")
    assert client.post(f"/announcements/{ident}", data={**theirs, "act": "save"}).status_code == 303
    pages.clock().tick(60)
    refused = client.post(f"/announcements/{ident}", data={**mine, "act": "save"})
    page = refused.get_data(as_text=True)
    assert (refused.status_code, texts(pages)) == (409, ["Của chị."])
    assert "Trong lúc đó Cán bộ Văn thư đã lưu thông báo này (13 giờ 01 hôm nay)." in page
    assert "Của tôi.</textarea>" in page and '<p class="written">Của chị.</p>' in page
    told = client.post(f"/announcements/{ident}", data={**mine, "act": "save"}, headers={"Accept": "application/json"})
    assert (told.status_code, list(told.get_json()["problems"])) == (409, ["form"])
    second = {**mine, **fields(page.split('id="editor"')[1]), "act": "save"}
    assert client.post(f"/announcements/{ident}", data=second).status_code == 303, "the second time it is meant"
    assert texts(pages) == ["Của tôi."]


def test_what_was_withdrawn_meanwhile_is_told(pages: Pages, client: FlaskClient) -> None:
    ident = saved(pages, client)
    seen = fields(client.get(f"/announcements/{ident}/edit").get_data(as_text=True).split('id="editor"')[1])
    pages.clock().tick(60)
    client.post(f"/announcements/{ident}/withdraw", data={"token": token(client)})
    refused = client.post(f"/announcements/{ident}", data=announcement(client, **seen, act="save"))
    assert refused.status_code == 409 and "đã gỡ thông báo này" in refused.get_data(as_text=True)


def test_a_notice_sent_twice_is_put_up_once(pages: Pages, client: FlaskClient) -> None:
    entry = {
        "token": token(client), "text": "Nghỉ lễ", "boards": ["cong"], "from_date": "2026-11-21", "from_time": "13:00",
        "until_date": "2026-11-28", "until_time": "20:00", "level": "normal", "new_ident": ONE,
    }  # fmt: skip
    for text in ("Nghỉ lễ", "Nghỉ lễ", "Cúp nước"):
        assert client.post("/notices", data={**entry, "text": text}).status_code == 303
    with pages.station.store.read() as tx:
        assert sorted(n.text for n in notices.live(tx, pages.station.clock.now())) == ["Cúp nước", "Nghỉ lễ"]


def emergency(pages: Pages, client: FlaskClient) -> str:
    """One that is spoken at this moment."""
    asked = client.post("/announcements", data=announcement(client, level="emergency", new_ident=ONE))
    page = asked.get_data(as_text=True)
    assert "Xác nhận thông báo khẩn cấp" in page and stored(pages) == []
    assert client.post("/announcements", data={**fields(page), "zones": ["trung-tam"], "act": "save"}).location
    client.post(f"/announcements/{ONE}/speak", data={"token": token(client)})
    with pages.station.store.write() as tx:
        (utterance,) = utterances.of_announcement(tx, ONE)
        utterances.move(tx, pages.station.clock.now(), utterance.id, UtteranceEvent.BEGIN)
    return utterance.id


def shown(pages: Pages) -> list[str]:
    """What the faces show."""
    now = pages.station.clock.now()
    with pages.station.store.read() as tx:
        found = showing(notices.live(tx, now), utterances.soundings(tx, START), now, UTC, 600)
    return [item.ident for item in found if item.level is Level.EMERGENCY]


def test_an_emergency_is_ended_before_its_time(pages: Pages, client: FlaskClient) -> None:
    utterance = emergency(pages, client)
    home = client.get("/").get_data(as_text=True)
    assert "■</b> Dừng" in home and "Kết thúc khẩn cấp" not in home, "while it sounds, stopping it ends it"
    with pages.station.store.write() as tx:
        utterances.move(tx, pages.station.clock.now(), utterance, UtteranceEvent.FINISH)
    pages.clock().tick(120)
    home = client.get("/").get_data(as_text=True)
    assert "Khẩn cấp, đang chiếm các bảng và màn hình" in home and "Còn hiện đến 13 giờ 10 hôm nay." in home
    assert shown(pages) == [ONE]
    pages.station.bell.rung.clear()
    client.post(f"/announcements/{ONE}/end", data={"token": token(client)})
    assert shown(pages) == []
    assert {"controller", "kiosk"} <= {whom for whom, _ in pages.station.bell.rung}
    assert "Kết thúc khẩn cấp" not in client.get("/").get_data(as_text=True)
    client.post(f"/announcements/{ONE}/restore", data={"token": token(client)})
    assert shown(pages) == [ONE], "it can be undone"


def test_ending_an_emergency_silences_it(pages: Pages, client: FlaskClient) -> None:
    utterance = emergency(pages, client)
    pages.station.bell.rung.clear()
    client.post(f"/announcements/{ONE}/end", data={"token": token(client)})
    assert ("audio-main", {"stop": utterance, "by": "Cán bộ Văn thư"}) in pages.station.bell.rung
    with pages.station.store.write() as tx:
        assert utterances.get(tx, utterance).stop_wanted_by == "Cán bộ Văn thư"
        utterances.move(tx, pages.station.clock.now(), utterance, UtteranceEvent.STOP)
    assert shown(pages) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [("a" * 100, "a" * 100), ("a" * 101, "a" * 100 + "…"), ("một " * 30, "một " * 24 + "một…"), ("", "")],
)
def test_a_long_text_within_a_sentence_is_shortened(text: str, said: str) -> None:
    assert shortened(text) == said


def test_what_a_board_cannot_show_stands_beneath_its_picture(pages: Pages, client: FlaskClient) -> None:
    ident = saved(pages, client, title="Chào ☂", text="Chữ dài " * 8)
    lines = [
        "Bảng này không hiện được dấu. Chữ sẽ thành: “KHONG DAU”",
        "Bảng không hiện được: ☂. Những chỗ đó thành dấu “?”.",
    ]
    for path in (f"/announcements/{ident}", f"/announcements/{ident}/edit"):
        page = client.get(path).get_data(as_text=True)
        found = re.findall(r"<li>(Bảng [^<]*)</li>", page)
        assert found[:2] == lines and found[2].startswith("Bảng không đủ chỗ."), path
    told = client.post("/api/boards", data={"text": "☂", "token": token(client)}).get_json()
    assert told == {"cong": lines}
    assert client.post("/api/boards", data={"text": "plain", "token": token(client)}).get_json() == {"cong": []}
    assert client.post("/api/boards", data={"text": " ", "token": token(client)}).status_code == 400


def test_a_gone_process_stands_in_for_its_output(pages: Pages, client: FlaskClient) -> None:
    with pages.station.store.write() as tx:
        for part in ("output/main", "audio/main", "disk"):
            facts.report(tx, START, part)
        notices.report_board(tx, START, "cong", BoardState.SHOWN, "Chào", START)

    def parts() -> list[tuple[str, str]]:
        with pages.station.store.read() as tx:
            return [(part.component, part.tone) for part in health(tx, pages.station.config, pages.signs)]

    rest = [("speech", "waiting"), ("board/cong", "fine"), ("kiosk", "waiting"), ("disk", "fine")]
    assert parts() == [("output/main", "fine"), *rest]
    with pages.station.store.write() as tx:
        facts.report(tx, START, "audio/main", "process_gone")
    assert parts() == [("audio/main", "fault"), *rest]
    assert "chưa báo về" in client.get("/").get_data(as_text=True)
