"""The planner killed at random instants: every occurrence has one row and one line, the database is whole."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from controller.store import announcements, utterances
from controller.store.columns import instant
from controller.store.connection import Store
from tests.support.scheduling import START, ScheduledStation, daily

KILLS = 20
# plans on, hour by hour, from where the last one was killed; most of its time lies between BEGIN and COMMIT
CHILD = """
import sys
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from controller.planning import Planning
from controller.runtime.clocks import SystemClock
from controller.runtime.identifiers import NewIds
from tests.support.scheduling import ScheduledStation
station = ScheduledStation(Path(sys.argv[1]))
planning = Planning(station.store, NewIds(SystemClock()), station.config)
begin = datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
for hour in count():
    planning.plan_ahead(begin + timedelta(hours=hour))
"""


def test_twenty_kills(tmp_path: Path) -> None:
    station = ScheduledStation(tmp_path)
    station.announce(daily("06:00"), daily("19:30"), zones=["tren", "duoi"], late_s=3600)
    station.announce(daily("05:10"), zones=["duoi"], late_s=0)
    seed = time.time_ns() % 2**32
    print(f"seed {seed}")  # noqa: T201 - shown by pytest when the test fails
    chance = random.Random(seed)  # noqa: S311 - when to kill, not a secret
    for _ in range(KILLS):
        plan_and_be_killed(tmp_path, reached(station), chance.uniform(0.0, 0.05))
    end = reached(station) + timedelta(days=1)
    station.planning.plan_ahead(end)

    expected = sorted(
        (f"{due:%m-%d %H:%M:%S}", output)
        for day in range((end - START).days + 2)
        for hours, minutes, outputs in ((11, 0, "main far"), (0, 30, "main far"), (10, 10, "far"))
        if (due := START + timedelta(days=day, hours=hours, minutes=minutes)) <= end + timedelta(seconds=30)
        for output in outputs.split()
    )
    assert len(expected) > 100, "the children were killed before they did anything"
    assert sorted((due, output) for due, output, _ in station.rows()) == expected
    # a line for every output that has it in line, one for an occurrence that is missed
    with station.store.read() as tx:
        rows = utterances.between(tx, START, end + timedelta(days=1))
    assert len(station.lines("queued")) == len([row for row in rows if row.state == "queued"]) > 0
    missed = [due for _, due in station.lines("missed")]
    assert sorted(missed) == sorted({instant(row.due) for row in rows if row.state == "missed"}) != []
    station.store.close()
    whole(tmp_path / "station.db")


def reached(station: ScheduledStation) -> datetime:
    with station.store.read() as tx:
        return max(rule.planned_until for rule in announcements.rules(tx))


def plan_and_be_killed(folder: Path, begin: datetime, after_s: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), begin.isoformat()], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(after_s)
        assert child.poll() is None
        child.kill()


def whole(path: Path) -> None:
    Store(path).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
