"""Emergencies without a row in their files: who is quicker, what is garbage, and what goes on after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audio.notes import Raised
from audio.pending import Pending
from audio.progress import Progress, Segment, taken_up
from controller.core.levels import Level
from controller.core.utterances import Utterance
from controller.store import journal, utterances
from tests.support.full_disk import small_disk
from tests.support.stations import START, Station, station_in, utterance
from tests.support.tones import raised, tone_announcement


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    found = station_in(tmp_path)
    yield found
    found.store.close()


def emergency(station: Station, **more: object) -> Raised:
    alarm = tone_announcement(station, 0.1, level=Level.EMERGENCY)
    return Raised(station.clock.now(), raised(station, alarm, **more))


def left(station: Station, output: str = "main") -> list[Raised]:
    return Pending(station.places, output).left


def test_what_is_kept_is_there_for_the_next_process_of_the_same_output_in_order(station: Station) -> None:
    pending = Pending(station.places, "main")
    second = emergency(station)
    first = replace(emergency(station), at=second.at - timedelta(seconds=1))
    other = emergency(station, output="far")
    for one in (second, first, other):
        pending.keep(one)
    pending.secure()
    assert (left(station), left(station, "far")) == ([first, second], [other])
    pending.forget(first.utterance.id)
    assert left(station) == [second]


def test_what_was_written_down_before_it_could_be_kept_is_not_kept(station: Station) -> None:
    pending, one = Pending(station.places, "main"), emergency(station)
    pending.forget(one.utterance.id)
    pending.keep(one)
    assert left(station) == []
    pending.keep(one)  # rung for once more
    assert left(station) == [one]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"7", b"null", b"\xff", b"{}", b'{"at": 7}', b"[" * 9000, bytes(400)]
)
def test_garbage_is_no_emergency(station: Station, content: bytes) -> None:
    station.places.raised("x").write_bytes(content)
    one = emergency(station)
    Pending(station.places, "main").keep(one)
    assert left(station) == [one]


def test_where_there_is_no_room_it_is_not_kept_and_that_is_all(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "512k") as disk:
        station = station_in(disk.folder)
        one = emergency(station)
        pending = Pending(station.places, "main")
        disk.fill()
        pending.keep(one)
        pending.secure()
        assert left(station) == []
        disk.clear()
        station.store.close()


def test_its_row_is_written_once_and_an_id_that_is_taken_keeps_nothing_back(station: Station) -> None:
    one = emergency(station)
    for again in (one, one, Raised(one.at, replace(one.utterance, rule_id="now/other"))):
        with station.store.write() as tx:
            again.write(tx)
    with station.store.read() as tx:
        assert [u.id for u in utterances.of_announcement(tx, one.utterance.announcement_id)] == [one.utterance.id]
        assert [e.kind for e in journal.entries(tx, subject=f"utterance/{one.utterance.id}")] == ["queued"]


ALARM = utterance(level=Level.EMERGENCY, duration_s=5.0, lasts_s=60.0)
ENDED = START + timedelta(seconds=60)


def at(segment: Segment, seconds: float, attempt: int = 1) -> Progress:
    return Progress("u1", attempt, segment, 100.0, 100.0 + seconds)


@pytest.mark.parametrize(
    ("known", "late_s", "attempt"),
    [
        (None, 0, 0),
        (at(Segment.OPENING, 1.0), 0, 1),
        (at(Segment.SPEAKING, 2.0), 0, 1),
        (at(Segment.SPEAKING, 30.0), 59, 1),
        (at(Segment.SPEAKING, 30.0, attempt=3), 59, 3),
        (at(Segment.SPEAKING, 30.0), 60, None),  # said, and its mandatory end is past
        (at(Segment.SPEAKING, 4.0), 60, 1),  # never said whole
        (at(Segment.CUT, 30.0), 30, 1),
        (at(Segment.STOPPED, 2.0), 0, None),
        (at(Segment.OVER, 2.0), 0, None),
    ],
)
def test_what_goes_on_after_a_kill(known: Progress | None, late_s: float, attempt: int | None) -> None:
    found = taken_up(ALARM, known, START + timedelta(seconds=late_s))
    expected: Utterance | None = None if attempt is None else replace(ALARM, attempt=attempt)
    assert found == expected
