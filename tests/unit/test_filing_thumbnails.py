"""Small pictures of photographed papers: made in a real child that a bad photo may bring down, kept for one sitting."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from controller.filing import sittings, thumbnails
from controller.filing.receiving import Filing
from controller.filing.sittings import IDLE_S
from controller.filing.thumbnails import drawn
from controller.runtime.children import Limits
from controller.store import filings
from tests.support.filed import cheap, submission
from tests.support.web_pages import PASSWORD, Pages, pages_in, token


def photo(width: int = 1920, height: int = 1080, shade: int = 90) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 120, 150)).save(made, "JPEG", quality=90)
    return made.getvalue()


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """The same with another size written in its head."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def sizes(pictures: list[bytes]) -> list[tuple[int, int] | None]:
    return [Image.open(io.BytesIO(each), formats=["JPEG"]).size if each else None for each in pictures]


def test_each_photo_gets_its_small_picture_and_what_is_none_gets_nothing() -> None:
    photos = [photo(), b"", b"\xff\xd8 not really", photo(1080, 1920), claiming(photo(), 65_500, 65_500), photo(40, 30)]
    made = drawn(photos)
    assert sizes(made) == [(320, 180), None, None, (180, 320), None, (40, 30)]
    assert max(map(len, made)) < 20_000


def test_a_photo_that_brings_the_child_down_costs_only_those_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    long = b"".join((photo(), bytes(80 << 20)))  # more than the child may hold
    monkeypatch.setattr(thumbnails, "_LIMITS", Limits(memory_bytes=96 << 20, file_bytes=0))
    assert sizes(drawn([photo(), long, photo()])) == [(320, 180)]


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    hangs.write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
    hangs.chmod(0o700)
    monkeypatch.setattr(thumbnails, "LIMIT_S", 0.2)
    monkeypatch.setattr(sys, "executable", str(hangs))
    assert drawn([bytes(1 << 20)]) == [], "it reads nothing"
    assert drawn([b"short"]) == [], "it answers nothing"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


def filed(pages: Pages, client: FlaskClient, *photos: bytes) -> str:
    """The id of a file with these photos, the desk unlocked."""
    post(client, "/files/make", password=PASSWORD)
    store = filings.opened(pages.station.places.filings_db)
    cheap(store)
    made = pages.station
    Filing(store, made.bell, made.clock, made.ids, lambda: True).submit(submission(photos=photos))
    with store.read() as tx:
        return filings.every(tx)[-1].id


def post(client: FlaskClient, path: str, **fields: object) -> None:
    assert client.post(path, data={"token": token(client), **fields}).status_code in {200, 303}, path


def test_they_are_made_once_for_a_sitting_and_go_with_it(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    client, times = pages.signed_in(), list[int]()
    ident = filed(pages, client, photo(shade=10), photo(shade=200))

    def counted(jpegs: object) -> list[bytes]:
        times.append(1)
        return drawn(jpegs)  # type: ignore[arg-type]  # what the real one gets

    monkeypatch.setattr(thumbnails, "drawn", counted)

    def small(place: int) -> tuple[int, str]:
        answer = client.get(f"/files/{ident}/photo/{place}/small")
        return answer.status_code, answer.content_type

    shown = [client.get(f"/files/{ident}/photo/{place}/small") for place in (2, 3, 2)]
    assert [(each.status_code, each.content_type, each.headers["Cache-Control"]) for each in shown] == [
        (200, "image/jpeg", "no-store")] * 3  # fmt: skip
    assert sizes([each.get_data() for each in shown]) == [(320, 180)] * 3
    assert shown[0].get_data() != shown[1].get_data()
    assert shown[0].get_data() == shown[2].get_data()
    assert len(times) == 1
    pages.clock().tick(IDLE_S + 1)
    assert small(2) == (200, "text/html; charset=utf-8"), "the lock"
    post(client, "/files/unlock", password=PASSWORD)
    assert small(2) == (200, "image/jpeg")
    assert len(times) == 2
    post(client, f"/files/{ident}/delete", why="mistake", sure="yes")
    assert small(2)[0] == 404


def test_of_what_cannot_be_made_small_the_photo_itself_is_shown(pages: Pages) -> None:
    client = pages.signed_in()
    ident = filed(pages, client, photo(), b"\xff\xd8 not really")
    answer = client.get(f"/files/{ident}/photo/3/small")
    assert (answer.status_code, answer.location) == (302, f"/files/{ident}/photo/3")
    assert client.get(f"/files/{ident}/photo/2/small").status_code == 200


def test_no_more_than_the_last_files_are_kept(pages: Pages) -> None:
    sitting = sittings.Sitting("lan", {"key": bytes(32)}, pages.clock())
    for count in range(sittings.PICTURES_OF + 2):
        sitting.keep_pictures(f"file {count}", {2: b"small"})
    kept = [sitting.pictures(f"file {count}") is not None for count in range(sittings.PICTURES_OF + 2)]
    assert kept == [False, False, *[True] * sittings.PICTURES_OF]
    sitting.close()
    sitting.keep_pictures("file 0", {2: b"small"})
    assert [sitting.pictures(f"file {count}") for count in range(sittings.PICTURES_OF + 2)] == [None] * (
        sittings.PICTURES_OF + 2
    )
