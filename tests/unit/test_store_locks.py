"""Connections of one process keep their locks, whoever else opens and closes the database."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from controller.store import facts
from controller.store.connection import Store

STRANGER = """
import pathlib, sys
from controller.store import facts
from controller.store.connection import Store
store = Store(pathlib.Path(sys.argv[1]))
with store.write() as tx:
    facts.set_fact(tx, "from", "stranger")
store.close()
"""


def test_another_process_that_leaves_does_not_take_the_wal_from_under_us(tmp_path: Path) -> None:
    path = tmp_path / "station.db"
    store = Store(path)
    wal = (tmp_path / "station.db-wal").stat().st_ino

    def look_and_leave() -> None:
        store.version()
        store.close()

    other = threading.Thread(target=look_and_leave)
    other.start()
    other.join()
    subprocess.run([sys.executable, "-c", STRANGER, str(path)], check=True)
    assert (tmp_path / "station.db-wal").stat().st_ino == wal
    with store.read() as tx:
        assert facts.fact(tx, "from") == "stranger"
    store.close()
