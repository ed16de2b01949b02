"""A guide's recordings: which words they say, how they are taken in, and that they are heard instead of a voice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from audio.preparing.prepare import Unspeakable
from controller.clips import Clips, said_of
from controller.core.clips import Clip, Named, key_of
from controller.core.errors import InputError, NotFoundError, Problem
from controller.core.parts import Parts, RecordingPart, TextPart
from controller.core.recordings import Brought, SignalName
from controller.core.renditions import Prepared
from controller.core.words import Words
from controller.guide_recordings import GuideRecordings, named_in
from controller.guides.model import Guide
from controller.guiding import Guiding
from controller.store import clips, keeping, recordings
from tests.support.guide_books import YES_NO, guide_from
from tests.support.making import Making, making
from tests.support.stations import Station, station_in

VI, TAY = "media::audio::Tiếng Việt (vi)", "media::audio::Tày (tyz)"
NAME, BOOK = "Tên cháu là gì?", "Có sổ không?"


@dataclass
class Judge:
    """Keeps what it is given under a name of its own; what is called bad is no sound."""

    station: Station
    took: list[str] = field(default_factory=list)

    def take(self, file: Path, name: str) -> Brought:
        assert file.parent == self.station.places.uploads
        content = file.read_bytes()
        file.unlink()
        if content == b"bad":
            raise InputError(Problem.of("file", "sound_unknown"))
        self.took.append(name)
        sha256 = f"{len(self.took):064x}"
        self.station.places.sound(sha256).write_bytes(content)
        return Brought(sha256, "mp3", 2.0, len(content))

    def take_signal(self, file: Path, name: str, kind: SignalName) -> tuple[str, float]:
        raise AssertionError("a guide names no signals")


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path / "station")


@pytest.fixture
def guide(tmp_path: Path) -> Guide:
    survey = (
        {"type": "text", "name": "ten", "label": NAME, VI: "ten.mp3"},
        {"type": "select_one yn", "name": "so", "label": BOOK, VI: "so.ogg", TAY: "so_tay.ogg"},
    )
    choices = [{**YES_NO[0], VI: "co.wav"}, YES_NO[1]]
    return guide_from(tmp_path, survey, choices)


def bringing(station: Station) -> GuideRecordings:
    return GuideRecordings(station.store, station.places, station.clock, station.bell, Judge(station))


def spoken(made: Making, *clip: Clip) -> list[bool]:
    """Of each text, whether its file is of a recording; all that was wanted is made first."""
    made.seen = -1  # nobody else has written: it was this very process
    made.turn()
    found = []
    for each in clip:
        content = made.station.places.voice(each.key).read_bytes()
        found.append(content.startswith(made.voice.recipe(_recorded(made.station, each)).encode()))
    return found


def _recorded(station: Station, clip: Clip) -> Parts:
    with station.store.read() as tx:
        sha256 = clips.recorded(tx).get(clip.key)
    return (RecordingPart(sha256, ""),) if sha256 else (TextPart("nobody"),)


def test_what_a_guide_names(guide: Guide) -> None:
    assert named_in(guide) == (
        Named(Clip("vi", NAME), "ten.mp3"),
        Named(Clip("vi", BOOK), "so.ogg"),
        Named(Clip("tyz", BOOK), "so_tay.ogg"),
        Named(Clip("vi", "Có"), "co.wav"),
    )


def test_files_beside_the_spreadsheet_are_taken_in_and_stay_there(
    station: Station, guide: Guide, tmp_path: Path
) -> None:
    (tmp_path / "ten.mp3").write_bytes(b"somebody says it")
    (tmp_path / "so.ogg").write_bytes(b"bad")
    taken = bringing(station).take_beside(guide, tmp_path, "lan")
    assert taken.kept == ("ten.mp3",)
    assert taken.missing == ("so_tay.ogg", "co.wav")
    assert taken.refused == (("so.ogg", (Problem.of("file", "sound_unknown"),)),)
    assert (tmp_path / "ten.mp3").read_bytes() == b"somebody says it"
    assert list(station.places.uploads.iterdir()) == []
    with station.store.read() as tx:
        assert clips.recorded(tx) == {key_of(NAME, "vi"): f"{1:064x}"}
        assert [each.name for each in recordings.every(tx)] == ["ten.mp3"]


def test_a_file_that_is_far_too_large_is_not_even_copied(station: Station, guide: Guide, tmp_path: Path) -> None:
    with (tmp_path / "ten.mp3").open("wb") as file:
        file.truncate(60 << 20)
    taken = bringing(station).take_beside(guide, tmp_path, "lan")
    assert taken.refused == (("ten.mp3", (Problem.of("file", "sound_large", limit=50),)),)
    assert list(station.places.uploads.iterdir()) == []


def test_a_name_that_the_guide_does_not_have(station: Station, guide: Guide) -> None:
    upload = station.places.uploads / "one"
    upload.write_bytes(b"somebody")
    with pytest.raises(NotFoundError):
        bringing(station).keep(guide, "other.mp3", upload, "lan")
    assert not upload.exists()


def test_the_recording_is_heard_instead_of_the_voice_and_the_voice_when_it_goes(station: Station, guide: Guide) -> None:
    made, wishes = making(station), Clips(station.store, station.places, station.clock, Words("vi", {}))
    Guiding(station.store, station.clock, station.bell).put(guide, "lan")
    name, asked = Clip("vi", NAME), Clip("vi", BOOK)
    wishes.look()
    assert spoken(made, name, asked) == [False, False]
    before = station.places.voice(asked.key).read_bytes()
    upload = station.places.uploads / "one"
    upload.write_bytes(b"somebody")
    recording = bringing(station).keep(guide, "ten.mp3", upload, "lan")
    assert [whom for whom, _ in station.bell.rung[-2:]] == ["controller", "kiosk"]
    assert spoken(made, name, asked) == [True, False]
    assert station.places.voice(asked.key).read_bytes() == before, "another text's voice is left alone"
    with station.store.read() as tx:
        assert keeping.recorded_files(tx, station.clock.now()) == {recording.brought.sha256}
    with station.store.write() as tx:
        clips.unrecord(tx, name.key)
    assert spoken(made, name) == [False]
    with station.store.read() as tx:
        assert keeping.recorded_files(tx, station.clock.now() - timedelta(days=1)) == frozenset()


def test_a_recording_that_cannot_be_used_any_more_leaves_the_voice(station: Station, guide: Guide) -> None:
    made = making(station)
    real = made.voice.prepare

    def prepared(parts: Parts) -> Prepared:
        if any(isinstance(part, RecordingPart) for part in parts):
            raise Unspeakable("recording_missing")
        return real(parts)

    made.voice.prepare = prepared  # type: ignore[method-assign] # a stand-in for files that are lost
    with station.store.write() as tx:
        clips.want(tx, station.clock.now(), [Clip("vi", NAME)])
        clips.record(tx, station.clock.now(), Clip("vi", NAME), Brought("a" * 64, "mp3", 2.0, 9), "ten.mp3", "lan")
    assert spoken(made, Clip("vi", NAME)) == [False]
    with station.store.read() as tx:
        assert clips.counts(tx) == {"ready": 1}


def test_every_recorded_text_of_a_guide_is_one_that_is_said(guide: Guide) -> None:
    assert {named.clip.text for named in named_in(guide)} <= set(said_of(guide))
