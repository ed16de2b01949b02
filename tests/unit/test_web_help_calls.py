"""Who goes to a resident that calls for help comes back to the page they were on, or to the one above it."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.store import kiosk_requests
from tests.support.web_pages import pages_in, token

CALL = "0123-call"


@pytest.mark.parametrize(
    ("came_from", "back_to"),
    [
        ("http://localhost/boards?x=1", "/boards"), ("http://localhost/files/id-1/move", "/files/id-1"),
        ("http://localhost/guides", "/guides"), ("http://localhost/no/such/page", "/"),
        ("http://localhost//evil.example/x", "/"), ("", "/"),
    ],
)  # fmt: skip
def test_back_to_a_page_that_there_is(tmp_path: Path, came_from: str, back_to: str) -> None:
    pages = pages_in(tmp_path)
    client = pages.signed_in()
    with pages.station.store.write() as tx:
        kiosk_requests.call(tx, pages.station.clock.now(), CALL)
    headers = {"Referer": came_from} if came_from else {}
    answer = client.post(f"/help/{CALL}/answer", data={"token": token(client)}, headers=headers)
    assert (answer.status_code, answer.location) == (303, back_to)
