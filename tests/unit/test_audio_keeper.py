"""What the keeper holds ready, and what it leaves on the disk. Real store, real files, one turn at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from audio import keeper as keeping
from audio.keeper import Keeper, Snapshot
from audio.pending import Pending
from audio.setting import SettingReader
from audio.source import FileSound, Memory
from controller.core.levels import Level
from controller.core.trust import Doubt, Stand, Trust
from controller.core.utterances import UtteranceEvent
from controller.store import clock as clocks
from controller.store import renditions, utterances
from controller.store.connection import Tx
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, tone_announcement

SECOND = 2 * 48_000


def snapshot_of(station: Station, keeper: Keeper, told: list[Snapshot]) -> list[tuple[str, bool, str]]:
    """One reading: (title, held ready, why not)."""
    turns = iter([False, True])
    keeper.look()
    keeper.work(lambda: next(turns, True), lambda: None)
    names = {"500": "first", "600": "second", "700": "third", "900": "urgent"}
    with station.store.read() as tx:
        titles = {row["id"]: names.get(row["title"], row["title"]) for row in tx.execute("SELECT * FROM utterances")}
    return [(titles[i.id], i.loaded, "" if i.loaded else i.obstacle) for i in told[-1].rows.items]


def keeper_of(station: Station, told: list[Snapshot], believed: Callable[[Tx], bool] = lambda _: True) -> Keeper:
    return Keeper(
        "main", station.store, station.places, station.clock, lambda: None, told.append, {}, believed,
        SettingReader(station.places, chime=False), None, Pending(station.places, "main"),
    )  # fmt: skip


def test_what_finds_no_room_in_memory_is_streamed_but_an_emergency_never_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "IN_MEMORY", int(2.5 * SECOND))
    station, told = station_in(tmp_path), list[Snapshot]()
    keeper = keeper_of(station, told)
    for number, hertz in enumerate((500, 600, 700)):
        due = station.clock.now() + timedelta(seconds=number)
        queue_at(station, tone_announcement(station, 1.0, hertz, title=str(hertz)), due)
    later = tone_announcement(station, 1.0, 900, Level.EMERGENCY, title="900")
    queue_at(station, later, station.clock.now() + timedelta(hours=1))
    names = [("urgent", True, ""), ("first", True, ""), ("second", True, ""), ("third", True, "")]
    assert snapshot_of(station, keeper, told) == names
    opened = [type(told[-1].opened[item.id]) for item in told[-1].rows.items]
    assert opened == [Memory, Memory, FileSound, FileSound]
    assert snapshot_of(station, keeper, told) == names
    assert told[-1].opened == {}, "what is open already is not opened again"


def test_only_so_many_files_are_open_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "OPEN", 2)
    station, told = station_in(tmp_path), list[Snapshot]()
    keeper = keeper_of(station, told)
    for number, hertz in enumerate((500, 600, 700)):
        due = station.clock.now() + timedelta(seconds=number)
        queue_at(station, tone_announcement(station, 1.0, hertz, title=str(hertz)), due)
    assert snapshot_of(station, keeper, told) == [("first", True, ""), ("second", True, ""), ("third", False, "busy")]


def test_a_sound_that_was_prepared_anew_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    station, told = station_in(tmp_path), list[Snapshot]()
    keeper = keeper_of(station, told)
    saved = tone_announcement(station, 1.0, 500)
    queue_at(station, saved, station.clock.now())
    keeper.look()
    snapshot_of(station, keeper, told)
    (old,) = told[-1].rows.items
    other = tone_announcement(station, 2.0, 600)
    with station.store.write() as tx:
        renditions.want(tx, station.clock.now(), saved.id, 1, "", anew=True)
        spoken = renditions.spoken(tx, other.id)
        assert spoken and spoken.prepared
        renditions.ready(tx, station.clock.now(), f"{saved.id}/1/2", spoken.prepared)
    snapshot_of(station, keeper, told)
    (new,) = told[-1].rows.items
    assert (new.id, new.words_s, new.loaded) == (old.id, 2.0, True)
    assert told[-1].opened[new.id].length == 2 * 48_000


def test_a_sound_that_is_missing_is_logged_once_a_spell(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    station, told = station_in(tmp_path), list[Snapshot]()
    keeper = keeper_of(station, told)
    queue_at(station, tone_announcement(station, 1.0, 500, title="500"), station.clock.now())
    (file,) = station.places.renditions.iterdir()
    caplog.set_level(logging.INFO, "audio.keeper")
    for _ in range(2):
        away = file.rename(file.with_suffix(".away"))
        for _ in range(3):
            assert snapshot_of(station, keeper, told) == [("first", False, "file_missing")]
        away.rename(file)
        assert snapshot_of(station, keeper, told) == [("first", True, "")]
        keeper._held.clear()  # as after it has left the line and come again
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"] * 2


def test_while_the_clock_is_doubtful_only_what_does_not_need_it_is_offered(tmp_path: Path) -> None:
    station, told = station_in(tmp_path), list[Snapshot]()

    def believed(tx: Tx) -> bool:
        return clocks.believed(tx, "boot-2")

    keeper = keeper_of(station, told, believed)
    spoken = tone_announcement(station, 1.0, 500, title="scheduled")
    now = station.clock.now()
    scheduled, stopped, sounding = (queue_at(station, spoken, now + timedelta(hours=n))[0].id for n in (1, 2, 3))
    (asked_for,) = station.announcing.speak_now(spoken.id, "Cán bộ Văn thư")
    alert = queue_at(station, tone_announcement(station, 1.0, 900, Level.EMERGENCY, title="alert"), now)[0].id
    with station.store.write() as tx:
        utterances.want_stop(tx, stopped, "Cán bộ Văn thư")
        clocks.keep(tx, Stand("boot-1", Trust.SYNCHRONISED))  # of the boot before the power cut
    needs_no_clock = {stopped, sounding, asked_for.id, alert}

    def offered() -> set[str]:
        snapshot_of(station, keeper, told)
        return {item.id for item in told[-1].rows.items}

    assert offered() == needs_no_clock - {sounding}
    assert [item.id for item in told[-1].rows.items if item.asked] == [asked_for.id]
    with station.store.write() as tx:
        utterances.move(tx, now, sounding, UtteranceEvent.BEGIN)
        clocks.keep(tx, Stand("boot-2", Trust.DOUBTFUL, Doubt.START))
    assert offered() == needs_no_clock
    with station.store.write() as tx:
        clocks.keep(tx, Stand("boot-2", Trust.CONFIRMED))
    assert offered() == {*needs_no_clock, scheduled}
