"""The station's clock: which of the kernel's it asks."""

from __future__ import annotations

import time

import pytest

from audio.listening.ear import Ear
from controller.runtime.clocks import SystemClock
from tests.support.processes import until

SUSPENDED_S = 3600.0


@pytest.fixture
def suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has been suspended for an hour since it was started: as the kernel then counts."""
    real = time.clock_gettime
    asleep = {time.CLOCK_BOOTTIME: SUSPENDED_S}
    monkeypatch.setattr(time, "clock_gettime", lambda which: real(which) + asleep.get(which, 0.0))


@pytest.mark.usefixtures("suspended")
def test_durations_count_on_while_the_machine_is_suspended() -> None:
    assert SystemClock().monotonic() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=2.0)
    assert SystemClock().monotonic() - time.monotonic() > SUSPENDED_S - 2.0


@pytest.mark.usefixtures("suspended")
def test_when_a_recording_began_is_told_by_the_station_s_clock() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    ear = Ear(["head", "-c", "16000", "/dev/zero"], 1.0, clock.monotonic)
    try:
        until(lambda: ear.written() == 16_000, what="half a second of samples")
        began = ear.began()
        assert began is not None
        assert before - 0.6 <= began <= clock.monotonic()
    finally:
        ear.close()
