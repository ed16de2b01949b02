"""What the studio makes, what it makes again, and what asks for approval then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from audio.preparing.renewal import RETRY_S
from controller.core.announcements import Announcement, Draft
from controller.core.parts import Parts, PausePart, RecordingPart, TextPart, text_of
from controller.core.renditions import Rendition, RenditionState
from controller.runtime.clocks import FakeClock
from controller.store import announcements, dictionary, keeping, renditions, samples
from controller.store.connection import Store
from tests.support.making import making
from tests.support.stations import CONFIG, Station, station_in


@pytest.fixture(params=["required", "off"])
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Station:
    return station_in(tmp_path, CONFIG.replace('approval = "off"', f'approval = "{request.param}"'))


def announce(station: Station, text: str = "UBND họp", parts: Parts = ()) -> Announcement:
    draft = Draft("Họp", text_of(parts) if parts else text, ("trung-tam",), parts=parts)
    return station.announcing.save(draft, (), "lan")


def newest(station: Station, announcement: Announcement) -> Rendition:
    with station.store.read() as tx:
        found = renditions.newest(tx, announcement.id)
    assert found
    return found


def spoken(station: Station, announcement: Announcement) -> str:
    """The file that would be broadcast."""
    with station.store.read() as tx:
        found = renditions.spoken(tx, announcement.id)
    return found.prepared.sha256 if found and found.prepared else ""


def approve(station: Station, announcement: Announcement) -> None:
    prepared = newest(station, announcement).prepared
    assert prepared
    station.announcing.approve(announcement.id, prepared.sha256, "lan")


def say_so(station: Station, words: str) -> None:
    """As another process does it."""
    store = Store(station.places.station_db)
    with store.write() as tx:
        dictionary.put(tx, station.clock.now(), "UBND", words, "lan")
    store.close()


def required(station: Station) -> bool:
    return station.config.policy.approval == "required"


def test_each_rendition_knows_what_it_was_made_of(station: Station) -> None:
    maker = making(station)
    one, two = announce(station), announce(station, "Mời bà con")
    made = maker.turn()
    assert [newest(station, each).recipe for each in (one, two)] == made
    assert len(set(made)) == 2
    assert maker.turn() == []


def test_a_changed_dictionary_makes_anew_what_sounds_otherwise_and_asks_for_approval(station: Station) -> None:
    maker = making(station)
    told, other = announce(station), announce(station, "Mời bà con")
    maker.turn()
    approve(station, told)
    approve(station, other)
    before = spoken(station, told), spoken(station, other)
    say_so(station, "ủy ban")
    assert len(maker.turn()) == 1
    anew = newest(station, told)
    assert (anew.number, anew.state, anew.approved) == (2, RenditionState.READY, not required(station))
    assert (spoken(station, told) == before[0]) is required(station)  # what was approved stays playable
    assert (newest(station, other).number, spoken(station, other)) == (1, before[1])
    say_so(station, "ủy ban nhân dân")  # back again: the very file that was approved already
    maker.turn()
    assert (newest(station, told).number, spoken(station, told)) == (3, before[0])


def test_a_changed_voice_is_noticed_by_the_next_process_but_not_where_nobody_speaks(station: Station) -> None:
    station.places.sound("1" * 64).write_bytes(b"sound")
    told = announce(station)
    brought = announce(station, parts=(RecordingPart("1" * 64, "Tày"), PausePart(2.0)))
    assert len(making(station).turn()) == 2
    assert making(station).turn() == []
    station.config = station.config.model_copy(
        update={"speech": station.config.speech.model_copy(update={"voice": "vi-vn-x-south"})}
    )
    assert len(making(station).turn()) == 1
    assert [newest(station, each).number for each in (told, brought)] == [2, 1]


def test_a_rendition_of_before_recipes_is_left_alone(station: Station) -> None:
    told = announce(station)
    making(station).turn()
    with station.store.write() as tx:
        tx.execute("UPDATE renditions SET recipe = ''")
    assert making(station).turn() == []
    assert newest(station, told).number == 1


def test_a_withdrawn_one_waits_until_it_is_restored(station: Station) -> None:
    maker = making(station)
    told = announce(station)
    maker.turn()
    station.announcing.withdraw(told.id, "lan")
    say_so(station, "ủy ban")
    assert maker.turn() == []
    station.announcing.restore(told.id, "lan")
    maker.seen = -1  # as after any act of another process
    assert len(maker.turn()) == 1
    assert maker.turn() == []


def test_a_file_that_was_given_up_or_is_gone_is_made_again_and_its_approval_holds(station: Station) -> None:
    maker = making(station)
    told = announce(station)
    maker.turn()
    approve(station, told)
    sha256 = spoken(station, told)
    with station.store.write() as tx:
        keeping.given_up(tx, station.clock.now(), [sha256])
    station.places.rendition(sha256).unlink()
    assert spoken(station, told) == ""
    maker.seen = -1
    assert len(maker.turn()) == 1
    assert spoken(station, told) == sha256
    station.places.rendition(sha256).unlink()
    assert len(making(station).turn()) == 1
    assert spoken(station, told) == sha256 and station.places.rendition(sha256).is_file()
    with station.store.write() as tx:
        keeping.given_up(tx, station.clock.now(), [sha256])
    station.places.rendition(sha256).unlink()
    assert len(making(station).turn()) == 1  # once, though there are two reasons


@pytest.mark.parametrize("reason", ["disk_full", "not_finished"])
def test_what_found_no_room_is_tried_again_by_itself(reason: str, station: Station) -> None:
    assert isinstance(station.clock, FakeClock)
    maker = making(station)
    told, twisted = announce(station), announce(station, "Mời")
    maker.voice.fails = reason
    maker.turn()
    beyond_help = newest(station, twisted).id
    with station.store.write() as tx:
        renditions.failed(tx, station.clock.now(), beyond_help, "no_engine", ())
    assert newest(station, told).reason == reason
    maker.voice.fails, maker.voice.room = "", False
    station.clock.tick(RETRY_S + 1)
    assert maker.turn() == []
    maker.voice.room = True
    assert maker.turn() == []  # not yet
    station.clock.tick(RETRY_S + 1)
    assert len(maker.turn()) == 1
    assert newest(station, told).state is RenditionState.READY
    assert newest(station, twisted).state is RenditionState.FAILED  # trying would not mend it


def test_trying_again_becomes_rarer(station: Station) -> None:
    assert isinstance(station.clock, FakeClock)
    maker = making(station)
    told = announce(station)
    maker.voice.fails = "not_finished"
    maker.turn()
    tries = 0
    for _ in range(6 * 60):
        station.clock.tick(60.0)
        with station.store.write() as tx:  # so that a new failure can be told from the old one
            tx.execute("UPDATE renditions SET tried = '[\"old\"]'")
        maker.turn()
        tries += newest(station, told).tried == ()
    assert 8 <= tries <= 14


def test_samples_go_first_and_are_made_as_words_are(station: Station) -> None:
    maker = making(station)
    announce(station)
    with station.store.write() as tx:
        samples.want(tx, station.clock.now(), "s1", "BTXM là bê tông xi măng")
    made = maker.turn()
    assert made[0] == maker.voice.recipe((TextPart("BTXM là bê tông xi măng"),))
    assert len(made) == 2
    with station.store.read() as tx:
        sample = samples.find(tx, "s1")
    assert sample
    assert (sample.state, station.places.rendition(sample.sha256).is_file()) == (RenditionState.READY, True)


def test_a_sample_that_cannot_be_spoken_says_so(station: Station) -> None:
    maker = making(station)
    with station.store.write() as tx:
        samples.want(tx, station.clock.now(), "s1", "lời")
    maker.voice.fails = "no_engine"
    maker.turn()
    with station.store.read() as tx:
        sample = samples.find(tx, "s1")
    assert sample
    assert (sample.state, sample.reason) == (RenditionState.FAILED, "no_engine")


def test_a_missing_recording_blames_no_voice(station: Station) -> None:
    maker = making(station)
    told = announce(station, parts=(RecordingPart("1" * 64, "Tày"),))
    maker.voice.fails = "recording_missing"
    maker.turn()
    assert (newest(station, told).state, newest(station, told).reason) == (RenditionState.FAILED, "recording_missing")
    with station.store.read() as tx:
        assert tx.execute("SELECT COUNT(*) FROM health").fetchone()[0] == 0


def test_what_changed_while_it_was_looked_through_is_left_to_its_own_rendition(station: Station) -> None:
    maker = making(station)
    told = announce(station)
    maker.turn()
    with station.store.write() as tx:
        known = announcements.get(tx, told.id)
        draft = Draft(known.title, "Mời UBND", known.zones)
        announcements.edit(tx, station.clock.now(), told.id, replace(draft), "lan")
    say_so(station, "ủy ban")
    assert len(maker.turn()) == 1
    assert (newest(station, told).revision, newest(station, told).number) == (2, 1)
