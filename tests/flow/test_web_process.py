"""The real web process: it listens where it was told, answers, and leaves when asked."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

from controller.runtime.clocks import SystemClock
from controller.runtime.places import Places
from controller.store import users
from controller.store.connection import Store
from tests.support.processes import Process, until
from tests.support.stations import CONFIG
from tests.support.web_pages import BOARD


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str, host: str = "localhost") -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def listening(pid: int) -> set[int]:
    """The TCP ports on which a process listens (proc(5))."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = str(link.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports


def test_it_serves_on_its_port_only_and_ends_when_asked(tmp_path: Path) -> None:
    port = free_port()
    places = Places(tmp_path)
    places.make()
    config = CONFIG + BOARD + f'[web]\nhost = "127.0.0.1"\nport = {port}\n'
    places.config.write_text(config, encoding="utf-8")
    with Process("web", state=tmp_path) as web:

        def answers() -> bool:
            assert web.alive(), web.said()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(answers, 60, what="the page's port")
        status, headers, _ = get(port, "/")
        assert (status, headers["Location"]) == (303, "/first")
        assert "Server" not in headers
        assert get(port, "/first", "evil.example")[0] == 400
        status, _, text = get(port, "/first")
        assert status == 200 and "Chào mừng" in text
        assert listening(web.pid) == {port}

        store = Store(places.station_db)
        with store.write() as tx:
            users.add(tx, SystemClock().now(), "a", "A", "x", users.Role.ADMIN, "test")
        store.close()
        assert get(port, "/")[1]["Location"] == "/sign-in", "it sees what others write"
        lingering = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        lingering.request("GET", "/sign-in", headers={"Host": "localhost"})
        lingering.getresponse().read()  # a browser's connection that stays open
        assert web.end() == 0
        lingering.close()


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        places.config.write_text(CONFIG + f'[web]\nhost = "127.0.0.1"\nport = {port}\n', encoding="utf-8")
        with Process("web", state=tmp_path) as web:
            until(lambda: not web.alive(), 60, what="the end of the process")
            assert f"cannot serve on 127.0.0.1:{port}" in web.said()
            assert "Traceback" not in web.said()
