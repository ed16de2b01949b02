"""`loalang doctor, backup, restore` beside running processes."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from controller.runtime.doorbell import at_home
from controller.runtime.places import Places
from tests.support.processes import Process, loalang, until
from tests.support.scheduling import CONFIG


def station(folder: Path) -> int:
    """Write a configuration with a free port for the page; the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder.mkdir()
    Places(folder).make()
    (folder / "station.toml").write_text(f'{CONFIG}[web]\nhost = "127.0.0.1"\nport = {port}\n', encoding="utf-8")
    return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_doctor_knows_the_stations_own_page(tmp_path: Path) -> None:
    state = tmp_path / "state"
    port = station(state)
    with Process("web", state=state):
        until(lambda: answers(port), 60)
        found = {finding["name"]: finding for finding in json.loads(loalang("doctor", "--json", state=state).stdout)}
    assert found["web"] == {
        "name": "web", "state": "ok", "what": f"trang quản lý đang chạy ở cổng {port}", "what_to_do": "",
    }  # fmt: skip
    assert found["database"]["state"] == "ok"


def test_backup_while_it_runs_restore_when_it_does_not(tmp_path: Path) -> None:
    state, kept = tmp_path / "state", tmp_path / "kept.tar.gz"
    station(state)
    with Process("daemon", state=state) as daemon:
        until(lambda: at_home(Places(state), "controller"), 60)
        assert loalang("backup", str(kept), state=state).returncode == 0
        refused = loalang("restore", str(kept), state=state)
        assert (refused.returncode, "controller" in refused.stderr) == (2, True)
        assert daemon.end() == 0
    done = loalang("restore", str(kept), state=state)
    assert (done.returncode, done.stderr) == (0, "")
    with Process("daemon", state=state):
        until(lambda: at_home(Places(state), "controller"), 60)
    kept.write_bytes(kept.read_bytes()[:-100])
    broken = loalang("restore", str(kept), state=state)
    assert (broken.returncode, len(broken.stderr.splitlines())) == (2, 1)
