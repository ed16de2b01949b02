"""The controller as a real process tells a real mail server what was missed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.core.journal import Entry, Kind
from controller.runtime.places import Places
from controller.store import alarms, journal
from controller.store.columns import instant
from controller.store.connection import Store
from tests.support.mail_server import MailServer
from tests.support.processes import Process, until
from tests.support.stations import CONFIG

GATHERED_S = 20.0
TOLD_S = 30.0


@contextmanager
def controller_beside(server: MailServer, state: Path) -> Iterator[tuple[Process, Store]]:
    places = Places(state)
    places.make()
    email = (
        f'[notify.email]\nhost = "localhost"\nport = {server.port}\nsecurity = "none"\n'
        'sender = "loa@xa.example"\nto = ["truc-ban@xa.example"]\n'
    )
    places.config.write_text(CONFIG + email, encoding="utf-8")
    store = Store(places.station_db)
    with Process("daemon", state=state) as daemon:
        until(lambda: any(entry.kind is Kind.STARTED for entry in lines(store)))
        yield daemon, store
    store.close()


def lines(store: Store) -> list[Entry]:
    with store.read() as tx:
        return journal.entries(tx)


def open_alarms(store: Store) -> list[str]:
    with store.read() as tx:
        return [alarm.cause for alarm in alarms.open_alarms(tx)]


def miss(store: Store, title: str) -> None:
    now = datetime.now(UTC)
    with store.write() as tx:
        journal.write(
            tx, now, Kind.MISSED, f"utterance/{title}", title=title, due=instant(now), output="main", reason="late"
        )


@pytest.mark.timeout(90)
def test_from_the_missed_row_to_the_letter(tmp_path: Path) -> None:
    with MailServer() as server, controller_beside(server, tmp_path) as (daemon, store):
        begun = time.monotonic()
        miss(store, "Lịch tiêm chủng")
        until(lambda: open_alarms(store) == ["missed"], 5)
        banner_s = time.monotonic() - begun
        until(lambda: server.taken, TOLD_S + 5)
        told_s = time.monotonic() - begun
        assert banner_s < 5
        assert GATHERED_S - 1 < told_s < TOLD_S
        assert "không phát: Lịch tiêm chủng" in str(server.taken[0].mail["Subject"])
        until(lambda: any(entry.kind is Kind.TOLD for entry in lines(store)), 5)
        assert daemon.end() == 0
