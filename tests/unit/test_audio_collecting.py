"""Old sound files go when they are too many; nothing that is needed ever does."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.preparing.collecting import YOUNG_S, Collector, Kept, surplus
from controller.core.announcements import Announcement, Draft
from controller.core.parts import Parts, RecordingPart
from controller.core.recordings import Brought
from controller.core.renditions import Prepared
from controller.runtime.clocks import FakeClock
from controller.runtime.config_tables import Policy
from controller.store import facts, journal, keeping, recordings, renditions, samples, signals
from tests.support.stations import START, Station, station_in
from tests.support.tones import queue_at

DAY = timedelta(days=1)

files = st.lists(
    st.builds(
        Kept, st.integers(0, 10**6).map(lambda n: Path(f"{n}")), st.just("0" * 64), st.integers(0, 10_000),
        st.floats(-1e6, 1e8), st.booleans(),
    ),
    max_size=30, unique_by=lambda file: file.path,
)  # fmt: skip


@given(files, st.integers(0, 100_000), st.integers(-100_000, 100_000))
def test_nothing_needed_or_young_goes_and_no_more_than_has_to(known: list[Kept], budget: int, missing: int) -> None:
    gone = surplus(known, budget, missing)
    assert all(not file.needed and file.age_s >= YOUNG_S for file in gone)
    assert len({file.path for file in gone}) == len(gone)
    left = [file for file in known if file not in gone]
    over = max(sum(file.bytes for file in known) - budget, missing)
    freed = sum(file.bytes for file in gone)
    may_go = [file for file in left if not file.needed and file.age_s >= YOUNG_S]
    assert freed >= over or not may_go  # enough, or all that could go
    assert not gone or sum(file.bytes for file in gone[:-1]) < over  # the last one was still too much
    assert all(file.age_s <= old.age_s for file in may_go for old in gone)  # the oldest first


# -- with a store and a disk

POLICY = Policy.model_construct(**{**Policy().model_dump(), "renditions_mb": 0, "disk_reserve_mb": 0})


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path)


class Files:
    """Files with names of their own, all written long ago."""

    def __init__(self, station: Station) -> None:
        self.station, self._count = station, 0
        self.clock = station.clock
        assert isinstance(self.clock, FakeClock)

    def name(self) -> str:
        self._count += 1
        return f"{self._count:064x}"

    def prepared(self) -> str:
        return self._written(self.station.places.rendition(sha256 := self.name()), sha256)

    def brought(self, name: str = "Tày") -> str:
        sha256 = self._written(self.station.places.sound(found := self.name()), found)
        with self.station.store.write() as tx:
            recordings.add(tx, self.clock.now(), Brought(sha256, "mp3", 3.0, 1000), name, "lan")
        return sha256

    def _written(self, path: Path, sha256: str) -> str:
        path.write_bytes(bytes(1000))
        old = START.timestamp() - 10 * 86_400
        os.utime(path, (old, old))
        return sha256

    def announcement(self, parts: Parts = (), text: str = "Mời bà con") -> tuple[Announcement, str]:
        """One that is ready, and its file."""
        draft = Draft("Họp", "" if parts else text, ("trung-tam",), parts=parts)
        saved = self.station.announcing.save(draft, (), "lan")
        sha256 = self.prepared()
        self.ready(f"{saved.id}/1", sha256)
        return saved, sha256

    def ready(self, ident: str, sha256: str) -> None:
        with self.station.store.write() as tx:
            renditions.ready(tx, self.clock.now(), ident, Prepared(sha256, 2.0, -16.0, -1.0, "quick"))

    def left(self) -> set[str]:
        places = self.station.places
        return {
            path.name.removesuffix(".wav") for folder in (places.renditions, places.sounds) for path in folder.iterdir()
        }

    def collect(self) -> int:
        return Collector(self.station.store, self.station.places, self.clock, POLICY).collect()


def test_of_every_announcement_in_use_the_newest_and_what_is_approved_stay(station: Station) -> None:
    known = Files(station)
    told, first = known.announcement()
    with station.store.write() as tx:
        renditions.want(tx, START, told.id, 1, anew=True)
        renditions.want(tx, START, told.id, 1, anew=True)
    second, third = known.prepared(), known.prepared()
    known.ready(f"{told.id}/1/2", second)
    known.ready(f"{told.id}/1/3", third)
    orphan = known.prepared()
    assert known.collect() == 2000
    assert known.left() == {first, third}  # the approved one, and the one that waits for approval
    assert orphan not in known.left()
    with station.store.read() as tx:
        assert [bool(row[0]) for row in tx.execute("SELECT collected_at FROM renditions ORDER BY number")] == [
            False, True, False,
        ]  # fmt: skip
    station.announcing.approve(told.id, third, "lan")
    known.collect()
    assert known.left() == {third}


def test_a_withdrawn_one_goes_unless_it_is_in_line_or_for_the_button(station: Station) -> None:
    known = Files(station)
    (gone, _), (lined_up, waits), (button, alarm) = (known.announcement() for _ in range(3))
    queue_at(station, lined_up, START + timedelta(minutes=1))
    with station.store.write() as tx:
        tx.execute("UPDATE announcements SET withdrawn_at = updated_at")
        facts.set_fact(tx, "contact/announcement", button.id)
    known.collect()
    assert known.left() == {waits, alarm}
    with station.store.read() as tx:
        assert keeping.lost(tx) == []
    station.announcing.restore(gone.id, "lan")
    with station.store.read() as tx:
        assert keeping.lost(tx) == [(gone.id, 1)]
        assert renditions.spoken(tx, gone.id) is None


def test_what_plays_stays_though_it_is_approved_no_longer(station: Station) -> None:
    known = Files(station)
    told, sha256 = known.announcement()
    (utterance,) = queue_at(station, told, START)
    with station.store.write() as tx:
        tx.execute("UPDATE utterances SET state = 'playing', sha256 = ? WHERE id = ?", (sha256, utterance.id))
        tx.execute("UPDATE announcements SET withdrawn_at = updated_at")
        tx.execute("UPDATE renditions SET approved_at = NULL")
    known.collect()
    assert known.left() == {sha256}


def test_signals_stay_and_samples_for_a_day(station: Station) -> None:
    known = Files(station)
    chime, sample = known.prepared(), known.prepared()
    with station.store.write() as tx:
        signals.put(tx, START, signals.Signal("opening", chime, "Trống", 2.0, "lan", START))
        samples.want(tx, START, "s1", "lời")
        samples.ready(tx, "s1", sample)
    known.collect()
    assert known.left() == {chime, sample}
    assert isinstance(known.clock, FakeClock)
    known.clock.tick(DAY.total_seconds() + 1)
    known.collect()
    assert known.left() == {chime}
    with station.store.read() as tx:
        assert samples.find(tx, "s1") is None


def test_a_recording_stays_with_its_announcement_and_a_month_longer(station: Station) -> None:
    known = Files(station)
    used, unused = known.brought(), known.brought("Cũ")
    told, _ = known.announcement((RecordingPart(used, "Tày"),))
    known.collect()
    assert used in known.left() and unused not in known.left()
    with station.store.read() as tx:
        assert [each.brought.sha256 for each in recordings.every(tx)] == [used]
        (line,) = journal.entries(tx, subject=f"recording/{unused}")[1:]
        assert line.detail == {"name": "Cũ", "by": "", "gone": True}
    station.announcing.withdraw(told.id, "lan")
    assert isinstance(known.clock, FakeClock)
    known.clock.tick(29 * DAY.total_seconds())
    known.collect()
    assert known.left() == {used}
    known.clock.tick(2 * DAY.total_seconds())
    known.collect()
    assert known.left() == set()


def test_the_young_and_the_strange_stay(station: Station) -> None:
    known = Files(station)
    young = known.prepared()
    os.utime(station.places.rendition(young), (START.timestamp(),) * 2)
    (station.places.renditions / "notes.txt").write_text("?")
    (station.places.renditions / ".preparing-x").mkdir()
    known.collect()
    assert known.left() == {young, "notes.txt", ".preparing-x"}


def test_within_the_budget_nothing_goes(station: Station) -> None:
    known = Files(station)
    known.prepared()
    assert Collector(station.store, station.places, known.clock, Policy(disk_reserve_mb=20)).collect() == 0
    assert len(known.left()) == 1
