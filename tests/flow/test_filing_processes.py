"""Residents' files and the real controller: the town's journal hears of each once, through a kill, and what is over
goes by itself."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.filings import FileState, Step
from controller.filing.receiving import Filing
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import facts, journal
from controller.store.columns import instant
from controller.store.connection import Store
from tests.support.filed import Office, office_in, submission
from tests.support.processes import Process, until
from tests.support.scheduling import CONFIG


@dataclass
class Town:
    office: Office
    station: Store
    kiosk: Filing
    bell: Doorbell

    def said(self) -> list[str]:
        """What was said of files and keys, in order."""
        with self.station.read() as tx:
            entries = journal.entries(tx, limit=10_000)
        return [str(each.detail.get("what")) for each in entries if each.kind in {"file", "desk_key"}]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    office, clock = office_in(tmp_path, SystemClock()), SystemClock()
    office.places.config.write_text(CONFIG, encoding="utf-8")
    bell = Doorbell(office.places)
    made = Town(office, Store(office.places.station_db), Filing(office.store, bell, clock, NewIds(clock)), bell)
    yield made
    bell.close()
    made.station.close()
    office.store.close()


def test_the_journal_hears_of_files_through_a_kill_of_the_controller(town: Town) -> None:
    sitting = town.office.opened()
    with Process("daemon", state=town.office.places.state) as daemon:
        until(lambda: town.said() == ["made"])
        town.kiosk.submit(submission(1))
        until(lambda: town.said() == ["made", "filed"])
        daemon.kill()
        town.kiosk.submit(submission(2))
        town.office.desk.open(sitting, town.office.desk.outlines()[0].id)
        assert town.said() == ["made", "filed"]
        daemon.start()
        until(lambda: town.said() == ["made", "filed", "filed", "opened"])
        assert daemon.end() == 0


def test_what_is_over_goes_by_itself(town: Town) -> None:
    sitting = town.office.opened()
    town.kiosk.submit(submission(1))
    (outline,) = town.office.desk.outlines()
    town.office.desk.move(sitting, outline.id, FileState.REGISTERED, Step(to=FileState.REFUSED, reason="sai nơi nộp"))
    with town.office.store.write() as tx:
        tx.execute("UPDATE files SET changed_at = ?", (instant(datetime.now(UTC) - timedelta(days=90)),))
    with Process("daemon", state=town.office.places.state) as daemon:

        def gone() -> bool:
            town.bell.ring("controller")
            return town.office.desk.counts() == {}

        until(gone, every_s=0.2)
        until(lambda: town.said() == ["made", "filed", "moved", "deleted"])
        assert daemon.end() == 0
    assert [(each.rule, each.by) for each in town.office.desk.deletions()] == [("refused", "loalang")]


def test_a_broken_database_of_files_stops_neither_page_nor_controller(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    places.config.write_text(CONFIG + f'[web]\nhost = "127.0.0.1"\nport = {port}\n', encoding="utf-8")
    places.filings_db.write_bytes(b"no database at all" * 400)

    def answer(path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status
        except ConnectionRefusedError:
            return 0
        finally:
            connection.close()

    with Process("web", state=tmp_path) as web, Process("daemon", state=tmp_path) as daemon:
        until(lambda: answer("/first") == 200)
        station = Store(places.station_db)

        def told() -> list[str]:
            with station.read() as tx:
                return [part.fault for part in facts.health(tx) if part.component == "filings"]

        until(lambda: told() == ["filings_unusable"])
        assert web.alive() and daemon.alive()
        station.close()
        assert (web.end(), daemon.end()) == (0, 0)
