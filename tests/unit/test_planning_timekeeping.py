"""The controller's loop, one turn at a time, on a fake clock with a real store and doorbell."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from controller.core.days import DayType
from controller.core.utterances import UtteranceEvent
from controller.runtime import last_known
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.places import Places
from controller.store import announcements, connection, days, journal, utterances
from controller.store.connection import Store
from controller.timing.clock_trust import ClockWatch, say_right
from controller.timing.timekeeping import Timekeeper
from tests.support.clocks import Furnished
from tests.support.scheduling import CONFIG, START, ScheduledStation, daily, once

MINUTE = timedelta(minutes=1)


class Bench:
    """A timekeeper that a test turns by hand; `woken` counts what the boards were told."""

    def __init__(self, folder: Path, station: ScheduledStation) -> None:
        self.places = places = Places(folder)
        places.make()
        self.station = station
        self.doorway, self.bell = Doorway(places, "controller"), Doorbell(places)
        self.audio = Doorway(places, "audio-main")
        self.woken = 0
        self.home = True
        self.machine = Furnished(folder / "root")
        self.start()

    def start(self) -> None:
        """A new controller process."""
        station = self.station
        self.signs = self.machine.signs(station.clock)
        watch = ClockWatch(station.config, station.store, self.signs, self.bell, self.places.last_known)
        self.keeper = Timekeeper(
            station.planning, station.store, station.clock, self.bell, self.doorway, lambda _: self.home, self._wake,
            lambda: False, watch,
        )  # fmt: skip

    def _wake(self) -> None:
        self.woken += 1

    def turn(self) -> None:
        self.keeper.turn(0)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, ScheduledStation(tmp_path))
    yield made
    for part in (made.doorway, made.audio, made.bell):
        part.close()


def elsewhere(bench: Bench, *rules: dict[str, object]) -> None:
    """An announcement saved by another process, of which no ring arrived."""

    def save() -> None:
        bench.station.announce(*rules)
        bench.station.store.close()

    thread = threading.Thread(target=save)
    thread.start()
    thread.join()


def test_a_change_without_a_ring_is_seen_by_the_next_poll(bench: Bench) -> None:
    bench.turn()
    elsewhere(bench, once(START + timedelta(seconds=20)))
    bench.turn()
    assert bench.station.rows() == [("11-21 12:00:20", "main", "queued")]
    assert bench.audio.wait(1) == [{}]
    bench.turn()
    assert bench.audio.wait(0) == []


def test_a_ring_goes_on_to_the_boards(bench: Bench) -> None:
    bench.turn()
    assert bench.woken == 0
    bench.bell.ring("controller")
    bench.turn()
    assert bench.woken == 1


def test_even_if_no_alarm_ever_rang_it_is_planned_before_its_instant(bench: Bench) -> None:
    bench.station.announce(once(START + 10 * MINUTE))
    bench.turn()
    for _ in range(59):
        bench.station.clock.tick(10)
        bench.turn()
    assert bench.station.rows() == [("11-21 12:10:00", "main", "queued")]


def test_a_step_of_the_clock_is_journalled_and_replanned_at_once(bench: Bench) -> None:
    bench.station.announce(once(START + 50 * MINUTE))
    bench.turn()
    bench.station.clock.step(50 * 60 - 10)
    bench.turn()
    assert bench.station.rows() == [("11-21 12:50:00", "main", "queued")]
    bench.station.clock.step(-3600)
    bench.turn()
    with bench.station.store.read() as tx:
        steps = [e.detail for e in journal.entries(tx, subject="clock")]
    assert steps == [{"step_s": 2990.0}, {"step_s": -3600.0}]


def test_what_a_dead_output_left_is_written_off(bench: Bench) -> None:
    bench.station.announce(once(START + MINUTE), late_s=60)
    bench.station.clock.tick(60)
    bench.turn()
    bench.station.clock.tick(180)
    bench.turn()
    assert bench.station.rows() == [("11-21 12:01:00", "main", "queued")]
    bench.home = False
    bench.station.clock.tick(60)
    bench.turn()
    assert bench.station.rows() == [("11-21 12:01:00", "main", "missed")]


def test_the_time_is_noted(bench: Bench) -> None:
    bench.turn()
    bench.station.clock.tick(60)
    bench.turn()
    assert last_known.read(bench.places.last_known) == START + MINUTE


def test_a_store_that_fails_is_said_once_and_tried_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.station.announce(daily("19:01"))
    bench.turn()
    bench.station.clock.tick(50)
    monkeypatch.setattr("controller.store.connection.BUSY_TIMEOUT_S", 0.05)
    bench.station.store.close()
    other = Store(tmp_path / "station.db")
    with other.write():  # another process holds the database
        for _ in range(3):
            bench.bell.ring("controller")
            bench.turn()
    other.close()
    assert bench.station.rows() == []
    bench.turn()
    assert bench.station.rows() == [("11-21 12:01:00", "main", "queued")]
    said = [r.levelname for r in caplog.records if "cannot use the store" in r.message]
    assert said == ["WARNING", "INFO"]


def test_start_and_end_are_journalled_with_the_time_last_seen(bench: Bench) -> None:
    station = bench.station
    for _ in range(2):
        bench.start()
        bench.keeper.work(iter([False, True]).__next__, lambda: None)
        station.clock.tick(3600)
    with station.store.read() as tx:
        lines = [(e.kind.value, e.subject, e.detail) for e in journal.entries(tx)]
    assert lines == [
        ("started", "process/controller", {}),
        ("ended", "process/controller", {}),
        ("started", "process/controller", {"last_seen": START.isoformat()}),
        ("ended", "process/controller", {}),
    ]


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 315_576_000.0, -315_576_000.0])
def test_a_clock_that_was_set_and_set_right_again_plans_nothing_twice(bench: Bench, step_s: float) -> None:
    clock = bench.station.clock
    bench.station.announce(daily("19:01"))
    bench.turn()
    clock.tick(30)
    bench.turn()
    assert bench.station.rows() == [("11-21 12:01:00", "main", "queued")]
    for step in (step_s, -step_s):
        clock.step(step)
        clock.tick(1)
        with bench.station.store.write() as tx:  # what the output does with what seems to be long past
            for utterance in utterances.open_on(tx, "main"):
                if utterance.late_until < clock.now():
                    utterances.move(tx, clock.now(), utterance.id, UtteranceEvent.MISS, reason="late")
        bench.turn()
    clock.tick(10)
    bench.turn()
    with bench.station.store.read() as tx:
        steps = [e.detail["step_s"] for e in journal.entries(tx, subject="clock")]
        dues = [tuple(row) for row in tx.execute("SELECT rule_id, due, output FROM utterances")]
        (rule,) = announcements.rules(tx)
    assert steps == [step_s, -step_s]
    assert len(dues) == len(set(dues))
    assert bench.station.rows().count(("11-21 12:01:00", "main", "queued")) == 1
    assert rule.planned_until <= clock.now() + timedelta(seconds=31)


@pytest.fixture
def doubtful(tmp_path: Path) -> Iterator[Bench]:
    """A machine that has just started, and that nothing has synchronised."""
    config = CONFIG.replace('trust = "off"', 'trust = "required"')
    made = Bench(tmp_path, ScheduledStation(tmp_path, config=config))
    yield made
    for part in (made.doorway, made.audio, made.bell):
        part.close()


def test_while_the_clock_is_doubtful_nothing_is_put_in_line_and_nothing_missed(doubtful: Bench) -> None:
    doubtful.station.announce(daily("19:01"), once(START - MINUTE))
    for _ in range(40):
        doubtful.station.clock.tick(30)
        doubtful.bell.ring("controller")
        doubtful.turn()
    assert doubtful.station.rows() == []
    doubtful.home = False
    doubtful.turn()
    assert doubtful.station.lines("queued", "missed") == []
    assert doubtful.audio.wait(0) == [{}], "of the doubt itself"


def test_when_trust_returns_the_newest_within_its_window_is_put_in_line_and_the_others_missed_once(
    doubtful: Bench,
) -> None:
    clock = doubtful.station.clock
    doubtful.station.announce(daily("19:10"), late_s=900)
    doubtful.station.announce(once(START + 5 * MINUTE), once(START + 3 * MINUTE), late_s=60)
    doubtful.turn()
    clock.tick(1)
    clock.step(2 * 86_400 + 20 * 60)  # two days later, 19:20: the network is back
    doubtful.machine.synchronise(clock.now())
    doubtful.turn()
    planned = [
        ("11-21 12:03:00", "main", "missed"), ("11-21 12:05:00", "main", "missed"),
        ("11-21 12:10:00", "main", "missed"), ("11-22 12:10:00", "main", "missed"),
        ("11-23 12:10:00", "main", "queued"),
    ]  # fmt: skip
    assert doubtful.station.rows() == planned
    for _ in range(3):
        clock.tick(30)
        doubtful.turn()
    doubtful.start()
    doubtful.turn()
    assert doubtful.station.rows() == planned
    assert len(doubtful.station.lines("missed")) == 4


def test_an_officials_word_sets_the_schedule_going_at_the_next_ring(doubtful: Bench) -> None:
    doubtful.station.announce(once(START + timedelta(seconds=20)))
    doubtful.turn()
    assert doubtful.station.rows() == []
    say_right(doubtful.station.store, doubtful.bell, doubtful.signs, "Cán bộ Văn thư")
    doubtful.turn()
    assert doubtful.station.rows() == [("11-21 12:00:20", "main", "queued")]


def test_a_clock_set_by_hand_stops_the_schedule_at_once(doubtful: Bench) -> None:
    doubtful.machine.synchronise(START)
    doubtful.station.announce(once(START + 50 * MINUTE))
    doubtful.turn()
    doubtful.station.clock.step(50 * 60 - 10)
    doubtful.turn()
    assert doubtful.station.rows() == []
    doubtful.station.clock.step(-50 * 60 + 10)
    doubtful.station.clock.tick(50 * 60 - 10)
    doubtful.turn()
    assert doubtful.station.rows() == [("11-21 12:50:00", "main", "queued")]


@contextmanager
def locked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another process holds the database, for longer than anybody waits."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.0)
    bench.station.store.close()
    other = sqlite3.connect(bench.places.station_db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()
    bench.station.store.close()


def test_a_database_locked_over_an_instant_loses_and_doubles_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = bench.station
    station.announce(once(START + MINUTE), late_s=600)
    station.announce({**once(START + MINUTE), "late": "skip"}, zones=["duoi"])
    bench.turn()
    with locked(bench, monkeypatch):
        for _ in range(8):
            station.clock.tick(10)
            bench.turn()
        assert station.rows() == []
    bench.turn()
    bench.turn()
    assert sorted(station.rows()) == [("11-21 12:01:00", "far", "missed"), ("11-21 12:01:00", "main", "queued")]
    with station.store.read() as tx:
        (line,) = [entry for entry in journal.entries(tx) if entry.kind == "missed"]
    assert line.detail["reason"] == "could_not_plan", "station and clock were all right"


def test_a_changed_type_of_day_that_could_not_be_written_is_not_forgotten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """19:01 on Saturday 21/11 is in line; then the state works on that Saturday."""
    station = bench.station
    station.announce({**daily("19:01"), "day_types": ["weekend"]})
    station.clock.tick(35)
    bench.turn()
    with station.store.write() as tx:
        days.say(tx, station.clock.now(), date(2026, 11, 21), DayType.WORKING, "Làm bù", "Cán bộ")
    with locked(bench, monkeypatch):
        bench.bell.ring("controller")
        bench.turn()
        assert station.rows() == [("11-21 12:01:00", "main", "queued")]
    bench.turn()
    assert station.rows() == []


def test_the_watchdog_is_fed_while_a_long_outage_is_written_down(bench: Bench) -> None:
    bench.station.announce(daily("06:00"))
    bench.station.clock.tick(500 * 86_400)
    stops = iter([False, True])
    fed: list[int] = []
    bench.keeper.work(lambda: next(stops), lambda: fed.append(len(bench.station.lines("missed"))))
    assert fed == [200, 400, 500, 500]
