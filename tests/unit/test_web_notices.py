"""From the notice's editor to the row and back: what is typed, refused, confirmed, changed, taken down, put back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import MultiDict

from controller.core.levels import Level
from controller.core.notices import FOREVER, Hours, Notice, Special
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.store import connection, notices, pictures
from controller.store.connection import Store
from controller.web.notice_forms import NoticeForm, item_of, read_notice
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, Pages, pages_in, token

TWO_BOARDS = BOARD + '[[boards]]\nid = "cho"\nname = "Bảng chợ"\nrows = 7\nzones = ["na-khau"]\n'
JSON = {"Accept": "application/json"}
ONE = "01980000-0000-7000-8000-000000000001"


@pytest.fixture
def config() -> StationConfig:
    return parse_config(CONFIG + TWO_BOARDS, "test")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, CONFIG + TWO_BOARDS)


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def entry(client: FlaskClient, **more: object) -> dict[str, object]:
    return {
        "token": token(client), "text": "Nghỉ lễ", "where": "all", "from_date": "2026-11-21", "from_time": "13:00",
        "until_date": "2026-11-28", "until_time": "20:00", "level": "normal", "here": "/notices/new", **more,
    }  # fmt: skip


def live(pages: Pages) -> list[Notice]:
    with pages.station.store.read() as tx:
        return notices.live(tx, pages.station.clock.now())


def put_up(pages: Pages, client: FlaskClient, **more: object) -> Notice:
    before = {notice.id for notice in live(pages)}
    answer = client.post("/notices", data=entry(client, **more))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    (added,) = [notice for notice in live(pages) if notice.id not in before]
    return added


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def codes(config: StationConfig, **more: Any) -> list[tuple[str, str]]:
    empty = NoticeForm.empty(config, START)
    entries = {name: getattr(empty, name) for name in NoticeForm.__slots__}
    _, problems = read_notice(NoticeForm(**{**entries, "text": "Tin", **more}), config)
    return [(p.field, p.code) for p in problems]


def test_entries_that_are_none(config: StationConfig) -> None:
    assert codes(config) == []
    assert codes(config, where="some", boards=()) == [("boards", "no_board")]
    assert codes(config, where="some", boards=(), zones=("na-khau",)) == []
    assert codes(config, where="some", boards=(), level="emergency") == [], "it is for every board"
    assert codes(config, from_date="x", until_time="") == [("from", "bad_date"), ("until", "empty")]
    assert codes(config, until_date="", until_time="") == [], "until somebody takes it down"
    for begin, end in (("06:00", ""), ("", "18:00"), ("25:00", "26:00")):
        assert codes(config, hours_begin=(begin,), hours_end=(end,)) == [("hours", "bad_span")]


def test_what_a_form_means(config: StationConfig) -> None:
    form = NoticeForm.typed(
        MultiDict(
            [("title", " Điện "), ("text", "Cắt\u200b điện"), ("qr", " https://example.org "), ("where", "some"),
             ("boards", "cong"), ("zones", "na-khau"), ("level", "priority"), ("from_date", "2026-11-21"),
             ("from_time", "13:00"), ("until_date", "2026-11-28"), ("until_time", "20:00"), ("hours_begin", "06:00"),
             ("hours_end", "18:00"), ("hours_begin", ""), ("hours_end", "")]
        )
    )  # fmt: skip
    draft, problems = read_notice(form, config)
    assert problems == []
    assert (draft.title, draft.text, draft.qr, draft.level) == ("Điện", "Cắt điện", "https://example.org", "priority")
    assert (draft.boards, draft.zones, draft.hours) == (("cong",), ("na-khau",), (Hours(time(6), time(18)),))
    assert (draft.shown_from, draft.shown_until) == (START, datetime(2026, 11, 28, 13, 0, tzinfo=UTC))
    assert item_of(draft).whole == "Điện: Cắt điện"
    special, _ = read_notice(NoticeForm(special="clock", text="thừa", where="all"), config)
    assert (special.special, special.text, special.shown_until) == (Special.CLOCK, "", None)


def test_the_editor_of_a_stored_one_brings_the_same_again(config: StationConfig) -> None:
    stored = Notice(
        id="n1", text="Tin", title="Đầu", level=Level.PRIORITY, shown_from=START, shown_until=START + timedelta(days=1),
        created_at=START, boards=("cong",), hours=(Hours(time(22), time(5)),), qr="https://example.org",
    )  # fmt: skip
    draft, problems = read_notice(NoticeForm.of(stored, config), config)
    assert problems == []
    for name in ("title", "text", "level", "shown_from", "shown_until", "boards", "zones", "hours", "qr", "special"):
        assert getattr(draft, name) == getattr(stored, name), name
    typed = MultiDict(NoticeForm.of(stored, config).entries())
    assert read_notice(NoticeForm.typed(typed), config) == (draft, []), "the page that asks carries all of it along"


def test_put_up_taken_down_and_put_back(pages: Pages, client: FlaskClient) -> None:
    assert "Chưa có tin nào" in shown(client, "/notices")
    page = shown(client, "/notices/new")
    assert 'value="all" checked' in page and 'value="cong" checked' in page and 'value="2026-11-28"' in page
    wrong = client.post("/notices", data=entry(client, text="", until_date="2026-11-20"))
    assert wrong.status_code == 422 and 'id="text-problem"' in wrong.get_data(as_text=True)
    pages.station.bell.rung.clear()
    notice = put_up(pages, client)
    assert [whom for whom, _ in pages.station.bell.rung] == ["controller", "kiosk"]
    listed = shown(client, "/notices")
    assert "Nghỉ lễ" in listed and "đang hiện" in listed and "mọi bảng" in listed
    gone = client.post(f"/notices/{notice.id}/withdraw", data={"token": token(client)})
    text = shown(client, gone.location)
    assert "Đã gỡ tin" in text and "Lấy lại" in text and "Đã hết hoặc đã gỡ" in text
    assert live(pages) == []
    client.post(f"/notices/{notice.id}/restore", data={"token": token(client)})
    assert [n.id for n in live(pages)] == [notice.id]


def test_now_later_and_over(pages: Pages, client: FlaskClient) -> None:
    put_up(pages, client, text="Bây giờ")
    put_up(pages, client, text="Ngày mai", from_date="2026-11-22")
    put_up(pages, client, text="Sắp hết", until_date="2026-11-21", until_time="13:05")
    put_up(pages, client, text="Ban đêm", hours_begin="22:00", hours_end="05:00", until_date="", until_time="")
    pages.clock().tick(600)
    page = shown(client, "/notices")
    now, later, over = re.split(r"Sẽ hiện|Đã hết", page[page.index("Đang hiện") :])
    assert ("Bây giờ" in now, "Ngày mai" in later, "Ban đêm" in later, "Sắp hết" in over) == (True,) * 4
    assert "22:00–05:00 hằng ngày" in later and "đến khi gỡ" in later
    assert [n.shown_until for n in live(pages) if n.text == "Ban đêm"] == [FOREVER]


def test_an_emergency_asks_again_and_ends(pages: Pages, client: FlaskClient) -> None:
    short = {"text": "Lũ về", "level": "emergency", "until_date": "2026-11-21", "until_time": "15:00"}
    week = client.post("/notices", data=entry(client, text="Lũ về", level="emergency"))
    assert week.status_code == 422 and "nhiều nhất 24 giờ" in week.get_data(as_text=True)
    endless = client.post("/notices", data=entry(client, **{**short, "until_date": "", "until_time": ""}))
    assert endless.status_code == 422 and "phải có giờ kết thúc" in endless.get_data(as_text=True)
    asked = client.post("/notices", data=entry(client, where="some", boards=["cong"], **short)).get_data(as_text=True)
    assert "Xác nhận tin khẩn cấp" in asked and "15 giờ" in asked and live(pages) == []
    carried = [(name, value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked)]
    back = client.post("/notices", data=MultiDict([*carried, ("act", "look")])).get_data(as_text=True)
    assert "Lũ về</textarea>" in back and 'value="emergency" checked' in back
    assert client.post("/notices", data=MultiDict([*carried, ("act", "save")])).status_code == 303
    (notice,) = live(pages)
    assert (notice.level, notice.boards, notice.shown_until) == (Level.EMERGENCY, (), START + timedelta(hours=2))
    for path in ("/api/state?page=home", "/api/state"):
        strip = client.get(path).get_json()["html"]["on-air"]
        assert "Khẩn cấp, đang chiếm" in strip and f"/notices/{notice.id}/withdraw" in strip
    put_up(pages, client)
    assert "chờ hết khẩn cấp" in shown(client, "/notices")
    pages.clock().tick(2 * 3600)
    assert "đang chiếm" not in client.get("/api/state").get_json()["html"]["on-air"], "it ends by itself"


def test_changed_and_changed_meanwhile(pages: Pages, client: FlaskClient) -> None:
    notice = put_up(pages, client)
    page = shown(client, f"/notices/{notice.id}/edit")
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', page)
    assert seen_at and "Nghỉ lễ</textarea>" in page
    pages.clock().tick(60)
    mine = entry(client, seen_at=seen_at[1])
    assert client.post(f"/notices/{notice.id}", data={**mine, "text": "Nghỉ hai ngày"}).status_code == 303
    assert [(n.id, n.text) for n in live(pages)] == [(notice.id, "Nghỉ hai ngày")]
    second = client.post(f"/notices/{notice.id}", data={**mine, "text": "Nghỉ ba ngày"})
    text = second.get_data(as_text=True)
    assert second.status_code == 409 and "Nghỉ hai ngày" in text and "Nghỉ ba ngày</textarea>" in text
    told = client.post(f"/notices/{notice.id}", data=mine, headers=JSON)
    assert (told.status_code, list(told.get_json()["problems"])) == (409, ["form"])
    now = re.search(r'name="seen_at" value="([^"]+)"', text)
    assert (
        now and client.post(f"/notices/{notice.id}", data={**mine, "seen_at": now[1], "text": "Ba"}).status_code == 303
    )
    assert [n.text for n in live(pages)] == ["Ba"]
    assert client.post("/notices/none", data=mine).status_code == 404


def test_a_change_is_undone_from_the_list_and_from_the_editor(pages: Pages, client: FlaskClient) -> None:
    def act(page: str) -> dict[str, object]:
        found = re.search(r'action="/notices/[^"]+/undo".*?name="of" value="([^"]+)"', page)
        assert found, page
        return {"token": token(client), "of": found[1]}

    notice = put_up(pages, client)
    path = f"/notices/{notice.id}"
    assert "/undo" not in shown(client, f"{path}/edit") + shown(client, f"/notices?changed={notice.id}")
    pages.clock().tick(60)
    saved = client.post(path, data=entry(client, text="Nghỉ hai ngày", where="some", boards=["cong"]))
    listed = shown(client, saved.location)
    assert "Đã lưu tin “Nghỉ hai ngày”" in listed
    editor = shown(client, f"{path}/edit")
    assert "Trước đó là: “Nghỉ lễ”" in editor and "mọi bảng · từ 13 giờ" in editor
    pages.clock().tick(60)
    for _ in range(2):  # a finger that presses twice
        undone = client.post(f"{path}/undo", data=act(listed))
        assert undone.status_code == 303
    (back,) = live(pages)
    assert (back.id, back.text, back.boards) == (notice.id, "Nghỉ lễ", ())
    listed_again = shown(client, undone.location)
    assert "trở lại như trước khi sửa: “Nghỉ lễ”" in listed_again
    assert "trả tin trên bảng về như trước khi sửa: “Nghỉ lễ”" in shown(client, "/journal")
    pages.clock().tick(60)
    assert client.post(f"{path}/undo", data=act(editor), headers=JSON).get_json() == {"url": undone.location}
    client.post(path, data=entry(client, text="Nghỉ ba ngày"))
    late = client.post(f"{path}/undo", data=act(listed_again))
    assert "vừa được sửa thêm lần nữa" in shown(client, late.location)
    assert client.post(f"{path}/undo", data=act(listed_again), headers=JSON).status_code == 409
    for wrong, status in (("x", 400), ("2026-11-21T06:00:00", 400), ("2026-11-21T06:00:00+00:00", 422)):
        assert client.post(f"{path}/undo", data={"token": token(client), "of": wrong}).status_code == status
    assert [n.text for n in live(pages)] == ["Nghỉ ba ngày"]


def test_what_an_undo_needs_may_be_gone(pages: Pages, client: FlaskClient) -> None:
    file = BytesIO()
    Image.new("RGB", (30, 20), "red").save(file, "PNG")
    picture = client.post(
        "/pictures?name=a.png", data=file.getvalue(), headers={"X-Loalang-Token": token(client), **JSON}
    )
    notice = put_up(pages, client, picture=picture.get_json()["sha256"])
    changed = client.post(f"/notices/{notice.id}", data=entry(client)).location
    with pages.station.store.write() as tx:
        pictures.remove(tx, START, pictures.get(tx, picture.get_json()["sha256"]))
    found = re.search(r'name="of" value="([^"]+)"', shown(client, changed))
    assert found
    fields = {"token": token(client), "of": found[1]}
    refused = client.post(f"/notices/{notice.id}/undo", data=fields)
    assert refused.status_code == 422 and "Không còn hình này" in refused.get_data(as_text=True)
    assert client.post(f"/notices/{notice.id}/undo", data=fields, headers=JSON).status_code == 422


def test_saved_twice_without_a_script_is_no_quarrel(pages: Pages, client: FlaskClient) -> None:
    notice = put_up(pages, client)
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', shown(client, f"/notices/{notice.id}/edit"))
    assert seen_at
    for _ in range(2):
        pages.clock().tick(1)
        mine = entry(client, text="Nghỉ hai ngày", seen_at=seen_at[1])
        assert client.post(f"/notices/{notice.id}", data=mine).status_code == 303


def test_while_the_database_is_held_nothing_is_lost_and_nothing_is_claimed(
    pages: Pages, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.1)
    urgent = entry(
        client, text="Lũ về!", level="emergency", confirmed="emergency", new_ident=ONE, until_date="2026-11-21",
        until_time="15:00",
    )  # fmt: skip
    plain = entry(client, text="Nghỉ hai ngày")
    held = Store(pages.station.places.station_db)
    with held.write():
        page = client.post("/notices", data=urgent)
        text = page.get_data(as_text=True)
        assert page.status_code == 503 and "tin CHƯA lên bảng" in text
        assert 'name="text" value="Lũ về!"' in text and 'value="save">Đúng, đây là khẩn cấp' in text
        assert client.post("/notices", data=urgent, headers=JSON).status_code == 503
        page = client.post("/notices", data=plain)
        assert page.status_code == 503 and "Nghỉ hai ngày</textarea>" in page.get_data(as_text=True)
        assert "chưa lưu được" in page.get_data(as_text=True)
    held.close()
    assert live(pages) == []
    for _ in range(2):  # whose answer was lost is sent again
        assert client.post("/notices", data=urgent, headers=JSON).status_code == 200
    assert [(n.id, n.text) for n in live(pages)] == [(ONE, "Lũ về!")]


def test_a_special_page_and_a_station_without_boards(tmp_path: Path, pages: Pages, client: FlaskClient) -> None:
    put_up(pages, client, special="queue", text="")
    assert "Số thứ tự tại bộ phận một cửa" in shown(client, "/notices")
    refused = client.post("/notices", data=entry(client, special="queue", level="emergency"), headers=JSON)
    assert (refused.status_code, list(refused.get_json()["problems"])) == (422, ["special", "until"])
    bare = pages_in(tmp_path / "bare", CONFIG)
    visitor = bare.signed_in()
    assert "Trạm chưa nối bảng nào" in shown(visitor, "/boards")
    assert visitor.post("/notices", data=entry(visitor)).status_code == 303


def test_what_boards_make_of_a_draft(client: FlaskClient) -> None:
    typed = {
        "token": token(client),
        "where": "some",
        "boards": ["cong"],
        "title": "Tin",
        "text": "Trời ☂",
        "qr": "a.vn",
    }
    told = client.post("/api/boards/draft", data=typed).get_json()
    assert list(told["boards"]) == ["cong"] and told["problems"] == []
    face = told["boards"]["cong"]
    assert (face["replaced"], face["without"], face["stripped"], face["pages"]) == (["☂"], ["qr"], "KHONG DAU", 1)
    assert face["said"] == [
        "Bảng này không hiện được dấu. Chữ sẽ thành: “KHONG DAU”",
        "Bảng không hiện được: ☂. Những chỗ đó thành dấu “?”.",
        "Bảng này nhỏ, không hiện được mã QR của địa chỉ ấy.",
    ]
    assert client.get(face["picture"]).content_type == "image/png"
    assert face["picture"].replace("&", "&amp;") in told["html"] and "Một trang" in told["html"]
    assert list(client.post("/api/boards/draft", data={**typed, "where": "all"}).get_json()["boards"]) == [
        "cong",
        "cho",
    ]
    nothing: list[dict[str, object]] = [{"text": "", "title": "", "qr": ""}, {"boards": []}]
    for empty in nothing:
        assert client.post("/api/boards/draft", data={**typed, **empty}).get_json()["boards"] == {}
    long = client.post("/api/boards/draft", data={**typed, "text": "Bà con " * 1429}).get_json()
    assert (long["boards"], len(long["problems"])) == ({}, 1) and "10.002" in long["problems"][0].replace(
        "10002", "10.002"
    )


def test_the_way_without_a_script(client: FlaskClient) -> None:
    looked = client.post("/notices", data=entry(client, act="look", text="Mưa to"))
    text = looked.get_data(as_text=True)
    assert looked.status_code == 200 and "Mưa to</textarea>" in text
    assert "/api/board/cong/preview?text=M%C6%B0a+to" in text and "KHONG DAU" in text


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "red").save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_brought_shown_and_left_out(pages: Pages, client: FlaskClient) -> None:
    headers = {"X-Loalang-Token": token(client), **JSON}
    told = client.post("/pictures?name=hình.png", data=picture(), headers=headers)
    assert told.status_code == 200, told.get_data(as_text=True)
    found = told.get_json()
    assert (found["name"], found["width"], found["height"]) == ("hình.png", 40, 30)
    with client.get(found["url"]) as looked:
        assert looked.content_type == "image/png" and Image.open(BytesIO(looked.data)).size == (40, 30)
    assert put_up(pages, client, picture=found["sha256"]).picture == found["sha256"]
    assert "có hình" in shown(client, "/notices")
    none = client.post("/pictures", data=b"no picture", headers=headers)
    assert none.status_code == 422 and none.get_json()["problems"]["picture"]
    gone = client.post("/notices", data=entry(client, picture="0" * 64), headers=JSON)
    assert list(gone.get_json()["problems"]) == ["picture"]
    assert client.get("/pictures/" + "0" * 64).status_code == 404
    assert pages.client().get(found["url"]).status_code == 303, "for those who are signed in"


def test_a_picture_without_a_script(client: FlaskClient) -> None:
    brought = client.post("/notices/upload", data=entry(client, file=(BytesIO(picture()), "hình.png")))
    text = brought.get_data(as_text=True)
    assert brought.status_code == 200 and "Nghỉ lễ</textarea>" in text
    sha256 = re.search(r'name="picture" value="([0-9a-f]{64})"', text)
    assert sha256 and f'src="/pictures/{sha256[1]}"' in text
    none = client.post("/notices/upload", data=entry(client, file=(BytesIO(b"x" * 99), "hình.png")))
    assert none.status_code == 422 and 'id="picture-problem"' in none.get_data(as_text=True)
    without = client.post("/notices", data=entry(client, act="without", picture=sha256[1])).get_data(as_text=True)
    assert 'name="picture" value=""' in without


def test_text_is_text_wherever_it_stands(pages: Pages, client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    notice = put_up(pages, client, text=evil, title=evil)
    for path in ("/notices", f"/notices/{notice.id}/edit", "/boards", "/journal"):
        assert evil not in shown(client, path), path
    assert evil not in str(client.get("/api/state?page=boards").get_json()["html"])


def test_the_journal_tells_of_it(pages: Pages, client: FlaskClient) -> None:
    notice = put_up(pages, client)
    client.post(f"/notices/{notice.id}", data=entry(client, text="Nghỉ hai ngày"))
    client.post(f"/notices/{notice.id}/withdraw", data={"token": token(client)})
    text = shown(client, "/journal")
    for said in ("đưa tin lên bảng: “Nghỉ lễ”", "sửa tin trên bảng: “Nghỉ hai ngày”", "gỡ một tin khỏi bảng"):
        assert f"Cán bộ Văn thư {said}" in text, said
