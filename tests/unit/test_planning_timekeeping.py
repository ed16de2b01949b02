"""The controller's loop, one turn at a time, on a fake clock with a real store and doorbell."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.utterances import UtteranceEvent
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.places import Places
from controller.store import announcements, facts, journal, utterances
from controller.store.connection import Store
from controller.timekeeping import Timekeeper
from tests.support.scheduling import START, ScheduledStation, daily, once

MINUTE = timedelta(minutes=1)


class Bench:
    """A timekeeper that a test turns by hand; `woken` counts what the boards were told."""

    def __init__(self, folder: Path, station: ScheduledStation) -> None:
        places = Places(folder)
        places.make()
        self.station = station
        self.doorway, self.bell = Doorway(places, "controller"), Doorbell(places)
        self.audio = Doorway(places, "audio-main")
        self.woken = 0
        self.home = True
        self.keeper = Timekeeper(
            station.planning, station.store, station.clock, self.bell, self.doorway, lambda _: self.home, self._wake,
            lambda: False,
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
    with bench.station.store.read() as tx:
        assert facts.fact(tx, "last_seen") == (START + MINUTE).isoformat()


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
