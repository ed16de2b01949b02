"""The controller's watch over its clock: what it finds, writes, rings and keeps. Real store, real files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.trust import Doubt, Stand, Trust
from controller.runtime import last_known
from controller.runtime.clocks import FakeClock
from controller.store import clock as clocks
from controller.store import facts, journal
from controller.timing.clock_trust import ClockWatch, finding, say_right
from tests.support.clocks import CHIP, Furnished
from tests.support.stations import CONFIG, START, Station, station_in

REQUIRED = CONFIG.replace('trust = "off"', 'trust = "required"')
HOUR, DAY = 3600.0, 86_400.0


class Bench:
    """A station whose clock is watched; `start` is a new controller process, in the same boot."""

    def __init__(self, folder: Path, config: str = REQUIRED) -> None:
        assert 'trust = "' in config
        self.station: Station = station_in(folder, config)
        assert isinstance(self.station.clock, FakeClock)
        self.clock = self.station.clock
        self.machine = Furnished(folder / "root")
        self.chip = ""
        self.start()

    def start(self) -> None:
        self.signs = self.machine.signs(self.clock, self.chip)
        places = self.station.places
        self.watch = ClockWatch(
            self.station.config, self.station.store, self.signs, self.station.bell, places.last_known
        )

    def power_cut(self, lasts_s: float, starts_at: datetime | None = None) -> None:
        """Off for so long; the clock then starts where it was, or at an instant."""
        self.watch.keep()
        off = self.clock.now()
        self.clock.tick(lasts_s)
        self.clock.step(((starts_at or off) - self.clock.now()).total_seconds())
        self.machine.boot(f"boot at {self.clock.monotonic()}")
        self.start()

    def look(self, after_s: float = 1.0) -> str:
        self.clock.tick(after_s)
        self.watch.look()
        with self.station.store.read() as tx:
            stand = clocks.stand(tx, self.signs.boot_id)
        assert (stand is not None and stand.believed) == self.watch.believed
        return stand.trust.value if stand else "nothing"

    def lines(self) -> list[dict[str, object]]:
        with self.station.store.read() as tx:
            return [entry.detail for entry in journal.entries(tx, subject="clock")]

    def faults(self) -> list[str]:
        with self.station.store.read() as tx:
            return [part.fault for part in facts.health(tx) if part.component == "clock"]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_healthy_start_is_known_at_the_first_look(bench: Bench) -> None:
    bench.machine.synchronise(START - timedelta(minutes=5))
    assert bench.watch.believed is False
    assert bench.watch.look() is True
    assert bench.watch.believed is True
    assert bench.lines() == [{"trust": "synchronised", "age_s": 300}]
    assert bench.station.bell.rung == [("audio-main", {}), ("kiosk", {})]
    assert [bench.look(0.9), bench.look(), bench.look()] == ["synchronised"] * 3
    assert len(bench.lines()) == 1


def test_after_a_power_cut_it_doubts_until_it_is_synchronised(bench: Bench) -> None:
    bench.machine.synchronise(START)
    bench.look()
    bench.power_cut(3 * HOUR)
    with bench.station.store.read() as tx:
        assert clocks.believed(tx, bench.signs.boot_id) is False, "what was known before the cut says nothing"
    assert bench.look() == "doubtful"
    assert bench.faults() == ["clock_doubtful"]
    bench.clock.step(3 * HOUR)
    bench.machine.synchronise(bench.clock.now())
    assert bench.look() == "synchronised"
    assert bench.faults() == [""]
    assert bench.lines() == [
        {"trust": "synchronised", "age_s": 1}, {"trust": "doubtful", "doubt": "start"}, {"fault": "clock_doubtful"},
        {"trust": "synchronised", "age_s": 1}, {"fault": "clock_doubtful"},
    ]  # fmt: skip


def test_without_the_network_it_is_held_and_its_age_counts_by_the_boot_clock(bench: Bench) -> None:
    bench.machine.synchronise(START)
    assert [bench.look(), bench.look(2 * HOUR), bench.look(DAY)] == ["synchronised", "held", "held"]
    with bench.station.store.read() as tx:
        stand = clocks.stand(tx, bench.signs.boot_id)
    assert stand and stand.age_s(bench.signs.uptime()) == pytest.approx(2 * HOUR + DAY + 1, abs=1)
    bench.machine.synchronise(bench.clock.now())
    assert bench.look() == "synchronised"


def test_a_step_that_nothing_explains_and_one_that_does(bench: Bench) -> None:
    bench.machine.synchronise(START)
    bench.look()
    bench.clock.step(-HOUR)
    assert bench.look() == "doubtful"
    bench.clock.step(HOUR)
    assert bench.look() == "synchronised", "it is back where it was right"
    bench.clock.step(HOUR)
    bench.machine.synchronise(bench.clock.now())
    assert bench.look() == "synchronised"
    assert [line.get("doubt") for line in bench.lines() if "trust" in line] == [None, "earlier", None]


def test_a_step_between_two_controllers_of_one_boot_is_noticed(bench: Bench) -> None:
    bench.machine.synchronise(START)
    bench.look()
    bench.clock.step(HOUR)
    bench.start()
    assert bench.look() == "doubtful"
    assert bench.lines()[-2:] == [{"trust": "doubtful", "doubt": "set"}, {"fault": "clock_doubtful"}]


def test_a_clock_set_back_before_anybody_looked_is_noticed_by_the_file(bench: Bench) -> None:
    bench.machine.synchronise(START + timedelta(hours=1))
    assert bench.look() == "doubtful"
    assert bench.lines()[0] == {"trust": "doubtful", "doubt": "set"}
    bench.machine.synchronise(bench.clock.now())
    assert bench.look() == "synchronised"


def test_the_kernels_word_where_there_is_no_file(bench: Bench) -> None:
    bench.machine.kernel = True
    assert [bench.look(), bench.look(DAY)] == ["synchronised", "synchronised"]
    bench.machine.kernel = False
    assert [bench.look(), bench.look(3 * HOUR)] == ["synchronised", "held"]
    bench.clock.step(5)
    assert bench.look() == "doubtful"


def test_a_chip_is_believed_while_it_agrees(bench: Bench) -> None:
    bench.chip = CHIP
    bench.start()
    bench.machine.chip_says(bench.clock.now())
    assert bench.look() == "chip"
    bench.clock.step(HOUR)
    assert bench.look() == "doubtful"
    bench.machine.chip_says(bench.clock.now())
    assert bench.look() == "chip"
    bench.machine.chip_says(datetime(2000, 1, 1, tzinfo=UTC))
    assert bench.look() == "doubtful"


def test_an_officials_word_holds_for_this_boot_and_until_the_clock_is_set(bench: Bench) -> None:
    assert bench.look() == "doubtful"
    say_right(bench.station.store, bench.station.bell, bench.signs, "Cán bộ Văn thư")
    assert bench.station.bell.rung[-1] == ("controller", {})
    assert bench.look() == "confirmed"
    assert bench.lines()[2:] == [
        {"right": True, "by": "Cán bộ Văn thư"},
        {"trust": "confirmed", "said_by": "Cán bộ Văn thư", "age_s": 1},
        {"fault": "clock_doubtful"},
    ]
    bench.start()
    assert bench.look() == "confirmed"
    bench.clock.step(60)
    assert bench.look() == "doubtful"
    say_right(bench.station.store, bench.station.bell, bench.signs, "Cán bộ Văn thư")
    assert bench.look() == "confirmed"
    bench.power_cut(60)
    assert bench.look() == "doubtful"


def test_earlier_than_the_last_known_time_is_doubtful_whatever_the_chip_says(bench: Bench) -> None:
    bench.machine.synchronise(START)
    bench.look(HOUR)
    bench.chip = CHIP
    bench.power_cut(60, starts_at=START)
    bench.machine.chip_says(START + timedelta(minutes=2))
    assert bench.look(60) == "doubtful"
    assert bench.lines()[-2] == {"trust": "doubtful", "doubt": "earlier"}
    # who sees that time and says that it is right knows better
    say_right(bench.station.store, bench.station.bell, bench.signs, "Cán bộ Văn thư")
    assert bench.look() == "chip"
    assert bench.watch.last_known == bench.clock.now()
    # and a power cut in the next minute does not bring the later time back
    assert last_known.read(bench.station.places.last_known) == bench.clock.now()


def test_the_last_known_time_is_written_every_minute_and_at_the_end(bench: Bench) -> None:
    path = bench.station.places.last_known
    bench.machine.synchronise(START)
    seen = []
    for _ in range(5):
        bench.look(30)
        known = last_known.read(path)
        seen.append((known - START).total_seconds() if known else None)
    assert seen == [30, 30, 90, 90, 150]
    bench.look(10)
    bench.watch.keep()
    assert last_known.read(path) == START + timedelta(seconds=160)


def test_a_time_that_jumped_is_kept_at_once_for_a_power_cut_may_be_near(bench: Bench) -> None:
    path = bench.station.places.last_known
    assert (bench.look(), last_known.read(path)) == ("doubtful", None)
    bench.machine.synchronise(bench.clock.now())
    assert bench.look() == "synchronised"
    assert last_known.read(path) == bench.clock.now(), "the first that is known"
    kept = bench.clock.now()
    bench.look(20)
    assert last_known.read(path) == kept
    for step_s in (2 * HOUR, -HOUR, 1.5):
        bench.clock.step(step_s)
        bench.machine.synchronise(bench.clock.now())
        bench.look()
    assert last_known.read(path) == bench.clock.now() - timedelta(seconds=1 + 1.5), "the last was not worth it"


def test_the_last_known_time_while_the_clock_is_doubtful_grows_by_what_has_passed(bench: Bench) -> None:
    path = bench.station.places.last_known
    bench.look(100)
    bench.watch.keep()
    assert last_known.read(path) is None, "a clock that nothing ever vouched for is not taken at its word"
    last_known.write(path, START)
    bench.power_cut(0, starts_at=START + timedelta(days=3000))
    bench.look(100)
    bench.watch.keep()
    assert last_known.read(path) == START + timedelta(seconds=100)
    bench.clock.step(-2900 * DAY)  # still in the future, but less so: and now it is right
    bench.machine.synchronise(bench.clock.now())
    bench.look()
    bench.clock.step(-50 * DAY)
    bench.machine.synchronise(bench.clock.now())
    bench.look()
    bench.watch.keep()
    assert last_known.read(path) == bench.clock.now()


def test_what_cannot_be_kept_does_not_stop_the_watch(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.station.places.last_known.mkdir()
    bench.machine.synchronise(START)
    assert [bench.look(60) for _ in range(3)] == ["synchronised"] * 3
    assert [record.levelname for record in caplog.records if "last known time" in record.message] == ["WARNING"]


def test_where_nobody_asks_nothing_is_found_and_an_old_fault_is_over(tmp_path: Path) -> None:
    bench = Bench(tmp_path, CONFIG)
    with bench.station.store.write() as tx:
        facts.report(tx, START, "clock", "clock_doubtful")
    assert bench.watch.look() is True
    assert (bench.watch.believed, bench.faults()) == (True, [""])
    bench.clock.step(-HOUR)
    bench.clock.tick(1)
    assert (bench.watch.look(), bench.watch.believed) == (False, True)
    assert [line for line in bench.lines() if "trust" in line] == []
    assert bench.watch.last_known == START + timedelta(seconds=1)


def test_who_asks_is_told_what_was_found_or_else_what_the_signs_say(bench: Bench) -> None:
    config, store = bench.station.config, bench.station.store
    assert finding(config, None, bench.signs, None) == Stand("boot-1", Trust.DOUBTFUL, Doubt.START)
    bench.machine.synchronise(START)
    alone = finding(config, store, bench.signs, None)
    assert (alone.trust, alone.age_s(bench.signs.uptime())) == (Trust.SYNCHRONISED, 0.0)
    bench.machine.boot("boot-1")
    bench.look()
    say_right(store, bench.station.bell, bench.signs, "Cán bộ Văn thư")
    bench.look()
    asked = finding(config, store, bench.signs, None)
    assert (asked.trust, asked.by, asked.age_s(bench.signs.uptime())) == (Trust.CONFIRMED, "Cán bộ Văn thư", 1.0)


def test_a_doubt_that_cannot_be_written_down_still_makes_it_wait(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.machine.synchronise(START)
    bench.look()
    bench.clock.step(HOUR)
    bench.clock.tick(1)

    def full(*_: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr("controller.store.clock.facts.set_fact", full)
        with pytest.raises(OSError, match="no room"):
            bench.watch.look()
    assert bench.watch.believed is False
    assert bench.look() == "doubtful"
    assert bench.faults() == ["clock_doubtful"]
