"""The alarm clock: real APScheduler, real threads, and clocks that a test sets."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from controller.runtime.clocks import FakeClock, SystemClock
from schedules.clockwork import Clockwork

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)
LIMIT_S = 30.0


@pytest.fixture
def fired() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def running(fired: queue.Queue[str]) -> Iterator[Clockwork]:
    clockwork = Clockwork(SystemClock(), fired.put, lambda _: None)
    clockwork.start()
    yield clockwork
    clockwork.stop()


def soon(milliseconds: int) -> datetime:
    return datetime.now(UTC) + timedelta(milliseconds=milliseconds)


def test_alarms_fire_in_order_and_once(running: Clockwork, fired: queue.Queue[str]) -> None:
    far = soon(3_600_000)
    running.set_alarms({"second": soon(120), "first": soon(40), "far": far})
    assert [fired.get(timeout=LIMIT_S) for _ in range(2)] == ["first", "second"]
    assert running.alarms() == {"far": far}
    assert fired.empty()


def test_an_alarm_whose_instant_has_passed_fires_all_the_same(running: Clockwork, fired: queue.Queue[str]) -> None:
    running.set_alarms({"late": soon(-86_400_000)})
    assert fired.get(timeout=LIMIT_S) == "late"


def test_only_what_differs_is_touched(running: Clockwork, fired: queue.Queue[str]) -> None:
    kept, far = soon(150), soon(3_600_000)
    running.set_alarms({"kept": kept, "moved": far, "dropped": far})
    running.set_alarms({"kept": kept, "moved": soon(100)})
    assert [fired.get(timeout=LIMIT_S) for _ in range(2)] == ["moved", "kept"]
    running.set_alarms({"kept": soon(30)})  # fired before; a new instant is a new alarm
    assert fired.get(timeout=LIMIT_S) == "kept"
    assert running.alarms() == {}


def test_it_leaves_no_thread_behind() -> None:
    import threading

    before = set(threading.enumerate())
    clockwork = Clockwork(SystemClock(), lambda _: None, lambda _: None)
    clockwork.start()
    clockwork.set_alarms({"far": soon(3_600_000)})
    clockwork.stop()
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 0.5, -0.5, 86_400.0 * 400])
def test_a_step_of_the_wall_clock_is_told_once(step_s: float) -> None:
    clock = FakeClock(NOON)
    steps: list[float] = []
    clockwork = Clockwork(clock, lambda _: None, steps.append)
    clock.tick(1)
    assert not clockwork.tick()
    clock.step(step_s)
    assert clockwork.tick()
    assert not clockwork.tick()
    assert steps == [pytest.approx(step_s, abs=1e-3)]


def test_time_that_merely_passes_or_drifts_is_no_step() -> None:
    clock = FakeClock(NOON)
    steps: list[float] = []
    clockwork = Clockwork(clock, lambda _: None, steps.append)
    for _ in range(100):
        clock.tick(1)
        clock.step(0.005)  # slewed, half a second in all
        assert not clockwork.tick()
    clock.tick(7200)  # the machine was busy elsewhere
    assert not clockwork.tick()
    assert steps == []


class InterruptedClock(FakeClock):
    """Something comes between the readings of the two clocks."""

    stall_s = 0.0

    def now(self) -> datetime:
        at = super().now()
        self.tick(self.stall_s)
        return at


def test_a_stall_between_two_readings_is_not_taken_for_a_step() -> None:
    clock = InterruptedClock(NOON)
    steps: list[float] = []
    clockwork = Clockwork(clock, lambda _: None, steps.append)
    clock.stall_s = 2.0
    assert not clockwork.tick()
    clock.stall_s = 0.0
    assert not clockwork.tick()
    clock.step(60)
    assert clockwork.tick()
    assert steps == [60.0]
