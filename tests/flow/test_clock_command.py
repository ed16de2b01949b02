"""`loalang clock`: what it says, an official's word through it, and the clock set forward. Never the real clock."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from controller.cli import main
from controller.core.trust import Doubt, Stand, Trust
from controller.runtime import last_known
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.places import Places
from controller.store import clock as clocks
from controller.store import journal
from controller.store.connection import Store
from tests.support.scheduling import CONFIG

REQUIRED = CONFIG.replace('trust = "off"', 'trust = "required"')


@pytest.fixture(autouse=True)
def was_set(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float]]:
    """In place of this machine's clock."""
    calls = list[tuple[int, float]]()
    monkeypatch.setattr(time, "clock_settime", lambda which, at: calls.append((which, at)))
    return calls


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "state")
    made.make()
    made.config.write_text(REQUIRED, encoding="utf-8")
    Store(made.station_db).close()
    return made


def call(places: Places, *words: str) -> Result:
    result = CliRunner().invoke(main, ["clock", *words, "--state", str(places.state)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def signs() -> ClockSigns:
    return ClockSigns(lambda: datetime.now(UTC))


def found(places: Places, stand: Stand) -> None:
    store = Store(places.station_db)
    with store.write() as tx:
        clocks.keep(tx, stand)
    store.close()


def test_it_says_the_time_and_why_it_is_believed(places: Places) -> None:
    here = signs()
    found(places, Stand(here.boot_id, Trust.HELD, since=here.uptime() - 3 * 3600 - 5))
    result = call(places)
    assert (result.exit_code, result.stdout.partition("): ")[2]) == (0, "giữ giờ từ lần chỉnh 3 giờ trước\n")
    last_known.write(places.last_known, datetime(2026, 11, 21, 7, 5, tzinfo=UTC))
    told = json.loads(call(places, "--json").stdout)
    now = datetime.fromisoformat(told.pop("now"))
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=10)
    assert now.utcoffset() == timedelta(hours=7)
    assert told.pop("age_s") == pytest.approx(3 * 3600 + 5, abs=10)
    assert told == {"trust": "held", "last_known": "2026-11-21T14:05:00.000+07:00"}


def test_before_the_controller_has_looked_and_on_trial(places: Places) -> None:
    found(places, Stand("another boot", Trust.SYNCHRONISED))
    places.last_known.unlink(missing_ok=True)
    assert json.loads(call(places, "--json").stdout)["trust"] in {"doubtful", "synchronised", "held"}
    places.config.write_text(CONFIG, encoding="utf-8")
    told = json.loads(call(places, "--json").stdout)
    assert (told["trust"], told["age_s"], told["last_known"]) == ("off", None, None)


def test_an_officials_word(places: Places) -> None:
    here = signs()
    found(places, Stand(here.boot_id, Trust.DOUBTFUL, Doubt.START))
    result = call(places, "--right")
    assert result.exit_code == 0, result.stderr
    store = Store(places.station_db)
    with store.read() as tx:
        word, (line,) = clocks.word(tx, here.boot_id), journal.entries(tx)
    store.close()
    assert word and word.mark.since(here.mark()).holds
    assert (line.kind, line.subject, line.detail) == ("clock", "clock", {"right": True, "by": word.by})
    assert word.by


def test_the_clock_is_set_forward_even_with_a_broken_configuration(
    places: Places, was_set: list[tuple[int, float]]
) -> None:
    places.config.write_text("nonsense = [", encoding="utf-8")
    assert call(places, "--restore").exit_code == 0
    last_known.write(places.last_known, datetime.now(UTC) - timedelta(hours=1))
    assert (call(places, "--restore").exit_code, was_set) == (0, [])
    later = datetime.now(UTC) + timedelta(hours=1)
    last_known.write(places.last_known, later)
    result = call(places, "--restore")
    assert (result.exit_code, was_set) == (0, [(time.CLOCK_REALTIME, later.timestamp())])
    assert "set forward" in result.stdout


def test_where_the_clock_may_not_be_set_it_is_a_fault_in_one_line(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(time, "clock_settime", refused)
    last_known.write(places.last_known, datetime.now(UTC) + timedelta(hours=1))
    result = call(places, "--restore")
    assert (result.exit_code, result.stderr) == (1, "cannot set the clock: Operation not permitted\n")


def test_two_things_at_once_are_refused(places: Places) -> None:
    assert call(places, "--restore", "--right").exit_code == 2


def test_there_has_to_be_a_station_for_a_word(tmp_path: Path) -> None:
    nowhere = Places(tmp_path)
    nowhere.config.write_text(REQUIRED, encoding="utf-8")
    assert call(nowhere, "--right").exit_code == 2
    assert call(nowhere).exit_code == 0
