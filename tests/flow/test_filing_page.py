"""The real page, an official and a resident's file: what was opened is sent from memory, and never lies on the disk."""

from __future__ import annotations

import http.client
import re
import socket
from pathlib import Path
from urllib.parse import urlencode

from controller.runtime.clocks import SystemClock
from controller.store import users
from controller.store.connection import Store
from controller.web.context import SESSION_COOKIE
from controller.web.passwords import Passwords
from tests.support.filed import NAME, PASSWORD, office_in, submission
from tests.support.processes import Process, until
from tests.support.stations import CONFIG

PHOTO = b"\xff\xd8" + b"a paper of somebody " * 95_000  # 1.9 MB: more than the server keeps of other answers


class Browser:
    def __init__(self, port: int, session: str) -> None:
        self._port, self._cookie = port, f"{SESSION_COOKIE}={session}"

    def connected(self) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # takes little at a time, as over a bad line
        slow.settimeout(20)
        slow.connect(("127.0.0.1", self._port))
        made.sock = slow
        return made

    def asked(self, path: str, **form: str) -> http.client.HTTPResponse:
        """The answer, of which nothing has been taken yet but its head."""
        connection, headers = self.connected(), {"Host": "localhost", "Cookie": self._cookie}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["Connection"] = "close"  # so that the answer owns its socket
        connection.request("POST" if form else "GET", path, urlencode(form), headers)
        return connection.getresponse()

    def text(self, path: str, **form: str) -> str:
        with self.asked(path, **form) as answer:
            assert answer.status in {200, 303}, (path, answer.status)
            return answer.read().decode()


def on_the_disk(pid: int, state: Path) -> list[str]:
    """Files without a name that a process has open under the state directory."""
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return [link for link in links if link.endswith("(deleted)") and link.startswith(str(state))]


def test_what_was_opened_never_lies_on_the_disk(tmp_path: Path) -> None:
    office = office_in(tmp_path, SystemClock())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    office.places.config.write_text(CONFIG + f'[web]\nhost = "127.0.0.1"\nport = {port}\n', encoding="utf-8")
    store, at = Store(office.places.station_db), SystemClock().now()
    with store.write() as tx:
        users.add(tx, at, "lan", "Lan", Passwords().encoded(PASSWORD), users.Role.ADMIN, "test")
        session = users.open_session(tx, at, "lan")
    store.close()
    with Process("web", state=tmp_path) as web:

        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(answers, 60, what="the page's port")
        browser = Browser(port, session)
        found = re.search(r'name="token" value="([^"]+)"', browser.text("/files"))
        assert found
        token = found[1]
        browser.text("/files/make", token=token, password=PASSWORD)
        office.filing.submit(submission(photos=(PHOTO,)))
        ident = office.desk.outlines()[0].id
        assert NAME in browser.text(f"/files/{ident}")
        for path, form in (
            (f"/files/{ident}/photo/2", {}),
            (f"/files/{ident}/export", {"token": token, "form": "json"}),
            (f"/files/{ident}/export", {"token": token, "form": "pdf"}),
        ):
            with browser.asked(path, **form) as answer:
                assert answer.status == 200
                assert on_the_disk(web.pid, tmp_path) == [], path
                taken = len(answer.read())
            assert taken >= (10_000 if form.get("form") == "pdf" else len(PHOTO)), "the PDF is without what is no photo"
        assert web.end() == 0
    assert NAME.encode() not in web.log.read_bytes()
    office.store.close()
