"""A stranger's key in place of the desk's, as officials see it on the page; and what a thief with the page gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.filings import Keep
from controller.filing.care import FilingCare
from controller.filing.receiving import Filing
from controller.runtime import sealing
from controller.runtime.catalogues import load_words
from controller.store import filings, journal, users
from controller.web.passwords import Passwords
from tests.support.filed import NAME as RESIDENT
from tests.support.filed import cheap, submission
from tests.support.web_pages import PASSWORD, QUICK, Pages, pages_in, sign_in, token

OTHER = "mai"
WORDS = load_words("vi")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


def post(client: FlaskClient, path: str, status: int, **fields: object) -> str:
    answer = client.post(path, data={"token": token(client), **fields})
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def filed(pages: Pages) -> str:
    store = filings.opened(pages.station.places.filings_db)
    cheap(store)
    Filing(store, pages.station.bell, pages.station.clock, pages.station.ids, lambda: True).submit(submission())
    with store.read() as tx:
        return filings.every(tx)[-1].id


def a_thief_writes(pages: Pages, *statements: str) -> None:
    with filings.opened(pages.station.places.filings_db).write() as tx:
        for statement in statements:
            tx.execute(statement, (sealing.new_pair().public,) if "?" in statement else ())


def test_a_strangers_key_is_thrown_out_and_people_are_told(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", 200, password=PASSWORD)
    post(client, "/files/lock", 303)
    a_thief_writes(pages, "UPDATE desk_keys SET public = ?")
    post(client, "/files/unlock", 303, password=PASSWORD)
    filed(pages)
    assert RESIDENT in client.get("/files").get_data(as_text=True), "sealed to the desk's own again"
    care = FilingCare(filings.opened(pages.station.places.filings_db), pages.station.store, pages.station.clock,
                      Keep(30, 30, 30), lambda: True)  # fmt: skip
    care.hand_on()
    with pages.station.store.read() as tx:
        lines = [entry.detail["what"] for entry in journal.entries(tx) if entry.kind.value == "desk_key"]
    assert lines == ["made", "foreign", "unlocked"]
    assert "người lạ thay" in client.get("/journal").get_data(as_text=True)


def test_an_official_who_cannot_put_it_right_reads_what_to_do(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", 200, password=PASSWORD)
    post(client, "/files/lock", 303)
    a_thief_writes(
        pages,
        "UPDATE desk_keys SET retired_at = '2026'",
        "INSERT INTO desk_keys (id, public, made_at) VALUES ('evil', ?, '2026')",
        "UPDATE key_grants SET key_id = 'evil', sealed_private = zeroblob(80)",
    )
    said = post(client, "/files/unlock", 403, password=PASSWORD)
    assert WORDS("problem.file_key_foreign") in said
    assert WORDS("web.files.title") in client.get("/files").get_data(as_text=True)


def test_another_officials_session_opens_nothing_of_this_sitting(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", 200, password=PASSWORD)
    ident = filed(pages)
    with pages.station.store.write() as tx:
        encoded = Passwords(QUICK).encoded(PASSWORD)
        users.add(tx, pages.station.clock.now(), OTHER, "Cán bộ Mai", encoded, users.Role.EDITOR, "test")
    other = pages.client()
    assert sign_in(other, OTHER).status_code == 303
    looks = [
        "/files",
        "/files?ended=1",
        f"/files/{ident}",
        f"/files/{ident}/photo/2",
        f"/files/{ident}/photo/2/small",
        "/files/people",
    ]
    for path in looks:
        assert RESIDENT not in other.get(path).get_data(as_text=True), path
        assert RESIDENT not in pages.client().get(path, follow_redirects=True).get_data(as_text=True), path
    for form in ("json", "pdf"):
        answer = other.post(f"/files/{ident}/export", data={"token": token(other), "form": form})
        assert RESIDENT.encode() not in answer.get_data() and b"%PDF" not in answer.get_data()


def test_everything_of_a_file_is_kept_nowhere_by_browsers_and_gone_with_the_sitting(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", 200, password=PASSWORD)
    ident = filed(pages)
    looks = ["/files", f"/files/{ident}", f"/files/{ident}/photo/2", "/files/people"]
    for path in looks:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), path
    for form in ("json", "pdf"):
        answer = client.post(f"/files/{ident}/export", data={"token": token(client), "form": form})
        assert answer.headers["Cache-Control"] == "no-store"
    post(client, "/files/lock", 303)
    for path in looks:
        answer = client.get(path)
        assert RESIDENT not in answer.get_data(as_text=True) and answer.mimetype == "text/html", path
    export = client.post(f"/files/{ident}/export", data={"token": token(client), "form": "pdf"})
    assert export.mimetype == "text/html" and RESIDENT not in export.get_data(as_text=True)


def test_a_form_of_another_site_or_without_its_token_does_nothing(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", 200, password=PASSWORD)
    ident = filed(pages)
    right = token(client)
    for headers, fields in (
        ({}, {}),
        ({}, {"token": "0" * 64}),
        ({"Origin": "http://evil.example"}, {"token": right}),
        ({"Sec-Fetch-Site": "cross-site"}, {"token": right}),
    ):
        for path in ("export", "delete", "move", "note"):
            answer = client.post(
                f"/files/{ident}/{path}", headers=headers,
                data={"form": "json", "why": "asked", "sure": "yes", "note": "x", "seen": 1, "to": 2, **fields},
            )  # fmt: skip
            assert answer.status_code == 403, (path, headers, fields)
    assert RESIDENT in client.get("/files").get_data(as_text=True)


def test_a_session_that_a_thief_has_laid_out_beforehand_is_not_taken_up(pages: Pages) -> None:
    """Session fixation: the cookie that the browser came with is nobody's after the sign-in."""
    pages.add_user()
    client = pages.client()
    client.set_cookie("loalang", "laid-out-by-a-thief", domain="localhost")
    assert sign_in(client).status_code == 303
    cookie = client.get_cookie("loalang", domain="localhost")
    assert cookie is not None and cookie.value != "laid-out-by-a-thief"
    assert cookie.http_only and cookie.same_site == "Strict"
    thief = pages.client()
    thief.set_cookie("loalang", "laid-out-by-a-thief", domain="localhost")
    assert thief.get("/files").status_code == 303
