"""A screen's own user reads the station while others write it, and can write nothing of it: processes of the users that
systemd/sysusers.conf makes. What the unit's ReadOnlyPaths= forbids is forbidden by modes here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import IO

import pytest

from tests.support.installed import STATION, UNITS, USERS, Installed, install, living
from tests.support.others import reachable_folder

# The page, which alone may write here; each line that it is told becomes a notice.
PAGE = """
os.umask(0o027)
store = Store(places.station_db)
print("open", flush=True)
for number, line in enumerate(sys.stdin):
    now = SystemClock().now()
    with store.write() as tx:
        notices.add(tx, now, Notice(id=f"n{number}", text=line.strip(), level=Level.NORMAL, created_at=now,
            shown_from=now - timedelta(seconds=1), shown_until=now + timedelta(hours=1)), "test")
    print("added", flush=True)
store.close()
"""
SCREEN = """
store = Store(places.station_db, read_only=True)
news = News(Site(), 60, store, SystemClock())
reporter = Reporter(places, "screen-sanh", lambda: None)
for line in sys.stdin:
    texts = [notice.text for notice in news.known().notices]
    print(json.dumps(texts), flush=True)
    reporter.report(Status(BoardState.SENT, " ".join(texts)))
written = []
def tried(what, act):
    try:
        act()
        written.append(what)
    except (OSError, StationError, sqlite3.Error):
        pass
def row(path):
    sqlite3.connect(path, isolation_level=None).execute("CREATE TABLE x (y)")
def row_through_the_store():
    with Store(places.station_db).write() as tx:
        tx.execute("CREATE TABLE x (y)")
tried("a row", lambda: row(places.station_db))
tried("a row through the store", row_through_the_store)
for path in (places.station_db, *(places.state / f"station.db-{end}" for end in ("wal", "shm"))):
    tried(path.name, lambda: path.open("r+b"))
tried("an emergency", lambda: places.raised("x").write_bytes(b"{}"))
tried("the button's", lambda: places.prepared_alarm("main").write_bytes(b"{}"))
tried("a request", lambda: places.kiosk_request("0" * 8).write_bytes(b"{}"))
print(json.dumps(written))
"""
CONTROLLER = """
said = judged(read_of_others(places.report("screen-sanh"), 1000))
print(json.dumps([said.state, said.text]))
"""
MORE = """
from datetime import timedelta
from controller.boards.display.reports import Reporter, judged
from controller.boards.link import Status
from controller.boards.news import News
from controller.core.errors import StationError
from controller.core.levels import Level
from controller.core.notices import BoardState, Notice
from controller.runtime.clocks import SystemClock
from controller.runtime.config_tables import Site
from controller.runtime.files import read_of_others
from controller.store import notices
from controller.store.connection import Store
"""


@pytest.fixture
def station() -> Iterator[Installed]:
    with reachable_folder() as folder:
        made = install(folder / "pi", MORE)
        os.chown(made.places.state, USERS["loalang-web"], STATION)
        for path in (made.places.state, made.places.kiosk_requests):
            path.chmod(0o2750)
        yield made


def asked(process_in: IO[str] | None, process_out: IO[str] | None, line: str) -> str:
    assert process_in and process_out
    process_in.write(f"{line}\n")
    process_in.flush()
    return process_out.readline().strip()


def test_a_screen_sees_every_change_and_can_make_none(station: Installed) -> None:
    with (
        living(station.as_user("loalang-web", PAGE)) as page,
        living(station.as_user("loalang-screen", SCREEN)) as screen,
    ):
        assert page.stdout and page.stdout.readline() == "open\n"
        assert json.loads(asked(screen.stdin, screen.stdout, "look")) == []
        for number, text in enumerate(("Cúp nước", "Họp thôn"), 1):
            assert asked(page.stdin, page.stdout, text) == "added"
            assert len(json.loads(asked(screen.stdin, screen.stdout, "look"))) == number
        left = json.loads(station.done_by("loalang-controller", CONTROLLER))
        assert (left[0], sorted(left[1].split())) == ("sent", ["Cúp", "Họp", "nước", "thôn"])
        said, _ = screen.communicate(timeout=60)
        assert (json.loads(said), screen.returncode) == ([], 0)


def test_a_screen_that_is_there_before_the_database_waits_for_it(station: Installed) -> None:
    with living(station.as_user("loalang-screen", SCREEN)) as screen:
        assert json.loads(asked(screen.stdin, screen.stdout, "look")) == []
        with living(station.as_user("loalang-web", PAGE)) as page:
            assert page.stdout and page.stdout.readline() == "open\n"
            assert asked(page.stdin, page.stdout, "Cúp nước") == "added"
            assert json.loads(asked(screen.stdin, screen.stdout, "look")) == ["Cúp nước"]


@pytest.mark.parametrize("unit", ["loalang-screen@.service", "loalang-panel@.service", "loalang-kiosk.service"])
def test_what_shows_in_public_rooms_reads_the_station_only(unit: str) -> None:
    lines = (UNITS / unit).read_text(encoding="utf-8").splitlines()
    assert "ReadOnlyPaths=/var/lib/loalang" in lines
    written = {path for line in lines if line.startswith("ReadWritePaths=") for path in line.partition("=")[2].split()}
    own = {"/var/lib/loalang/filings", "/var/lib/loalang/kiosk-requests"} if "kiosk" in unit else set[str]()
    assert written == {"/run/loalang"} | own
