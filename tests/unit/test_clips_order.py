"""In which order the kiosk's texts are spoken, in which languages, and what lies ready of what has blanks."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.clips import NUMBER, RETRY_S, Clips, own_of, said_of
from controller.core.clips import Clip, clips_in, clips_of, key_of
from controller.guide_recordings import named_in
from controller.guides.model import Guide
from controller.guiding import shipped
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.store import clips
from tests.support.guide_books import guide_from
from tests.support.stations import Station, station_in

VI, EN = load_words("vi"), load_words("en")


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path / "station")


def spoken(station: Station) -> list[Clip]:
    """What is wanted, in the order in which it comes up."""
    with station.store.read() as tx:
        found = tx.execute("SELECT language, words FROM clips WHERE state = 'wanted' ORDER BY place, key").fetchall()
        first = clips.next_wanted(tx)
    order = [Clip(row["language"], row["words"]) for row in found]
    assert order[:1] == [first]
    return order


def wishes(station: Station) -> Clips:
    return Clips(station.store, station.places, station.clock, VI, others=[EN])


def test_what_is_heard_first_is_spoken_first(station: Station) -> None:
    guides = shipped()
    assert wishes(station).want(["Cắt nước sáng mai."], guides)
    order = spoken(station)
    at = {clip: number for number, clip in enumerate(order)}
    assert at[Clip("vi", VI("kiosk.language.title"))] < 5
    assert {at[Clip("vi", VI(f"kiosk.doors.{door}"))] < 40 for door in ("title", "said", "file")} == {True}
    own = [at[clip] for clip in clips_in(own_of(VI), "vi")]
    assert max(own) < at[Clip("vi", "Cắt nước sáng mai.")]
    first, last = clips_in(said_of(guides[0]), "vi"), clips_in(said_of(guides[-1]), "vi")
    assert max(own) < at[last[0]] < at[first[30]], "no guide waits for another to be spoken whole"
    assert [clip.language for clip in order] == sorted((clip.language for clip in order), reverse=True), "English last"


def test_all_of_it_is_spoken_in_english_too(station: Station) -> None:
    guides = shipped()
    wishes(station).want([], guides)
    order = set(spoken(station))
    assert clips_of(own_of(EN), "en") <= order
    for guide in guides:
        assert clips_of(said_of(guide, "en", EN(NUMBER)), "en") <= order


def test_what_has_blanks_lies_ready_where_every_filling_is_known(station: Station) -> None:
    guides = shipped()
    wishes(station).want([], guides)
    order = set(spoken(station))
    for guide in guides:
        for number in range(1, len(guide.handover) + 1):
            title = VI("kiosk.filing.handover.title", number=number, of=len(guide.handover))
            assert Clip("vi", title) in order, guide.id
    assert Clip("vi", VI("guide.problem.too_long", limit="500")) in order
    assert Clip("en", EN("guide.problem.too_long", limit="500")) in order


def test_an_order_that_changes_is_taken_over(station: Station) -> None:
    made = Clips(station.store, station.places, station.clock, VI)
    made.want(["Một.", "Hai."])
    made.want(["Hai.", "Một."])
    assert [clip.text for clip in spoken(station)][-2:] == ["Hai.", "Một."]


def test_a_recording_of_several_lines_is_one_clip(station: Station, tmp_path: Path) -> None:
    guide = note(tmp_path, "Dòng đầu.\n\n  Dòng sau.", "both.mp3")
    (named,) = named_in(guide)
    made = Clips(station.store, station.places, station.clock, VI)
    with station.store.write() as tx:
        made_of = "a" * 64
        tx.execute(
            "INSERT INTO clip_recordings (key, language, words, sha256) VALUES (?, 'vi', ?, ?)",
            (named.clip.key, named.clip.text, made_of),
        )
    made.want([], [guide])
    keys = {clip.key for clip in spoken(station)}
    assert {named.clip.key, key_of("Dòng đầu.", "vi"), key_of("Dòng sau.", "vi")} <= keys
    assert named.clip.key == key_of("Dòng đầu.\nDòng sau.", "vi"), "as the kiosk asks for it"


def note(folder: Path, label: str, file: str) -> Guide:
    row = {"type": "note", "name": "n", "label": label, "media::audio::Tiếng Việt (vi)": file}
    return guide_from(folder, ({"type": "text", "name": "ten", "label": "Tên?"}, row))


def test_what_could_not_be_spoken_is_tried_again_after_a_restart_and_later(station: Station) -> None:
    def left() -> dict[str, int]:
        with station.store.read() as tx:
            return clips.counts(tx)

    def nobody_speaks() -> None:
        with station.store.write() as tx:
            tx.execute("UPDATE clips SET state = 'failed', reason = 'no_engine'")

    own = len(clips_of(own_of(VI), "vi"))
    first = Clips(station.store, station.places, station.clock, VI)
    first.want([])
    nobody_speaks()
    assert not first.want([]), "not over and over again"
    assert left() == {"failed": own}
    assert isinstance(station.clock, FakeClock)
    station.clock.tick(RETRY_S)
    assert first.want([])
    nobody_speaks()
    assert Clips(station.store, station.places, station.clock, VI).want([])
    assert left() == {"wanted": own}
