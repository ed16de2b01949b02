"""Large bodies at the very server: kept on the disk for whoever is signed in, for nobody else, and never in memory."""

from __future__ import annotations

import http.client
import os
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from waitress.server import create_server

from controller.web.bodies import channel_for
from controller.web.context import SESSION_COOKIE
from controller.web.doors import FORM_BODY
from controller.web.recordings import UPLOAD_BODY, large_body_allowed
from tests.support.sounds import tone_wav
from tests.support.web_pages import Pages, pages_in, token


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


@pytest.fixture
def address(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(tempfile, "tempdir", str(pages.station.places.uploads))
    server = create_server(pages.app, host="127.0.0.1", port=0, threads=4, max_request_body_size=UPLOAD_BODY)
    server.channel_class = channel_for(partial(large_body_allowed, pages.app), 2 * FORM_BODY, SESSION_COOKIE)
    over = threading.Event()

    def turn() -> None:
        while not over.is_set():
            server.asyncore.loop(timeout=0.2, map=server._map, use_poll=True, count=1)

    thread = threading.Thread(target=turn, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.effective_port}"
    over.set()
    server.pull_trigger()
    thread.join(5)
    server.task_dispatcher.shutdown()
    server.asyncore.close_all(server._map)


def sent(address: str, path: str, size: int, headers: dict[str, str], body: Iterator[bytes] | bytes) -> tuple[int, str]:
    host = urlsplit(f"//{address}")
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=30)
    try:
        connection.putrequest("POST", path)
        for name, value in {"Content-Length": str(size), "Accept": "application/json", **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            for piece in (body,) if isinstance(body, bytes) else body:
                connection.send(piece)
        except OSError:
            pass  # it was refused while we were talking
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_who_is_signed_in_brings_a_large_file_and_a_stranger_none(pages: Pages, address: str) -> None:
    client = pages.signed_in()
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    mine = {"Cookie": f"{SESSION_COOKIE}={cookie.value}", "X-Loalang-Token": token(client)}
    large = tone_wav(60, rate=48_000)
    assert len(large) > 2 * FORM_BODY
    assert sent(address, "/recordings?name=a", len(large), mine, large)[0] == 200
    for path, headers in (
        ("/recordings", {}),
        ("/recordings", {"Cookie": f"{SESSION_COOKIE}=stolen"}),
        ("/announcements", mine),
        ("/recordings", mine | {"Cookie": "x=1; ; =, loalang"}),
    ):
        # nothing of the body is sent: it is refused by its head alone
        assert sent(address, path, len(large), headers, b"")[0] == 413, (path, headers)


def test_a_body_without_a_length_is_a_small_one(pages: Pages, address: str) -> None:
    client = pages.signed_in()
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    headers = {
        "Cookie": f"{SESSION_COOKIE}={cookie.value}", "X-Loalang-Token": token(client), "Transfer-Encoding": "chunked",
    }  # fmt: skip
    host, _, port = address.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    endless = (os.urandom(65_536) for _ in range(64))  # 4 MiB
    try:
        connection.request("POST", "/recordings", endless, headers, encode_chunked=True)
        status = connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        status = 413  # refused while we were talking
    finally:
        connection.close()
    assert status == 413
    assert not list(pages.station.places.sounds.iterdir())
