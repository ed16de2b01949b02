"""From the editor to the row, and back to the page: save, preview, speak, stop, withdraw, undo, listen."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.announcements import Draft, Late
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import UtteranceEvent, UtteranceState
from controller.store import announcements, facts, renditions, utterances
from controller.timing.lineup import Lateness, occurrence
from controller.web.recordings import RANGE_LIMIT
from tests.support.web_pages import Pages, announcement, pages_in, token


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def save(client: FlaskClient, **more: object) -> str:
    answer = client.post("/announcements", data=announcement(client, **more))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location.split("/")[2].partition("?")[0]


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def act(client: FlaskClient, path: str) -> int:
    return client.post(path, data={"token": token(client)}).status_code


def ready(pages: Pages, ident: str, sha256: str = "ab" * 32) -> None:
    with pages.station.store.write() as tx:
        made = Prepared(sha256, 12.3, -16.0, -1.2, "espeak-ng", ("pyttsx3: not_finished",))
        renditions.ready(tx, pages.station.clock.now(), f"{ident}/1", made)


def test_saved_with_its_rule_and_everybody_is_rung(pages: Pages, client: FlaskClient) -> None:
    ident = save(client, title="Tiêm chủng", when="daily", first="2026-11-21", times="19:30", zones=["na-khau"])
    with pages.station.store.read() as tx:
        stored, (rule,) = announcements.get(tx, ident), announcements.rules(tx, ident)
    assert (stored.title, stored.zones, stored.created_by) == ("Tiêm chủng", ("na-khau",), "Cán bộ Văn thư")
    assert rule.document == {"kind": "daily", "times": ["19:30"], "first": "2026-11-21"}
    assert [whom for whom, _ in pages.station.bell.rung] == ["audio-main", "controller", "kiosk"]
    text = shown(client, f"/announcements/{ident}")
    assert "đang chuẩn bị" in text and "19 giờ 30 hôm nay</li>" in text


def test_wrong_entries_are_said_beside_their_fields_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    entry = announcement(
        client, title="Tin\x07", text="a" * 5001, zones=["na-khau"], when="dates", dates="2020-01-01", times="08:00"
    )
    answer = client.post("/announcements", data=entry)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="title-problem"' in text and "U+0007" in text
    assert 'id="text-problem"' in text and "5001 ký tự" in text
    assert 'id="dates-problem"' in text and "đã qua" in text
    assert "a" * 5001 in text and 'value="2020-01-01"' in text and 'value="na-khau" checked' in text
    assert 'value="dates" checked' in text


def test_a_script_is_told_the_problems_as_json(client: FlaskClient) -> None:
    headers = {"Accept": "application/json"}
    answer = client.post("/announcements", data=announcement(client, title=""), headers=headers)
    assert (answer.status_code, answer.get_json()) == (
        422,
        {"problems": {"title": ["Phần này còn trống. Xin viết vào."]}},
    )
    saved = client.post("/announcements", data=announcement(client), headers=headers)
    assert (saved.status_code, saved.get_json()) == (200, {"url": "/announcements/id-0001?saved=1"})


def test_an_edit_changes_the_words_and_the_rule(pages: Pages, client: FlaskClient) -> None:
    ident = save(client, when="daily", first="2026-11-21", times="19:30")
    assert 'value="19:30"' in shown(client, f"/announcements/{ident}/edit")
    form = announcement(client, text="Đổi giờ.", when="dates", dates="2026-11-27", times="08:00")
    assert client.post(f"/announcements/{ident}", data=form).status_code == 303
    with pages.station.store.read() as tx:
        assert announcements.get(tx, ident).revision == 2
        assert [r.document["kind"] for r in announcements.rules(tx, ident)] == ["dates"]
    assert client.post("/announcements/unknown", data=form).status_code == 404


def test_an_emergency_is_asked_for_twice(pages: Pages, client: FlaskClient) -> None:
    asked = client.post("/announcements", data=announcement(client, level="emergency"))
    assert asked.status_code == 200
    assert "Xác nhận thông báo khẩn cấp" in asked.get_data(as_text=True)
    with pages.station.store.read() as tx:
        assert announcements.current(tx) == []
    save(client, level="emergency", confirmed="emergency")
    with pages.station.store.read() as tx:
        assert [a.level for a in announcements.current(tx)] == [Level.EMERGENCY]


def test_look_first_shows_the_spoken_words_without_saving(pages: Pages, client: FlaskClient) -> None:
    entry = announcement(client, act="look", text="UBND mời.", when="dates", dates="2026-11-21", times="19:30")
    text = client.post("/announcements", data=entry).get_data(as_text=True)
    assert "ubnd mời." in text and "chữ cái: UBND" in text and "Sẽ phát: 19 giờ 30 hôm nay" in text
    assert "/api/board/cong/preview?title=" in text
    with pages.station.store.read() as tx:
        assert announcements.current(tx) == []


def test_what_the_page_asks_while_one_types(client: FlaskClient) -> None:
    headers = {"X-Loalang-Token": token(client)}
    assert client.post("/api/spoken", data={"text": " UBND Xã "}, headers=headers).get_json() == {
        "words": "ubnd xã", "spelt": ["UBND"],
    }  # fmt: skip
    assert client.post("/api/spoken", data={"text": "a" * 5001}, headers=headers).get_json() == {
        "words": "", "spelt": [],
    }  # fmt: skip
    rule = {"when": "daily", "first": "2026-11-21", "times": "06:15"}
    assert client.post("/api/rule", data=rule, headers=headers).get_json() == {
        "words": ["6 giờ 15 hằng ngày, từ 21/11/2026"],
        "next": [
            "6 giờ 15 ngày mai",
            "6 giờ 15, thứ Hai 23/11 (15 tháng Mười âm lịch)".replace("15 tháng", "rằm tháng"),
            "6 giờ 15, thứ Ba 24/11 (16 tháng Mười âm lịch)",
        ],
        "problems": {},
        "mends": [],
    }
    wrong = client.post("/api/rule", data={**rule, "times": "7h"}, headers=headers).get_json()
    assert wrong == {
        "words": [],
        "next": [],
        "problems": {"times": ["“7h” không phải là giờ. Xin ghi như 19:30."]},
        "mends": [],
    }
    missing = client.post("/api/rule", data={**rule, "times": ""}, headers=headers).get_json()
    assert missing == {"words": [], "next": [], "problems": {}, "mends": []}
    picture = client.get("/api/board/cong/preview?text=a")
    assert picture.content_type == "image/png" and picture.get_data().startswith(b"\x89PNG")
    assert picture.get_data() != client.get("/api/board/cong/preview?text=b").get_data()
    assert [client.get(f"/api/board/{p}").status_code for p in ("x/preview?text=a", "cong/preview")] == [404, 400]


def test_speak_now_once_however_often_it_is_tapped_then_stop(pages: Pages, client: FlaskClient) -> None:
    ident = save(client)
    for _ in range(3):
        assert act(client, f"/announcements/{ident}/speak") == 303
    with pages.station.store.read() as tx:
        (queued,) = utterances.of_announcement(tx, ident)
    with pages.station.store.write() as tx:
        utterances.move(tx, pages.station.clock.now(), queued.id, UtteranceEvent.BEGIN)
    pages.station.bell.rung.clear()
    assert act(client, f"/utterances/{queued.id}/stop") == 303
    stop = {"stop": queued.id, "by": "Cán bộ Văn thư"}
    assert pages.station.bell.rung == [("audio-main", stop), ("audio-main", {})]
    assert "đang dừng" in shown(client, f"/announcements/{ident}")
    assert act(client, f"/announcements/{ident}/speak") == 303, "while the old one is stopping, a new one may come"
    with pages.station.store.read() as tx:
        assert len(utterances.of_announcement(tx, ident)) == 2
    assert act(client, "/utterances/unknown/stop") == 404


def test_withdraw_and_undo(pages: Pages, client: FlaskClient) -> None:
    ident = save(client, when="daily", first="2026-11-21", times="19:30")
    act(client, f"/announcements/{ident}/withdraw")
    text = shown(client, f"/announcements/{ident}")
    assert "đã được gỡ" in text and "Lấy lại" in text and "Phát ngay" not in text
    act(client, f"/announcements/{ident}/speak")
    with pages.station.store.read() as tx:
        assert utterances.of_announcement(tx, ident) == [], "what is withdrawn is not spoken"
    act(client, f"/announcements/{ident}/restore")
    assert "19 giờ 30 hôm nay</li>" in shown(client, f"/announcements/{ident}")


def test_a_rendition_that_failed_says_why_and_can_be_tried_again(pages: Pages, client: FlaskClient) -> None:
    ident = save(client)
    with pages.station.store.write() as tx:
        now = pages.station.clock.now()
        renditions.failed(tx, now, f"{ident}/1", "no_engine", ("espeak-ng: not_finished",))
    text = shown(client, f"/announcements/{ident}")
    assert "Giọng chưa dùng được: eSpeak NG" in text
    assert "chưa đọc được" in text and "Các giọng đọc trên máy đều không đọc được" in text and "Làm lại" in text
    assert act(client, f"/announcements/{ident}/prepare") == 303
    assert "đang chuẩn bị" in shown(client, f"/announcements/{ident}")
    ready(pages, ident)
    text = shown(client, f"/announcements/{ident}")
    assert "sẵn sàng" in text and "dài 12 giây, giọng eSpeak NG" in text
    assert f'src="/renditions/{"ab" * 32}.wav"' in text


def test_the_state_changes_without_reloading_and_costs_nothing_when_it_does_not(
    pages: Pages, client: FlaskClient
) -> None:
    ident = save(client)
    ready(pages, ident)
    address = f"/api/state?announcement={ident}"
    first = client.get(address)
    assert first.get_json()["pace_s"] == 3
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")

    act(client, f"/announcements/{ident}/speak")
    seen = []
    with pages.station.store.read() as tx:
        (utterance,) = utterances.of_announcement(tx, ident)
    for event in (None, UtteranceEvent.BEGIN, UtteranceEvent.FINISH):
        if event:
            with pages.station.store.write() as tx:
                utterances.move(tx, pages.station.clock.now(), utterance.id, event)
        told = client.get(address, headers={"If-None-Match": first.headers["ETag"]}).get_json()
        seen.append((told["pace_s"], [o["state"] for o in told["occurrences"]], len(told["on_air"])))
        assert f"utterance.{told['occurrences'][0]['state']}" not in told["html"]["occurrences"]
    assert seen == [(1, ["queued"], 0), (1, ["playing"], 1), (3, ["played"], 0)]
    assert "đã phát" in told["html"]["occurrences"] and "Đã phát xong." in told["html"]["lines"]


def test_home_says_what_comes_what_was_and_faults_first(pages: Pages, client: FlaskClient) -> None:
    empty = shown(client, "/")
    assert "Loa đang nghỉ" in empty and "Chưa có thông báo nào hẹn giờ" in empty and "Hôm nay chưa phát" in empty
    assert empty.count("chưa báo về") == 4  # output, voice, kiosk, board
    ident = save(client, title="Họp thôn", when="dates", dates="2026-11-22", times="06:00")
    save(client, title="Còn xa", when="dates", dates="2026-11-23", times="06:00")
    missed = save(client, title="Lỡ mất")
    act(client, f"/announcements/{missed}/speak")
    with pages.station.store.write() as tx:
        now = pages.station.clock.now()
        (utterance,) = utterances.of_announcement(tx, missed)
        utterances.move(tx, now, utterance.id, UtteranceEvent.MISS)
        facts.report(tx, now, "output/main", "some_fault", reason="x")
        facts.report(tx, now, "speech")
    text = shown(client, "/")
    assert f'href="/announcements/{ident}">Họp thôn' in text and "6 giờ ngày mai" in text and "Còn xa" not in text
    assert "bị lỡ" in text and "some_fault" in text
    rows = text.split('data-live="health"')[1]
    assert rows.index("Loa") < rows.index("Giọng đọc") and "có lỗi" in rows


def test_an_occurrence_that_is_in_line_already_is_not_announced_twice(pages: Pages, client: FlaskClient) -> None:
    ident = save(client, title="Họp thôn", when="dates", dates="2026-11-21", times="13:01")
    assert shown(client, "/").count("Họp thôn") == 1
    due = pages.station.clock.now() + timedelta(minutes=1)
    with pages.station.store.write() as tx:
        (rule,) = announcements.rules(tx, ident)
        stored = announcements.get(tx, ident)
        for one in occurrence(pages.station.ids, pages.station.config, stored, rule.id, due, Lateness(Late.PLAY, 600)):
            utterances.queue(tx, pages.station.clock.now(), one)
        announcements.planned(tx, rule.id, due)
    text = shown(client, "/")
    assert text.count("Họp thôn") == 1 and "đang chờ" in text


def test_every_utterance_state_has_its_word_and_shape(pages: Pages, client: FlaskClient) -> None:
    ident = save(client)
    steps = {
        UtteranceState.PLAYED: [UtteranceEvent.BEGIN, UtteranceEvent.FINISH],
        UtteranceState.CUT: [UtteranceEvent.BEGIN, UtteranceEvent.ABANDON],
        UtteranceState.STOPPED: [UtteranceEvent.STOP],
        UtteranceState.MISSED: [UtteranceEvent.MISS],
    }
    for events in steps.values():
        (utterance,) = pages.station.announcing.speak_now(ident, "x")
        with pages.station.store.write() as tx:
            for event in events:
                utterances.move(tx, pages.station.clock.now(), utterance.id, event)
        pages.clock().tick(1)
    text = shown(client, f"/announcements/{ident}")
    for word in ("đã phát", "bị ngắt", "đã dừng", "bị lỡ"):
        assert f"</b> {word}</span>" in text


def test_the_very_file_is_heard_in_ranges_by_officials_only(pages: Pages, client: FlaskClient) -> None:
    content = bytes(range(256)) * 8192  # 2 MiB
    sha256 = hashlib.sha256(content).hexdigest()
    pages.station.places.rendition(sha256).write_bytes(content)
    address = f"/renditions/{sha256}.wav"
    whole = client.get(address)
    assert (whole.status_code, whole.get_data(), whole.content_type) == (200, content, "audio/wav")
    assert whole.headers["Accept-Ranges"] == "bytes"
    whole.close()

    def part(wanted: str) -> tuple[int, str, bytes]:
        answer = client.get(address, headers={"Range": wanted})
        return answer.status_code, answer.headers.get("Content-Range", ""), answer.get_data()

    size = len(content)
    assert part("bytes=10-19") == (206, f"bytes 10-19/{size}", content[10:20])
    assert part("bytes=-5") == (206, f"bytes {size - 5}-{size - 1}/{size}", content[-5:])
    begin = part("bytes=0-")
    assert begin == (206, f"bytes 0-{RANGE_LIMIT - 1}/{size}", content[:RANGE_LIMIT])
    assert part(f"bytes={size}-")[:2] == (416, f"bytes */{size}")
    assert part("lines=1-2")[0] == 416
    for name in ("f" * 64 + ".wav", "." * 64 + ".wav", "..%2f..%2fstation.db"):
        assert client.get(f"/renditions/{name}").status_code == 404
    assert pages.client().get(address).status_code == 303


def test_the_journal_of_a_day_in_words(pages: Pages, client: FlaskClient) -> None:
    save(client, title="Tiêm chủng")
    pages.clock().tick(24 * 3600)
    client = pages.signed_in()
    assert "viết thông báo" not in shown(client, "/journal")
    text = shown(client, "/journal?day=2026-11-21")
    assert "Cán bộ Văn thư viết thông báo “Tiêm chủng”." in text
    assert "thứ Bảy 21/11" in text
    assert "chưa có gì được ghi" in shown(client, "/journal?day=2020-01-01")
    assert shown(client, "/journal?day=nonsense")


def test_text_is_text_wherever_it_stands(pages: Pages, client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    ident = save(client, title=evil, text=evil, when="dates", dates="2026-11-21", times="19:30")
    pages.station.announcing.say(Draft(evil, evil, ("trung-tam",)), evil)
    for path in ("/", "/announcements", f"/announcements/{ident}", f"/announcements/{ident}/edit", "/journal"):
        assert evil not in shown(client, path), path
    told = client.get(f"/api/state?announcement={ident}&page=home").get_json()
    assert evil not in "".join(told["html"].values())


def test_two_outputs_are_stopped_together(tmp_path: Path) -> None:
    config = """
[[zones]]
id = "trung-tam"
name = "Trung tâm"
[[zones]]
id = "na-khau"
name = "Nà Khau"
[[outputs]]
name = "main"
zones = ["trung-tam"]
[[outputs]]
name = "hill"
zones = ["na-khau"]
[policy]
quiet_hours = []
approval = "off"
[clock]
trust = "off"
"""
    pages = pages_in(tmp_path, config)
    client = pages.signed_in()
    ident = save(client, zones=["trung-tam", "na-khau"])
    act(client, f"/announcements/{ident}/speak")
    with pages.station.store.read() as tx:
        one, two = utterances.of_announcement(tx, ident)
    pages.clock().tick(timedelta(minutes=1).total_seconds())
    act(client, f"/utterances/{one.id}/stop")
    with pages.station.store.read() as tx:
        assert [utterances.get(tx, u.id).stop_wanted_by for u in (one, two)] == ["Cán bộ Văn thư"] * 2
