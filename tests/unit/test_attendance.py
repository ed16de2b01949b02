"""Who is missed, when, and how often that is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from controller.attendance import MB, Attendance
from controller.core.errors import StationError
from controller.core.notices import BoardState
from controller.runtime.clocks import FakeClock
from controller.store import facts, journal, notices
from tests.support.stations import CONFIG, Station, station_in


@dataclass
class Bench:
    station: Station
    clock: FakeClock
    home: set[str] = field(default_factory=lambda: {"audio-main", "kiosk"})
    free: int = 5000 * MB

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        config, store = self.station.config, self.station.store
        self.attendance = Attendance(config, store, self.clock, lambda n: n in self.home, lambda: self.free)

    def look(self, times: int = 1) -> list[bool]:
        news = []
        for _ in range(times):
            news.append(self.attendance.look())
            self.clock.tick(3.0)
        return news

    def told(self) -> dict[str, str]:
        with self.station.store.read() as tx:
            return {health.component: health.fault for health in facts.health(tx)}

    def lines(self) -> list[tuple[str, str]]:
        with self.station.store.read() as tx:
            return [(entry.kind.value, entry.subject) for entry in journal.entries(tx)]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    station = station_in(tmp_path, CONFIG)
    assert isinstance(station.clock, FakeClock)
    return Bench(station, station.clock)


def test_all_at_home_is_said_once(bench: Bench) -> None:
    assert bench.look(3) == [True, False, False]
    assert bench.told() == {"audio/main": "", "kiosk": "", "disk": ""}
    assert bench.lines() == []


def test_who_is_gone_is_said_once_and_so_is_the_return(bench: Bench) -> None:
    bench.look(5)
    bench.home = set()
    assert bench.look(4) == [False, True, False, False]
    assert bench.told() == {"audio/main": "process_gone", "kiosk": "process_gone", "disk": ""}
    bench.home = {"audio-main", "kiosk"}
    assert bench.look(2) == [True, False]
    assert bench.lines() == [
        ("fault", "audio/main"), ("fault", "kiosk"), ("recovered", "audio/main"), ("recovered", "kiosk"),
    ]  # fmt: skip


def test_a_quick_restart_is_no_fault(bench: Bench) -> None:
    bench.look(5)
    bench.home = {"kiosk"}
    bench.look()
    bench.home = {"kiosk", "audio-main"}
    bench.look()
    assert bench.lines() == []


def test_at_the_start_the_others_are_given_time(bench: Bench) -> None:
    bench.home = set()
    assert bench.look(5) == [True, False, False, False, True]
    assert bench.told() == {"audio/main": "process_gone", "disk": ""}


def test_a_kiosk_that_was_never_there_is_not_missed_but_one_that_was_is(bench: Bench) -> None:
    bench.home = {"audio-main"}
    bench.look(8)
    assert "kiosk" not in bench.told()
    bench.home = {"audio-main", "kiosk"}
    bench.look()
    bench.home = {"audio-main"}
    bench.begin()  # the controller starts again
    bench.look(8)
    assert bench.told()["kiosk"] == "process_gone"


def test_little_room_is_said_before_there_is_none(bench: Bench) -> None:
    bench.look()
    bench.free = 199 * MB
    assert bench.look(2) == [True, False]
    bench.free = 210 * MB
    assert bench.look() == [False]
    bench.free = 230 * MB
    assert bench.look() == [True]
    with bench.station.store.read() as tx:
        (fault, _) = [e for e in journal.entries(tx) if e.subject == "disk"]
    assert fault.detail == {"fault": "disk_low", "free": "199"}


def test_what_could_not_be_written_is_written_at_the_next_look(bench: Bench) -> None:
    bench.look(5)
    bench.home = {"kiosk"}
    bench.look()
    bench.station.store.close()
    path = bench.station.places.station_db
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    with pytest.raises(StationError, match=r"station\.db"):
        bench.look()
    path.rmdir()
    path.with_suffix(".away").rename(path)
    bench.clock.tick(3.0)
    bench.look()
    assert bench.told()["audio/main"] == "process_gone"


SCREEN = '[[boards]]\nid = "sanh"\nname = "Sảnh"\ndriver = "screen"\n'


def test_a_display_whose_process_is_gone_is_down_until_it_says_otherwise(tmp_path: Path) -> None:
    station = station_in(tmp_path, CONFIG + SCREEN)
    assert isinstance(station.clock, FakeClock)
    bench = Bench(station, station.clock)

    def known() -> list[tuple[str, str]]:
        with station.store.read() as tx:
            return [(board.state.value, board.detail) for board in notices.boards(tx)]

    bench.home = {"audio-main", "kiosk", "screen-sanh"}
    bench.look(5)
    assert known() == [], "it speaks for itself"
    with station.store.write() as tx:
        notices.report_board(tx, station.clock.now(), "sanh", BoardState.SENT, "Họp", None)
    bench.home.discard("screen-sanh")
    assert bench.look(3) == [False, True, False]
    assert known() == [("down", "process_gone")]
    bench.begin()  # the controller starts again
    bench.look(6)
    with station.store.write() as tx:
        notices.report_board(tx, station.clock.now(), "sanh", BoardState.SENT, "Họp", None)
    bench.home.add("screen-sanh")
    bench.look(2)
    assert known() == [("sent", "")]
    subjects = [line for line in bench.lines() if line[1] == "board/sanh"]
    assert subjects == [
        ("shown", "board/sanh"),
        ("fault", "board/sanh"),
        ("recovered", "board/sanh"),
        ("shown", "board/sanh"),
    ]
    assert bench.told() == {"audio/main": "", "kiosk": "", "disk": ""}
