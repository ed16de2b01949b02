"""How loud a zone is at what time: the steps of a day, over midnight, and where several zones hear the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest

from controller.core.errors import InputError, NotFoundError
from controller.core.journal import Kind
from controller.core.volumes import LEVELS, Setting, Step, Volumes, percent_of
from controller.sounding import STEPS_A_DAY, Sounding
from controller.store import journal, volumes
from tests.support.stations import Station, station_in

EVENING = Volumes(
    {"a": (Step(time(5), 0.0), Step(time(18), -6.0), Step(time(20, 30), -12.0)), "b": (Step(time(7), -3),)}
)


def test_each_step_holds_until_the_next_and_the_last_one_over_midnight() -> None:
    clocks = [time(0), time(4, 59), time(5), time(12), time(18), time(20, 29), time(20, 30), time(23, 59)]
    assert [EVENING.gain_db("a", clock) for clock in clocks] == [-12, -12, 0, 0, -6, -6, -12, -12]
    assert {EVENING.gain_db("b", clock) for clock in clocks} == {-3}
    assert {EVENING.gain_db("unknown", clock) for clock in clocks} == {0}


def test_where_several_zones_hear_the_same_the_softest_decides() -> None:
    assert EVENING.gain_for(("a", "b"), time(12)) == -3
    assert EVENING.gain_for(("a", "b"), time(19)) == -6
    assert EVENING.gain_for(("a", "unknown"), time(12)) == 0
    assert EVENING.gain_for((), time(12)) == 0


def test_a_gain_is_said_as_the_share_that_was_chosen() -> None:
    assert [percent_of(gain) for gain in LEVELS.values()] == list(LEVELS)
    assert percent_of(-5.9) == 50
    assert percent_of(-60) == 12


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path)


def sounding(station: Station) -> Sounding:
    return Sounding(station.store, station.bell, station.clock, station.config)


def setter(station: Station) -> Callable[[str, time, float | None], list[float | None]]:
    """Sets one step; gives what was there before, if that was another."""

    def sets(zone: str, clock: time, gain_db: float | None) -> list[float | None]:
        return [s.gain_db for s in sounding(station).set_volumes([Setting(zone, clock, gain_db)], "Cán bộ")]

    return sets


def test_an_official_sets_changes_and_takes_back(station: Station) -> None:
    sets = setter(station)
    assert sets("na-khau", time(18), -6.0) == [None]
    assert sets("na-khau", time(18), -12.0) == [-6.0]
    assert sets("na-khau", time(18), -12.0) == []  # nothing to do, nothing written
    assert sets("na-khau", time(5, 30), 0.0) == [None]
    with station.store.read() as tx:
        assert volumes.of_zones(tx) == Volumes({"na-khau": (Step(time(5, 30), 0.0), Step(time(18), -12.0))})
    assert sets("na-khau", time(18), None) == [-12.0]
    assert sets("na-khau", time(5, 30), None) == [0.0]
    with station.store.read() as tx:
        assert volumes.of_zones(tx) == Volumes({})
        lines = [entry.detail for entry in journal.entries(tx) if entry.kind is Kind.VOLUME]
    assert [(line["clock"], line["before_db"], line["gain_db"]) for line in lines] == [
        ("18:00", None, -6.0), ("18:00", -6.0, -12.0), ("05:30", None, 0.0), ("18:00", -12.0, None),
        ("05:30", 0.0, None),
    ]  # fmt: skip
    assert {whom for whom, _ in station.bell.rung} == {"audio-main", "controller", "kiosk"}


def test_what_cannot_be_is_refused(station: Station) -> None:
    sets = setter(station)
    with pytest.raises(NotFoundError):
        sets("nowhere", time(18), -6.0)
    with pytest.raises(InputError):
        sets("na-khau", time(18), 6.0)
    for hour in range(STEPS_A_DAY):
        sets("na-khau", time(hour), -6.0)
    with pytest.raises(InputError) as caught:
        sets("na-khau", time(23), -6.0)
    assert [p.code for p in caught.value.problems] == ["too_many_steps"]
    assert sets("na-khau", time(0), -3.0) == [-6.0], "one that is there can be changed"
