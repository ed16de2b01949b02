"""Recordings on their way in, and the editor's parts on theirs: uploads with and without a script, nothing lost."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from controller.core.announcements import Draft
from controller.core.parts import PausePart, RecordingPart, TextPart
from controller.store import announcements, journal, recordings
from controller.web.bodies import PREFIX
from controller.web.recordings import RANGE_LIMIT, large_body_allowed
from tests.support.sounds import tone_wav
from tests.support.web_pages import Pages, announcement, pages_in, token

TONE = tone_wav()
SHA = sha256(TONE).hexdigest()
JSON = {"Accept": "application/json"}


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


@pytest.fixture
def client(pages: Pages) -> Iterator[FlaskClient]:
    yield pages.signed_in()
    assert not list(pages.station.places.uploads.glob(f"{PREFIX}*")), "nothing stays of what was brought"


def send(client: FlaskClient, data: bytes, name: str = "Lời mời.wav") -> TestResponse:
    headers = {**JSON, "X-Loalang-Token": token(client), "Content-Type": "application/octet-stream"}
    return client.post("/recordings", data=data, headers=headers, query_string={"name": name})


def columns(*parts: dict[str, str]) -> dict[str, list[str]]:
    """The fields of a form's parts, side by side."""
    usual = {"kind": "main", "text": "", "seconds": "2", "sha256": "", "name": "", "language": "vi", "gone": ""}
    return {f"part_{name}": [part.get(name, value) for part in parts] for name, value in usual.items()}


MAIN = {"kind": "main"}
TAY = {"kind": "recording", "sha256": SHA, "name": "Lời mời.wav", "language": "tyz"}
PAUSE = {"kind": "pause", "seconds": "5"}


def test_a_recording_is_taken_in_listened_to_and_known_by_its_hash(pages: Pages, client: FlaskClient) -> None:
    answer = send(client, TONE, "  Lời\tmời \u202e.wav " + "x" * 200)
    told = answer.get_json()
    assert answer.status_code == 200
    assert (told["sha256"], told["format"], told["length_s"], told["lasting"]) == (SHA, "wav", 1.0, "1 giây")
    assert told["name"].startswith("Lời mời .wav xxx") and len(told["name"]) == 80
    heard = client.get(told["url"], headers={"Range": "bytes=0-3"})
    assert (heard.status_code, heard.data, heard.content_type) == (206, b"RIFF", "audio/wav")
    assert heard.headers["Content-Range"] == f"bytes 0-3/{len(TONE)}"
    with client.get(told["url"]) as whole:
        assert whole.data == TONE
    assert client.get(told["url"], headers={"Range": f"bytes={len(TONE)}-"}).status_code == 416
    assert client.get(f"/api/recordings/{SHA}").get_json()["lasting"] == "1 giây"
    assert send(client, TONE, "Lần nữa.wav").get_json()["sha256"] == SHA
    with pages.station.store.read() as tx:
        assert [one.brought.sha256 for one in recordings.every(tx)] == [SHA], "the same file twice is one"
        assert [e.detail["by"] for e in journal.entries(tx) if e.kind == "recording"] == ["Cán bộ Văn thư"] * 2


@pytest.mark.parametrize("data", [b"", b"ch\xe1\xbb\x89 l\xc3\xa0 ch\xe1\xbb\xaf" * 50, TONE[:20]])
def test_what_is_no_sound_is_refused_with_the_reason(pages: Pages, client: FlaskClient, data: bytes) -> None:
    answer = send(client, data, "giả.mp3")
    assert answer.status_code == 422
    (said,) = answer.get_json()["problems"]["file"]
    assert len(said) > 20 and "sound_" not in said
    with pages.station.store.read() as tx:
        assert recordings.every(tx) == []


def test_only_who_is_signed_in_brings_or_listens(pages: Pages, client: FlaskClient) -> None:
    send(client, TONE)
    stranger = pages.client()
    assert stranger.post("/recordings", data=TONE, headers=JSON).status_code == 401
    assert client.post("/recordings", data=TONE, headers=JSON).status_code == 403
    for path in (f"/recordings/{SHA}", f"/api/recordings/{SHA}"):
        assert stranger.get(path).status_code in {302, 303, 401}
    assert client.get(f"/recordings/{'0' * 64}").status_code == 404


def test_a_card_too_full_takes_nothing(pages: Pages, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    full = pages.station.config.policy.disk_reserve_mb * 1024 * 1024
    monkeypatch.setattr("controller.web.recordings.shutil.disk_usage", lambda _: type("Disk", (), {"free": full}))
    answer = send(client, TONE)
    assert (answer.status_code, "sắp đầy" in str(answer.get_json())) == (422, True)


def test_the_server_keeps_a_large_body_for_nobody_else(pages: Pages) -> None:
    client = pages.signed_in()
    cookie = client.get_cookie("loalang")
    assert cookie is not None
    large = 5 * 1024 * 1024
    asked = {
        ("/recordings", cookie.value, large): True,
        ("/announcements/upload", cookie.value, large): True,
        ("/recordings", "", large): False,
        ("/recordings", "x" * 43, large): False,
        ("/recordings", cookie.value, 300 * 1024 * 1024): False,
        ("/announcements", cookie.value, large): False,
        ("/nowhere", cookie.value, large): False,
        ("/recordings", cookie.value, 10**15): False,
    }
    assert {one: large_body_allowed(pages.app, *one) for one in asked} == asked


def test_an_announcement_of_several_parts_is_saved_shown_and_edited(pages: Pages, client: FlaskClient) -> None:
    send(client, TONE)
    form = announcement(client, **columns(TAY, PAUSE, MAIN, {"kind": "text", "text": "Hết."}), repeats="2")
    ident = client.post("/announcements", data=form).location.split("/")[2].partition("?")[0]
    with pages.station.store.read() as tx:
        stored = announcements.get(tx, ident)
    assert stored.parts == (
        RecordingPart(SHA, "Lời mời.wav", "tyz", 1.0), PausePart(5.0), TextPart("Mời bà con."), TextPart("Hết."),
    )  # fmt: skip
    assert (stored.text, stored.times) == ("Mời bà con.\nHết.", 2)
    page = client.get(f"/announcements/{ident}").get_data(as_text=True)
    assert f'src="/recordings/{SHA}"' in page and "nghỉ 5 giây" in page and "Tày, 1 giây" in page
    edit = client.get(f"/announcements/{ident}/edit").get_data(as_text=True)
    assert cards(edit) == ["recording", "pause", "main", "text"]
    assert 'value="tyz" selected' in edit and "Mời bà con.</textarea>" in edit and "Hết.</textarea>" in edit
    told = client.get(f"/api/state?announcement={ident}").get_json()
    assert [part["kind"] for part in told["parts"]] == ["recording", "pause", "text", "text"]
    assert (told["times"], told["approved"], told["sha256"], told["sounded"]) == (2, True, None, None)


def cards(page: str) -> list[str]:
    return re.findall(
        r'<li class="(?:card|main-text)[^"]*" id="part-\d+" data-kind="(\w+)"', page.split("<template")[0]
    )


def test_without_a_script_the_buttons_ask_the_station(pages: Pages, client: FlaskClient) -> None:
    def pressed(act: str, *parts: dict[str, str]) -> str:
        answer = client.post("/announcements", data=announcement(client, **columns(*parts), act=act, title=""))
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    assert cards(pressed("part add pause", MAIN)) == ["main", "pause"]
    assert cards(pressed("part up 1", MAIN, PAUSE)) == ["pause", "main"]
    gone = pressed("part gone 1", MAIN, {"kind": "text", "text": "Xin cảm ơn."})
    assert "Đã bỏ đoạn chữ" in gone and "Lấy lại" in gone and "Xin cảm ơn.</textarea>" in gone
    back = pressed("part back 1", MAIN, {"kind": "text", "text": "Xin cảm ơn.", "gone": "1"})
    assert 'name="part_gone" value="1"' not in back
    with pages.station.store.read() as tx:
        assert announcements.current(tx) == []


def upload(client: FlaskClient, file: tuple[io.BytesIO, str] | None, **more: Any) -> TestResponse:
    form = announcement(client, **columns(PAUSE, MAIN, {"kind": "recording", "language": "nut"}), **more)
    files = {"file_2": file} if file else {}
    return client.post("/announcements/upload", data={**form, **files, "at": "2"}, content_type="multipart/form-data")


def test_without_a_script_a_file_comes_with_the_whole_form(pages: Pages, client: FlaskClient) -> None:
    taken = upload(client, (io.BytesIO(TONE), "Lời mời.wav"), title="Tìm trâu").get_data(as_text=True)
    assert cards(taken) == ["pause", "main", "recording"]
    assert f'src="/recordings/{SHA}"' in taken and "dài 1 giây" in taken and 'value="nut" selected' in taken
    assert 'value="Tìm trâu"' in taken and "Mời bà con.</textarea>" in taken

    refused = upload(client, (io.BytesIO("chỉ là chữ".encode() * 20), "giả.mp3"), title="Tìm trâu")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'id="part_3-problem"' in page and 'value="Tìm trâu"' in page
    nothing = upload(client, None)
    assert nothing.status_code == 422 and "Xin chọn một tệp âm thanh." in nothing.get_data(as_text=True)
    with pages.station.store.read() as tx:
        assert announcements.current(tx) == [], "bringing a file saves nothing"


def test_a_file_from_a_page_open_for_long_loses_nothing_that_was_typed(pages: Pages, client: FlaskClient) -> None:
    answer = upload(client, (io.BytesIO(TONE), "a.wav"), token="old", title="Tìm trâu")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403 and 'value="Tìm trâu"' in page and cards(page) == ["pause", "main", "recording"]


def test_a_file_and_much_text_have_each_their_limit(client: FlaskClient) -> None:
    def sent(size: int, head: str) -> TestResponse:
        fields = {"token": token(client), "title": "Tin"}
        plain = "".join(f'--X\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
        body = f"{plain}--X\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + b"a" * size + b"\r\n--X--\r\n"
        return client.post("/announcements/upload", data=body, content_type="multipart/form-data; boundary=X")

    assert sent(1_200_000, 'name="text"').status_code == 413
    assert sent(1_200_000, 'name="file_"; filename="a.mp3"').status_code == 422, "a file may be larger, but is no sound"


def test_parts_survive_the_end_of_the_session_and_a_change_by_somebody_else(pages: Pages, client: FlaskClient) -> None:
    send(client, TONE)
    form = announcement(client, **columns(MAIN, TAY), here="/announcements/new")
    pages.clock().tick(13 * 3600)
    asked = client.post("/announcements", data=form)
    assert asked.status_code == 401 and SHA in asked.get_data(as_text=True), "the sign-in page takes them along"

    client = pages.signed_in()
    ident = pages.station.announcing.save(Draft("Họp", "Mời họp.", ("trung-tam",)), (), "lan").id
    edit = client.get(f"/announcements/{ident}/edit").get_data(as_text=True)
    seen = re.search(r'name="seen_at" value="([^"]+)"', edit)
    assert seen
    pages.clock().tick(5)
    pages.station.announcing.save(Draft("Họp", "Khác.", ("trung-tam",)), (), "lan", ident)
    mine = announcement(client, **columns(TAY, MAIN), seen_at=seen[1], text="Của tôi.")
    answer = client.post(f"/announcements/{ident}", data=mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and cards(page) == ["recording", "main"] and "Của tôi.</textarea>" in page


def test_an_emergency_is_confirmed_with_all_its_parts(pages: Pages, client: FlaskClient) -> None:
    send(client, TONE)
    form = announcement(client, **columns(TAY, MAIN), level="emergency", lasts_min="20")
    asked = client.post("/announcements", data=form).get_data(as_text=True)
    assert "Lặp lại trong 20 phút" in asked and f'src="/recordings/{SHA}"' in asked
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.split('id="confirm"')[1]):
        fields.setdefault(name, []).append(value)
    assert client.post("/announcements", data={**fields, "act": "save"}).status_code == 303
    with pages.station.store.read() as tx:
        (stored,) = announcements.current(tx)
    assert (stored.level, stored.lasts_s, [type(p) for p in stored.parts]) == (
        "emergency", 1200, [RecordingPart, TextPart],
    )  # fmt: skip


def test_a_long_recording_comes_in_pieces(pages: Pages, client: FlaskClient) -> None:
    long = tone_wav(40, rate=16_000)
    assert len(long) > RANGE_LIMIT
    url = send(client, long).get_json()["url"]
    piece = client.get(url, headers={"Range": "bytes=0-"})
    assert (piece.status_code, len(piece.data)) == (206, RANGE_LIMIT)


@pytest.mark.parametrize(
    "entries",
    [
        {"repeats": "999999"}, {"repeats": "10", "repeat_pause": "999999"}, {"repeat_pause": "nan"},
        {"level": "emergency", "lasts_min": "999999"}, {"level": "emergency", "lasts_min": "-1"},
        columns(MAIN, {"kind": "pause", "seconds": "999999"}), columns(MAIN, {"kind": "pause", "seconds": "-1"}),
        columns(*[{"kind": "recording"}] * 30), columns(MAIN, {"kind": "text", "text": "\x00\u202e"}),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_what_it_would_mean_is_still_answered(
    client: FlaskClient, entries: dict[str, Any]
) -> None:
    form = announcement(client, when="daily", first="2026-11-21", times="19:30", confirmed="emergency", **entries)
    assert [client.post(path, data=form).status_code for path in ("/announcements", "/api/rule", "/api/day")] == [
        422, 200, 200,
    ]  # fmt: skip
