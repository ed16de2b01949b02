"""A guide's recordings on the page: which it names, which are there, one brought and one taken back."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from controller.core.clips import key_of
from controller.guides.documents import guide_of, text_of
from controller.guiding import Guiding
from controller.store import clips
from tests.support.brought import sound_file, speechlike
from tests.support.guide_books import guide_from
from tests.support.web_pages import Pages, pages_in, token

AUDIO = "media::audio::Tiếng Việt (vi)"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path / "pages")
    folder = tmp_path / "guide"
    folder.mkdir()
    rows = (
        {"type": "text", "name": "ten", "label": "Tên cháu là gì?", AUDIO: "ten.mp3"},
        {"type": "text", "name": "o", "label": "Ở đâu?", AUDIO: "o_dau.mp3"},
    )
    guide = guide_of(text_of(guide_from(folder, rows)))  # with its version
    Guiding(found.station.store, found.station.clock, found.station.bell).put(guide, "lan")
    return found


def send(client: FlaskClient, called: str, content: bytes | None, **more: str) -> TestResponse:
    form: dict[str, object] = {"token": token(client), "called": called, **more}
    if content is not None:
        form["file"] = (io.BytesIO(content), "anything.bin")
    return client.post("/guides/thu/recordings", data=form, content_type="multipart/form-data")


def recorded(pages: Pages) -> set[str]:
    with pages.station.store.read() as tx:
        return set(clips.recorded(tx))


def shown(client: FlaskClient) -> tuple[list[str], int]:
    page = client.get("/guides/thu").get_data(as_text=True)
    return re.findall(r"<b>(\w+\.mp3)</b>", page), page.count("<audio")


def test_a_recording_is_brought_heard_and_taken_back(pages: Pages, tmp_path: Path) -> None:
    client = pages.signed_in()
    assert shown(client) == (["ten.mp3", "o_dau.mp3"], 0)
    content = sound_file(tmp_path / "a.mp3", "mp3", speechlike(2.0)).read_bytes()
    assert send(client, "ten.mp3", content).status_code == 303
    assert recorded(pages) == {key_of("Tên cháu là gì?", "vi")}
    assert shown(client) == (["ten.mp3", "o_dau.mp3"], 1)
    link = re.search(r'<audio[^>]*src="([^"]+)"', client.get("/guides/thu").get_data(as_text=True))
    assert link is not None
    with client.get(link[1]) as heard:
        assert heard.data == content
    assert send(client, "ten.mp3", None, gone="yes").status_code == 303
    assert (recorded(pages), shown(client)[1]) == (set(), 0)


def test_what_is_no_sound_and_what_nobody_asked_for(pages: Pages) -> None:
    client = pages.signed_in()
    refused = send(client, "ten.mp3", b"not a sound" * 100)
    assert refused.status_code == 422
    assert "Đây không phải là tệp âm thanh." in refused.get_data(as_text=True)
    assert "Xin chọn một tệp âm thanh." in send(client, "ten.mp3", None).get_data(as_text=True)
    assert send(client, "another.mp3", b"x").status_code == 404
    assert send(client, "another.mp3", None, gone="yes").status_code == 404
    assert recorded(pages) == set()
    assert [path for path in pages.station.places.uploads.iterdir() if path.is_file()] == []
