"""The emergency of the local contact, in its file: garbage in it, and a disk that takes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.prepared_alarm import FACT, PreparedAlarm
from controller.core.levels import Level
from controller.store import facts
from tests.support.stations import Station, station_in
from tests.support.tones import tone_announcement

PRESS = "1"


def alarm_of(station: Station) -> PreparedAlarm:
    return PreparedAlarm(station.places.prepared_alarm("main"), station.config, "main")


def chosen(station: Station, title: str, hertz: float) -> None:
    alarm = tone_announcement(station, 0.1, hertz, Level.EMERGENCY, title=title)
    with station.store.write() as tx:
        facts.set_fact(tx, FACT, alarm.id)


def refresh(station: Station, alarm: PreparedAlarm) -> str:
    """What it plays now."""
    with station.store.read() as tx:
        alarm.refresh(tx, station.clock.now())
    return title_of(station, alarm)


def title_of(station: Station, alarm: PreparedAlarm) -> str:
    raised = alarm.raised(station.clock.now(), PRESS, "id")
    return raised.title if raised else ""


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b'{"id": "x"}', b'{"zones": "x"}', b'{"zones": []}', bytes(4096)],
)
def test_garbage_in_its_file_is_none_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    station = station_in(tmp_path)
    station.places.prepared_alarm("main").write_bytes(content)
    alarm = alarm_of(station)
    assert title_of(station, alarm) == ""
    chosen(station, "Lũ", 900.0)
    assert refresh(station, alarm) == "Lũ"
    assert title_of(station, alarm_of(station)) == "Lũ"


def test_a_disk_that_takes_nothing_keeps_nobody_from_reading_and_is_tried_again(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    chosen(station, "Lũ", 900.0)
    alarm = alarm_of(station)
    path = station.places.prepared_alarm("main")
    path.mkdir()  # nothing can be put in its place
    assert refresh(station, alarm) == "Lũ"
    assert refresh(station, alarm) == "Lũ"
    path.rmdir()
    assert refresh(station, alarm) == "Lũ"
    assert title_of(station, alarm_of(station)) == "Lũ"


def test_that_nothing_is_to_be_played_is_chosen_too(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    chosen(station, "Lũ", 900.0)
    alarm = alarm_of(station)
    assert refresh(station, alarm) == "Lũ"
    with station.store.write() as tx:
        facts.set_fact(tx, FACT, "")
    assert refresh(station, alarm) == ""
    assert title_of(station, alarm_of(station)) == "", "nor by the next process, with the store dead"
    chosen(station, "Bão", 700.0)
    assert refresh(station, alarm) == "Bão"


def test_a_store_in_which_nobody_has_chosen_takes_nothing_away(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    chosen(station, "Lũ", 900.0)
    alarm = alarm_of(station)
    assert refresh(station, alarm) == "Lũ"
    with station.store.write() as tx:  # another database stands in for one that was lost
        tx.execute("DELETE FROM facts WHERE name = ?", (FACT,))
    assert refresh(station, alarm) == "Lũ"
