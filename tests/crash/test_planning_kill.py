"""Planner and officials killed at random instants: every occurrence has one row and one line, the database is whole."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from controller.core.journal import Entry
from controller.store import announcements, journal, utterances
from controller.store.columns import instant
from controller.store.connection import Store
from controller.timing.outlook import calendar_of
from schedules.documents import rule_from
from schedules.planner import due_between
from tests.support.chances import chances
from tests.support.scheduling import START, ScheduledStation, daily

KILLS = 20
# plans on, hour by hour, from where the last one was killed; most of its time lies between BEGIN and COMMIT
CHILD = """
import sys
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from controller.timing.planning import Planning
from controller.runtime.clocks import SystemClock
from controller.runtime.identifiers import NewIds
from schedules.documents import rule_from
from schedules.planner import due_between
from tests.support.scheduling import ScheduledStation
station = ScheduledStation(Path(sys.argv[1]))
planning = Planning(station.store, NewIds(SystemClock()), station.config)
begin = datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
for hour in count():
    planning.plan_ahead(begin + timedelta(hours=hour))
    print("turned", flush=True)
"""
# lives on, seconds or hours at a time, while officials move, put back, leave out, reword and say what day it is
OFFICIALS = """
import random, sys
from datetime import datetime, timedelta
from pathlib import Path
from controller.announcing import Announcing, draft_of
from controller.core.days import DayType
from controller.core.errors import InputError, NotFoundError
from controller.timing.outlook import calendar_of
from controller.timing.planning import Planning
from controller.runtime.clocks import SystemClock
from controller.runtime.identifiers import NewIds
from controller.store import announcements, days
from dataclasses import replace
from schedules.documents import rule_from
from schedules.planner import due_between
from schedules.documents import rule_from
from schedules.planner import due_between
from tests.support.scheduling import ScheduledStation
station = ScheduledStation(Path(sys.argv[1]))
ids, tz, chance = NewIds(SystemClock()), station.config.site.tz, random.Random(sys.argv[3])
announcing = Announcing(station.store, station.bell, station.clock, ids, station.config)
planning = Planning(station.store, ids, station.config)
station.clock.step((datetime.fromisoformat(sys.argv[2]) - station.clock.now()).total_seconds())
print("ready", flush=True)
while True:
    now = station.clock.now()
    planning.plan_ahead(now)
    with station.store.read() as tx:
        stored, calendar = chance.choice(announcements.rules(tx)), calendar_of(tx)
        known = announcements.get(tx, stored.announcement_id)
    rule = rule_from(stored.document)
    try:
        match chance.randrange(5):
            case 0:
                due = due_between(rule, now, now + timedelta(days=3), tz, calendar)
                to = chance.choice([None, due[0] + timedelta(minutes=chance.randrange(-600, 600))])
                announcing.move_occurrence(stored.id, due[0], to, "x")
            case 1 if rule.changes:
                announcing.undo_move(stored.id, chance.choice(rule.changes).due.replace(tzinfo=tz), "x")
            case 2:
                draft = replace(draft_of(known), text=f"Mời bà con, {now}.")
                announcing.save(draft, [stored.document], "x", known.id)
            case 3:
                day = (now + timedelta(days=chance.randrange(1, 5))).astimezone(tz).date()
                with station.store.write() as tx:
                    days.say(tx, now, day, chance.choice(list(DayType)), "", "x")
    except (InputError, NotFoundError, IndexError):
        pass
    station.clock.tick(chance.choice([25, 3600, 10_800]))
    print("turned", flush=True)
"""


def test_twenty_kills(tmp_path: Path) -> None:
    station = ScheduledStation(tmp_path)
    station.announce(daily("06:00"), daily("19:30"), zones=["tren", "duoi"], late_s=3600)
    station.announce(daily("05:10"), zones=["duoi"], late_s=0)
    chance = chances(7)
    for _ in range(KILLS):
        live_and_be_killed(CHILD, tmp_path, reached(station), chance.randrange(30, 50), chance.uniform(0.0, 0.05))
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


def test_kills_while_officials_change_their_minds(tmp_path: Path) -> None:
    """A rule an announcement: what is reworded keeps its rule."""
    station = ScheduledStation(tmp_path)
    for rule in (daily("06:00"), {**daily("19:30"), "day_types": ["working", "weekend"]}, daily("19:31")):
        station.announce(rule, zones=["tren", "duoi"], late_s=3600)
    chance = chances(8)
    for _ in range(KILLS // 2):
        turns, after_s = chance.randrange(25, 45), chance.uniform(0.0, 0.4)
        live_and_be_killed(OFFICIALS, tmp_path, reached(station), turns, after_s, str(chance.random()))
    end = reached(station) + timedelta(days=1)
    station.planning.plan_ahead(end)

    with station.store.read() as tx:
        rows = utterances.between(tx, START, end + timedelta(days=1))
        calendar = calendar_of(tx)
        due = {
            (stored.id, at)
            for stored in announcements.rules(tx)
            for at in due_between(rule_from(stored.document), START, end, station.config.site.tz, calendar)
        }
    assert len(due) > 20, "the children were killed before they did anything"
    found = Counter((row.rule_id, row.due) for row in rows)
    # types of days are said for days to come only, and changes are refused for what is over: nothing is without a row
    assert [key for key in due if found[key] != 2] == []
    assert [row for row in rows if (row.rule_id, row.due) not in due] == []
    missed = Counter(entry.detail["due"] for entry in entries(station) if entry.kind == "missed")
    assert missed == Counter(instant(at) for _, at in {(r.rule_id, r.due) for r in rows if r.state == "missed"})
    station.store.close()
    whole(tmp_path / "station.db")


def entries(station: ScheduledStation) -> list[Entry]:
    with station.store.read() as tx:
        return journal.entries(tx, limit=100_000)


def reached(station: ScheduledStation) -> datetime:
    with station.store.read() as tx:
        return max(rule.planned_until for rule in announcements.rules(tx))


def live_and_be_killed(program: str, folder: Path, begin: datetime, turns: int, after_s: float, *more: str) -> None:
    """So long after so many turns: how quick the machine is decides nothing."""
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), begin.isoformat(), *more], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        for _ in range(turns):
            assert child.stdout.readline() == "turned\n"
        time.sleep(after_s)
        assert child.poll() is None
        child.kill()


def whole(path: Path) -> None:
    Store(path).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
