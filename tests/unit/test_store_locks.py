"""Connections of one process keep their locks, whoever else opens and closes the database."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from controller.store import facts
from controller.store.connection import Store, StoreBusyError

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


def test_who_is_not_patient_does_not_wait_and_is_patient_again_after(tmp_path: Path) -> None:
    store, other = Store(tmp_path / "station.db"), Store(tmp_path / "station.db")
    began = time.monotonic()

    def try_it() -> None:
        with pytest.raises(StoreBusyError), other.write(patient=False):
            pass
        other.close()

    with store.write():
        asking = threading.Thread(target=try_it)
        asking.start()
        asking.join(4)
        assert time.monotonic() - began < 2.0
    with other.write(patient=False):
        pass
    store.close()
    other.close()
