"""The page of the boards: what each shows now and how that is known, the order of its notices; the desk's numbers and
the training sessions beside them."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from controller.boards.faces import Faces, _key
from controller.boards.facts import Facts
from controller.boards.preview import draft
from controller.boards.typesetting import typeset
from controller.core.announcements import Draft
from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft
from controller.core.notices import BoardState, reason_with
from controller.core.utterances import UtteranceEvent
from controller.noticing import Noticing
from controller.runtime.config_tables import Board
from controller.store import notices, training, utterances
from controller.web.context import KEY, House
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, Pages, pages_in, token

TWO_BOARDS = BOARD + '[[boards]]\nid = "cho"\nname = "Bảng chợ"\nrows = 7\nzones = ["na-khau"]\n'
JSON = {"Accept": "application/json"}
BY = "Cán bộ Văn thư"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, CONFIG + TWO_BOARDS, real_boards=True)


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def put_up(pages: Pages, *texts: str, **more: object) -> list[str]:
    station = pages.station
    noticing = Noticing(station.store, station.bell, station.clock, station.ids, station.config)
    return [noticing.put_up(NoticeDraft(text=text, **more), BY).id for text in texts]  # type: ignore[arg-type]  # fields


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def post(client: FlaskClient, path: str, **fields: object) -> int:
    return client.post(path, data={"token": token(client), **fields}).status_code


def house_of(pages: Pages) -> House:
    found = pages.app.extensions[KEY]
    assert isinstance(found, House)
    return found


def board(client: FlaskClient, ident: str = "cong") -> dict[str, object]:
    (found,) = [each for each in client.get("/api/boards").get_json()["boards"] if each["board"] == ident]
    assert isinstance(found, dict)
    return found


def test_each_board_with_its_state_and_since_when(pages: Pages, client: FlaskClient) -> None:
    assert shown(client, "/boards").count("chưa báo về") == 2
    put_up(pages, "Cúp nước", boards=("cong",))
    put_up(pages, "Chào", boards=("cho",))
    with pages.station.store.write() as tx:
        notices.report_board(tx, START, "cong", BoardState.SHOWN, "Cúp nước", START + timedelta(minutes=5))
        notices.report_board(tx, START, "cho", BoardState.DOWN, "", None, "gone")
    text = shown(client, "/boards")
    first, second = text.split('id="board-cho"')
    assert "đang hiện đúng" in first and "đọc lại đúng lần cuối 13 giờ 05" in first and "Cúp nước" in first
    assert "mất liên lạc" in second and "Không thấy đường dây" in second and 'class="state fault"' in second
    assert "lẽ ra phải hiện" in second and "lẽ ra phải hiện" not in first, "never pretended"
    told = board(client)
    assert (told["state"], told["since"], told["text"]) == ("shown", "2026-11-21T06:00:00.000Z", "Cúp nước")
    with pages.station.store.write() as tx:
        notices.report_board(tx, START, "cong", BoardState.OFF, "", None)
        notices.report_board(tx, START, "cho", BoardState.SENT, "Chao", None, "mute")
    text = client.get("/api/state?page=boards").get_json()["html"]["boards"]
    assert "tắt theo giờ" in text and "bảng không trả lời lại" in text and 'class="board live dark"' in text


def test_a_board_that_has_not_taken_what_is_new_is_not_said_to_show_it(pages: Pages, client: FlaskClient) -> None:
    put_up(pages, "Cúp nước")
    with pages.station.store.write() as tx:
        notices.report_board(tx, START, "cong", BoardState.SHOWN, "Cúp nước", START)
        notices.report_board(tx, START, "cho", BoardState.SHOWN, "Cup nuoc", START)
    assert shown(client, "/boards").count("đang hiện đúng") == 2
    put_up(pages, "Nghỉ lễ")
    text = shown(client, "/boards")
    assert text.count("chưa nhận nội dung mới") == 2
    assert "đang hiện đúng" not in text and "đọc lại đúng" not in text and 'class="state fine"' not in text
    with pages.station.store.write() as tx:
        notices.report_board(tx, START, "cho", BoardState.SHOWN, "Cup nuoc", START, detail="room")
    assert shown(client, "/boards").count("chưa nhận nội dung mới") == 1, "as much of it as there is room for"


def test_nothing_is_known_of_a_board_whose_program_is_gone(pages: Pages, client: FlaskClient) -> None:
    put_up(pages, "Cúp nước")
    with pages.station.store.write() as tx:
        notices.report_board(tx, START, "cong", BoardState.SHOWN, "Cúp nước", START)
    away = replace(house_of(pages).parts, at_home=lambda name: name != "controller")
    pages.app.extensions[KEY] = replace(house_of(pages), parts=away)
    first = shown(client, "/boards").split('id="board-cho"')[0]
    assert "mất liên lạc" in first and "Chương trình của bảng không chạy" in first and "lẽ ra phải hiện" in first
    assert "đang hiện đúng" not in first and "từ 13 giờ" not in first
    told = board(client)
    assert (told["state"], told["detail"], told["proven_at"]) == ("down", "process_gone", None)
    for home in (shown(client, "/"), client.get("/api/state?page=home").get_json()["html"]["health"]):
        assert "Bộ hẹn giờ" in home and "đã hiện đúng" not in home
    assert "<strong>Bộ hẹn giờ.</strong> Phần này không chạy." in shown(client, "/")


def test_a_board_of_too_little_memory_says_how_much(pages: Pages, client: FlaskClient) -> None:
    put_up(pages, "Cúp nước")
    detail = reason_with("pool", needed=6210, there=5482)
    with pages.station.store.write() as tx:
        notices.report_board(tx, START, "cong", BoardState.DOWN, "", None, detail)
        notices.report_board(tx, START, "cho", BoardState.DOWN, "", None, "gone")
    first, second = shown(client, "/boards").split('id="board-cho"')
    assert "cần 6.210 byte bộ nhớ, bảng chỉ có 5.482 byte" in first
    assert "không dùng được" in first and "mất liên lạc" not in first and "mất liên lạc" in second
    typed = client.post("/api/boards/draft", data={"token": token(client), "text": "Họp thôn", "where": "all"})
    first, second = typed.get_json()["html"].split('data-face="cho"')
    assert "cần 6.210 byte" in first and "Hiện đủ như đã viết" not in first
    assert "Tin sẽ hiện khi bảng trở lại" in second and "cần" not in second


def test_the_pages_are_the_boards_own_dots(pages: Pages, client: FlaskClient) -> None:
    idle = board(client)
    put_up(pages, "Cúp nước sáng mai", "Nghỉ lễ")
    told = board(client)
    found = told["pages"]
    assert isinstance(found, list) and told["pages"] != idle["pages"]
    assert " ".join(line for page in found for line in page["lines"]).count("Cúp nước") == 1
    for page in found:
        drawn = client.get(page["picture"])
        assert drawn.content_type == "image/png" and "immutable" in drawn.headers["Cache-Control"]
        width, height = Image.open(BytesIO(drawn.data)).size
        assert width >= 96 and height >= 16
    pictures = re.findall(r'src="(/api/boards/cong/pages/[^"]+)"', shown(client, "/boards"))
    assert pictures[1:] == [page["picture"] for page in found]
    seconds, at = pages.station.clock.now().timestamp() % sum(page["dwell_s"] for page in found), 0
    while seconds >= found[at]["dwell_s"]:
        seconds, at = seconds - found[at]["dwell_s"], at + 1
    assert told["at"] == at and pictures[0] == found[at]["picture"], "the one that is on at this second"
    assert client.get("/api/boards/cong/pages/" + "0" * 16 + ".png").status_code == 404
    assert client.get(found[0]["picture"].replace("cong", "none")).status_code == 404


def test_the_fragment_stays_the_same_while_pages_turn(pages: Pages, client: FlaskClient) -> None:
    put_up(pages, "Cúp nước sáng mai", "Nghỉ lễ")
    first = client.get("/api/state?page=boards")
    for _ in range(5):
        pages.clock().tick(2)
        again = client.get("/api/state?page=boards", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
    put_up(pages, "Họp thôn")
    assert "Họp thôn" in client.get("/api/state?page=boards").get_json()["html"]["boards"]
    other = pages.signed_in().get("/api/state?page=boards").get_json()["html"]["boards"]
    assert token(client) not in other, "each visitor's own form token"


def test_one_order_for_all_boards_by_arrows_and_by_dragging(pages: Pages, client: FlaskClient) -> None:
    one, two, three = put_up(pages, "Một", "Hai", "Ba")
    (only,) = put_up(pages, "Chợ", boards=("cho",))
    (urgent,) = put_up(pages, "Gấp", level=Level.PRIORITY)
    assert board(client)["notices"] == [urgent, one, two, three]
    assert board(client, "cho")["notices"] == [urgent, one, two, three, only]
    pages.station.bell.rung.clear()
    assert post(client, "/boards/cong/order", notice=three, way="up") == 303
    assert [whom for whom, _ in pages.station.bell.rung] == ["controller", "kiosk"]
    assert board(client)["notices"] == [urgent, one, three, two]
    assert post(client, "/boards/cong/order", notice=one, way="down") == 303
    assert board(client, "cho")["notices"] == [urgent, three, one, two, only]
    assert post(client, "/boards/cong/order", order=[two, one, three, urgent]) == 303
    assert board(client)["notices"] == [urgent, two, one, three], "an urgent one stays first"
    assert post(client, "/boards/cong/order", notice="none", way="up") == 404
    assert post(client, "/boards/none/order", order=[one]) == 404
    rows = re.findall(r'<li data-notice="([^"]+)" data-level="(\w+)">(.*?)</li>', shown(client, "/boards"), re.S)
    may = [tuple("disabled" not in way for way in re.findall(r"<button[^>]*aria-label=\"Đưa[^>]*>", row))
           for _, _, row in rows[:4]]  # fmt: skip
    assert may == [(False, False), (False, True), (True, True), (True, False)]


def test_taken_down_at_once_from_the_boards_and_put_back(pages: Pages, client: FlaskClient) -> None:
    (ident,) = put_up(pages, "Nghỉ lễ")
    gone = client.post(f"/notices/{ident}/withdraw", data={"token": token(client), "to": "boards"})
    assert gone.location == f"/boards?withdrawn={ident}"
    assert "Đã gỡ tin" in shown(client, gone.location) and board(client)["notices"] == []
    back = client.post(f"/notices/{ident}/restore", data={"token": token(client), "to": "boards"})
    assert back.location == "/boards" and board(client)["notices"] == [ident]
    assert "Đã gỡ tin" not in shown(client, gone.location)


def test_an_emergency_and_an_announcement_on_the_boards(pages: Pages, client: FlaskClient) -> None:
    put_up(pages, "Nghỉ lễ")
    _, (spoken,) = pages.station.announcing.say(Draft("Tiêm chủng", "Mời bà con.", ("na-khau",)), BY)
    with pages.station.store.write() as tx:
        utterances.move(tx, START, spoken.id, UtteranceEvent.BEGIN)
    assert "Thông báo của loa" in shown(client, "/boards")
    assert board(client)["urgent"] is False
    put_up(pages, "Lũ về", level=Level.EMERGENCY, shown_until=START + timedelta(hours=1))
    assert [board(client, ident)["urgent"] for ident in ("cong", "cho")] == [True, True]
    assert "Khẩn cấp đang chiếm bảng này" in shown(client, "/boards")
    pages.clock().tick(3600)
    assert board(client)["urgent"] is False


def test_a_phone_on_a_weak_line_gets_what_it_began_to_ask_for(pages: Pages, client: FlaskClient) -> None:
    put_up(pages, "Cúp nước")
    told = board(client)["pages"]
    assert isinstance(told, list)
    put_up(pages, "Nghỉ lễ", level=Level.EMERGENCY, shown_until=START + timedelta(hours=1))
    urgent = board(client)["pages"]
    assert isinstance(urgent, list)
    for page in (*told, *urgent):
        assert client.get(page["picture"]).status_code == 200


def test_a_screen_of_another_picture_is_another_page_at_once(tmp_path: Path) -> None:
    screen = Board(id="sanh", name="Sảnh", driver="screen", columns=640, rows=360)
    pages = pages_in(tmp_path, CONFIG, real_boards=True)
    keys = set()
    for colour in ("red", "blue"):
        kept = pages.station.places.notice_picture(colour[0] * 64)
        Image.new("RGB", (40, 30), colour).save(kept)
        item = replace(draft("Họp thôn"), picture=colour[0] * 64)
        (page,) = typeset(screen, item, Facts("Xã", START, pictures=kept.parent)).pages
        keys.add(_key(screen, page, "06:00"))
    assert len(keys) == 2


def test_pictures_are_drawn_one_at_a_time(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    station, at_once, most = pages.station, 0, [0]
    met, another = threading.Barrier(4), threading.Event()

    def drawn(*_: object) -> bytes:
        nonlocal at_once
        at_once += 1
        most.append(at_once)
        if at_once > 1:
            another.set()
        another.wait(0.05)  # it would come in now
        at_once -= 1
        return b"png"

    monkeypatch.setattr("controller.boards.faces.png_of_rotation", drawn)
    found = Faces(station.config, station.store, station.clock)

    def ask(number: int) -> None:
        met.wait(30)
        assert found.picture_of_draft("cong", draft(f"Tin {number}")) == b"png"
        station.store.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == [0, 1, 1, 1, 1]


def test_the_emulators_own_picture(pages: Pages, client: FlaskClient) -> None:
    assert "giả lập" not in shown(client, "/boards")
    assert client.get("/api/boards/cong/emulated.png").status_code == 404
    pages.station.places.picture("board-cong").write_bytes(b"\x89PNG picture")
    assert shown(client, "/boards").count("Bảng giả lập đang hiện") == 1
    with client.get("/api/boards/cong/emulated.png") as answer:
        assert (answer.data, answer.content_type) == (b"\x89PNG picture", "image/png")
        etag = answer.headers["ETag"]
    with client.get("/api/boards/cong/emulated.png", headers={"If-None-Match": etag}) as again:
        assert again.status_code == 304


def test_what_small_boards_cannot_show_is_said_while_typing(client: FlaskClient) -> None:
    typed = {"token": token(client), "text": "Họp thôn tối nay ☂", "where": "all", "picture": "0" * 64}
    told = client.post("/api/boards/draft", data=typed).get_json()["boards"]
    assert told["cho"]["stripped"].replace("\n", " ").startswith("Hop thon toi nay")
    assert "Hop thon toi nay" in told["cho"]["said"][0]
    assert "picture" in told["cho"]["without"] and told["cong"]["stripped"] == ""
    for face in told.values():
        assert face["pages"] >= 1 and face["round_s"] > 0
        assert Image.open(BytesIO(client.get(face["picture"]).data)).format == "PNG"
    kept = client.post("/api/boards", data={"token": token(client), "text": "Họp"}).get_json()
    assert list(kept) == ["cong", "cho"] and kept["cong"] == [] and "Hop" in kept["cho"][0]


def test_numbers_at_the_desk(pages: Pages, client: FlaskClient) -> None:
    assert "Chưa mời số nào" in shown(client, "/desk")
    assert post(client, "/desk/next") == 422, "nobody waits"
    for act in ("give", "give", "next", "next", "back"):
        assert post(client, f"/desk/{act}") == 303
    assert client.get("/api/desk").get_json() == {"given": 2, "called": 1, "waiting": 1}
    html = client.get("/api/state?page=desk").get_json()["html"]["desk"]
    pages.clock().tick(30)
    assert post(client, "/desk/again") == post(client, "/desk/next", seen="0") == 303
    assert client.get("/api/desk").get_json() == {"given": 2, "called": 1, "waiting": 1}, "seen before the last call"
    assert "<b>1</b>" in html and "đã cấp đến số 2" in html and "còn 1 người chờ" in html
    reset = client.post("/desk/reset", data={"token": token(client)})
    assert client.get("/api/desk").get_json()["given"] == 0
    undo = shown(client, reset.location)
    assert "Đã bắt đầu lại" in undo and 'name="given" value="2"' in undo
    assert post(client, "/desk/restore", given="2", called="1") == 303
    assert client.get("/api/desk").get_json() == {"given": 2, "called": 1, "waiting": 1}
    for bad in ({"given": "1", "called": "5"}, {"given": "x", "called": ""}):
        assert post(client, "/desk/restore", **bad) == 422
    assert post(client, "/desk/none") == 404
    text = shown(client, "/journal")
    for did in ("cấp số đến số 2.", "mời số 2.", "mời lại số 1.", "bắt đầu lại số thứ tự"):
        assert f"{BY} {did}" in text, did


def session(client: FlaskClient, **more: object) -> dict[str, object]:
    return {
        "token": token(client), "title": "Dịch vụ công", "place": "Nhà văn hóa", "day": "2026-11-23", "begin": "08:00",
        "end": "11:00", "seats": "30", **more,
    }  # fmt: skip


def test_training_sessions(pages: Pages, client: FlaskClient) -> None:
    assert "Chưa có buổi nào" in shown(client, "/training") and 'value="2026-11-22"' in shown(client, "/training/new")
    assert client.post("/training", data=session(client)).status_code == 303
    with pages.station.store.read() as tx:
        (stored,) = training.coming(tx, START)
    assert (stored.title, stored.begins, stored.seats) == ("Dịch vụ công", START + timedelta(hours=43), 30)
    assert "30 chỗ" in shown(client, "/training")
    edit = shown(client, f"/training/{stored.id}/edit")
    assert 'value="08:00"' in edit and 'value="30"' in edit
    assert client.post(f"/training/{stored.id}", data=session(client, place="Trụ sở")).status_code == 303
    (told,) = client.get("/api/training").get_json()["sessions"]
    assert (told["id"], told["place"], told["ends"]) == (stored.id, "Trụ sở", "2026-11-23T04:00:00.000Z")
    gone = client.post(f"/training/{stored.id}/withdraw", data={"token": token(client)})
    assert "Đã hủy buổi này" in shown(client, gone.location)
    assert client.get("/api/training").get_json() == {"sessions": []}
    assert post(client, f"/training/{stored.id}/restore") == 303
    assert len(client.get("/api/training").get_json()["sessions"]) == 1
    text = shown(client, "/journal")
    assert "thêm buổi tập huấn “Dịch vụ công”, 8 giờ" in text and "hủy buổi tập huấn" in text


def test_a_session_that_somebody_else_has_changed_meanwhile(pages: Pages, client: FlaskClient) -> None:
    client.post("/training", data=session(client))
    (stored,) = client.get("/api/training").get_json()["sessions"]
    path = f"/training/{stored['id']}"
    found = re.search(r'name="seen" value="(\w+)"', shown(client, f"{path}/edit"))
    assert found
    mine = {"seen": found[1]}
    for _ in range(2):  # pressed twice is no quarrel
        assert client.post(path, data=session(client, place="Trụ sở", **mine)).status_code == 303
    other = client.post(path, data=session(client, place="Trường học", **mine))
    text = other.get_data(as_text=True)
    assert other.status_code == 409 and "Trụ sở" in text and 'value="Trường học"' in text
    assert client.post(path, data=session(client, place="Trường học", **mine), headers=JSON).status_code == 409
    now = re.search(r'name="seen" value="(\w+)"', text)
    assert now and client.post(path, data=session(client, place="Trường học", seen=now[1])).status_code == 303
    (told,) = client.get("/api/training").get_json()["sessions"]
    assert told["place"] == "Trường học"


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"title": "", "seats": "-1"}, ["title", "seats"]),
        ({"end": "07:00"}, ["ends"]),
        ({"day": "2020-01-01"}, ["ends"]),
        ({"day": "x"}, ["begins", "ends"]),
        ({"begin": "", "day": ""}, ["begins", "ends"]),
    ],
)
def test_wrong_sessions(client: FlaskClient, more: dict[str, object], wrong: list[str]) -> None:
    answer = client.post("/training", data=session(client, **more), headers=JSON)
    assert (answer.status_code, list(answer.get_json()["problems"])) == (422, wrong)
