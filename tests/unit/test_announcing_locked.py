"""An emergency is asked for, again, and ended, while the database is held by somebody else."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from controller.core.errors import StationError
from controller.core.levels import Level
from controller.core.utterances import Utterance
from controller.store import connection, utterances
from controller.store.connection import Store
from tests.support.processes import until
from tests.support.stations import CONFIG, Station, station_in
from tests.support.tones import tone_announcement


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.3)
    return station_in(tmp_path)


def raised_ids(station: Station) -> list[object]:
    """What was rung for, in order."""
    return [
        emergency["id"] for _, message in station.bell.rung if isinstance(emergency := message.get("emergency"), dict)
    ]


def test_tapped_twice_at_once_it_is_raised_once(station: Station) -> None:
    alarm = tone_announcement(station, 0.1, level=Level.EMERGENCY)
    spoken: list[list[Utterance]] = []

    def tap() -> None:
        spoken.append(station.announcing.speak_now(alarm.id, "lan"))
        station.store.close()

    first = threading.Thread(target=tap)
    with Store(station.places.station_db).write():
        first.start()
        until(lambda: raised_ids(station), what="the ring")
        assert station.announcing.speak_now(alarm.id, "lan") == []
    first.join(30)
    assert raised_ids(station) == [one.id for (one,) in spoken]


def test_asked_for_again_while_it_cannot_be_written_it_stays_the_same(station: Station) -> None:
    alarm = tone_announcement(station, 0.1, level=Level.EMERGENCY)
    with Store(station.places.station_db).write():
        (first,) = station.announcing.speak_now(alarm.id, "lan")
        (second,) = station.announcing.speak_now(alarm.id, "lan")
    (third,) = station.announcing.speak_now(alarm.id, "lan")
    (fourth,) = station.announcing.speak_now(alarm.id, "lan")
    assert raised_ids(station) == [first.id, first.id, first.id, fourth.id]
    assert (second.id, third.id) == (first.id, first.id)
    assert fourth.id != first.id, "it has its row: whoever asks now wants it again"
    with station.store.read() as tx:
        assert [u.id for u in utterances.open_of(tx, alarm.id)] == [first.id, fourth.id]


def test_ended_it_falls_silent_before_that_is_written(station: Station) -> None:
    alarm = tone_announcement(station, 0.1, level=Level.EMERGENCY)
    (one,) = station.announcing.speak_now(alarm.id, "lan")
    station.bell.rung.clear()
    with Store(station.places.station_db).write(), pytest.raises(StationError):
        station.announcing.end(alarm.id, "lan")
    assert station.bell.rung == [("audio-main", {"stop": one.id, "by": "lan"})]


FAR = '[[outputs]]\nname = "far"\nzones = ["na-khau"]\ndevice = "wav"\n[policy]'


def test_stopped_it_falls_silent_on_every_output_before_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.3)
    config = CONFIG.replace('zones = ["trung-tam", "na-khau"]', 'zones = ["trung-tam"]').replace("[policy]", FAR)
    station = station_in(tmp_path, config)
    alarm = tone_announcement(station, 0.1, level=Level.EMERGENCY)
    far, main = sorted(station.announcing.speak_now(alarm.id, "lan"), key=lambda one: one.output)
    stops = [("audio-far", {"stop": far.id, "by": "lan"}), ("audio-main", {"stop": main.id, "by": "lan"})]
    station.bell.rung.clear()
    with Store(station.places.station_db).write(), pytest.raises(StationError):
        station.announcing.stop(main.id, "lan")
    assert station.bell.rung == stops
    station.bell.rung.clear()
    assert station.announcing.stop(far.id, "lan").id == far.id
    assert station.bell.rung == [*stops, ("audio-far", {}), ("audio-main", {})]
    with station.store.read() as tx:
        assert {one.stop_wanted_by for one in utterances.open_of(tx, alarm.id)} == {"lan"}


@pytest.mark.parametrize("how", ["stop", "end"])
def test_raised_again_right_after_it_was_stopped_it_is_another(station: Station, how: str) -> None:
    """Though it is the same tap, had nobody stopped it."""
    alarm = tone_announcement(station, 0.1, level=Level.EMERGENCY)
    with Store(station.places.station_db).write():
        (first,) = station.announcing.speak_now(alarm.id, "lan")
    with station.store.write() as tx:
        utterances.queue(tx, station.clock.now(), first)  # the audio process has, by now
    if how == "stop":
        station.announcing.stop(first.id, "hoa")
    else:
        station.announcing.end(alarm.id, "hoa")
        station.announcing.restore(alarm.id, "hoa")
    (second,) = station.announcing.speak_now(alarm.id, "lan")
    assert second.id != first.id
    assert raised_ids(station) == [first.id, second.id]


def test_what_nobody_could_write_down_yet_is_ended_as_well(station: Station) -> None:
    alarm = tone_announcement(station, 0.1, level=Level.EMERGENCY)
    with Store(station.places.station_db).write():
        (one,) = station.announcing.speak_now(alarm.id, "lan")
        with pytest.raises(StationError):
            station.announcing.end(alarm.id, "lan")
    assert station.bell.rung[-1] == ("audio-main", {"stop": one.id, "by": "lan"})
