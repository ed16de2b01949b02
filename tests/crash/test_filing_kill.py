"""A kiosk killed (SIGKILL) at random instants while it files: each file is whole or not there at all, and another try
with the same visit's secret makes it one file with the same receipt."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from controller.core.filings import Keep, Receipt
from controller.filing.care import FilingCare
from controller.runtime.clocks import SystemClock
from controller.store import journal
from controller.store.connection import Store
from tests.support.filed import office_in, submission

KILLS = 7
CHILD = """
import sys
from pathlib import Path
from controller.runtime.clocks import SystemClock
from tests.support.filed import office_in, submission
office, number = office_in(Path(sys.argv[1]), SystemClock()), int(sys.argv[2])
print("ready", flush=True)
while True:
    print(f"try {number}", flush=True)
    receipt = office.filing.submit(submission(number, photos=(bytes([number % 251]) * 300_000,) * 3))
    print(f"filed {number} {receipt.number} {receipt.token}", flush=True)
    number += 1
"""


def test_killed_at_any_instant(tmp_path: Path) -> None:
    office = office_in(tmp_path, SystemClock())
    sitting = office.opened()
    office.store.close()
    chance = random.Random(11)  # noqa: S311 - instants, no secret
    tried: set[int] = set()
    filed: dict[int, Receipt] = {}
    for kill in range(KILLS):
        command = [sys.executable, "-c", CHILD, str(tmp_path), str(1000 * kill)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        first = child.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.25))
        child.send_signal(signal.SIGKILL)
        for said in (first + child.stdout.read()).splitlines():
            what, number, *receipt = said.split(" ")
            if what == "try":
                tried.add(int(number))
            elif len(receipt) == 2 and len(receipt[1]) == 34:  # not cut by the kill
                filed[int(number)] = Receipt(*receipt)
        child.stdout.close()
        child.wait()

    assert office.store.complaint() == ""
    there = {}
    for line in office.desk.queue(sitting):
        assert not line.broken
        opened = office.desk.open(sitting, line.outline.id)
        photos = [office.desk.photo(sitting, line.outline.id, photo.place) for photo in opened.photos]
        assert [len(photo) for photo in photos] == [300_000] * 3
        there[opened.number] = line.outline.id
    assert {receipt.number for receipt in filed.values()} <= set(there), "what was said to be filed is there"
    assert len(there) <= len(tried) and len(tried) >= KILLS
    for visit in sorted(tried):  # every visit goes on, and tries again
        made = office.filing.submit(submission(visit, photos=(bytes([visit % 251]) * 300_000,) * 3))
        assert made == filed.get(visit, made)
        assert office.filing.state_of_token(made.token) is not None
    assert len(office.desk.queue(sitting)) == len(tried), "each once"

    station = Store(office.places.station_db)
    FilingCare(office.store, station, office.clock, Keep(30, 180, 90), lambda: True).hand_on()
    with station.read() as tx:
        told = [entry.subject for entry in journal.entries(tx, limit=10_000) if entry.detail.get("what") == "filed"]
    assert sorted(told) == sorted(f"file/{line.outline.id}" for line in office.desk.queue(sitting))
    station.close()
    office.store.close()


HAND_ON = """
import sys
from pathlib import Path
from controller.core.filings import Keep
from controller.core.journal import Kind
from controller.filing.care import FilingCare
from controller.runtime.clocks import SystemClock
from controller.store import filing_records
from controller.store.connection import Store
from tests.support.filed import office_in
office = office_in(Path(sys.argv[1]), SystemClock())
care = FilingCare(office.store, Store(office.places.station_db), office.clock, Keep(30, 180, 90), lambda: True)
print("ready", flush=True)
while True:
    with office.store.write() as tx:
        filing_records.tell(tx, office.clock.now(), Kind.FILE, "file/x", what="filed")
    care.hand_on()
    print("told", flush=True)
"""


def test_killed_while_the_journal_is_told_it_hears_of_each_change_once(tmp_path: Path) -> None:
    office = office_in(tmp_path, SystemClock())
    chance = random.Random(12)  # noqa: S311 - instants, no secret
    for _ in range(4):
        child = subprocess.Popen([sys.executable, "-c", HAND_ON, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        assert [child.stdout.readline() for _ in range(2)] == ["told\n"] * 2
        time.sleep(chance.uniform(0.0, 0.2))
        child.send_signal(signal.SIGKILL)
        child.stdout.close()
        child.wait()
    station = Store(office.places.station_db)
    FilingCare(office.store, station, office.clock, Keep(30, 180, 90), lambda: True).hand_on()
    with station.read() as tx, office.store.read() as outbox:
        told = outbox.execute("SELECT COUNT(*) FROM outbox").fetchone()[0]
        assert len(journal.entries(tx, limit=100_000)) == told > 4
    station.close()
    office.store.close()
