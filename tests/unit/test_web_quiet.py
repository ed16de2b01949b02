"""The page in quiet hours, and on trial without them."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from controller.core.announcements import Draft
from controller.core.levels import Level
from controller.runtime.clocks import FakeClock
from controller.store import utterances
from tests.support.stations import CONFIG
from tests.support.web_pages import Pages, announcement, pages_in, token

QUIET = CONFIG.replace("quiet_hours = []\n", "").replace('[clock]\ntrust = "off"\n', "")
NIGHT = datetime(2026, 11, 21, 21, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
SAID = (
    "Đang là giờ yên tĩnh (21 giờ đến 5 giờ 30) của Cụm Nà Khau, chỉ thông báo khẩn cấp được phát."
    " Phát được sớm nhất lúc 5 giờ 30 ngày mai."
)


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, QUIET, FakeClock(NIGHT))


def saved(pages: Pages, level: Level = Level.NORMAL) -> str:
    return pages.station.announcing.save(Draft("Họp thôn", "Mời bà con.", ("na-khau",), level), [], "lan").id


def spoken(pages: Pages, ident: str) -> int:
    with pages.station.store.read() as tx:
        return len(utterances.of_announcement(tx, ident))


def text(client: FlaskClient, path: str) -> str:
    return unescape(client.get(path).get_data(as_text=True))


def test_speaking_at_once_is_refused_on_the_announcements_page(pages: Pages) -> None:
    client, ident = pages.signed_in(), saved(pages)
    path = f"/announcements/{ident}/speak"
    answer = client.post(path, data={"token": token(client)})
    assert answer.status_code == 422
    page = unescape(answer.get_data(as_text=True))
    assert SAID in page
    assert "Họp thôn" in page, "on the page of the announcement, where everything else can be done"
    told = client.post(path, data={"token": token(client)}, headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json()) == (422, {"problems": {"time": [SAID]}})
    assert spoken(pages, ident) == 0


def test_an_emergency_is_spoken_at_night(pages: Pages) -> None:
    client, ident = pages.signed_in(), saved(pages, Level.EMERGENCY)
    assert client.post(f"/announcements/{ident}/speak", data={"token": token(client)}).status_code == 303
    assert spoken(pages, ident) == 1


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (CONFIG, "Máy đang chạy thử: không có giờ yên tĩnh, không kiểm tra đồng hồ, phát không cần duyệt."),
        (
            CONFIG.replace('[clock]\ntrust = "off"\n', ""),
            "Máy đang chạy thử: không có giờ yên tĩnh, phát không cần duyệt.",
        ),
        (CONFIG.replace("quiet_hours = []\n", ""), "Máy đang chạy thử: không kiểm tra đồng hồ, phát không cần duyệt."),
        (QUIET, ""),
    ],
)
def test_a_station_on_trial_says_so_on_its_first_page(tmp_path: Path, config: str, said: str) -> None:
    page = text(pages_in(tmp_path, config).signed_in(), "/")
    assert ("chạy thử" in page) is bool(said)
    assert said in page


def entry(client: FlaskClient, **more: object) -> dict[str, object]:
    typed = {"when": "daily", "daily_every": "1", "first": "2026-11-22", "times": ["20:30", "20:59"]}
    usual = {"zones": ["trung-tam"], "text": "Mời bà con họp thôn. " * 40}
    return announcement(client, **{**usual, **typed, **more})


LATE = (
    "Phát lúc 20 giờ 59 thì kéo dài đến 21 giờ 01, chạm giờ yên tĩnh (21 giờ đến 5 giờ 30) của Trung tâm xã."
    " Giờ gần nhất phát được: 20 giờ 58 hoặc 5 giờ 30 hôm sau."
)


def test_the_editor_says_it_while_one_types_and_at_saving(pages: Pages) -> None:
    client = pages.signed_in()
    told = client.post("/api/rule", data=entry(client)).get_json()
    assert told["problems"] == {"times": [LATE]}
    assert told["mends"] == [{"old": "20:59", "new": "20:58", "said": "Đổi 20 giờ 59 thành 20 giờ 58"}]
    refused = client.post("/announcements", data=entry(client))
    assert refused.status_code == 422
    page = unescape(refused.get_data(as_text=True))
    assert page.count(LATE) == 2, "above all entries, and beside its own"
    assert '<a href="#times-problem">' in page and 'value="move 20:59 20:58"' in page
    between = entry(client, clocks="between", begin="20:00", end="21:30", every_min="60")
    told = client.post("/api/rule", data=between).get_json()
    assert (list(told["problems"]), told["mends"]) == (["begin"], [])
    for fine in ({"times": ["20:30", "05:30"]}, {"level": "emergency", "confirmed": "emergency"}):
        assert client.post("/api/rule", data=entry(client, **fine)).get_json()["problems"] == {}
        assert client.post("/announcements", data=entry(client, **fine)).status_code == 303


def test_what_is_said_three_times_lasts_three_times_as_long(pages: Pages) -> None:
    """Once it would be over in time; three times, with the pauses between, it reaches into the quiet hours."""
    client = pages.signed_in()
    once = entry(client, text="Mời bà con họp thôn. " * 140, times=["20:50"])  # about five minutes
    assert client.post("/api/rule", data=once).get_json()["problems"] == {}
    thrice = {**once, "repeats": "3", "repeat_pause": "30"}
    (said,) = client.post("/api/rule", data=thrice).get_json()["problems"]["times"]
    assert said.startswith("Phát lúc 20 giờ 50 thì kéo dài đến 21 giờ 0"), said
    assert client.post("/announcements", data=thrice).status_code == 422
    hours = client.post("/api/day", data={**thrice, "times": ["20:40"], "first": "2026-11-22"}).get_json()["hours"]
    (line,) = [line for line in hours if line["status"] == "draft"]
    assert line["until"].startswith("2026-11-22T20:5"), "a quarter of an hour, not five minutes"
