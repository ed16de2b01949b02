"""Who may come in, from where, with what: the page's locks, each tried as an intruder would."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from controller.core.errors import StationError
from controller.store import journal
from controller.web.doors import SAFE, Who, door_of, known_host
from tests.support.web_pages import Pages, announcement, pages_in, token

VALUES = {"sha256_hex": "0" * 64, "place": "1"}  # of arguments that are no words
PUBLIC = {"static_file", "sign_in.first", "sign_in.sign_in", "sign_in.language", "feeds.feed"}


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


def path_of(pages: Pages, endpoint: str) -> str:
    rule = next(r for r in pages.app.url_map.iter_rules() if r.endpoint == endpoint)
    with pages.app.test_request_context():
        built = rule.build({name: VALUES.get(name, "x") for name in rule.arguments})
    assert built is not None
    return built[1]


def test_every_route_says_who_may_use_it_and_only_these_let_a_stranger_in(pages: Pages) -> None:
    pages.add_user()
    client = pages.client()
    endpoints = {rule.endpoint for rule in pages.app.url_map.iter_rules()}
    assert {e for e in endpoints if door_of(pages.app, e).who is Who.ANYONE} == PUBLIC
    for rule in pages.app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        path = path_of(pages, rule.endpoint)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = client.open(path, method=method, data={"token": token(client, "/sign-in")})
            refused = answer.status_code in {401, 403} or (
                answer.status_code == 303 and answer.location.startswith("/sign-in")
            )
            assert refused, f"{method} {path} let a stranger in: {answer.status_code}"


def test_a_route_without_a_door_stops_the_start(pages: Pages) -> None:
    pages.app.view_functions["open"] = lambda: "come in"
    with pytest.raises(StationError, match="'open' does not say who may use it"):
        door_of(pages.app, "open")


def test_nothing_changes_on_get_and_no_route_both_shows_and_changes(pages: Pages) -> None:
    client = pages.signed_in()
    client.post("/announcements", data=announcement(client))
    with pages.station.store.read() as tx:
        before = journal.newest(tx)
        ident = journal.entries(tx)[-1].subject.partition("/")[2]
    for rule in pages.app.url_map.iter_rules():
        both = (rule.methods or set()) - SAFE and "GET" in (rule.methods or set())
        assert not both or rule.endpoint in {"sign_in.first", "sign_in.sign_in"}, rule
        if "GET" in (rule.methods or set()):
            client.get(path_of(pages, rule.endpoint))
            client.get(path_of(pages, rule.endpoint).replace("/x", f"/{ident}") + "?text=a&page=home&withdrawn=a")
    with pages.station.store.read() as tx:
        assert journal.newest(tx) == before
    assert client.get("/").status_code == 200  # sign-out did not happen either


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("192.168.1.20:8080", True), ("192.168.1.20", True), ("[fe80::1]:8080", True), ("localhost:8080", True),
        ("loalang.local", True), ("LOALANG.local:80", True), ("loa.xa.example", True), ("evil.example", False),
        ("localhost.evil.example", False), ("xlocal", False), ("", False), ("192.168.1.20.evil.example", False),
        ("[::1", False), ("a@evil.example", False),
    ],
)  # fmt: skip
def test_only_this_stations_names_are_answered_to(host: str, known: bool) -> None:
    assert known_host(host, ("loa.xa.example",)) is known


def test_another_name_gets_400_even_for_a_picture_and_before_set_up(pages: Pages) -> None:
    client = pages.client()
    for path in ("/", "/first", "/static/page.css", "/api/state"):
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 400


def change(pages: Pages, headers: dict[str, str], with_token: bool = True) -> TestResponse:
    client = pages.signed_in()
    form = announcement(client)
    if not with_token:
        del form["token"]
    return client.post("/announcements", data=form, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "https://localhost"},
        {"Origin": "http://localhost:81"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    ],
)  # fmt: skip
def test_a_change_from_another_site_is_403(pages: Pages, headers: dict[str, str]) -> None:
    assert change(pages, headers).status_code == 403
    with pages.station.store.read() as tx:
        assert "created" not in [entry.kind for entry in journal.entries(tx)]


def test_the_same_change_from_our_own_page_is_taken(pages: Pages) -> None:
    assert change(pages, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_every_change_without_the_token_is_403(pages: Pages) -> None:
    client = pages.signed_in()
    with pages.station.store.read() as tx:
        before = journal.newest(tx)
    for rule in pages.app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and rule.endpoint != "sign_in.first":
            for data in ({}, {"token": ""}, {"token": "0" * 64}):
                answer = client.post(path_of(pages, rule.endpoint), data=data)
                assert answer.status_code == 403, f"{rule} took a change without its token"
    with pages.station.store.read() as tx:
        assert journal.newest(tx) == before


def test_one_sessions_token_is_nothing_to_another(pages: Pages) -> None:
    mine, other = pages.signed_in(), pages.signed_in()
    assert mine.post("/announcements", data=announcement(mine, token=token(other))).status_code == 403


def test_a_form_from_a_page_open_for_long_is_shown_again_with_everything_in_it(pages: Pages) -> None:
    client = pages.signed_in()
    answer = client.post("/announcements", data=announcement(client, token="old", title="Tìm trâu lạc"))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert 'value="Tìm trâu lạc"' in text
    assert "xin bấm lưu lần nữa" in text


def test_bodies_have_limits(pages: Pages) -> None:
    client = pages.signed_in()
    limits = {"/sign-out": 40_000, "/announcements": 1_200_000, "/sign-in": 1_200_000}
    for path, size in limits.items():
        answer = client.post(path, data={"token": token(client), "text": "a" * size})
        assert answer.status_code == 413, path


def test_headers_and_cookies(pages: Pages) -> None:
    client = pages.signed_in()
    for path in ("/", "/nowhere", "/static/page.css", "/api/state"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self';"), path
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
    assert client.get("/").headers["Cache-Control"] == "no-store"
    cookies = pages.client().get("/sign-in").headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie


def test_no_page_has_inline_script_or_style(pages: Pages) -> None:
    client = pages.signed_in()
    client.post("/announcements", data=announcement(client))
    for path in (
        "/",
        "/announcements",
        "/announcements/new",
        "/notices",
        "/notices/new",
        "/boards",
        "/desk",
        "/training",
        "/training/new",
        "/journal",
        "/schedule",
        "/calendar",
        "/nowhere",
    ):
        text = client.get(path).get_data(as_text=True)
        assert "<style" not in text and " style=" not in text and " onclick" not in text, path
        assert text.count("<script") == text.count('<script src="/static/') > 0, path


def test_first_load_is_small(pages: Pages) -> None:
    client = pages.signed_in()
    sizes = {}
    names = ("page", "editor", "sources", "samples", "dictionary", "boards", "notice")
    scripts = [f"/static/{name}.js" for name in names]
    for path in ("/", "/static/page.css", *scripts, "/static/icon.svg"):
        sizes[path] = len(client.get(path, headers={"Accept-Encoding": "gzip"}).get_data())
    assert sum(sizes[script] for script in scripts) <= 20_000
    assert sum(sizes.values()) <= 60_000, sizes


def test_what_a_script_remarks_on_itself_stays_at_home(pages: Pages) -> None:
    served = pages.client().get("/static/page.js").get_data(as_text=True)
    written = (resources.files("controller.web") / "static" / "page.js").read_text()
    assert "asks the station how things are" in written and "asks the station how things are" not in served
    assert [kept or None for kept in served.split("\n")] == [
        None if not line or line.lstrip().startswith("//") else line for line in written.split("\n")
    ]


def test_no_header_of_a_proxy_makes_anybody_somebody_else(pages: Pages) -> None:
    pages.add_user()
    client = pages.client()
    entry = {"token": token(client, "/sign-in"), "name": "van-thu", "password": "wrong wrong wrong"}
    for forged in range(5):
        answer = client.post(
            "/sign-in", data=entry, headers={"X-Forwarded-For": f"10.0.0.{forged}", "X-Real-IP": f"10.0.0.{forged}"}
        )
    assert answer.status_code == 429


def test_errors_are_pages_in_words_and_json_for_scripts(pages: Pages) -> None:
    client = pages.signed_in()
    assert "Không có trang này" in client.get("/nowhere").get_data(as_text=True)
    assert client.get("/api/nowhere").get_json() == {"problem": "Không có trang này, hoặc mục này đã được gỡ."}
    assert client.get("/announcements/unknown").status_code == 404
    assert client.get("/sign-out").status_code == 405
