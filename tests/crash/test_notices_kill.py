"""An official's page killed at random instants while notices are put up, changed, ordered and given pictures: what a
board would show is what the journal says, and every picture that is known is whole."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from controller.core.journal import Kind
from controller.pictures.bringing import Picturing
from controller.runtime.clocks import SystemClock
from controller.store import journal, notices, pictures
from controller.store.columns import instant
from controller.store.connection import Store
from tests.support.stations import station_in

KILLS = 8
CHILD = """
import io, random, sys
from pathlib import Path
from PIL import Image
from controller.core.notice_drafts import NoticeDraft, draft_of
from controller.noticing import Noticing
from controller.pictures.bringing import Picturing
from controller.runtime.clocks import SystemClock
from controller.store import notices
from tests.support.stations import station_in
from dataclasses import replace
station, chance = station_in(Path(sys.argv[1]), clock=SystemClock()), random.Random(sys.argv[2])
noticing = Noticing(station.store, station.bell, station.clock, station.ids, station.config)
picturing = Picturing(station.store, station.places, station.clock, station.config.policy)
print("ready", flush=True)
while True:
    with station.store.read() as tx:
        live = notices.live(tx, station.clock.now())
    match chance.randrange(6) if live else 0:
        case 0:
            noticing.put_up(NoticeDraft(text=f"tin {chance.random()}"), "x")
        case 1:
            known = chance.choice(live)
            noticing.change(known.id, replace(draft_of(known), text=f"tin {chance.random()}"), "x")
        case 2 | 3:
            noticing.order("", chance.sample([each.id for each in live], len(live)), "x")
        case 4 if len(live) > 5:
            noticing.withdraw(chance.choice(live).id, "x")
        case 5:
            file = station.places.uploads / "brought"
            Image.new("RGB", (8, 8), tuple(chance.randbytes(3))).save(file, "PNG")
            picture = picturing.take(file, "hinh", "x")
            noticing.put_up(NoticeDraft(picture=picture.sha256), "x")
    print("done", flush=True)
"""


def test_killed_at_any_instant(tmp_path: Path) -> None:
    station = station_in(tmp_path, clock=SystemClock())
    station.store.close()
    chance = random.Random(5)  # noqa: S311 - instants, no secret
    for kill in range(KILLS):
        command = [sys.executable, "-c", CHILD, str(tmp_path), str(kill)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
            assert child.stdout
            assert child.stdout.readline() == b"ready\n"
            for _ in range(chance.randrange(4, 12)):
                assert child.stdout.readline() == b"done\n"
            time.sleep(chance.uniform(0.0, 0.1))
            child.send_signal(signal.SIGKILL)
        _is_whole(station.places.station_db, tmp_path / "notice-pictures")
    assert Picturing(station.store, station.places, station.clock, station.config.policy).collect() == 0
    with station.store.read() as tx:
        assert pictures.every(tx)
        assert len(journal.entries(tx)) > 2 * KILLS


def _is_whole(database: Path, folder: Path) -> None:
    store = Store(database)
    assert store.complaint() == ""
    with store.read() as tx:
        rows = tx.execute("SELECT * FROM notices").fetchall()
        lines = [entry for entry in journal.entries(tx, limit=10**6) if entry.kind is Kind.NOTICE]
        known = pictures.every(tx)
        live = notices.live(tx, SystemClock().now())
    store.close()
    texts: dict[str, object] = {}
    standing: set[str] = set()
    for line in lines:
        ident = line.subject.partition("/")[2]
        if "text" in line.detail:
            texts[ident] = line.detail["text"]
            (standing.discard if line.detail.get("withdrawn") else standing.add)(ident)
    assert {row["id"]: row["text"] for row in rows} == texts
    assert {notice.id for notice in live} == standing
    assert all(row["updated_at"] is None or row["updated_at"] >= row["created_at"] for row in rows)
    assert {row["picture"] for row in rows} - {""} <= {picture.sha256 for picture in known}
    for picture in known:
        content = (folder / f"{picture.sha256}.png").read_bytes()
        assert hashlib.sha256(content).hexdigest() == picture.sha256
    ordered = [entry for entry in lines if entry.detail.get("ordered")]
    newest = max((instant(entry.at) for entry in ordered), default="")
    numbers = [notice.order_no for notice in live if instant(notice.created_at) < newest]
    assert len(numbers) == len(set(numbers))  # an order is written whole or not at all
