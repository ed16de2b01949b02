"""Only what somebody has listened to is broadcast: approving that very file, taking it back, and what the pages say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.announcements import Draft
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import UtteranceEvent, Verdict
from controller.store import announcements, renditions, samples, utterances
from controller.store.renditions import spoken
from tests.support.stations import CONFIG, utterance
from tests.support.web_pages import BOARD, FULL_NAME, Pages, pages_in, token

LATE = timedelta(minutes=10)
OLD, NEW = "ab" * 32, "cd" * 32
REQUIRED = (CONFIG + BOARD).replace('approval = "off"', 'approval = "required"')
WAITS, APPROVE = "Bản phát mới chưa được duyệt", "Nghe xong, duyệt"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, REQUIRED)


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def saved(pages: Pages, text: str = "Mời bà con.", ident: str = "", level: Level = Level.NORMAL) -> str:
    return pages.station.announcing.save(Draft("Họp thôn", text, ("trung-tam",), level), (), "lan", ident).id


def ready(pages: Pages, rendition: str, sha256: str) -> None:
    with pages.station.store.write() as tx:
        made = Prepared(sha256, 12.3, -16.0, -1.2, "espeak-ng")
        renditions.ready(tx, pages.station.clock.now(), rendition, made)


def shown(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def approve(client: FlaskClient, ident: str, sha256: str, **headers: str) -> int:
    form = {"token": token(client), "sha256": sha256}
    return client.post(f"/announcements/{ident}/approve", data=form, headers=headers).status_code


def broadcast(pages: Pages, ident: str) -> str:
    with pages.station.store.read() as tx:
        found = spoken(tx, ident)
    return found.prepared.sha256 if found and found.prepared else ""


def test_a_new_file_waits_until_somebody_has_listened_to_it(pages: Pages, client: FlaskClient) -> None:
    ident = saved(pages)
    assert WAITS not in shown(client, f"/announcements/{ident}"), "there is nothing to listen to yet"
    ready(pages, f"{ident}/1", OLD)
    page = shown(client, f"/announcements/{ident}")
    assert WAITS in page and APPROVE in page and f'src="/renditions/{OLD}.wav"' in page
    assert "chờ duyệt" in shown(client, "/announcements")
    assert "Có 1 thông báo chờ nghe và duyệt." in shown(client, "/")
    assert "chờ nghe" in client.get("/api/state?page=home").get_json()["html"]["approval"]

    assert (approve(client, ident, OLD), broadcast(pages, ident)) == (303, OLD)
    page = shown(client, f"/announcements/{ident}")
    assert WAITS not in page and f"{FULL_NAME} đã duyệt, 13 giờ hôm nay" in page and "Thôi duyệt" in page
    assert "chờ duyệt" not in shown(client, "/announcements") and "chờ nghe" not in shown(client, "/")
    told = client.get(f"/api/state?announcement={ident}").get_json()
    assert (told["approved"], told["approved_by"], told["sha256"], told["sounded"]) == (True, FULL_NAME, OLD, OLD)
    assert told["approved_at"].startswith("2026-11-21T06:00")

    assert client.post(f"/announcements/{ident}/disapprove", data={"token": token(client)}).status_code == 303
    page = shown(client, f"/announcements/{ident}")
    assert (broadcast(pages, ident), WAITS in page) == ("", True)
    assert '<summary class="plain">Phát ngay</summary>' in page


def test_a_page_on_which_an_approval_is_taken_back_is_loaded_anew(pages: Pages, client: FlaskClient) -> None:
    """With script too: the button that speaks stands outside of what is renewed by itself."""
    ident = saved(pages)
    ready(pages, f"{ident}/1", OLD)
    approve(client, ident, OLD)
    page = shown(client, f"/announcements/{ident}")
    assert '<summary class="primary">Phát ngay</summary>' in page
    form = page[page.index('<form class="take-back"') :].partition(">")[0]
    assert "/disapprove" in form and "data-quick" not in form


def test_the_older_file_is_broadcast_until_the_new_one_is_approved(pages: Pages, client: FlaskClient) -> None:
    ident = saved(pages)
    ready(pages, f"{ident}/1", OLD)
    approve(client, ident, OLD)
    pages.clock().tick(60)
    saved(pages, "Đổi giờ.", ident)
    page = shown(client, f"/announcements/{ident}")
    assert f"Hiện loa vẫn phát bản cũ, {FULL_NAME} duyệt" in page and f'src="/renditions/{OLD}.wav"' in page
    ready(pages, f"{ident}/2", NEW)
    page = shown(client, f"/announcements/{ident}")
    assert WAITS in page and page.index(f"/renditions/{NEW}.wav") < page.index(f"/renditions/{OLD}.wav")
    told = client.get(f"/api/state?announcement={ident}").get_json()
    assert (told["approved"], told["sha256"], told["sounded"]) == (False, NEW, OLD)
    approve(client, ident, NEW)
    assert (broadcast(pages, ident), "bản cũ" in shown(client, f"/announcements/{ident}")) == (NEW, False)


def test_a_file_that_has_just_been_replaced_is_not_approved(pages: Pages, client: FlaskClient) -> None:
    ident = saved(pages)
    ready(pages, f"{ident}/1", OLD)
    saved(pages, "Đổi giờ.", ident)
    ready(pages, f"{ident}/2", NEW)
    answer = client.post(f"/announcements/{ident}/approve", data={"token": token(client), "sha256": OLD})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Bản phát vừa thay đổi, xin nghe lại" in page and WAITS in page
    assert approve(client, ident, OLD, Accept="application/json") == 409
    assert approve(client, ident, "") == 409
    assert broadcast(pages, ident) == ""


def test_what_nobody_approved_is_not_spoken_now_and_the_way_is_said(pages: Pages, client: FlaskClient) -> None:
    ident = saved(pages)
    ready(pages, f"{ident}/1", OLD)
    answer = client.post(f"/announcements/{ident}/speak", data={"token": token(client)})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "chưa được duyệt. Xin nghe thử rồi bấm duyệt" in page and APPROVE in page
    approve(client, ident, OLD)
    assert client.post(f"/announcements/{ident}/speak", data={"token": token(client)}).status_code == 303
    emergency = saved(pages, level=Level.EMERGENCY)
    assert client.post(f"/announcements/{emergency}/speak", data={"token": token(client)}).status_code == 303


def test_where_the_station_asks_for_no_approval_nothing_of_it_shows(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    client = pages.signed_in()
    ident = saved(pages)
    ready(pages, f"{ident}/1", OLD)
    for path in (f"/announcements/{ident}", "/announcements", "/"):
        text = shown(client, path)
        said = text.replace("phát không cần duyệt.", "")  # the banner of a station on trial
        assert "duyệt." not in said and "chờ duyệt" not in said and APPROVE not in said and "Thôi duyệt" not in said


@pytest.mark.parametrize(
    ("verdict", "share", "said"),
    [
        (Verdict.HEARD, 0.984, "nghe thấy 98 %"), (Verdict.NOT_HEARD, 0.0, "không nghe thấy"),
        (Verdict.UNSURE, 0.4, "chưa chắc"),
    ],
)  # fmt: skip
def test_an_occurrence_says_whether_it_was_heard(
    pages: Pages, client: FlaskClient, verdict: Verdict, share: float, said: str
) -> None:
    ident, now = saved(pages), pages.station.clock.now()
    with pages.station.store.write() as tx:
        utterances.queue(tx, now, utterance("u1", announcement_id=ident))
        utterances.move(tx, now, "u1", UtteranceEvent.BEGIN)
        utterances.move(tx, now, "u1", UtteranceEvent.FINISH)
    assert "nghe thấy" not in shown(client, f"/announcements/{ident}")
    with pages.station.store.write() as tx:
        utterances.judged(tx, now, "u1", verdict, share)
    assert said in shown(client, f"/announcements/{ident}")
    (told,) = client.get(f"/api/state?announcement={ident}").get_json()["occurrences"]
    assert (told["heard"], told["heard_share"]) == ({"main": verdict}, {"main": share})


def test_words_are_listened_to_before_anything_is_saved(pages: Pages, client: FlaskClient) -> None:
    headers = {"X-Loalang-Token": token(client)}
    asked = client.post("/api/samples", data={"text": "Mời UBND."}, headers=headers)
    told = asked.get_json()
    assert (asked.status_code, told["state"]) == (202, "wanted")
    assert ("audio-main", {}) in pages.station.bell.rung
    with pages.station.store.write() as tx:
        (wanted,) = samples.wanted(tx)
        assert wanted.words == "mời ubnd."
        samples.ready(tx, wanted.id, OLD)
    assert client.get(f"/api/samples/{told['sample']}").get_json()["url"] == f"/renditions/{OLD}.wav"
    failing = client.post("/api/samples", data={"words": "mời"}, headers=headers).get_json()["sample"]
    with pages.station.store.write() as tx:
        samples.failed(tx, failing, "no_engine")
    assert "không đọc được" in client.get(f"/api/samples/{failing}").get_json()["problem"]
    assert client.get("/api/samples/unknown").status_code == 404
    assert [client.post("/api/samples", data=d, headers=headers).status_code for d in ({}, {"text": "a" * 5001})] == [
        400, 400,
    ]  # fmt: skip
    assert pages.client().post("/api/samples", data={"words": "mời"}).status_code in {303, 401}
    with pages.station.store.read() as tx:
        assert announcements.current(tx) == []


def test_what_is_due_and_waits_for_approval_is_not_about_to_sound(pages: Pages, client: FlaskClient) -> None:
    ident, now = saved(pages), pages.station.clock.now()
    ready(pages, f"{ident}/1", OLD)
    with pages.station.store.write() as tx:
        utterances.queue(tx, now, utterance("u1", announcement_id=ident, due=now, late_until=now + LATE))
    said, about_to = "đến giờ mà chưa duyệt; duyệt trước 13 giờ 10 thì vẫn phát", "Loa sắp phát"
    home = shown(client, "/")
    assert said in home and about_to not in home and said in shown(client, f"/announcements/{ident}")
    approve(client, ident, OLD)
    home = shown(client, "/")
    assert said not in home and about_to in home
