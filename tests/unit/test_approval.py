"""Which file is broadcast: the very one that an official has listened to, and no other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from controller.announcing import draft_of
from controller.core.announcements import Draft
from controller.core.errors import ChangedError, InputError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import Utterance, UtteranceEvent
from controller.store import announcements, connection, journal, renditions, utterances
from tests.support.stations import CONFIG, START, Station, station_in
from tests.support.tones import queue_at

REQUIRED = CONFIG.replace('approval = "off"\n', "")
DRAFT = Draft("Tiêm chủng", "Mời bà con.", ("trung-tam",))


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path, REQUIRED)


def prepared(station: Station, ident: str, sha: str, revision: int = 1, number: int = 1) -> str:
    """Say that a rendition is ready; its hash."""
    sha256 = sha * 64
    with station.store.write() as tx:
        key = f"{ident}/{revision}" + (f"/{number}" if number > 1 else "")
        renditions.ready(tx, START, key, Prepared(sha256, 5.0, -16.0, -1.0, "test"))
    return sha256


def again(station: Station, ident: str, text: str) -> None:
    with station.store.read() as tx:
        known = announcements.get(tx, ident)
    draft = draft_of(known)
    station.announcing.save(Draft(draft.title, text, draft.zones, draft.level), (), "an", ident)


def spoken(station: Station, ident: str) -> str:
    with station.store.read() as tx:
        found = renditions.spoken(tx, ident)
    return found.prepared.sha256 if found and found.prepared else ""


def queued(station: Station, ident: str) -> Utterance:
    with station.store.read() as tx:
        (found,) = [u for u in utterances.open_of(tx, ident) if not u.stop_wanted_by]
    return found


def test_what_nobody_has_listened_to_is_not_broadcast(station: Station) -> None:
    saved = station.announcing.save(DRAFT, (), "an")
    queue_at(station, saved, START)
    sha = prepared(station, saved.id, "a")
    assert (spoken(station, saved.id), queued(station, saved.id).sha256) == ("", "")
    with pytest.raises(InputError, match="not_approved"):
        station.announcing.speak_now(saved.id, "an")
    station.announcing.approve(saved.id, sha, "bình")
    assert (spoken(station, saved.id), queued(station, saved.id).sha256) == (sha, sha)
    with station.store.read() as tx:
        (line,) = [entry for entry in journal.entries(tx) if entry.kind is Kind.APPROVED]
    assert line.detail == {"by": "bình", "sha256": sha}
    (now,) = station.announcing.speak_now(saved.id, "an")
    assert now.sha256 == sha


def test_approval_is_for_the_file_that_was_heard(station: Station) -> None:
    saved = station.announcing.save(DRAFT, (), "an")
    prepared(station, saved.id, "a")
    with pytest.raises(ChangedError):
        station.announcing.approve(saved.id, "b" * 64, "an")
    assert spoken(station, saved.id) == ""


def test_a_new_text_asks_again_and_until_then_the_old_one_is_spoken(station: Station) -> None:
    saved = station.announcing.save(DRAFT, (), "an")
    old = prepared(station, saved.id, "a")
    station.announcing.approve(saved.id, old, "an")
    queue_at(station, saved, START)
    again(station, saved.id, "Mời bà con ra trạm y tế.")
    assert queued(station, saved.id).sha256 == old
    new = prepared(station, saved.id, "b", revision=2)
    assert queued(station, saved.id).sha256 == old
    with pytest.raises(ChangedError):
        station.announcing.approve(saved.id, old, "an")
    station.announcing.approve(saved.id, new, "an")
    assert queued(station, saved.id).sha256 == new


def test_another_voice_asks_again_unless_it_makes_the_very_same_file(station: Station) -> None:
    saved = station.announcing.save(DRAFT, (), "an")
    old = prepared(station, saved.id, "a")
    station.announcing.approve(saved.id, old, "bình")
    for number, sha, expected in ((2, "a", "a"), (3, "c", "a")):
        with station.store.write() as tx:
            renditions.want(tx, START, saved.id, 1, anew=True)
        assert spoken(station, saved.id) == old, "what was approved stays playable"
        prepared(station, saved.id, sha, number=number)
        assert spoken(station, saved.id) == expected * 64
    with station.store.read() as tx:
        second, third = renditions.get(tx, f"{saved.id}/1/2"), renditions.get(tx, f"{saved.id}/1/3")
    assert (second.approved_by, third.approved) == ("bình", False)


def test_what_was_begun_stays_the_same_file_to_its_end(station: Station) -> None:
    saved = station.announcing.save(DRAFT, (), "an")
    old = prepared(station, saved.id, "a")
    station.announcing.approve(saved.id, old, "an")
    (one,) = queue_at(station, saved, START)
    with station.store.write() as tx:
        utterances.move(tx, START, one.id, UtteranceEvent.BEGIN, attempt=1, sha256=old)
        utterances.move(tx, START, one.id, UtteranceEvent.INTERRUPT, reason="priority", again=True, reached_s=2.5)
        renditions.want(tx, START, saved.id, 1, anew=True)
    new = prepared(station, saved.id, "b", number=2)
    station.announcing.approve(saved.id, new, "an")
    row = queued(station, saved.id)
    assert (row.sha256, row.duration_s, row.reached_s) == (old, 5.0, 2.5)
    assert spoken(station, saved.id) == new


def test_an_approval_can_be_taken_back(station: Station) -> None:
    saved = station.announcing.save(DRAFT, (), "an")
    sha = prepared(station, saved.id, "a")
    station.announcing.approve(saved.id, sha, "an")
    station.announcing.disapprove(saved.id, "bình")
    assert spoken(station, saved.id) == ""
    station.announcing.approve(saved.id, sha, "an")
    assert spoken(station, saved.id) == sha


def test_an_emergency_is_approved_by_whoever_raises_it(station: Station) -> None:
    saved = station.announcing.save(Draft("Lũ", "Lên cao ngay.", ("trung-tam",), Level.EMERGENCY), (), "an")
    sha = prepared(station, saved.id, "a")
    assert spoken(station, saved.id) == ""
    (raised,) = station.announcing.speak_now(saved.id, "bình")
    assert (raised.sha256, spoken(station, saved.id)) == (sha, sha)


def test_a_locked_database_does_not_keep_an_emergency_waiting(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = station.announcing.save(Draft("Lũ", "Lên cao ngay.", ("trung-tam",), Level.EMERGENCY), (), "an")
    sha = prepared(station, saved.id, "a")
    station.store.close()
    station.bell.rung.clear()
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.3)
    made: list[Utterance] = []

    def raise_it() -> None:
        made.extend(station.announcing.speak_now(saved.id, "an"))
        station.store.close()

    with station.store.write():
        asking = threading.Thread(target=raise_it)
        asking.start()
        asking.join(10)
    (raised,) = made
    assert raised.sha256 == sha
    (whom, ring), *_ = station.bell.rung
    document = ring["emergency"]
    assert isinstance(document, dict)
    assert (whom, document["id"]) == ("audio-main", raised.id)


def test_where_no_approval_is_asked_for_a_new_text_takes_the_place_of_the_old_at_once(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    saved = station.announcing.save(DRAFT, (), "an")
    sha = prepared(station, saved.id, "a")
    assert spoken(station, saved.id) == sha
    again(station, saved.id, "Mời bà con ra trạm y tế.")
    assert spoken(station, saved.id) == "", "not the old words any more"
    new = prepared(station, saved.id, "b", revision=2)
    assert spoken(station, saved.id) == new


def test_where_approval_is_switched_off_nothing_goes_on_waiting_for_it(station: Station) -> None:
    idents = [station.announcing.save(DRAFT, (), "an").id for _ in range(2)]
    shas = [prepared(station, ident, sha) for ident, sha in zip(idents, "ab", strict=True)]
    station.announcing.approve(idents[1], shas[1], "bình")
    with station.store.write() as tx:
        renditions.approve_all_in_advance(tx, START)
        known = renditions.newest(tx, idents[1])
    assert [spoken(station, ident) for ident in idents] == shas
    assert known and known.approved_by == "bình"
