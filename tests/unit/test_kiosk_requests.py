"""What residents ask for at the kiosk: taken over once and whole, judged, and seen on the page and at the kiosk."""

import json
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.sessions import SessionDraft
from controller.kiosk_requests import LARGEST, OPEN_LIMIT, HelpDesk, Requests, _read
from controller.store import journal, kiosk_requests
from controller.timing.upcoming import Upcoming
from controller.training import Training
from kiosk.bulletin import Bulletin, CallState
from kiosk.news import bulletin_of
from tests.support.stations import SilentBell, Station, station_in
from tests.support.web_pages import FULL_NAME, pages_in, token

FIRST, SECOND, THIRD = (f"0190a0a0-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path)


def requests_of(station: Station) -> Requests:
    return Requests(station.store, station.places, station.bell, station.clock)


def leave(station: Station, ident: str, kind: str = "help", about: str = "") -> Path:
    file = station.places.kiosk_request(ident)
    file.write_text(json.dumps({"kind": kind, "about": about, "at": "2026-11-22T08:00:00+00:00"}))
    return file


def news(station: Station) -> Bulletin:
    with station.store.read() as tx:
        return bulletin_of(tx, station.config, station.clock.now(), Upcoming(station.config.site.tz))


def session(station: Station, seats: int) -> str:
    begins = station.clock.now() + timedelta(days=1)
    draft = SessionDraft(
        title="VNeID", place="Nhà văn hóa", begins=begins, ends=begins + timedelta(hours=2), seats=seats
    )
    training = Training(station.store, station.bell, station.clock, station.ids, station.config)
    return training.add(draft, "test").id


def test_seats_are_numbered_until_none_is_left(station: Station) -> None:
    ident = session(station, seats=2)
    for request in (FIRST, SECOND, THIRD):
        leave(station, request, "seat", ident)
        assert requests_of(station).take() == 1
    assert list(station.places.kiosk_requests.iterdir()) == []
    assert news(station).tickets == ((FIRST, 1), (SECOND, 2), (THIRD, 0))
    assert [one.free for one in news(station).trainings] == [0]
    with station.store.read() as tx:
        said = [entry.detail for entry in journal.entries(tx) if entry.detail.get("what") == "seat"]
    assert [(line["title"], line["number"]) for line in said] == [("VNeID", 1), ("VNeID", 2)]
    assert ("kiosk", {}) in _bell(station).rung


def test_the_same_request_twice_is_one(station: Station) -> None:
    ident = session(station, seats=0)
    for _ in range(2):  # the power went before the file was taken away
        leave(station, FIRST, "seat", ident)
        leave(station, SECOND)
        assert requests_of(station).take() == 2
    assert news(station).tickets == ((FIRST, 1),)
    assert [call.id for call in news(station).calls] == [SECOND]
    assert [one.free for one in news(station).trainings] == [None]


def test_a_session_that_is_called_off_has_no_seats(station: Station) -> None:
    ident = session(station, seats=2)
    Training(station.store, station.bell, station.clock, station.ids, station.config).withdraw(ident, "test")
    leave(station, FIRST, "seat", ident)
    leave(station, SECOND, "seat", "no such session")
    assert requests_of(station).take() == 2
    assert news(station).tickets == ()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b'"help"', b"\xff\xfe", b'{"kind": "help"}', b'{"kind": "erase", "about": ""}',
        b'{"kind": "seat", "about": 7}', b'{"kind": "seat", "about": "\\ud800"}',
        b"[" * 900, b'{"kind": "help", "about": "' + b"x" * LARGEST + b'"}',
    ],
)  # fmt: skip
def test_what_is_no_request_is_thrown_away(station: Station, content: bytes) -> None:
    station.places.kiosk_request(FIRST).write_bytes(content)
    leave(station, SECOND)
    assert requests_of(station).take() == 1
    assert list(station.places.kiosk_requests.iterdir()) == []
    assert [call.id for call in news(station).calls] == [SECOND]


def test_a_strange_name_or_a_link_is_no_request(station: Station, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(json.dumps({"kind": "help", "about": ""}))
    station.places.kiosk_request(FIRST).symlink_to(secret)
    leave(station, "Robert'); DROP TABLE help_calls")
    station.places.kiosk_request("folder-0").mkdir()
    assert requests_of(station).take() == 0
    assert [file.name for file in station.places.kiosk_requests.iterdir()] == ["folder-0.json"]
    assert (news(station).calls, secret.exists()) == ((), True)


def test_nobody_waits_for_a_pipe_that_lies_there_instead(station: Station) -> None:
    """Put there between two looks at it; the controller must not hang in it."""
    file = station.places.kiosk_request(FIRST)
    os.mkfifo(file)
    found: list[object] = []
    reader = threading.Thread(target=lambda: found.append(_read(file)), daemon=True)
    reader.start()
    reader.join(20)
    assert found == [None]


def test_of_very_many_calls_only_so_many_are_kept(station: Station) -> None:
    for number in range(OPEN_LIMIT + 5):
        leave(station, f"0190a0a0-0000-7000-8000-{number:012d}")
    requests_of(station).take()
    assert len(news(station).calls) == OPEN_LIMIT


def test_a_call_is_answered_and_ended_by_people(station: Station) -> None:
    leave(station, FIRST)
    requests_of(station).take()
    desk = HelpDesk(station.store, station.bell, station.clock)
    assert [call.state for call in news(station).calls] == [CallState.OPEN]
    assert (desk.answer(FIRST, "Cán bộ A"), desk.answer(FIRST, "Cán bộ B")) == (True, False)
    assert [call.state for call in news(station).calls] == [CallState.ANSWERED]
    assert (desk.end(FIRST, "Cán bộ A"), desk.end(FIRST, "Cán bộ A")) == (True, False)
    assert [call.state for call in news(station).calls] == [CallState.OVER]
    with station.store.read() as tx:
        assert kiosk_requests.open_calls(tx) == ()
        said = [(entry.detail["what"], entry.detail["by"]) for entry in journal.entries(tx) if entry.kind == "desk"]
    assert said == [("help", ""), ("help_answered", "Cán bộ A"), ("help_over", "Cán bộ A")]


def test_every_page_says_that_somebody_calls_until_somebody_goes(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    client = pages.signed_in()
    assert "data-help-call" not in client.get("/").get_data(as_text=True)
    leave(pages.station, FIRST)
    requests_of(pages.station).take()
    for path in ("/", "/boards", "/desk"):
        assert f'data-help-call="{FIRST}"' in client.get(path).get_data(as_text=True)
    assert FIRST in client.get("/api/state").get_json()["html"]["help-calls"]
    assert client.post(f"/help/{FIRST}/answer", data={"token": token(client)}).status_code == 303
    answered = client.get("/desk").get_data(as_text=True)
    assert f"{FULL_NAME} đang đến" in answered and 'data-help-call=""' in answered
    assert client.post(f"/help/{FIRST}/end", data={"token": token(client)}).status_code == 303
    assert "data-help-call" not in client.get("/desk").get_data(as_text=True)
    assert client.post(f"/help/{FIRST}/else", data={"token": token(client)}).status_code == 404
    lines = client.get("/journal").get_data(as_text=True)
    assert "Có người ở ki-ốt gọi giúp." in lines and f"{FULL_NAME} nhận lời gọi giúp ở ki-ốt." in lines


def test_the_page_says_how_many_seats_are_taken(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    client, ident = pages.signed_in(), session(pages.station, seats=5)
    assert "đã giữ" not in client.get("/training").get_data(as_text=True)
    leave(pages.station, FIRST, "seat", ident)
    requests_of(pages.station).take()
    assert "5 chỗ · đã giữ 1 chỗ ở ki-ốt" in client.get("/training").get_data(as_text=True)


def _bell(station: Station) -> SilentBell:
    assert isinstance(station.bell, SilentBell)
    return station.bell
