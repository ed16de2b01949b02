"""First sign-in, sign-in with growing delays, and sessions that end when they should."""

from __future__ import annotations

import statistics
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from controller.core.journal import Kind
from controller.runtime.clocks import FakeClock
from controller.runtime.page_key import PageKey
from controller.runtime.sealing import Cost
from controller.store import journal, users
from controller.walling import encoded_password
from controller.web.context import SESSION_COOKIE
from controller.web.passwords import Passwords
from tests.support.stations import CONFIG
from tests.support.web_pages import (
    FULL_NAME,
    HOST,
    NAME,
    PASSWORD,
    QUICK,
    Pages,
    announcement,
    pages_in,
    sign_in,
    token,
    token_of,
)  # fmt: skip

WRONG = "wrong wrong wrong"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


def code_of(pages: Pages) -> str:
    with pages.station.store.write() as tx:
        return users.new_setup_code(tx, pages.station.clock.now(), 1800)


def first(client: FlaskClient, code: str, **more: str) -> TestResponse:
    entry = {"code": code, "name": "chu-tich", "full_name": "Người phụ trách", "password": PASSWORD}
    return client.post("/first", data={"token": token(client, "/first"), **entry, **more})


def test_before_there_is_a_user_every_address_leads_to_the_first_sign_in(pages: Pages) -> None:
    client = pages.client()
    for path in ("/", "/sign-in", "/announcements", "/api/state", "/renditions/" + "0" * 64 + ".wav"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, "/first"), path
    assert client.post("/sign-in", data={"token": token(client, "/first")}).status_code == 403
    assert client.get("/first").status_code == 200


def test_the_code_makes_the_first_user_who_is_signed_in_and_the_page_is_gone(pages: Pages) -> None:
    client, code = pages.client(), code_of(pages)
    answer = first(client, code.lower().replace("-", " "))
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200
    with pages.station.store.read() as tx:
        assert [(u.name, u.full_name, u.role) for u in users.everyone(tx)] == [("chu-tich", "Người phụ trách", "admin")]
    other = pages.client()
    assert other.get("/first").location == "/sign-in"
    assert first_without_page(other, code).status_code == 303  # to the sign-in: nobody is added
    with pages.station.store.read() as tx:
        assert len(users.everyone(tx)) == 1


def first_without_page(client: FlaskClient, code: str) -> TestResponse:
    entry = {"token": token(client, "/sign-in"), "code": code, "name": "second", "full_name": "B", "password": PASSWORD}
    return client.post("/first", data=entry)


def test_a_code_is_good_for_thirty_minutes_once_and_only_the_newest(pages: Pages) -> None:
    with pages.station.store.write() as tx:
        at = pages.clock().now()
        old, new = users.new_setup_code(tx, at), users.new_setup_code(tx, at)
        assert not users.setup_code_is_good(tx, at, old)
        assert users.setup_code_is_good(tx, at, new)
        pages.clock().tick(30 * 60 - 1)
        assert users.setup_code_is_good(tx, pages.clock().now(), new)
        pages.clock().tick(1)
        assert not users.setup_code_is_good(tx, pages.clock().now(), new)
        assert not users.use_setup_code(tx, pages.clock().now(), new)
        assert users.use_setup_code(tx, at, new)
        assert not users.use_setup_code(tx, at, new)


def test_a_slip_in_the_form_does_not_use_up_the_code_nor_lose_what_was_typed(pages: Pages) -> None:
    client, code = pages.client(), code_of(pages)
    answer = first(client, code, password="ngắn", name="Chủ tịch")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "cần ít nhất 15" in text and "chữ thường không dấu" in text
    assert code in text and "Người phụ trách" in text and "ngắn" not in text.replace("ngắn gọn", "")
    assert first(client, code).status_code == 303


def test_guessing_codes_makes_one_wait(pages: Pages) -> None:
    client = pages.client()
    codes = [first(client, f"AAAA-AAAA-AAA{n}").status_code for n in range(4)]
    assert codes == [403, 403, 403, 429]
    assert first(client, code_of(pages)).status_code == 429  # even the right one, until the time is over
    pages.clock().tick(2)
    assert first(client, code_of(pages)).status_code == 303


def test_the_station_lists_no_secret_in_plain(pages: Pages) -> None:
    code, client = code_of(pages), pages.signed_in()
    cookie = client.get_cookie(SESSION_COOKIE, domain=HOST)
    assert cookie is not None
    dump = "\n".join(pages.station.store._connection().iterdump())  # everything that lies on the disk
    for secret in (code, code.replace("-", ""), PASSWORD, cookie.value, "$argon2"):
        assert secret not in dump
    assert users.LOCKED in dump


def test_a_password_of_cheaper_days_is_encoded_anew_at_the_next_sign_in(pages: Pages) -> None:
    pages.add_user()
    with pages.station.store.write() as tx:
        tx.execute("UPDATE users SET password = ?", (Passwords(Cost(1, 8)).encoded(PASSWORD),))
    first_in = pages.client()
    assert sign_in(first_in, NAME, WRONG).status_code == 403
    pages.clock().tick(1000)
    encoded = []
    for _ in range(2):
        assert sign_in(pages.client()).status_code == 303
        with pages.station.store.read() as tx:
            encoded.append(users.get(tx, NAME).password)
    assert encoded[0] == encoded[1], "once"
    opened = encoded_password(PageKey(pages.station.places.page_key), NAME, encoded[0])
    assert opened and opened.startswith(f"$argon2id$v=19$m={QUICK.memory_kib},")


def test_unknown_wrong_and_disabled_are_answered_alike(pages: Pages) -> None:
    pages.add_user()
    with pages.station.store.write() as tx:
        at = pages.station.clock.now()
        users.add(tx, at, "nghi-viec", "Đã nghỉ", users.get(tx, NAME).password, users.Role.EDITOR, "test")
        users.disable(tx, at, "nghi-viec", "test")
    answers = []
    for name, password in ((NAME, WRONG), ("nobody", PASSWORD), ("nghi-viec", PASSWORD)):
        answer = sign_in(pages.client(), name, password)
        pages.clock().tick(1000)
        text = answer.get_data(as_text=True).replace(name, "NAME")
        answers.append((answer.status_code, text.replace(token_of(answer), "TOKEN")))
    assert answers[0][0] == 403
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in answers[0][1]
    assert answers[1:] == answers[:1] * 2


def test_unknown_and_wrong_take_the_same_time(tmp_path: Path) -> None:
    pages = pages_in(tmp_path, cost=Cost(2, 19 * 1024))
    pages.add_user()
    client = pages.client()
    entry = {"token": token(client, "/sign-in"), "password": WRONG}
    took: dict[str, list[float]] = {NAME: [], "nobody": []}
    for _ in range(7):
        for name, seconds in took.items():
            pages.clock().tick(2000)
            begin = time.perf_counter()
            assert client.post("/sign-in", data={**entry, "name": name}).status_code == 403
            seconds.append(time.perf_counter() - begin)
    known, unknown = (statistics.median(seconds) for seconds in took.values())
    assert 0.4 < known / unknown < 2.5, took  # without the hash it would be twenty times faster


def test_delays_grow_hold_for_the_account_and_the_address_and_survive_a_restart(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    pages.add_user()
    far = {"REMOTE_ADDR": "192.168.1.77"}

    def attempt(pages: Pages, name: str, address: dict[str, str], password: str = WRONG) -> int:
        client = pages.client()
        entry = {"token": token(client, "/sign-in"), "name": name, "password": password}
        return client.post("/sign-in", data=entry, environ_overrides=address).status_code

    codes = []
    for wait in (0, 0, 0, 2, 4, 8, 16):
        pages.clock().tick(wait)
        codes.append(attempt(pages, NAME, far))
    assert codes == [403] * 7
    assert attempt(pages, NAME, far, PASSWORD) == 429
    assert attempt(pages, "someone-else", far) == 429, "the address waits"
    assert attempt(pages, NAME, {"REMOTE_ADDR": "192.168.1.78"}, PASSWORD) == 429, "the account waits"
    assert attempt(pages, "someone-else", {"REMOTE_ADDR": "192.168.1.79"}) == 403, "others do not"

    again = pages_in(tmp_path, CONFIG, FakeClock(pages.clock().now()))
    assert attempt(again, NAME, far, PASSWORD) == 429
    again.clock().tick(4)
    assert attempt(again, NAME, {"REMOTE_ADDR": "127.0.0.1"}, PASSWORD) == 303, "never the station's own screen"
    assert attempt(again, NAME, far, PASSWORD) == 429
    again.clock().tick(32)
    assert attempt(again, NAME, far, PASSWORD) == 303


def test_guesses_at_one_moment_are_no_more_than_guesses_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All six are let in before the first of them has failed; the right one is the last."""
    pages = pages_in(tmp_path)
    pages.add_user()
    clients = [pages.client() for _ in range(6)]
    entries = [{"token": token(client, "/sign-in"), "name": NAME} for client in clients]
    inside, turns = threading.Barrier(6), [threading.Event() for _ in range(7)]
    right = Passwords.right

    def all_at_once(checks: Passwords, encoded: str | None, password: str) -> bool:
        inside.wait(20)
        assert turns[int(password[-1]) if password[-1].isdigit() else 5].wait(20)
        return right(checks, encoded, password)

    monkeypatch.setattr(Passwords, "right", all_at_once)
    codes: dict[int, int] = {}

    def guess(number: int) -> None:
        password = PASSWORD if number == 5 else f"{WRONG} {number}"
        codes[number] = clients[number].post("/sign-in", data={**entries[number], "password": password}).status_code
        turns[number + 1].set()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    turns[0].set()
    for thread in threads:
        thread.join(30)
    assert codes == {0: 403, 1: 403, 2: 403, 3: 429, 4: 429, 5: 429}


def test_the_longest_wait_and_a_clock_set_back(pages: Pages) -> None:
    assert [users.delay_s(n, 900) for n in (0, 2, 3, 4, 11, 12, 10_000)] == [0, 0, 2, 4, 512, 900, 900]
    with pages.station.store.write() as tx:
        at = pages.clock().now()
        for _ in range(20):
            users.failed(tx, at, ["user/x"], "x", "10.0.0.1")
        assert users.wait_s(tx, at, {"user/x": 900.0}) == 900
        pages.clock().step(-1_000_000)
        assert users.wait_s(tx, pages.clock().now(), {"user/x": 900.0}) == 0


def test_neighbours_of_one_ipv6_line_wait_together(pages: Pages) -> None:
    pages.add_user()
    client = pages.client()
    entry = {"token": token(client, "/sign-in"), "name": "x", "password": WRONG}
    codes = [
        client.post("/sign-in", data={**entry, "name": f"x{n}"}, environ_overrides={"REMOTE_ADDR": f"2001:db8::{n}"})
        for n in range(4)
    ]
    assert [answer.status_code for answer in codes] == [403, 403, 403, 429]


def test_sign_in_rotates_the_token_and_sign_out_ends_it(pages: Pages) -> None:
    client = pages.signed_in()
    before = client.get_cookie(SESSION_COOKIE, domain=HOST)
    assert before is not None
    form = token(client)
    client.post("/sign-in", data={"token": form, "name": NAME, "password": PASSWORD})
    after = client.get_cookie(SESSION_COOKIE, domain=HOST)
    assert after is not None and after.value != before.value

    thief = pages.client()
    thief.set_cookie(SESSION_COOKIE, before.value, domain=HOST)
    assert thief.get("/").status_code == 303
    thief.set_cookie(SESSION_COOKIE, after.value, domain=HOST)
    assert thief.get("/").status_code == 200
    client.post("/sign-out", data={"token": token(client)})
    assert client.get("/").status_code == 303
    assert thief.get("/").status_code == 303


def test_a_session_ends_when_nobody_uses_it_though_its_page_still_asks(pages: Pages) -> None:
    client = pages.signed_in()
    for _ in range(5):
        pages.clock().tick(4 * 3600)
        assert client.get("/").status_code == 200
    for _ in range(2):
        pages.clock().tick(5 * 3600)
        assert client.get("/api/state").status_code == 200
    pages.clock().tick(3 * 3600)
    assert client.get("/api/state").status_code == 401
    assert client.get("/").location == "/sign-in"


def test_a_disabled_user_and_a_new_password_end_the_sessions(pages: Pages) -> None:
    one, two = pages.signed_in(), pages.signed_in()
    with pages.station.store.write() as tx:
        users.set_password(tx, pages.clock().now(), NAME, users.get(tx, NAME).password, "test")
    assert [c.get("/").status_code for c in (one, two)] == [303, 303]
    three = pages.signed_in()
    with pages.station.store.write() as tx:
        users.disable(tx, pages.clock().now(), NAME, "test")
    assert three.get("/").status_code == 303
    assert sign_in(pages.client()).status_code == 403


def test_what_was_written_when_the_session_ended_is_there_after_the_sign_in(pages: Pages) -> None:
    client = pages.signed_in()
    form = announcement(client, title="Tìm trâu lạc <b>", text="Con trâu\nđực “to”.", when="daily", times="19:30")
    pages.clock().tick(13 * 3600)
    asked = client.post("/announcements", data=form)
    assert asked.status_code == 401
    text = asked.get_data(as_text=True)
    assert "nội dung vừa viết vẫn còn nguyên" in text

    hidden: dict[str, str] = {}

    class Reader(HTMLParser):  # as a browser would read the hidden fields
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = dict(attrs)
            if tag == "input" and values.get("type") == "hidden":
                hidden[values["name"] or ""] = values.get("value") or ""

    Reader().feed(text.split('id="sign-in"')[1])
    answer = client.post("/sign-in", data={**hidden, "name": NAME, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/announcements/new")
    shown = client.get("/announcements/new").get_data(as_text=True)
    assert 'value="Tìm trâu lạc &lt;b&gt;"' in shown and "Con trâu\nđực “to”." in shown and 'value="19:30"' in shown
    assert "Tìm trâu lạc" not in client.get("/announcements/new").get_data(as_text=True), "it is shown once"


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/journal?day=2026-11-21", "/journal?day=2026-11-21"), ("//evil.example", "/"), ("http://evil.example", "/"),
        ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)  # fmt: skip
def test_sign_in_leads_back_to_this_station_only(pages: Pages, to: str, leads: str) -> None:
    pages.add_user()
    assert sign_in(pages.client(), to=to).location == leads


def test_the_journal_says_who_came_and_who_was_refused_but_no_typed_name(pages: Pages) -> None:
    pages.add_user()
    client = pages.client()
    sign_in(client, "My Password Is Here", "x")
    sign_in(client)
    client.post("/sign-out", data={"token": token(client)})
    with pages.station.store.read() as tx:
        told = [(e.kind, e.subject) for e in journal.entries(tx)]
    assert told == [
        (Kind.USER, f"user/{NAME}"), (Kind.REFUSED, "user/?"), (Kind.SIGNED_IN, f"user/{NAME}"),
        (Kind.SIGNED_OUT, f"user/{NAME}"),
    ]  # fmt: skip


def test_the_language_is_kept_for_the_browser_and_for_the_user(pages: Pages) -> None:
    client = pages.signed_in()
    assert "Trang chủ" in client.get("/").get_data(as_text=True)
    client.post("/language", data={"token": token(client), "language": "en", "to": "/"})
    assert '<html lang="en">' in client.get("/").get_data(as_text=True)
    assert '<html lang="en">' in pages.signed_in().get("/").get_data(as_text=True)
    assert FULL_NAME in client.get("/").get_data(as_text=True)
