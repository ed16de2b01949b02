"""What comes as an emergency past the store and is none: refused in words, and never the end of who hears it."""

from __future__ import annotations

import hashlib
import logging
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from audio.bare_alert import BareAlert
from audio.keeper import Keeper
from audio.pending import Pending
from audio.prepared_alarm import PreparedAlarm
from audio.raising import Raising
from audio.setting import SettingReader
from audio.source import Memory
from controller.core.levels import Level
from controller.core.utterances import BARE_ALERT, raised_document, raised_from
from controller.runtime.doorbell import Doorway
from controller.store import announcements, renditions, utterances
from tests.support.stations import Station, station_in
from tests.support.tones import raised, tone_announcement

DEEP = b'{"emergency":' + b"[" * 4000 + b"]" * 4000 + b"}"
WRONG = [
    ("duration_s", float("nan")), ("duration_s", float("inf")), ("duration_s", "nan"), ("duration_s", -1.0),
    ("lasts_s", float("inf")), ("lasts_s", float("nan")), ("lasts_s", 1e12), ("lasts_s", "long"),
    ("revision", float("inf")), ("revision", "9" * 40), ("order_no", 2**70), ("order_no", None),
    ("due", "2026-11-21T06:00:00"), ("due", "yesterday"), ("due", 7), ("late_until", "2026-11-21"),
    ("title", "\ud83d"), ("id", "\ud83d"), ("zones", ["\ud83d"]), ("zones", "trung-tam"), ("zones", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    found = station_in(tmp_path_factory.mktemp("station"))
    yield found
    found.store.close()


def document(station: Station) -> dict[str, object]:
    return raised_document(raised(station, tone_announcement(station, 0.1)))


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_cannot_be_counted_with_or_written_down_is_refused(station: Station, name: str, value: object) -> None:
    whole = document(station)
    assert raised_document(raised_from(whole)) == whole
    with pytest.raises(ValueError, match=r"\S"):
        raised_from({**whole, name: value})
    del whole[name]
    with pytest.raises(ValueError, match=name):
        raised_from(whole)


def test_a_ring_that_is_nested_too_deep_is_dropped(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    with closing(Doorway(station.places, "audio-main")) as doorway, closing(_socket()) as bell:
        bell.sendto(DEEP, str(station.places.bell("audio-main")))
        bell.sendto(b'{"self_test": true}', str(station.places.bell("audio-main")))
        assert doorway.wait(1.0) == [{"self_test": True}]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_an_emergency_of_the_contact_that_is_nested_too_deep_is_none(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    path = station.places.prepared_alarm("main")
    path.write_bytes(DEEP)
    alarm = PreparedAlarm(path, station.config, "main")
    assert alarm.raised(station.clock.now(), "press", "id") is None
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def raising(station: Station) -> Raising:
    alarm = PreparedAlarm(station.places.prepared_alarm("main"), station.config, "main")
    keeper = Keeper(
        "main", station.store, station.places, station.clock, lambda: None, lambda _: None, {}, lambda _: True,
        SettingReader(station.places, chime=False), None, Pending(station.places, "main"),
    )  # fmt: skip
    bare = BareAlert("Báo động", "main", ("trung-tam", "na-khau"))
    return Raising(station.places, station.clock, station.ids, keeper, alarm, bare, Pending(station.places, "main"))


def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


@pytest.mark.parametrize(
    "at", ["", "x", "2026-11-21T06:00:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", 7]
)
def test_a_press_at_no_time_of_this_station_is_none(station: Station, at: object) -> None:
    here = raising(station)
    assert here.pressed({"contact": "press", "at": at}) is None
    assert here.pressed({"contact": "\ud83d", "at": station.clock.now().isoformat()}) is None
    assert here.pressed({"contact": "press", "at": station.clock.now().isoformat()}) == ("press", station.clock.now())


def test_a_press_for_which_nothing_was_chosen_raises_the_alert_signal_like_any_emergency(station: Station) -> None:
    here, at, signal = raising(station), station.clock.now(), Memory(bytes(2 * 48_000 * 4))
    assert here.by_contact("press", at) is None
    sounded = here.bare("press", at, signal)
    item = sounded.item
    assert sounded.source is signal
    assert (item.level, item.loaded, item.local, item.pressed) == (Level.EMERGENCY, True, True, True)
    assert (item.due, item.lasts_s, item.words_s) == (at.timestamp(), 120.0, 4.0), "it has its mandatory end"
    assert item.zones == {"trung-tam", "na-khau"}
    assert sounded.raised
    row = sounded.raised.utterance
    assert (row.rule_id, row.announcement_id, row.title) == ("now/contact/press", BARE_ALERT, "Báo động")
    assert hashlib.sha256(sounded.raised.file).hexdigest() == row.sha256
    again = here.bare("press", at, signal).raised
    with station.store.write() as tx:
        for raised_row in (sounded.raised, sounded.raised, again):
            assert raised_row
            raised_row.write(tx)
    with station.store.read() as tx:
        (known,) = utterances.of_announcement(tx, BARE_ALERT)
        assert (known.id, known.sha256, known.duration_s) == (row.id, row.sha256, 4.0)
        assert announcements.current(tx) == [one for one in announcements.current(tx) if one.id != BARE_ALERT]
        assert renditions.wanted(tx) == [], "nobody makes words of it"
