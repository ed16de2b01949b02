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
from tests.support.stations import Station, station_in
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
    first.join(5)
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
