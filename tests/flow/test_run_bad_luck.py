"""`loalang run` and its processes when the start is wrong, doubled or cut short."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from controller.core.errors import StationError
from controller.runtime.alone import alone
from controller.runtime.places import Places
from tests.support.fake_voices import alive
from tests.support.processes import Process, free_port, loalang, until
from tests.support.stalls import within
from tests.support.stations import CONFIG

pytestmark = pytest.mark.alone

QUIET = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
STARTED = "started, process "


def configured(folder: Path) -> Places:
    places = Places(folder)
    places.make()
    web = f'[web]\nhost = "127.0.0.1"\nport = {free_port()}\n'
    places.config.write_text(CONFIG + web, encoding="utf-8")
    return places


def pids(process: Process) -> list[int]:
    return [int(line.rsplit(" ", 1)[1]) for line in process.said().splitlines() if STARTED in line]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Places, Process]]:
    places = configured(tmp_path)
    with Process("run", state=tmp_path, variables=QUIET) as process:
        until(lambda: places.bell("kiosk").exists() and "the page is served" in process.said(), 90, what="the station")
        yield places, process


def test_alone_is_alone(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    refused = pytest.raises(StationError, match=f"web runs here already \\(process {os.getpid()}, ")
    with alone(places, "web"), alone(places, "kiosk"), refused, alone(places, "web"):
        pass
    with alone(places, "web"):
        pass


def test_a_second_one_of_anything_is_refused(running: tuple[Places, Process], tmp_path: Path) -> None:
    _, process = running
    for words, name in ((["audio", "main"], "audio-main"), (["daemon"], "controller"), (["run"], "run")):
        done = loalang(*words, state=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1].startswith(f"{name} runs here already (process ")
    assert process.alive()
    assert process.said().count(STARTED) == 4


def test_all_children_end_when_run_is_killed_and_the_next_run_waits_for_them(
    running: tuple[Places, Process],
) -> None:
    _, process = running
    children = pids(process)
    assert len(children) == 4
    assert all(map(alive, children))
    process.kill()
    process.start()
    with within(8.0):
        until(lambda: not any(map(alive, children)), what="the children to end by themselves")
    until(lambda: len(pids(process)) == 8, 60, what="the next ones")
    time.sleep(1.0)
    assert "ended with" not in process.said()


def test_two_interrupts_are_as_good_as_one(running: tuple[Places, Process]) -> None:
    _, process = running
    children = pids(process)
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.05)
    with within(5.0):
        assert process.interrupt(30) == 0
    assert not any(map(alive, children))


def test_a_wrong_start_is_said_in_a_line(tmp_path: Path) -> None:
    places = configured(tmp_path / "taken")
    port = int(places.config.read_text(encoding="utf-8").rsplit("port = ", 1)[1])
    with ExitStack() as stack:
        other = stack.enter_context(socket.socket())
        other.bind(("127.0.0.1", port))
        other.listen()
        done = loalang("run", state=places.state)
    assert (done.returncode, done.stderr) == (
        2,
        f"web.port: {port} on 127.0.0.1 cannot be used: Address already in use; choose another\n",
    )

    (tmp_path / "file").write_text("")
    done = loalang("run", state=tmp_path / "file" / "state")
    assert done.returncode == 1
    assert done.stderr == f"cannot make the state directory {tmp_path}/file/state: Not a directory\n"

    places.config.write_text('[[zones]]\nid = "Có"\n[[outputs]]\nnam = "x"\n[web]\nport = "a"\n', encoding="utf-8")
    done = loalang("run", state=places.state)
    assert done.returncode == 2
    assert [line.removeprefix(f"{places.config}:").split(":")[0] for line in done.stderr.splitlines()] == [
        "1", "2", "2", "3", "3", "4", "6",
    ]  # fmt: skip


def test_a_damaged_database_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    places = configured(tmp_path)
    places.station_db.write_bytes(b"SQLite, but not really" * 500)
    for words in (["run"], ["daemon"], ["web"]):
        done = loalang(*words, state=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "the database is damaged" in done.stderr.splitlines()[-1]
        assert "loalang restore FILE" in done.stderr.splitlines()[-1]
    assert places.station_db.read_bytes() == b"SQLite, but not really" * 500
